//! Acts: what a villager does with the player's words, decided by the engine before any prose.
//!
//! Owns: the closed list of acts and what each carries. Refuses to know: how an act is chosen (`talk::policy`) or worded.

use crate::fact::Fact;
use crate::ids::{ItemId, PersonId};
use rkyv::{Archive, Deserialize, Serialize};

macro_rules! act_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// The kind of an act. The text form is its key in the written lines and in JSON.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
        #[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
        pub enum ActKind { $($(#[$doc])* $name),+ }
        impl ActKind {
            /// Every kind, in order.
            pub const ALL: &'static [ActKind] = &[$(ActKind::$name),+];
            /// The key: lower case, underscores.
            pub fn key(self) -> &'static str {
                match self { $(ActKind::$name => $text),+ }
            }
            /// Reads a key back.
            pub fn parse(key: &str) -> Option<ActKind> {
                match key { $($text => Some(ActKind::$name),)+ _ => None }
            }
        }
    };
}

act_kinds! {
    /// Opens a conversation.
    Greet = "greet",
    /// Ends one.
    Farewell = "farewell",
    /// Says the required facts, which the villager believes.
    Answer = "answer",
    /// Does not know.
    DontKnow = "dont_know",
    /// Knows or might, and will not say.
    Refuse = "refuse",
    /// Turns the talk aside without saying anything.
    Deflect = "deflect",
    /// Says the required facts, which the villager knows to be false. Worded like an answer.
    Lie = "lie",
    /// Owns up: the required facts are what was hidden.
    Confess = "confess",
    /// Rejects a charge or a claim about themselves, naming nothing new.
    Deny = "deny",
    /// Asks back, offering the readings in `may`.
    Clarify = "clarify",
    /// Names a price (required fact `Price`).
    Price = "price",
    /// Makes a counter-offer (required fact `Price` with the new gold).
    Bargain = "bargain",
    /// Hands over `item` for `gold`.
    Sell = "sell",
    /// Takes `item` from the player for `gold`.
    Buy = "buy",
    /// Will not trade.
    RefuseTrade = "refuse_trade",
    /// Accepts a gift of `item`.
    AcceptGift = "accept_gift",
    /// Declines a gift.
    RefuseGift = "refuse_gift",
    /// Asks a favour: bring `item` (required fact `Wants`).
    Task = "task",
    /// The favour is done: thanks the player for `item`.
    TaskDone = "task_done",
    /// Has no favour to ask.
    NoTask = "no_task",
    /// Small talk about a topic.
    Banter = "banter",
    /// Talks about themselves: trade and temper.
    AboutSelf = "about_self",
    /// Takes offence.
    Offended = "offended",
    /// Accepts an apology.
    Forgive = "forgive",
    /// Is thanked.
    Welcome = "welcome",
    /// Is shown evidence or told a contradiction that does not move them.
    Shrug = "shrug",
    /// Is accused before the moot without cause.
    Outraged = "outraged",
}

impl ActKind {
    /// Whether the line must carry facts (and the judge insists on each).
    pub fn carries_facts(self) -> bool {
        matches!(
            self,
            ActKind::Answer
                | ActKind::Lie
                | ActKind::Confess
                | ActKind::Price
                | ActKind::Bargain
                | ActKind::Task
        )
    }
    /// Whether something changes hands with this act.
    pub fn hands_over(self) -> bool {
        matches!(self, ActKind::Sell | ActKind::Buy | ActKind::AcceptGift | ActKind::TaskDone)
    }
}

/// An act with what it carries.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Act {
    /// What is done.
    pub kind: ActKind,
    /// Facts that must be said (claims, when the act is a lie).
    pub facts: Vec<Fact>,
    /// Facts that must be denied ("Maud was not at the mill"): same shape, negative polarity.
    pub denied: Vec<Fact>,
    /// Who told the speaker, when the facts are hearsay and the source may be named.
    pub told_by: Option<PersonId>,
    /// The item that changes hands or is talked about.
    pub item: Option<ItemId>,
    /// The gold that changes hands.
    pub gold: Option<u16>,
    /// The topic of small talk, a key of the lexicon's topics.
    pub topic: Option<String>,
}

impl Act {
    /// An act that carries nothing.
    pub fn bare(kind: ActKind) -> Act {
        Act {
            kind,
            facts: Vec::new(),
            denied: Vec::new(),
            told_by: None,
            item: None,
            gold: None,
            topic: None,
        }
    }
    /// An act that must say these facts.
    pub fn saying(kind: ActKind, facts: Vec<Fact>) -> Act {
        Act { facts, ..Act::bare(kind) }
    }
}
