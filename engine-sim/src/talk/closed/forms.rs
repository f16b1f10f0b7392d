//! The regular forms of an English word: what its endings make of it.
//!
//! Owns: plural, third person, past, participle, comparison and adverb of a listed word. Refuses to know: irregular forms (they are
//! listed), parts of speech (a list of words does not tell them: "snowed" and "breaded" are both made), and what a form means.
//! Each form leads back to its word by `vocabulary::stems`, which a test holds to. Source: the spelling rules of Quirk et al., "A
//! Comprehensive Grammar of the English Language", sections 3.5 to 3.10 and 7.79.

/// Shortest word that is inflected, in bytes.
const BASE_BYTES_MIN: usize = 3;

/// The word itself and its regular forms.
pub(super) fn of(word: &str) -> Vec<String> {
    let mut out = vec![word.to_string()];
    let bytes = word.as_bytes();
    let is_plain = bytes.len() >= BASE_BYTES_MIN && bytes.iter().all(u8::is_ascii_lowercase);
    // "Slowly" and "lamps" are forms already.
    let is_form = bytes.len() > 4 && ["ing", "ed", "ly"].iter().any(|end| word.ends_with(end))
        || word.ends_with('s') && !word.ends_with("ss");
    if !is_plain || is_form {
        return out;
    }
    let [.., before, last] = bytes else { return out };
    let after_consonant = !is_vowel(*before);
    let (with_i, without_e) = (format!("{}i", &word[..word.len() - 1]), &word[..word.len() - 1]);
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    let is_short = syllables(bytes) == 1;
    match last {
        b'y' if after_consonant => {
            out.extend(["es", "ed"].map(|end| format!("{with_i}{end}")));
            out.push(format!("{word}ing"));
            if bytes.len() > BASE_BYTES_MIN {
                out.extend(["er", "est", "ly"].map(|end| format!("{with_i}{end}")));
            }
            return out;
        }
        b'e' => {
            out.extend(["s", "d"].map(|end| format!("{word}{end}")));
            let keeps = matches!(before, b'e' | b'o' | b'y');
            let ing = if *before == b'i' {
                format!("{}y", &word[..word.len() - 2])
            } else {
                (if keeps { word } else { without_e }).to_string()
            };
            out.push(format!("{ing}ing"));
            if is_short {
                out.extend(["r", "st", "ly"].map(|end| format!("{word}{end}")));
            }
            return out;
        }
        _ => {}
    }
    out.push(format!("{word}{}", if hisses { "es" } else { "s" }));
    let doubles = doubles(bytes);
    let doubled = format!("{word}{}", char::from(*last));
    let mut stems = Vec::new();
    if doubles {
        stems.push(doubled.as_str());
    }
    if !doubles || !is_short {
        stems.push(word);
    }
    for stem in stems {
        out.extend(["ed", "ing"].map(|end| format!("{stem}{end}")));
        if is_short {
            out.extend(["er", "est"].map(|end| format!("{stem}{end}")));
        }
    }
    if is_short {
        out.push(format!("{word}ly"));
    }
    out
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Groups of vowels.
fn syllables(word: &[u8]) -> usize {
    let sounds = |byte: u8| is_vowel(byte) || byte == b'y';
    let spoken = word.strip_suffix(b"e").unwrap_or(word);
    (0..spoken.len()).filter(|at| sounds(spoken[*at]) && (*at == 0 || !sounds(spoken[*at - 1]))).count()
}

/// Whether a word ends in consonant, vowel, consonant, the last of which is written twice before an ending ("stopped").
fn doubles(word: &[u8]) -> bool {
    let [.., first, vowel, last] = word else { return false };
    !is_vowel(*last) && !matches!(last, b'w' | b'x' | b'y') && is_vowel(*vowel) && !is_vowel(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::vocabulary::stems;

    fn check(word: &str, expected: &[&str]) {
        let found = of(word);
        for form in expected {
            assert!(found.iter().any(|f| f == form), "{word}: {form} is not among {found:?}");
        }
    }

    #[test]
    fn words_are_inflected_by_the_rules_of_spelling() {
        check("bake", &["bake", "bakes", "baked", "baking", "baker"]);
        check("stop", &["stops", "stopped", "stopping", "stopper"]);
        check("carry", &["carries", "carried", "carrying", "carrier"]);
        check("happy", &["happier", "happiest", "happily"]);
        check("church", &["churches"]);
        check("cold", &["colder", "coldest", "coldly"]);
        check("die", &["dies", "died", "dying"]);
        check("see", &["sees", "seeing"]);
        check("stay", &["stays", "stayed", "staying"]);
        check("visit", &["visited", "visiting"]);
        check("begin", &["beginning"]);
        check("pass", &["passes", "passed", "passing"]);
    }

    #[test]
    fn what_is_a_form_already_and_what_is_too_short_stay_as_they_are() {
        for word in ["baking", "slowly", "stopped", "lamps", "o'clock", "couldn't", "be", "é"] {
            assert_eq!(of(word), [word]);
        }
    }

    #[test]
    fn every_form_leads_back_to_its_word() {
        for word in [
            "bake", "stop", "carry", "cold", "die", "see", "stay", "visit", "pass", "large", "wet", "free",
            "loaf",
        ] {
            for form in of(word) {
                assert!(stems(&form).iter().any(|stem| stem == word), "{form} does not lead to {word}");
            }
        }
    }
}
