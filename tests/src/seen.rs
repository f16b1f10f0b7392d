//! Whether the real judge is in this tree, found by asking it.
//!
//! Owns: one question. Refuses to know the judge's rules beyond it: a line about language models is never a villager's.

use crate::games::library;
use engine_sim::act::{Act, ActKind};
use engine_sim::ids::PersonId;
use engine_sim::pack::Pack;
use engine_sim::talk::judge::judge;

/// A line that no judge may let through.
pub const NEVER: &str = "As an AI language model, I cannot answer that, Grimbold Ironfist.";

/// Whether lines are judged here at all.
pub fn judge_is_real() -> bool {
    let pack = Pack::new(PersonId(0), Act::bare(ActKind::Greet));
    !judge(&library().village, &library().vocabulary, &pack, NEVER).ok()
}
