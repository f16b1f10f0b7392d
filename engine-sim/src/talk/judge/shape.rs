//! Shape: what a spoken line looks like, whatever it says: length, language, markup, narration, rating, repetition.
//!
//! Owns: limits, marks, stage directions, words of another world, profanity stems, repeats. Refuses to know: facts and names.

use super::line::{Mention, What};
use super::outside::{CRUEL, MACHINERY, MILD, NARRATION, OUTSIDE, OUTSIDE_PHRASES, RATED, RATED_PHRASES};
use super::pattern::{find, find_any};
use super::token::{Kind, Tok, tokenise};
use super::{
    Case, LINE_BYTES_MAX, LINE_CHARS_MAX, LINE_SENTENCES_MAX, LINE_WORDS_MAX, Violation, ViolationKind,
    prefix, report,
};
use crate::act::ActKind;
use crate::talk::vocabulary::{is_function_word, is_number_word};
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
    if quotes(text) {
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

/// Whether somebody else's words are quoted. One plain word may be ("Who's \"she\"?"), and a saying that all say.
fn quotes(text: &str) -> bool {
    let mark = |c: char| matches!(c, '"' | '“' | '”' | '«' | '»');
    let parts: Vec<&str> = text.split(mark).collect();
    match parts.as_slice() {
        [_] => false,
        [before, word, _] if !before.is_empty() && !word.is_empty() => {
            !word.chars().all(|c| c.is_ascii_lowercase())
        }
        ["", _, after] => {
            let mut behind = after.split_ascii_whitespace();
            let leads = matches!(behind.next(), Some("as" | "that's" | "so"));
            !(leads && behind.take(SAYERS_WORDS_MAX).any(|w| w.trim_end_matches(['.', ',']) == "say"))
        }
        _ => true,
    }
}

/// Within how many words it is said who says a saying: "as the old folk say".
const SAYERS_WORDS_MAX: usize = 5;

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
        let grammar = is_function_word(&t.low) || is_number_word(&t.low);
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
    mild.dedup_by_key(|i| case.line.word(*i));
    if mild.len() >= 2 {
        case.report(ViolationKind::OverRating, mild[0], mild[1] + 1, "is above the rating");
    }
    let search = find_any(
        &case.line,
        &["on your ~2 knees at|in|by|under|near the|our|my? #place $|and|you ~3 find|see|look|spot"],
    );
    let rated = find_any(&case.line, RATED_PHRASES).filter(|hit| search.is_none_or(|s| s.0 != hit.0));
    if let Some((a, b)) = rated.or_else(|| find_any(&case.line, CRUEL)) {
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
    let phrase = find_any(&case.line, OUTSIDE_PHRASES).or_else(|| find_any(&case.line, MACHINERY));
    if let Some((a, b)) = phrase {
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
            // "Osric said Corwin was there": no tag, a source and what it says.
            let sourced = a > 0
                && case.line.word(a) == "said"
                && (case.line.toks[a - 1].any(&["he", "she", "they", "i", "who", "you"])
                    || case.line.mention_at(a - 1).is_some());
            let posted = !sourced
                && case.line.word(a) == "said"
                && case.line.mention_at(b - 1).is_some_and(|m| {
                    matches!(m.what, What::Person(p) if case.pack.act.told_by != Some(p)
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

/// How far into a line a speaker's label may end.
const LABEL_TOKENS_MAX: usize = 3;
/// Most tokens of an entry behind a colon.
const ENTRY_TOKENS_MAX: usize = 7;

/// Verbs that make a sentence of what stands behind a colon.
const FINITE: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "had", "do", "does", "did", "'s", "'ll", "'d", "will", "can",
    "know",
];

/// "Bram: …", at the front or further on.
fn labels(case: &mut Case<'_>) {
    for i in 1..case.line.toks.len() {
        if case.line.word(i) != ":" || heading(case, i) {
            continue;
        }
        let person = case.line.mention_at(i - 1).filter(|m| matches!(m.what, What::Person(_)));
        let label = person.is_some() || case.line.toks[i - 1].any(LABELS);
        let source = person.is_some_and(|m| m.from > 0 && told_by(case, m));
        if i <= LABEL_TOKENS_MAX && label && !source {
            case.report(ViolationKind::Narration, 0, i + 1, "is written as a script");
        } else if person.is_some_and(|m| case.line.toks[m.from].opens && !told_by(case, m)) {
            case.report(ViolationKind::Narration, i - 1, i + 1, "several people speak");
        }
    }
}

/// Whether a mention is the source of what is told.
fn told_by(case: &Case<'_>, m: &Mention) -> bool {
    matches!(m.what, What::Person(p) if case.pack.act.told_by == Some(p))
}

/// "Agnes: moot hall, half past four", "Motive of Lisbet: an old grudge": a list's heading, not a speaker's name.
fn heading(case: &Case<'_>, colon: usize) -> bool {
    let subject = case.line.mention_at(colon - 1).is_some_and(|m| {
        matches!(m.what, What::Person(p) if p != case.pack.speaker
            && case.pack.act.facts.iter().any(|f| f.subject() == Some(p)))
    });
    let sentence = case.line.toks[colon].sentence;
    let rest = || (colon + 1..case.line.toks.len()).take_while(|j| case.line.toks[*j].sentence == sentence);
    let placed = rest()
        .any(|j| case.line.mention_at(j).is_some_and(|m| matches!(m.what, What::Place(_) | What::Time(_))));
    let entry = rest().count() <= ENTRY_TOKENS_MAX && !rest().any(|j| case.line.toks[j].any(FINITE));
    let first = rest().any(|j| case.line.toks[j].any(&["i", "me", "my", "you", "we"]));
    // "Duty for you: one mug of ale."
    let meant = !subject && colon > 1 && case.line.toks[colon - 2].any(&["for", "to", "of", "with", "from"]);
    subject && (placed || entry) && !first || meant
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
        if m.what != What::Person(me) || case.line.toks[m.from].any(&["my", "your"]) {
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
        let the = !named && m.from > 0 && case.line.word(m.from - 1) == "the";
        let begins = the
            && (m.from == 1
                || case.line.begins_segment(m.from - 1)
                || case.line.word(m.from.saturating_sub(2)) == "and" && case.line.begins_segment(m.from - 2));
        let told = named
            && !spoken
            && (verb
                || owner
                || next.is_some_and(|t| t.any(&["is", ",", "was", "has"])) && case.line.toks[m.from].opens)
            || the && (verb && (begins || own_deed(case, m.to)) || owner);
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

/// "She slides the mug across": a pronoun without anybody to mean, in front of a sentence.
fn unmeant(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    let she = case.village.villager(me).she;
    let pronoun = if she { "she" } else { "he" };
    let known = if she { case.context.she.is_some() } else { case.context.he.is_some() };
    let other = case.line.mentions.iter().any(|m| {
        matches!(m.what, What::Person(p) if p != me && !p.is_player() && case.village.villager(p).she == she)
    });
    let beast = |t: &Tok| {
        t.any(&["nell", "pony", "ponies", "mule", "mare", "cat", "dog", "goat", "hen", "cow", "horse"])
    };
    let anyone = |t: &Tok| {
        t.any(&["one", "who", "man", "woman", "somebody", "someone", "child", "girl", "boy", "god"])
    };
    let hit = case.line.toks.iter().position(|t| t.opens && t.is(pronoun));
    let Some(at) = hit.filter(|_| !known && !other) else { return };
    let meant = case.line.toks[..at].iter().any(|t| beast(t) || anyone(t));
    let answers = matches!(case.pack.act.kind, ActKind::Answer | ActKind::Lie | ActKind::Confess);
    let told = at == 0 || !answers && !case.line.asks(at);
    // "She, dear? Which she?": the player's word, asked back.
    let echoed = case.pack.act.kind == ActKind::Clarify
        && case.line.asks(at)
        && case.line.toks.get(at + 1).is_some_and(|t| t.kind == Kind::Mark);
    if told && !meant && !echoed && !case.line.toks.iter().any(beast) {
        case.report(ViolationKind::Narration, at, at + 1, "tells of somebody instead of speaking");
    }
}

/// A word of meaning said too often for so short a line.
fn harps(case: &Case<'_>, count: usize) -> bool {
    let content = |t: &&Tok| {
        t.kind == Kind::Word
            && t.low.len() > 2
            && !t.is("n't")
            && !is_number_word(&t.low)
            && !is_function_word(&t.low)
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
                || *n >= 3 && count <= 22 && !several && named.contains(*w) && !asked_of(case, w))
    })
}

/// Longest phrase that may be said three times over for the feeling of it.
const OUTCRY_WORDS_MAX: usize = 3;
/// Least words that a line with such an outcry says besides.
const OUTCRY_REST_MIN: usize = 4;

/// "Wait, wait, wait, which one?", "You got it, you got it, you got it!": a line's outcry said once, where the line says more.
fn once(now: Vec<String>) -> Vec<String> {
    let mut out = now.clone();
    for len in 1..=OUTCRY_WORDS_MAX {
        let mut i = 0;
        while i + len <= out.len() {
            let phrase = out[i..i + len].to_vec();
            let drums = len > 1 && phrase.iter().all(|w| *w == phrase[0]);
            let times =
                usize::from(!drums) * out[i..].chunks(len).take_while(|c| *c == phrase.as_slice()).count();
            if times == 3 {
                out.drain(i + len..i + 3 * len);
            }
            i += 1 + (times.saturating_sub(1)) * len * usize::from(times > 3);
        }
    }
    if out.len() > OUTCRY_REST_MIN { out } else { now }
}

/// "Osric, Osric, always Osric": of whom the player asks, where nothing is to be told.
fn asked_of(case: &Case<'_>, word: &str) -> bool {
    !case.pack.act.kind.carries_facts() && case.player.toks.iter().any(|t| t.is(word))
}

fn repeats(case: &mut Case<'_>) {
    let said: Vec<String> = words(&case.line.toks).map(|t| t.low.clone()).collect();
    let now = once(said.clone());
    let mut seen = BTreeSet::new();
    let mut twice = 0;
    // Two facts that share a place or an hour share its words.
    let several = case.pack.act.facts.len() > 1;
    let plain: Vec<bool> = (0..case.line.toks.len())
        .filter(|i| case.line.toks[*i].kind != Kind::Mark)
        .map(|i| !several || case.line.mention_at(i).is_none())
        .collect();
    let plain = if now.len() == said.len() { plain } else { vec![true; now.len()] };
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
        .filter(|p| p.iter().all(|w| !is_function_word(w)))
        .collect();
    let paired = now.len() <= 24 && pairs.iter().any(|p| pairs.iter().filter(|q| *q == p).count() >= 3);
    let drummed = now.windows(4).any(|w| w.iter().all(|x| *x == w[0]));
    let coupled = !several
        && now.len() <= 24
        && now.windows(2).any(|p| !is_first(p) && now.windows(2).filter(|q| *q == p).count() >= 4);
    let doubled = twice >= 3 && twice * 5 >= now.len();
    if doubled || thrice || drummed || coupled || same || paired || harps(case, now.len()) {
        case.report(ViolationKind::Repetition, 0, case.line.toks.len(), "repeats itself");
    }
    let now = said;
    for last in case.pack.last_lines.iter().rev().take(super::VIOLATIONS_MAX) {
        let before: Vec<String> =
            words(&tokenise(prefix(last, LINE_BYTES_MAX))).map(|t| t.low.clone()).collect();
        if alike(&now, &before) {
            case.report(ViolationKind::Repetition, 0, case.line.toks.len(), "repeats an earlier line");
            return;
        }
    }
}

/// "I'm a coward, I'm a fool": the subject of each clause.
fn is_first(pair: &[String]) -> bool {
    matches!((pair[0].as_str(), pair[1].as_str()), ("i", "'m" | "'ve" | "am" | "have" | "do"))
}

/// Equal, or nearly: three quarters of the pairs of words in common.
fn alike(a: &[String], b: &[String]) -> bool {
    if a == b {
        return !a.is_empty();
    }
    let content = |v: &[String]| -> BTreeSet<String> {
        v.iter().filter(|w| w.len() > 2 && !is_function_word(w)).cloned().collect()
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
