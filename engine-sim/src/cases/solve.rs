//! The solver: what a player who learns everything learnable can conclude, and the short way there.
//!
//! Owns: exclusion of each person and half-hour, the choice of a small set of clues. Refuses to know: the true thief while
//! it reasons (the truth serves only to name, at the end, what speaks against the thief). Source: weighted greedy set
//! cover (Chvátal, 1979), then a pass that drops whatever can be spared.

use super::contradict::{passing, stay};
use super::proof::{Clue, Exclusion, Proof, Reason};
use super::testimony::{Support, Testimony};
use super::{Case, Lie, Why, Window};
use crate::content::Village;
use crate::fact::Fact;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::Slot;
use std::collections::BTreeMap;

/// One way to exclude a candidate: a reason and the testimony that shows it.
#[derive(Clone, Copy)]
struct Way {
    reason: Reason,
    support: Option<Support>,
}

impl Way {
    /// Whether it needs no testimony but some of `heard`.
    fn within(&self, heard: &[usize]) -> bool {
        self.support.is_none_or(|support| support.parts().all(|s| heard.contains(&s)))
    }
}

struct Board<'a> {
    testimony: Testimony<'a>,
    house: PlaceId,
    ember: ItemId,
    window: Window,
    carrier: Option<ItemId>,
    residue: Option<String>,
    candidates: Vec<(PersonId, Slot)>,
    /// `ways[candidate]`: every way to exclude it.
    ways: Vec<Vec<Way>>,
}

/// Puts everything learnable together. Always answers; `Proof::thief` is set only when exactly one person remains.
pub fn solve(village: &Village, case: &Case) -> Proof {
    let mut board = Board::set_up(village, case);
    board.find_ways();
    prove(&board)
}

/// As [`solve`], but looks for the short proof only when exactly one person remains: most draws end here.
pub(crate) fn solve_if_unique(village: &Village, case: &Case) -> Option<Proof> {
    let mut board = Board::set_up(village, case);
    let stands = |&(who, at): &(PersonId, Slot)| !board.is_excluded(who, at);
    let mut left = board.candidates.iter().copied().filter(stands).map(|(who, _)| who);
    let first = left.next()?;
    if left.any(|who| who != first) {
        return None;
    }
    board.find_ways();
    Some(prove(&board))
}

fn prove(board: &Board<'_>) -> Proof {
    let case = board.testimony.case;
    let chosen = board.choose();
    let clues = board.clues(&chosen);
    let mut after_alibis: Vec<PersonId> =
        board.left(|way| way.reason == Reason::Elsewhere).iter().map(|&(who, _)| who).collect();
    after_alibis.dedup();
    let mut confessions: Vec<PersonId> = clues.iter().filter_map(|clue| clue.confession).collect();
    confessions.sort_unstable();
    confessions.dedup();
    let lies_met = case.lies.iter().filter(|lie| !board.testimony.against(lie).is_empty());
    Proof {
        thief: board.only(),
        remaining: board.left(|_| true),
        hearsay_depth_max: clues.iter().map(|clue| clue.depth).max().unwrap_or(0),
        exclusions: board.exclusions(&chosen),
        clues,
        after_alibis,
        lies_met: lies_met.copied().collect(),
        confessions,
        contradictions: contradictions(&board.testimony),
        near_house: near_house(&board.testimony),
    }
}

impl<'a> Board<'a> {
    /// The one person who remains possible, if there is one.
    fn only(&self) -> Option<PersonId> {
        let left = self.left(|_| true);
        let &(first, _) = left.first()?;
        left.iter().all(|&(who, _)| who == first).then_some(first)
    }

    fn set_up(village: &'a Village, case: &'a Case) -> Board<'a> {
        let window = case.window;
        let trace = |fact: &Fact| match *fact {
            Fact::Trace { item, .. } => Some(item),
            _ => None,
        };
        let clings = |fact: &Fact| match *fact {
            Fact::Residue { from, .. } => village.place(from).residue.clone(),
            _ => None,
        };
        let keeper = village.keeper();
        let suspects = village.people().filter(|&who| who != keeper);
        let candidates: Vec<(PersonId, Slot)> =
            suspects.flat_map(|who| window.slots().map(move |at| (who, at))).collect();
        Board {
            testimony: Testimony::gather(village, case),
            house: village.ember_house(),
            ember: village.ember(),
            window,
            carrier: case.traces.iter().find_map(trace),
            residue: case.traces.iter().find_map(clings),
            ways: Vec::new(),
            candidates,
        }
    }

    fn find_ways(&mut self) {
        let all = self.candidates.iter();
        self.ways = all.map(|&(who, at)| self.ways_to_exclude(who, at).collect()).collect();
    }

    /// As a non-empty list of ways, but stops at the first.
    fn is_excluded(&self, who: PersonId, at: Slot) -> bool {
        self.ways_to_exclude(who, at).next().is_some()
    }

    fn ways_to_exclude(&self, who: PersonId, at: Slot) -> impl Iterator<Item = Way> {
        let common = &self.testimony.case.common;
        let lacks = self.carrier.is_some_and(|item| !common.contains(&Fact::Owns { who, item }));
        let free = lacks.then_some(Way { reason: Reason::LacksCarrier, support: None });
        let statements = self.testimony.statements.iter().enumerate();
        let heard = statements.filter_map(move |(index, statement)| {
            let reason = self.reason(who, at, &statement.fact)?;
            let subject = stay(&statement.fact).map_or(who, |(subject, _, _)| subject);
            let support = self.testimony.support_both(index, who, subject)?;
            Some(Way { reason, support: Some(support) })
        });
        free.into_iter().chain(heard)
    }

    /// Why a fact, if it counts, excludes a person and half-hour.
    fn reason(&self, who: PersonId, at: Slot, fact: &Fact) -> Option<Reason> {
        let house = self.house;
        if let Some((subject, place, then)) = stay(fact) {
            if subject == who && then == at && place != house {
                return Some(Reason::Elsewhere);
            }
            if subject != who && then == at && place == house {
                return Some(Reason::NotAlone);
            }
            let clings = self.testimony.village.place(place).residue.as_ref();
            let came_from = subject == who && at.before() == Some(then);
            let wrong = self.residue.as_ref().is_some_and(|found| clings != Some(found));
            return (came_from && wrong).then_some(Reason::CameFromElsewhere);
        }
        match *fact {
            Fact::Present { item, place, at: then } if item == self.ember && place == house => {
                (then >= at).then_some(Reason::StillThere)
            }
            Fact::Missing { item, place, at: then } if item == self.ember && place == house => {
                (then <= at).then_some(Reason::AlreadyGone)
            }
            _ => None,
        }
    }

    /// The candidates that no way which `allows` excludes.
    fn left(&self, allows: impl Fn(&Way) -> bool) -> Vec<(PersonId, Slot)> {
        let all = self.candidates.iter().zip(&self.ways);
        all.filter(|(_, ways)| !ways.iter().any(&allows)).map(|(&candidate, _)| candidate).collect()
    }

    /// Testimony with everything that must be heard before it, earliest first, each once.
    fn closure(&self, support: Support) -> Vec<usize> {
        let mut heard = Vec::new();
        support.parts().for_each(|statement| self.hear(statement, &mut heard));
        heard
    }

    /// Appends a statement after what it needs. A confession was moved by what was heard before it, so the depth is at most
    /// the number of liars.
    fn hear(&self, statement: usize, heard: &mut Vec<usize>) {
        if heard.contains(&statement) {
            return;
        }
        let confessor = self.testimony.statements[statement].confession;
        let moved = self.testimony.confessions.iter().find(|c| Some(c.who) == confessor);
        for before in moved.into_iter().flat_map(|c| c.moved_by.parts()) {
            self.hear(before, heard);
        }
        heard.push(statement);
    }

    /// A small set of statements that excludes all that can be excluded: best ratio of new exclusions to new clues first.
    fn choose(&self) -> Vec<usize> {
        let mut chosen: Vec<usize> = Vec::new();
        let settled = |i: &usize, chosen: &[usize]| self.ways[*i].iter().any(|way| way.within(chosen));
        let coverable = |i: &usize| !self.ways[*i].is_empty() && !settled(i, &[]);
        let mut open: Vec<usize> = (0..self.candidates.len()).filter(coverable).collect();
        while !open.is_empty() {
            let mut gains: BTreeMap<Support, usize> = BTreeMap::new();
            for support in open.iter().flat_map(|&i| self.ways[i].iter().filter_map(|way| way.support)) {
                *gains.entry(support).or_insert(0) += 1;
            }
            let mut best: Option<(Vec<usize>, usize)> = None;
            for (support, gain) in gains {
                let mut new = self.closure(support);
                new.retain(|s| !chosen.contains(s));
                if best.as_ref().is_none_or(|(cost, most)| gain * cost.len() > most * new.len()) {
                    best = Some((new, gain));
                }
            }
            let Some((new, _)) = best else { break };
            chosen.extend(new);
            open.retain(|i| !settled(i, &chosen));
        }
        self.spare(chosen)
    }

    /// Drops, last first, each statement without which the rest can still be heard and excludes as much. What stays is in an
    /// order in which it can be heard.
    fn spare(&self, mut chosen: Vec<usize>) -> Vec<usize> {
        let lies = &self.testimony.case.lies;
        let moves: Vec<(PersonId, Vec<Support>)> = (lies.iter().filter(|lie| lie.why != Why::Theft))
            .map(|lie| (lie.who, self.testimony.against(lie)))
            .collect();
        let full = self.left(|_| true).len();
        for position in (0..chosen.len()).rev() {
            let mut without = chosen.clone();
            without.remove(position);
            let audible = self.audible(&without, &moves).len() == without.len();
            if audible && self.left(|way| way.within(&without)).len() == full {
                chosen = without;
            }
        }
        self.audible(&chosen, &moves)
    }

    /// The statements of a set that can be heard with nothing but that set: confessions in it must be moved by it.
    fn audible(&self, set: &[usize], moves: &[(PersonId, Vec<Support>)]) -> Vec<usize> {
        let mut heard: Vec<usize> = Vec::new();
        loop {
            let before = heard.len();
            for &statement in set.iter().filter(|s| !heard.contains(s)).collect::<Vec<_>>() {
                let moved = |who: PersonId| {
                    let mut by = moves.iter().filter(|(liar, _)| *liar == who).flat_map(|(_, by)| by);
                    by.any(|support| support.parts().all(|part| heard.contains(&part)))
                };
                if self.testimony.statements[statement].confession.is_none_or(moved) {
                    heard.push(statement);
                }
            }
            if heard.len() == before {
                return heard;
            }
        }
    }

    fn exclusions(&self, chosen: &[usize]) -> Vec<Exclusion> {
        let mut exclusions = Vec::new();
        for (&(who, at), ways) in self.candidates.iter().zip(&self.ways) {
            if let Some(way) = ways.iter().find(|way| way.within(chosen)) {
                let fact = way.support.map(|s| self.testimony.statements[s.statement].fact);
                exclusions.push(Exclusion { who, at, reason: way.reason, fact });
            }
        }
        exclusions
    }

    /// What lies at the Ember House, the keeper's window, then the chosen testimony.
    fn clues(&self, chosen: &[usize]) -> Vec<Clue> {
        let village = self.testimony.village;
        let (item, place, keeper) = (village.ember(), village.ember_house(), village.keeper());
        let window = [
            Fact::Present { item, place, at: self.window.present },
            Fact::Missing { item, place, at: self.window.missing },
        ];
        let bare = |fact, source| Clue { fact, source, teller: source, depth: 0, confession: None };
        let used = self.exclusions(chosen);
        let needs = |fact: &&Fact| match fact {
            Fact::Trace { .. } => used.iter().any(|e| e.reason == Reason::LacksCarrier),
            _ => used.iter().any(|e| e.reason == Reason::CameFromElsewhere),
        };
        let traces = self.testimony.case.traces.iter().filter(needs).map(|&fact| bare(fact, None));
        let testimony = chosen.iter().map(|&s| {
            let s = self.testimony.statements[s];
            let (source, teller) = (Some(s.source), Some(s.teller));
            Clue { fact: s.fact, source, teller, depth: s.depth, confession: s.confession }
        });
        traces.chain(window.map(|fact| bare(fact, Some(keeper)))).chain(testimony).collect()
    }
}

/// Everything credible against what the thief says of themselves.
fn contradictions(testimony: &Testimony<'_>) -> Vec<Fact> {
    let thief = testimony.case.thief;
    let mine = |lie: &&Lie| lie.who == thief;
    let against = testimony.case.lies.iter().filter(mine).flat_map(|lie| testimony.against(lie));
    let mut facts: Vec<Fact> = against.map(|s| testimony.statements[s.statement].fact).collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}

/// Everything credible that saw the thief walk through the Ember House or a place beside it, going there or leaving; not at
/// the place where they say they were.
fn near_house(testimony: &Testimony<'_>) -> Vec<Fact> {
    let (village, case) = (testimony.village, testimony.case);
    let house = village.ember_house();
    let mut near: Vec<_> = village.neighbours(house).into_iter().map(|(place, _)| place).collect();
    near.push(house);
    let around = [Some(case.theft), case.theft.after()];
    let seen = testimony.statements.iter().enumerate().filter(|(i, s)| {
        let there = passing(&s.fact).is_some_and(|(who, place, at)| {
            let owned_to = case.claim(who, case.theft) == place;
            who == case.thief && near.contains(&place) && around.contains(&Some(at)) && !owned_to
        });
        there && testimony.support(*i, case.thief).is_some()
    });
    let mut facts: Vec<Fact> = seen.map(|(_, s)| s.fact).collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}
