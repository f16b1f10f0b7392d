//! Times of the evening, as people say them.
//!
//! Owns: "seven", "at 7", "19:30", "half past seven", "quarter to eight", "between seven and eight", "before nine".
//! Refuses to know: the clause around the time; "then" and "an hour later" (see `slots`). Hours 4 to 9 are the evening's.
//! A time within a half-hour is the half-hour that holds it.

use super::lexicon::Lexicon;
use super::words::Word;
use crate::time::{Minute, Slot};

/// A time found at the head of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// The half-hour, when it lies in the evening.
    pub first: Option<Slot>,
    /// The other end of a range.
    pub second: Option<Slot>,
    /// The bare hour as a number ("at five"), which might be gold.
    pub number: Option<u16>,
    /// Words taken.
    pub taken: usize,
}

/// Minutes of the clock, 0..720 as said or 0..1440 when the day's half is plain.
#[derive(Debug, Clone, Copy)]
struct Clock {
    minute: u32,
    taken: usize,
    bare: Option<u16>,
    morning: bool,
}

/// The time at `words[at..]`, when there is one.
pub fn time_at(words: &[Word], at: usize, lexicon: &Lexicon) -> Option<Time> {
    let text = |i: usize| words.get(i).map_or("", |w| w.text.as_str());
    if matches!(text(at), "between" | "from") {
        let first = clock_at(words, at + 1, lexicon)?;
        let join = at + 1 + first.taken;
        let second =
            matches!(text(join), "and" | "to" | "until" | "till").then(|| clock_at(words, join + 1, lexicon));
        if let Some(Some(second)) = second {
            let taken = join + 1 + second.taken - at;
            return Some(Time { first: slot(first), second: slot(second), number: None, taken });
        }
        if text(at) == "between" {
            return None;
        }
    }
    let mut lead = 0;
    let mut shift = 0i8;
    while lexicon.in_set("time_lead", text(at + lead)) && lead < 3 {
        match text(at + lead) {
            "before" => shift = -1,
            "after" | "past" => shift = 1,
            _ => {}
        }
        lead += 1;
    }
    let clock = clock_at(words, at + lead, lexicon)?;
    let mut taken = lead + clock.taken;
    if clock.bare.is_some() && (lead == 0 || lexicon.in_set("gold", text(at + taken))) {
        return None;
    }
    let mut second = None;
    if matches!(text(at + taken), "or")
        && let Some(other) = clock_at(words, at + taken + 1, lexicon)
    {
        second = slot(other);
        taken += 1 + other.taken;
    }
    let exact = clock.minute.is_multiple_of(30);
    let first = slot(clock).and_then(|s| if shift < 0 && exact { s.before() } else { Some(s) });
    Some(Time { first, second, number: clock.bare, taken })
}

/// A bare number as an hour of the evening.
pub fn hour_slot(number: u16) -> Option<Slot> {
    (4..=9)
        .contains(&number)
        .then(|| slot(Clock { minute: u32::from(number) * 60, taken: 1, bare: None, morning: false }))?
}

fn slot(clock: Clock) -> Option<Slot> {
    if clock.morning {
        return None;
    }
    let minute = if clock.minute < 12 * 60 { clock.minute + 12 * 60 } else { clock.minute };
    Slot::of(Minute(minute))
}

fn number(word: &str, lexicon: &Lexicon) -> Option<u32> {
    if !word.is_empty() && word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().ok();
    }
    lexicon.numbers.get(word).map(|n| u32::from(*n))
}

fn hour(word: &str, lexicon: &Lexicon) -> Option<u32> {
    number(word, lexicon).filter(|h| (1..=23).contains(h))
}

fn clock_at(words: &[Word], at: usize, lexicon: &Lexicon) -> Option<Clock> {
    let text = |i: usize| words.get(i).map_or("", |w| w.text.as_str());
    let made = |minute: u32, taken: usize| Clock { minute, taken, bare: None, morning: false };
    if text(at) == "half" {
        let past = usize::from(matches!(text(at + 1), "past" | "after"));
        let hour = hour(text(at + 1 + past), lexicon)?;
        return Some(ended(words, at, made(hour * 60 + 30, 2 + past)));
    }
    let lead = usize::from(text(at) == "a");
    let minutes = if text(at + lead) == "quarter" { Some(15) } else { number(text(at + lead), lexicon) };
    let unit = usize::from(matches!(text(at + lead + 1), "minutes" | "minute" | "min" | "mins"));
    let join = at + lead + 1 + unit;
    if let Some(minutes) = minutes.filter(|m| *m < 60) {
        let late = matches!(text(join), "past" | "after");
        if (late || matches!(text(join), "to" | "before" | "til" | "till"))
            && let Some(hour) = hour(text(join + 1), lexicon)
        {
            let minute = if late { hour * 60 + minutes } else { (hour * 60).checked_sub(minutes)? };
            return Some(ended(words, at, made(minute, join + 2 - at)));
        }
    }
    digits_at(text(at)).map(|clock| ended(words, at, clock)).or_else(|| hour_at(words, at, lexicon))
}

/// "seven", "seven o'clock", "seven thirty", "7 pm".
fn hour_at(words: &[Word], at: usize, lexicon: &Lexicon) -> Option<Clock> {
    let text = |i: usize| words.get(i).map_or("", |w| w.text.as_str());
    let hour = hour(text(at), lexicon)?;
    let minutes = match text(at + 1) {
        "thirty" | "30" => Some((30, 2)),
        "fifteen" | "15" => Some((15, 2)),
        "forty" | "45" => Some((45, 2 + usize::from(text(at + 2) == "five"))),
        "twenty" | "20" | "ten" | "10" => Some((10, 2)),
        "sharp" | "ish" => Some((0, 2)),
        _ => None,
    };
    let bare = u16::try_from(hour).ok().filter(|_| minutes.is_none());
    let (minute, taken) = minutes.unwrap_or((0, 1));
    Some(ended(words, at, Clock { minute: hour * 60 + minute, taken, bare, morning: false }))
}

/// "19:30", "7:30pm", "7pm", "1930".
fn digits_at(text: &str) -> Option<Clock> {
    let (body, morning) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(body), _) => (body, false),
        (_, Some(body)) => (body, true),
        _ => (text.strip_suffix("ish").unwrap_or(text), false),
    };
    let small = |part: &str, below: u32| {
        let plain = !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<u32>().ok()).flatten().filter(|n| *n < below)
    };
    let minute = if let Some((hour, minute)) = body.split_once(':') {
        small(hour, 24)? * 60 + small(minute, 60)?
    } else if body.len() == 4 && body.is_ascii() {
        let hour = small(&body[..2], 24)?;
        (16..=23).contains(&hour).then_some(hour * 60 + small(&body[2..], 60)?)?
    } else if body.len() < text.len() {
        small(body, 24)? * 60
    } else {
        return None;
    };
    Some(Clock { minute, taken: 1, bare: None, morning })
}

/// Takes "o'clock", "pm" and "in the evening" that follow.
fn ended(words: &[Word], at: usize, mut clock: Clock) -> Clock {
    let text = |i: usize| words.get(i).map_or("", |w| w.text.as_str());
    for _ in 0..2 {
        let next = at + clock.taken;
        let part_of_day = text(next) == "in" && text(next + 1) == "the";
        match (text(next), text(next + 2)) {
            ("oclock" | "pm" | "p" | "ish" | "sharp", _) => clock.taken += 1,
            ("am", _) => (clock.taken, clock.morning) = (clock.taken + 1, true),
            (_, "evening" | "afternoon") if part_of_day => clock.taken += 3,
            (_, "morning") if part_of_day => (clock.taken, clock.morning) = (clock.taken + 3, true),
            _ => break,
        }
        clock.bare = None;
    }
    clock
}
