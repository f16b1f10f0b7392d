//! Question: what the player's line asks for, and what it names that a short answer may lean on.
//!
//! Owns: the slots asked after, the one person, place, time and item named, the turn of phrase of a fact's kind in the
//! question. Refuses to know: the answer (`answer`), what the engine decided. Nothing is lent by a question that is denied,
//! that asks how, why or how much, or that names two of a kind.

use super::claims::Cue;
use super::clock::TimeRead;
use super::concept::{self, Concept};
use super::coverage::Need;
use super::cues::CUES;
use super::line::{Line, What};
use super::pattern::{find_any, within};
use super::phrasing::TAKING;
use super::polarity;
use crate::fact::Fact;
use crate::ids::{ItemId, PersonId, PlaceId};

/// The player's question as far as an answer in short needs it.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    who: bool,
    place: bool,
    when: bool,
    what: bool,
    /// Whether it asks who was with somebody.
    pub company: bool,
    /// Whether it asks for a yes or a no alone.
    pub whether: bool,
    pub person: Option<PersonId>,
    /// All whom it names, when they are several.
    pub people: Vec<PersonId>,
    pub at_place: Option<PlaceId>,
    pub at_time: Option<TimeRead>,
    pub item: Option<ItemId>,
    /// Whether it begins as one for a yes or a no: "Was she there, and with what?"
    pub opens_whether: bool,
    /// Whether it says "it", "there" or "here" of what it does not name.
    pub points: bool,
}

/// Questions that a fact's slots do not answer.
const OTHERWISE: &[&str] = &["how", "why", "what for|if|about"];

/// "And you, at nine?": whereabouts, in the fewest words.
#[rustfmt::skip]
const ASKS_ABOUT: &[&str] = &["^ ~1 and|what|how about? you|#person ~2 #time", "^ ~1 and|what|how about? ~2 #time $"];

/// Whose slot is asked after.
#[rustfmt::skip]
const ASKS_WHO: &[&str] = &["who|whom|whose|anyone|anybody|someone|somebody", "what|which man|woman|one|villager"];
#[rustfmt::skip]
const ASKS_WHERE: &[&str] = &["where|whereabouts|anywhere", "what|which ~1 place|spot|house|way"];
#[rustfmt::skip]
const ASKS_WHEN: &[&str] = &["when", "what|which ~1 time|hour|o'clock|bell"];
#[rustfmt::skip]
const ASKS_WHAT: &[&str] = &["what|which|anything|something"];
#[rustfmt::skip]
const ASKS_WHETHER: &[&str] = &["^ and|but|so|then|well? was|were|is|are|did|do|does|has|had|have ~0 #word"];

/// Company in the question.
const WITH: &[&str] =
    &["with|beside|near #person|you|him|her|whom|who", "#person|you|he|she with", "else there"];

/// "Was Maud not there?", "…, wasn't she?": hopes for a yes.
const HOPES: &[&str] = &[
    "^ was|were|is|are|did|do|does|has|had|have n't",
    "^ was|were|is|are|did|do|does #person|he|she|you not",
];

/// Work in the question: "Who keeps the herb house?"
#[rustfmt::skip]
const WORKING: &[&str] = &["work+|keep+|run+|mind+|tend+|serve+|labour+", "whose ~2 #place", "in charge"];

/// Finding in the question: "What lay on the floor?"
#[rustfmt::skip]
const FINDING: &[&str] = &["find+|found|notice+|left|leave+|see|saw|seen|spot+|lie+|lay|clue+|trace+|mark+|there", "on the floor|ground|boards|hearth"];

/// Pleasing in the question: "What would make Greta happy?"
#[rustfmt::skip]
const PLEASING: &[&str] = &["please+|cheer+|delight+|happy|happier|glad|smile+|like+|love+|gift|present|fancy|fancies"];

/// What is no longer asked of a thing that is gone.
pub(super) const STILL: &[&str] = &["still|there|safe|last"];

/// What says of a thing that it was in its place.
pub(super) const IN_PLACE: &[&str] = &["still|safe|last", "was|is|'s|lay|sat|stood|were ~1 there"];

impl Question {
    /// Reads the player's line; none when it asks nothing that a short answer could lean on.
    pub fn of(player: &Line<'_>, speaker: PersonId) -> Option<Question> {
        let asking = (0..player.toks.len()).any(|i| player.asks(i));
        // "Who was with Agnes? She was not there alone.": only what is asked counts.
        let denied = |&(from, to): &(usize, usize)| {
            let polarity = polarity::of_segment(player, from, to);
            let hopes = within(player, HOPES, from, to).is_some();
            let were = within(player, &["^ ~3 were"], from, to).is_some();
            (player.asks(from) || !asking) && (polarity.denied() && !hopes || polarity.supposed && !were)
        };
        let has = |table: &'static [&'static str]| find_any(player, table).is_some();
        let about = has(ASKS_ABOUT);
        if has(OTHERWISE) && !about || player.segments.iter().any(denied) {
            return None;
        }
        let mut q = Question {
            who: has(ASKS_WHO),
            place: about || has(ASKS_WHERE),
            when: has(ASKS_WHEN),
            ..Question::default()
        };
        q.company = q.who && has(WITH);
        q.what = has(ASKS_WHAT) && !q.who && !q.place && !q.when;
        // "So Maud was at the mill?" asks without asking words.
        q.whether = !(q.who || q.place || q.when || q.what) && (has(ASKS_WHETHER) || asking);
        if !(q.who || q.place || q.when || q.what || q.whether) {
            return None;
        }
        q.opens_whether = has(ASKS_WHETHER);
        q.points = has(&["it|they|them|there|here|ember|one"]);
        q.given(player, speaker);
        Some(q)
    }

    fn given(&mut self, player: &Line<'_>, speaker: PersonId) {
        let only = |mut found: Vec<What>| {
            found.dedup();
            let first = found.first().copied()?;
            found.iter().all(|w| *w == first).then_some(first)
        };
        let of =
            |keep: fn(&What) -> bool| only(player.mentions.iter().map(|m| m.what).filter(keep).collect());
        let none = |keep: fn(&What) -> bool| !player.mentions.iter().any(|m| keep(&m.what));
        let person = |w: &What| matches!(w, What::Person(_) | What::UnknownPerson);
        if let Some(What::Person(p)) = of(person) {
            self.person = Some(p).filter(|p| !p.is_player());
        } else if none(person) && find_any(player, &["you|your|yours|yourself"]).is_some() {
            self.person = Some(speaker);
        }
        let named = player.mentions.iter().filter_map(|m| match m.what {
            What::Person(p) if !p.is_player() => Some(p),
            _ => None,
        });
        self.people = if self.person.is_none() { named.collect() } else { Vec::new() };
        if let Some(What::Place(p)) = of(|w| matches!(w, What::Place(_))) {
            self.at_place = Some(p);
        }
        if let Some(What::Time(t)) = of(|w| matches!(w, What::Time(t) if t.minute.is_some() || t.other_day)) {
            self.at_time = Some(t).filter(|t| !t.other_day);
        }
        if let Some(What::Item(i)) = of(|w| matches!(w, What::Item(_) | What::Trace(_))) {
            self.item = Some(i);
        }
    }

    /// Whether a need is what is asked for.
    pub fn asks(&self, need: Need) -> bool {
        match need {
            Need::Person(p) => self.who && !(self.company && self.person == Some(p)),
            Need::Place(_) => self.place,
            Need::Time(_) => self.when,
            Need::Item(_) | Need::Trace(_) | Need::Residue(_) => self.what,
            Need::Gold(_) => true,
        }
    }

    /// Whether it asks what somebody did or had.
    pub fn asks_what(&self) -> bool {
        self.what
    }

    /// Whether the answer must be said of an hour: the question asks when.
    pub fn asks_when(player: &Line<'_>) -> bool {
        find_any(player, ASKS_WHEN).is_some()
    }
}

/// What somebody had along.
const BURDEN: &[&str] = &["with what", "what ~3 with|about|on him|her|them|you", "empty handed"];

/// Whose a thing is.
const WHOSE: &[&str] = &["whose", "owner|owns", "belong+"];

/// Whether the question has the turn of phrase that a fact of this kind needs.
pub(super) fn phrased(player: &Line<'_>, fact: &Fact) -> bool {
    // "Who was with her? Surely she was not by herself.": only what is asked counts.
    let asking = (0..player.toks.len()).any(|i| player.asks(i));
    let asked = |p: &'static [&'static str]| {
        let mut heard = player.segments.iter().filter(|s| player.asks(s.0) || !asking);
        heard.any(|s| within(player, p, s.0, s.1).is_some())
    };
    let cue = |cue: Cue| CUES.iter().any(|(c, p)| *c == cue && asked(p));
    let idea = |c: Concept| concept::found(player, 0, player.toks.len()).contains(&c);
    match *fact {
        Fact::Was { .. } | Fact::Passed { .. } => !cue(Cue::Lost) && !cue(Cue::Carry) && !cue(Cue::Alone),
        Fact::Alone { .. } => cue(Cue::Alone) && !cue(Cue::NotAlone),
        Fact::Carried { .. } => cue(Cue::Carry) || find_any(player, BURDEN).is_some(),
        Fact::Works { .. } => find_any(player, WORKING).is_some(),
        Fact::Owns { .. } => find_any(player, WHOSE).is_some() || cue(Cue::Own) && !cue(Cue::Carry),
        Fact::Took { .. } => within(player, TAKING, 0, player.toks.len()).is_some(),
        Fact::Wants { .. } => cue(Cue::Want) || find_any(player, PLEASING).is_some(),
        Fact::Present { .. } => find_any(player, STILL).is_some() && !cue(Cue::Gone),
        Fact::Missing { .. } => cue(Cue::Gone) && find_any(player, STILL).is_none(),
        Fact::Trace { .. } | Fact::Residue { .. } => find_any(player, FINDING).is_some(),
        Fact::HasMotive { motive, .. } => idea(Concept::Motive(motive)),
        Fact::Keeps { secret, .. } => idea(Concept::Secret(secret)),
        Fact::Owes { .. } | Fact::Price { .. } | Fact::Tied { .. } | Fact::Said { .. } => false,
    }
}
