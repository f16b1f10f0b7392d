//! Policy: what a villager does about what the player means, from what they know, want, hide and feel.
//!
//! Owns: the choice of act and its effects, by trait, mood, trust and stake. Refuses to know: the player's wording beyond
//! its intent, and every word that is spoken back. It reads the state and returns a decision; `turn` commits it.

mod ask;
mod manners;
pub mod press;
mod trade;

use crate::act::{Act, ActKind};
use crate::fact::{Fact, How, Knowing};
use crate::ids::{ItemId, PersonId};
use crate::library::Library;
use crate::snapshot::state::{State, Thread};
use crate::talk::parse::Intent;
use crate::time::Slot;

/// Trust from which the reticent open up.
pub const TRUST_WON: u8 = 60;
/// Trust below which a villager will not answer about the evening.
pub const TRUST_SHUT: u8 = 15;
/// Minutes that an insult is remembered without an apology.
pub const CROSS_MIN: u32 = 45;
/// Most facts in one line: a sentence or two cannot carry more.
pub const FACTS_MAX: usize = 2;

/// A change that an act brings about. Committed before any prose exists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum Effect {
    /// Trust moves by `by`.
    Trust { by: i8 },
    /// The villager takes offence, or (false) gets over it.
    Cross { angry: bool },
    /// The villager has owned up.
    Confessed,
    /// What they said that was not so is taken back.
    Withdraw,
    /// The favour has been asked, or (true) done.
    Favour { done: bool },
    /// Gold to (positive) or from the player.
    Gold { change: i32 },
    /// An item to (true) or from the player.
    Item { item: ItemId, came: bool },
    /// A topic has been shared.
    Shared { topic: String },
    /// The player learns a fact.
    Learn { fact: Fact, how: How, source: PersonId },
    /// The offer on the table.
    Offer { offer: Option<(ItemId, u16)> },
    /// This half-hour has been asked about.
    Asked { at: Slot },
    /// This key has been used once more.
    Used { key: &'static str },
    /// The conversation ends.
    Part,
}

/// What is done about one clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The act.
    pub act: Act,
    /// The key of the written lines, at least as fine as the act's.
    pub key: String,
    /// Readings offered by a clarifying question, in words.
    pub readings: Vec<String>,
    /// What changes.
    pub effects: Vec<Effect>,
}

impl Decision {
    fn new(act: Act) -> Decision {
        Decision { key: act.kind.key().to_string(), act, readings: Vec::new(), effects: Vec::new() }
    }
    fn bare(kind: ActKind) -> Decision {
        Decision::new(Act::bare(kind))
    }
    fn key(mut self, key: &str) -> Decision {
        self.key = key.to_string();
        self
    }
    fn with(mut self, effect: Effect) -> Decision {
        self.effects.push(effect);
        self
    }
}

/// Everything a decision may look at.
pub struct Mind<'a> {
    /// The tables.
    pub library: &'a Library,
    /// The world.
    pub state: &'a State,
    /// Whose decision it is.
    pub who: PersonId,
    /// What the talk is about.
    pub thread: &'a Thread,
    /// Content words of the player's line, for small talk.
    pub topic_words: &'a [String],
}

impl Mind<'_> {
    /// Trust towards the player.
    pub fn trust(&self) -> u8 {
        self.state.people[self.who.index()].trust
    }
    /// Whether they are offended.
    pub fn cross(&self) -> bool {
        self.state.people[self.who.index()].cross_until > self.state.now
    }
    /// Whether they have owned up to what they hid.
    pub fn confessed(&self) -> bool {
        self.state.people[self.who.index()].confessed
    }
    /// What they would tell this player now: the evening's knowledge and what they have heard since.
    pub fn tells(&self) -> Vec<Knowing> {
        let (village, case) = (&self.library.village, &self.state.case);
        let mut known: Vec<Knowing> = if self.trust() >= TRUST_WON {
            case.tells_won_over(village, self.who, self.confessed()).collect()
        } else {
            case.tells(village, self.who, self.confessed()).collect()
        };
        for heard in &self.state.people[self.who.index()].heard {
            if case.would_tell(village, self.who, self.confessed(), heard)
                && !known.iter().any(|k| k.fact == heard.fact)
            {
                known.push(*heard);
            }
        }
        known
    }
    /// How often a key was used with this villager.
    pub fn used(&self, key: &str) -> u16 {
        let used = &self.state.talk.used;
        used.iter().find(|(who, k, _)| *who == self.who && k == key).map_or(0, |(_, _, times)| *times)
    }
    /// Facts the player has not heard from them come first; the order is otherwise kept.
    fn fresh_first(&self, mut known: Vec<Knowing>) -> Vec<Knowing> {
        let told = |k: &Knowing| self.state.talk.told.contains(&(self.who, k.fact));
        known.sort_by_key(|k| told(k));
        known
    }
    /// Says up to [`FACTS_MAX`] of these, all known in the same way; `None` when there are none.
    fn answer(&self, known: Vec<Knowing>) -> Option<Decision> {
        let known = self.fresh_first(known);
        let first = *known.first()?;
        let same_way = |k: &&Knowing| match (first.how, k.how) {
            (How::Told(a), How::Told(b)) => a == b,
            (How::Told(_), _) | (_, How::Told(_)) => false,
            (a, b) => (a == How::Inferred) == (b == How::Inferred),
        };
        let mut chosen: Vec<Knowing> = Vec::new();
        for k in known.iter().filter(same_way) {
            if chosen.len() < FACTS_MAX && !chosen.iter().any(|c| c.fact == k.fact) {
                chosen.push(*k);
            }
        }
        let mut act = Act::saying(ActKind::Answer, chosen.iter().map(|k| k.fact).collect());
        if let How::Told(by) = first.how {
            act.told_by = Some(by);
        }
        let key = match answer_key(self.who, &act) {
            _ if first.how == How::Inferred => "answer.inferred",
            key => key,
        };
        let mut decision = Decision::new(act).key(key);
        for k in chosen {
            decision.effects.push(Effect::Learn { fact: k.fact, how: k.how, source: k.source });
        }
        Some(decision)
    }
}

/// The finest key of written lines for an answer.
fn answer_key(who: PersonId, act: &Act) -> &'static str {
    if act.told_by.is_some() {
        return "answer.told";
    }
    match act.facts.as_slice() {
        [Fact::Was { who: subject, .. }] if *subject == who => "answer.self",
        [Fact::Was { .. }] => "answer.other",
        [Fact::Passed { .. } | Fact::Carried { .. }] => "answer.passed",
        _ => "answer",
    }
}

/// Decides one clause. Whoever has told all that they would answer says that they have, and says it again.
pub fn decide(mind: &Mind<'_>, intent: &Intent) -> Decision {
    let mut decision = choose(mind, intent);
    let told = |fact: &Fact| mind.state.talk.told.contains(&(mind.who, *fact));
    let facts = &decision.act.facts;
    let says = matches!(decision.act.kind, ActKind::Answer | ActKind::Lie) && !facts.is_empty();
    if says && facts.iter().all(told) {
        // A lie is repeated in the words of a truth.
        let key = if decision.act.told_by.is_some() { "answer.again_told" } else { "answer.again" };
        decision.key = key.to_string();
    }
    decision
}

fn choose(mind: &Mind<'_>, intent: &Intent) -> Decision {
    let about_evening = matches!(
        intent,
        Intent::AskWhere { .. }
            | Intent::AskWhen { .. }
            | Intent::AskWith { .. }
            | Intent::AskSaw { .. }
            | Intent::AskPerson { .. }
            | Intent::AskPlace { .. }
            | Intent::AskItem { .. }
            | Intent::AskRumour
            | Intent::AskMotive { .. }
            | Intent::AskSuspect
    );
    if about_evening && mind.cross() {
        return Decision::bare(ActKind::Refuse);
    }
    if about_evening && mind.trust() < TRUST_SHUT {
        return Decision::bare(ActKind::Deflect);
    }
    match intent {
        Intent::AskWhere { who, at, place, now } => ask::whereabouts(mind, *who, *at, *place, *now),
        Intent::AskWhen { who, place } => ask::when(mind, *who, *place),
        Intent::AskWith { who, at, place } => ask::company(mind, *who, *at, *place),
        Intent::AskSaw { whom, place, at, item } => ask::sighting(mind, *whom, *place, *at, *item),
        Intent::AskPerson { who } => ask::person(mind, *who),
        Intent::AskPlace { place } => ask::place(mind, *place),
        Intent::AskItem { item, who } => ask::item(mind, *item, *who),
        Intent::AskRumour => ask::rumour(mind),
        Intent::AskMotive { who } => ask::motive(mind, *who),
        Intent::AskSuspect => ask::suspect(mind),
        Intent::AskEmber => ask::ember(mind),
        Intent::Show { evidence } => press::show(mind, *evidence),
        Intent::Confront { who, at, .. } => press::confront(mind, *who, *at),
        Intent::Accuse { who, asked } => press::accuse(mind, *who, *asked),
        Intent::Price { item } => trade::price(mind, *item),
        Intent::AskWares => trade::wares(mind),
        Intent::Buy { item, gold } => trade::buy(mind, *item, *gold),
        Intent::Sell { item, gold } => trade::sell(mind, *item, *gold),
        Intent::Haggle { item, gold } => trade::haggle(mind, *item, *gold),
        Intent::Gift { item, gold } => trade::gift(mind, *item, *gold),
        Intent::GiveBack { item } => trade::give_back(mind, *item),
        Intent::AskTask => trade::task(mind),
        Intent::Yes => manners::yes(mind),
        Intent::No => manners::no(mind),
        Intent::Greet => manners::greet(mind),
        Intent::Leave => Decision::bare(ActKind::Farewell).with(Effect::Part),
        Intent::AskSelf => Decision::bare(ActKind::AboutSelf),
        Intent::Thank => Decision::bare(ActKind::Welcome),
        Intent::Apologise => manners::apologise(mind),
        Intent::Insult => manners::insult(mind),
        Intent::SmallTalk { topic } => manners::small_talk(mind, topic.as_deref()),
        Intent::Help => manners::help(mind),
        Intent::None => manners::none(mind),
    }
}

/// Asks back, offering readings.
pub fn clarify(readings: Vec<String>) -> Decision {
    let mut decision = Decision::bare(ActKind::Clarify);
    decision.readings = readings;
    decision
}
