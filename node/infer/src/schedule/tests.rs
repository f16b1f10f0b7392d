//! Owns the proofs of single rules of the scheduler, each by hand: limits, queues, turns, chunks, starting, giving way,
//! replay, budgets. `traces` holds them all together over random histories.

use super::*;
use crate::prefix::Span;

/// A scheduler with its memory, and an engine that draws the token 1 for each row.
struct Desk {
    scheduler: Scheduler,
    memory: KvMemory,
    now_ms: u64,
    /// (id, tokens made) of those that ended for their length.
    over: Vec<(u64, EndReason)>,
}

fn limits() -> Limits {
    // Prompts take what the step has, but where a test says otherwise.
    let prefill_tokens = PerClass { play: 256, local: 256, network: 256 };
    Limits {
        running_max: 4,
        rows_max: 8,
        turn_rows: 4,
        turn_tokens: 8,
        prefill_tokens,
        ..Limits::for_context(256)
    }
}

fn desk(limits: Limits, blocks_max: usize) -> Desk {
    let scheduler = Scheduler::new(limits, blocks_max).unwrap();
    Desk { scheduler, memory: KvMemory::new(blocks_max as u32), now_ms: 0, over: Vec::new() }
}

/// Every request has a prompt of its own, so that the prefix cache does not come in.
fn request(id: u64, class: Class, prompt: usize, max_tokens: usize) -> Request {
    let prompt = (0..prompt as u32).map(|at| at + 1000 * id as u32).collect();
    Request { id, class, owner: id, spans: vec![], prompt, max_tokens, deadline_ms: None }
}

impl Desk {
    fn submit(&mut self, id: u64, class: Class, prompt: usize, max_tokens: usize) {
        self.scheduler.submit(request(id, class, prompt, max_tokens)).unwrap();
    }

    /// One step: plans, and reports every row.
    fn step(&mut self) -> Plan {
        let plan = self.scheduler.plan(self.now_ms, &mut self.memory);
        for row in &plan.rows {
            let drawn: &[u32] = if row.wants_logits { &[1] } else { &[] };
            if let Some(reason) = self.scheduler.report(row.id, drawn, &mut self.memory).unwrap() {
                self.over.push((row.id, reason));
            }
        }
        plan
    }
}

/// (id, start, end) of the rows.
fn ranges(plan: &Plan) -> Vec<(u64, usize, usize)> {
    plan.rows.iter().map(|row| (row.id, row.start, row.end)).collect()
}

#[test]
fn limits_that_do_not_go_together_are_named() {
    let check = |change: &dyn Fn(&mut Limits), expected: &str, least: usize| {
        let mut bad = limits();
        change(&mut bad);
        let LimitsError::TooSmall { field, min, .. } = bad.check(1000).unwrap_err();
        assert_eq!((field, min), (expected, least));
    };
    assert_eq!(limits().check(51), Ok(()));
    assert_eq!(limits().check(50).unwrap_err().to_string(), "blocks_max must be at least 51, it is 50");
    check(&|l| l.running_max = 0, "running_max", 1);
    check(&|l| l.quantum_tokens = 0, "quantum_tokens", 1);
    check(&|l| l.turn_rows = 1, "turn_rows", 2);
    check(&|l| l.turn_tokens = 3, "turn_tokens", 4);
    check(&|l| l.rows_max = 7, "rows_max", 8);
    check(&|l| l.step_tokens.network = 12, "step_tokens", 13);
    check(&|l| l.queue_max.play = 0, "queue_max", 1);
    check(&|l| l.request_tokens_max.local = 1, "request_tokens_max", 2);
    assert_eq!(Limits::for_context(2048).check(387), Ok(()));
}

#[test]
fn bad_requests_and_full_queues_leave_nothing_behind() {
    let queue_max = PerClass { play: 1, local: 2, network: 1 };
    let mut desk = desk(Limits { queue_max, ..limits() }, 60);
    let mut refused = |request: Request| desk.scheduler.submit(request).unwrap_err();
    assert_eq!(refused(request(1, Class::Play, 0, 1)), SubmitError::PromptEmpty);
    assert_eq!(refused(request(1, Class::Play, 1, 0)), SubmitError::NothingToMake);
    let too_long = SubmitError::TooLong { class: Class::Play, max: 256, actual: 257 };
    assert_eq!(refused(request(1, Class::Play, 200, 57)), too_long);
    assert!(matches!(refused(request(1, Class::Play, 1, usize::MAX)), SubmitError::TooLong { .. }));
    let spans = vec![Span { generation: 0, end: 1 }; SPANS_MAX + 1];
    let many = Request { spans, ..request(1, Class::Play, 5, 5) };
    assert_eq!(refused(many), SubmitError::TooManySpans { max: SPANS_MAX, actual: SPANS_MAX + 1 });
    assert!(!desk.scheduler.has_work());
    desk.submit(1, Class::Local, 3, 3);
    desk.submit(2, Class::Local, 3, 3);
    let full = SubmitError::QueueFull { class: Class::Local, max: 2 };
    assert_eq!(desk.scheduler.submit(request(3, Class::Local, 3, 3)), Err(full));
    assert_eq!(desk.scheduler.submit(request(2, Class::Play, 3, 3)), Err(SubmitError::IdInUse { id: 2 }));
    desk.submit(3, Class::Play, 3, 3);
    desk.step();
    assert_eq!(desk.scheduler.submit(request(3, Class::Play, 3, 3)), Err(SubmitError::IdInUse { id: 3 }));
}

#[test]
fn prompts_come_in_chunks_beside_decoding() {
    let step_tokens = PerClass { play: 20, local: 20, network: 20 };
    let mut desk = desk(Limits { step_tokens, ..limits() }, 60);
    desk.submit(1, Class::Local, 5, 9);
    assert_eq!(ranges(&desk.step()), [(1, 0, 5)]);
    desk.submit(2, Class::Local, 50, 3);
    assert_eq!(ranges(&desk.step()), [(1, 5, 6), (2, 0, 19)]);
    assert_eq!(ranges(&desk.step()), [(1, 6, 7), (2, 19, 38)]);
    let last = desk.step();
    assert_eq!(ranges(&last), [(1, 7, 8), (2, 38, 50)]);
    assert!(last.rows.iter().all(|row| row.wants_logits));
    assert_eq!(ranges(&desk.step()), [(1, 8, 9), (2, 50, 51)]);
    while desk.scheduler.has_work() {
        desk.step();
    }
    assert_eq!(desk.over, [(2, EndReason::Length), (1, EndReason::Length)]);
    let load = desk.scheduler.load();
    assert_eq!((load.prefill_tokens, load.decode_rows), (55, 8 + 2));
    assert!(desk.step().is_idle());
}

#[test]
fn prompts_leave_the_step_short_and_are_read_beside_any_number_of_answers() {
    let prefill_tokens = PerClass { play: 64, local: 64, network: 10 };
    let step_tokens = PerClass { play: 40, local: 40, network: 40 };
    let mut desk = desk(Limits { prefill_tokens, step_tokens, ..limits() }, 60);
    desk.submit(1, Class::Network, 25, 9);
    assert_eq!(ranges(&desk.step()), [(1, 0, 10)]);
    assert_eq!(ranges(&desk.step()), [(1, 10, 20)]);
    assert_eq!(ranges(&desk.step()), [(1, 20, 25)]);
    desk.submit(2, Class::Network, 30, 9);
    assert_eq!(ranges(&desk.step()), [(1, 25, 26), (2, 0, 9)]);
    desk.submit(3, Class::Network, 1, 9);
    desk.submit(4, Class::Network, 1, 9);
    desk.step();
    let beside: Vec<_> = desk.step().rows.iter().map(|row| row.tokens()).collect();
    assert_eq!(beside.iter().sum::<usize>() - (beside.len() - 1), PREFILL_TOKENS_MIN, "{beside:?}");
}

#[test]
fn owners_of_prompts_take_turns_and_one_owner_s_come_in_order() {
    let step_tokens = PerClass { play: 20, local: 20, network: 20 };
    let mut desk = desk(Limits { step_tokens, ..limits() }, 60);
    for id in [1, 2, 3] {
        let owner = if id == 3 { 9 } else { 8 };
        desk.scheduler.submit(Request { owner, ..request(id, Class::Play, 40, 1) }).unwrap();
    }
    let worked: Vec<u64> = (0..6).map(|_| desk.step().rows[0].id).collect();
    assert_eq!(worked, [1, 3, 1, 3, 2, 2]);
}

#[test]
fn play_is_in_the_next_step_and_local_keeps_a_bounded_share() {
    let mut desk = desk(limits(), 60);
    desk.submit(1, Class::Local, 3, 200);
    desk.submit(2, Class::Network, 3, 200);
    desk.step();
    desk.submit(3, Class::Play, 3, 200);
    let mut rows = PerClass::<usize>::default();
    for step in 0..90 {
        let plan = desk.step();
        assert!(plan.rows.iter().any(|row| row.id == 3), "step {step}");
        for row in plan.rows {
            rows[row.class] += 1;
        }
    }
    // Local joins after 8 steps without it, Network after 32.
    assert_eq!(rows, PerClass { play: 90, local: 10, network: 2 });
}

#[test]
fn a_lower_class_can_join_every_step() {
    let mut desk = desk(Limits { local_turn_after_steps: 0, ..limits() }, 60);
    for id in 1..=4 {
        desk.submit(id, Class::Local, 3, 50);
    }
    desk.submit(9, Class::Play, 3, 50);
    desk.submit(8, Class::Network, 3, 50);
    let mut network = 0;
    for _ in 0..40 {
        let plan = desk.step();
        let lower = plan.rows.iter().filter(|row| row.class != Class::Play).count();
        assert!(plan.rows.iter().any(|row| row.class == Class::Play) && lower > 0 && lower <= 4);
        network += plan.rows.iter().filter(|row| row.class == Class::Network).count();
    }
    assert_eq!(network, 1, "the longer overdue one wins");
}

#[test]
fn newcomers_do_not_pass_a_senior_for_ever() {
    let few = Limits { running_max: 3, rows_max: 5, turn_rows: 2, local_turn_after_steps: 0, ..limits() };
    let mut desk = desk(few, 60);
    desk.submit(1, Class::Local, 3, 100);
    desk.step();
    desk.submit(2, Class::Play, 3, 250);
    let mut progress = 0;
    for step in 0..60 {
        // They decode at once and are gone: two new ones for the two rows of every turn.
        for id in [0, 1] {
            desk.submit(100 + 2 * step + id, Class::Local, 1, 1);
        }
        progress += desk.step().rows.iter().filter(|row| row.id == 1).count();
    }
    assert!(progress >= 60 / 3, "{progress} tokens");
}

#[test]
fn rows_of_an_adapter_are_adjacent_and_a_row_has_one() {
    let mut desk = desk(limits(), 60);
    let spans = |generation, marker| vec![Span { generation: 0, end: marker }, Span { generation, end: 0 }];
    for (id, generation) in [(1, 7), (2, 3), (3, 7), (4, 3)] {
        let spans = spans(generation, if id > 2 { 10 } else { 0 });
        desk.scheduler.submit(Request { spans, ..request(id, Class::Play, 12, 20) }).unwrap();
    }
    let generations = |plan: &Plan| plan.rows.iter().map(|row| (row.generation, row.id)).collect::<Vec<_>>();
    let first = desk.step();
    assert_eq!(generations(&first), [(0, 3), (0, 4), (3, 2), (7, 1)]);
    assert_eq!(ranges(&first)[..2], [(3, 0, 10), (4, 0, 10)], "the chunk ends where the adapter wakes");
    assert_eq!(generations(&desk.step()), [(3, 2), (3, 4), (7, 1), (7, 3)]);
}

#[test]
fn an_equal_beginning_is_computed_once() {
    let mut desk = desk(limits(), 60);
    let scene: Vec<u32> = (0..40).collect();
    let with = |id, generation: u64| {
        let mut prompt = scene.clone();
        prompt.extend([99, 100 + id as u32]);
        let spans = vec![Span { generation: 0, end: 40 }, Span { generation, end: 0 }];
        Request { prompt, spans, ..request(id, Class::Play, 1, 5) }
    };
    desk.scheduler.submit(with(1, 7)).unwrap();
    desk.step();
    // The first is still running, and what fills whole blocks of it is there for a villager with another adapter.
    desk.scheduler.submit(with(2, 8)).unwrap();
    let plan = desk.step();
    assert_eq!(plan.admitted, [Admission { id: 2, cached_tokens: 32, replayed: false }]);
    desk.scheduler.end(1, &mut desk.memory);
    desk.scheduler.submit(with(3, 7)).unwrap();
    assert_eq!(desk.step().admitted[0].cached_tokens, 41, "the same adapter, and the marker too");
    assert_eq!(desk.scheduler.load().cached_tokens, 73);
}

#[test]
fn the_youngest_of_the_lowest_class_gives_way_and_goes_on_later() {
    let request_tokens_max = PerClass { play: 96, local: 64, network: 32 };
    let step_tokens = PerClass { play: 200, local: 200, network: 200 };
    let mut desk = desk(Limits { request_tokens_max, step_tokens, ..limits() }, 15);
    for id in [1, 2, 3] {
        desk.submit(id, Class::Local, 60, 4);
    }
    let plan = desk.step();
    assert_eq!((plan.admitted.len(), desk.memory.available()), (3, 3));
    desk.submit(4, Class::Play, 90, 6);
    // First what is free, then what a junior has.
    let plan = desk.step();
    assert_eq!((ranges(&plan), plan.displaced), (vec![(4, 0, 48)], vec![]));
    let plan = desk.step();
    assert_eq!((ranges(&plan), plan.displaced), (vec![(4, 48, 90)], vec![3]));
    assert_eq!(desk.scheduler.load().displaced.local, 1);
    let mut replays = Vec::new();
    while desk.scheduler.has_work() {
        let plan = desk.step();
        replays.extend(plan.admitted.iter().map(|admission| (admission.id, admission.replayed)));
    }
    assert_eq!(replays, [(3, true)]);
    let ids: Vec<u64> = desk.over.iter().map(|&(id, _)| id).collect();
    assert_eq!(ids, [4, 1, 2, 3]);
    assert_eq!(desk.scheduler.load().displacements, 1);
    assert_eq!((desk.memory.tables(), desk.memory.available()), (0, 15));
}

#[test]
fn cancelling_frees_at_once_in_any_state() {
    let mut desk = desk(Limits { running_max: 2, ..limits() }, 60);
    for id in [1, 2, 3] {
        desk.submit(id, Class::Local, 40, 9);
    }
    desk.step();
    assert!(desk.scheduler.end(3, &mut desk.memory), "waiting");
    assert!(desk.scheduler.end(1, &mut desk.memory), "running");
    assert!(!desk.scheduler.end(1, &mut desk.memory), "gone");
    assert!(desk.scheduler.discard(2, &mut desk.memory), "failed");
    assert_eq!((desk.memory.tables(), desk.memory.available()), (0, 60));
    assert_eq!(desk.scheduler.report(2, &[1], &mut desk.memory), Err(ReportError::Unknown { id: 2 }));
    assert!(!desk.scheduler.has_work() && desk.step().is_idle());
    assert_eq!(desk.memory.cache().blocks_held(), 5, "what 1 computed, and the whole blocks of 2");
    assert_eq!(desk.memory.drop_prefixes(), 5);
    assert_eq!(desk.memory.blocks().used(), 0);
}

#[test]
fn time_and_tokens_end_a_request_with_a_reason() {
    let mut desk = desk(Limits { running_max: 1, ..limits() }, 60);
    desk.scheduler.submit(Request { deadline_ms: Some(30), ..request(1, Class::Play, 4, 100) }).unwrap();
    desk.scheduler.submit(Request { deadline_ms: Some(20), ..request(2, Class::Play, 4, 100) }).unwrap();
    desk.submit(3, Class::Play, 4, 2);
    let mut ended = Vec::new();
    for now_ms in [0, 10, 19, 20, 29, 30, 31] {
        desk.now_ms = now_ms;
        ended.extend(desk.step().ended.into_iter().map(|(id, reason)| (now_ms, id, reason)));
    }
    assert_eq!(ended, [(20, 2, EndReason::Deadline), (30, 1, EndReason::Deadline)]);
    assert_eq!(desk.over, [(3, EndReason::Length)]);
    assert!(!desk.scheduler.has_work());
}

#[test]
fn drafts_are_verified_in_the_row_and_only_what_was_accepted_stays() {
    let step_tokens = PerClass { play: 16, local: 16, network: 16 };
    let mut desk = desk(Limits { step_tokens, ..limits() }, 60);
    desk.submit(1, Class::Play, 15, 8);
    desk.step();
    desk.scheduler.propose(1, 5);
    let plan = desk.scheduler.plan(0, &mut desk.memory);
    let row = plan.rows[0];
    assert_eq!((row.start, row.end, row.drafts, row.tokens()), (15, 16, 5, 6));
    let too_many = ReportError::Tokens { id: 1, min: 1, max: 6, actual: 7 };
    assert_eq!(desk.scheduler.report(1, &[0; 7], &mut desk.memory), Err(too_many));
    assert_eq!(desk.memory.table(1).unwrap().blocks().len(), 2);
    assert_eq!(desk.scheduler.report(1, &[5, 6, 7], &mut desk.memory), Ok(None));
    assert_eq!((desk.scheduler.tokens(1).unwrap().len(), desk.memory.table(1).unwrap().len()), (19, 18));
    assert_eq!(desk.scheduler.report(1, &[5], &mut desk.memory), Err(ReportError::NotPlanned { id: 1 }));
    // Four are left to make, so at most three drafts; and the budget of a step bounds them too.
    desk.scheduler.propose(1, 100);
    assert_eq!(desk.scheduler.plan(0, &mut desk.memory).rows[0].drafts, 3);
    desk.submit(2, Class::Play, 40, 8);
    desk.scheduler.propose(1, 100);
    let rows = desk.scheduler.plan(0, &mut desk.memory).rows;
    let drafts: Vec<_> = rows.iter().map(|row| (row.id, row.drafts, row.end)).collect();
    assert_eq!(drafts, [(1, 0, 19), (2, 0, 15)]);
    let nothing = ReportError::Tokens { id: 2, min: 0, max: 0, actual: 1 };
    assert_eq!(desk.scheduler.report(2, &[1], &mut desk.memory), Err(nothing));
}

#[test]
fn drafts_count_for_one_plan() {
    let step_tokens = PerClass { play: 16, local: 16, network: 16 };
    let mut reading = desk(Limits { step_tokens, ..limits() }, 60);
    reading.submit(1, Class::Play, 20, 8);
    assert_eq!(ranges(&reading.step()), [(1, 0, 16)]);
    reading.scheduler.propose(1, 5);
    assert_eq!(ranges(&reading.step()), [(1, 16, 20)]);
    let row = reading.step().rows[0];
    assert_eq!((row.start, row.drafts), (20, 0), "guessed before the prompt's end was read");

    let mut waiting = desk(limits(), 60);
    waiting.submit(1, Class::Local, 3, 50);
    waiting.step();
    waiting.submit(2, Class::Play, 3, 50);
    waiting.step();
    waiting.scheduler.propose(1, 3);
    assert!(waiting.step().rows.iter().all(|row| row.id == 2), "it is not its turn");
    let turn = (0..20).find_map(|_| waiting.step().rows.into_iter().find(|row| row.id == 1)).unwrap();
    assert!(turn.is_decode());
    assert_eq!(turn.drafts, 0, "guessed for an earlier step");
}

#[test]
fn owners_of_a_class_share_by_tokens() {
    let mut desk = desk(Limits { running_max: 1, quantum_tokens: 16, ..limits() }, 60);
    let mut tokens = [0; 2];
    let mut id = 0;
    for _ in 0..2000 {
        // One owner asks for much at a time, the other for little; both always have requests waiting.
        for (owner, max_tokens) in [(0, 60), (1, 5)] {
            let waiting = desk.scheduler.lanes[Class::Local].waiting.iter().filter(|s| s.owner == owner);
            if waiting.count() < 2 {
                id += 2;
                let request = Request { owner, ..request(id + owner, Class::Local, 3, max_tokens) };
                desk.scheduler.submit(request).unwrap();
            }
        }
        for row in desk.step().rows {
            // As an owner is charged: the prompt, and what is made.
            let prompt = if row.is_decode() { 0 } else { row.tokens() };
            tokens[(row.id % 2) as usize] += prompt + usize::from(row.wants_logits);
        }
    }
    let (most, least) = (tokens.iter().max().unwrap(), tokens.iter().min().unwrap());
    assert!(*least > 900 && most - least <= 63 + 8 + 2 * 16, "{tokens:?}");
}
