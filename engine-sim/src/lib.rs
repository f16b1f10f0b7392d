//! `engine-sim`: the village and every fact in it.
//!
//! Owns: the world, its time, who knows what, the case, what villagers do when spoken to, and the judgement of every
//! line a model writes. `apply(command) -> events` is the whole interface for change; `World::ticks` has a state hash of each
//! section and in total for every tick of it.
//! Refuses to know: files, clocks, threads, floats, hash-map order, language models, windows, networks.
//! Sources: DESIGN sections 1 to 3 (the engine is the oracle); ggrs' sync test for determinism as a property.

pub mod act;
pub mod cases;
pub mod content;
pub mod fact;
pub mod ids;
pub mod library;
pub mod pack;
pub mod phrase;
pub mod replay;
pub mod rng;
pub mod snapshot;
pub mod talk;
pub mod time;
pub mod world;

pub use act::{Act, ActKind};
pub use content::Village;
pub use fact::Fact;
pub use ids::{ItemId, PersonId, PlaceId};
pub use library::Library;
pub use pack::{Pack, PackFact};
pub use time::Slot;
pub use world::World;
