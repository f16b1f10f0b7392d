//! Remark: what stands around an answer in short, and whether it leaves the answer standing.
//!
//! Owns: what denies, doubts or takes back an answer, what sets it at another hour, in another place, of somebody else, and
//! which remarks are colour alone. Refuses to know: the answer (`answer`), its forms (`reply`).

use super::claims::{Cue, SCORNS, TAKES_BACK};
use super::coverage::{Atom, Need, Reader, is_source};
use super::cues::CUES;
use super::pattern::{every, within};
use super::polarity;
use crate::fact::Fact;

/// What is no witness's word: a dream, a tale.
#[rustfmt::skip]
const NO_WITNESS: &[&str] = &[
    "dream+|dreamt|imagination|ghost+|story|tale+|joke+|jest+|rumour+|rumor+|liar+|lie|lies|lying|fib+|nonsense|guess+", "believe that|it|him|her|them",
];

/// No such evening: a habit, a leaving.
#[rustfmt::skip]
const NO_SUCH_EVENING: &[&str] = &[
    "usually|sometimes|often|mostly|nights|evenings|mornings|weeks|years|ago", "last|next|other|every|each|most week|year|month|winter|spring|summer|autumn|day|time",
    "left|leave+|depart+|miss+|avoid+|skip+|expect+|invite+",
];

/// Words that leave open which, or only suppose.
#[rustfmt::skip]
const OPEN: &[&str] = &[
    "or|nor|either|neither|if|unless|whether|suppose+|imagine+|pretend+|might|could|may|should|will|'ll|shall|except|but|save",
    "instead|rather of|than",
];

/// Such words that leave nothing open: "none but Corwin", "eight, if you want an hour", "or thereabouts".
#[rustfmt::skip]
const NOT_OPEN: &[&str] = &[
    "none|nobody|nothing|nowhere|no|one|body ~1 but|save|except|than", "^ but|and", "if|unless you|ye|memory|my|truth|'tis|i 'm|remember|recall|may|must|know|heard|judge|mistake|am|have|'ve|can",
    "or so|thereabouts|near|nearly|close|just|as|i 'm|a", "neither before|after|later|sooner|earlier|more|less|early|late ~1 nor", "nor after|before|sooner|later|earlier|more|less|early|late",
    "give or take", "where else", "who|where|when|what but|save|except", "could|can|must ~1 only ~2", "must ~1 have|be", "i|you|we|who|anyone|anybody 'll|will|shall|may|might|could|should|would", "as|so i|you ~1 could|may|might|should|will|'ll",
];

/// Other hours than the question's.
#[rustfmt::skip]
pub(super) const ELSEWHEN: &[&str] = &[
    "later|earlier|sooner|before|after|afterwards|tomorrow|yesterday|morning|midnight|noon|midday|dawn|dusk|sunset|sunrise|afternoon|daybreak|till|until", "at|after|before|by|since ~1 supper|breakfast",
    "another|other|different|next|wrong|some hour|time|bell|day|night|evening", "hour|hours|minute|minutes on|or|past|short|shy", "an|one|two|three|half hours|minutes|hour", "then at|to|in|by|on",
];

/// Other places than the question's.
#[rustfmt::skip]
pub(super) const ELSEWHERE: &[&str] = &[
    "elsewhere|home|here|away|somewhere|nowhere|anywhere|everywhere|outside|upstairs|abroad", "another|other|next place|house|spot|door|side|end|one $",
];

/// Other people than whom the question names.
#[rustfmt::skip]
pub(super) const ELSEWHO: &[&str] = &[
    "someone|somebody|anyone|anybody|everyone|everybody|stranger+|others|another|man|woman|fellow|thief|folk",
    "was|is|'s|were|be me|i|myself",
];

/// Such words that mean the hour, place or person of the answer, or nobody's.
#[rustfmt::skip]
const MEANT_HERE: &[&str] = &[
    "that|the|this|same|said|very|what ~1 hour|time", "neither before|after|later|sooner|earlier", "nor after|before|sooner|later|earlier", "not|n't|no ~3 later|earlier|sooner|before|after", "no later|earlier|sooner",
    "sooner or later", "'re|are|were|be after", "after all", "before you|ye|god|heaven|long|now|witnesses|your", "before ~3 moot|council|altar|village", "if not sooner", "would|'d sooner", "until|till now|then|death|doomsday",
    "ever after", "nowhere else", "and|or nowhere|anywhere else", "nobody|none|nothing|no|not|never|who ~1 else|other|another|man|woman|soul", "poor|good|dear|old|like|next|any|every|each|honest|young|little man|woman|fellow|folk|soul|lamb|lass|lad",
    "someone|somebody|anyone|anybody|everyone|everybody|folk|man|woman ~5 could|would|will|can|knows|know|says|say|'ll|tell|thinks|likes|wants|talk|gossip|see|saw",
    "the|your|my man|woman you|i ~2", "come|comes|look|looks|sit|step in|here", "here ~1 you", "look|see|hear|listen here", "you|your ~1 man|woman ~1 is|was|'s", "good morning|afternoon|day", "morning to you",
    "man|woman|one|person|fellow ~3 you ~2 want|seek|mean|after|need", "at home in|at|among|with|by", "another thing|word|question|soul|customer", "late|early for supper|breakfast", "my|your home",
];

/// "As to when, ask another": a part of the answer is kept back.
#[rustfmt::skip]
const KEEPS_BACK: &[&str] = &[
    "not|n't|never|no|nor|cannot|hardly|know+|say|tell|ask+|guess|idea|matter+|sure|remember|recall|think|wonder+|forget+|forgot ~4 who|whom|whose|where|when|what|which|hour|time|place|name",
    "who|whom|whose|where|when|what|which|hour|time|place|name ~4 not|n't|never|no|nor|cannot|know+|say|tell|guess|idea|matter|sure|remember|recall|forget+|forgot",
];

/// Such words that keep nothing back.
const NOT_KEPT: &[&str] = &[
    "when i|you|we|he|she see|saw|sees|hear|heard|look|looked",
    "where|who|when|what else",
    "that|it|there|here is|'s|was what|who|where|when $",
    "^ ~1 where|when i|he|she ~1 was|'ve|stood|sat",
    "that|same|very hour|time|place",
];

/// A denial without a name that turns down the answer, not something beside it.
#[rustfmt::skip]
const DENIES_IT: &[&str] = &[
    "^ ~1 no|not|never|nay|hardly|nowhere|nobody|none|nothing|scarcely|barely $",
    "^ ~1 not|never|hardly|scarcely he|she|him|her|me|i|it|there|then|so|true|right|likely|really|quite|yet|that|this|any|at|in|by|on|with",
    "it|that|this was|is|'s ~1 not|n't|never|hardly ~1 he|she|him|her|me|i|#person", "he|she|it|they|that|this|i|we ~1 was|were|is|'s|are|am|'m|did|do|does|has|had|has|have|would|'d|could|can|cannot|will|'ll ~1 not|n't|never|hardly|scarcely $|there|then|it|him|her|them|at|in|by|on|near|with|true|so|right|go|come|pass|be|been|take|carry|alone|any|a|the|know|think|believe",
    "not|n't|never|cannot say|swear ~1 i|he|she|it ~1 saw|know|was|did|had",
    "i|we|nobody|one ~2 not|n't|never|hardly ~1 saw|see|seen|met|meet|spotted|noticed", "not|n't|never|hardly ~1 went|came|was|were|been|happened|took|passed|carried|there|true|so|right|sure|certain",
    "i|we ~2 not|n't|never|cannot|hardly ~1 know|say|said|think|believe|suppose|reckon|recall|remember|mean|tell|told|swear $|so|that|it|which|who|when|where|him|her|there|anything|anyone|anybody|to",
    "nobody|none|nothing|no|not ~2 was|were|did|does|had|has|went|came|there|knows|saw|happened", "no such", "nothing|nowhere of|near", "not|n't|nowhere|no ~2 near|close", "not ~1 such|sort|kind|thing",
];

/// Nobody, where the player has asked who was with somebody.
pub(super) const NOBODY: &[&str] = &["^ nobody|none $", "^ no one|body|soul $", "^ not a|one ~1 soul|body"];

/// What was said or thought in error, or of the wrong one.
#[rustfmt::skip]
const UNSURE: &[&str] = &[
    "or|but|and? perhaps|maybe|possibly not", "you 'd|would like|love|want|prefer", "not that|this|the same? night|evening|day|time|hour|occasion", "in spirit|thought|fancy", "^ or not $", "^ as if $", "have|had you|us|me ~1 believe|think", "like|want you|us|me to believe|think",
    "^ or|so ~2 i|he|she|they ~2 like|love|hope|claims|claim|pretends ~2", "know|knew better|different|otherwise", "said|says nobody|no", 
    "i 'd|would|might have ~1 said|thought|guessed",
    "i ~4 been wrong|mistaken",
    "took it|him|her for",
    "mistook|mistaken for",
];

/// A thing that was not gone.
const NOT_GONE: &[&str] =
    &["not|n't|never|hardly ~2 gone|missing|vanished|empty|bare|stolen|taken|lost|away|absent"];

/// A denial that only says how sure the answer is.
#[rustfmt::skip]
const SURE: &[&str] = &[
    "i ~1 n't|not|never ~1 swear to the|a seconds|second|minute|minutes|inch", "not|n't|never say|tell it ~1 twice|again|more", "not|n't be told twice", "no ~1 other|more|less|later|earlier|sooner|question|questions|doubt",
    "none other", "not a ~1 more|less|later|earlier|sooner|other",
];

/// Words of one who speaks of something else than of whom the answer is.
#[rustfmt::skip]
const REMARKING: &[&str] = &[
    "i", "me", "my", "we", "us", "our", "you", "your", "yours", "one", "anyone", "anybody", "everyone", "everybody", "nobody", "people", "folk", "question", "please",
];

impl Reader<'_, '_> {
    /// Whether nothing in the line denies, supposes or takes back what it answers.
    pub(super) fn earnest(&self, fact: &Fact) -> bool {
        let line = &self.case.line;
        line.segments.iter().all(|&(from, to)| {
            let polarity = polarity::of_segment(line, from, to);
            let names = self.names(fact, from, to);
            let lone = self.lone(fact, from, to);
            // "No one else.": none besides.
            let besides = within(
                line,
                &["no one|body else", "nobody|none|nothing|nowhere else", "none|no other"],
                from,
                to,
            )
            .is_some();
            let lone = lone || besides && self.by_the_way(from, to);
            let denies =
                || within(line, DENIES_IT, from, to + 1).is_some() && within(line, SURE, from, to).is_none();
            let named = names && !self.by_the_way(from, to);
            let denied = polarity.denied() && !lone && !self.not_there(fact, from, to) && (named || denies());
            let open = named && !lone && self.opens(from, to);
            let asked = names && self.asked(from) && self.finite(from);
            // "Not a minute later": scorns nothing.
            let exact = line.toks[from].is("not") && !polarity.denied();
            let idle = lone || exact || matches!(fact, Fact::Missing { .. });
            let unsure = within(line, UNSURE, from, to).is_some();
            let kept = matches!(fact, Fact::Missing { .. }) && within(line, NOT_GONE, from, to).is_some();
            !(denied || open || unsure || kept || asked || names && polarity.supposed)
                && within(line, TAKES_BACK, from, to + 1).is_none()
                && (idle || within(line, SCORNS, from, to + 1).is_none())
        })
    }

    /// Whether a token range names more than the speaker, who told, and things that the fact is not about.
    fn names(&self, fact: &Fact, from: usize, to: usize) -> bool {
        let case = self.case;
        self.atoms.iter().filter(|(at, _)| from <= *at && *at < to).any(|(_, a)| match *a {
            Atom::Person(p) => p != case.pack.speaker && !is_source(case, p),
            Atom::Item(_) => fact.item().is_some() || matches!(fact, Fact::Residue { .. }),
            Atom::Gold(_) => fact.gold().is_some(),
            _ => true,
        })
    }

    /// Whether a range names people by pronouns alone: "and don't you frown about her", "she did not stop".
    fn by_the_way(&self, from: usize, to: usize) -> bool {
        let pronouns = ["he", "she", "her", "him", "his", "hers", "them", "me", "my", "i"];
        self.atoms
            .iter()
            .filter(|(at, _)| from <= *at && *at < to)
            .all(|(at, _)| self.case.line.toks[*at].any(&pronouns))
    }

    /// Whether a range denies that a thing was there, where its being gone is to be said.
    fn not_there(&self, fact: &Fact, from: usize, to: usize) -> bool {
        let absent: &[&str] = &[
            "it|they|#item ~1 was|were|is ~1 not|n't $|there|any",
            "not|n't ~2 there",
            "no|nothing|none|nowhere|naught",
            "not so much",
            "not a ~2 of",
        ];
        let told = |table| within(&self.case.line, table, from, to + 1).is_some();
        matches!(fact, Fact::Missing { .. }) && told(absent) && !told(NOT_GONE)
    }

    /// Whether a range says of somebody only that nobody was there besides: what it denies is company.
    pub(super) fn lone(&self, fact: &Fact, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        let mut told = self.case.pack.act.facts.iter().chain(&self.case.pack.may);
        let alone = matches!(fact, Fact::Alone { .. }) || told.any(|f| matches!(f, Fact::Alone { .. }));
        let cues = CUES.iter().filter(|(c, _)| *c == Cue::Alone).map(|(_, p)| *p).chain([NOBODY]);
        let hits: Vec<(usize, usize)> =
            cues.flat_map(|p| every(line, p, from, to + 1)).map(|(_, hit)| hit).collect();
        let flips = polarity::of_segment(line, from, to).flips;
        let company = flips.iter().all(|f| hits.iter().any(|(a, b)| a <= f && f < b));
        alone && !hits.is_empty() && company
    }

    /// Whether a range leaves open which, or only supposes.
    fn opens(&self, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        let idle = every(line, NOT_OPEN, from, to);
        let free = |hit: (usize, usize)| !idle.iter().any(|(_, s)| s.0 <= hit.0 && hit.0 < s.1);
        every(line, OPEN, from, to).into_iter().any(|(_, hit)| free(hit))
    }

    /// Whether one of a table's words stands where it is said of the answer.
    pub(super) fn strays(&self, table: &'static [&'static str], fact: &Fact) -> bool {
        let line = &self.case.line;
        let end = line.toks.len();
        let meant = every(line, MEANT_HERE, 0, end);
        every(line, table, 0, end).into_iter().any(|(_, (from, to))| {
            // "Shining away": no place.
            let along = line.toks[from].is("away") && from > 0 && line.toks[from - 1].low.ends_with("ing");
            let here = meant.iter().any(|(_, s)| s.0 < to && from < s.1);
            let timed = line.mention_at(from).is_some();
            !(here || timed || along || self.colour(from, fact))
        })
    }

    /// Whether the segment of a token is a remark: a clause of the speaker's, the player's or anybody's, that names
    /// nothing.
    pub(super) fn colour(&self, at: usize, fact: &Fact) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        let mine = fact.subject() == Some(self.case.pack.speaker)
            && (from..to).any(|i| line.toks[i].any(&["i", "we"]));
        let apart = (from..to).any(|i| line.toks[i].any(REMARKING));
        apart && !mine && !self.names(fact, from, to)
    }

    /// Whether a part of the answer is kept back.
    pub(super) fn kept_back(&self, needs: &[Need]) -> bool {
        let line = &self.case.line;
        let asks = |need: &Need, i: usize| {
            line.toks[i].any(match need {
                Need::Person(_) => &["who", "whom", "whose", "name"],
                Need::Place(_) => &["where", "place"],
                Need::Time(_) => &["when", "hour", "time"],
                _ => &["what", "which"],
            }) || line.toks[i].is("which")
        };
        let idle = every(line, NOT_KEPT, 0, line.toks.len());
        every(line, KEEPS_BACK, 0, line.toks.len() + 1).into_iter().any(|(_, (from, to))| {
            let kept = (from..to.min(line.toks.len())).find(|i| needs.iter().any(|n| asks(n, *i)));
            kept.is_some_and(|i| !idle.iter().any(|(_, s)| s.0 <= i && i < s.1))
        })
    }

    /// Whether the line tells of a dream, a tale, or of no such evening.
    pub(super) fn no_witness(&self, fact: &Fact) -> bool {
        let line = &self.case.line;
        let end = line.toks.len();
        let negated = |at: usize| {
            (at.saturating_sub(4)..at).any(|i| {
                line.toks[i].any(&["not", "n't", "never", "no"])
                    && line.toks[i].sentence == line.toks[at].sentence
            })
        };
        // "… or the bell is a liar": an oath.
        let oath = |at: usize| {
            let (from, _) = line.segments[line.segment_of(at)];
            line.toks[from].any(&["or", "else"])
        };
        let told =
            every(line, NO_WITNESS, 0, end).into_iter().any(|(_, (from, _))| !negated(from) && !oath(from));
        let habit = fact.at().is_some()
            && every(line, NO_SUCH_EVENING, 0, end).into_iter().any(|(_, (from, _))| {
                let (a, b) = self.sentence(from);
                let beside = self.names(fact, a, b) && !self.clause_of_others(fact, from);
                // "Where she often is: at the Lantern."
                let own = line.toks[line.segments[line.segment_of(from)].0].any(&["where", "as"]);
                (beside || !self.colour(from, fact)) && line.mention_at(from).is_none() && !own
            });
        told || habit
    }

    /// Whether the segment of a token is a clause of the speaker's or the player's own.
    fn clause_of_others(&self, fact: &Fact, at: usize) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        (from..to).any(|i| line.toks[i].any(REMARKING))
            && self.clause(from, to)
            && !self.names(fact, from, to)
    }
}
