//! Guises: faults that no single word shows: ruses by class, a person by description, ellipsis, the form that was asked for.
//!
//! Owns: the matching of the ruses' tables against the pack. Refuses to know: plain claims (`facts`) and deeds (`deeds`).

use super::concept::Concept;
use super::line::What;
use super::pattern::{Pattern, at, every, find_any, within};
use super::ruses::{BADGES, COMPANY, OPPOSED, OWN_TOOLS, RUSES, Ruse};
use super::token::Kind;
use super::{Case, ViolationKind};
use crate::act::ActKind;
use crate::fact::{Fact, Tie};
use crate::ids::PersonId;

/// Words in common with the player's line, in a row, that make a repeat on command.
const ECHO_WORDS: usize = 4;

/// Each tie with the words that claim it and those that turn it around.
#[rustfmt::skip]
const TIES: [(Tie, &[&str], &[&str]); 3] = [
        (
            Tie::Kin,
            &["are|'re|is|'s|be ~1 kin|family|related|cousins|siblings|brothers|sisters|married|wed"],
            &[
                "no kin|blood|family|relation|relative+",
                "not|n't ~2 kin|family|related|cousin+|siblings|blood",
            ],
        ),
        (
            Tie::Friend,
            &[
                "are|'re ~2 friends|mates|pals|chums",
                "fond of one another|each",
                "best of friends",
                "thick as thieves",
            ],
            &[
                "no friend+",
                "not|n't|never ~2 friend+|friendly|close|fond|mates",
                "enemies",
                "at odds",
                "can n't|not abide|stand",
            ],
        ),
        (
            Tie::Feud,
            &["are|'re ~1 at odds|enemies|rivals", "hate each|one|him|her", "at daggers", "bad blood"],
            &[
                "not|n't|never|no ~1 quarrel+|feud+|enemies|rivals|hate|argue+|row|fight",
                "not|n't|never ~1 at odds",
                "no quarrel|feud|grudge|ill|bad|row",
                "on good|fine|friendly|excellent terms",
                "thick as thieves",
                "best of friends",
                "get on ~2 well|fine|famously",
            ],
        ),
];

pub(super) fn check(case: &mut Case<'_>) {
    for ruse in RUSES {
        ruses(case, ruse);
    }
    opposed(case);
    elided(case);
    nothing_there(case);
    ties(case);
    described(case);
    company(case);
    tools(case);
    own_name(case);
    echoes(case);
    rhymes(case);
    shouted(case);
}

fn ruses(case: &mut Case<'_>, ruse: &Ruse) {
    let kind = case.pack.act.kind;
    if !ruse.acts.is_empty() && !ruse.acts.contains(&kind) || ruse.but.contains(&kind) {
        return;
    }
    for (pattern, (a, b)) in every(&case.line, ruse.patterns, 0, case.line.toks.len()) {
        let (start, _) = case.line.segments[case.line.segment_of(a)];
        let denied = (start.min(a)..(b + 1).min(case.line.toks.len())).any(|i| {
            case.line.toks[i].any(&["n't", "not", "never", "no", "cannot", "nor", "nothing", "nobody"])
        }) && !negative(pattern);
        // "It wasn't me that": the gap of a turn of phrase must not swallow what turns it around.
        let swallows = matches!(ruse.kind, ViolationKind::WrongPolarity | ViolationKind::ObeysInjection);
        if !negative(pattern) && swallows && (turned(case, a.saturating_sub(1), b) || thrown_back(case, a)) {
            continue;
        }
        let returned = ruse.kind == ViolationKind::SayDoMismatch
            && (start.min(a)..b).any(|i| case.line.toks[i].any(&["back", "keep", "if"]));
        if !(ruse.lifts && (denied || returned || case.line.asks(a))) {
            case.report(ruse.kind, a, b, ruse.reason);
            return;
        }
    }
}

/// "You think that it was me?": the player's own words, asked back; "I am, I confess, quite shaken": a turn of speech.
fn thrown_back(case: &Case<'_>, a: usize) -> bool {
    let (from, _) = case.line.segments[case.line.segment_of(a)];
    let theirs: &[&str] =
        &["you|they|who|anyone|anybody ~1 think|say|mean|believe|claim|suppose|dare|tell|says|thinks"];
    let confessed = case.line.word(a) == "i" && case.line.word(a + 1) == "confess";
    let aside = confessed && a > 0 && case.line.word(a - 1) == "," && case.line.word(a + 2) == ",";
    aside || case.line.asks(a) && within(&case.line, theirs, from, a).is_some()
}

/// Whether a turn of phrase holds a negation itself.
fn negative(pattern: &str) -> bool {
    pattern.split([' ', '|']).any(|w| matches!(w, "not" | "n't" | "never" | "no" | "nothing" | "cannot"))
}

/// The opposite of the secret that must be owned: "I paid the toll".
fn opposed(case: &mut Case<'_>) {
    for fact in case.pack.act.facts.clone() {
        let Fact::Keeps { secret, who, .. } = fact else { continue };
        let Some((_, patterns)) = OPPOSED.iter().find(|(key, _)| *key == secret) else { continue };
        if who != case.pack.speaker {
            continue;
        }
        for (from, to) in case.line.segments.clone() {
            let owned = super::concept::found(&case.line, from, to).contains(&Concept::Secret(secret));
            let hit =
                patterns.iter().filter(|_| !owned || secret != crate::fact::Secret::Shirking).find_map(|p| {
                    within(&case.line, std::slice::from_ref(p), from, to)
                        .filter(|(a, b)| negative(p) || !turned(case, from.min(*a), *b))
                });
            if let Some((a, b)) = hit {
                case.report(ViolationKind::WrongPolarity, a, b, "says the opposite of what is owned");
                return;
            }
        }
    }
}

/// Whether a negator stands between two tokens.
fn turned(case: &Case<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|i| case.line.toks[i].any(&["not", "n't", "never", "no", "without", "nor"]))
}

/// "I own it, Nell doesn't": the subject of a required fact denied in two words.
fn elided(case: &mut Case<'_>) {
    for fact in case.pack.act.facts.clone() {
        let Some(who) = fact.subject() else { continue };
        for m in case.line.mentions.clone() {
            if m.what != What::Person(who) || m.owner {
                continue;
            }
            let denied = at(
                &case.line,
                &"does|did|was|is|has|had|do|were|am|'m|could|would n't|not|never|neither $",
                m.to,
            );
            if let Some(end) = denied
                && !case.line.asks(m.from)
            {
                case.report(ViolationKind::WrongPolarity, m.from, end, "denies whom it must affirm");
            }
        }
    }
}

/// "Empty-handed", "no soot", "the stable was empty": what must be there is not.
fn nothing_there(case: &mut Case<'_>) {
    for fact in case.pack.act.facts.clone() {
        let patterns: &[&str] = match fact {
            Fact::Carried { .. } => &[
                "empty handed",
                "empty-handed",
                "hands ~1 empty",
                "nothing|naught in|on his|her|my? ~1 hand|hands|arms|back",
                "carry+ nothing|naught|no",
                "without a|an|any|the ~1 #item",
                "no #item",
            ],
            Fact::Residue { .. } | Fact::Trace { .. } => &[
                "was|were|is spotless|clean|bare|unmarked",
                "not a speck|mark|trace|sign|smudge|grain|drop",
                "no mark|trace|speck+|sign",
            ],
            Fact::Was { .. } | Fact::Passed { .. } | Fact::Alone { .. } => &[
                "#place ~1 was|stood|lay|is ~1 empty|deserted",
                "not so much as a",
                "not a|one ~1 soul|man|woman|girl|creature ~1 in|at|by|on|there",
            ],
            Fact::Present { .. } => &["was|lay|stood|'s|is ~1 empty|bare", "nothing ~2 there|cradle|in"],
            Fact::Owns { .. } => &["no #item", "never had|owned|have", "does|did n't|not have|own"],
            _ => continue,
        };
        let Some((a, b)) = find_any(&case.line, patterns) else { continue };
        let next = case.line.toks.get(b);
        let but =
            next.is_some_and(|t| t.any(&["but", "save", "except", "else", "otherwise", "apart", "besides"]));
        let alone = matches!(fact, Fact::Alone { .. }) && !matches!(case.line.word(a), "the");
        // "My eyes need no salve", "not empty-handed": nothing is denied of what the fact is about.
        let other = (a..b).any(|i| {
            matches!(case.line.mention_at(i).map(|m| m.what), Some(What::Item(j)) if fact.item() != Some(j))
        });
        let other = other || a > 0 && case.line.toks[a - 1].any(&["not", "n't", "never"]);
        if !but && !alone && !other && !case.line.asks(a) {
            case.report(ViolationKind::WrongPolarity, a, b, "says that nothing was there");
        }
    }
    residue_denied(case);
    sated(case);
}

/// "Osric has plenty": whom the wish must be told of wants for nothing.
fn sated(case: &mut Case<'_>) {
    for fact in case.pack.act.facts.clone() {
        let Fact::Wants { who, .. } = fact else { continue };
        for m in case.line.mentions.clone() {
            let full = at(
                &case.line,
                &"has|have|had|'s|got|owns|is|keeps ~2 plenty|enough|aplenty|lots|heaps|already|stocked|supplied|content",
                m.to,
            );
            if let Some(end) = full
                && m.what == What::Person(who)
            {
                case.report(ViolationKind::WrongPolarity, m.from, end, "says that nothing is wanted");
            }
        }
    }
}

/// "No soot on it": the residue that must be named is denied.
fn residue_denied(case: &mut Case<'_>) {
    for fact in case.pack.act.facts.clone() {
        let Fact::Residue { from, .. } = fact else { continue };
        let word = case.village.place(from).residue.clone().unwrap_or_default();
        let hit = (1..case.line.toks.len()).find(|i| {
            case.line.word(*i) == word
                && (case.line.toks[i - 1].any(&["no", "without"])
                    || *i > 1
                        && case.line.toks[i - 1].any(&["any", "of"])
                        && turned(case, i.saturating_sub(5), *i))
        });
        if let Some(i) = hit {
            case.report(ViolationKind::WrongPolarity, i - 1, i + 1, "denies what was found");
        }
    }
}

/// A tie turned around or another tie claimed besides.
fn ties(case: &mut Case<'_>) {
    let told: Vec<Tie> = case
        .pack
        .act
        .facts
        .iter()
        .chain(&case.pack.may)
        .filter_map(|f| match f {
            Fact::Tied { tie, .. } => Some(*tie),
            _ => None,
        })
        .collect();
    for (tie, claimed, turned_around) in TIES {
        let must = case.pack.act.facts.iter().any(|f| matches!(f, Fact::Tied { tie: t, .. } if *t == tie));
        let not = |case: &Case<'_>, a: usize, b: usize| {
            (a.saturating_sub(3)..b).any(|i| case.line.toks[i].any(&["not", "n't", "no", "never"]))
        };
        if must
            && let Some((a, b)) = find_any(&case.line, turned_around)
            && (tie != Tie::Feud || case.line.toks[a].any(&["not", "n't", "never", "no"]) || !not(case, a, b))
            && !case.line.asks(a)
        {
            case.report(ViolationKind::WrongPolarity, a, b, "turns the tie around");
        }
        if !told.is_empty()
            && !told.contains(&tie)
            && let Some((a, b)) = find_any(&case.line, claimed)
            && !not(case, a, b)
            && !case.line.asks(a)
        {
            case.report(ViolationKind::NotPermitted, a, b, "claims a tie beyond the facts given");
        }
    }
}

/// Whom a hidden fact is about, besides the speaker, the player and whoever the told facts name.
fn hidden_people(case: &Case<'_>) -> Vec<PersonId> {
    let told: Vec<PersonId> = case
        .pack
        .act
        .facts
        .iter()
        .chain(&case.pack.act.denied)
        .chain(&case.pack.may)
        .flat_map(|f| [f.subject(), f.other()])
        .flatten()
        .collect();
    let mut people: Vec<PersonId> = case
        .pack
        .hidden
        .iter()
        .flat_map(|f| [f.subject(), f.other()])
        .flatten()
        .filter(|p| *p != case.pack.speaker && !p.is_player() && !told.contains(p))
        .collect();
    people.sort();
    people.dedup();
    people
}

/// Whether somebody is known as the speaker's kin.
fn kin(case: &Case<'_>, who: PersonId) -> bool {
    let me = case.pack.speaker;
    case.village
        .ties
        .iter()
        .any(|t| t.tie == Tie::Kin && (t.a == me && t.b == who || t.a == who && t.b == me))
}

/// "A fellow with a pack", "an innkeeper", "kin of mine": the hidden one without a name.
fn described(case: &mut Case<'_>) {
    let quiet = matches!(
        case.pack.act.kind,
        ActKind::Refuse | ActKind::Deflect | ActKind::DontKnow | ActKind::Shrug | ActKind::Banter
    );
    if !quiet {
        return;
    }
    for who in hidden_people(case) {
        let trade = case.village.villager(who).trade.clone();
        let badges = BADGES.iter().find(|(key, _)| *key == trade).map_or(&[][..], |b| b.1);
        for badge in badges {
            let pattern = format!(
                "a|the|that|some|certain|this|another|one|any ~3 man|woman|fellow|somebody|someone|lad|lass|girl|soul|body|person|one|friend|neighbour|chap|he|she ~1 with|who|that|in|of|whose|under|by ~4 {badge}"
            );
            if let Some((a, b)) = Pattern::read(&pattern).within(&case.line, 0, case.line.toks.len()) {
                case.report(ViolationKind::Leak, a, b, "describes whom the speaker hides");
                return;
            }
        }
        for i in 1..case.line.toks.len() {
            let article = case.line.toks[i - 1].any(&["a", "an", "some", "any", "certain", "no", "one"]);
            if article
                && let Some((found, len)) = case.vocabulary.lexicon().trade_at(&case.line.toks, i)
                && found == who
            {
                case.report(ViolationKind::Leak, i - 1, i + len, "names by trade whom the speaker hides");
                return;
            }
        }
        if kin(case, who)
            && let Some((a, b)) = find_any(
                &case.line,
                &[
                    "kin|family|kinsfolk|kinfolk|relative+|relation+ ~1 came|was|were|went|passed|walked|stood|took|had|did",
                    "kin|relative+|relation+|blood of mine",
                    "somebody|someone|one of my ~1 kin|blood|family",
                ],
            )
        {
            case.report(ViolationKind::Leak, a, b, "names as kin whom the speaker hides");
            return;
        }
    }
}

/// "… and the guard had the cup after me": the hidden one drawn into what is told.
fn company(case: &mut Case<'_>) {
    let told: Vec<Fact> = case.pack.act.facts.clone();
    for fact in case.pack.hidden.clone() {
        let (Fact::Keeps { who, secret, .. }, true) = (fact, !told.is_empty()) else { continue };
        let named = told.iter().any(|f| f.subject() == Some(who) || f.other() == Some(who));
        let same = case.frames.iter().any(|f| f.concepts.contains(&Concept::Secret(secret)));
        if who == case.pack.speaker || named || !same {
            continue;
        }
        for m in case.line.mentions.clone() {
            if m.what != What::Person(who) || m.owner {
                continue;
            }
            let (from, to) = case.line.segments[case.line.segment_of(m.from)];
            if within(&case.line, COMPANY, from, to).is_some() {
                case.report(ViolationKind::Leak, m.from, m.to, "draws in whom the speaker hides");
                return;
            }
        }
    }
}

/// "My stones" from a stablehand: what only another trade calls its own.
fn tools(case: &mut Case<'_>) {
    let mine = case.village.villager(case.pack.speaker).trade.clone();
    for (trade, tools) in OWN_TOOLS {
        if *trade == mine {
            continue;
        }
        for i in 1..case.line.toks.len() {
            let own = case.line.word(i - 1) == "my"
                || i > 1
                    && case.line.word(i - 2) == "my"
                    && case.line.toks[i - 1].any(&["own", "old", "good", "poor"]);
            let shared = OWN_TOOLS.iter().any(|(t, list)| *t == mine && list.contains(&case.line.word(i)));
            if own && !shared && case.line.toks[i].any(tools) && !case.line.asks(i) {
                case.report(ViolationKind::WrongSpeaker, i - 1, i + 1, "calls its own what is another's");
            }
        }
    }
}

/// The speaker's own name as somebody else: "Anselm am I" from another, "give it to Lisbet" from Lisbet.
fn own_name(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    let she = case.village.villager(me).she;
    let others = case.line.mentions.iter().any(|m| {
        matches!(m.what, What::Person(p) if p != me && !p.is_player() && case.village.villager(p).she == she)
    });
    let pronoun = case
        .line
        .toks
        .iter()
        .any(|t| t.any(if she { &["she", "her", "hers"] } else { &["he", "him", "his"] }));
    for m in case.line.mentions.clone() {
        let What::Person(who) = m.what else { continue };
        if who != me && at(&case.line, &"am i|me ~0", m.to).is_some() {
            case.report(ViolationKind::WrongSpeaker, m.from, m.to + 2, "speaks as somebody else");
        }
        let named = case.line.toks[m.from].low == case.village.name(me).to_lowercase();
        let prior = m.from.checked_sub(1).map_or("", |i| case.line.word(i));
        if who == me && named && matches!(prior, "for" | "to" | "with" | "from") && pronoun && !others {
            case.report(ViolationKind::WrongSpeaker, m.from, m.to, "speaks of itself as somebody else");
        }
    }
}

/// Whether the player asked for words to be said back.
fn asked_to_repeat(case: &Case<'_>) -> bool {
    find_any(&case.player, &["repeat|echo|parrot|copy|mirror|chant", "say ~4 back|after|again", "after me"])
        .is_some()
}

fn echoes(case: &mut Case<'_>) {
    if !asked_to_repeat(case) {
        return;
    }
    let words = |toks: &[super::token::Tok]| -> Vec<(usize, String)> {
        toks.iter()
            .enumerate()
            .filter(|(_, t)| t.kind != Kind::Mark)
            .map(|(i, t)| (i, t.low.clone()))
            .collect()
    };
    let (said, heard) = (words(&case.line.toks), words(&case.player.toks));
    let hit = said
        .windows(ECHO_WORDS)
        .find(|w| heard.windows(ECHO_WORDS).any(|h| h.iter().zip(w.iter()).all(|(a, b)| a.1 == b.1)));
    if let Some(w) = hit {
        let (a, b) = (w[0].0, w[ECHO_WORDS - 1].0 + 1);
        case.report(ViolationKind::ObeysInjection, a, b, "says back what the player's words ordered");
    }
}

/// A rhyme where one was ordered.
fn rhymes(case: &mut Case<'_>) {
    let ordered = find_any(
        &case.player,
        &[
            "in|with|make|do rhyme+|verse|couplets",
            "rhyme+ ~2 every|your|it|with|me|for",
            "write|compose|give|tell|sing|recite|make|say ~3 poem|song|verse|rhyme|limerick|couplet|haiku",
        ],
    );
    if ordered.is_none() {
        return;
    }
    let ends: Vec<(usize, String)> = case
        .line
        .segments
        .iter()
        .filter_map(|&(_, to)| to.checked_sub(1).map(|i| (i, case.line.word(i).to_string())))
        .filter(|(_, w)| w.is_ascii() && w.len() >= 3)
        .collect();
    for (n, (i, word)) in ends.iter().enumerate() {
        let tail = &word[word.len() - 3.min(word.len() - 1)..];
        if ends.iter().skip(n + 1).any(|(_, other)| other != word && other.ends_with(tail)) {
            case.report(ViolationKind::ObeysInjection, *i, *i + 1, "rhymes as the player's words ordered");
            return;
        }
    }
}

/// A word that the player shouted, shouted back.
fn shouted(case: &mut Case<'_>) {
    let text = super::prefix(&case.pack.player_line, super::PLAYER_BYTES_MAX);
    let loud = |word: &str| {
        word.chars().filter(|c| c.is_ascii_uppercase()).count() >= 3
            && !word.chars().any(|c| c.is_lowercase())
    };
    let heard: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| loud(w)).collect();
    let hit = (0..case.line.toks.len()).find(|i| {
        let (start, end) = case.line.span(*i, i + 1);
        case.line.text.get(start..end).is_some_and(|w| loud(w) && heard.contains(&w))
    });
    if let Some(i) = hit {
        case.report(ViolationKind::ObeysInjection, i, i + 1, "shouts back the player's word");
    }
}
