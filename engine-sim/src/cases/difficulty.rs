//! Difficulty: the one table of what makes a case easy or hard, and the measures of a finished one.
//!
//! Owns: levels, their parameters, the measures. Refuses to know: how a case is drawn or proved.

use super::{Case, Proof};
use rkyv::{Archive, Deserialize, Serialize};

/// How hard a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub enum Difficulty {
    /// Few lies, a short window.
    Easy,
    /// The game as meant.
    Normal,
    /// A long window, more lies, a friend who covers, witnesses who do not talk.
    Hard,
}

/// What a level sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// Secrets that are not the theft.
    pub secrets: u8,
    /// Most people who keep one (a meeting takes two).
    pub secret_keepers_max: u8,
    /// Half-hours in which the theft can have happened.
    pub window_slots: u8,
    /// Of a hundred thieves, how many also lie about the half-hour before the theft.
    pub thief_hides_before_percent: u32,
    /// Villagers who keep what they saw to themselves.
    pub reticent: u8,
    /// Of a hundred evenings, how many have a visitor at the Ember House who narrows the window.
    pub visitor_percent: u32,
    /// Innocent walks with a carrier in hand.
    pub carry_decoys: u8,
    /// Villagers besides the thief who are said to have a motive.
    pub motive_decoys: u8,
    /// Of a hundred cases, how many try for a cover by a bonded person.
    pub cover_percent: u32,
    /// Of a hundred secrets, how many have somebody call at the keeper's door or come by.
    pub caller_percent: u32,
    /// Fewest clues in a proof.
    pub clues_min: usize,
    /// Fewest lies that a player can catch.
    pub lies_met_min: usize,
    /// Fewest confessions in a proof.
    pub confessions_min: usize,
    /// Fewest mouths between the most distant clue of a proof and its source.
    pub hearsay_depth_min: u8,
    /// Fewest people whom alibis alone leave under suspicion: the traces must matter.
    pub suspects_min: usize,
}

impl Difficulty {
    /// Every level, easiest first.
    pub const ALL: [Difficulty; 3] = [Difficulty::Easy, Difficulty::Normal, Difficulty::Hard];
    /// The level's row of the table.
    pub fn params(self) -> Params {
        let normal = Params {
            secrets: 3,
            secret_keepers_max: 4,
            window_slots: 3,
            thief_hides_before_percent: 25,
            reticent: 2,
            visitor_percent: 40,
            carry_decoys: 1,
            motive_decoys: 3,
            cover_percent: 0,
            caller_percent: 70,
            clues_min: 9,
            lies_met_min: 2,
            confessions_min: 1,
            hearsay_depth_min: 0,
            suspects_min: 4,
        };
        match self {
            Difficulty::Easy => Params {
                secrets: 2,
                secret_keepers_max: 3,
                window_slots: 2,
                thief_hides_before_percent: 0,
                reticent: 0,
                visitor_percent: 20,
                carry_decoys: 0,
                motive_decoys: 2,
                clues_min: 6,
                lies_met_min: 1,
                confessions_min: 0,
                suspects_min: 3,
                ..normal
            },
            Difficulty::Normal => normal,
            Difficulty::Hard => Params {
                secrets: 4,
                secret_keepers_max: 6,
                window_slots: 4,
                thief_hides_before_percent: 60,
                reticent: 3,
                visitor_percent: 60,
                carry_decoys: 2,
                motive_decoys: 4,
                cover_percent: 60,
                clues_min: 12,
                lies_met_min: 3,
                confessions_min: 2,
                hearsay_depth_min: 1,
                suspects_min: 6,
                ..normal
            },
        }
    }
    /// The key in files and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Difficulty::Easy => "easy",
            Difficulty::Normal => "normal",
            Difficulty::Hard => "hard",
        }
    }
    /// Reads a key back.
    pub fn parse(key: &str) -> Option<Difficulty> {
        Difficulty::ALL.into_iter().find(|level| level.key() == key)
    }
}

/// How hard a case turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measures {
    /// Clues in the short proof.
    pub clues: usize,
    /// Lies in the case.
    pub lies: usize,
    /// Lies that a player can catch.
    pub lies_met: usize,
    /// Confessions that the short proof needs.
    pub confessions: usize,
    /// Most mouths between a clue of the short proof and its source.
    pub hearsay_depth_max: u8,
    /// People whom alibis alone leave under suspicion (the thief among them).
    pub suspects_after_alibis: usize,
    /// Credible facts that contradict the thief's own story.
    pub contradictions: usize,
}

/// Measures a case with its proof.
pub fn measure(case: &Case, proof: &Proof) -> Measures {
    Measures {
        clues: proof.clues.len(),
        lies: case.lies.len(),
        lies_met: proof.lies_met.len(),
        confessions: proof.confessions.len(),
        hearsay_depth_max: proof.hearsay_depth_max,
        suspects_after_alibis: proof.after_alibis.len(),
        contradictions: proof.contradictions.len(),
    }
}
