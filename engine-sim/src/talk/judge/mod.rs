//! The judge: reads the claims back out of a line and compares them with what the engine decided.
//!
//! Owns: the verdict, its kinds and limits, the order of the rules. Refuses to know: who wrote the line, models, retries.
//! Source: DESIGN section 3 ("judge reads the claims back out of the text"). Pure, integer, bounded, never panics.
//!
//! The pipeline: tokens, mentions (closed lexicon), segments, polarity, frames (claims), then the rules. The rules refuse
//! what they do not understand: a claim passes when a fact of the pack covers it, never because no rule forbids it.

mod allusions;
mod answer;
mod beyond;
mod bonds;
mod claims;
pub(crate) mod clock;
mod concept;
mod coverage;
mod cues;
mod deeds;
mod denials;
mod ellipsis;
mod facts;
mod figures;
mod guises;
mod hours;
mod injection;
mod kinds;
mod leaks;
pub(crate) mod lexicon;
mod line;
pub(crate) mod outside;
mod pattern;
pub(crate) mod permits;
mod phrasing;
mod polarity;
mod pronouns;
mod question;
mod reader;
mod remark;
mod reply;
mod rhetoric;
mod roles;
mod ruses;
mod scenes;
mod shape;
mod silence;
mod speakers;
mod stage;
pub(crate) mod token;
mod turns;
mod unasserted;
mod wordings;

#[cfg(test)]
mod answer_tests;
#[cfg(test)]
mod guise_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unasserted_tests;
#[cfg(test)]
mod wordings_tests;

use crate::content::Village;
use crate::ids::PersonId;
use crate::pack::Pack;
use crate::talk::vocabulary::Vocabulary;
use claims::{Context, Frame};
use line::{Line, Setting};

pub use reader::{Traits, Weights, weights};

/// Most characters of a line.
pub const LINE_CHARS_MAX: usize = 240;
/// Most words of a line.
pub const LINE_WORDS_MAX: usize = 48;
/// Most sentences of a line.
pub const LINE_SENTENCES_MAX: usize = 4;
/// Most bytes that are looked at, at all.
pub const LINE_BYTES_MAX: usize = 1024;
/// Most bytes of the player's line that are looked at.
pub const PLAYER_BYTES_MAX: usize = 2048;
/// Most violations reported for one line.
pub const VIOLATIONS_MAX: usize = 16;

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

/// Everything the rules look at.
struct Case<'a> {
    village: &'a Village,
    vocabulary: &'a Vocabulary,
    pack: &'a Pack,
    line: Line<'a>,
    player: Line<'a>,
    context: Context,
    frames: Vec<Frame>,
    found: Vec<Violation>,
}

impl Case<'_> {
    /// Reports tokens `from..to`.
    fn report(&mut self, kind: ViolationKind, from: usize, to: usize, reason: impl Into<String>) {
        let (start, end) = self.line.span(from, to);
        report(&mut self.found, self.line.text, kind, (start, end), reason);
    }
}

fn report(
    found: &mut Vec<Violation>,
    text: &str,
    kind: ViolationKind,
    (start, end): (usize, usize),
    reason: impl Into<String>,
) {
    let known = found.iter().any(|v| v.kind == kind && v.start == start && v.end == end);
    if found.len() < VIOLATIONS_MAX && !known {
        let span = text.get(start..end).unwrap_or_default().to_string();
        found.push(Violation { kind, start, end, span, reason: reason.into() });
    }
}

/// The longest prefix of at most `bytes` that ends on a character.
fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Reads a line and opens its case, with what was found so far.
fn open<'a>(
    village: &'a Village,
    vocabulary: &'a Vocabulary,
    pack: &'a Pack,
    text: &'a str,
    found: Vec<Violation>,
) -> Case<'a> {
    let text = prefix(text, LINE_BYTES_MAX);
    let act = &pack.act;
    let money = act.facts.iter().chain(&act.denied).chain(&pack.may).all(|f| f.at().is_none())
        && (act.gold.is_some() || act.facts.iter().chain(&act.denied).any(|f| f.gold().is_some()));
    let heard = prefix(&pack.player_line, PLAYER_BYTES_MAX);
    let asking = Setting {
        village,
        lexicon: vocabulary.lexicon(),
        speaker: PersonId::PLAYER,
        listener: pack.speaker,
        money,
        heard: &[],
    };
    let player = Line::read(heard, &asking);
    let named = player.people();
    let answering = Setting { speaker: pack.speaker, listener: PersonId::PLAYER, heard: &named, ..asking };
    let line = Line::read(text, &answering);
    let mut context = Context::of_player(&player, village, pack.speaker);
    if matches!(pack.act.kind, crate::act::ActKind::Confess) {
        context.who = Some(claims::Who::Known(pack.speaker));
    }
    (context.unasserted, context.quiet) = unasserted::read(&line, &player, village, pack);
    context.rejects = pack.act.kind == crate::act::ActKind::Deny;
    let frames = claims::read(&line, village, &context);
    Case { village, vocabulary, pack, line, player, context, frames, found }
}

/// Judges a line against what the engine decided. Deterministic; time grows with the length of the line, which is bounded.
pub fn judge(village: &Village, vocabulary: &Vocabulary, pack: &Pack, text: &str) -> Verdict {
    let mut found = Vec::new();
    if pack.speaker.index() >= village.villagers.len() {
        report(&mut found, text, ViolationKind::WrongSpeaker, (0, 0), "the speaker is no villager");
        return Verdict { violations: found };
    }
    shape::raw(text, &mut found);
    let mut case = open(village, vocabulary, pack, text, found);
    shape::check(&mut case);
    permits::check(&mut case);
    facts::check(&mut case);
    deeds::check(&mut case);
    injection::check(&mut case);
    guises::check(&mut case);
    stage::check(&mut case);
    scenes::check(&mut case);
    speakers::check(&mut case);
    reader::check(&mut case);
    case.found.sort_by_key(|v| (v.start, v.kind));
    Verdict { violations: case.found }
}

/// What the third reading counts of a line, for `examples/reader_train.rs`. The speaker must be a villager.
pub fn traits(village: &Village, vocabulary: &Vocabulary, pack: &Pack, text: &str) -> Traits {
    reader::traits(&open(village, vocabulary, pack, text, Vec::new()))
}
