//! Shape: what a spoken line looks like, whatever it says: length, language, markup, narration, rating, repetition.
//!
//! Owns: limits, marks, stage directions, words of another world, profanity stems, repeats. Refuses to know: facts and names.

use super::outside::{MILD, NARRATION, OUTSIDE, OUTSIDE_PHRASES, RATED, RATED_PHRASES};
use super::pattern::{find, find_any};
use super::token::{Kind, Tok, tokenise};
use super::{
    Case, LINE_BYTES_MAX, LINE_CHARS_MAX, LINE_SENTENCES_MAX, LINE_WORDS_MAX, Violation, ViolationKind,
    prefix, report,
};
use crate::act::ActKind;
use crate::talk::vocabulary::{FUNCTION_WORDS, NUMBER_WORDS};
use std::collections::BTreeSet;

/// Rules that need no tokens: limits and marks.
pub(super) fn raw(text: &str, found: &mut Vec<Violation>) {
    let all = (0, text.len());
    let chars = text.chars().take(LINE_BYTES_MAX).count();
    if text.len() > LINE_BYTES_MAX || chars > LINE_CHARS_MAX {
        report(found, text, ViolationKind::TooLong, all, format!("more than {LINE_CHARS_MAX} characters"));
    }
    let text = prefix(text, LINE_BYTES_MAX);
    marks(text, found);
    capitals(text, found);
    letters(text, found);
}

fn marks(text: &str, found: &mut Vec<Violation>) {
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let kind = match c {
            '*' | '(' | ')' => Some(ViolationKind::Narration),
            '<' | '>' | '{' | '}' | '[' | ']' | '#' | '_' | '|' | '\\' | '~' | '^' | '@' | '=' | '/'
            | '%' | '$' | '&' | '+' | '•' | '§' | '£' | '€' => Some(ViolationKind::Markup),
            '`' => Some(ViolationKind::Markup),
            '\n' | '\t' | '\r' => Some(ViolationKind::Markup),
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}') =>
            {
                Some(ViolationKind::Markup)
            }
            '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}' => Some(ViolationKind::Markup),
            _ => None,
        };
        if let Some(kind) = kind {
            report(found, text, kind, (at, end), "carries a mark that nobody speaks");
            return;
        }
    }
    let quotes = text.chars().filter(|c| matches!(c, '"' | '“' | '”' | '«' | '»')).count();
    if quotes > 0 {
        report(
            found,
            text,
            ViolationKind::Narration,
            (0, text.len()),
            "carries quotation marks: somebody else is telling it",
        );
    }
    let listed = text.trim_start().starts_with(['-', '–', '—'])
        || text.trim_start().starts_with("1.")
        || text.trim_start().starts_with("1)");
    if listed {
        report(
            found,
            text,
            ViolationKind::Markup,
            (
                0,
                text.trim_start()
                    .chars()
                    .next()
                    .map_or(0, |c| text.len() - text.trim_start().len() + c.len_utf8()),
            ),
            "is a list",
        );
    }
}

/// Three words in capitals running: shouted as nobody here writes.
fn capitals(text: &str, found: &mut Vec<Violation>) {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let loud = |w: &&str| w.chars().all(|c| c.is_ascii_uppercase());
    let shouted = words.windows(3).any(|w| w.iter().all(loud) && w.iter().any(|x| x.len() > 2));
    if shouted {
        report(found, text, ViolationKind::Markup, (0, text.len()), "is written in capitals");
    }
}

fn letters(text: &str, found: &mut Vec<Violation>) {
    let odd = text
        .char_indices()
        .find(|(_, c)| c.is_alphabetic() && !c.is_ascii() && !matches!(c, 'é' | 'è' | 'ï'));
    if let Some((at, c)) = odd {
        report(
            found,
            text,
            ViolationKind::OffLanguage,
            (at, at + c.len_utf8()),
            "has a letter that English does not",
        );
    }
}

/// Rules on tokens.
pub(super) fn check(case: &mut Case<'_>) {
    length(case);
    language(case);
    rating(case);
    outside(case);
    narration(case);
    repeats(case);
}

fn words(toks: &[Tok]) -> impl Iterator<Item = &Tok> {
    toks.iter().filter(|t| t.kind != Kind::Mark)
}

fn length(case: &mut Case<'_>) {
    let toks = &case.line.toks;
    let count = words(toks).filter(|t| !t.glued || t.low.len() > 3).count();
    let end = toks.len();
    let sentences =
        toks.last().map_or(0, |t| t.sentence) + usize::from(toks.last().is_some_and(|t| !t.ends_sentence()));
    // "Oh. Going? Well. Goodbye." is one breath.
    let breaths = (0..sentences)
        .filter(|n| words(toks).filter(|t| t.sentence == *n).count() > 2)
        .count()
        .max(sentences.saturating_sub(LINE_SENTENCES_MAX));
    let fillers = [
        "hm", "hmm", "um", "uh", "er", "erm", "ah", "oh", "mm", "mmm", "well", "so", "eh", "ha", "hah",
        "haha", "the", "a", "i", "and", "but", "you", "like", "hmph", "ahem", "ugh", "huh",
    ];
    let said = words(toks).any(|t| !t.any(&fillers) && t.low.chars().any(char::is_alphanumeric));
    // A grunt is an answer to thanks and to a trifle.
    let grunt =
        matches!(case.pack.act.kind, ActKind::Shrug | ActKind::Welcome) && words(toks).next().is_some();
    if !said && !grunt {
        case.report(ViolationKind::Empty, 0, end, "says nothing");
    }
    if count > LINE_WORDS_MAX || breaths > LINE_SENTENCES_MAX {
        case.report(ViolationKind::TooLong, 0, end, "more words or sentences than a line may have");
    }
    let last = case.line.toks.last().map(|t| (t.kind, t.low.clone()));
    let cut = match last {
        Some((Kind::Mark, m)) => matches!(m.as_str(), "," | ":" | "-" | "(" | ";"),
        Some((_, w)) => {
            ["the", "a", "an", "and", "or", "of", "with", "my", "your", "because", "but", "their"]
                .contains(&w.as_str())
        }
        None => false,
    };
    if cut && said {
        case.report(ViolationKind::Empty, end.saturating_sub(1), end, "breaks off");
    }
}

fn language(case: &mut Case<'_>) {
    let mut total = 0usize;
    let mut known = 0usize;
    for t in words(&case.line.toks) {
        total += 1;
        let grammar = FUNCTION_WORDS
            .split_ascii_whitespace()
            .chain(NUMBER_WORDS.split_ascii_whitespace())
            .any(|w| w == t.low);
        known += usize::from(
            grammar || case.vocabulary.contains(&t.low) || t.low.starts_with('\'') || t.is("n't"),
        );
    }
    if total >= 4 && known * 2 < total {
        case.report(ViolationKind::OffLanguage, 0, case.line.toks.len(), "is not English");
    }
}

fn rating(case: &mut Case<'_>) {
    let mut mild = Vec::new();
    for i in 0..case.line.toks.len() {
        let tok = &case.line.toks[i];
        let plain = tok.low.replace(|c: char| !c.is_alphabetic(), "");
        let hit = RATED.iter().find(|r| {
            tok.stem(r)
                || plain.len() > 4
                    && r.len() > 3
                    && !MILD.contains(r)
                    && plain.starts_with(**r)
                    && !matches!(**r, "gore" | "prick" | "crap" | "sexy" | "rape" | "screw")
        });
        if let Some(word) = hit {
            if MILD.contains(word) && !called(case, i, word) {
                mild.push(i);
            } else {
                case.report(ViolationKind::OverRating, i, i + 1, "is above the rating");
            }
        }
    }
    if mild.len() >= 2 {
        case.report(ViolationKind::OverRating, mild[0], mild[1] + 1, "is above the rating");
    }
    if let Some((a, b)) = find_any(&case.line, RATED_PHRASES) {
        case.report(ViolationKind::OverRating, a, b, "is above the rating");
    }
}

/// "You prick": a mild word that the listener is called by.
fn called(case: &Case<'_>, at: usize, word: &str) -> bool {
    let names = ["prick", "tit", "ass", "swine", "sod", "cock"];
    let you = (1..=2).any(|n| at.checked_sub(n).is_some_and(|i| case.line.toks[i].any(&["you", "ye"])));
    let ends = case.line.toks.get(at + 1).is_none_or(|t| t.kind == Kind::Mark);
    names.contains(&word) && you && ends
}

fn outside(case: &mut Case<'_>) {
    for i in 0..case.line.toks.len() {
        if case.line.toks[i].any(OUTSIDE) {
            case.report(ViolationKind::FourthWall, i, i + 1, "is of another world");
        }
    }
    if let Some((a, b)) = find_any(&case.line, OUTSIDE_PHRASES) {
        case.report(ViolationKind::FourthWall, a, b, "is of another world");
    }
}

fn narration(case: &mut Case<'_>) {
    let speech = case.pack.act.facts.iter().any(|f| matches!(f, crate::fact::Fact::Said { .. }))
        || case.pack.act.told_by.is_some();
    for pattern in NARRATION {
        if let Some((a, b)) = find(&case.line, pattern) {
            let tells = (a..b).any(|i| {
                case.line.toks[i].any(&[
                    "said",
                    "says",
                    "whispered",
                    "muttered",
                    "asked",
                    "answered",
                    "murmured",
                    "turned",
                ])
            });
            let word = case.line.toks.get(b - 1).is_some_and(|t| t.any(&[":", "\"", "“"]));
            let posted = case.line.word(a) == "said"
                && case.line.mention_at(b - 1).is_some_and(|m| {
                    matches!(m.what, super::line::What::Person(p) if case.pack.act.told_by != Some(p)
                        && !case.pack.act.facts.iter().any(|f| f.subject() == Some(p)))
                });
            // "He puts Piers at the mill": what a source says, not what it does.
            let vouched = speech
                && super::pattern::at(
                    &case.line,
                    &"he|she|#person puts|put|places|placed|sets|has|had #person",
                    a,
                )
                .is_some();
            if vouched {
                continue;
            }
            let busy = case.line.word(b - 1).ends_with("ing");
            if tells && !posted && !busy && (speech || case.pack.act.kind == ActKind::Answer) && !word {
                continue;
            }
            case.report(ViolationKind::Narration, a, b, "tells instead of speaking");
            return;
        }
    }
    selves(case);
    labels(case);
}

/// Labels of a script besides names.
const LABELS: &[&str] = &[
    "villager",
    "me",
    "you",
    "player",
    "npc",
    "narrator",
    "speaker",
    "answer",
    "user",
    "assistant",
    "system",
    "says",
    "response",
    "line",
    "reply",
    "output",
];

/// "Bram: …", at the front or further on.
fn labels(case: &mut Case<'_>) {
    for i in 0..case.line.toks.len() {
        if case.line.word(i) == ":" && i <= 3 && i > 0 {
            let label =
                case.line.mention_at(i - 1).is_some_and(|m| matches!(m.what, super::line::What::Person(_)))
                    || case.line.toks[i - 1].any(LABELS);
            let source = case.line.mention_at(i - 1).is_some_and(|m| {
                matches!(m.what, super::line::What::Person(p) if case.pack.act.told_by == Some(p))
                    && m.from > 0
            });
            // "Agnes: moot hall, half past four": a list's heading, not a speaker's.
            let subject = case.line.mention_at(i - 1).is_some_and(|m| {
                matches!(m.what, super::line::What::Person(p) if p != case.pack.speaker
                    && case.pack.act.facts.iter().any(|f| f.subject() == Some(p)))
            });
            let sentence = case.line.toks[i].sentence;
            let placed = (i + 1..case.line.toks.len())
                .take_while(|j| case.line.toks[*j].sentence == sentence)
                .any(|j| {
                    case.line.mention_at(j).is_some_and(|m| {
                        matches!(m.what, super::line::What::Place(_) | super::line::What::Time(_))
                    })
                });
            let first = case.line.toks.iter().any(|t| t.any(&["i", "me", "my", "you"]));
            let heading = subject && placed && !first;
            if label && !source && !heading {
                case.report(ViolationKind::Narration, 0, i + 1, "is written as a script");
            }
        } else if case.line.word(i) == ":"
            && case.line.mention_at(i.saturating_sub(1)).is_some_and(|m| {
                let told = case.pack.act.told_by;
                matches!(m.what, super::line::What::Person(p) if told != Some(p))
                    && case.line.toks[m.from].opens
            })
        {
            case.report(ViolationKind::Narration, i - 1, i + 1, "several people speak");
        }
    }
}

/// The speaker's own name as a subject, or "she" without anybody to mean: told, not spoken.
fn selves(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    let intro: &[&str] = &[
        "i 'm|am ~2 #person",
        "name|names is|'s|, ~1 #person",
        "call+ ~1 me ~1 #person",
        "#person 's the? name|my",
        "#person $",
        "old|poor #person",
        "known as #person",
        "as #person",
    ];
    for m in case.line.mentions.clone() {
        if m.what != super::line::What::Person(me) || case.line.toks[m.from].any(&["my", "your"]) {
            continue;
        }
        let named = case.line.toks[m.from].low == case.village.name(me).to_lowercase();
        let spoken = intro.iter().any(|p| {
            let from = m.from.saturating_sub(4);
            (from..=m.from)
                .any(|i| super::pattern::at(&case.line, p, i).is_some_and(|end| end >= m.to && i <= m.from))
        });
        let next = case.line.toks.get(m.to);
        let verb = next.is_some_and(|t| {
            t.kind == Kind::Word
                && !t.any(&[
                    "is", "i", "of", "and", "or", "at", "in", "by", "to", "with", "for", "'s", "as", "this",
                    "has", "was", "here", "must", "needs", "knows",
                ])
                && (t.stems.len() > 1 || t.any(&["put", "set", "shut", "cut"]))
        });
        let owner = m.owner
            && case.line.toks.get(m.to + 1).is_some_and(|t| {
                t.any(&[
                    "eyes",
                    "jaw",
                    "hands",
                    "hand",
                    "face",
                    "voice",
                    "brow",
                    "mouth",
                    "shoulders",
                    "smile",
                    "gaze",
                    "fingers",
                    "head",
                    "lips",
                    "cheeks",
                    "fist",
                ])
            });
        let told = named
            && !spoken
            && (verb
                || owner
                || next.is_some_and(|t| t.any(&["is", ",", "was", "has"])) && case.line.toks[m.from].opens)
            || !named
                && verb
                && m.from > 0
                && case.line.word(m.from - 1) == "the"
                && (m.from == 1 || case.line.begins_segment(m.from - 1) || own_deed(case, m.to));
        let aside = named && case.line.word(m.to) == "," && case.line.word(m.to + 1) == "who";
        if told || aside {
            case.report(ViolationKind::Narration, m.from, m.to, "tells of the speaker instead of speaking");
        }
    }
    unmeant(case);
}

/// "… the pedlar shouldered his pack": a deed of the speaker's own in the past, told of somebody.
fn own_deed(case: &Case<'_>, verb: usize) -> bool {
    case.line.word(verb).ends_with("ed")
        && (verb + 1..verb + 3).any(|i| matches!(case.line.word(i), "his" | "her" | "their"))
}

/// "She slides the mug across": a pronoun without anybody to mean, in front.
fn unmeant(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    let she = case.village.villager(me).she;
    let pronoun = if she { "she" } else { "he" };
    let known = if she { case.context.she.is_some() } else { case.context.he.is_some() };
    let other = case.line.mentions.iter().any(|m| matches!(m.what, super::line::What::Person(p) if p != me && !p.is_player() && case.village.villager(p).she == she));
    let first = case.line.toks.first().is_some_and(|t| t.is(pronoun));
    if first && !known && !other && !case.line.toks.iter().any(|t| t.any(&["nell", "pony", "mule", "mare"])) {
        case.report(ViolationKind::Narration, 0, 1, "tells of somebody instead of speaking");
    }
}

/// A word of meaning said too often for so short a line.
fn harps(case: &Case<'_>, count: usize) -> bool {
    let content = |t: &&Tok| {
        t.kind == Kind::Word
            && t.low.len() > 2
            && !NUMBER_WORDS.split_ascii_whitespace().any(|f| f == t.low)
            && !FUNCTION_WORDS.split_ascii_whitespace().any(|f| f == t.low)
    };
    let mut times: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for t in case.line.toks.iter().filter(content) {
        let base = t.stems.iter().min_by_key(|s| s.len()).map_or(t.low.as_str(), String::as_str);
        *times.entry(base).or_default() += 1;
    }
    let several = case.pack.act.facts.len() > 1;
    let named: BTreeSet<String> = (0..case.line.toks.len())
        .filter(|i| case.line.mention_at(*i).is_some())
        .flat_map(|i| case.line.toks[i].stems.clone())
        .collect();
    // "Oil is oil" says its word once.
    let low = |i: usize| case.line.word(i);
    for i in 1..case.line.toks.len().saturating_sub(1) {
        if matches!(low(i), "is" | "are") && low(i - 1) == low(i + 1) {
            let base = case.line.toks[i + 1].stems.iter().min_by_key(|s| s.len());
            if let Some(n) = base.and_then(|b| times.get_mut(b.as_str())) {
                *n -= 1;
            }
        }
    }
    times.iter().any(|(w, n)| {
        !matches!(*w, "know" | "mean" | "count" | "hello")
            && (*n >= 4
                && *n * 8 >= count
                && !(several && named.contains(*w) && *n <= case.pack.act.facts.len() + 1)
                || *n >= 3 && count <= 22 && !several && named.contains(*w))
    })
}

fn repeats(case: &mut Case<'_>) {
    let now: Vec<String> = words(&case.line.toks).map(|t| t.low.clone()).collect();
    let mut seen = BTreeSet::new();
    let mut twice = 0;
    // Two facts that share a place or an hour share its words.
    let several = case.pack.act.facts.len() > 1;
    let plain: Vec<bool> = (0..case.line.toks.len())
        .filter(|i| case.line.toks[*i].kind != Kind::Mark)
        .map(|i| !several || case.line.mention_at(i).is_none())
        .collect();
    for (gram, free) in now.windows(3).zip(plain.windows(3)) {
        twice += usize::from(!seen.insert(gram.to_vec()) && free.iter().all(|f| *f));
    }
    let thrice = now.windows(3).any(|w| {
        w.iter().all(|x| *x == w[0]) && (!w[0].starts_with("no") || now.len() < 5) && now.len() < 10
    }) && now.len() >= 3;
    let mut sentences: Vec<String> = Vec::new();
    let mut same = false;
    for n in 0..=case.line.toks.last().map_or(0, |t| t.sentence) {
        let text: Vec<&str> =
            words(&case.line.toks).filter(|t| t.sentence == n).map(|t| t.low.as_str()).collect();
        let text = text.join(" ");
        let polite =
            text.split(' ').count() <= 3 && ["welcome", "thank", "sorry"].iter().any(|w| text.contains(w));
        same |= text.contains(' ') && sentences.contains(&text) && !polite;
        sentences.push(text);
    }
    let pairs: Vec<&[String]> = now
        .windows(2)
        .zip(plain.windows(2))
        .filter(|(_, free)| free.iter().all(|f| *f))
        .map(|(p, _)| p)
        .filter(|p| p.iter().all(|w| !FUNCTION_WORDS.split_ascii_whitespace().any(|f| f == w)))
        .collect();
    let paired = now.len() <= 24 && pairs.iter().any(|p| pairs.iter().filter(|q| *q == p).count() >= 3);
    let drummed = now.windows(4).any(|w| w.iter().all(|x| *x == w[0]));
    let coupled = !several
        && now.len() <= 24
        && now.windows(2).any(|p| now.windows(2).filter(|q| *q == p).count() >= 4);
    let doubled = twice >= 3 && twice * 5 >= now.len();
    if doubled || thrice || drummed || coupled || same || paired || harps(case, now.len()) {
        case.report(ViolationKind::Repetition, 0, case.line.toks.len(), "repeats itself");
    }
    for last in case.pack.last_lines.iter().rev().take(super::VIOLATIONS_MAX) {
        let before: Vec<String> =
            words(&tokenise(prefix(last, LINE_BYTES_MAX))).map(|t| t.low.clone()).collect();
        if alike(&now, &before) {
            case.report(ViolationKind::Repetition, 0, case.line.toks.len(), "repeats an earlier line");
            return;
        }
    }
}

/// Equal, or nearly: three quarters of the pairs of words in common.
fn alike(a: &[String], b: &[String]) -> bool {
    if a == b {
        return !a.is_empty();
    }
    let content = |v: &[String]| -> BTreeSet<String> {
        let grammar = |w: &&String| FUNCTION_WORDS.split_ascii_whitespace().any(|f| f == w.as_str());
        v.iter().filter(|w| w.len() > 2 && !grammar(w)).cloned().collect()
    };
    let (said, before) = (content(a), content(b));
    if before.len() >= 4 && said.len() <= before.len() + 3 && before.is_subset(&said) {
        return true;
    }
    let pairs = |v: &[String]| v.windows(2).map(<[String]>::to_vec).collect::<BTreeSet<_>>();
    let (x, y) = (pairs(a), pairs(b));
    let both = x.intersection(&y).count();
    let least = x.len().max(y.len());
    least >= 4 && both * 10 >= least * 7 || x.len().min(y.len()) >= 5 && both * 10 >= x.len().min(y.len()) * 9
}
