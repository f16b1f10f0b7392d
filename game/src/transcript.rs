//! Transcripts: what was said in a scripted game, one JSON object a line, with what it stands on.
//!
//! Owns: the record's fields. Refuses to know: the rules. The format is for people and tools that look for a line's reasons:
//! `{turn, minute, speaker, player, act, required, denied, allowed, text, voice, tries, fallback, silence, violations, costs, millis_ms}`.

use crate::voices::{Cost, LineRecord};
use engine_sim::library::Library;
use engine_sim::pack::Pack;
use engine_sim::phrase;
use engine_sim::snapshot::state::{Pending, Spoken, Voice};
use engine_sim::talk::judge;
use engine_sim::world::World;
use serde::Serialize;

/// One refused proposal.
#[derive(Debug, Serialize)]
pub struct Try {
    /// What the mind wrote.
    pub text: String,
    /// What the judge said.
    pub violations: Vec<ViolationRecord>,
}

/// One violation.
#[derive(Debug, Serialize)]
pub struct ViolationRecord {
    /// Its kind.
    pub kind: String,
    /// The offending words.
    pub span: String,
    /// Why.
    pub reason: String,
}

/// One line.
#[derive(Debug, Serialize)]
pub struct Record {
    /// Number of the turn.
    pub turn: u32,
    /// When, "HH:MM".
    pub minute: String,
    /// Villager key.
    pub speaker: String,
    /// What the player said.
    pub player: String,
    /// The act's key.
    pub act: String,
    /// Facts that had to be said, in words.
    pub required: Vec<String>,
    /// Facts that had to be denied, in words.
    pub denied: Vec<String>,
    /// Names that could be said besides, and facts, in words.
    pub allowed: Vec<String>,
    /// The line.
    pub text: String,
    /// "mind" or "written".
    pub voice: &'static str,
    /// Refused proposals.
    pub tries: Vec<Try>,
    /// Whether a mind was asked and a written line spoken.
    pub fallback: bool,
    /// Why the mind fell silent, if it did.
    pub silence: Option<String>,
    /// What the judge says of the line that was shown: empty for every line of a mind.
    pub violations: Vec<ViolationRecord>,
    /// What each proposal cost the node, in order.
    pub costs: Vec<Cost>,
    /// From act to words.
    pub millis_ms: u64,
}

fn violation(v: &judge::Violation) -> ViolationRecord {
    ViolationRecord { kind: v.kind.key().to_string(), span: v.span.clone(), reason: v.reason.clone() }
}

/// What is needed of an act before its words come: the pack is gone afterwards.
pub struct Prepared {
    pending: Pending,
    pack: Pack,
    minute: String,
}

/// Notes the acts that wait for words.
pub fn prepare(world: &World<'_>) -> Option<Prepared> {
    let (pending, pack) = world.awaiting()?;
    Some(Prepared { pending: pending.clone(), pack, minute: world.state().now.clock() })
}

/// The record of a line.
pub fn record(library: &Library, prepared: &Prepared, spoken: &Spoken, line: &LineRecord) -> Record {
    let (village, pack) = (&library.village, &prepared.pack);
    let verdict = judge::judge(village, &library.vocabulary, pack, &spoken.text);
    let mut allowed: Vec<String> = pack.may_people.iter().map(|&p| village.name(p).to_string()).collect();
    allowed.extend(pack.may_places.iter().map(|&p| village.place(p).name.clone()));
    allowed.extend(pack.may_items.iter().map(|&i| village.item(i).name.clone()));
    let words = |f| phrase::clause(village, prepared.pending.speaker, f);
    allowed.extend(pack.may.iter().map(words));
    allowed.extend(pack.may_times.iter().map(|&at| phrase::when_words(at)));
    allowed.extend(pack.act.told_by.map(|p| village.name(p).to_string()));
    allowed.sort();
    allowed.dedup();
    Record {
        turn: spoken.turn,
        minute: prepared.minute.clone(),
        speaker: village.villager(spoken.speaker).id.clone(),
        player: prepared.pending.player_line.clone(),
        act: prepared.pending.act.kind.key().to_string(),
        required: pack.act.facts.iter().map(words).collect(),
        denied: pack.act.denied.iter().map(words).collect(),
        allowed,
        text: spoken.text.clone(),
        voice: if spoken.voice == Voice::Mind { "mind" } else { "written" },
        tries: line
            .refused
            .iter()
            .map(|(text, violations)| Try {
                text: text.clone(),
                violations: violations.iter().map(violation).collect(),
            })
            .collect(),
        fallback: line.fallback,
        silence: line.silence.clone(),
        violations: verdict.violations.iter().map(violation).collect(),
        costs: line.costs.clone(),
        millis_ms: line.millis_ms,
    }
}
