//! Scenes: what moves while somebody speaks, told in the line: "my stick taps the floor", "I set down the jug".
//!
//! Owns: the two shapes of such a sentence (a thing that moves by itself, the speaker who handles one) and the verbs that
//! make them. Refuses to know: set phrases of narration (`stage`, `outside`). Whoever speaks of a thing says that it is, was
//! or will be so; a thing that moves in the present, once, in front of the listener, is seen and told, not said.

use super::line::{Line, What};
use super::stage::HABITS;
use super::token::{Kind, Tok};
use super::{Case, ViolationKind};
use crate::act::ActKind;

/// How far behind its article a subject's verb may stand.
const SUBJECT_WORDS_MAX: usize = 4;

/// What things and parts of the body do by themselves.
#[rustfmt::skip]
const MOVES: &[&str] = &[
    "bang", "bend", "blaze", "boil", "bow", "brighten", "brush", "bubble", "buckle", "buzz", "chime", "clang",
    "clank", "clap", "clasp", "clatter", "clench", "climb", "clink", "close", "cough", "crack", "crackle",
    "crawl", "creak", "crease", "creep", "crumple", "crunch", "curl", "dangle", "darken", "dart", "die",
    "dim", "drain", "drift", "drip", "droop", "drop", "drum", "falter", "fidget", "flail", "flap", "flare",
    "flash", "flick", "flicker", "flop", "flush", "flutter", "fly", "fold", "freeze", "fumble", "gleam",
    "glint", "glisten", "grip", "groan", "grope", "gutter", "harden", "heave", "hiss", "hit", "hitch",
    "hover", "hum", "jerk", "jingle", "jump", "knock", "knot", "lean", "leap", "lift", "linger", "loosen",
    "lower", "lurch", "narrow", "nod", "open", "pale", "pause", "plop", "pop", "pound", "press", "purse",
    "quake", "quiver", "race", "raise", "rap", "rasp", "rattle", "redden", "rock", "roll", "rustle", "sag",
    "scrape", "scratch", "screech", "scuff", "scuttle", "settle", "shake", "shatter", "shift", "shuffle",
    "shut", "sigh", "sink", "sizzle", "skid", "skip", "skitter", "slacken", "slam", "slap", "slide", "slip",
    "slosh", "slump", "smack", "smoke", "snap", "soften", "spatter", "spill", "spin", "spit", "splash",
    "splinter", "splutter", "spread", "sputter", "squeak", "squeal", "stamp", "steam", "stiffen", "stop",
    "stray", "strike", "sway", "swing", "swivel", "tap", "teeter", "thicken", "thrash", "thrum", "thud",
    "thump", "tighten", "tilt", "tip", "toll", "topple", "totter", "trail", "tremble", "trickle", "tumble",
    "twirl", "twist", "twitch", "unfold", "wag", "wave", "waver", "wheeze", "whirl", "whistle", "widen",
    "wring", "wrinkle",
];

/// What a speaker does with hands, feet, eyes and throat.
#[rustfmt::skip]
const HANDLES: &[&str] = &[
    "adjust", "back", "bank", "bar", "beat", "beckon", "bend", "bite", "blink", "blot", "blow", "bolt",
    "bounce", "brush", "bury", "carve", "chew", "choke", "chop", "chuckle", "clap", "clench", "close",
    "clutch", "cock", "cough", "cover", "crack", "cringe", "cross", "crouch", "curtsy", "dip", "dodge",
    "drag", "drain", "drop", "drum", "dry", "duck", "dunk", "dust", "edge", "empty", "fall", "fan", "fiddle",
    "fidget", "finger", "flinch", "fling", "flip", "fold", "freeze", "frown", "gasp", "gaze", "gesture",
    "giggle", "glance", "glare", "grab", "grasp", "grin", "grip", "groan", "growl", "grunt", "gulp", "hammer",
    "hand", "hang", "haul", "heave", "heft", "hide", "hit", "hoist", "hop", "hug", "hum", "jab", "jerk",
    "knead", "kneel", "knock", "knot", "ladle", "latch", "laugh", "lay", "leaf", "lean", "leap", "lick",
    "lift", "light", "lock", "loosen", "lower", "lurch", "motion", "mumble", "murmur", "mutter", "nod",
    "nudge", "open", "pace", "pat", "peer", "pinch", "pluck", "point", "poke", "polish", "pound", "pour",
    "press", "prod", "pull", "push", "put", "raise", "rap", "reach", "rinse", "rise", "rock", "roll", "rub",
    "sag", "scoop", "scowl", "scratch", "scribble", "scrub", "seize", "set", "shake", "shape", "shiver",
    "shoulder", "shove", "shrug", "shudder", "shuffle", "shut", "sigh", "sink", "sip", "sit", "skip", "slap",
    "slice", "slide", "slump", "smack", "smile", "smirk", "smooth", "snap", "snatch", "sniff", "snort",
    "snuff", "snuffle", "spill", "spin", "spit", "splash", "splutter", "squat", "squeeze", "squint", "squirm",
    "stagger", "stammer", "stamp", "stare", "step", "stiffen", "stir", "stoke", "stomp", "stoop",
    "straighten", "stretch", "strike", "stroke", "stroll", "strum", "stumble", "stutter", "suck", "swallow",
    "sway", "sweep", "swig", "swing", "tap", "throw", "thumb", "tie", "tighten", "tilt", "toss", "toy",
    "tremble", "trim", "trip", "tug", "turn", "twirl", "twist", "unclench", "uncross", "unfold", "unlatch",
    "untie", "wave", "whirl", "whisper", "whistle", "wince", "wink", "wipe", "wriggle", "wring", "yank",
    "yawn",
];

/// Words that make a saying of it, or something that nobody does.
const NOT_SEEN: &[&str] = &["nobody", "no", "like", "they"];

/// Words that cannot be a subject's last one.
const NO_SUBJECT: &[&str] = &[
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "i",
    "you",
    "he",
    "she",
    "it",
    "we",
    "they",
    "that",
    "who",
    "which",
    "to",
    "not",
    "n't",
    "'s",
    "'m",
    "'re",
    "'ll",
    "'d",
    "will",
    "would",
    "can",
    "could",
    "must",
    "may",
    "might",
    "have",
    "has",
    "had",
    "do",
    "does",
    "did",
    "and",
    "or",
    "of",
    "in",
    "at",
    "on",
    "by",
    "for",
    "with",
    "as",
    "so",
    "too",
    "very",
    "no",
    "hereby",
    "stays",
    "keeps",
    "remains",
    "customarily",
];

/// Subjects that move in sayings: "the world turns", "my mind wanders".
const SAID_TO_MOVE: &[&str] = &[
    "world",
    "mind",
    "saying",
    "proverb",
    "hymn",
    "thoughts",
    "snow",
    "frost",
    "stomach",
    "heart",
    "arms",
    "purse",
    "pen",
    "thief",
    "customarily",
];

/// Stuff that is named without an article.
const BARE_STUFF: &[&str] =
    &["ink", "breath", "foam", "flour", "sweat", "steam", "smoke", "straw", "colour", "blood"];

/// Verbs whose plain form is another word after a plural.
const ALSO_OTHERS: &[&str] =
    &["still", "back", "close", "slip", "open", "trail", "brush", "hand", "smoke", "pop", "part", "fan"];

/// What stands behind a verb of handling in a direction: the thing, or the way.
const THING_OR_WAY: &[&str] = &[
    "my", "the", "a", "an", "at", "up", "down", "away", "over", "to", "from", "both", "one", "out", "back",
    "off", "your", "it", "them", "his", "her", "into", "through", "on", "in", "round", "around", "across",
    "along", "aside", "under", "by", "about", "forward", "closer", "past", "and",
];

/// How a gesture is done.
const SLOWLY: &[&str] =
    &["just", "only", "slowly", "quietly", "simply", "merely", "then", "softly", "gently", "carefully"];

pub(super) fn check(case: &mut Case<'_>) {
    // Talk of oneself and of the weather tells what things do, every day.
    if matches!(case.pack.act.kind, ActKind::Banter | ActKind::AboutSelf) {
        return;
    }
    let end = case.line.toks.len();
    let moves = (0..end).find_map(|i| moving(case, i).map(|end| (i, end)));
    let handles = || (0..end).find_map(|i| handling(&case.line, i).map(|end| (i, end)));
    if let Some((a, b)) = moves.or_else(handles) {
        case.report(ViolationKind::Narration, a, b, "tells what is to be seen instead of speaking");
    }
}

/// Whether the sentence of a token may tell what is seen: no question, no habit, no wish.
fn seen(line: &Line<'_>, i: usize) -> bool {
    let sentence = line.toks[i].sentence;
    let end = line.toks.iter().rposition(|t| t.sentence == sentence).map_or(i, |end| end + 1);
    let lasting =
        super::pattern::within(line, &["as it is|stands $", "already $", "enough $"], i, end + 1).is_some();
    let unseen = |t: &Tok| t.sentence == sentence && (t.any(HABITS) || t.any(NOT_SEEN));
    !(lasting || line.asks(i) || line.toks.iter().any(unseen))
}

/// "My stick taps", "the peel clatters", "Bram's jaw works": where a clause begins, a thing that moves.
fn moving(case: &Case<'_>, i: usize) -> Option<usize> {
    let line = &case.line;
    let tok = &line.toks[i];
    let joined = i > 0 && matches!(line.word(i - 1), "," | "and" | "while" | "as" | ";");
    if !(tok.opens || joined) || !seen(line, i) {
        return None;
    }
    let article = tok.any(&["my", "the", "his", "her", "a", "an", "one", "both", "another"]);
    let owner =
        line.mention_at(i).is_some_and(|m| matches!(m.what, What::Person(_)) && line.word(m.to) == "'s");
    let bare = tok.opens
        && tok.kind == Kind::Word
        && (tok.low.ends_with('s') && !tok.low.ends_with("ss") || tok.any(BARE_STUFF));
    let from = match (article, owner, bare) {
        (true, ..) => i + 1,
        (_, true, _) => line.mention_at(i)?.to + 1,
        (.., true) => i,
        _ => return None,
    };
    (from + 1..(from + SUBJECT_WORDS_MAX).min(line.toks.len()))
        .take_while(|k| line.toks[*k].kind == Kind::Word)
        .find(|k| moves(case, *k, article))
        .map(|k| k + 1)
}

/// Whether a token is the verb of what moves, behind its subject.
fn moves(case: &Case<'_>, k: usize, article: bool) -> bool {
    let (verb, subject) = (&case.line.toks[k], &case.line.toks[k - 1]);
    if subject.any(NO_SUBJECT) || subject.any(SAID_TO_MOVE) || !MOVES.iter().any(|m| verb.stem(m)) {
        return false;
    }
    let many = subject.low.ends_with('s') && !subject.low.ends_with("ss");
    let third = verb.low.ends_with('s') && !verb.low.ends_with("ss") && !many;
    let plain = many && verb.any(MOVES) && !verb.any(ALSO_OTHERS);
    // Where a fact is to be told, what moved may be part of it.
    let kind = case.pack.act.kind;
    let tells =
        matches!(kind, ActKind::Answer | ActKind::Lie | ActKind::Confess | ActKind::Deny | ActKind::DontKnow);
    third || plain || article && !tells && verb.low.ends_with("ed")
}

/// "I set down the jug", "Squealing, I hug it to my chest".
fn handling(line: &Line<'_>, i: usize) -> Option<usize> {
    let tok = &line.toks[i];
    if !tok.is("i") || !seen(line, i) {
        return None;
    }
    let first = line.toks.iter().find(|t| t.sentence == tok.sentence)?;
    let posed = first.low.ends_with("ing") || first.any(&["breath", "eyes", "head", "hands", "arms"]);
    if !(tok.opens || posed && i > 0 && line.word(i - 1) == ",") {
        return None;
    }
    let verb = (i + 1..line.toks.len()).find(|j| !line.toks[*j].any(SLOWLY))?;
    let (next, after) = (line.toks.get(verb + 1)?, line.toks.get(verb + 2)?);
    let done = line.toks[verb].any(HANDLES) && next.any(THING_OR_WAY);
    let idle = match next.low.as_str() {
        // "I pass it on", "I put it to you".
        "it" | "them" => {
            after.kind == Kind::Mark
                || after.any(&["on", "off", "from", "twice", "slow", "together", "myself", "against"])
        }
        "and" => after.is("i"),
        "the" => after.is("other"),
        "a" => after.any(&["price", "limit"]),
        "my" => after.is("own"),
        _ => false,
    };
    (done && !idle).then_some(verb + 2)
}
