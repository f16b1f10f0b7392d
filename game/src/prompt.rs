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
use engine_sim::talk::context;
use engine_sim::talk::judge::Violation;
use wire::ember::{Example, FactSlot, SpeakRequest, SpeakStyle};

/// Most tokens of a line.
pub const LINE_TOKENS_MAX: u32 = 48;
/// Most reasons fed back at once.
const FEEDBACK_MAX: usize = 3;

/// What the villager does with the line, in plain words.
pub fn act_words(library: &Library, pending: &Pending) -> String {
    let village = &library.village;
    let clauses: Vec<String> =
        pending.act.facts.iter().map(|f| phrase::clause(village, pending.speaker, f)).collect();
    let facts = engine_sim::talk::lines::join(&clauses, "and");
    let item = pending.act.item.map_or_else(String::new, |i| phrase::the_item(village, i));
    let gold = pending.act.gold.map_or_else(String::new, phrase::gold_words);
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
            format!("asks what is meant: {}", engine_sim::talk::lines::join(&pending.readings, "or"))
        }
        ActKind::Price => format!("names the price: {facts}"),
        ActKind::Bargain => format!("makes a counter-offer: {facts}"),
        ActKind::Sell => format!("sells {item} for {gold}"),
        ActKind::Buy => format!("buys {item} for {gold}"),
        ActKind::RefuseTrade => "will not trade".to_string(),
        ActKind::AcceptGift => format!("takes the gift of {item} and thanks"),
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
        if pending.player_line.is_empty() { "Good day.".to_string() } else { pending.player_line.clone() };
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
        feedback: refused.last().map(|v| feedback(v)).unwrap_or_default(),
        style: SpeakStyle::Surface,
        try_index: u32::try_from(refused.len()).unwrap_or(u32::MAX),
        seed,
        max_tokens: LINE_TOKENS_MAX,
    }
}

fn feedback(violations: &[Violation]) -> Vec<String> {
    violations.iter().take(FEEDBACK_MAX).map(|v| v.reason.clone()).collect()
}

/// Five exchanges in this villager's voice, made from the first written lines of five acts.
fn examples(library: &Library, who: PersonId) -> Vec<Example> {
    let village = &library.village;
    let other = village.people().find(|p| *p != who).unwrap_or(who);
    let place = village.villager(other).work;
    let at = engine_sim::time::Slot(5);
    let seen = engine_sim::fact::Fact::Was { who: other, place, at };
    let own = engine_sim::fact::Fact::Was { who, place: village.villager(who).home, at };
    let name = village.name(other);
    let asked = format!("Where was {name} at half past six?");
    let mut music = Act::bare(ActKind::Banter);
    music.topic = Some("music".to_string());
    let scenes = [
        ("greet", "Good day.".to_string(), Act::bare(ActKind::Greet)),
        ("answer.other", asked, Act::saying(ActKind::Answer, vec![seen])),
        ("dont_know", "Who took the ember?".to_string(), Act::bare(ActKind::DontKnow)),
        ("banter.music", "Do you like music?".to_string(), music),
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
