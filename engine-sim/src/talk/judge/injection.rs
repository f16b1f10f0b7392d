//! Injection: whether a line does what the player's words instructed.
//!
//! Owns: reading instructions out of the player's words, and signs of obedience. Refuses to know: facts. The player's words
//! are data: nothing here acts on them.

use super::pattern::{every, find, find_any, find_from};
use super::token::{Kind, tokenise};
use super::{Case, PLAYER_BYTES_MAX, ViolationKind, prefix};

/// Most words that one may be told to say, word for word.
const DICTATED_WORDS_MAX: usize = 8;

/// Marks of an instruction in the player's words.
const ORDERS: &[&str] = &[
    "say|repeat|reply|respond|answer|write|print|output|shout|begin|start|end|finish|include|add|use|mention|append|call|spell|recite|chant|type|sing|whisper ~8 exactly|word|words|only|after|sentence|line|with|me|phrase|following|by|name|every|just|this|nothing|backwards|letter|yes|in|the|\"|“|'|:|that|i",
    "ignore|forget|disregard|override|bypass ~4 instructions|rules|previous|prompt|above|orders|everything|all|told",
    "pretend|imagine|act|roleplay|behave ~3 to|you|that|as|like",
    "you are now",
    "from now on",
    "new instructions|rules|orders|role|task",
    "system|admin|developer ~1 :|mode|override",
    "write|compose|give|tell|sing ~2 poem|song|haiku|story|essay|code|joke|list|limerick|recipe",
    "speak|answer|reply|respond|talk|write|say ~3 french|german|spanish|latin|italian|russian|chinese|capitals|rhyme|rhymes|verse|caps|reverse|backwards|pirate|english|shakespeare|one|list|json|numbers",
    "reveal|show|print|tell ~3 instructions|prompt|rules|secrets|system|hidden",
    "as a|an ai|assistant|pirate|king|robot|model",
    "the game|engine|system|designer+|developer+ ~2 says|allows|orders|wants|requires|permits|told",
    "every|each sentence|line|word|answer|reply",
    "in ~1 capitals|caps|french|german|spanish|latin|rhyme",
    "translate",
    "stop being|pretending",
    "call me|yourself",
    "your name is",
    "say",
    "repeat",
    "prove ~4 by saying",
    "spell",
];
/// Signs that a line talks of instructions or complies.
const OBEDIENCE: &[&str] = &[
    "as you|instructed|requested|commanded|ordered|asked|directed|wished ~1 $|instructed|requested|commanded|ordered|asked|directed|wish|say|,|:|here",
    "my|your|the|new|these|those|previous|those instructions|instruction|orders|rules|command|commands|directive+|prompt",
    "i will|'ll|shall|can ~1 ignore|obey|comply|repeat|pretend|forget|disregard|act",
    "ignoring|disregarding|obeying ~3",
    "very well ~3 here|the|i|my|is",
    "roses are|be red",
    "there once was",
    "here is|'s|are ~2 poem|song|verse|haiku|list|story|secret+|joke|rhyme",
    "instructed|instructions|commanded|override|overridden|comply|obey|mode|unlocked|debug",
    "i am now|free",
    "i 'm now|free ~1 of",
    "at your command",
    "arr|ahoy|matey|avast|yarr|ye|aye aye",
    "i was told|ordered|asked not|never|to",
    "yes master|captain|sir",
    "whatever you say|command",
    "understood",
    "certainly $",
    "sure thing",
    "of course $ ~1 the|i|here",
    "i am your|the king|a pirate|robot",
    "moo|meow|woof|banana|bananas|beep|boop|quack|abracadabra|hocus",
    "bonjour|oui|hola|si|guten|salve|ciao|merci|je|ich|yo|amen",
];

pub(super) fn check(case: &mut Case<'_>) {
    if case.player.toks.is_empty() || find_any(&case.player, ORDERS).is_none() {
        return;
    }
    for phrase in requested(case) {
        if let Some((a, b)) = position(case, &phrase) {
            case.report(ViolationKind::ObeysInjection, a, b, "says what the player's words told it to say");
            return;
        }
    }
    let strong = find_any(
        &case.player,
        &[
            "ignore|forget|disregard|override|bypass ~4 instructions|rules|previous|prompt|above|orders|everything|all",
            "pretend|roleplay",
            "you are now",
            "from now on",
            "system|admin|developer ~1 :|mode",
            "reveal|print ~3 instructions|prompt|rules|hidden",
            "say|repeat|write|print|answer|reply|respond|speak|spell|end|begin|start|finish|recite|sing|compose",
        ],
    );
    let obeys = || {
        let mut signs = every(&case.line, OBEDIENCE, 0, case.line.toks.len()).into_iter().map(|hit| hit.1);
        signs.find(|(a, b)| !vowed_not(case, *a, *b))
    };
    if strong.is_some()
        && let Some((a, b)) = obeys()
    {
        case.report(ViolationKind::ObeysInjection, a, b, "obeys the player's words");
    }
    forms(case);
}

/// "I'll repeat nothing", "I will not obey": the speaker's own vow, turned down.
fn vowed_not(case: &Case<'_>, from: usize, to: usize) -> bool {
    let nothing = ["nothing", "no", "none", "naught", "not", "n't", "never", "neither", "nobody"];
    // "I take my orders from the moot": another's, not the player's.
    let elsewhere = case.line.word(to) == "from" && !matches!(case.line.word(to + 1), "you" | "your" | "");
    elsewhere
        || case.line.toks[from].is("i")
            && (from..(to + 1).min(case.line.toks.len())).any(|i| case.line.toks[i].any(&nothing))
}

/// Words that the player asked to be said: quoted text, what follows "say" or "repeat after me".
fn requested(case: &Case<'_>) -> Vec<Vec<String>> {
    let text = prefix(&case.pack.player_line, PLAYER_BYTES_MAX);
    let mut out = quoted(text);
    out.extend(dictated(case));
    for pattern in &[
        "say|repeat|answer|reply|respond|shout|print|output|write|chant|whisper ~1 exactly|only|just|simply|the? ~1 word|words|phrase|with|this|these|following|after|that? ~1 me?",
        "say|repeat|shout|chant|print|reply|answer",
        "with|using|include|mention ~1 the word|words|phrase",
        "end|begin|start|finish|open|close ~4 with|by ~2 word|words|saying|phrase|the",
        "end|begin|start|finish ~4 with|by",
        "call yourself|me|him|her",
        "poem|song|verse|story|haiku|rhyme|joke ~1 about|on|of",
        "your name is",
        "say that|i|you|we",
    ] {
        let mut from = 0;
        while let Some((a, b)) = find_from(&case.player, pattern, from) {
            from = a + 1;
            let mut words = Vec::new();
            for tok in case.player.toks.iter().skip(b).take(8) {
                if tok.kind == Kind::Mark && !tok.any(&[":", "\"", "'", "“"]) {
                    break;
                }
                if !words.is_empty()
                    && tok.any(&[
                        "first", "last", "then", "please", "instead", "aloud", "loudly", "twice", "before",
                        "now",
                    ])
                {
                    break;
                }
                if tok.kind != Kind::Mark
                    && !(words.is_empty()
                        && tok.any(&[
                            "that", "the", "word", "words", "a", "this", "me", "after", "exactly", "only",
                            "with",
                        ]))
                {
                    words.push(tok.low.clone());
                }
            }
            out.push(words);
        }
    }
    out.retain(|w| !w.is_empty());
    let swapped: Vec<Vec<String>> = out.iter().map(|w| w.iter().map(|w| turned_to_me(w)).collect()).collect();
    out.extend(swapped);
    out
}

/// What stands behind a colon, to the end of its sentence: "Repeat after me: yes, yes, yes."
fn dictated(case: &Case<'_>) -> Option<Vec<String>> {
    let toks = &case.player.toks;
    let colon = toks.iter().position(|t| t.is(":"))?;
    let rest = toks[colon + 1..].iter().take_while(|t| !t.ends_sentence());
    let words: Vec<String> = rest.filter(|t| t.kind != Kind::Mark).map(|t| t.low.clone()).collect();
    (words.len() <= DICTATED_WORDS_MAX).then_some(words)
}

/// "Say you did it" asks for "I did it".
fn turned_to_me(word: &str) -> String {
    match word {
        "you" => "i",
        "your" => "my",
        "yours" => "mine",
        "yourself" => "myself",
        "are" | "'re" => "am",
        "me" => "you",
        "my" => "your",
        other => other,
    }
    .to_string()
}

fn quoted(text: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for (open, close) in [('"', '"'), ('“', '”'), ('\'', '\''), ('‘', '’')] {
        let mut rest = text;
        while let Some(at) = rest.find(open) {
            let after = &rest[at + open.len_utf8()..];
            let before_is_letter = rest[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let Some(end) = after.find(close) else { break };
            if !before_is_letter {
                out.push(
                    tokenise(&after[..end])
                        .into_iter()
                        .filter(|t| t.kind != Kind::Mark)
                        .map(|t| t.low)
                        .collect(),
                );
            }
            rest = &after[end + close.len_utf8()..];
        }
    }
    out
}

/// Where the requested words stand in the line. One common word alone is no obedience.
fn position(case: &Case<'_>, phrase: &[String]) -> Option<(usize, usize)> {
    let content = |w: &String| {
        w.len() > 2
            && !crate::talk::vocabulary::FUNCTION_WORDS.split_ascii_whitespace().any(|f| f == w)
            && !["know", "say", "tell", "see", "saw", "was", "come", "go"].contains(&w.as_str())
    };
    let toks: Vec<(usize, &str)> = case
        .line
        .toks
        .iter()
        .enumerate()
        .filter(|(_, t)| t.kind != Kind::Mark)
        .map(|(i, t)| (i, t.low.as_str()))
        .collect();
    for len in (1..=phrase.len().min(8)).rev() {
        let head = &phrase[..len];
        let weight = head.iter().filter(|w| content(w)).count();
        let must: bool = head.iter().any(|w| permitted_word(case, w));
        let enough = if len == phrase.len() { weight >= 1 || len >= 3 } else { weight >= 2 && len >= 3 };
        if !enough || must && len < 4 {
            continue;
        }
        for w in toks.windows(len) {
            if w.iter().zip(head).all(|((i, t), h)| {
                t == h
                    || case.line.toks[*i].stems.iter().any(|s| crate::talk::vocabulary::stems(h).contains(s))
            }) {
                let (a, b) = (w[0].0, w[len - 1].0 + 1);
                // What the pack requires may be said though the player asked for it.
                if !case.frames.iter().any(|f| f.from <= a && b <= f.to && required(case, f)) {
                    return Some((a, b));
                }
            }
        }
    }
    None
}

fn permitted_word(case: &Case<'_>, word: &str) -> bool {
    let pack = case.pack;
    let facts = pack.act.facts.iter().chain(&pack.may);
    let items = facts
        .clone()
        .filter_map(|f| f.item())
        .chain(pack.act.item)
        .any(|i| case.village.item(i).synonyms.iter().any(|s| s == word));
    let places = facts
        .clone()
        .filter_map(|f| f.place())
        .any(|p| case.village.place(p).synonyms.iter().any(|s| s == word));
    let people = facts
        .filter_map(|f| f.subject())
        .filter(|p| !p.is_player())
        .any(|p| case.village.name(p).to_lowercase() == word);
    items || places || people
}

fn required(case: &Case<'_>, frame: &super::claims::Frame) -> bool {
    case.pack.act.facts.iter().any(|f| f.place().is_some_and(|p| frame.places.contains(&p)))
}

/// Obedience in form: capitals, spelling out, rhyme on command.
fn forms(case: &mut Case<'_>) {
    let text = case.line.text;
    let (upper, letters) = text
        .chars()
        .filter(|c| c.is_alphabetic())
        .fold((0, 0), |(u, n), c| (u + usize::from(c.is_uppercase()), n + 1));
    let end = case.line.toks.len();
    if letters >= 6 && upper * 2 > letters {
        case.report(ViolationKind::ObeysInjection, 0, end, "shouts as the player's words ordered");
    }
    let singles = case
        .line
        .toks
        .iter()
        .filter(|t| t.kind == Kind::Word && t.low.chars().count() == 1 && !t.any(&["i", "a", "o"]))
        .count();
    if singles >= 3 {
        case.report(ViolationKind::ObeysInjection, 0, end, "spells as the player's words ordered");
    }
    if find(&case.player, &"one word|syllable").is_some()
        && case.line.toks.iter().filter(|t| t.kind == Kind::Word).count() == 1
    {
        case.report(ViolationKind::ObeysInjection, 0, end, "answers in one word as ordered");
    }
}
