//! The detective: a player made of plain questions, who writes down what they asked as a script.
//!
//! Owns: an order of questions that a patient person might ask, and an accusation from the notes alone. Refuses to know: the
//! case. It sees what a player sees; it is how scripts, benchmarks and tests get real exchanges, and a check that cases
//! can be solved by talking.

use crate::evidence::bearing;
use crate::script::{Step, play};
use crate::voices::Voices;
use anyhow::{Context, Result};
use engine_sim::World;
use engine_sim::fact::Fact;
use engine_sim::ids::PersonId;
use engine_sim::library::Library;
use engine_sim::snapshot::state::Outcome;
use engine_sim::talk::parse::{Intent, suggest_text};
use engine_sim::talk::suggest;
use engine_sim::time::Slot;
use engine_sim::world::event::{Command, Event};
use engine_sim::world::{Setup, moot, notebook};

/// Called after each step with its events: transcripts and benchmarks listen here.
pub type Listener<'l> = &'l mut dyn FnMut(&mut World<'_>, &mut Voices, &Step) -> Result<()>;

/// Minutes before dusk from which no more questions are asked: three names before the moot take most of it.
const LAST_HOURS_MIN: u32 = 4 * 60;

/// A detective at work.
pub struct Detective<'w, 'a, 'l> {
    world: &'w mut World<'a>,
    voices: &'w mut Voices,
    listener: Listener<'l>,
    /// Every step taken.
    pub steps: Vec<Step>,
}

impl<'w, 'a, 'l> Detective<'w, 'a, 'l> {
    /// Ready to begin.
    pub fn new(world: &'w mut World<'a>, voices: &'w mut Voices, listener: Listener<'l>) -> Self {
        Detective { world, voices, listener, steps: Vec::new() }
    }

    fn open(&self) -> bool {
        self.world.state().player.outcome == Outcome::Open
    }

    fn take(&mut self, step: Step) -> Result<Vec<Event>> {
        let events = play(self.world, self.steps.len() + 1, &step)?;
        (self.listener)(self.world, self.voices, &step)?;
        self.steps.push(step);
        Ok(events)
    }

    fn ask(&mut self, intent: &Intent) -> Result<()> {
        if let Some(with) = self.world.state().talk.with.filter(|_| self.open()) {
            let text = suggest_text(&self.world.library().village, with, intent);
            self.take(Step::Say { text })?;
        }
        Ok(())
    }

    fn meet(&mut self, who: PersonId) -> Result<bool> {
        if !self.open() {
            return Ok(false);
        }
        // Somebody may be walking for a long while: then later.
        let sought = Step::Seek { who };
        if play(self.world, self.steps.len() + 1, &sought).is_err() {
            return Ok(false);
        }
        (self.listener)(self.world, self.voices, &sought)?;
        self.steps.push(sought);
        if self.open() {
            self.take(Step::Talk { to: who })?;
        }
        Ok(self.open())
    }

    fn part(&mut self) -> Result<()> {
        if self.open() && self.world.state().talk.with.is_some() {
            self.take(Step::Part)?;
        }
        Ok(())
    }

    /// Questions everyone, holds up contradictions, accuses. Returns whether the case was solved.
    ///
    /// # Errors
    /// When a step is refused that a player could take: a fault.
    pub fn solve(&mut self) -> Result<bool> {
        self.take(Step::Walk { to: self.world.library().village.ember_house() })?;
        self.take(Step::Search)?;
        let window: Vec<Slot> = self.world.state().case.window.slots().collect();
        for who in self.round() {
            self.question(who, &window)?;
        }
        for _ in 0..3 {
            if !self.open() || !self.confront_all()? {
                break;
            }
        }
        self.accuse()?;
        Ok(self.world.state().player.outcome == Outcome::Solved)
    }

    /// Everyone, nearest first from where one stands.
    fn round(&self) -> Vec<PersonId> {
        let village = &self.world.library().village;
        let mut left: Vec<PersonId> = village.people().collect();
        let mut here = self.world.state().player.place;
        let mut order = Vec::new();
        while let Some(i) =
            (0..left.len()).min_by_key(|&i| village.walk_min(here, village.villager(left[i]).work))
        {
            let next = left.swap_remove(i);
            here = village.villager(next).work;
            order.push(next);
        }
        order
    }

    fn question(&mut self, who: PersonId, window: &[Slot]) -> Result<()> {
        if !self.meet(who)? {
            return Ok(());
        }
        if who == self.world.library().village.keeper() {
            self.ask(&Intent::AskEmber)?;
        }
        for &at in window {
            self.ask(&Intent::AskWhere { who, at: Some(at), place: None, now: false })?;
            for _ in 0..2 {
                self.ask(&Intent::AskSaw { whom: None, place: None, at: Some(at), item: None })?;
            }
        }
        // Whence the thief came shows in the half-hour before the window, whither in the one after.
        let around = [window.first().and_then(|s| s.before()), window.last().and_then(|s| s.after())];
        for at in around.into_iter().flatten() {
            self.ask(&Intent::AskWhere { who, at: Some(at), place: None, now: false })?;
            self.ask(&Intent::AskSaw { whom: None, place: None, at: Some(at), item: None })?;
        }
        self.ask(&Intent::AskRumour)?;
        self.ask(&Intent::AskMotive { who: None })?;
        self.part()
    }

    /// Holds every open contradiction against whoever it is about. Returns whether anything was held up.
    fn confront_all(&mut self) -> Result<bool> {
        let mut held = false;
        for who in self.world.library().village.people() {
            let state = self.world.state();
            let clashes = notebook::clashes(&self.world.library().village, &state.player.notes);
            let own = |i: u16| state.player.notes[usize::from(i)].speaker == Some(who);
            if !clashes.iter().any(|c| c.about == who && (own(c.a) || own(c.b))) {
                continue;
            }
            if !self.meet(who)? {
                continue;
            }
            let state = self.world.state();
            let offered = suggest::suggest(self.world.library(), state, who);
            if let Some(confront) = offered.iter().find(|i| matches!(i, Intent::Confront { .. })).cloned() {
                held = true;
                self.ask(&confront)?;
            }
            self.part()?;
        }
        Ok(held)
    }

    /// Names whoever the notes speak most against.
    fn accuse(&mut self) -> Result<()> {
        let village = &self.world.library().village;
        let trace = self.world.state().player.notes.iter().find_map(|n| match n.fact {
            Fact::Trace { item, .. } => Some(item),
            _ => None,
        });
        for _ in 0..3 {
            if !self.open() {
                return Ok(());
            }
            let wrong = self.steps.iter().filter_map(|s| match s {
                Step::Accuse { who, .. } => Some(*who),
                _ => None,
            });
            let wrong: Vec<PersonId> = wrong.collect();
            let mut best: Option<(u32, PersonId)> = None;
            for who in village.people().filter(|p| *p != village.keeper() && !wrong.contains(p)) {
                let score = self.suspicion(who, trace);
                if best.is_none_or(|(most, _)| score > most) {
                    best = Some((score, who));
                }
            }
            let (_, who) = best.context("the village is empty")?;
            if let Some(item) = trace {
                self.learn_means(who, item)?;
            }
            self.learn_opportunity(who)?;
            if self.open() {
                let notes =
                    Some(self.evidence(who)).filter(|_| !self.convinces(who, &bearing(self.world, who)));
                self.take(Step::Accuse { who, notes })?;
            }
        }
        Ok(())
    }

    /// Asks somebody who is at hand whether the suspect owns the thing whose trace was found.
    fn learn_means(&mut self, suspect: PersonId, item: engine_sim::ids::ItemId) -> Result<()> {
        let keeper = self.world.library().village.keeper();
        let known = |f: &Fact| matches!(*f, Fact::Owns { who, item: i } if who == suspect && i == item);
        if self.world.state().player.notes.iter().any(|n| known(&n.fact)) {
            return Ok(());
        }
        if self.meet(keeper)? {
            self.ask(&Intent::AskItem { item, who: Some(suspect) })?;
            self.part()?;
        }
        Ok(())
    }

    /// Whether the notes would convince the moot of this name.
    fn proves(&self, suspect: PersonId) -> bool {
        self.convinces(suspect, &self.evidence(suspect))
    }

    fn convinces(&self, suspect: PersonId, evidence: &[u16]) -> bool {
        moot::weigh(self.world.library(), self.world.state(), suspect, evidence).proves()
    }

    /// What bears on a suspect, before it whatever contradicts them, even where it names somebody else.
    fn evidence(&self, suspect: PersonId) -> Vec<u16> {
        let notes = &self.world.state().player.notes;
        let clashes = notebook::clashes(&self.world.library().village, notes);
        let against = clashes.iter().filter(|c| {
            let own = |i: u16| notes[usize::from(i)].speaker == Some(suspect);
            c.about == suspect && (own(c.a) || own(c.b))
        });
        let mut evidence: Vec<u16> = bearing(self.world, suspect);
        let floor = |i: &u16| notes[usize::from(*i)].speaker.is_none();
        let (mut chosen, rest): (Vec<u16>, Vec<u16>) = evidence.drain(..).partition(floor);
        for note in against.flat_map(|c| [c.a, c.b]).chain(rest) {
            if chosen.len() < moot::EVIDENCE_MAX && !chosen.contains(&note) {
                chosen.push(note);
            }
        }
        chosen
    }

    /// While the notes prove nothing: says it to the suspect's face, then asks everyone what they saw of them.
    fn learn_opportunity(&mut self, suspect: PersonId) -> Result<()> {
        if self.proves(suspect) {
            return Ok(());
        }
        if self.meet(suspect)? {
            self.ask(&Intent::Accuse { who: suspect, asked: true })?;
            self.part()?;
        }
        let window = self.world.state().case.window;
        let slots: Vec<Slot> = window.slots().chain([window.missing]).collect();
        for who in self.round() {
            if self.proves(suspect) || !self.open() {
                break;
            }
            if who == suspect || self.late() || !self.meet(who)? {
                continue;
            }
            // Whoever was by themselves where the suspect says that they were refutes them.
            let shared: Vec<Slot> =
                slots.iter().copied().filter(|&at| self.claim_the_same(suspect, who, at)).collect();
            for at in shared {
                self.ask(&Intent::AskWith { who, at: Some(at), place: None })?;
            }
            for &at in &slots {
                self.ask(&Intent::AskSaw { whom: Some(suspect), place: None, at: Some(at), item: None })?;
            }
            self.ask(&Intent::AskPerson { who: suspect })?;
            self.part()?;
        }
        Ok(())
    }

    /// Whether two people have both said that they were at one place in a half-hour.
    fn claim_the_same(&self, a: PersonId, b: PersonId, at: Slot) -> bool {
        let notes = &self.world.state().player.notes;
        let claim = |who: PersonId| {
            let own = notes.iter().find(|n| {
                let said = matches!(n.fact, Fact::Was { .. }) && n.speaker == Some(who) && !n.withdrawn;
                said && n.fact.subject() == Some(who) && n.fact.at() == Some(at)
            });
            own.and_then(|n| n.fact.place())
        };
        claim(a).is_some() && claim(a) == claim(b)
    }

    /// Whether the rest of the day belongs to the moot.
    fn late(&self) -> bool {
        self.world.state().now.0 + LAST_HOURS_MIN > engine_sim::time::DEADLINE.0
    }

    /// How much the notes say against somebody.
    fn suspicion(&self, who: PersonId, trace: Option<engine_sim::ids::ItemId>) -> u32 {
        let (library, state) = (self.world.library(), self.world.state());
        let notes = &state.player.notes;
        let window = state.case.window;
        let evidence = self.evidence(who);
        let showing = moot::weigh(library, state, who, &evidence);
        let clears = |n: &&engine_sim::snapshot::state::Note| {
            matches!(n.fact, Fact::Was { .. })
                && n.fact.subject() == Some(who)
                && !n.withdrawn
                && n.source != who
                && n.speaker != Some(who)
                && !library.village.bonded(n.source, who)
                && n.fact.at().is_some_and(|at| window.contains(at))
                && n.fact.place() != Some(library.village.ember_house())
        };
        let mut cleared: Vec<Slot> = notes.iter().filter(clears).filter_map(|n| n.fact.at()).collect();
        cleared.sort_unstable();
        cleared.dedup();
        let open = window.slots().filter(|at| !cleared.contains(at)).count() as u32;
        let owns = trace.is_some_and(|item| library.village.villager(who).owns.contains(&item));
        let mut score = open * 2;
        score += if showing.confession { 100 } else { 0 };
        score += if showing.opportunity { 6 } else { 0 };
        score += if owns { 6 } else { 0 };
        score += if showing.residue { 3 } else { 0 };
        score += if showing.motive { 1 } else { 0 };
        if state.people[who.index()].confessed {
            score = score.saturating_sub(6);
        }
        if open == 0 { 0 } else { score }
    }
}

/// Plays a case to its end with written lines and returns the log: material for replays.
///
/// # Errors
/// When no case can be made or a step is refused.
pub fn play_without_minds(library: &Library, setup: Setup) -> Result<Vec<Command>> {
    let mut world = World::new(library, setup)?;
    let mut voices = Voices::new(None);
    let mut listener = |world: &mut World<'_>, voices: &mut Voices, _: &Step| {
        voices.settle(world)?;
        Ok(())
    };
    Detective::new(&mut world, &mut voices, &mut listener).solve()?;
    Ok(world.log().to_vec())
}

/// A step as a script writes it.
pub fn write_step(world: &World<'_>, step: &Step) -> String {
    let village = &world.library().village;
    let person = |p: &PersonId| village.villager(*p).id.clone();
    match step {
        Step::Seek { who } => format!("seek {}", person(who)),
        Step::Walk { to } => format!("walk {}", village.place(*to).id),
        Step::Wait { minutes } => format!("wait {minutes}"),
        Step::Search => "search".to_string(),
        Step::Talk { to } => format!("talk {}", person(to)),
        Step::Say { text } => format!("say {text}"),
        Step::Part => "part".to_string(),
        Step::Accuse { who, notes: None } => format!("accuse {} with all", person(who)),
        Step::Accuse { who, notes: Some(notes) } => {
            let notes: Vec<String> = notes.iter().map(u16::to_string).collect();
            format!("accuse {} with {}", person(who), notes.join(" "))
        }
        Step::Save { name } => format!("save {name}"),
        Step::Expect { outcome } => format!("expect {}", crate::script::outcome_key(*outcome)),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use engine_sim::cases::Difficulty;

    /// A case that patience solves, and how: for tests that play it by hand.
    pub fn solved_case(library: &Library) -> (Setup, Vec<Step>) {
        for seed in 1..40 {
            let setup = Setup { seed, level: Difficulty::Normal };
            let mut world = World::new(library, setup).unwrap();
            let mut voices = Voices::new(None);
            let mut listener = |world: &mut World<'_>, voices: &mut Voices, _: &Step| {
                voices.settle(world)?;
                Ok(())
            };
            let mut detective = Detective::new(&mut world, &mut voices, &mut listener);
            if detective.solve().unwrap() {
                return (setup, std::mem::take(&mut detective.steps));
            }
        }
        panic!("the detective solves none of forty cases");
    }
}
