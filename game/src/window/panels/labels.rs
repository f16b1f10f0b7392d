//! Labels: what the shared screens know by kind, in the words of the player's language.
//!
//! Owns: which message says which level, mood, mark, deed, note and piece of news. Refuses to know: where a label stands, and the
//! messages themselves (`assets/words`).

use crate::link::NodeState;
use crate::plain::plain;
use crate::saves::SLOT_CHARS_MAX;
use crate::text::app::{App as Screens, Deed, Notice, Tab};
use crate::text::confront::Way;
use crate::text::evening::Mark;
use crate::text::happening::Happening;
use crate::text::news::News;
use crate::text::story::Heading;
use crate::text::telling::{Mood, Told, capital, told};
use crate::text::why::{Grounds, Known, Why};
use crate::window::words::Words;
use engine_sim::act::ActKind;
use engine_sim::cases::Difficulty;
use engine_sim::fact::How;
use engine_sim::library::Library;
use engine_sim::phrase;
use engine_sim::snapshot::state::{Note, Outcome, Voice};
use engine_sim::world::event::Refusal;
use engine_sim::world::moot::EVIDENCE_MAX;

/// A level.
pub fn level(words: &Words, level: Difficulty) -> String {
    match level {
        Difficulty::Easy => words.plain("level-easy"),
        Difficulty::Normal => words.plain("level-normal"),
        Difficulty::Hard => words.plain("level-hard"),
    }
}

/// What a level does.
pub fn level_about(words: &Words, level: Difficulty) -> String {
    match level {
        Difficulty::Easy => words.plain("level-easy-about"),
        Difficulty::Normal => words.plain("level-normal-about"),
        Difficulty::Hard => words.plain("level-hard-about"),
    }
}

/// What the node does.
pub fn node(words: &Words, state: &NodeState) -> String {
    match state {
        NodeState::Off => words.plain("voices-written"),
        NodeState::Missing(why) => words.say("voices-no-node", &[("why", plain(why).into())]),
        NodeState::Loading => words.plain("voices-waking"),
        NodeState::Ready { model, .. } => words.say("voices-mind", &[("model", plain(model).into())]),
        NodeState::Mute(why) => words.say("voices-mute", &[("why", plain(why).into())]),
    }
}

/// A tab of the notebook.
pub fn tab(words: &Words, tab: Tab) -> String {
    match tab {
        Tab::People => words.plain("notebook-people"),
        Tab::Statements => words.plain("notebook-statements"),
        Tab::Contradictions => words.plain("notebook-contradictions"),
        Tab::Traces => words.plain("notebook-traces"),
    }
}

/// How well a half-hour stands.
pub fn mark(words: &Words, mark: Mark) -> String {
    match mark {
        Mark::Nothing => words.plain("mark-nothing"),
        Mark::Own => words.plain("mark-own"),
        Mark::Seen => words.plain("mark-seen"),
        Mark::Agreed => words.plain("mark-agreed"),
        Mark::Passed => words.plain("mark-passed"),
        Mark::Clash => words.plain("mark-clash"),
    }
}

/// How somebody feels.
pub fn mood(words: &Words, mood: Mood) -> String {
    match mood {
        Mood::Cross => words.plain("mood-cross"),
        Mood::Closed => words.plain("mood-closed"),
        Mood::Warm => words.plain("mood-warm"),
        Mood::Calm => words.plain("mood-calm"),
    }
}

/// How a case stands.
pub fn outcome(words: &Words, outcome: Outcome) -> String {
    match outcome {
        Outcome::Open => words.plain("verdict-open"),
        Outcome::Solved => words.plain("verdict-solved"),
        Outcome::Dismissed => words.plain("verdict-dismissed"),
        Outcome::Frozen => words.plain("verdict-frozen"),
    }
}

/// A heading of the story.
pub fn heading(words: &Words, heading: Heading) -> String {
    match heading {
        Heading::Happened => words.plain("ending-happened"),
        Heading::Lies => words.plain("ending-lies"),
        Heading::Floor => words.plain("ending-floor"),
        Heading::Proof => words.plain("ending-proof"),
        Heading::Share => words.plain("ending-share"),
    }
}

/// Something that can be done.
pub fn deed(words: &Words, screens: &Screens<'_>, deed: Deed) -> String {
    match deed {
        Deed::Talk(who) => words.say("deed-talk", &[("name", screens.library.village.name(who).into())]),
        Deed::Walk => words.plain("deed-walk"),
        Deed::Seek => words.plain("deed-seek"),
        Deed::Search if screens.world.as_ref().is_some_and(|w| w.state().player.searched) => {
            words.plain("deed-search-again")
        }
        Deed::Search => words.plain("deed-search"),
        Deed::Wait => words.plain("deed-wait"),
        Deed::Notebook => words.plain("deed-notebook"),
        Deed::Evening => words.plain("deed-evening"),
        Deed::Accuse => words.plain("deed-accuse"),
        Deed::Save => words.plain("deed-save"),
        Deed::Load => words.plain("deed-load"),
        Deed::Help => words.plain("deed-help"),
        Deed::Quit => words.plain("deed-quit"),
    }
}

/// "12 minutes".
pub fn minutes(words: &Words, count: u32) -> String {
    words.say("common-minutes", &[("count", count.into())])
}

/// "3 notes".
pub fn notes(words: &Words, count: usize) -> String {
    words.say("count-notes", &[("count", count.into())])
}

/// "2 clashes".
pub fn clashes(words: &Words, count: usize) -> String {
    words.say("count-clashes", &[("count", count.into())])
}

/// How a note says that it is known.
fn how(words: &Words, library: &Library, note: &Note) -> String {
    let name = |who| library.village.name(who);
    let mut how = match note.how {
        How::Own => words.plain("how-own-word"),
        How::Witnessed => words.plain("how-seen"),
        How::Told(by) => words.say("how-heard", &[("name", name(by).into())]),
        How::Inferred => words.plain("how-worked-out"),
        How::Common => words.plain("how-common"),
    };
    if let How::Told(by) = note.how
        && note.source != by
        && !note.source.is_player()
    {
        how += ", ";
        how += &words.say("how-first", &[("name", name(note.source).into())]);
    }
    if note.withdrawn {
        how += "; ";
        how += &words.plain("how-taken-back");
    }
    how
}

/// What a line stands on, and whose words it is in.
pub fn why(words: &Words, library: &Library, why: &Why) -> String {
    let grounds = match &why.grounds {
        Grounds::Nothing => String::new(),
        Grounds::Facts(facts) => {
            let known = |known: &Known| match &known.note {
                Some(note) => format!("{} ({})", known.fact, how(words, library, note)),
                None => known.fact.clone(),
            };
            facts.iter().map(known).collect::<Vec<_>>().join("; ")
        }
        Grounds::Deed { name, kind, what, .. } => {
            words.say(&act(*kind), &[("name", name.as_str().into()), ("what", what.as_str().into())])
        }
    };
    let voice = match why.voice {
        Voice::Written if why.refused == 0 => words.plain("why-written"),
        Voice::Written => words.say("why-written-after", &[("refused", why.refused.into())]),
        Voice::Mind => {
            let mind = why.mind.clone().unwrap_or_else(|| words.plain("why-some-mind"));
            words.say("why-mind", &[("mind", mind.into()), ("try", (u16::from(why.refused) + 1).into())])
        }
    };
    let silence = why.silence.as_ref().map_or_else(String::new, |why| format!(" ({})", plain(why)));
    format!("{grounds} · {voice}{silence}")
}

/// The message of an act. A lie is told as the answer that it pretends to be.
pub fn act(kind: ActKind) -> String {
    let kind = if kind == ActKind::Lie { ActKind::Answer } else { kind };
    format!("act-{}", kind.key().replace('_', "-"))
}

/// What holding something up to somebody amounts to.
pub fn way(words: &Words, way: Way, name: &str) -> String {
    match way {
        Way::Confront => words.say("notebook-confront", &[("name", name.into())]),
        Way::Show => words.say("notebook-show", &[("name", name.into())]),
        Way::Ask => words.say("notebook-ask", &[("name", name.into())]),
    }
}

/// A note: its fact as the village tells it, all about it in the player's language.
pub fn note(words: &Words, library: &Library, notes: &[Note], index: usize) -> Told {
    let mut told = told(library, notes, index);
    let note = &notes[index];
    told.how = how(words, library, note);
    if note.speaker.is_none() {
        told.speaker = words.plain("talk-you");
    }
    told
}

/// A line of news.
pub fn notice(words: &Words, notice: &Notice) -> String {
    let said = notice.news.as_ref().map_or_else(|| notice.text.clone(), |told| news(words, told));
    if notice.bad { words.say("hud-trouble", &[("text", said.into())]) } else { said }
}

/// A piece of news.
pub fn news(words: &Words, news: &News) -> String {
    match news {
        News::Refused(no) | News::Unheard(no) => capital(&format!("{}.", refusal(words, no))),
        News::NotCaught(no) => words.say("error-seek", &[("why", refusal(words, no).into())]),
        News::Slipped { name } => words.say("error-slipped", &[("name", name.into())]),
        News::NoCase { why } => words.say("error-case", &[("why", plain(why).into())]),
        News::NoDaily { why } => words.say("error-daily", &[("why", plain(why).into())]),
        News::BadSeed => words.say("error-seed", &[("max", u64::MAX.to_string().into())]),
        News::Loaded => words.plain("save-loaded"),
        News::NotLoaded { why } => words.say("error-load", &[("why", plain(why).into())]),
        News::Saved { name } => words.say("save-done", &[("name", plain(name).into())]),
        News::NotSaved { why } => words.say("error-save", &[("why", plain(why).into())]),
        News::BadName { name } => {
            words.say("error-slot-name", &[("name", plain(name).into()), ("max", SLOT_CHARS_MAX.into())])
        }
        News::NotAutosaved { why } => words.say("error-autosave", &[("why", plain(why).into())]),
        News::DeleteSure { name } => words.say("saves-delete-sure", &[("name", plain(name).into())]),
        News::Deleted { name } => words.say("saves-deleted", &[("name", plain(name).into())]),
        News::NotDeleted { why } => words.say("error-delete", &[("why", plain(why).into())]),
        News::MootFull => words.say("accuse-full", &[("max", EVIDENCE_MAX.into())]),
        News::TooLong => words.plain("talk-too-long"),
        News::TalkFirst => words.plain("notebook-talk-first"),
        News::NotTheirs { name } => words.say("notebook-not-theirs", &[("name", name.into())]),
    }
}

/// Why the world did not take a command, to stand inside a sentence.
fn refusal(words: &Words, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Over => words.plain("refusal-over"),
        Refusal::Unknown(_) => words.plain("refusal-unknown"),
        Refusal::Talking => words.plain("refusal-talking"),
        Refusal::NotTalking => words.plain("refusal-not-talking"),
        Refusal::NotHere(name) => words.say("refusal-not-here", &[("name", name.into())]),
        Refusal::NothingToSearch => words.plain("refusal-nothing-to-search"),
        Refusal::TooMuch { max, .. } => words.say("refusal-too-much", &[("max", max.to_string().into())]),
        Refusal::NoSuchTurn(turn) => words.say("refusal-turn", &[("turn", turn.to_string().into())]),
        Refusal::Speaking => words.plain("refusal-speaking"),
        Refusal::Empty => words.plain("refusal-empty"),
    }
}

/// Something that happened, for the log.
pub fn happening(words: &Words, happening: &Happening) -> String {
    use Happening as H;
    match happening {
        H::Began { keeper } => words.say("log-began", &[("keeper", keeper.into())]),
        H::Searched => words.plain("log-searched"),
        H::Waited { minutes, alone: true } => words.say("log-waited-alone", &[("count", minutes.into())]),
        H::Waited { minutes, .. } => words.say("log-waited", &[("count", minutes.into())]),
        H::Arrived { place, here } => arrived(words, place, here),
        H::RightHere { name } => words.say("log-right-here", &[("name", name.into())]),
        H::Came { name, came: true } => words.say("log-came", &[("name", name.into())]),
        H::Came { name, .. } => words.say("log-went", &[("name", name.into())]),
        H::TalkBegan { name, trade } => {
            words.say("log-talk", &[("name", name.into()), ("trade", trade.into())])
        }
        H::TalkEnded { name } => words.say("log-part", &[("name", name.into())]),
        H::Murmured { name, to, text } => {
            words.say("log-murmured", &[("name", name.into()), ("to", to.into()), ("text", text.into())])
        }
        H::ReadAs { typed, taken } => {
            // What the player typed may be anything.
            words.say("log-read-as", &[("typed", plain(typed).into()), ("taken", plain(taken).into())])
        }
        H::Noted => words.plain("log-noted"),
        H::Found { text } => words.say("log-found", &[("text", text.into())]),
        H::Clash { about, numbers: (a, b) } => clash(words, about.as_deref(), [*a, *b]),
        H::Gold { change } if *change < 0 => {
            words.say("log-paid", &[("count", change.unsigned_abs().into())])
        }
        H::Gold { change } => words.say("log-got", &[("count", change.unsigned_abs().into())]),
        H::Item { item, came: true } => words.say("log-got-item", &[("item", item.into())]),
        H::Item { item, .. } => words.say("log-gave-item", &[("item", item.into())]),
        H::Trust { name, rose: true } => words.say("log-warmed", &[("name", name.into())]),
        H::Trust { name, .. } => words.say("log-cooled", &[("name", name.into())]),
        H::Proven { name } => words.say("log-proven", &[("name", name.into())]),
        H::Unproven { name, missing } => {
            let wants: Vec<String> = missing.iter().map(|what| missing_words(words, what)).collect();
            let what = wants.join("; ");
            words.say("log-unproven", &[("name", name.into()), ("what", what.into())])
        }
        H::Ended(Outcome::Open) => words.plain("verdict-open"),
        H::Ended(Outcome::Solved) => words.plain("log-solved"),
        H::Ended(Outcome::Dismissed) => words.plain("log-dismissed"),
        H::Ended(Outcome::Frozen) => words.plain("log-frozen"),
    }
}

fn arrived(words: &Words, place: &str, here: &[String]) -> String {
    let company = if here.is_empty() {
        words.plain("hud-alone")
    } else {
        let names = phrase::join(here, &words.plain("common-and"));
        words.say("log-company", &[("count", here.len().into()), ("names", names.into())])
    };
    format!("{} {company}", words.say("log-arrived", &[("place", place.into())]))
}

fn clash(words: &Words, about: Option<&str>, [first, second]: [usize; 2]) -> String {
    let (first, second) = (first.into(), second.into());
    match about {
        Some(name) => {
            words.say("log-clash-about", &[("name", name.into()), ("first", first), ("second", second)])
        }
        None => words.say("log-clash", &[("first", first), ("second", second)]),
    }
}

/// What the moot still wants.
fn missing_words(words: &Words, what: &str) -> String {
    match what {
        "opportunity" => words.plain("verdict-missing-opportunity"),
        "means" => words.plain("verdict-missing-means"),
        _ => words.plain("verdict-missing-more"),
    }
}
