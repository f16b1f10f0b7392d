//! Words: what stands on the window's panels, in plain English, gathered in one place.
//!
//! Owns: those strings. Refuses to know: where they are drawn. The words of the village itself come from `text` and `engine-sim`.

use engine_sim::time::Slot;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $words:expr;)*) => {
        $($(#[$doc])* pub fn $name() -> &'static str { $words })*
    };
}

words! {
    /// The game's name.
    name = "Emberwick";
    /// Under the name.
    motto = "A lantern-lit winter village. Last night, somebody took the fire.";
    /// Title.
    new_case = "New case";
    /// Title.
    todays_case = "Today's case";
    /// Title.
    continue_save = "Continue a save";
    /// Title, and wherever help is a click away.
    how_to_play = "How to play";
    /// Title.
    quit = "Quit";
    /// Title: before the number.
    seed = "Seed";
    /// Title: before the level.
    level = "Level";
    /// Title: another number.
    another_seed = "Another";
    /// Title: the level before and after.
    easier = "Easier";
    /// As above.
    harder = "Harder";
    /// Title: under the menu.
    title_hint = "Up and Down choose, Enter begins. Type a number on Seed; Left and Right change the level.";
    /// Bar.
    notebook = "Notebook";
    /// Bar.
    evening = "The evening";
    /// Bar.
    map = "Map";
    /// Bar.
    save = "Save";
    /// Bar: reasons under lines.
    why = "Why";
    /// Bar.
    help = "Help";
    /// Bar.
    dusk = "dusk 20:00";
    /// Bar, in the last hours.
    dusk_near = "dusk is near, 20:00";
    /// Nobody is at the place.
    nobody_here = "Nobody is here.";
    /// Talk: the typed line's hint.
    type_anything = "or type anything you like to say";
    /// Talk.
    say = "Say it";
    /// Talk.
    part = "Leave";
    /// Talk.
    edit = "Tab puts a suggestion into the line, to change it first.";
    /// Talk: while a line is being told.
    show_rest = "Show the rest";
    /// The player, as a speaker.
    you = "You";
    /// Closed case.
    what_happened = "What really happened";
    /// To the title.
    to_title = "To the title";
    /// Any page.
    back = "Back";
    /// Map.
    walk_to = "Where to?";
    /// Map: the player's own place.
    you_are_here = "you are here";
    /// Seek.
    seek_whom = "Whom do you look for?";
    /// Seek.
    here = "here";
    /// Seek.
    on_the_way = "on the way";
    /// Wait.
    wait_how_long = "Wait how long?";
    /// Notebook.
    search = "Search";
    /// Notebook.
    search_hint = "a name, a place, an hour, #3";
    /// Notebook.
    search_done = "Done";
    /// Notebook.
    show_all = "Show all";
    /// Notebook: nothing in a group.
    nothing_yet = "nothing yet";
    /// Notebook: facts by a person of themselves.
    of_themselves = "Of themselves";
    /// Notebook: no statements.
    no_statements = "Nothing here yet. Talk to people; what they say is noted.";
    /// Notebook: no contradictions.
    no_clashes = "No two statements clash. Ask two people about the same half-hour.";
    /// Notebook: between two slips.
    both_cannot = "both cannot be true";
    /// Notebook.
    as_you_heard = "As you heard it";
    /// Notebook.
    cannot_both = "What cannot both be true";
    /// Notebook, traces.
    on_the_floor = "On the floor of the Ember House";
    /// Notebook, traces.
    search_there = "nothing yet: go there and search";
    /// Notebook, traces.
    the_window = "When it was taken";
    /// Notebook, traces.
    carriers = "What an ember can be carried in, and what that leaves";
    /// Notebook, traces.
    residues = "What clings to clothes, and where";
    /// Not known.
    not_known = "not known yet";
    /// A note that was taken back.
    taken_back = "taken back";
    /// Evening: window unknown.
    ask_keeper = "Ask the keeper when the ember was last seen, and when missed.";
    /// Evening: an empty cell's details.
    nothing_noted = "Nothing is noted.";
    /// Evening: the columns of the window.
    in_window = "the ember went";
    /// Accuse.
    who_took_it = "Who took the ember?";
    /// Accuse.
    named_before = "named before";
    /// Accuse.
    go_to_moot = "Go before the moot";
    /// Accuse.
    another_name = "Another name";
    /// Accuse.
    name_them = "Yes, I name them";
    /// Accuse.
    not_yet = "Not yet";
    /// Accuse: what counts as proof.
    moot_wants = "The moot wants opportunity (their own word about the window refuted, or seen about the Ember House in it) and \
                  means (the carrier whose trace lay there is theirs) or residue (they came from where it clings). A confession is \
                  enough.";
    /// Accuse: no notes.
    empty_notebook = "Your notebook is empty: the moot will not hear a bare name.";
    /// Accuse: a note that goes before the moot.
    ticked = "ticked";
    /// Ending: a clue in the notebook.
    you_had_it = "you had it";
    /// Ending: a clue that is not.
    you_missed = "you missed";
    /// Ending: the half-hour of the theft.
    the_theft = "the theft";
    /// Saves.
    go_on_with = "Go on with";
    /// Saves.
    no_saves = "There are no saves yet.";
    /// Saves.
    delete = "Delete";
    /// Saves.
    keep = "Keep it";
    /// Name.
    save_as = "Save under what name?";
    /// Name.
    will_replace = "A save of that name is there and will be replaced.";
    /// Name.
    new_save = "A new save.";
    /// Leave.
    leave_question = "Leave the game? Something is not saved.";
    /// Leave.
    save_then_leave = "Save, then leave";
    /// Leave.
    just_leave = "Leave; what happened since the last save is lost";
    /// Leave.
    stay = "Stay";
    /// What could go wrong, before its words.
    trouble = "Mind:";
}

/// The marks of the evening, each with its word.
pub fn mark(mark: crate::text::evening::Mark) -> &'static str {
    use crate::text::evening::Mark;
    match mark {
        Mark::Nothing => "nothing",
        Mark::Own => "own word",
        Mark::Seen => "another's word",
        Mark::Agreed => "both agree",
        Mark::Passed => "seen passing",
        Mark::Clash => "contradicted",
    }
}

/// "1 note", "2 notes".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
/// "3 notes".
pub fn notes(count: usize) -> String {
    counted(count, "note", "notes")
}
/// "2 clashes".
pub fn clashes(count: usize) -> String {
    counted(count, "clash", "clashes")
}
/// "2 seals left".
pub fn seals(count: usize) -> String {
    counted(count, "seal", "seals")
}
/// "12 gold".
pub fn gold(gold: u16) -> String {
    format!("{gold} gold")
}
/// "12 min".
pub fn minutes(minutes: u32) -> String {
    format!("{minutes} min")
}
/// A wait.
pub fn wait(minutes: u16) -> String {
    match minutes {
        60 => "one hour".to_string(),
        120 => "two hours".to_string(),
        n => format!("{n} minutes"),
    }
}
/// Who is at a place.
pub fn there(names: &[String]) -> String {
    if names.is_empty() { "There: nobody".to_string() } else { format!("There: {}", names.join(", ")) }
}
/// While a mind looks for words.
pub fn thinking(name: &str) -> String {
    format!("{name} is thinking")
}
/// A reason under a line.
pub fn because(why: &str) -> String {
    format!("why: {why}")
}
/// Walking somewhere.
pub fn walking_to(place: &str) -> String {
    format!("walking to {place}")
}
/// Who is talked to, and what they do.
pub fn person(name: &str, trade: &str) -> String {
    format!("{name}, {trade}")
}
/// Notebook: others about somebody.
pub fn others_about(name: &str) -> String {
    format!("Others, about {name}")
}
/// Notebook: somebody about others.
pub fn about_others(name: &str) -> String {
    format!("{name}, about others")
}
/// Under a note: who said so, when, and how it is known.
pub fn says_so(speaker: &str, clock: &str, how: &str) -> String {
    format!("{speaker} says so at {clock}: {how}")
}
/// Under a find.
pub fn found_at(clock: &str) -> String {
    format!("found at {clock}")
}
/// Notebook: what the search keeps.
pub fn only(filter: &str) -> String {
    format!("Only what mentions \"{filter}\".")
}
/// When the ember went.
pub fn window(present: Option<Slot>, missing: Option<Slot>) -> String {
    let said = |at: Option<Slot>| at.map_or_else(|| not_known().to_string(), |at| at.clock());
    format!("Last seen: {}. First missed: {}.", said(present), said(missing))
}
/// The head of the evening.
pub fn evening_head(present: Slot, missing: Slot) -> String {
    format!("The ember was there at {} and gone by {}.", present.clock(), missing.clock())
}
/// The chosen cell.
pub fn cell(name: &str, clock: &str, place: &str, mark: &str) -> String {
    if place.is_empty() {
        format!("{name} at {clock}")
    } else {
        format!("{name} at {clock}: {place} ({mark})")
    }
}
/// Whose case goes before the moot.
pub fn against(name: &str, ticked: usize, most: usize) -> String {
    format!("Against {name}: {ticked} of at most {most} notes")
}
/// Sure?
pub fn sure(name: &str, notes: usize, seals: u8) -> String {
    format!(
        "Name {name} before the moot with {}? The hearing takes an hour, and nobody likes to be named. If the moot is \
         convinced and the name is wrong, it costs one of your {seals} seals.",
        counted(notes, "note", "notes")
    )
}
/// Saves: really delete?
pub fn delete_really(name: &str) -> String {
    format!("Delete \"{name}\"? It cannot be brought back.")
}
/// What the keys do, for the help page.
pub fn key_table() -> [(&'static str, &'static str); 12] {
    [
        ("mouse", "everything that looks like a slip of paper can be clicked; the wheel turns pages"),
        ("1 2 3", "say a suggested reply; out of talk, talk to somebody here"),
        (
            "typing",
            "in a talk everything you type goes to the line; Enter says it, Up and Down bring old lines back",
        ),
        ("Tab", "put a suggestion into the line, to change it before saying it"),
        ("Esc", "empty the line; with an empty line, leave the talk; elsewhere, back"),
        ("F2", "the notebook: people, statements, contradictions, traces; / searches"),
        ("F3", "the evening: who was where in which half-hour, as far as you know"),
        ("F4", "the map and the walks; f looks for somebody"),
        ("F7", "show or hide under each line why it was said and how it came about"),
        ("F5", "save under a name; the game also saves itself after each talk"),
        ("F6", "go on with a save; x there deletes one"),
        ("Ctrl-Q", "leave; asks only when something is unsaved"),
    ]
}
