//! Owns the proof that the scheduler's rules hold together: random histories of arrivals, cancellations, failures and time,
//! over a device of which each row remembers the whole beginning it was computed for. `world` makes and runs a history;
//! what is checked in every step is here. 500 histories, or as many as `EMBERWICK_TRACES` says.

use super::lane::Sequence;
use super::world::{Fault, World};
use super::*;
use crate::prefix::span_at;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the scheduler before a plan is made, and what must hold over many.
#[derive(Default)]
pub(super) struct Watch {
    top: Option<Class>,
    demand: Vec<Class>,
    waited: PerClass<u32>,
    play_was_idle: bool,
    decoding: BTreeSet<u64>,
    /// Of each class: the senior, and the services it was left out of in a row.
    seniors: PerClass<(u64, usize)>,
}

fn decoding(lane: &Lane) -> impl Iterator<Item = &Sequence> {
    lane.running.iter().filter(|sequence| sequence.decoding())
}

impl Watch {
    /// To be called when arrivals are in and before the plan.
    pub(super) fn before(&mut self, scheduler: &Scheduler, now_ms: u64) {
        let live = |sequence: &&Sequence| sequence.deadline_ms.is_none_or(|deadline| deadline > now_ms);
        let has_demand = |class: &Class| scheduler.lanes[*class].all().any(|sequence| live(&sequence));
        self.demand = Class::ALL.into_iter().filter(has_demand).collect();
        self.top = self.demand.first().copied();
        self.play_was_idle = scheduler.lanes[Class::Play].running.iter().filter(live).count() == 0
            && scheduler.lanes[Class::Play].displaced.is_empty();
        for class in Class::ALL {
            self.waited[class] = scheduler.lanes[class].waited_steps;
        }
        let lanes = Class::ALL.into_iter().flat_map(|class| decoding(&scheduler.lanes[class]));
        self.decoding = lanes.filter(live).map(|sequence| sequence.id).collect();
    }

    /// Budgets, order and turns of one plan.
    pub(super) fn after(&mut self, scheduler: &Scheduler, plan: &Plan) {
        let limits = &scheduler.limits;
        let Some(top) = self.top else {
            assert!(plan.is_idle(), "rows without a request");
            return;
        };
        assert!(plan.tokens() <= limits.step_tokens[top] && plan.rows.len() <= limits.rows_max);
        let (decode, prefill): (Vec<&Row>, Vec<&Row>) =
            plan.rows.iter().filter(|row| row.class == top).partition(|row| row.is_decode());
        let prefill_max = limits.prefill_tokens[top].saturating_sub(decode.len()).max(PREFILL_TOKENS_MIN);
        assert!(prefill.iter().map(|row| row.tokens()).sum::<usize>() <= prefill_max);
        let ids: BTreeSet<u64> = plan.rows.iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), plan.rows.len(), "two rows of one request");
        assert!(plan.rows.is_sorted_by_key(|row| row.generation), "an adapter's rows are apart");
        let lower: Vec<&Row> = plan.rows.iter().filter(|row| row.class > top).collect();
        assert!(lower.len() <= limits.turn_rows);
        assert!(lower.iter().map(|row| row.tokens()).sum::<usize>() <= limits.turn_tokens);
        for row in &plan.rows {
            assert!(row.class >= top && row.start < row.end && (row.drafts == 0 || row.is_decode()));
        }
        for row in &lower {
            assert_eq!(row.class, lower[0].class, "two classes join");
            assert!(self.waited[row.class] >= limits.turn_after_steps(row.class), "a turn before its time");
        }
        self.decode_first(scheduler, plan, top, &ids);
        for class in self.demand.clone() {
            let waited = scheduler.lanes[class].waited_steps;
            assert!(waited <= limits.turn_after_steps(class) + 1, "{class:?} waits {waited} steps");
            assert!(class != top || waited == 0);
            if waited == 0 {
                self.senior_progress(scheduler, class, &ids);
            }
        }
        if top == Class::Play && self.play_was_idle {
            assert!(plan.rows.iter().any(|row| row.class == Class::Play), "the first Play request waits");
        }
    }

    /// Who could decode has a row before any prompt has one.
    fn decode_first(&self, scheduler: &Scheduler, plan: &Plan, top: Class, ids: &BTreeSet<u64>) {
        let prompt = |class| plan.rows.iter().any(|row| row.class == class && !row.is_decode());
        let joins = plan.rows.iter().map(|row| row.class).find(|&class| class > top);
        for class in std::iter::once(top).chain(joins) {
            let of_class: Vec<u64> = scheduler.lanes[class]
                .all()
                .map(|sequence| sequence.id)
                .filter(|id| self.decoding.contains(id))
                .collect();
            let left_out = of_class
                .iter()
                .filter(|id| !ids.contains(id) && !plan.stalled.contains(id) && !plan.displaced.contains(id));
            // Places are also taken by those that started in this very step, and lost by those that got no block.
            let decoded = plan.rows.iter().filter(|row| row.class == class && row.is_decode()).count();
            let tried = decoded + plan.stalled.len() + plan.displaced.len();
            let places = if class == top { usize::MAX } else { scheduler.limits.turn_rows - 1 };
            if prompt(class) && tried < places {
                assert_eq!(left_out.count(), 0, "a prompt before a decoding sequence of {class:?}");
            }
        }
    }

    fn senior_progress(&mut self, scheduler: &Scheduler, class: Class, ids: &BTreeSet<u64>) {
        let senior = scheduler.lanes[class].running.first().map_or(u64::MAX, |sequence| sequence.id);
        assert_ne!(senior, u64::MAX, "{class:?} has work and nothing running");
        let (before, missed) = self.seniors[class];
        let missed = if before == senior { missed } else { 0 };
        let missed = if ids.contains(&senior) { 0 } else { missed + 1 };
        assert!(
            missed <= scheduler.limits.running_max,
            "the senior of {class:?} was left out {missed} times"
        );
        self.seniors[class] = (senior, missed);
    }
}

/// Every block has exactly the holders that hold it, and the rest is free.
pub(super) fn check_holders(memory: &KvMemory) {
    let mut holders: BTreeMap<_, u32> = BTreeMap::new();
    for id in memory.all_tables().flat_map(|table| table.blocks()).copied().chain(memory.cache().held()) {
        *holders.entry(id).or_default() += 1;
    }
    for (&id, &count) in &holders {
        assert_eq!(memory.blocks().holders(id), count, "holders of {id:?}");
    }
    let blocks = memory.blocks();
    assert_eq!(blocks.used(), holders.len(), "a block leaked");
    assert_eq!(blocks.free() + blocks.used(), blocks.total());
}

/// Rows lie inside a generation.
pub(super) fn check_generation(row: &Row, sequence: &Sequence) {
    for position in row.start..row.end + row.drafts {
        assert_eq!(span_at(&sequence.spans, position).0, row.generation, "a row of two generations");
    }
}

/// The bound of the module's header for a request with `before` others of its class started before it.
pub(super) fn steps_max(limits: &Limits, class: Class, before: usize) -> u64 {
    let service = u64::from(limits.turn_after_steps(class)) + 2;
    let senior = limits.request_tokens_max[class] as u64 * limits.running_max as u64 * service;
    (before + limits.running_max) as u64 * senior
}

fn histories() -> u64 {
    let asked = std::env::var("EMBERWICK_TRACES").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(500)
}

#[test]
fn random_histories_keep_every_rule() {
    let mut sum = ScheduleLoad::default();
    for seed in 0..histories() {
        // Shown when a check fails.
        println!("history {seed}");
        let world = World::run(seed, Fault::None);
        let load = world.scheduler.load();
        sum.displacements += load.displacements;
        sum.cached_tokens += load.cached_tokens;
        sum.draft_tokens += load.draft_tokens;
        sum.steps += load.steps;
    }
    // The histories are worth something: what they are to show happens in them.
    println!("{sum:?}");
    let least = histories();
    assert!(sum.displacements > least && sum.cached_tokens > 10 * least && sum.draft_tokens > least);
}

#[test]
fn the_same_history_gives_the_same_plans() {
    for seed in 0..20 {
        assert_eq!(World::run(seed, Fault::None).digest, World::run(seed, Fault::None).digest, "seed {seed}");
    }
}

/// Runs histories until the planted fault is noticed.
fn plant(fault: Fault) {
    for seed in 0..200 {
        World::run(seed, fault);
    }
}

#[test]
#[should_panic(expected = "another's row")]
fn a_copy_left_out_is_noticed() {
    plant(Fault::CopiesLeftOut);
}

#[test]
#[should_panic(expected = "another's row")]
fn a_generation_left_out_of_the_key_is_noticed() {
    plant(Fault::GenerationLeftOut);
}

#[test]
#[should_panic(expected = "a block leaked")]
fn a_lost_block_is_noticed() {
    plant(Fault::BlockLost);
}
