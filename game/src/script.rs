//! Scripts: a whole game as a text file, one command a line, played the same with a mind or without.
//!
//! Owns: the script's language and its errors (with line numbers). Refuses to know: the rules; what a script cannot do, a player
//! cannot either.
//!
//! ```text
//! # a comment
//! seek bram             walk to where Bram is (again, if he leaves meanwhile)
//! walk mill             walk to a place
//! wait 30               let minutes pass
//! search                look around the Ember House
//! talk bram             begin a conversation
//! say Where were you at seven?
//! part                  end it
//! accuse bram with all  before the moot, with every note that bears on it (or: with 3 5 8)
//! save noon             write a save beside the transcript
//! expect solved         fail unless the case ended so (open, solved, dismissed, frozen)
//! ```

use crate::evidence::bearing;
use crate::plain::plain;
use engine_sim::World;
use engine_sim::content::Village;
use engine_sim::ids::{PersonId, PlaceId};
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::event::{Command, Event, Refusal};

/// Longest script in bytes.
pub const SCRIPT_BYTES_MAX: usize = 1 << 20;
/// Most steps.
pub const STEPS_MAX: usize = 10_000;
/// How often somebody is walked after before it is given up.
const SEEK_MAX: u32 = 12;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum Step {
    /// Walk to where somebody is.
    Seek { who: PersonId },
    /// Walk to a place.
    Walk { to: PlaceId },
    /// Let minutes pass.
    Wait { minutes: u16 },
    /// Look around.
    Search,
    /// Begin to talk.
    Talk { to: PersonId },
    /// Say something.
    Say { text: String },
    /// End the talk.
    Part,
    /// Accuse, with these notes or (`None`) all that bear.
    Accuse { who: PersonId, notes: Option<Vec<u16>> },
    /// Write a save.
    Save { name: String },
    /// The case must have ended so.
    Expect { outcome: Outcome },
}

/// Why a script cannot be played.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScriptError {
    /// Too large.
    #[error("the script has {actual} bytes; the most is {SCRIPT_BYTES_MAX}")]
    TooLarge {
        /// Bytes found.
        actual: usize,
    },
    /// Too many steps.
    #[error("the script has more than {STEPS_MAX} steps")]
    TooMany,
    /// A line that is no step.
    #[error("line {line}: {why}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// A step that the world refuses.
    #[error("line {line}: {refusal}")]
    Refused {
        /// Counted from 1.
        line: usize,
        /// The world's words.
        refusal: Refusal,
    },
    /// An expectation that does not hold.
    #[error("line {line}: the case is {actual}, not {expected}")]
    Unexpected {
        /// Counted from 1.
        line: usize,
        /// What the script says.
        expected: &'static str,
        /// What is.
        actual: &'static str,
    },
}

/// A script: steps with their line numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Line number from 1, and the step.
    pub steps: Vec<(usize, Step)>,
}

/// An outcome's key.
pub fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Solved => "solved",
        Outcome::Dismissed => "dismissed",
        Outcome::Frozen => "frozen",
    }
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// [`ScriptError`] with the line's number.
    pub fn parse(village: &Village, text: &str) -> Result<Script, ScriptError> {
        if text.len() > SCRIPT_BYTES_MAX {
            return Err(ScriptError::TooLarge { actual: text.len() });
        }
        let mut steps = Vec::new();
        for (index, raw) in text.lines().enumerate() {
            let line = raw.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if steps.len() >= STEPS_MAX {
                return Err(ScriptError::TooMany);
            }
            let step = parse_step(village, line)
                .map_err(|why| ScriptError::Line { line: index + 1, why: plain(&why) })?;
            steps.push((index + 1, step));
        }
        Ok(Script { steps })
    }
}

fn parse_step(village: &Village, line: &str) -> Result<Step, String> {
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let person = |key: &str| {
        let found = village.person_by_key(&key.to_lowercase()).filter(|p| !p.is_player());
        found.ok_or_else(|| format!("there is no villager \"{key}\""))
    };
    let nothing_more =
        || if rest.is_empty() { Ok(()) } else { Err(format!("\"{verb}\" takes nothing more")) };
    match verb {
        "seek" => Ok(Step::Seek { who: person(rest)? }),
        "talk" => Ok(Step::Talk { to: person(rest)? }),
        "walk" => {
            let place = village.place_by_key(rest).ok_or_else(|| format!("there is no place \"{rest}\""))?;
            Ok(Step::Walk { to: place })
        }
        "wait" => {
            let minutes = rest.parse().map_err(|_| format!("\"{rest}\" is not a number of minutes"))?;
            Ok(Step::Wait { minutes })
        }
        "search" => nothing_more().map(|()| Step::Search),
        "part" => nothing_more().map(|()| Step::Part),
        "say" if rest.is_empty() => Err("\"say\" needs words".to_string()),
        "say" => Ok(Step::Say { text: rest.to_string() }),
        "save" if rest.is_empty() => Err("\"save\" needs a name".to_string()),
        "save" if !crate::saves::is_slot_name(rest) || rest == "final" => Err(format!(
            "\"{rest}\" is no name for a save here: letters, digits, spaces, - and _, and not \"final\""
        )),
        "save" => Ok(Step::Save { name: rest.to_string() }),
        "accuse" => parse_accuse(&person, rest),
        "expect" => {
            let all = [Outcome::Open, Outcome::Solved, Outcome::Dismissed, Outcome::Frozen];
            let outcome = all.into_iter().find(|o| outcome_key(*o) == rest);
            Ok(Step::Expect { outcome: outcome.ok_or_else(|| format!("there is no outcome \"{rest}\""))? })
        }
        _ => Err(format!("there is no step \"{verb}\"")),
    }
}

fn parse_accuse(person: &dyn Fn(&str) -> Result<PersonId, String>, rest: &str) -> Result<Step, String> {
    let (who, notes) = rest.split_once(" with ").unwrap_or((rest, "all"));
    let who = person(who.trim())?;
    if notes.trim() == "all" {
        return Ok(Step::Accuse { who, notes: None });
    }
    let number = |n: &str| n.parse::<u16>().map_err(|_| format!("\"{n}\" is not the number of a note"));
    let numbers = notes.split_whitespace().map(number).collect::<Result<_, _>>()?;
    Ok(Step::Accuse { who, notes: Some(numbers) })
}

/// Walks to where somebody is; they may have left meanwhile, so again, within bounds.
///
/// # Errors
/// The world's refusal, or that they were not met.
pub fn seek(world: &mut World<'_>, who: PersonId) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    for _ in 0..SEEK_MAX {
        let position = world.state().people[who.index()].position;
        if position.place() == Some(world.state().player.place) {
            return Ok(events);
        }
        let to = position.place().unwrap_or(position.goal);
        if to == world.state().player.place {
            events.extend(world.apply(Command::Wait { minutes: 2 })?);
        } else {
            events.extend(world.apply(Command::Walk { to })?);
        }
        if world.state().player.outcome != Outcome::Open {
            return Ok(events);
        }
    }
    Err(Refusal::NotHere(world.library().village.name(who).to_string()))
}

/// Plays one step; saves are the caller's business.
///
/// # Errors
/// [`ScriptError`] with the line's number.
pub fn play(world: &mut World<'_>, line: usize, step: &Step) -> Result<Vec<Event>, ScriptError> {
    let refused = |refusal| ScriptError::Refused { line, refusal };
    let command = match step {
        Step::Seek { who } => return seek(world, *who).map_err(refused),
        Step::Walk { to } => Command::Walk { to: *to },
        Step::Wait { minutes } => Command::Wait { minutes: *minutes },
        Step::Search => Command::Search,
        Step::Talk { to } => Command::Talk { to: *to },
        Step::Say { text } => Command::Say { text: text.clone() },
        // A conversation may have been ended by the other side.
        Step::Part if world.state().talk.with.is_none() => return Ok(Vec::new()),
        Step::Part => Command::Part,
        Step::Accuse { who, notes } => {
            let evidence = notes.clone().unwrap_or_else(|| bearing(world, *who));
            Command::Accuse { who: *who, evidence }
        }
        Step::Save { .. } => return Ok(Vec::new()),
        Step::Expect { outcome } => {
            let actual = world.state().player.outcome;
            let (expected, actual_key) = (outcome_key(*outcome), outcome_key(actual));
            return if actual == *outcome {
                Ok(Vec::new())
            } else {
                Err(ScriptError::Unexpected { line, expected, actual: actual_key })
            };
        }
    };
    world.apply(command).map_err(refused)
}
