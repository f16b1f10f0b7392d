//! Owns a simulated engine for the traces: random limits and requests from a seed, a device that remembers for every row of
//! every block the beginning it was computed for, and what each request should have said if it were alone.

use super::traces::{Watch, check_generation, check_holders, steps_max};
use super::*;
use crate::blocks::{BLOCK_TOKENS, blocks_for};
use crate::prefix::{Span, span_at};
use std::collections::BTreeMap;

/// What is planted to see whether it is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// The device forgets to copy shared blocks.
    CopiesLeftOut,
    /// Requests do not say which generation they want, and the device computes it all the same.
    GenerationLeftOut,
    /// Somebody takes a block and forgets it.
    BlockLost,
}

/// SplitMix64, also the device's arithmetic.
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = mix(self.0);
        (self.0 % n as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A request, and what is expected of it.
struct Live {
    request: Request,
    /// The tokens it would have alone, prompt and made.
    alone: Vec<u32>,
    arrived_step: u64,
    started_before: usize,
}

pub(super) struct World {
    pub(super) scheduler: Scheduler,
    pub(super) digest: u64,
    memory: KvMemory,
    dice: Dice,
    fault: Fault,
    device: BTreeMap<(u32, usize), u64>,
    live: BTreeMap<u64, Live>,
    generations: Vec<u64>,
    scene: Vec<u32>,
    now_ms: u64,
    step: u64,
    submitted: u64,
}

/// The number of a beginning with one token more.
fn chain(before: u64, generation: u64, token: u32) -> u64 {
    mix(before ^ mix(generation << 32 | u64::from(token)))
}

/// The numbers of all beginnings: that of `tokens[..=p]` at `p`.
fn chains(spans: &[Span], tokens: &[u32]) -> Vec<u64> {
    let mut last = 0;
    let next = |(position, &token): (usize, &u32)| {
        last = chain(last, span_at(spans, position).0, token);
        last
    };
    tokens.iter().enumerate().map(next).collect()
}

/// What the device's model says after a beginning.
fn drawn(beginning: u64) -> u32 {
    (mix(beginning ^ 77) % 3) as u32
}

fn random_limits(dice: &mut Dice) -> Limits {
    let (running_max, turn_rows) = (1 + dice.below(6), 2 + dice.below(2));
    let turn_tokens = turn_rows + dice.below(8);
    let mut per_class = |least: usize, more: usize| PerClass {
        play: least + dice.below(more),
        local: least + dice.below(more),
        network: least + dice.below(more),
    };
    let queue_max = per_class(2, 8);
    let step_tokens = per_class(running_max + turn_tokens + 1, 30);
    let prefill_tokens = per_class(0, 60);
    let request_tokens_max = per_class(40, 60);
    Limits {
        queue_max,
        running_max,
        rows_max: running_max + turn_rows + dice.below(2),
        step_tokens,
        prefill_tokens,
        request_tokens_max,
        local_turn_after_steps: dice.below(6) as u32,
        network_turn_after_steps: dice.below(10) as u32,
        turn_rows,
        turn_tokens,
        quantum_tokens: 1 + dice.below(60),
    }
}

impl World {
    /// Runs the history of a seed to its end.
    pub(super) fn run(seed: u64, fault: Fault) -> World {
        let mut dice = Dice(seed);
        let limits = random_limits(&mut dice);
        let blocks_max = limits.blocks_min() + dice.below(8);
        let mut world = World {
            scheduler: Scheduler::new(limits, blocks_max).unwrap(),
            memory: KvMemory::new(blocks_max as u32),
            digest: seed,
            fault,
            device: BTreeMap::new(),
            live: BTreeMap::new(),
            generations: vec![1, 2, 3],
            scene: (0..40).map(|_| dice.below(2) as u32).collect(),
            dice,
            now_ms: 0,
            step: 0,
            submitted: 0,
        };
        let mut watch = Watch::default();
        let arrivals_until = 40 + world.dice.below(80) as u64;
        let burst = 1 + world.dice.below(8);
        while world.step < arrivals_until || world.scheduler.has_work() {
            if world.step < arrivals_until && world.dice.one_in(burst) {
                (0..1 + world.dice.below(3)).for_each(|_| world.arrive());
            }
            world.disturb();
            world.one_step(&mut watch);
        }
        assert!(world.live.is_empty(), "a request was forgotten");
        assert_eq!(world.memory.tables(), 0);
        assert_eq!(world.memory.blocks().used(), world.memory.cache().blocks_held());
        world.memory.drop_prefixes();
        assert_eq!(world.memory.blocks().used(), 0, "seed {seed}: blocks in use at the end");
        world
    }

    fn random_request(&mut self) -> Request {
        let class = Class::ALL[self.dice.below(3)];
        let tokens_max = self.scheduler.limits().request_tokens_max[class];
        let scene = self.dice.below(self.scene.len() + 1).min(tokens_max / 2);
        let mut prompt = self.scene[..scene].to_vec();
        prompt.extend((0..1 + self.dice.below(12)).map(|_| self.dice.below(3) as u32));
        let generation = self.generations[self.dice.below(self.generations.len())];
        let spans = match self.dice.below(3) {
            0 => vec![],
            1 => vec![Span { generation, end: 0 }],
            _ => vec![
                Span { generation: 0, end: self.dice.below(prompt.len() + 1) },
                Span { generation, end: 0 },
            ],
        };
        let max_tokens = 1 + self.dice.below(tokens_max - prompt.len());
        let deadline_ms = self.dice.one_in(8).then(|| self.now_ms + self.dice.below(150) as u64);
        let owner = self.dice.below(4) as u64;
        Request { id: self.submitted, class, owner, spans, prompt, max_tokens, deadline_ms }
    }

    fn arrive(&mut self) {
        let request = self.random_request();
        let mut alone = request.prompt.clone();
        let mut last = *chains(&request.spans, &alone).last().unwrap();
        for _ in 0..request.max_tokens {
            let token = drawn(last);
            last = chain(last, span_at(&request.spans, alone.len()).0, token);
            alone.push(token);
        }
        let mut submitted = request.clone();
        if self.fault == Fault::GenerationLeftOut {
            submitted.spans.clear();
        }
        if self.scheduler.submit(submitted).is_ok() {
            let live = Live { request, alone, arrived_step: self.step, started_before: 0 };
            self.live.insert(self.submitted, live);
        }
        self.submitted += 1;
    }

    /// Cancellations, failures, a generation dropped, a block lost.
    fn disturb(&mut self) {
        if self.dice.one_in(25) && !self.live.is_empty() {
            let at = self.dice.below(self.live.len());
            let id = *self.live.keys().nth(at).unwrap();
            let made = self.scheduler.tokens(id).unwrap().to_vec();
            let known = match self.dice.one_in(3) {
                true => self.scheduler.discard(id, &mut self.memory),
                false => self.scheduler.end(id, &mut self.memory),
            };
            assert!(known && self.memory.table(id).is_none(), "a cancel frees at once");
            let live = self.live.remove(&id).unwrap();
            assert!(live.alone.starts_with(&made), "a token too many or too few");
        }
        if self.dice.one_in(60) {
            let at = self.dice.below(3);
            self.memory.drop_generation(self.generations[at]);
            self.generations[at] = 10 + self.submitted;
        }
        if self.fault == Fault::BlockLost && self.step == 30 {
            self.memory.lose_block();
        }
    }

    fn one_step(&mut self, watch: &mut Watch) {
        self.now_ms += self.dice.below(5) as u64;
        self.step += 1;
        let ids: Vec<u64> = self.live.keys().copied().collect();
        for id in ids {
            let drafts = self.dice.below(5).saturating_sub(2);
            self.scheduler.propose(id, drafts);
        }
        watch.before(&self.scheduler, self.now_ms);
        let plan = self.scheduler.plan(self.now_ms, &mut self.memory);
        watch.after(&self.scheduler, &plan);
        check_holders(&self.memory);
        for &(id, reason) in &plan.ended {
            let live = self.live.remove(&id).expect("ended twice");
            assert_eq!(reason, EndReason::Deadline);
            assert!(live.request.deadline_ms.unwrap() <= self.now_ms);
        }
        for admission in plan.admitted.iter().filter(|admission| !admission.replayed) {
            let class = self.live[&admission.id].request.class;
            let others = self.live.values_mut().filter(|live| live.request.class == class);
            others.for_each(|live| live.started_before += 1);
        }
        for copy in plan.copies.iter().filter(|_| self.fault != Fault::CopiesLeftOut) {
            for row in 0..copy.tokens {
                let value = self.device[&(copy.from.index(), row)];
                self.device.insert((copy.to.index(), row), value);
            }
        }
        for row in &plan.rows {
            self.compute(row);
        }
        for (id, live) in &self.live {
            let steps = self.step - live.arrived_step;
            let most = steps_max(self.scheduler.limits(), live.request.class, live.started_before);
            assert!(steps <= most, "request {id} is there for {steps} steps, {most} are enough");
        }
    }

    fn compute(&mut self, row: &Row) {
        let live = &self.live[&row.id];
        let sequence = self.scheduler.sequence(row.id).unwrap();
        check_generation(row, sequence);
        let tokens = sequence.tokens.clone();
        assert!(live.alone.starts_with(&tokens), "a token too many or too few");
        let numbers = chains(&live.request.spans, &live.alone);
        let table = self.memory.table(row.id).unwrap();
        assert_eq!(table.len(), row.start, "a position is computed twice or never");
        assert!(table.blocks().len() >= blocks_for(row.end + row.drafts));
        let place =
            |position: usize| (table.blocks()[position / BLOCK_TOKENS].index(), position % BLOCK_TOKENS);
        for (position, number) in numbers[..row.start].iter().enumerate() {
            assert_eq!(self.device.get(&place(position)), Some(number), "another's row at {position}");
        }
        let accepted = if row.drafts > 0 { self.dice.below(row.drafts + 1) } else { 0 };
        for (position, &number) in numbers.iter().enumerate().take(row.end + row.drafts).skip(row.start) {
            let block = table.blocks()[position / BLOCK_TOKENS];
            assert!(!self.memory.blocks().is_shared(block), "a shared block is written");
            // A rejected draft leaves the row of another token.
            let number = if position < row.end + accepted { number } else { !number };
            self.device.insert(place(position), number);
        }
        self.digest = mix(self.digest ^ row.id << 32 ^ (row.start as u64) << 16 ^ row.end as u64);
        let id = row.id;
        if self.dice.one_in(100) {
            return; // The engine did not get to it: the row is planned again.
        }
        let made = row.end..row.end + if row.wants_logits { accepted + 1 } else { 0 };
        let over = self.scheduler.report(id, &live.alone[made.clone()], &mut self.memory).unwrap();
        assert_eq!(over.is_some(), made.end == live.alone.len(), "the token budget");
        if over.is_some() {
            self.live.remove(&id);
        }
    }
}
