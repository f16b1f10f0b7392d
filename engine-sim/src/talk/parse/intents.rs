//! Intents: everything a player's line can mean, with typed slots.
//!
//! Owns: the closed list, its keys, and the one-line spec by which suites compare readings. Refuses to know: how words
//! become an intent (`rules`), what a villager does about it (`talk::policy`). Source: DESIGN section 3.

use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::Slot;

/// Something named in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// A villager, by name, trade, kinship or pronoun.
    Person(PersonId),
    /// A place.
    Place(PlaceId),
    /// A kind of item.
    Item(ItemId),
    /// A half-hour of the evening.
    Slot(Slot),
    /// A number: gold, a count, or an hour not said as one.
    Number(u16),
    /// What this carrier leaves behind ("lamp oil").
    Trace(ItemId),
    /// What clings to clothes; the place is the first of the village's table with that residue.
    Residue(PlaceId),
}

/// What a clause of the player's means. A slot is `None` when it was not said and the context does not give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum Intent {
    /// Hello.
    Greet,
    /// Goodbye.
    Leave,
    /// Where `who` was at `at`; `place` when asked as yes or no ("was Maud at the mill?"); `now`: where they are today.
    AskWhere { who: PersonId, at: Option<Slot>, place: Option<PlaceId>, now: bool },
    /// When `who` was at `place`.
    AskWhen { who: PersonId, place: PlaceId },
    /// Who was with `who` at `at`, at `place`.
    AskWith { who: PersonId, at: Option<Slot>, place: Option<PlaceId> },
    /// Whether the listener saw `whom` (`None`: whom they saw) at `place`, at `at`, carrying `item`.
    AskSaw { whom: Option<PersonId>, place: Option<PlaceId>, at: Option<Slot>, item: Option<ItemId> },
    /// What the listener knows about `who`.
    AskPerson { who: PersonId },
    /// What the listener knows about `place`.
    AskPlace { place: PlaceId },
    /// What the listener knows about `item`; with `who`: whether they own one.
    AskItem { item: ItemId, who: Option<PersonId> },
    /// Any gossip.
    AskRumour,
    /// Why `who` (`None`: anybody) would want the ember.
    AskMotive { who: Option<PersonId> },
    /// Whom the listener suspects.
    AskSuspect,
    /// Who the listener is.
    AskSelf,
    /// The ember and its theft.
    AskEmber,
    /// What `item` costs.
    Price { item: Option<ItemId> },
    /// What the listener sells.
    AskWares,
    /// The player buys `item` for `gold`.
    Buy { item: Option<ItemId>, gold: Option<u16> },
    /// The player sells `item` for `gold`.
    Sell { item: Option<ItemId>, gold: Option<u16> },
    /// The player bargains: `gold` for `item` (`None`: only asks for less).
    Haggle { item: Option<ItemId>, gold: Option<u16> },
    /// The player gives `item`, or `gold`.
    Gift { item: Option<ItemId>, gold: Option<u16> },
    /// The player tells of evidence.
    Show { evidence: Named },
    /// The player holds a claim against the listener: `who` was (`denied`: was not) at `place` at `at`, says `source`.
    Confront {
        who: Option<PersonId>,
        place: Option<PlaceId>,
        at: Option<Slot>,
        source: Option<PersonId>,
        denied: bool,
    },
    /// `who` took the ember; `asked`: put as a question.
    Accuse { who: PersonId, asked: bool },
    /// Whether the listener needs help.
    AskTask,
    /// The player returns `item`, or brings what was asked for.
    GiveBack { item: Option<ItemId> },
    /// Thanks.
    Thank,
    /// Sorry.
    Apologise,
    /// An insult.
    Insult,
    /// Talk about nothing in particular, or about `topic` (a key of the lexicon's topics).
    SmallTalk { topic: Option<String> },
    /// Yes.
    Yes,
    /// No.
    No,
    /// What can I do?
    Help,
    /// None of these.
    None,
}

/// Every key, in the order of the enum.
pub const INTENT_KEYS: [&str; 33] = [
    "greet",
    "leave",
    "ask_where",
    "ask_when",
    "ask_with",
    "ask_saw",
    "ask_person",
    "ask_place",
    "ask_item",
    "ask_rumour",
    "ask_motive",
    "ask_suspect",
    "ask_self",
    "ask_ember",
    "price",
    "ask_wares",
    "buy",
    "sell",
    "haggle",
    "gift",
    "show",
    "confront",
    "accuse",
    "ask_task",
    "give_back",
    "thank",
    "apologise",
    "insult",
    "small_talk",
    "yes",
    "no",
    "help",
    "none",
];

impl Intent {
    /// The key in the lexicon and in suites.
    pub fn key(&self) -> &'static str {
        match self {
            Intent::Greet => "greet",
            Intent::Leave => "leave",
            Intent::AskWhere { .. } => "ask_where",
            Intent::AskWhen { .. } => "ask_when",
            Intent::AskWith { .. } => "ask_with",
            Intent::AskSaw { .. } => "ask_saw",
            Intent::AskPerson { .. } => "ask_person",
            Intent::AskPlace { .. } => "ask_place",
            Intent::AskItem { .. } => "ask_item",
            Intent::AskRumour => "ask_rumour",
            Intent::AskMotive { .. } => "ask_motive",
            Intent::AskSuspect => "ask_suspect",
            Intent::AskSelf => "ask_self",
            Intent::AskEmber => "ask_ember",
            Intent::Price { .. } => "price",
            Intent::AskWares => "ask_wares",
            Intent::Buy { .. } => "buy",
            Intent::Sell { .. } => "sell",
            Intent::Haggle { .. } => "haggle",
            Intent::Gift { .. } => "gift",
            Intent::Show { .. } => "show",
            Intent::Confront { .. } => "confront",
            Intent::Accuse { .. } => "accuse",
            Intent::AskTask => "ask_task",
            Intent::GiveBack { .. } => "give_back",
            Intent::Thank => "thank",
            Intent::Apologise => "apologise",
            Intent::Insult => "insult",
            Intent::SmallTalk { .. } => "small_talk",
            Intent::Yes => "yes",
            Intent::No => "no",
            Intent::Help => "help",
            Intent::None => "none",
        }
    }

    /// Whether it is only manners, dropped when more follows in the same line.
    pub fn is_manners(&self) -> bool {
        matches!(self, Intent::Greet | Intent::Thank | Intent::Apologise | Intent::Yes | Intent::No)
    }

    /// The person asked about, if any.
    pub fn person(&self) -> Option<PersonId> {
        match *self {
            Intent::AskWhere { who, .. }
            | Intent::AskWhen { who, .. }
            | Intent::AskWith { who, .. }
            | Intent::AskPerson { who }
            | Intent::Accuse { who, .. } => Some(who),
            Intent::AskSaw { whom: who, .. }
            | Intent::AskItem { who, .. }
            | Intent::AskMotive { who }
            | Intent::Confront { who, .. } => who,
            _ => None,
        }
    }

    /// The place named, if any.
    pub fn place(&self) -> Option<PlaceId> {
        match *self {
            Intent::AskWhen { place, .. } | Intent::AskPlace { place } => Some(place),
            Intent::AskWhere { place, .. }
            | Intent::AskWith { place, .. }
            | Intent::AskSaw { place, .. }
            | Intent::Confront { place, .. } => place,
            _ => None,
        }
    }

    /// The half-hour named, if any.
    pub fn at(&self) -> Option<Slot> {
        match *self {
            Intent::AskWhere { at, .. }
            | Intent::AskWith { at, .. }
            | Intent::AskSaw { at, .. }
            | Intent::Confront { at, .. } => at,
            _ => None,
        }
    }

    /// The item named, if any.
    pub fn item(&self) -> Option<ItemId> {
        match *self {
            Intent::AskItem { item, .. } => Some(item),
            Intent::AskSaw { item, .. }
            | Intent::Price { item }
            | Intent::Buy { item, .. }
            | Intent::Sell { item, .. }
            | Intent::Haggle { item, .. }
            | Intent::Gift { item, .. }
            | Intent::GiveBack { item } => item,
            _ => None,
        }
    }

    /// The gold named, if any.
    pub fn gold(&self) -> Option<u16> {
        match *self {
            Intent::Buy { gold, .. }
            | Intent::Sell { gold, .. }
            | Intent::Haggle { gold, .. }
            | Intent::Gift { gold, .. } => gold,
            _ => None,
        }
    }

    /// Key and slots in one line, as suites write them: `ask_where who=maud at=19:30`.
    pub fn spec(&self, village: &Village) -> String {
        let mut spec = self.key().to_string();
        let mut slot = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                spec.push_str(&format!(" {name}={value}"));
            }
        };
        let person = |who: PersonId| {
            if who.is_player() { "player".to_string() } else { village.villager(who).id.clone() }
        };
        let who = if let Intent::AskSaw { .. } = self { "whom" } else { "who" };
        slot(who, self.person().map(person));
        slot("at", self.at().map(Slot::clock));
        slot("place", self.place().map(|p| village.place(p).id.clone()));
        slot("item", self.item().map(|i| village.item(i).id.clone()));
        slot("gold", self.gold().map(|g| g.to_string()));
        match self {
            Intent::Confront { source, denied, .. } => {
                slot("source", source.map(person));
                spec.push_str(if *denied { " denied" } else { "" });
            }
            Intent::AskWhere { now: true, .. } => spec.push_str(" now"),
            Intent::Accuse { asked: true, .. } => spec.push_str(" asked"),
            Intent::SmallTalk { topic } => slot("topic", topic.clone()),
            Intent::Show { evidence } => slot("evidence", Some(named_spec(village, *evidence))),
            _ => {}
        }
        spec
    }
}

fn named_spec(village: &Village, named: Named) -> String {
    match named {
        Named::Person(PersonId::PLAYER) => "player".to_string(),
        Named::Person(who) => village.villager(who).id.clone(),
        Named::Place(place) => village.place(place).id.clone(),
        Named::Item(item) => village.item(item).id.clone(),
        Named::Slot(at) => at.clock(),
        Named::Number(number) => number.to_string(),
        Named::Trace(item) => format!("trace:{}", village.item(item).id),
        Named::Residue(place) => format!("residue:{}", village.place(place).id),
    }
}
