//! The story: what really happened, told when the case is closed.
//!
//! Owns: the account of the evening, the lies, the traces and the proof in words. Refuses to know: drawing. It reads the truth, so
//! nothing may call it while the case is open.

use super::telling::{capital, fact_words, level_words};
use engine_sim::World;
use engine_sim::cases::{self, Case, Clue, Lie, Why};
use engine_sim::fact::Fact;
use engine_sim::ids::PersonId;
use engine_sim::phrase::{secret_words, the_item};
use engine_sim::snapshot::state::Outcome;
use engine_sim::time::Slot;
use engine_sim::world::Setup;

/// A heading of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// The evening.
    Happened,
    /// The lies.
    Lies,
    /// The traces.
    Floor,
    /// The proof.
    Proof,
    /// The case itself.
    Share,
}

impl Heading {
    /// In English.
    pub fn words(self) -> &'static str {
        match self {
            Heading::Happened => "What really happened",
            Heading::Lies => "Who lied, and why",
            Heading::Floor => "What lay on the floor",
            Heading::Proof => "What the proof stands on",
            Heading::Share => "To share this case",
        }
    }
}

/// One piece of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A heading.
    Heading(Heading),
    /// A paragraph.
    Text(String),
    /// What happened in a half-hour: its clock, and whether it is the theft.
    Hour(String, String, bool),
    /// A clue: whether the player's notebook has it.
    Clue(String, bool),
    /// What makes this case again.
    Share(Setup),
}

/// The whole story; `None` while the case is open.
pub fn story(world: &World<'_>) -> Option<Vec<Piece>> {
    let state = world.state();
    if state.player.outcome == Outcome::Open {
        return None;
    }
    let teller = Teller { world, case: &state.case };
    let mut pieces = vec![Piece::Heading(Heading::Happened)];
    pieces.push(Piece::Text(teller.opening()));
    pieces.extend(Slot::all().map(|at| teller.hour(at)));
    pieces.push(Piece::Heading(Heading::Lies));
    pieces.extend(teller.liars().into_iter().map(Piece::Text));
    pieces.push(Piece::Heading(Heading::Floor));
    pieces.push(Piece::Text(teller.floor()));
    pieces.push(Piece::Heading(Heading::Proof));
    pieces.extend(teller.proof());
    pieces.push(Piece::Heading(Heading::Share));
    let setup = world.setup();
    pieces.push(Piece::Share(setup));
    Some(pieces)
}

/// How somebody else plays the same case, in English.
pub fn share_words(setup: Setup) -> String {
    let (seed, level) = (setup.seed, level_words(setup.level));
    format!("Seed {seed}, {level}: emberwick text --seed {seed} --level {level}")
}

/// One line on how it ended, for the head of the screen.
pub fn headline(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "The case is open",
        Outcome::Solved => "Solved: the ember is home",
        Outcome::Dismissed => "Dismissed: three wrong names",
        Outcome::Frozen => "Frozen: dusk came first",
    }
}

struct Teller<'w> {
    world: &'w World<'w>,
    case: &'w Case,
}

impl Teller<'_> {
    fn name(&self, who: PersonId) -> &str {
        self.world.library().village.name(who)
    }
    fn he(&self, who: PersonId) -> &'static str {
        if self.world.library().village.villager(who).she { "she" } else { "he" }
    }
    fn at(&self, place: engine_sim::ids::PlaceId) -> &str {
        &self.world.library().village.place(place).at
    }

    fn opening(&self) -> String {
        let village = &self.world.library().village;
        let thief = self.case.thief;
        let motive =
            fact_words(self.world.library(), &Fact::HasMotive { who: thief, motive: self.case.motive });
        let motive = motive.strip_prefix(self.name(thief)).unwrap_or(&motive).trim().to_string();
        format!(
            "It was {}, the {}, who {motive}. At {} {} was alone at the Ember House and carried the winter ember off in {}.",
            self.name(thief),
            village.villager(thief).trade,
            self.case.theft.words(),
            self.he(thief),
            village.item(self.case.carrier).name
        )
    }

    fn hour(&self, at: Slot) -> Piece {
        let village = &self.world.library().village;
        let (case, thief) = (self.case, self.case.thief);
        let mut told = Vec::new();
        if case.window.present == at {
            told.push(format!("{} still saw the ember.", self.name(village.keeper())));
        }
        let place = case.place(thief, at);
        if at == case.theft {
            told.push(format!(
                "{} slipped into the Ember House, alone, and lifted the winter ember into {}.",
                self.name(thief),
                village.item(case.carrier).name
            ));
        } else if at.before().is_none_or(|before| case.place(thief, before) != place) {
            told.push(format!("{} was {}.", self.name(thief), self.at(place)));
        }
        for kept in case.secrets.iter().filter(|kept| kept.at == at) {
            let names: Vec<String> = kept.who.iter().map(|w| self.name(*w).to_string()).collect();
            let were = if names.len() > 1 { "were" } else { "was" };
            let (names, secret) = (super::telling::listed(&names), secret_words(kept.secret));
            told.push(format!("{names} {were} {secret} {}.", self.at(kept.place)));
        }
        for carry in case.carries.iter().filter(|carry| carry.at == at) {
            let with = &village.item(carry.item).name;
            told.push(format!("{} walked through the snow with {with} in hand.", self.name(carry.who)));
        }
        if case.window.missing == at {
            told.push(format!("{} found the cradle empty.", self.name(village.keeper())));
        }
        if told.is_empty() {
            told.push(format!("{} was still {}.", self.name(thief), self.at(place)));
        }
        Piece::Hour(at.clock(), told.join(" "), at == case.theft)
    }

    fn liars(&self) -> Vec<String> {
        let mut told: Vec<String> = self.case.lies.iter().map(|lie| self.lie(lie)).collect();
        if told.is_empty() {
            told.push("Nobody but the thief, and only by keeping still.".to_string());
        }
        told
    }

    fn lie(&self, lie: &Lie) -> String {
        let why = match lie.why {
            Why::Theft => "to hide the theft".to_string(),
            Why::Secret(secret) => {
                format!("because {} was {}", self.he(lie.who), secret_words(secret))
            }
            Why::Cover(whom) => format!("to shield {}", self.name(whom)),
        };
        format!(
            "{} will have it that at {} {} was {}. In truth {} was {}: {} lied {why}.",
            self.name(lie.who),
            lie.at.words(),
            self.he(lie.who),
            self.at(lie.claimed),
            self.he(lie.who),
            self.at(lie.truth),
            self.he(lie.who),
        )
    }

    fn floor(&self) -> String {
        let library = self.world.library();
        let words: Vec<String> =
            self.case.traces.iter().map(|fact| fact_words(library, fact) + ".").collect();
        let carrier = the_item(&library.village, self.case.carrier);
        let from = self.case.theft.before().map(|before| self.case.place(self.case.thief, before));
        let from = from.map_or_else(String::new, |place| {
            format!(
                " The first was left by {carrier}; the other came in on {}'s clothes, from {}.",
                self.name(self.case.thief),
                library.village.place(place).name
            )
        });
        words.join(" ") + &from
    }

    fn proof(&self) -> Vec<Piece> {
        let proof = cases::solve(&self.world.library().village, self.case);
        let notes = &self.world.state().player.notes;
        let mut pieces: Vec<Piece> = proof
            .clues
            .iter()
            .map(|clue| Piece::Clue(self.clue(clue), notes.iter().any(|n| n.fact == clue.fact)))
            .collect();
        pieces.push(Piece::Text(format!(
            "Together they leave nobody but {} who could have been there alone.",
            self.name(self.case.thief)
        )));
        pieces
    }

    fn clue(&self, clue: &Clue) -> String {
        let fact = fact_words(self.world.library(), &clue.fact);
        let source = match (clue.source, clue.teller) {
            (None, _) => "on the floor".to_string(),
            (Some(source), Some(teller)) if source != teller => {
                format!("{} saw it and {} tells it", self.name(source), self.name(teller))
            }
            (Some(source), _) => format!("{} says so", self.name(source)),
        };
        let once =
            clue.confession.map_or_else(String::new, |who| format!(", once {} has owned up", self.name(who)));
        capital(&format!("{fact} ({source}{once})."))
    }
}
