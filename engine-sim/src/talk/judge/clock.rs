//! Clock words and numbers: reads "half past seven", "half seven", "19:30", "thirty minutes past seven", "nine gold".
//!
//! Owns: the reading of times and numbers at a token. Refuses to know: which of them a line may say.

use super::token::{Kind, Tok};
use crate::time::{SMALL_WORDS, TENS_WORDS};

/// How a time is limited by the words before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// "at", "about", nothing.
    At,
    /// "by".
    By,
    /// "before", "earlier than".
    Before,
    /// "after", "later than", "past".
    After,
    /// "until".
    Until,
    /// "since", "from".
    From,
}

/// A time as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeRead {
    /// Minutes since midnight, afternoon assumed; none when the words name no hour ("dawn", "an hour later").
    pub minute: Option<u16>,
    /// Whether it names another day or part of the day for certain ("tomorrow", "this morning").
    pub other_day: bool,
    /// How it is limited.
    pub limit: Limit,
}

/// A whole number in digits or words at a token, and how many tokens it takes.
pub(crate) fn number_at(toks: &[Tok], i: usize) -> Option<(u32, usize)> {
    let tok = toks.get(i)?;
    if word(toks, i, &["half"]) && word(toks, i + 1, &["a"]) && word(toks, i + 2, &["dozen"]) {
        return Some((6, 3));
    }
    if word(toks, i, &["couple"]) && word(toks, i + 1, &["of"]) {
        return Some((2, 2));
    }
    if tok.kind == Kind::Number {
        return tok.low.parse().ok().map(|n| (n, 1));
    }
    let under_hundred = |i: usize| -> Option<(u32, usize)> {
        let word = toks.get(i)?.low.as_str();
        if let Some(n) = SMALL_WORDS.iter().position(|w| *w == word) {
            return Some((n as u32, 1));
        }
        let tens = TENS_WORDS.iter().position(|w| !w.is_empty() && *w == word)? as u32 * 10;
        match toks.get(i + 1).and_then(|t| SMALL_WORDS.iter().position(|w| *w == t.low)) {
            Some(unit @ 1..=9) => Some((tens + unit as u32, 2)),
            _ => Some((tens, 1)),
        }
    };
    match under_hundred(i) {
        Some((n, len)) => match toks.get(i + len).and_then(|t| scale(&t.low)) {
            Some(by) => {
                let and = usize::from(toks.get(i + len + 1).is_some_and(|t| t.is("and")));
                let rest = under_hundred(i + len + 1 + and).filter(|_| by >= 100);
                Some((n * by + rest.map_or(0, |r| r.0), len + 1 + rest.map_or(0, |r| r.1 + and)))
            }
            None => Some((n, len)),
        },
        None => scale(&tok.low).filter(|_| !tok.is("score")).map(|by| (by, 1)),
    }
}

/// What a word multiplies the number before it by.
fn scale(word: &str) -> Option<u32> {
    match word {
        "hundred" | "hundreds" => Some(100),
        "thousand" | "thousands" => Some(1000),
        "dozen" | "dozens" => Some(12),
        "score" => Some(20),
        _ => None,
    }
}

/// Whether a lower-case word alone is a number or the name of an hour. "One" and "score" are oftener other words.
pub(crate) fn is_counting_word(word: &str) -> bool {
    let counts = SMALL_WORDS.contains(&word) || TENS_WORDS.contains(&word) || scale(word).is_some();
    counts && !matches!(word, "one" | "score") || NAMED_HOURS.contains(&word)
}

/// Hours that have a name.
const NAMED_HOURS: [&str; 4] = ["noon", "midday", "noontide", "midnight"];

/// An hour 1 to 12 in words or digits.
fn hour_at(toks: &[Tok], i: usize) -> Option<u16> {
    let (n, len) = number_at(toks, i)?;
    (len == 1 && (1..=12).contains(&n)).then_some(n as u16)
}

fn word(toks: &[Tok], i: usize, words: &[&str]) -> bool {
    toks.get(i).is_some_and(|t| words.contains(&t.low.as_str()))
}

/// The time of day a bare hour means in the village's evening talk.
fn afternoon(hour: u16) -> u16 {
    if hour == 12 { 12 } else { hour + 12 }
}

/// A time at a token, and how many tokens it takes. `bare` tells whether an hour alone may be a time here.
pub(crate) fn time_at(toks: &[Tok], i: usize, bare: bool) -> Option<(TimeRead, usize)> {
    let bare = bare || belled(toks, i) || ringing(toks, i);
    let (minute, len) = clock(toks, i)
        .or_else(|| military(toks, i))
        .or_else(|| fraction(toks, i))
        .or_else(|| half_gone(toks, i))
        .or_else(|| counted(toks, i))
        .or_else(|| ordinal(toks, i))
        .or_else(|| hour_words(toks, i, bare))
        .or_else(|| loose(toks, i))?;
    let (minute, len) = day_part(toks, i, minute, len);
    let other_day = minute.is_none() && other_day(toks, i, len);
    Some((TimeRead { minute, other_day, limit: Limit::At }, len))
}

fn clock(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    let tok = toks.get(i).filter(|t| t.kind == Kind::Number)?;
    let (hour, minute) = tok.low.split_once([':', '.'])?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = if (1..12).contains(&hour) { hour + 12 } else { hour };
    let clock = ["clock", "bell", "evening", "night"];
    let of = word(toks, i + 1, &["of"]) && word(toks, i + 2, &["the"]) && word(toks, i + 3, &clock);
    let len = if of { 4 } else { 1 };
    Some(((hour < 24 && minute < 60).then_some(hour * 60 + minute), len))
}

/// The hours that a village evening is told by.
const HOURS: std::ops::RangeInclusive<u32> = 4..=11;

/// "When the bell had counted as far as four": an hour behind its bell, in one clause.
fn belled(toks: &[Tok], i: usize) -> bool {
    let hour =
        number_at(toks, i).is_some_and(|(n, len)| len == 1 && HOURS.contains(&n)) && closed(toks, i + 1);
    let clause = toks[..i].iter().rev().take(BELL_REACH).take_while(|t| t.kind != Kind::Mark);
    hour && clause.into_iter().any(|t| t.any(&["bell", "bells", "clock", "chime", "chimes", "hour", "time"]))
}

/// Most tokens between a bell and the hour it rings.
const BELL_REACH: usize = 7;

/// Whether nothing is counted by a number that ends before a token.
fn closed(toks: &[Tok], at: usize) -> bool {
    toks.get(at).is_none_or(|t| {
        t.kind == Kind::Mark
            || t.any(&[
                "and", "or", "when", "as", "on", "in", "at", "by", "that", "it", "but", "with", "for",
                "while",
            ])
    })
}

/// "Seven had just rung", "six would have found him": an hour that does something.
fn ringing(toks: &[Tok], i: usize) -> bool {
    let hour = number_at(toks, i).is_some_and(|(n, len)| len == 1 && HOURS.contains(&n));
    let helper =
        ["had", "has", "was", "'d", "'s", "would", "just", "only", "barely", "scarcely", "have", "been"];
    let verb = (i + 1..toks.len()).take(4).find(|j| !toks[*j].any(&helper));
    let rung = verb.is_some_and(|j| {
        toks[j].any(&[
            "rung", "struck", "ringing", "striking", "chimed", "tolled", "sounded", "pealed", "rang", "found",
        ]) || toks[j].is("gone") && toks[j - 1].any(&["just", "barely", "scarcely", "only"])
            || toks[j].any(&["seen", "saw", "caught"]) && toks[i + 1].any(&["would", "'d"])
    });
    hour && rung
}

/// "With seven half an hour gone", "seven thirty minutes past", "eight and a half", "eight and thirty minutes".
fn half_gone(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    let hour = hour_at(toks, i)?;
    let half = Some(afternoon(hour) * 60 + 30);
    let span = |at: usize| -> Option<usize> {
        let lengths: [&[&str]; 6] = [
            &["half", "an", "hour"],
            &["a", "half", "hour"],
            &["half", "a", "hour"],
            &["thirty", "minutes"],
            &["half", "hour"],
            &["a", "half"],
        ];
        let fits = |words: &&&[&str]| words.iter().enumerate().all(|(n, w)| word(toks, at + n, &[w]));
        lengths.iter().find(fits).map(|words| at + words.len())
    };
    if word(toks, i + 1, &["and"])
        && let Some(end) = span(i + 2)
    {
        let gone = usize::from(word(toks, end, &["past", "gone", "after"]));
        let alone = toks.get(end + gone).is_none_or(|t| {
            t.kind == Kind::Mark || t.any(&["it", "at", "in", "on", "by", "o'clock", "when"])
        });
        return (alone && hour >= 4).then_some((half, end + gone - i));
    }
    // "It had gone five by thirty minutes."
    if word(toks, i + 1, &["by"])
        && i > 0
        && word(toks, i - 1, &["gone", "past"])
        && let Some(end) = span(i + 2)
    {
        return Some((half, end - i));
    }
    let end = span(i + 1)?;
    word(toks, end, &["gone", "past", "behind", "old", "over"]).then_some((half, end + 1 - i))
}

/// "The eighth hour", "the bell's eighth stroke", "eight strokes of the bell".
fn ordinal(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    const ORDINALS: &[&str] =
        &["fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"];
    let tok = toks.get(i)?;
    let (hour, rings) = match ORDINALS.iter().position(|w| tok.is(w)) {
        Some(n) => (n as u16 + 4, ["hour", "bell", "stroke", "chime", "ring", "toll", "clang", "peal"]),
        None => {
            let (n, _) = number_at(toks, i).filter(|(n, len)| *len == 1 && HOURS.contains(n))?;
            (n as u16, ["strokes", "chimes", "tolls", "rings", "clangs", "peals", "knells", "dongs"])
        }
    };
    word(toks, i + 1, &rings).then_some(())?;
    let of = word(toks, i + 2, &["of"])
        && word(toks, i + 3, &["the"])
        && word(toks, i + 4, &["bell", "clock", "evening"]);
    Some((Some(afternoon(hour) * 60), if of { 5 } else { 2 }))
}

/// "midway between five and six".
fn midway(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    let one = word(toks, i, &["midway", "halfway"]);
    let two = word(toks, i, &["mid", "half"]) && word(toks, i + 1, &["way"]);
    let at = if one {
        i + 1
    } else if two {
        i + 2
    } else {
        return None;
    };
    if word(toks, at, &["to", "towards"])
        && let Some(hour) = hour_at(toks, at + 1).filter(|h| *h >= 4 && closed(toks, at + 2))
    {
        return Some((Some(afternoon(hour - 1) * 60 + 30), at + 2 - i));
    }
    let (first, second) = (hour_at(toks, at + 1)?, hour_at(toks, at + 3)?);
    let joined = word(toks, at, &["between", "from"]) && word(toks, at + 2, &["and", "to"]);
    (joined && second == first + 1).then_some((Some(afternoon(first) * 60 + 30), at + 4 - i))
}

/// "half past seven", "half seven", "a quarter to eight", "half an hour after seven".
fn fraction(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    if let Some(found) = midway(toks, i) {
        return Some(found);
    }
    let mut at = i;
    if word(toks, at, &["a", "the"]) {
        at += 1;
    }
    if let Some(found) = whole_hour(toks, i) {
        return Some(found);
    }
    let part = match toks.get(at)?.low.as_str() {
        "half" => 30,
        "quarter" => 15,
        _ => return None,
    };
    at += 1;
    for filler in [&["of"][..], &["a", "an"], &["hour", "hour's"], &["of"]] {
        if word(toks, at, filler) {
            at += 1;
        }
    }
    offset(toks, i, at, part).or_else(|| {
        let hour = hour_at(toks, at).filter(|_| part == 30 && at == i + 1)?;
        Some((Some(afternoon(hour) * 60 + 30), at + 1 - i))
    })
}

/// "An hour short of six", "a full hour after four".
fn whole_hour(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    let full = usize::from(word(toks, i + 1, &["full", "good", "whole", "round"]));
    let hour = word(toks, i, &["a", "an"]) && word(toks, i + 1 + full, &["hour"]);
    offset(toks, i, i + 2 + full, 60).filter(|_| hour)
}

/// "past seven", "to eight", "after seven" behind a number of minutes.
fn offset(toks: &[Tok], from: usize, at: usize, minutes: u16) -> Option<(Option<u16>, usize)> {
    let later = word(toks, at, &["past", "after", "gone", "beyond"]);
    let earlier = word(toks, at, &["to", "before", "til", "till", "of", "shy", "short"]);
    let mut next = at + 1;
    while word(toks, next, &["the", "of", "stroke", "hour"]) {
        next += 1;
    }
    let hour = afternoon(hour_at(toks, next)?) * 60;
    let minute = match (later, earlier) {
        (true, _) => hour + minutes,
        (_, true) => hour.checked_sub(minutes)?,
        _ => return None,
    };
    Some((Some(minute), next + 1 - from))
}

/// "thirty minutes past seven", "ten to eight", "two hours after six".
fn counted(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    let (n, len) = number_at(toks, i)?;
    let mut at = i + len;
    let mut minutes = u16::try_from(n).ok().filter(|n| *n < 600)?;
    let unit = if word(toks, at, &["minutes", "minute", "min", "mins"]) {
        1
    } else if word(toks, at, &["hours", "hour"]) {
        60
    } else {
        0
    };
    if unit > 0 {
        minutes = minutes.checked_mul(unit)?;
        at += 1;
    }
    if unit == 0 && word(toks, at, &["of", "gone", "beyond", "shy", "short"]) {
        return None;
    }
    offset(toks, i, at, minutes)
}

/// "nineteen thirty", "eighteen hundred".
fn military(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    let (hour, len) = hours_of_day(toks, i)?;
    let minute = match toks.get(i + len)?.low.as_str() {
        "thirty" => 30,
        "hundred" => 0,
        _ => return None,
    };
    let hours = usize::from(toks.get(i + len + 1).is_some_and(|t| t.any(&["hours", "hour"])));
    Some((Some(hour * 60 + minute), len + 1 + hours))
}

/// "Nineteen", "twenty", "twenty one" up to twenty-three, with how many tokens.
fn hours_of_day(toks: &[Tok], i: usize) -> Option<(u16, usize)> {
    let small = |i: usize| toks.get(i).and_then(|t| SMALL_WORDS.iter().position(|w| *w == t.low));
    if toks.get(i)?.is("twenty") {
        return match small(i + 1) {
            Some(unit @ 1..=3) => Some((20 + unit as u16, 2)),
            _ => Some((20, 1)),
        };
    }
    small(i).filter(|h| (13..20).contains(h)).map(|h| (h as u16, 1))
}

fn hour_words(toks: &[Tok], i: usize, bare: bool) -> Option<(Option<u16>, usize)> {
    let hour = hour_at(toks, i)?;
    let base = afternoon(hour) * 60;
    if word(toks, i + 1, &["o'clock", "oclock", "pm", "am", "bells"]) {
        let past = usize::from(word(toks, i + 1, &["o'clock"]) && word(toks, i + 2, &["pm", "am"]));
        return Some((Some(base), 2 + past));
    }
    let clock = ["clock", "bell", "evening", "night"];
    if word(toks, i + 1, &["of"]) && word(toks, i + 2, &["the"]) && word(toks, i + 3, &clock) {
        return Some((Some(base), 4));
    }
    if toks[i].kind == Kind::Word {
        if let Some((m @ 5..60, len)) = number_at(toks, i + 1).filter(|_| hour >= 4) {
            let follows_unit = word(toks, i + 1 + len, &["gold", "coins", "coin", "pieces"]);
            if !follows_unit {
                return Some((Some(base + m as u16), 1 + len));
            }
        }
        if word(toks, i + 1, &["oh", "o"]) && number_at(toks, i + 2).is_some() {
            return Some((Some(base + 5), 3));
        }
    }
    bare.then_some((Some(base), 1))
}

/// Times that name no hour.
fn loose(toks: &[Tok], i: usize) -> Option<(Option<u16>, usize)> {
    if word(toks, i, &["midnight"]) {
        return Some((Some(0), 1));
    }
    if word(toks, i, &["noon", "midday", "noontide"]) {
        return Some((Some(720), 1));
    }
    if word(
        toks,
        i,
        &["dawn", "sunrise", "daybreak", "sunset", "sundown", "dusk", "nightfall", "twilight", "tomorrow"],
    ) || word(
        toks,
        i,
        &["suppertime", "bedtime", "dinnertime", "teatime", "lunchtime", "breakfast", "moonrise", "vespers"],
    ) {
        return Some((None, 1));
    }
    if word(toks, i, &["this"]) && word(toks, i + 1, &["morning", "afternoon"]) {
        return Some((None, 2));
    }
    if word(toks, i, &["hour", "hours", "minutes"])
        && word(toks, i + 1, &["later", "earlier", "after", "before", "ago"])
    {
        return Some((None, 2));
    }
    if word(toks, i, &["last", "next"])
        && word(toks, i + 1, &["week", "month", "year", "winter", "summer", "spring"])
    {
        return Some((None, 2));
    }
    if word(toks, i, &["day", "night", "nights", "days"]) && word(toks, i + 1, &["before", "ago", "after"]) {
        return Some((None, 2));
    }
    None
}

fn other_day(toks: &[Tok], i: usize, len: usize) -> bool {
    toks[i..(i + len).min(toks.len())].iter().any(|t| {
        t.any(&[
            "tomorrow", "this", "week", "month", "year", "ago", "dawn", "sunrise", "daybreak", "before",
            "after", "later", "earlier",
        ])
    })
}

/// "in the morning" moves an hour; "in the evening" keeps it.
fn day_part(toks: &[Tok], i: usize, minute: Option<u16>, len: usize) -> (Option<u16>, usize) {
    let Some(m) = minute else { return (minute, len) };
    let end = i + len;
    let morning = |m: u16| if m >= 720 { m - 720 } else { m };
    if toks[i..end.min(toks.len())].iter().any(|t| t.is("am")) {
        return (Some(morning(m)), len);
    }
    if word(toks, end, &["am"]) {
        return (Some(morning(m)), len + 1);
    }
    if word(toks, end, &["pm", "sharp"]) {
        return (minute, len + 1);
    }
    if word(toks, end, &["o'clock"]) {
        return (minute, len + 1);
    }
    // "At five by the chapel bell."
    if word(toks, end, &["by"]) && word(toks, end + 1, &["the", "our", "my", "that"]) {
        let whose = ["own", "chapel", "church", "village", "great", "old"];
        let bell = (end + 2..end + 5).find(|i| !word(toks, *i, &whose));
        if let Some(bell) = bell.filter(|i| word(toks, *i, &["bell", "clock"])) {
            return (minute, bell + 1 - i);
        }
    }
    if word(toks, end, &["in", "this"]) {
        let the = usize::from(word(toks, end + 1, &["the"]));
        if word(toks, end + 1 + the, &["morning"]) {
            return (Some(morning(m)), len + 2 + the);
        }
        if word(toks, end + 1 + the, &["evening", "afternoon", "night"]) && toks[end].is("in") {
            return (minute, len + 2 + the);
        }
    }
    (minute, len)
}
