//! Owns how one plan is made: deadlines, turns, starting, sharing out a step's tokens, and finding blocks for them. Refuses
//! to know why these rules are enough; [`super`] proves it.

use super::Scheduler;
use super::lane::{Lane, Sequence};
use super::memory::KvMemory;
use super::request::{Admission, Class, EndReason, PREFILL_TOKENS_MIN, PerClass, Plan, Row};
use crate::prefix::span_at;

/// Tokens and rows that may still be given out.
#[derive(Debug, Clone, Copy)]
struct Budget {
    tokens: usize,
    rows: usize,
    /// Of the tokens, those up to which prompts are read.
    prefill: usize,
}

/// What a sequence is to compute, if blocks are found.
#[derive(Debug, Clone, Copy)]
struct Pick {
    id: u64,
    class: Class,
    order: u64,
    tokens: usize,
    drafts: usize,
}

/// Who wants blocks. Order after class is seniority, so a greater pair is junior.
#[derive(Debug, Clone, Copy)]
struct Claimant {
    class: Class,
    order: u64,
    senior: bool,
}

impl Scheduler {
    /// Plans the next step at a moment of the caller's clock. The rows are then computed and each reported; a row that is
    /// not is planned again.
    pub fn plan(&mut self, now_ms: u64, memory: &mut KvMemory) -> Plan {
        self.step += 1;
        let mut plan = Plan::default();
        self.expire(now_ms, memory, &mut plan);
        for class in Class::ALL {
            self.lanes[class].running.iter_mut().for_each(|sequence| sequence.planned = None);
        }
        let Some(top) = Class::ALL.into_iter().find(|&class| self.lanes[class].has_demand()) else {
            return plan;
        };
        let turn = self.choose_turn(top);
        self.admit(top, memory, &mut plan);
        let mut picks = Vec::new();
        let (limits, turn_tokens) = (&self.limits, self.limits.turn_tokens);
        let mut budget = Budget {
            tokens: limits.step_tokens[top],
            rows: limits.rows_max,
            prefill: limits.prefill_tokens[top],
        };
        let whole = Budget { tokens: turn_tokens, rows: limits.turn_rows, prefill: turn_tokens };
        if let Some(turn) = turn {
            self.admit(turn, memory, &mut plan);
            let left = self.pick(turn, whole, memory, (&mut picks, &mut plan));
            budget.tokens -= whole.tokens - left.tokens;
            budget.rows -= whole.rows - left.rows;
        }
        self.pick(top, budget, memory, (&mut picks, &mut plan));
        // What was not taken now was guessed for another text than the next plan's.
        for class in Class::ALL {
            self.lanes[class].running.iter_mut().for_each(|sequence| sequence.drafts = 0);
        }
        self.secure(picks, memory, &mut plan);
        plan.rows.sort_by_key(|row| (row.generation, !row.is_decode(), row.class, row.id));
        self.count(&plan);
        plan
    }

    fn expire(&mut self, now_ms: u64, memory: &mut KvMemory, plan: &mut Plan) {
        let expired = |sequence: &&Sequence| sequence.deadline_ms.is_some_and(|deadline| deadline <= now_ms);
        for class in Class::ALL {
            let ids: Vec<u64> = self.lanes[class].all().filter(expired).map(|sequence| sequence.id).collect();
            for id in ids {
                self.end(id, memory);
                plan.ended.push((id, EndReason::Deadline));
            }
        }
    }

    /// The class below `top` that joins this step, and the count of steps each class has waited.
    fn choose_turn(&mut self, top: Class) -> Option<Class> {
        let overdue = |&class: &Class| {
            let lane = &self.lanes[class];
            let after = self.limits.turn_after_steps(class);
            (class > top && lane.has_demand()).then(|| lane.waited_steps.checked_sub(after)).flatten()
        };
        // Of equals `max_by_key` takes the last, so the higher class is looked at last.
        let turn = Class::ALL
            .into_iter()
            .rev()
            .filter_map(|class| overdue(&class).map(|steps| (steps, class)))
            .max_by_key(|&(steps, _)| steps)
            .map(|(_, class)| class);
        for class in Class::ALL {
            let lane = &mut self.lanes[class];
            let waits = class != top && Some(class) != turn && lane.has_demand();
            lane.waited_steps = if waits { lane.waited_steps.saturating_add(1) } else { 0 };
        }
        turn
    }

    /// Starts requests of the class while there are places and blocks.
    fn admit(&mut self, class: Class, memory: &mut KvMemory, plan: &mut Plan) {
        while self.lanes[class].running.len() < self.limits.running_max {
            let Some(mut candidate) = self.lanes[class].next() else { return };
            let sequence = &mut candidate.sequence;
            // The last token's logits are wanted, so it is computed whatever the cache has.
            let cached = memory.begin(sequence.id, &sequence.key(sequence.tokens.len() - 1));
            let order = if candidate.replayed { sequence.order } else { self.orders + 1 };
            let senior = self.lanes[class].running.is_empty();
            // A senior takes its blocks from the others when it needs them.
            if !senior {
                let wanted = memory.wanted(sequence.id, sequence.tokens.len() - cached);
                let claimant = Claimant { class, order, senior };
                if !self.make_place(wanted, claimant, memory, plan) {
                    memory.end(candidate.sequence.id);
                    self.lanes[class].put_back(candidate);
                    return;
                }
            }
            let lane = &mut self.lanes[class];
            sequence.computed = cached;
            sequence.order = order;
            // Behind all that were due before: a stream of newcomers must not pass an older one.
            sequence.served_step = sequence.served_step.max(self.step.saturating_sub(1));
            // An owner with a prompt in work keeps its place in the order of prompts.
            if !lane.running.iter().any(|other| other.owner == sequence.owner && !other.decoding()) {
                lane.shares.set_admitted(sequence.owner, self.step);
            }
            // A replay is not the owner's fault, and so not charged.
            if !candidate.replayed {
                self.orders = order;
                lane.shares.start(sequence.owner);
                lane.shares.charge(sequence.owner, sequence.tokens.len() - cached);
            }
            self.counters.cached_tokens += cached as u64;
            plan.admitted.push(Admission {
                id: sequence.id,
                cached_tokens: cached,
                replayed: candidate.replayed,
            });
            lane.run(candidate.sequence);
        }
    }

    /// Whether `wanted` blocks can be had beside what running sequences still need for their known tokens, after
    /// displacing juniors of the claimant where that is enough.
    fn make_place(
        &mut self,
        wanted: usize,
        claimant: Claimant,
        memory: &mut KvMemory,
        plan: &mut Plan,
    ) -> bool {
        let promised = |scheduler: &Scheduler, memory: &KvMemory| -> usize {
            let running = Class::ALL.into_iter().flat_map(|class| &scheduler.lanes[class].running);
            running.map(|sequence| memory.wanted(sequence.id, sequence.remaining())).sum()
        };
        let needed = wanted + promised(self, memory);
        // What displacing all juniors gives at most: blocks they share with others are counted, and would not come.
        let juniors = Class::ALL.into_iter().flat_map(|class| self.lanes[class].running.iter().skip(1));
        let gain: usize = juniors
            .filter(|other| (other.class, other.order) > (claimant.class, claimant.order))
            .map(|other| {
                let held = memory.table(other.id).map_or(0, |table| table.blocks().len());
                held + memory.wanted(other.id, other.remaining())
            })
            .sum();
        if memory.available() + gain < needed {
            return false;
        }
        while memory.available() < wanted + promised(self, memory) {
            match self.junior(claimant) {
                Some(class) => self.displace(class, memory, plan),
                None => return false,
            }
        }
        true
    }

    /// Shares the budget out to the class's running sequences; returns what is left of it.
    fn pick(
        &mut self,
        class: Class,
        mut budget: Budget,
        memory: &mut KvMemory,
        (picks, plan): (&mut Vec<Pick>, &mut Plan),
    ) -> Budget {
        let step = self.step;
        let lane = &mut self.lanes[class];
        let pick = |sequence: &Sequence, tokens| Pick {
            id: sequence.id,
            class,
            order: sequence.order,
            tokens,
            drafts: 0,
        };
        let (mut decoding, mut prefilling): (Vec<usize>, Vec<usize>) =
            (0..lane.running.len()).partition(|&at| lane.running[at].decoding());
        decoding.sort_by_key(|&at| (lane.running[at].served_step, lane.running[at].order));
        decoding.truncate(budget.tokens.min(budget.rows - usize::from(!prefilling.is_empty())));
        let first = picks.len();
        for &at in &decoding {
            picks.push(pick(&lane.running[at], 1));
            lane.running[at].served_step = step;
        }
        budget.tokens -= decoding.len();
        budget.rows -= decoding.len();
        let mut prefill = budget.prefill.saturating_sub(decoding.len()).max(PREFILL_TOKENS_MIN);
        prefilling.sort_by_key(|&at| {
            let sequence = &lane.running[at];
            (lane.shares.prefilled_step(sequence.owner), sequence.order)
        });
        let mut begun: Vec<usize> = Vec::new();
        for at in prefilling {
            if budget.tokens.min(prefill) == 0 || budget.rows == 0 {
                break;
            }
            let sequence = &mut lane.running[at];
            let key_len = sequence.tokens.len() - 1;
            let computed = memory.catch_up(sequence.id, &sequence.key(key_len), sequence.computed);
            if computed > sequence.computed {
                self.counters.cached_tokens += (computed - sequence.computed) as u64;
                plan.caught_up.push((sequence.id, computed - sequence.computed));
                sequence.computed = computed;
            }
            // Of several that go on alike one computes and the others take over: each is first at some step, by its owner's
            // turn, and whoever is first waits for nobody.
            if begun.iter().any(|&other| lane.running[at].shares_next_block(&lane.running[other])) {
                continue;
            }
            begun.push(at);
            let sequence = &lane.running[at];
            let (_, span_end) = span_at(&sequence.spans, sequence.computed);
            let tokens =
                sequence.remaining().min(budget.tokens).min(prefill).min(span_end - sequence.computed);
            picks.push(pick(sequence, tokens));
            lane.shares.set_prefilled(sequence.owner, step);
            lane.running[at].served_step = step;
            budget.tokens -= tokens;
            prefill -= tokens;
            budget.rows -= 1;
        }
        give_drafts(lane, &decoding, &mut picks[first..], &mut budget.tokens);
        budget
    }

    /// Finds blocks for the picks, seniors first, then by class and seniority: so nobody who has a row is displaced.
    fn secure(&mut self, mut picks: Vec<Pick>, memory: &mut KvMemory, plan: &mut Plan) {
        let senior = |class: Class| self.lanes[class].running.first().map(|sequence| sequence.id);
        let seniors = PerClass {
            play: senior(Class::Play),
            local: senior(Class::Local),
            network: senior(Class::Network),
        };
        picks.sort_by_key(|pick| (seniors[pick.class] != Some(pick.id), pick.class, pick.order));
        for pick in picks {
            let is_senior = seniors[pick.class] == Some(pick.id);
            let claimant = Claimant { class: pick.class, order: pick.order, senior: is_senior };
            while self.lanes[pick.class].running_mut(pick.id).is_some() {
                let fit = memory.fit(pick.id, pick.tokens + pick.drafts);
                if fit == 0 {
                    match self.junior(claimant) {
                        Some(class) => self.displace(class, memory, plan),
                        None => {
                            plan.stalled.push(pick.id);
                            break;
                        }
                    }
                    continue;
                }
                let tokens = pick.tokens.min(fit);
                self.give_row(Pick { tokens, drafts: pick.drafts.min(fit - tokens), ..pick }, memory, plan);
                break;
            }
        }
    }

    fn give_row(&mut self, pick: Pick, memory: &mut KvMemory, plan: &mut Plan) {
        let Ok(copy) = memory.grow(pick.id, pick.tokens + pick.drafts) else {
            plan.stalled.push(pick.id);
            return;
        };
        plan.copies.extend(copy);
        let Some(sequence) = self.lanes[pick.class].running_mut(pick.id) else { return };
        let (start, end) = (sequence.computed, sequence.computed + pick.tokens);
        let row = Row {
            id: pick.id,
            class: pick.class,
            generation: span_at(&sequence.spans, start).0,
            start,
            end,
            drafts: pick.drafts,
            wants_logits: end == sequence.tokens.len(),
        };
        sequence.planned = Some(row);
        plan.rows.push(row);
    }

    /// The class whose youngest sequence gives way to the claimant.
    fn junior(&self, claimant: Claimant) -> Option<Class> {
        let gives_way = |&class: &Class| {
            let running = &self.lanes[class].running;
            let youngest = running.last().map_or(0, |sequence| sequence.order);
            // The first of a class is its senior and never gives way.
            running.len() > 1 && (claimant.senior || (class, youngest) > (claimant.class, claimant.order))
        };
        Class::ALL.into_iter().rev().find(gives_way)
    }

    /// Takes the KV of the class's youngest sequence.
    fn displace(&mut self, class: Class, memory: &mut KvMemory, plan: &mut Plan) {
        let lane = &mut self.lanes[class];
        let Some(mut sequence) = lane.running.pop() else { return };
        memory.keep(sequence.id, &sequence.key(sequence.computed));
        memory.end(sequence.id);
        sequence.computed = 0;
        sequence.planned = None;
        sequence.drafts = 0;
        plan.displaced.push(sequence.id);
        let at = lane.displaced.partition_point(|other| other.order < sequence.order);
        lane.displaced.insert(at, sequence);
        self.counters.displacements += 1;
    }

    fn count(&mut self, plan: &Plan) {
        self.counters.steps += u64::from(!plan.is_idle());
        for row in &plan.rows {
            self.counters.draft_tokens += row.drafts as u64;
            match row.is_decode() {
                true => self.counters.decode_rows += 1,
                false => self.counters.prefill_tokens += (row.end - row.start) as u64,
            }
        }
    }
}

/// Lets the picked rows that decode verify what was guessed for them, as far as the step has tokens left.
fn give_drafts(lane: &Lane, decoding: &[usize], picks: &mut [Pick], tokens_left: &mut usize) {
    for (pick, &at) in picks.iter_mut().zip(decoding) {
        let sequence = &lane.running[at];
        let (_, span_end) = span_at(&sequence.spans, sequence.computed);
        // The token after the drafts is made as well, and the row has one generation.
        let allowed = (sequence.max_tokens - sequence.made() - 1).min(span_end - sequence.computed - 1);
        pick.drafts = sequence.drafts.min(allowed).min(*tokens_left);
        *tokens_left -= pick.drafts;
    }
}
