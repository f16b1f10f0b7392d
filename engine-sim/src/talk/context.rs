//! Context: from a committed act to the pack that a renderer gets and the judge reads back against.
//!
//! Owns: what may be named, what must not be given away, mood, last lines, the pack's hash. Refuses to know: prompts.

use crate::act::ActKind;
use crate::ids::PersonId;
use crate::library::Library;
use crate::pack::{Mood, Pack};
use crate::phrase;
use crate::snapshot::state::{Pending, State};
use crate::talk::policy::TRUST_WON;
use crate::time::Slot;

/// Last lines of the speaker that a new one must not repeat.
pub const LAST_LINES: usize = 4;

/// The pack for a pending act.
pub fn pack(library: &Library, state: &State, pending: &Pending) -> Pack {
    let who = pending.speaker;
    let mut pack = Pack::new(who, pending.act.clone());
    pack.mood = mood(state, who, pending.act.kind);
    pack.player_line.clone_from(&pending.player_line);
    let spoken = state.words.spoken.iter().rev().filter(|s| s.speaker == who);
    pack.last_lines = spoken.take(LAST_LINES).map(|s| s.text.clone()).collect();
    pack.last_lines.reverse();
    let village = &library.village;
    let own = village.villager(who);
    (pack.may_people, pack.may_places, pack.may_items) = pending.echo.clone();
    pack.may_people.extend(pending.act.told_by);
    pack.may_places.push(own.work);
    pack.may_items.push(village.ember());
    pack.may_items.extend(pending.act.item);
    if pending.act.kind == ActKind::Clarify {
        clarify_names(library, pending, &mut pack);
    }
    let person = &state.people[who.index()];
    pack.hidden = state.case.hides(village, who);
    if person.confessed {
        // What they owned up to is out; what they keep for their friends is not.
        pack.hidden.retain(|fact| fact.subject() != Some(who));
    }
    pack.hidden.retain(|fact| !pending.act.facts.contains(fact));
    pack
}

/// A clarifying question may name what its readings name.
fn clarify_names(library: &Library, pending: &Pending, pack: &mut Pack) {
    let village = &library.village;
    let text = pending.readings.join(" | ");
    pack.may_people.extend(village.people().filter(|&p| text.contains(village.name(p))));
    pack.may_places.extend(village.place_ids().filter(|&p| text.contains(village.place(p).name.as_str())));
    for item in village.item_ids() {
        let bare = village.item(item).name.split_once(' ').map_or("", |(_, bare)| bare);
        if !bare.is_empty() && text.contains(bare) {
            pack.may_items.push(item);
        }
    }
    pack.may_times.extend(Slot::all().filter(|at| text.contains(&phrase::when_words(*at))));
}

/// How somebody feels about saying this.
pub fn mood(state: &State, who: PersonId, kind: ActKind) -> Mood {
    let person = &state.people[who.index()];
    match kind {
        ActKind::Offended | ActKind::Outraged => Mood::Cross,
        _ if person.cross_until > state.now => Mood::Cross,
        ActKind::Confess => Mood::Afraid,
        ActKind::Lie | ActKind::Deny | ActKind::Refuse => Mood::Wary,
        _ if person.trust >= TRUST_WON => Mood::Warm,
        _ => Mood::Calm,
    }
}

/// BLAKE3 over everything the pack says, in a fixed order: names a pack in logs and transcripts.
pub fn pack_hash(pack: &Pack) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{pack:?}").as_bytes());
    hasher.finalize().to_hex().to_string()
}
