//! Testimony: everything a player can learn by asking everyone, and which of it counts.
//!
//! Owns: the pool of statements, credibility, whom a contradiction moves to confess. Refuses to know: the truth of the evening beyond
//! what people tell. Rules (as told to the player): hearsay counts as its source saying it; a statement about somebody counts
//! when its source is neither that person nor bonded to them, or when two sources other than that person agree.

use super::{Case, Lie, Why, Window};
use crate::content::Village;
use crate::fact::{Fact, How};
use crate::ids::PersonId;
use std::collections::BTreeMap;

/// Something that the player can hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement {
    pub fact: Fact,
    pub source: PersonId,
    pub teller: PersonId,
    pub depth: u8,
    /// Who must have confessed before it is told.
    pub confession: Option<PersonId>,
}

/// A statement that counts, by index into the pool, with the one that must agree with it when it does not count alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Support {
    pub statement: usize,
    pub second: Option<usize>,
}

impl Support {
    /// Both statements' indices.
    pub fn parts(self) -> impl Iterator<Item = usize> {
        [Some(self.statement), self.second].into_iter().flatten()
    }
}

/// A confession and what moved it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Confession {
    pub who: PersonId,
    pub moved_by: Support,
}

/// All testimony of a case.
pub(crate) struct Testimony<'a> {
    pub village: &'a Village,
    pub case: &'a Case,
    pub statements: Vec<Statement>,
    pub confessions: Vec<Confession>,
    /// `(fact, source)` of each statement, so that each is kept once, by its first and shortest telling.
    index: BTreeMap<(Fact, PersonId), usize>,
}

impl<'a> Testimony<'a> {
    /// Asks everyone, confronts every liar with what contradicts them, asks those who confess again, until nothing is new.
    pub fn gather(village: &'a Village, case: &'a Case) -> Testimony<'a> {
        let (statements, confessions, index) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut testimony = Testimony { village, case, statements, confessions, index };
        for who in village.people() {
            testimony.ask(who, false);
        }
        // Each round but the last adds a confession, so there are at most as many rounds as liars.
        loop {
            let moved: Vec<Confession> = testimony.moved();
            if moved.is_empty() {
                return testimony;
            }
            for confession in moved {
                testimony.confessions.push(confession);
                testimony.ask(confession.who, true);
            }
        }
    }

    /// Hears what somebody tells of the window and the half-hours at its ends; nothing else bears on the theft or on a lie.
    fn ask(&mut self, teller: PersonId, confessed: bool) {
        let Window { present, missing } = self.case.window;
        for known in self.case.tells(self.village, teller, confessed) {
            let bears = known.fact.at().is_some_and(|at| present <= at && at <= missing);
            // What somebody said of themselves is no evidence of where they were.
            let word = matches!(known.fact, Fact::Said { .. });
            if bears && !word && known.how != How::Common {
                let confession = confessed.then_some(teller);
                let (fact, source, depth) = (known.fact, known.source, known.depth);
                self.hear(Statement { fact, source, teller, depth, confession });
            }
        }
    }

    fn hear(&mut self, statement: Statement) {
        let key = (statement.fact, statement.source);
        match self.index.get(&key) {
            None => {
                self.index.insert(key, self.statements.len());
                self.statements.push(statement);
            }
            Some(&old) => {
                let old = &mut self.statements[old];
                if old.confession == statement.confession && old.depth > statement.depth {
                    *old = statement;
                }
            }
        }
    }

    /// The liars whom something credible contradicts and who have not confessed. The thief does not.
    fn moved(&self) -> Vec<Confession> {
        let mut moved: Vec<Confession> = Vec::new();
        for lie in self.case.lies.iter().filter(|lie| lie.why != Why::Theft) {
            let done = |c: &Confession| c.who == lie.who;
            if self.confessions.iter().any(done) || moved.iter().any(done) {
                continue;
            }
            let against = self.against(lie);
            let easiest = |s: &&Support| (s.second.is_some(), self.statements[s.statement].depth);
            if let Some(&moved_by) = against.iter().min_by_key(easiest) {
                moved.push(Confession { who: lie.who, moved_by });
            }
        }
        moved
    }

    /// The statements that contradict a lie and count.
    pub fn against(&self, lie: &Lie) -> Vec<Support> {
        let refutes = |fact: &Fact| self.case.refutes_lie(self.village, lie, fact);
        let all = self.statements.iter().enumerate().filter(|(_, s)| refutes(&s.fact));
        all.filter_map(|(i, _)| self.support(i, lie.who)).collect()
    }

    /// Whether a statement counts about `whom`, and with what: its source is neither they nor bonded to them, or somebody
    /// else, who is not they, says the same.
    pub fn support(&self, statement: usize, whom: PersonId) -> Option<Support> {
        let Statement { fact, source, .. } = self.statements[statement];
        if source == whom {
            return None;
        }
        if !self.village.bonded(source, whom) {
            return Some(Support { statement, second: None });
        }
        let mut same = self.index.range((fact, PersonId(0))..=(fact, PersonId(u8::MAX)));
        let second = same.find(|((_, other), _)| *other != source && *other != whom).map(|(_, &i)| i);
        second.map(|second| Support { statement, second: Some(second) })
    }

    /// As [`Testimony::support`], about two people at once.
    pub fn support_both(&self, statement: usize, a: PersonId, b: PersonId) -> Option<Support> {
        let (first, other) = (self.support(statement, a)?, self.support(statement, b)?);
        let agree = first.second == other.second || first.second.is_none() || other.second.is_none();
        agree.then_some(Support { statement, second: first.second.or(other.second) })
    }
}
