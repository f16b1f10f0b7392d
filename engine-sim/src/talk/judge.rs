//! stub
use crate::content::Village;
use crate::pack::Pack;
use crate::talk::vocabulary::Vocabulary;
macro_rules! violation_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What is wrong with a line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ViolationKind { $($(#[$doc])* $name),+ }
        impl ViolationKind {
            /// Every kind, in order.
            pub const ALL: &'static [ViolationKind] = &[$(ViolationKind::$name),+];
            /// The key: snake case.
            pub fn key(self) -> &'static str {
                match self { $(ViolationKind::$name => $text),+ }
            }
            /// Reads a key back.
            pub fn parse(key: &str) -> Option<ViolationKind> {
                match key { $($text => Some(ViolationKind::$name),)+ _ => None }
            }
        }
    };
}

violation_kinds! {
    /// A capitalised name, or a kind of person, that the village does not have.
    UnknownName = "unknown_name",
    /// A place that the village does not have.
    UnknownPlace = "unknown_place",
    /// A thing that the village does not have.
    UnknownItem = "unknown_item",
    /// A word outside the closed vocabulary.
    UnknownWord = "unknown_word",
    /// A real name or claim that the pack does not permit.
    NotPermitted = "not_permitted",
    /// A hidden fact, in whatever words.
    Leak = "leak",
    /// A required fact is not said.
    MissingFact = "missing_fact",
    /// A number that the pack does not have.
    WrongNumber = "wrong_number",
    /// A time that the pack does not have.
    WrongTime = "wrong_time",
    /// A required fact about somebody else.
    WrongPerson = "wrong_person",
    /// A required fact set somewhere else.
    WrongPlace = "wrong_place",
    /// A required fact denied, or a denial affirmed.
    WrongPolarity = "wrong_polarity",
    /// A promise that the act does not make.
    UnearnedPromise = "unearned_promise",
    /// A deed said that the act does not do.
    SayDoMismatch = "say_do_mismatch",
    /// Spoken as somebody else.
    WrongSpeaker = "wrong_speaker",
    /// Told instead of spoken.
    Narration = "narration",
    /// Knows of models, games, prompts.
    FourthWall = "fourth_wall",
    /// Does what the player's words instructed.
    ObeysInjection = "obeys_injection",
    /// Not English.
    OffLanguage = "off_language",
    /// Above the rating.
    OverRating = "over_rating",
    /// Longer than a line may be.
    TooLong = "too_long",
    /// Says nothing.
    Empty = "empty",
    /// Repeats itself or an earlier line.
    Repetition = "repetition",
    /// Carries markup, placeholders, lists.
    Markup = "markup",
}

/// One thing wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What kind.
    pub kind: ViolationKind,
    /// First byte of the span in the line.
    pub start: usize,
    /// Byte after the span.
    pub end: usize,
    /// The words at fault.
    pub span: String,
    /// A sentence for the retry prompt.
    pub reason: String,
}

/// What the judge found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Empty when the line may be spoken.
    pub violations: Vec<Violation>,
}

impl Verdict {
    /// Whether the line may be spoken.
    pub fn ok(&self) -> bool {
        self.violations.is_empty()
    }
    /// Whether a kind was found.
    pub fn has(&self, kind: ViolationKind) -> bool {
        self.violations.iter().any(|v| v.kind == kind)
    }
}

/// x
pub fn judge(_v: &Village, _w: &Vocabulary, _p: &Pack, _t: &str) -> Verdict {
    Verdict::default()
}
