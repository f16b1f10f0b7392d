//! The closed village vocabulary: the words that exist in Emberwick, and how English inflects them.
//!
//! Owns: the word set, the stemmer, the table of irregular forms, the names and phrase forms of the village as a lexicon.
//! Refuses to know: which words a line may use (the judge's matter), files (word lists arrive as text).
//! Source: DESIGN section 4, "a closed village vocabulary"; the stemmer is a candidate generator in the manner of Porter's
//! steps 1a to 1c, kept honest by the word list: a candidate counts only when it is listed.

use crate::content::Village;
use crate::talk::judge::lexicon::Lexicon;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Most bytes of all word lists and texts together.
pub const VOCABULARY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest word that is considered, in bytes.
pub const WORD_BYTES_MAX: usize = 32;

/// Why a vocabulary was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VocabularyError {
    /// Larger than the limit.
    #[error("the word lists have {actual} bytes; the most is {max}")]
    TooLarge {
        /// Bytes found.
        actual: usize,
        /// Bytes allowed.
        max: usize,
    },
}

/// The words that exist, and the village's names as phrases.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    words: BTreeSet<String>,
    lexicon: Lexicon,
}

impl Vocabulary {
    /// Builds the vocabulary from the village's tables, a word list (base words, one a line, `#` comments) and further
    /// texts whose every word is in the world (the written lines).
    ///
    /// # Errors
    /// [`VocabularyError::TooLarge`] when the texts exceed [`VOCABULARY_BYTES_MAX`].
    pub fn build(
        village: &Village,
        words_txt: &str,
        extra_texts: &[&str],
    ) -> Result<Vocabulary, VocabularyError> {
        let actual = words_txt.len() + extra_texts.iter().map(|t| t.len()).sum::<usize>();
        if actual > VOCABULARY_BYTES_MAX {
            return Err(VocabularyError::TooLarge { actual, max: VOCABULARY_BYTES_MAX });
        }
        let mut words = BTreeSet::new();
        for line in words_txt.lines() {
            add_text(&mut words, line.split('#').next().unwrap_or_default());
        }
        for text in extra_texts.iter().chain([&FUNCTION_WORDS, &NUMBER_WORDS]) {
            add_text(&mut words, text);
        }
        for text in village_texts(village) {
            add_text(&mut words, text);
        }
        Ok(Vocabulary { words, lexicon: Lexicon::of(village) })
    }

    /// Whether a lower-case word, or a base form of it, is in the world.
    pub fn contains(&self, word: &str) -> bool {
        self.words.contains(word)
            || stems(word).iter().any(|s| self.words.contains(s))
            || PREFIXES
                .iter()
                .filter_map(|p| word.strip_prefix(p))
                .any(|rest| rest.len() > 3 && self.known(rest))
            || self.compound(word)
    }

    /// Whether a word is listed just so.
    pub(crate) fn lists(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    fn known(&self, word: &str) -> bool {
        self.words.contains(word) || stems(word).iter().any(|s| self.words.contains(s))
    }

    /// "Woodpile", "hayloft" and the like: two listed words, the second a plain one of house, yard or weather.
    fn compound(&self, word: &str) -> bool {
        let single = word.strip_suffix('s').unwrap_or(word);
        TAILS
            .iter()
            .filter_map(|t| single.strip_suffix(t))
            .any(|head| head.len() > 2 && self.words.contains(head))
    }

    /// How many base words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Every word as listed, in order.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }
}

fn village_texts(village: &Village) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    for place in &village.places {
        texts.extend([place.name.as_str(), place.at.as_str(), place.note.as_str()]);
        texts.extend(place.synonyms.iter().map(String::as_str));
        texts.extend(place.residue.as_deref());
    }
    for item in &village.items {
        texts.push(&item.name);
        texts.extend(item.synonyms.iter().map(String::as_str));
        texts.extend(item.carrier.as_deref());
    }
    for v in &village.villagers {
        texts.extend([v.name.as_str(), v.trade.as_str(), v.card.as_str()]);
        texts.extend(v.likes.iter().map(String::as_str));
    }
    texts.extend(village.ties.iter().map(|t| t.note.as_str()));
    texts
}

fn add_text(words: &mut BTreeSet<String>, text: &str) {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    for word in lower.split(|c: char| !c.is_alphabetic() && c != '\'') {
        let word = word.trim_matches('\'');
        let bare = word.strip_suffix("'s").unwrap_or(word);
        if !bare.is_empty() && bare.len() <= WORD_BYTES_MAX {
            words.insert(bare.to_string());
        }
    }
}

/// Whether a lower-case word is one of [`FUNCTION_WORDS`].
pub(crate) fn is_function_word(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

/// Whether a lower-case word is one of [`NUMBER_WORDS`].
pub(crate) fn is_number_word(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| NUMBER_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

/// Whether a word is the irregular past of a verb.
pub(crate) fn is_irregular_past(word: &str) -> bool {
    !PLURALS_AND_PRESENT.contains(&word) && IRREGULAR.iter().any(|(form, _)| *form == word)
}

/// Base forms that an inflected lower-case word may come from, the word itself first. Regular endings and the irregular
/// table; candidates are not checked against any list.
pub fn stems(word: &str) -> Vec<String> {
    let mut out = vec![word.to_string()];
    if word.len() > WORD_BYTES_MAX || !word.is_ascii() {
        return out;
    }
    out.extend(IRREGULAR.iter().filter(|(form, _)| *form == word).map(|(_, base)| (*base).to_string()));
    let mut push = |s: String| {
        if s.len() >= 2 && !out.contains(&s) {
            out.push(s);
        }
    };
    if let Some(b) = word.strip_suffix("ies").or_else(|| word.strip_suffix("ied")) {
        push(format!("{b}y"));
        push(format!("{b}ie"));
    }
    if let Some(b) = word.strip_suffix("ves") {
        push(format!("{b}f"));
        push(format!("{b}fe"));
    }
    if let Some(b) = word.strip_suffix('s').filter(|b| !b.ends_with('s')) {
        push(b.to_string());
        if let Some(b) = b.strip_suffix('e') {
            push(b.to_string());
        }
    }
    if let Some(b) = word.strip_suffix("ying") {
        push(format!("{b}ie"));
    }
    for (suffix, keeps_e) in
        [("ing", true), ("ed", true), ("er", true), ("est", true), ("ers", true), ("y", true)]
    {
        if let Some(b) = word.strip_suffix(suffix).filter(|b| b.len() >= 2) {
            suffixed(b, keeps_e, &mut push);
        }
    }
    for (suffix, with) in [
        ("iest", "y"),
        ("ier", "y"),
        ("ily", "y"),
        ("iness", "y"),
        ("ly", ""),
        ("bly", "ble"),
        ("ness", ""),
        ("less", ""),
        ("ful", ""),
    ] {
        if let Some(b) = word.strip_suffix(suffix).filter(|b| b.len() >= 3) {
            push(format!("{b}{with}"));
        }
    }
    out
}

fn suffixed(base: &str, keeps_e: bool, push: &mut impl FnMut(String)) {
    push(base.to_string());
    if keeps_e {
        push(format!("{base}e"));
    }
    let bytes = base.as_bytes();
    if bytes.len() >= 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] {
        push(base[..base.len() - 1].to_string());
    }
}

/// What may stand before a listed word.
const PREFIXES: &[&str] = &["un", "re", "mis", "over", "fore", "im", "out", "mid"];

/// Second halves of compounds that name nothing but house, yard, weather and hands.
const TAILS: &[&str] = &[
    "box", "pile", "stack", "smoke", "dust", "fall", "light", "time", "side", "bag", "cloth", "work",
    "night", "break", "storm", "bite", "burn", "ache", "fire", "wood", "water", "pot", "pan", "hook", "rope",
    "string", "shine", "song", "worm", "weed", "root", "leaf", "seed", "bone", "maker", "loft", "straw",
    "crust", "crumb", "drift", "flake", "bird", "heap", "mark", "less", "like", "ward", "wards", "wise",
    "fold", "able", "ment", "ish", "some",
];

/// Words of English grammar: always in the world.
pub const FUNCTION_WORDS: &str = "a an the this that these those i me my mine myself we us our ours ourselves you your yours yourself
he him his himself she her hers herself it its itself they them their theirs themselves who whom whose which what where when
why how be am is are was were been being do does did done doing have has had having will would shall should can could may
might must ought need dare not no nor never none nobody nothing nowhere neither either both each every everyone everybody
everything everywhere some someone somebody something somewhere any anyone anybody anything anywhere all most more much many
few less least little lot such same other another else own only just even still yet already again also too very quite rather
so as than then there here now and or but if unless because since while until till though although whether for of to in on at
by with without within from into onto out up down off over under above below between among behind beside besides near about
around against along alone across through past before after during toward towards upon like except yes no aye nay oh ah eh well
please sorry thank thanks not cannot o'clock ago away back ever perhaps maybe indeed once twice thrice however therefore
m pm am s t d ll re ve tis twas em";

/// Number words: always in the world (whether one may be said is another matter).
pub const NUMBER_WORDS: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand dozen half quarter
first second third fourth fifth sixth seventh eighth ninth tenth past minute hour noon midnight";

/// Irregular forms that are no past of a verb.
const PLURALS_AND_PRESENT: &[&str] = &[
    "goes", "has", "is", "are", "am", "been", "done", "men", "women", "feet", "teeth", "mice", "geese",
    "children", "dice", "better", "best", "worse", "worst", "further", "farther", "oxen", "knives", "wives",
    "lives", "dying", "tying", "lying",
];

/// Irregular forms and their bases.
const IRREGULAR: &[(&str, &str)] = &[
    ("brought", "bring"),
    ("spat", "spit"),
    ("swung", "swing"),
    ("gave", "give"),
    ("given", "give"),
    ("took", "take"),
    ("taken", "take"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("went", "go"),
    ("gone", "go"),
    ("goes", "go"),
    ("saw", "see"),
    ("seen", "see"),
    ("came", "come"),
    ("kept", "keep"),
    ("told", "tell"),
    ("said", "say"),
    ("met", "meet"),
    ("sold", "sell"),
    ("bought", "buy"),
    ("lent", "lend"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("left", "leave"),
    ("ran", "run"),
    ("knew", "know"),
    ("known", "know"),
    ("heard", "hear"),
    ("found", "find"),
    ("lost", "lose"),
    ("thought", "think"),
    ("caught", "catch"),
    ("made", "make"),
    ("stood", "stand"),
    ("sat", "sit"),
    ("slept", "sleep"),
    ("held", "hold"),
    ("paid", "pay"),
    ("swore", "swear"),
    ("sworn", "swear"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("wrote", "write"),
    ("written", "write"),
    ("fled", "flee"),
    ("crept", "creep"),
    ("drank", "drink"),
    ("drunk", "drink"),
    ("ate", "eat"),
    ("eaten", "eat"),
    ("broke", "break"),
    ("broken", "break"),
    ("woke", "wake"),
    ("led", "lead"),
    ("sent", "send"),
    ("spent", "spend"),
    ("wore", "wear"),
    ("worn", "wear"),
    ("drew", "draw"),
    ("drawn", "draw"),
    ("drove", "drive"),
    ("driven", "drive"),
    ("rode", "ride"),
    ("ridden", "ride"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("felt", "feel"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("began", "begin"),
    ("begun", "begin"),
    ("did", "do"),
    ("done", "do"),
    ("had", "have"),
    ("has", "have"),
    ("was", "be"),
    ("were", "be"),
    ("is", "be"),
    ("are", "be"),
    ("am", "be"),
    ("been", "be"),
    ("got", "get"),
    ("gotten", "get"),
    ("bore", "bear"),
    ("borne", "bear"),
    ("lit", "light"),
    ("threw", "throw"),
    ("thrown", "throw"),
    ("kissed", "kiss"),
    ("fought", "fight"),
    ("won", "win"),
    ("sang", "sing"),
    ("sung", "sing"),
    ("rang", "ring"),
    ("rung", "ring"),
    ("froze", "freeze"),
    ("frozen", "freeze"),
    ("burnt", "burn"),
    ("built", "build"),
    ("bent", "bend"),
    ("dealt", "deal"),
    ("dug", "dig"),
    ("fed", "feed"),
    ("flew", "fly"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("hung", "hang"),
    ("knelt", "kneel"),
    ("laid", "lay"),
    ("lain", "lie"),
    ("lay", "lie"),
    ("lying", "lie"),
    ("meant", "mean"),
    ("rose", "rise"),
    ("risen", "rise"),
    ("shook", "shake"),
    ("shaken", "shake"),
    ("shone", "shine"),
    ("shot", "shoot"),
    ("shut", "shut"),
    ("slid", "slide"),
    ("snuck", "sneak"),
    ("spun", "spin"),
    ("stuck", "stick"),
    ("struck", "strike"),
    ("swept", "sweep"),
    ("swam", "swim"),
    ("taught", "teach"),
    ("tore", "tear"),
    ("torn", "tear"),
    ("wept", "weep"),
    ("wound", "wind"),
    ("men", "man"),
    ("women", "woman"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("mice", "mouse"),
    ("geese", "goose"),
    ("children", "child"),
    ("dice", "die"),
    ("better", "good"),
    ("best", "good"),
    ("worse", "bad"),
    ("worst", "bad"),
    ("further", "far"),
    ("farther", "far"),
    ("oxen", "ox"),
    ("knives", "knife"),
    ("wives", "wife"),
    ("lives", "life"),
    ("dying", "die"),
    ("tying", "tie"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_lead_back_to_the_base() {
        let check = |word: &str, base: &str| {
            assert!(stems(word).iter().any(|s| s == base), "{word} should reach {base}: {:?}", stems(word));
        };
        for (word, base) in [
            ("lamps", "lamp"),
            ("loaves", "loaf"),
            ("carried", "carry"),
            ("stopped", "stop"),
            ("baking", "bake"),
            ("lying", "lie"),
            ("happier", "happy"),
            ("quickly", "quick"),
            ("took", "take"),
            ("sitting", "sit"),
            ("churches", "church"),
            ("used", "use"),
            ("coldest", "cold"),
            ("steadily", "steady"),
        ] {
            check(word, base);
        }
    }

    #[test]
    fn only_listed_words_exist() {
        let village = Village::shipped().unwrap();
        let vocabulary =
            Vocabulary::build(&village, "iron # comment dragon\nkettle\n", &["A written line."]).unwrap();
        for known in ["kettles", "iron", "written", "bram", "taproom", "seven", "the"] {
            assert!(vocabulary.contains(known), "{known}");
        }
        for unknown in ["dragon", "comment", "grimbold", "aegis"] {
            assert!(!vocabulary.contains(unknown), "{unknown}");
        }
        let large = "a ".repeat(VOCABULARY_BYTES_MAX);
        assert!(Vocabulary::build(&village, &large, &[]).is_err());
    }
}
