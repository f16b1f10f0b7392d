//! Polarity: whether a segment affirms or denies what it names, and whether it only supposes or asks.
//!
//! Owns: negators, words that deny by meaning, idioms that look negative and are not. Refuses to know: facts.

use super::line::Line;
use super::pattern::every;

/// Idioms with a negative word that denies nothing in the claim: skipped whole.
const NEUTRAL: &[&str] = &[
    "makes|made no odds|difference",
    "no doubt|mistake|question|secret|lie|less|matter|trouble|harm|offence|offense|problem|wonder|need|bother|surprise",
    "no word of a? lie",
    "no two ways",
    "not|n't|never|cannot|no ~5 under|below|beneath|lower|less|cheaper than? #gold",
    "not|no a? ~1 coin|copper|penny|farthing|bit|jot|gold less|more|under|lower|cheaper",
    "no more nor? less",
    "not even my|our|your own? #word gets|has|pays|buys ~5 under|below|beneath|less|cheaper",
    "no more nor|than ~1 #gold",
    "no point",
    "no further|farther than",
    "no use",
    "without a? doubt|fail|question|mistake|lie|hesitation|reserve|reservation|blushing",
    "do|does|did|will|would|can|need|shall|should|could not|n't mind|forget|worry|fret|ask|thank|fear|care|doubt|blame|hold",
    "can|could not|n't help|complain|mistake|miss|fault",
    "can|could not|n't be mistaken|wrong",
    "cannot help|complain|mistake|miss|fault|forget",
    "will|would|shall|'d|do not|n't lie|pretend|argue|hide|quarrel|dress",
    "am|'m|is|was not|n't lying|mistaken|wrong|ashamed|blind|deaf|fooling|joking|jesting|making|sure|certain",
    "am|'m|is|was not|n't one for|that|who|given",
    "not mistaken|wrong|lying|lie",
    "never mistaken|wrong|lie|forget|lied|forgot",
    "i never forget",
    "unless i 'm|am",
    "unless my|memory",
    "not only|just|merely|simply",
    "why not|n't",
    "not to mention",
    "nothing but|else|more|less|worse",
    "nowhere but|else",
    "no one|body but",
    "nobody|none but",
    "none|nobody|no one? other than",
    "not a minute|moment|second|tick|breath later|sooner|before|after|earlier|more|less",
    "not a minute|moment|second|hair $|either|out|off",
    "not that",
    "whether or not",
    "or not",
    "sure as not|n't",
    "no sooner",
    "as like as not",
    "more often than not",
    "no later|earlier than",
    "never you mind",
    "never mind",
    "not for nothing",
    "not long",
    "no longer ago than",
    "not one to",
    "not the sort|kind to|of",
    "not until|till",
    "not before",
    "nor more",
    "not|n't|never left|leave+|moved|move|stirred|stir|budged|budge",
    "not to put",
    "not for me to",
    "could|can not|n't be plainer|clearer|surer|more",
];

/// Words that turn a claim around.
const NEGATORS: &[&str] = &[
    "n't", "not", "never", "no", "nobody", "none", "nothing", "nowhere", "neither", "nor", "without",
    "hardly", "scarcely", "barely", "cannot", "nay", "naught", "nought",
];

/// Turns of phrase that deny by their meaning: skipped whole, counted once.
const DENIERS: &[&str] = &[
    "anyone|anybody|anywhere|anything|everyone|everybody|everywhere|anyplace|all but|except|save",
    "anyone|anybody|whoever ~1 who|that? says|say|claims|claim|swears|tells|told|said ~14 is|'s|are|must ~1 lying|mistaken|wrong|fibbing|dreaming|fooling",
    "whoever|who|that|they|he|she told|tells|tell you|him|her|them ~12 told ~1 you|him|her|them wrong|lies|false|falsely|nonsense|untruths",
    "told you|him|her|them wrong|lies|falsely|untruths",
    "hardly|scarcely|barely anyone|anybody|ever|near|anywhere|a?",
    "nowhere|not|n't ~2 near|close",
    "nowhere near",
    "far from #place|the|a|it|there|any",
    "other than",
    "elsewhere than",
    "instead of",
    "rather than",
    "apart from",
    "except for?",
    "anything like",
    "unlike",
    "deny+",
    "denied",
    "disbelieve+",
    "refuse+ ~1 to ~1 say|believe|admit|claim|swear",
    "refuse+ that",
    "doubt+ ~1 that|if|whether|it|#person|he|she",
    "doubt+",
    "doubtful",
    "lying|lie|liar if",
    "fat chance",
    "no chance",
    "not a chance",
    "^ as if",
    "pretend+",
    "untrue",
    "false",
    "falsely",
    "false that",
    "a lie that|to",
    "lie to say",
    "wrong to say",
    "mistaken to",
    "nonsense that",
    "avoid+",
    "miss+ ~1 being",
    "absent",
    "in vain",
    "had|'d|has|'ve ~1 left the|my|our? #place",
    "away from",
    "stay+ ~2 away|clear",
    "leave+|left it|that|them|the|#item ~2 alone|be $|at|on|all",
    "keep+|kept ~1 away|clear",
    "steer+ clear",
    "fail+ to",
    "dream+ of",
    "wish+ ~1 i|he|she|#person",
    "would|'d sooner|rather",
    "impossible",
    "out of the question",
    "nonsense",
    "rubbish",
    "the devil|hell i|he|she",
    "like hell|blazes",
    "my foot",
    "cold day",
    "when pigs",
    "least of all",
    "the last ~1 to",
    "last place|person|man|woman|one|thing|soul",
    "by no means",
    "in no way",
    "not at all",
    "on no account",
    "under no",
    "no such",
    "anything but",
];

/// Suppositions: what they name is not asserted.
const SUPPOSED: &[&str] = &[
    "if #person",
    "if he|she|they",
    "if the|our|my #person",
    "if only",
    "if i|you|anyone had|'d|were|did|could",
    "if ~1 i|we ~1 took|take|touched|stole|laid|knew|owed",
    "if ~1 i|we have|'ve ~1 taken|touched|stolen|laid",
    "^ had #person|he|she|you|anyone|anybody|someone|somebody",
    "^ and|but|or|even|as? were #person|he|she",
    "suppose+ #person|he|she|that|the",
    "imagine+ #person|he|she|that|if",
    "would have",
    "'d have",
    "should have",
    "should 've",
    "would 've",
    "ought to",
    "supposed|meant|due|expected|hoped to",
    "meant|hoped|planned|intended to",
    "could be anywhere",
    "might as well",
    "whether #person|he|she|the",
    "what if",
    "say #person were",
    "next time",
    "let 's say|pretend",
    "unless #person|he|she",
    "#person|he|she might|may|could have ~1 been",
    "or might|may|could not",
    "^ as if",
    "only if",
    "pretending",
    "perhaps if",
    "i|we 'd|would sooner|rather",
    "^ take it|that|this back",
    "never know if|whether",
];

/// Counts of what turns a claim around, with where each stands.
pub(crate) struct Polarity {
    /// Tokens after which the polarity is turned.
    pub flips: Vec<usize>,
    /// Only supposed.
    pub supposed: bool,
}

impl Polarity {
    /// Whether what stands at a token is denied. A negator reaches over the whole segment, but "not" behind the place and
    /// time does not reach back.
    pub fn denied(&self) -> bool {
        self.flips.len() % 2 == 1
    }
}

/// Reads a segment's polarity.
pub(crate) fn of_segment(line: &Line, from: usize, to: usize) -> Polarity {
    let mut flips = Vec::new();
    // "never, ever wanted": the negator stands behind the comma.
    let carried = from >= 2
        && line.word(from - 1) == ","
        && line.toks[from - 2].any(&["never", "not"])
        && line.word(from) == "ever";
    flips.extend(carried.then_some(from));
    let (neutral, deniers) = (every(line, NEUTRAL, from, to + 1), every(line, DENIERS, from, to + 1));
    let longest = |hits: &[(&str, (usize, usize))], i: usize| {
        hits.iter().filter(|hit| hit.1.0 == i).map(|hit| hit.1.1).max()
    };
    let mut i = from;
    while i < to {
        if let Some(end) = longest(&neutral, i) {
            i = end.max(i + 1);
        } else if let Some(end) = longest(&deniers, i) {
            flips.push(i);
            i = end.max(i + 1);
        } else {
            if line.toks[i].any(NEGATORS) && !quasi(line, i) {
                flips.push(i);
                if line.word(i) == "no" && line.word(i + 1) == "one" {
                    i += 1;
                }
            }
            i += 1;
        }
    }
    let found: &[&str] = &[
        "you|anyone|anybody|#time 'd|would|could|might have|'ve ~1 found|seen|met|caught|spotted|heard|come|bumped|run|stumbled|tripped",
        "#person|he|she|they would|'d have it",
        "would|'d have ~1 sworn|thought",
    ];
    // "It would have been nine": a guess at the hour.
    let guessed: &[&str] = &[
        "it|that|this|which would|must|might|could|may|'d have|'ve ~1 been ~4 #time",
        "#time ~1 it|that|this would|must|might|could|may|'d have|'ve ~1 been",
    ];
    let supposed = (super::pattern::within(line, SUPPOSED, from, to).is_some()
        || sooner_than(line, from, to))
        && super::pattern::within(line, found, from, to).is_none()
        && super::pattern::within(line, guessed, from, to).is_none();
    Polarity { flips, supposed }
}

/// "I'd have lost my own hand before I took it": what would come first never came.
fn sooner_than(line: &Line, from: usize, to: usize) -> bool {
    let sentence = line.toks[from].sentence;
    let first = line.toks.iter().position(|t| t.sentence == sentence).unwrap_or(from);
    let would: &[&str] = &["'d|would ~1 have|sooner|rather|die|lose|starve|freeze|cut|eat|walk"];
    super::pattern::within(
        line,
        &["^ before|ere i|he|she|we ~1 took|touched|stole|harmed|laid|did"],
        from,
        to,
    )
    .is_some()
        && super::pattern::within(line, would, first, from).is_some()
}

/// "barely seven" limits a time; "no," alone answers and denies nothing by itself; "neither … nor" turns once.
fn quasi(line: &Line, i: usize) -> bool {
    let before_time = line.toks[i].any(&["barely", "hardly", "scarcely"])
        && line.mention_at(i + 1).is_some_and(|m| matches!(m.what, super::line::What::Time(_)));
    let second_nor = line.word(i) == "nor"
        && line.toks[..i].iter().rev().take_while(|t| !t.ends_sentence()).any(|t| t.is("neither"));
    let repeated = i > 0 && line.toks[i].any(&["no", "never", "not"]) && line.word(i - 1) == line.word(i);
    // "Not at nine he wasn't": denied once, with force.
    let twice = line.word(i) == "not"
        && line.begins_segment(i)
        && line.toks.get(i + 1).is_some_and(|t| t.any(&["at", "on", "in", "by", "near", "before", "after"]))
        && line.toks[i + 1..].iter().take_while(|t| t.kind != super::token::Kind::Mark).any(|t| t.is("n't"));
    before_time || second_nor || repeated || twice
}
