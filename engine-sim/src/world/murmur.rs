//! Murmurs: what the player overhears when villagers at the same place have a word with each other.
//!
//! Owns: who murmurs to whom, and when. Refuses to know: what gossip passes on (see `tick`): a murmur is a written line of the
//! speaker's that says nothing about the evening. Drawn from the seed and the minute, so that neither the state nor its
//! hashes know of it; the judge hears it before the player does.

use super::event::Event;
use crate::act::{Act, ActKind};
use crate::fact::Tie;
use crate::ids::PersonId;
use crate::library::Library;
use crate::pack::Pack;
use crate::rng::Rng;
use crate::snapshot::state::{Outcome, State};
use crate::talk::judge;

/// Minutes between moments at which somebody may murmur.
pub const EVERY_MIN: u32 = 5;
/// The key of the written lines.
const KEY: &str = "murmur";

/// What is overheard in this minute, if anything: the player is by, talks to nobody, and two who are on speaking terms are
/// together. The talkative murmur more.
pub fn overheard(library: &Library, state: &State) -> Option<Event> {
    if state.talk.with.is_some() || state.player.outcome != Outcome::Open {
        return None;
    }
    let village = &library.village;
    let here: Vec<PersonId> = village
        .people()
        .filter(|p| state.people[p.index()].position.place() == Some(state.player.place))
        .collect();
    let mut pairs: Vec<(PersonId, PersonId)> =
        here.iter().flat_map(|&a| here.iter().map(move |&b| (a, b))).collect();
    pairs.retain(|&(a, b)| a != b && village.tie(a, b) != Some(Tie::Feud));
    let mut rng = Rng::new(state.case.seed ^ (u64::from(state.now.0) << 32), "murmur");
    let &(speaker, to) = rng.pick(&pairs)?;
    if !rng.chance(u32::from(village.villager(speaker).gossip)) {
        return None;
    }
    let text = rng.pick(library.lines.variants(speaker, KEY))?;
    harmless(library, state, speaker, text).then(|| Event::Murmured { speaker, to, text: text.clone() })
}

/// Whether the judge would let this speaker say it as small talk, with all that they hide.
fn harmless(library: &Library, state: &State, speaker: PersonId, text: &str) -> bool {
    let village = &library.village;
    let mut pack = Pack::new(speaker, Act::bare(ActKind::Banter));
    pack.may_items.push(village.ember());
    pack.may_places.push(village.villager(speaker).work);
    pack.hidden = state.case.hides(village, speaker);
    judge::judge(village, &library.vocabulary, &pack, text).violations.is_empty()
}
