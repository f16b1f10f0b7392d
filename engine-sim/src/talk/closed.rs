//! The closed list: every form of a word that a line may be made of, and the names and numbers that one pack opens besides.
//!
//! Owns: which forms are listed, which words are shut until a pack opens them, how what is opened is spelled. Refuses to know: tokens and
//! models (a decoder masks with this), and what a line claims. The judge reads the same vocabulary, the same lexicon and the
//! same permits, so that what may be begun here is not refused there as an unknown word or name; it still refuses whatever is
//! said wrongly. Shut are the villagers' names, the words for places and things, counting words and digits. What a
//! villager's own written lines say stays open to them. Source: DESIGN section 4, "a closed village vocabulary".

mod forms;

use crate::content::Village;
use crate::ids::PersonId;
use crate::pack::Pack;
use crate::talk::judge::clock::is_counting_word;
use crate::talk::judge::lexicon::bare;
use crate::talk::judge::outside::{MILD, OUTSIDE, RATED};
use crate::talk::judge::permits::{HONOURS, hours, permitted_by, sums};
use crate::talk::judge::token::tokenise;
use crate::talk::lines::Lines;
use crate::talk::vocabulary::{Vocabulary, is_function_word};
use crate::time::number_words;
use std::collections::BTreeSet;

/// What may stand between words: a line of speech has no brackets, no markup and no quotation marks. A new line ends it.
pub const MARKS: &str = " \n.,;:!?'-\u{2013}\u{2014}\u{2026}\u{2019}";
/// What any word may end in.
pub const ENDINGS: [&str; 1] = ["'s"];
/// Most names and numbers that a pack opens.
pub const OPENED_MAX: usize = 256;
/// Longest of them in bytes.
pub const OPENED_BYTES_MAX: usize = 64;
/// What is left of contractions when they are cut: no words by themselves.
const REMNANTS: [&str; 8] = ["d", "em", "ll", "m", "re", "s", "t", "ve"];

/// The list.
#[derive(Debug, Clone)]
pub struct Closed {
    /// Every form, one space between two, in order. Those in lower case may be capitalised where a sentence begins.
    pub words: String,
    /// BLAKE3 of `words`, [`MARKS`] and the [`ENDINGS`], each with a line's end behind it, in hex: names the list.
    pub hash: String,
    shut: BTreeSet<String>,
    /// By villager: shut words of their own written lines.
    own: Vec<BTreeSet<String>>,
}

/// What one pack opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// People, places, things and other shut words, each spelled as it may be said.
    pub names: Vec<String>,
    /// Sums and hours in words.
    pub numbers: Vec<String>,
}

impl Closed {
    /// The list of a village.
    pub fn of(village: &Village, vocabulary: &Vocabulary, lines: &Lines) -> Closed {
        let named = vocabulary.lexicon().single_words().filter(|word| !is_function_word(word));
        let shut: BTreeSet<String> = named.map(str::to_string).collect();
        let is_open =
            |word: &str| !shut.contains(word) && !is_counting_word(word) && !REMNANTS.contains(&word);
        let mut all = BTreeSet::new();
        for base in vocabulary.listed().filter(|base| is_open(base)) {
            // Words of grammar have no endings.
            let forms = if is_function_word(base) { vec![base.to_string()] } else { forms::of(base) };
            for form in forms.into_iter().filter(|form| is_open(form) && !is_outside(form)) {
                all.insert(spelled(form));
            }
        }
        let honours = HONOURS.iter().filter(|word| is_open(word) && vocabulary.contains(word));
        all.extend(honours.map(|word| capitalised(word)));
        let words = all.into_iter().collect::<Vec<_>>().join(" ");
        let hash = blake3::hash(format!("{words}\n{MARKS}\n{}\n", ENDINGS.join(" ")).as_bytes())
            .to_hex()
            .to_string();
        let mut own = vec![BTreeSet::new(); village.villagers.len()];
        for (who, _, line) in lines.all() {
            let said = tokenise(line).into_iter().map(|tok| tok.low);
            own[who.index()].extend(said.filter(|word| shut.contains(word) || is_counting_word(word)));
        }
        Closed { words, hash, shut, own }
    }

    /// What a pack opens: whom, where and what it permits, in each of the words for it; its sums and its hours. The speaker must
    /// be a villager. At most [`OPENED_MAX`] entries, people first.
    pub fn opened(&self, village: &Village, pack: &Pack) -> Opened {
        let may = permitted_by(village, pack);
        let mut names = Spellings::default();
        for who in may.people.iter().filter(|who| !who.is_player()) {
            names.add(village.name(*who));
        }
        for place in may.places.iter().map(|place| village.place(*place)) {
            self.add_all(&mut names, &place.name, &place.synonyms);
        }
        for item in may.items.iter().map(|item| village.item(*item)) {
            self.add_all(&mut names, &item.name, &item.synonyms);
        }
        self.own(pack.speaker).for_each(|word| names.add(word));
        let mut numbers = Spellings::default();
        for gold in sums(pack) {
            numbers.add(&number_words(u32::from(gold)));
        }
        for hour in hours(pack) {
            numbers.add(&hour.words());
        }
        names.0.truncate(OPENED_MAX);
        numbers.0.truncate(OPENED_MAX - names.0.len());
        Opened { names: names.0, numbers: numbers.0 }
    }

    fn own(&self, who: PersonId) -> impl Iterator<Item = &str> {
        self.own[who.index()].iter().map(String::as_str)
    }

    /// The words for a place or thing: those alone that are shut, and those of several words that hold a capital or a word that
    /// is shut otherwise.
    fn add_all(&self, names: &mut Spellings, name: &str, synonyms: &[String]) {
        let phrases = || std::iter::once(bare(name)).chain(synonyms.iter().map(String::as_str));
        let is_shut = |word: &str| self.shut.contains(word) && !phrases().any(|phrase| phrase == word);
        for phrase in phrases() {
            let alone = self.shut.contains(&phrase.to_lowercase());
            let inside = phrase.split(' ').any(|word| word.chars().any(char::is_uppercase) || is_shut(word));
            if alone || inside {
                names.add(phrase);
            }
        }
    }
}

/// Spellings in the order in which they came, each once.
#[derive(Default)]
struct Spellings(Vec<String>);

impl Spellings {
    /// As it is written, and as it begins a sentence.
    fn add(&mut self, words: &str) {
        for spelling in [words.to_string(), capitalised(words)] {
            if spelling.len() <= OPENED_BYTES_MAX && !spelling.is_empty() && !self.0.contains(&spelling) {
                self.0.push(spelling);
            }
        }
    }
}

/// Words that the judge lets nobody say, whatever the pack.
fn is_outside(word: &str) -> bool {
    OUTSIDE.contains(&word) || RATED.contains(&word) && !MILD.contains(&word)
}

/// "I" and what it is contracted to have their capital anywhere, and no other spelling.
fn spelled(form: String) -> String {
    if form == "i" || form.starts_with("i'") { capitalised(&form) } else { form }
}

fn capitalised(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests;
