//! The player's line: free text to ranked intents, against a closed lexicon.
//!
//! Owns: [`Parser`], what it is told of the conversation and what it gives back. Refuses to know: the world's state, what a
//! villager does about an intent. Deterministic, integers only; any UTF-8 of any length is accepted, and no text is ever
//! an instruction: words that no cue knows are small talk or nothing. Source: DESIGN section 3, "A player's line".

pub mod clauses;
pub mod intents;
pub mod lexicon;
pub mod pattern;
pub mod rules;
pub mod say;
pub mod slots;
pub mod spell;
pub mod times;
pub mod tokenise;
pub mod words;

#[cfg(test)]
mod tests;

pub use intents::{Intent, Named};
pub use lexicon::{LEXICON_TOML, LexiconError};
pub use say::suggest_text;

use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::Slot;
use clauses::{CLAUSES_MAX, Courtesy, Stretch};
use lexicon::Lexicon;
use rules::Rules;
use slots::Atom;

/// Below this score the villager asks back.
pub const CLEAR_MIN: u16 = 500;
/// Two readings of different kinds nearer than this are a tie.
pub const TIE_MARGIN: u16 = 6;
/// Most words kept for small talk.
pub const TOPIC_WORDS_MAX: usize = 12;

const _: () = assert!(rules::GUESS_SCORE < CLEAR_MIN && rules::SCORE_MIN <= rules::GUESS_SCORE);

/// What the conversation gives a line to lean on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkContext {
    /// The villager spoken to: "you".
    pub listener: PersonId,
    /// "she", "he", "they".
    pub last_person: Option<PersonId>,
    /// "there".
    pub last_place: Option<PlaceId>,
    /// "then".
    pub last_slot: Option<Slot>,
    /// "it", "that".
    pub last_item: Option<ItemId>,
    /// "here".
    pub here: PlaceId,
    /// The player's last intent, for "and at eight?".
    pub last_intent: Option<Intent>,
}

impl TalkContext {
    /// The beginning of a conversation.
    pub fn new(listener: PersonId, here: PlaceId) -> TalkContext {
        TalkContext {
            listener,
            here,
            last_person: None,
            last_place: None,
            last_slot: None,
            last_item: None,
            last_intent: None,
        }
    }
}

/// One way to understand a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it would mean.
    pub intent: Intent,
    /// 0..=1000.
    pub score: u16,
}

/// One question or statement of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Best first; the last is always [`Intent::None`].
    pub readings: Vec<Reading>,
    /// No reading is good enough, or two are as good as each other: the villager asks back.
    pub unclear: bool,
}

impl Clause {
    /// The best reading: `Intent::None` when nothing else was found.
    pub fn best(&self) -> &Intent {
        self.readings.first().map_or(&Intent::None, |r| &r.intent)
    }
}

/// Something found in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// What it is.
    pub named: Named,
    /// First byte in the line and one past the last.
    pub span: (u32, u32),
    /// It was said by a pronoun.
    pub pronoun: bool,
}

/// A line, understood as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    /// In the order said; at least one, at most [`CLAUSES_MAX`].
    pub clauses: Vec<Clause>,
    /// A clause is unclear.
    pub unclear: bool,
    /// Mended words: (typed, taken).
    pub corrections: Vec<(String, String)>,
    /// Content words, for small talk.
    pub topic_words: Vec<String>,
    /// People, places, items, times, numbers and traces found.
    pub mentions: Vec<Mention>,
    /// A time outside the evening was named.
    pub outside: bool,
    /// The line was longer than the limit; the rest was not read.
    pub cut: bool,
}

/// Reads players' lines. Built once for a village.
#[derive(Debug, Clone)]
pub struct Parser {
    village: Village,
    lexicon: Lexicon,
}

impl Parser {
    /// A parser for a village and a lexicon's text.
    ///
    /// # Errors
    /// [`LexiconError`] with the sentence to show.
    pub fn new(village: &Village, lexicon_toml: &str) -> Result<Parser, LexiconError> {
        Ok(Parser { village: village.clone(), lexicon: Lexicon::parse(village, lexicon_toml)? })
    }

    /// A parser for a village with the shipped lexicon.
    ///
    /// # Errors
    /// [`LexiconError`] when the lexicon names what the village has not.
    pub fn shipped(village: &Village) -> Result<Parser, LexiconError> {
        Parser::new(village, LEXICON_TOML)
    }

    /// Reads a line.
    pub fn parse(&self, text: &str, context: &TalkContext) -> Parse {
        let (tokens, cut) = tokenise::tokenise(text);
        let (words, corrections) = words::words_of(&tokens, &self.lexicon);
        let atoms = slots::atoms_of(&self.village, &self.lexicon, context, &words);
        let mentions = atoms.iter().filter_map(mention).collect();
        let outside = atoms.iter().any(|a| a.time && a.named.is_none());
        let topic_words = self.topic_words(&atoms);
        let stretches = clauses::stretches_of(atoms, &self.lexicon, context.listener);
        let clauses = self.clauses(&stretches, context);
        let unclear = clauses.iter().any(|c| c.unclear);
        Parse { clauses, unclear, corrections, topic_words, mentions, outside, cut }
    }

    fn topic_words(&self, atoms: &[Atom]) -> Vec<String> {
        let content = atoms.iter().filter(|a| a.named.is_none() && !self.lexicon.in_set("stop", &a.text));
        content.take(TOPIC_WORDS_MAX).map(|a| a.text.clone()).collect()
    }

    fn clauses(&self, stretches: &[Stretch], context: &TalkContext) -> Vec<Clause> {
        let rules = Rules { village: &self.village, lexicon: &self.lexicon, context };
        let mut before = context.last_intent.clone();
        let mut clauses: Vec<Clause> = Vec::new();
        for stretch in stretches {
            let mut readings = rules.read(stretch, before.as_ref());
            if let (true, Some(last)) = (stretch.joined, clauses.last()) {
                let from = last.best().clone();
                readings.iter_mut().for_each(|r| inherit(&mut r.intent, &from));
            }
            if let Some(both) = courtesy_and_leave(stretch, &readings) {
                before = Some(Intent::Leave);
                both.into_iter().for_each(|clause| join(&mut clauses, clause));
                continue;
            }
            let clause = settle(readings);
            if *clause.best() == Intent::None {
                continue;
            }
            before = Some(clause.best().clone());
            join(&mut clauses, clause);
        }
        drop_manners(&mut clauses);
        let clear = |c: &Clause| c.readings.first().is_some_and(|r| r.score >= CLEAR_MIN);
        if clauses.iter().any(clear) {
            clauses.retain(clear);
        }
        clauses.truncate(CLAUSES_MAX);
        if clauses.is_empty() {
            clauses.push(settle(Vec::new()));
        }
        clauses
    }
}

/// "Thanks, goodbye" and "sorry, I must go" in one stretch are both: neither reading is the wrong one.
fn courtesy_and_leave(stretch: &Stretch, readings: &[Reading]) -> Option<[Clause; 2]> {
    let courtesy = |intent: &Intent| matches!(intent, Intent::Thank | Intent::Apologise);
    let clear = |r: &&Reading| r.score >= CLEAR_MIN;
    let leave = readings.iter().filter(clear).find(|r| r.intent == Intent::Leave)?;
    let lead = stretch.courtesy.map(|lead| match lead {
        Courtesy::Thanks => Reading { intent: Intent::Thank, score: leave.score },
        Courtesy::Sorry => Reading { intent: Intent::Apologise, score: leave.score },
    });
    let polite = readings.iter().filter(clear).find(|r| courtesy(&r.intent)).or(lead.as_ref())?;
    let first = readings.first().is_some_and(|r| courtesy(&r.intent) || r.intent == Intent::Leave);
    first.then(|| [polite, leave].map(|reading| settle(vec![reading.clone()])))
}

/// Manners go where more follows. Before a goodbye, thanks and an apology stay: they are answered, then the talk ends.
fn drop_manners(clauses: &mut Vec<Clause>) {
    if clauses.iter().all(|c| c.best().is_manners()) {
        return;
    }
    if clauses.iter().all(|c| c.best().is_manners() || *c.best() == Intent::Leave) {
        clauses.retain(|c| matches!(c.best(), Intent::Thank | Intent::Apologise | Intent::Leave));
        clauses.sort_by_key(|c| *c.best() == Intent::Leave);
    } else {
        clauses.retain(|c| !c.best().is_manners());
    }
}

fn mention(atom: &Atom) -> Option<Mention> {
    let named = atom.named.or(atom.evidence)?;
    Some(Mention { named, span: atom.span, pronoun: atom.pronoun || atom.you })
}

/// Adds `Intent::None` and decides whether the clause is clear.
fn settle(mut readings: Vec<Reading>) -> Clause {
    let best = readings.first().map_or(0, |r| r.score);
    let key = readings.first().map(|r| r.intent.key());
    let rival = readings.iter().find(|r| Some(r.intent.key()) != key);
    let second = rival.map_or(0, |r| r.score);
    let unclear = !readings.is_empty() && (best < CLEAR_MIN || second + TIE_MARGIN > best);
    readings.push(Reading { intent: Intent::None, score: 1000 - best.min(1000) });
    Clause { readings, unclear }
}

/// A question that goes on from another takes over its time where it names none.
fn inherit(intent: &mut Intent, from: &Intent) {
    if let Intent::AskWhere { at: at @ None, now: false, .. }
    | Intent::AskWith { at: at @ None, .. }
    | Intent::AskSaw { at: at @ None, .. } = intent
    {
        *at = from.at();
    }
}

/// Adds a clause; the same intent twice, or a claim that a fuller one follows, counts once.
fn join(clauses: &mut Vec<Clause>, clause: Clause) {
    let fuller = |old: &Intent, new: &Intent| match (old, new) {
        (Intent::Confront { place: None, at: None, source: None, .. }, Intent::Confront { .. }) => true,
        (Intent::Confront { source: None, .. }, Intent::Confront { source: Some(_), .. }) => true,
        _ => old == new,
    };
    match clauses.last_mut() {
        Some(last) if fuller(last.best(), clause.best()) => *last = clause,
        Some(last)
            if matches!(clause.best(), Intent::Confront { place: None, at: None, source: None, .. })
                && matches!(last.best(), Intent::Confront { .. } | Intent::Accuse { .. }) => {}
        _ => clauses.push(clause),
    }
}
