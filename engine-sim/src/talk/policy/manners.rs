//! Manners: greetings, insults and their mending, small talk, and what is not understood.
//!
//! Owns: how temper and warmth answer courtesy. Refuses to know: the evening and trade.

use super::{Decision, Effect, Mind, clarify};
use crate::act::ActKind;
use crate::talk::suggest;

/// Trust lost by an insult, before temper.
const INSULT_TRUST: i8 = -8;
/// Trust for talk about a topic somebody enjoys, once for each topic.
const TOPIC_TRUST: i8 = 4;

/// Hello.
pub fn greet(mind: &Mind<'_>) -> Decision {
    let key = if mind.cross() {
        "greet.cross"
    } else if mind.state.people[mind.who.index()].met {
        "greet.again"
    } else {
        "greet"
    };
    Decision::bare(ActKind::Greet).key(key)
}

/// An insult: the quick-tempered take it worse.
pub fn insult(mind: &Mind<'_>) -> Decision {
    let temper = mind.library.village.villager(mind.who).temper as i8;
    Decision::bare(ActKind::Offended)
        .with(Effect::Trust { by: INSULT_TRUST - temper / 10 })
        .with(Effect::Cross { angry: true })
}

/// Sorry: accepted when there was something to be sorry for.
pub fn apologise(mind: &Mind<'_>) -> Decision {
    if !mind.cross() {
        return Decision::bare(ActKind::Welcome);
    }
    let temper = u16::from(mind.library.village.villager(mind.who).temper);
    // The hot-tempered want to hear it twice.
    if temper > 55 && mind.used("apologise").is_multiple_of(2) {
        return Decision::bare(ActKind::Offended).with(Effect::Used { key: "apologise" });
    }
    Decision::bare(ActKind::Forgive)
        .with(Effect::Cross { angry: false })
        .with(Effect::Trust { by: 4 })
        .with(Effect::Used { key: "apologise" })
}

/// Talk about nothing in particular.
pub fn small_talk(mind: &Mind<'_>, topic: Option<&str>) -> Decision {
    if mind.cross() {
        return Decision::bare(ActKind::Offended);
    }
    let likes = &mind.library.village.villager(mind.who).likes;
    let mut decision = Decision::bare(ActKind::Banter);
    match topic {
        Some(topic) => {
            decision.act.topic = Some(topic.to_string());
            decision.key = format!("banter.{topic}");
            let shared = mind.state.people[mind.who.index()].shared_topics.iter().any(|t| t == topic);
            if likes.iter().any(|l| l == topic) && !shared {
                decision = decision
                    .with(Effect::Shared { topic: topic.to_string() })
                    .with(Effect::Trust { by: TOPIC_TRUST });
            }
        }
        None => {
            let word = mind.topic_words.iter().find(|w| mind.library.vocabulary.contains(w));
            decision.act.topic = word.cloned();
            if word.is_none() {
                // Nothing to hold on to: they turn to what they like themselves.
                decision.key = likes.first().map_or("banter".to_string(), |like| format!("banter.{like}"));
                decision.act.topic = likes.first().cloned();
            }
        }
    }
    decision
}

/// Yes: to an offer on the table, else a nod.
pub fn yes(mind: &Mind<'_>) -> Decision {
    match mind.thread.offer {
        Some((item, gold)) => super::trade::buy(mind, Some(item), Some(gold)),
        None => small_talk(mind, None),
    }
}

/// No.
pub fn no(mind: &Mind<'_>) -> Decision {
    if mind.thread.offer.is_some() {
        return Decision::bare(ActKind::Welcome).with(Effect::Offer { offer: None });
    }
    small_talk(mind, None)
}

/// "What can I do?": the readings are what the player might ask.
pub fn help(mind: &Mind<'_>) -> Decision {
    let readings = suggest::suggest(mind.library, mind.state, mind.who)
        .into_iter()
        .map(|intent| crate::talk::turn::reading_words(&mind.library.village, mind.who, &intent))
        .collect();
    clarify(readings)
}

/// Not understood.
pub fn none(mind: &Mind<'_>) -> Decision {
    if mind.topic_words.iter().any(|w| mind.library.vocabulary.contains(w)) {
        return small_talk(mind, None);
    }
    help(mind)
}
