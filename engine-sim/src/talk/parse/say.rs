//! Intents in English: as a player would say one, and as a villager would ask back about one.
//!
//! Owns: a sentence for every intent with every filling of its slots. Refuses to know: which intents are worth offering.
//! What [`suggest_text`] gives reads back as the same intent; a test goes through every filling.

use super::intents::{Intent, Named};
use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::phrase::{gold_words, the_item, trace_words, when_words};
use crate::time::Slot;

/// Phrases from the player's mouth to one listener.
struct Said<'a> {
    village: &'a Village,
    listener: PersonId,
}

impl Said<'_> {
    fn is_you(&self, who: PersonId) -> bool {
        who == self.listener
    }
    fn name(&self, who: PersonId) -> String {
        if self.is_you(who) { "you".to_string() } else { self.village.name(who).to_string() }
    }
    fn was(&self, who: PersonId) -> &'static str {
        if self.is_you(who) { "were" } else { "was" }
    }
    fn with(&self, at: Option<Slot>, place: Option<PlaceId>) -> String {
        let place = place.map(|p| format!(" {}", self.village.place(p).at));
        let at = at.map(|s| format!(" {}", when_words(s)));
        place.unwrap_or_default() + &at.unwrap_or_default()
    }
    fn a_thing(&self, item: Option<ItemId>) -> String {
        item.map_or_else(|| "it".to_string(), |i| self.village.item(i).name.clone())
    }
    fn the_thing(&self, item: Option<ItemId>) -> String {
        item.map_or_else(|| "it".to_string(), |i| the_item(self.village, i))
    }
    fn with_gold(&self, gold: Option<u16>) -> String {
        gold.map_or_else(String::new, |g| format!(" for {}", gold_words(g)))
    }

    fn question(&self, intent: &Intent) -> Option<String> {
        Some(match *intent {
            Intent::AskWhere { who, at, place: None, now: false } => {
                format!("Where {} {}{}?", self.was(who), self.name(who), self.with(at, None))
            }
            Intent::AskWhere { who, at, place: Some(place), now: false } => {
                let was = if self.is_you(who) { "Were" } else { "Was" };
                format!("{was} {}{}?", self.name(who), self.with(at, Some(place)))
            }
            Intent::AskWhere { who, place, .. } => {
                let is = if self.is_you(who) { "are" } else { "is" };
                match place {
                    Some(_) => {
                        let is = if self.is_you(who) { "Are" } else { "Is" };
                        format!("{is} {}{} now?", self.name(who), self.with(None, place))
                    }
                    None => format!("Where {is} {} now?", self.name(who)),
                }
            }
            Intent::AskWhen { who, place } => {
                format!("When {} {}{}?", self.was(who), self.name(who), self.with(None, Some(place)))
            }
            Intent::AskWith { who, at, place } => {
                format!("Who was with {}{}?", self.name(who), self.with(at, place))
            }
            Intent::AskSaw { whom: Some(whom), place, at, item } => {
                let carrying = item.map(|i| format!(" carrying {}", self.village.item(i).name));
                let carrying = carrying.unwrap_or_default();
                format!("Did you see {}{carrying}{}?", self.name(whom), self.with(at, place))
            }
            Intent::AskSaw { whom: None, place, at, item: Some(item) } => {
                format!("Did you see anyone carrying {}{}?", self.a_thing(Some(item)), self.with(at, place))
            }
            Intent::AskSaw { place, at, .. } => format!("Who did you see{}?", self.with(at, place)),
            Intent::AskPerson { who } => format!("What do you know about {}?", self.name(who)),
            Intent::AskPlace { place } => {
                format!("What can you tell me about {}?", self.village.place(place).name)
            }
            Intent::AskItem { item, who: None } => {
                format!("What do you know about {}?", self.the_thing(Some(item)))
            }
            Intent::AskItem { item, who: Some(who) } => {
                let does = if self.is_you(who) { "Do" } else { "Does" };
                format!("{does} {} own {}?", self.name(who), self.a_thing(Some(item)))
            }
            Intent::AskMotive { who: Some(who) } => format!("Why would {} want the ember?", self.name(who)),
            Intent::Price { item } => format!("How much for {}?", self.a_thing(item)),
            Intent::Accuse { who, asked: true } => format!("Did {} take the ember?", self.name(who)),
            _ => return None,
        })
    }

    fn statement(&self, intent: &Intent) -> Option<String> {
        Some(match intent {
            Intent::Buy { item, gold } => {
                format!("I'll buy {}{}.", self.a_thing(*item), self.with_gold(*gold))
            }
            Intent::Sell { item, gold } => {
                format!("Would you buy {} from me{}?", self.a_thing(*item), self.with_gold(*gold))
            }
            Intent::Haggle { item: Some(item), gold: Some(gold) } => {
                format!("Would you take {} for {}?", gold_words(*gold), self.the_thing(Some(*item)))
            }
            Intent::Haggle { item: None, gold: Some(gold) } => {
                format!("Would you take {}?", gold_words(*gold))
            }
            Intent::Haggle { item: Some(item), gold: None } => {
                format!("Could you go lower on {}?", self.the_thing(Some(*item)))
            }
            Intent::Haggle { .. } => "That is too much.".to_string(),
            Intent::Gift { item: None, gold: Some(gold) } => format!("Here, have {}.", gold_words(*gold)),
            Intent::Gift { item, gold } => {
                let also = gold.map(|g| format!(" and {}", gold_words(g))).unwrap_or_default();
                format!("I have a gift for you: {}{also}.", self.a_thing(*item))
            }
            Intent::GiveBack { item } => format!("I've brought you back {}.", self.the_thing(*item)),
            Intent::Show { evidence } => format!("I found {}.", self.evidence(*evidence)),
            Intent::Accuse { who, .. } => format!("I accuse {} of taking the ember.", self.name(*who)),
            Intent::Confront { who, place, at, source, denied } => {
                self.claim(who.unwrap_or(self.listener), *place, *at, *source, *denied)
            }
            Intent::SmallTalk { topic: Some(topic) } => format!("Let's talk about {topic}."),
            _ => return None,
        })
    }

    fn claim(
        &self,
        who: PersonId,
        place: Option<PlaceId>,
        at: Option<Slot>,
        source: Option<PersonId>,
        denied: bool,
    ) -> String {
        let not = if denied { " not" } else { "" };
        let claim = match (place, at) {
            (None, None) if denied => format!("{} {} not where you say", self.name(who), self.was(who)),
            (None, None) if self.is_you(who) => "you are lying".to_string(),
            (None, None) => format!("{} is lying", self.name(who)),
            (None, at) => format!("{} {}{not} out{}", self.name(who), self.was(who), self.with(at, None)),
            (place, at) => format!("{} {}{not}{}", self.name(who), self.was(who), self.with(at, place)),
        };
        match source {
            Some(source) => format!("{} says that {claim}.", self.name(source)),
            None => format!("I know that {claim}."),
        }
    }

    fn evidence(&self, evidence: Named) -> String {
        let at = &self.village.place(self.village.ember_house()).at;
        match evidence {
            Named::Trace(item) => format!("{} {at}", trace_words(self.village, item)),
            Named::Residue(from) => {
                format!("{} {at}", crate::phrase::residue_words(self.village, from))
            }
            Named::Item(item) => format!("{} {at}", self.village.item(item).name),
            Named::Person(who) => self.name(who),
            Named::Place(place) => self.village.place(place).name.clone(),
            Named::Slot(slot) => format!("something {}", when_words(slot)),
            Named::Number(number) => gold_words(number),
        }
    }
}

fn fixed(intent: &Intent) -> &'static str {
    match intent {
        Intent::Greet => "Good day to you.",
        Intent::Leave => "Goodbye.",
        Intent::AskRumour => "Have you heard any gossip?",
        Intent::AskMotive { .. } => "Who had a reason to want the ember?",
        Intent::AskSuspect => "Who do you think took the ember?",
        Intent::AskSelf => "Tell me about yourself.",
        Intent::AskEmber => "What do you know about the winter ember?",
        Intent::AskWares => "What do you sell?",
        Intent::AskTask => "Do you need any help?",
        Intent::Thank => "Thank you.",
        Intent::Apologise => "I'm sorry.",
        Intent::Insult => "You old fool.",
        Intent::SmallTalk { .. } => "How are you?",
        Intent::Yes => "Yes.",
        Intent::No => "No.",
        Intent::Help => "What can I ask you?",
        _ => "Never mind.",
    }
}

/// A sentence with which a player would say this to `listener`.
pub fn suggest_text(village: &Village, listener: PersonId, intent: &Intent) -> String {
    let said = Said { village, listener };
    let text = said.question(intent).or_else(|| said.statement(intent));
    let text = text.unwrap_or_else(|| fixed(intent).to_string());
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl Intent {
    /// The reading as the listener asks back about it: "Do you ask where Maud was at seven?"
    pub fn clarify_text(&self, village: &Village, listener: PersonId) -> String {
        let mouth = Asked { village, listener };
        format!("Do you {}?", mouth.reading(self))
    }
}

/// Phrases from the listener's mouth, after "Do you ".
struct Asked<'a> {
    village: &'a Village,
    listener: PersonId,
}

impl Asked<'_> {
    fn name(&self, who: PersonId, me: &'static str) -> String {
        if who == self.listener { me.to_string() } else { self.village.name(who).to_string() }
    }
    fn with(&self, at: Option<Slot>, place: Option<PlaceId>) -> String {
        Said { village: self.village, listener: self.listener }.with(at, place)
    }
    fn thing(&self, item: Option<ItemId>) -> String {
        item.map_or_else(|| "something".to_string(), |i| self.village.item(i).name.clone())
    }

    fn reading(&self, intent: &Intent) -> String {
        let gold = |g: &Option<u16>| g.map_or_else(String::new, |g| format!(" for {}", gold_words(g)));
        match intent {
            Intent::AskWhere { who, at, place: None, now } => {
                let be = if *now { if *who == self.listener { "am" } else { "is" } } else { "was" };
                format!("ask where {} {be}{}", self.name(*who, "I"), self.with(*at, None))
            }
            Intent::AskWhere { who, at, place, .. } => {
                format!("ask whether {} was{}", self.name(*who, "I"), self.with(*at, *place))
            }
            Intent::AskWhen { who, place } => {
                format!("ask when {} was{}", self.name(*who, "I"), self.with(None, Some(*place)))
            }
            Intent::AskWith { who, at, place } => {
                format!("ask who was with {}{}", self.name(*who, "me"), self.with(*at, *place))
            }
            Intent::AskSaw { whom: Some(whom), place, at, .. } => {
                format!("ask whether I saw {}{}", self.name(*whom, "myself"), self.with(*at, *place))
            }
            Intent::AskSaw { place, at, .. } => format!("ask whom I saw{}", self.with(*at, *place)),
            Intent::AskPerson { who } => format!("ask about {}", self.name(*who, "me")),
            Intent::AskPlace { place } => format!("ask about {}", self.village.place(*place).name),
            Intent::AskItem { item, who: Some(who) } => {
                let (name, own) = (self.name(*who, "I"), if *who == self.listener { "own" } else { "owns" });
                format!("ask whether {name} {own} {}", self.thing(Some(*item)))
            }
            Intent::AskItem { item, .. } => format!("ask about {}", the_item(self.village, *item)),
            Intent::AskMotive { who: Some(who) } => {
                format!("ask why {} would want the ember", self.name(*who, "I"))
            }
            Intent::Price { item } => format!("ask the price of {}", self.thing(*item)),
            Intent::Buy { item, gold: g } => format!("want to buy {}{}", self.thing(*item), gold(g)),
            Intent::Sell { item, gold: g } => format!("want to sell me {}{}", self.thing(*item), gold(g)),
            Intent::Haggle { item, gold: g } => {
                format!("want to bargain over {}{}", self.thing(*item), gold(g))
            }
            Intent::Gift { item, gold: None } => format!("want to give me {}", self.thing(*item)),
            Intent::Gift { gold: Some(g), .. } => format!("want to give me {}", gold_words(*g)),
            Intent::GiveBack { item } => format!("bring me {}", self.thing(*item)),
            Intent::Show { evidence } => {
                let said = Said { village: self.village, listener: self.listener };
                format!("say that you found {}", said.evidence(*evidence))
            }
            Intent::Confront { who, place, at, denied, .. } => {
                let not = if *denied { " not" } else { "" };
                let name = self.name(who.unwrap_or(self.listener), "I");
                match (place, at) {
                    (None, None) => format!("say that {name} lied"),
                    _ => format!("say that {name} was{not}{}", self.with(*at, *place)),
                }
            }
            Intent::Accuse { who, asked: true } => {
                format!("ask whether {} took the ember", self.name(*who, "I"))
            }
            Intent::Accuse { who, .. } => format!("say that {} took the ember", self.name(*who, "I")),
            Intent::SmallTalk { topic: Some(topic) } => format!("want to talk about {topic}"),
            other => fixed_reading(other).to_string(),
        }
    }
}

fn fixed_reading(intent: &Intent) -> &'static str {
    match intent {
        Intent::Greet => "greet me",
        Intent::Leave => "want to go",
        Intent::AskRumour => "ask for gossip",
        Intent::AskMotive { .. } => "ask who had a reason to want the ember",
        Intent::AskSuspect => "ask whom I suspect",
        Intent::AskSelf => "ask about me",
        Intent::AskEmber => "ask about the winter ember",
        Intent::AskWares => "ask what I sell",
        Intent::AskTask => "ask whether I need help",
        Intent::Thank => "thank me",
        Intent::Apologise => "say that you are sorry",
        Intent::Insult => "mean to insult me",
        Intent::SmallTalk { .. } => "want to chat",
        Intent::Yes => "mean yes",
        Intent::No => "mean no",
        Intent::Help => "ask what you can do",
        _ => "mean something else",
    }
}
