//! From the engine's pack to the node's request: the same pack in the words of `wire`.
//!
//! Owns: which written lines serve as examples, how an act is put in plain words, how a refusal is fed back. Refuses to know:
//! the prompt itself (the node's) and the rules (the engine's). The examples of a villager never change, so that the
//! node's prefix cache holds them.

use engine_sim::act::{Act, ActKind};
use engine_sim::ids::PersonId;
use engine_sim::library::Library;
use engine_sim::pack::Pack;
use engine_sim::phrase;
use engine_sim::snapshot::state::Pending;
use engine_sim::talk::judge::Violation;
use engine_sim::talk::{closed, context};
use wire::ember::{
    Example, FactSlot, SpeakPriority, SpeakRequest, SpeakStyle, SpeakWords, VocabularyRequest,
};

/// Most tokens of a line.
pub const LINE_TOKENS_MAX: u32 = 48;
/// Tokens of a trial: enough to tell a node that keeps up from one that does not.
const TRIAL_TOKENS: u32 = 8;
/// Most reasons fed back at once.
const FEEDBACK_MAX: usize = 3;
/// What stands for the player's words where they have said none.
const GREETING: &str = "Good day.";

/// What the villager does with the line, in plain words.
pub fn act_words(library: &Library, pending: &Pending) -> String {
    let village = &library.village;
    let facts = phrase::clauses(village, pending.speaker, &pending.act.facts);
    let item = pending.act.item.map_or_else(String::new, |i| phrase::the_item(village, i));
    let gold = pending.act.gold.map_or_else(String::new, phrase::gold_words);
    // A gift is a thing or gold.
    let gift = if pending.act.item.is_some() { &item } else { &gold };
    let source =
        pending.act.told_by.map_or_else(String::new, |p| format!(", as {} told it", village.name(p)));
    let topic = pending.act.topic.clone().unwrap_or_else(|| "this and that".to_string());
    match pending.act.kind {
        ActKind::Greet => "greets the visitor".to_string(),
        ActKind::Farewell => "says goodbye".to_string(),
        ActKind::Answer | ActKind::Lie => format!("answers that {facts}{source}"),
        ActKind::DontKnow => "does not know".to_string(),
        ActKind::Refuse => "will not say".to_string(),
        ActKind::Deflect => "changes the subject".to_string(),
        ActKind::Confess => format!("owns up: {facts}"),
        ActKind::Deny => "denies it".to_string(),
        ActKind::Clarify => {
            format!("asks what is meant: {}", engine_sim::phrase::join(&pending.readings, "or"))
        }
        ActKind::Price => format!("names the price: {facts}"),
        ActKind::Bargain => format!("makes a counter-offer: {facts}"),
        ActKind::Sell => format!("sells {item} for {gold}"),
        ActKind::Buy => format!("buys {item} for {gold}"),
        ActKind::RefuseTrade => "will not trade".to_string(),
        ActKind::AcceptGift => format!("takes {gift} as a gift and thanks the visitor"),
        ActKind::RefuseGift => "will not take the gift".to_string(),
        ActKind::Task => format!("asks a favour: {facts}"),
        ActKind::TaskDone => format!("thanks for bringing {item}"),
        ActKind::NoTask => "needs nothing".to_string(),
        ActKind::Banter => format!("chats about {topic}"),
        ActKind::AboutSelf => "talks about their own work".to_string(),
        ActKind::Offended => "is offended".to_string(),
        ActKind::Forgive => "accepts the apology".to_string(),
        ActKind::Welcome => "says it was nothing".to_string(),
        ActKind::Shrug => "shrugs: it proves nothing".to_string(),
        ActKind::Outraged => "is outraged at being accused".to_string(),
    }
}

/// The request for a pending act.
pub fn request(
    library: &Library,
    pending: &Pending,
    pack: &Pack,
    refused: &[Vec<Violation>],
    seed: u64,
) -> SpeakRequest {
    let village = &library.village;
    let villager = village.villager(pending.speaker);
    let must = pack.act.facts.iter().map(|fact| {
        let packed = phrase::pack_fact(village, pending.speaker, fact);
        FactSlot { words: packed.words, placeholder: packed.pattern, kind: "clause".to_string() }
    });
    let mut may: Vec<String> = Vec::new();
    may.extend(pack.may_people.iter().map(|&p| village.name(p).to_string()));
    may.extend(pack.act.told_by.map(|p| village.name(p).to_string()));
    may.sort();
    may.dedup();
    let player_line =
        if pending.player_line.is_empty() { GREETING.to_string() } else { pending.player_line.clone() };
    SpeakRequest {
        version: wire::EMBER_VERSION,
        pack_hash: context::pack_hash(pack),
        villager: villager.name.clone(),
        card: villager.card.clone(),
        examples: examples(library, pending.speaker),
        scene: String::new(),
        player_line,
        act: format!("{} ({})", act_words(library, pending), pack.mood.word()),
        must: must.collect(),
        may,
        last_lines: Vec::new(),
        feedback: feedback(refused),
        style: SpeakStyle::Surface,
        try_index: u32::try_from(refused.len()).unwrap_or(u32::MAX),
        seed,
        max_tokens: LINE_TOKENS_MAX,
        adapter: None,
        priority: SpeakPriority::Play,
        said_by: None,
        words: Some(words(library, pack)),
    }
}

/// The list of words that every line is made of, as the node is sent it.
pub fn vocabulary(library: &Library) -> VocabularyRequest {
    VocabularyRequest {
        version: wire::EMBER_VERSION,
        words: library.closed().words.clone(),
        marks: closed::MARKS.to_string(),
        endings: closed::ENDINGS.map(str::to_string).to_vec(),
    }
}

/// What one line may be made of.
fn words(library: &Library, pack: &Pack) -> SpeakWords {
    let closed = library.closed();
    let closed::Opened { names, numbers } = closed.opened(&library.village, pack);
    SpeakWords { vocabulary: closed.hash.clone(), names, numbers }
}

/// A request that asks for nothing but the beginning of a greeting: it brings a villager's head into the node's prefix cache,
/// and how long it takes says how the node keeps up. Its answer is thrown away.
pub fn trial(library: &Library, who: PersonId) -> SpeakRequest {
    let villager = library.village.villager(who);
    SpeakRequest {
        version: wire::EMBER_VERSION,
        pack_hash: String::new(),
        villager: villager.name.clone(),
        card: villager.card.clone(),
        examples: examples(library, who),
        scene: String::new(),
        player_line: GREETING.to_string(),
        act: "greets the visitor (calm)".to_string(),
        must: Vec::new(),
        may: Vec::new(),
        last_lines: Vec::new(),
        feedback: Vec::new(),
        style: SpeakStyle::Surface,
        try_index: 0,
        seed: 0,
        max_tokens: TRIAL_TOKENS,
        adapter: None,
        priority: SpeakPriority::Play,
        said_by: None,
        words: None,
    }
}

/// Why the last try was refused. The first refusal is not fed back: the same prompt drawn anew is wholly in the node's cache
/// and costs only its few tokens, and most first refusals are bad luck.
fn feedback(refused: &[Vec<Violation>]) -> Vec<String> {
    match refused {
        [] | [_] => Vec::new(),
        [.., last] => last.iter().take(FEEDBACK_MAX).map(|v| v.reason.clone()).collect(),
    }
}

/// The request for small talk that the player only overhears: whom and where the line may name stands in its pack, and what the
/// other has just said is answered as a player's words are.
pub fn overheard(
    library: &Library,
    pack: &Pack,
    to: PersonId,
    adapter: Option<String>,
    seed: u64,
) -> SpeakRequest {
    let village = &library.village;
    let topic = pack.act.topic.as_deref().unwrap_or("this and that");
    let to = village.name(to);
    let places = || pack.may_places.iter().map(|&place| village.place(place));
    let stand: Vec<String> = places().map(|place| place.at.clone()).collect();
    let heard = if pack.player_line.is_empty() { GREETING } else { pack.player_line.as_str() };
    SpeakRequest {
        pack_hash: context::pack_hash(pack),
        scene: format!("{to} and {} stand {}.", village.name(pack.speaker), phrase::join(&stand, "or")),
        player_line: heard.to_string(),
        act: format!("chats with {to} about {topic} ({})", pack.mood.word()),
        may: std::iter::once(to.to_string()).chain(places().map(|place| place.name.clone())).collect(),
        seed,
        max_tokens: LINE_TOKENS_MAX,
        adapter,
        priority: SpeakPriority::Ambient,
        said_by: Some(to.to_string()),
        words: Some(words(library, pack)),
        ..trial(library, pack.speaker)
    }
}

/// Four exchanges in this villager's voice, made from the first written lines of four acts: each costs some forty tokens once
/// for every villager met.
fn examples(library: &Library, who: PersonId) -> Vec<Example> {
    let village = &library.village;
    let other = village.people().find(|p| *p != who).unwrap_or(who);
    let place = village.villager(other).work;
    let at = engine_sim::time::Slot(5);
    let seen = engine_sim::fact::Fact::Was { who: other, place, at };
    let own = engine_sim::fact::Fact::Was { who, place: village.villager(who).home, at };
    let name = village.name(other);
    let asked = format!("Where was {name} at half past six?");
    let scenes = [
        ("greet", GREETING.to_string(), Act::bare(ActKind::Greet)),
        ("answer.other", asked, Act::saying(ActKind::Answer, vec![seen])),
        ("dont_know", "Who took the ember?".to_string(), Act::bare(ActKind::DontKnow)),
        (
            "answer.self",
            "Where were you at half past six?".to_string(),
            Act::saying(ActKind::Answer, vec![own]),
        ),
    ];
    let mut examples = Vec::new();
    for (key, player, act) in scenes {
        let pending = Pending {
            turn: 0,
            speaker: who,
            act,
            key: key.to_string(),
            readings: Vec::new(),
            player_line: player.clone(),
            echo: (Vec::new(), Vec::new(), Vec::new()),
        };
        let mut rng = engine_sim::rng::Rng::new(0, "examples");
        if let Some((_, line)) = library.lines.draw(village, &pending, None, &mut rng) {
            examples.push(Example { player, act: format!("{} (calm)", act_words(library, &pending)), line });
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(act: Act) -> Pending {
        Pending {
            turn: 0,
            speaker: PersonId(0),
            act,
            key: String::new(),
            readings: Vec::new(),
            player_line: String::new(),
            echo: (Vec::new(), Vec::new(), Vec::new()),
        }
    }

    #[test]
    fn a_gift_is_named_whether_it_is_a_thing_or_gold() {
        let library = Library::shipped().unwrap();
        let candle = library.village.item_ids().next().unwrap();
        let mut act = Act::bare(ActKind::AcceptGift);
        act.gold = Some(3);
        assert_eq!(
            act_words(&library, &pending(act.clone())),
            "takes three gold as a gift and thanks the visitor"
        );
        (act.gold, act.item) = (None, Some(candle));
        let expected =
            format!("takes {} as a gift and thanks the visitor", phrase::the_item(&library.village, candle));
        assert_eq!(act_words(&library, &pending(act)), expected);
    }

    #[test]
    fn no_act_is_put_into_words_with_a_hole() {
        let library = Library::shipped().unwrap();
        let item = library.village.item_ids().next();
        for &kind in ActKind::ALL {
            let mut act = Act::bare(kind);
            (act.item, act.gold) = (item, Some(2));
            if kind.carries_facts() {
                act.facts.push(engine_sim::fact::Fact::Wants { who: PersonId(0), item: item.unwrap() });
            }
            let mut pending = pending(act);
            pending.readings = vec!["the mill".to_string()];
            let words = act_words(&library, &pending);
            assert!(!words.contains("  ") && !words.ends_with([' ', ':']), "{kind:?}: {words:?}");
        }
    }

    #[test]
    fn a_line_is_asked_for_in_open_words_alone_and_the_node_can_be_sent_them() {
        let library = Library::shipped().unwrap();
        let pack = Pack::new(PersonId(0), Act::bare(ActKind::Greet));
        let asked = request(&library, &pending(Act::bare(ActKind::Greet)), &pack, &[], 5);
        let other = library.village.people().nth(1).unwrap();
        let aside = overheard(&library, &pack, other, None, 5);
        assert_eq!(aside.said_by.as_deref(), Some(library.village.name(other)));
        let list = serde_json::to_vec(&vocabulary(&library)).unwrap();
        let read = VocabularyRequest::from_json(&list).expect("the list is within the node's bounds");
        for request in [asked, aside] {
            let words = request.words.clone().unwrap();
            assert_eq!(words.vocabulary, library.closed().hash);
            assert!(words.names.iter().any(|name| name == library.village.name(PersonId(0))));
            let written = serde_json::to_vec(&request).unwrap();
            assert_eq!(SpeakRequest::from_json(&written).unwrap(), request);
        }
        assert_eq!(read.words.split(' ').count(), library.closed().words.split(' ').count());
    }

    #[test]
    fn the_head_of_a_villager_never_changes_and_the_first_refusal_costs_no_prompt() {
        let library = Library::shipped().unwrap();
        let pending = pending(Act::bare(ActKind::Greet));
        let pack = Pack::new(pending.speaker, pending.act.clone());
        let violation = Violation {
            kind: engine_sim::talk::judge::ViolationKind::TooLong,
            start: 0,
            end: 0,
            span: String::new(),
            reason: "it is too long".to_string(),
        };
        let ask =
            |refused: usize| request(&library, &pending, &pack, &vec![vec![violation.clone()]; refused], 5);
        let head = |r: &SpeakRequest| (r.villager.clone(), r.card.clone(), r.examples.clone(), r.style);
        assert_eq!(head(&ask(0)), head(&trial(&library, pending.speaker)));
        assert_eq!(head(&ask(0)), head(&ask(2)));
        let other = library.village.people().nth(1).unwrap();
        assert_eq!(head(&ask(0)), head(&overheard(&library, &pack, other, None, 5)));
        assert_eq!((ask(0).try_index, ask(1).try_index), (0, 1));
        assert_eq!((ask(1).feedback.len(), ask(2).feedback.len()), (0, 1));
    }
}
