//! Reply: the forms in which a short answer says what was asked for.
//!
//! Owns: fragments, clauses that only point, clauses that take up the question's subject, questions that ask nothing.
//! Refuses to know: which facts the answer says (`answer`), remarks around it (`remark`).

use super::claims::Cue;
use super::coverage::{Atom, Reader};
use super::line::{Line, What};
use super::pattern::{at, every, within};
use super::token::Kind;
use crate::fact::Fact;
use crate::talk::vocabulary::{is_function_word, is_number_word};

/// Words of a fragment besides those of grammar.
#[rustfmt::skip]
const FRAGMENT_WORDS: &[&str] = &[
    "stroke", "strike", "dot", "bell", "clock", "sharp", "alone", "dear", "friend", "sir", "belong", "belongs", "belonging",
    "o'clock", "course", "gone", "missing", "both", "pair", "company", "saw", "spotted", "met", "noticed", "recognised",
    "after", "want", "wanted", "seek", "mean", "looking", "asking", "need", "name", "woman", "man", "person", "party", "fellow", "answer",
];

/// Verbs that make a clause stand by itself, unless it only points ("It was Corwin") or stands for the question's
/// ("Corwin did").
#[rustfmt::skip]
const FINITE: &[&str] = &[
    "am|'m|is|'s|are|'re|was|were|did|do|does|has|have|'ve|had|'d|will|'ll|would|shall|should|can|could|may|might|must|belong+|saw|spotted|met|noticed|recognised",
];

/// Clauses that point at what was asked for, or stand for the question's own verb.
#[rustfmt::skip]
pub(super) const POINTING: &[&str] = &[
    "it|that|this|twas|one|ones|other|others|those|there ~3 was|is|'s|were|are|be|been ~2 #person|#place|#time|#item|#trace",
    "#person|#place|#time|#item|#trace ~1 it|that|this ~3 was|is|'s|were|be|been",
    "#person was|were|did|is|'s|does|do|has|had|have $",
    "i was|did|do|am|have|had $",
    "#person|i was|were there $",
    "#person|he|she|it|i|they was|were|is ~1 there|gone|missing ~1 at|by|before|around|about ~1 #time",
    "#time ~1 #person|he|she|it|i|they was|were|is ~1 there|gone|missing",
    "#person did|does|do at|by|around|about|on|just ~1 #time",
    "so|as did|was|were|had|has|does #person $",
    "it|one|ones|other|others|that|this belong+ to ~1 #person",
    "twas #person|#place|#time|#item|#trace",
    "i ~1 saw|spotted|met|noticed|recognised ~1 #person $|there|myself|plain|plainly|clear|clearly|all|with",
    "#place|#time is|was|'s where|when ~1 i|he|she|it|they|we|#person was|were|is|stood|sat",
    "#place|#time ~1 he|she|i|it|they was|were|stood|sat $",
];

/// Clauses that point at what was asked for, whatever else is in them.
#[rustfmt::skip]
pub(super) const NAMING: &[&str] = &[
    "woman|man|one|name|person|party|fellow|lad|lass|answer|soul ~3 is|was|'s|be ~1 #person",
    "#person is|was|'s|be ~1 woman|man|one|name|person|party|fellow|lad|lass|answer",
    "your|the man|woman ~1 is|was #person", "#person is|'s your ~1 thief|culprit|robber",
    "call|make|put|say it|that ~3 #person|#place|#time",
    "i 'd|would|'ll|will|can|must|should|do? ~1 say|make|put|reckon|call|swear|name|guess|think|believe it|that|to|by|at|on? ~1 #person|#place|#time",
    "that|it|this|which makes|made|brings ~2 #time",
    "bell|bells|clock|chime|chimes ~7 #time", "hour|time ~4 #time",
    "#time had|has|was|is ~3 rung|struck|gone|ringing|striking|chimed|tolled|sounded",
    "there|it ~1 was|were|is|are ~2 #trace",
];

/// "You'd have found him at the mill", "I saw her there".
const MET: &[&str] = &[
    "find|found|see|saw|seen|met|meet|spotted|passed|noticed|glimpsed|watched|had|bumped|run|ran ~1 into? him|her|me",
];

/// "I looked for it at five": the hour at which a thing was found to be gone, or in its place.
const LOOKING: &[&str] =
    &["i|we ~2 looked|look|came|went|checked|saw|found|noticed|missed|searched|counted|peered"];

/// What a fragment may begin with: a preposition, an article, an owner, an adverb.
#[rustfmt::skip]
const LEADS: &[&str] = &[
    "at", "in", "on", "by", "inside", "under", "underneath", "behind", "over", "up", "down", "among", "amongst", "beside", "within",
    "with", "round", "around", "about", "near", "past", "through", "here", "there", "back", "out", "atop", "across", "against", "between",
    "bang", "dead", "right", "smack", "plumb", "just", "only", "sharp", "nearly", "close", "alone", "together", "always", "why", "oh",
    "well", "aye", "yes", "and", "but", "so", "then", "the", "my", "our", "a", "an", "his", "her", "your", "that", "this", "of", "as", "all",
    "none", "nobody", "not", "mine", "where", "half", "when", "until", "half-hidden", "quite", "very",
];

/// What may follow the answer in its fragment.
#[rustfmt::skip]
const TAILS: &[&str] = &[
    "at", "in", "on", "by", "under", "behind", "over", "with", "and", "as", "like", "alone", "again", "too", "itself", "proper", "there",
    "for", "from", "to", "through", "beside", "near", "half", "just", "or", "of", "up", "down", "this", "that", "all", "myself", "himself", "herself", "last",
];

/// Subjects of a clause.
const SUBJECTS: &[&str] = &["i", "he", "she", "we", "they", "you", "it", "who"];

/// Being somewhere, behind a pronoun that takes up the question's subject.
#[rustfmt::skip]
const BEING: &[&str] = &[
    "he|she|i|#person ~1 was|were|stood|sat|stayed|waited|worked|slept|remained|lingered|lay|knelt", "he|she|i|#person 'd|had ~1 been",
    "they|both|two|pair ~3 were|stood|sat", "he|she|i|#person ~1 spent|passed ~2 hour|evening|time", "he|she|i|#person ~1 kept to|at|by",
];
#[rustfmt::skip]
const PASSING: &[&str] = &["him|her|#person go|pass|come|walk|cross|slip|hurry|run", "he|she|i|#person ~1 passed|came|went|walked|crossed|wandered|hurried|strolled|ran|trudged|rode|slipped|tramped"];
#[rustfmt::skip]
const BEARING: &[&str] = &["he|she|i|#person ~1 had|carried|held|bore|brought|lugged|hauled|took|clutched|hugged", "he|she|i|#person was|were ~1 carrying|holding|bearing|lugging|hauling|clutching|hugging|bringing"];

/// Questions behind an answer that ask nothing of it.
#[rustfmt::skip]
const RHETORICAL: &[&str] = &[
    "^ and? who|where|what|when|how|why else|more|other", "^ and? why|what ~1 do|does|should|would|are|is|'s|of|have|business|did ~1 you|it|that|one|anyone|anybody",
    "^ why", "^ was|were|did|do|does|is|are|has|had|have|could|would n't|not", "^ was|did|is|had|were|do i|he|she|it|you not",
    "^ eh|see|right|clear|plain|satisfied|happy|content|understood|good|enough|yes|hear|savvy $",
    "^ will|would|do|are|can|may you|i ~2 go|leave|let|happy|satisfied|content|done|finished|hear|see|buy|want|mind|listening|need|get",
    "^ is|will|does that|this ~3 all|enough|do|plain|clear|satisfy|suit|answer|help|you", "^ you see|hear|understand",
    "^ what now|then|next|matter|odds", "^ and? who 'd|would|could have|ever? ~1 thought|guessed|known|believed|credited", "^ and? who am|are i|we to", "^ and? who can|could|would|will|'d|'ll ~1 blame|fault|grudge|scold him|her|them|me|us|it",
];

/// Such a question that leaves the answer open.
#[rustfmt::skip]
const OPEN_TAIL: &[&str] = &[
    "^ or",
    "^ ~1 do|would|could|will|can|may|who|is|are|should|shall ~4 think|suppose|reckon|say|knows|know|sure|tell|guess|remember it|he|she|i|that|so|where|when|who|$",
];

impl Reader<'_, '_> {
    /// Whether the segment of a token is a reply: a fragment, a clause that only points, or one about the question's subject.
    pub(super) fn replies(&self, at: usize, fact: &Fact) -> bool {
        // "Somebody like Maud" is not Maud.
        let line = &self.case.line;
        let other = at > 1 && line.toks[at - 2].is("other");
        let article = usize::from(at > 0 && line.toks[at - 1].any(&["the", "our", "my"]));
        let led = |n: usize, words: &[&str]| at >= n + article && line.toks[at - n - article].any(words);
        // "On the way to the mill", "from the mill": not there.
        let place = self.atoms.iter().any(|(i, a)| *i == at && matches!(a, Atom::Place(_)));
        let bound = led(1, &["from", "toward", "towards"])
            || matches!(fact, Fact::Was { .. } | Fact::Alone { .. })
                && led(1, &["past", "beyond", "opposite"])
            || led(1, &["to"]) && led(2, &["way", "road", "path", "close", "near", "next"]);
        let as_if = led(1, &["like", "unlike", "than", "resembling"]) && article == 0;
        let likened = place && bound || !other && as_if;
        !likened && (self.fragment(at) || self.bare(at, fact) || self.taken_up(at, fact))
    }

    /// Whether a token range holds a verb of its own.
    pub(super) fn clause(&self, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        let subject = |i: usize| {
            line.toks[i].any(SUBJECTS) && line.toks.get(i + 1).is_some_and(|t| t.kind == Kind::Word)
        };
        within(line, FINITE, from, to).is_some() || (from..to).any(subject)
    }

    /// Whether the segment of a token is a fragment: names and words of grammar, and no verb that makes it stand by itself.
    fn fragment(&self, at: usize) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        let grammar = |word: &str| is_function_word(word) || is_number_word(word);
        let small = (from..to).all(|i| {
            let word = line.word(i);
            line.mention_at(i).is_some_and(|m| !matches!(m.what, What::UnknownPerson))
                || line.toks[i].kind != Kind::Word
                || word.starts_with('\'')
                || word.ends_with("ly")
                || line.toks[i].any(FRAGMENT_WORDS)
                || grammar(word)
        });
        let pointing = within(line, POINTING, from, to + 1);
        let naming = every(line, NAMING, from, to + 1);
        small && (within(line, FINITE, from, to).is_none() || pointing.is_some() || !naming.is_empty())
            || naming.into_iter().any(|(_, (a, b))| a <= from + 2 && a <= at && at < b)
    }

    /// Whether the segment of a token has no verb: "On my stool at the gate", "As alone as the moon in the woodyard".
    fn bare(&self, at: usize, fact: &Fact) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        let mention = line.mention_at(at);
        let (first, end) = mention.map_or((at, at + 1), |m| (m.from, m.to));
        let led = first == from || line.toks[from].any(LEADS) || line.mention_at(from).is_some();
        let tail = line.toks.get(end).filter(|_| end < to);
        let closed = tail.is_none_or(|t| t.any(TAILS) || t.low.ends_with("ing") || t.low.ends_with("ly"));
        let possessive = (mention.is_some_and(|m| m.owner) || line.word(end) == "'s")
            && !matches!(fact, Fact::Owns { .. });
        led && closed && !possessive && !self.clause(from, to)
    }

    /// "He was in the stable", "she had a lamp with her": the question's own subject by a pronoun, in the fact's own words.
    fn taken_up(&self, at: usize, fact: &Fact) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        if matches!(fact, Fact::Missing { .. } | Fact::Present { .. }) {
            let timed = matches!(line.mention_at(at).map(|m| m.what), Some(What::Time(_)));
            return timed && within(line, LOOKING, from, at + 1).is_some();
        }
        let verbs = match fact {
            Fact::Was { .. } | Fact::Alone { .. } => BEING,
            Fact::Passed { .. } => PASSING,
            Fact::Carried { .. } => BEARING,
            _ => return false,
        };
        let Some(subject) = fact.subject() else { return false };
        // A name begins anew; "he" and "the herbalist" take up.
        let name = self.case.village.name(subject).to_lowercase();
        let named =
            line.mentions.iter().any(|m| m.what == What::Person(subject) && line.word(m.from) == name);
        let itself =
            self.atoms.iter().any(|(i, a)| *i == at && matches!(a, Atom::Person(p) if *p == subject));
        if itself {
            let there = fact.place().filter(|_| matches!(fact, Fact::Was { .. }));
            let placed = there.is_none_or(|place| {
                self.atoms
                    .iter()
                    .any(|(i, a)| at < *i && *i < to && matches!(a, Atom::Place(p) if *p == place))
            });
            return placed && within(line, verbs, at, to).is_some_and(|(a, _)| a == at);
        }
        let several = self.several_asked();
        let they = several
            && within(line, verbs, from, at + 1)
                .is_some_and(|(a, b)| b <= at && line.toks[a].any(&["they", "both", "two", "pair"]));
        let led = self.atoms.iter().any(|(i, atom)| {
            let meant = matches!(atom, Atom::Person(p) if *p == subject);
            let verb = || within(line, verbs, *i, at + 1).is_some_and(|(a, b)| a == *i && b <= at);
            let role = line.mention_at(*i).is_some_and(|m| !m.owner);
            let taken = role || line.toks[*i].any(&["he", "she", "i"]);
            meant && from <= *i && *i < at && at < to && taken && verb()
        });
        let met = || {
            let whole = within(line, MET, from, at + 1).filter(|(_, b)| *b <= at);
            let object = |b: usize| {
                self.atoms.iter().any(|(i, a)| *i == b - 1 && matches!(a, Atom::Person(p) if *p == subject))
            };
            matches!(fact, Fact::Was { .. })
                && subject != self.case.pack.speaker
                && whole.is_some_and(|(_, b)| object(b))
        };
        (led || they || met())
            && (!named || several)
            && !(matches!(fact, Fact::Carried { .. }) && self.cue(Cue::Lost, from, to))
    }

    /// Whether the question names several people: each is named anew, or "they" are.
    pub(super) fn several_asked(&self) -> bool {
        let people = self.case.player.people();
        people.iter().any(|p| Some(p) != people.first())
    }

    /// Whether the clause says the fact's own verb of whom it is about: "She passed at eight."
    pub(super) fn enacted(&self, fact: &Fact, from: usize, to: usize) -> bool {
        let verbs = match fact {
            Fact::Passed { .. } => PASSING,
            Fact::Carried { .. } => BEARING,
            _ => return false,
        };
        let subject = |at: usize| {
            self.atoms
                .iter()
                .any(|(i, a)| *i == at && matches!(a, Atom::Person(p) if Some(*p) == fact.subject()))
        };
        within(&self.case.line, verbs, from, to).is_some_and(|(a, _)| subject(a))
    }

    /// Whether the sentence of a token has a verb of its own.
    pub(super) fn finite(&self, at: usize) -> bool {
        let (from, to) = self.sentence(at);
        within(&self.case.line, FINITE, from, to).is_some()
    }

    /// The token range of the sentence of a token.
    pub(super) fn sentence(&self, at: usize) -> (usize, usize) {
        sentence(&self.case.line, at)
    }

    /// Whether the sentence of a token asks; "At my forge, where else would I be?" does not.
    pub(super) fn asked(&self, token: usize) -> bool {
        asked(&self.case.line, token)
    }
}

fn sentence(line: &Line<'_>, at: usize) -> (usize, usize) {
    let sentence = line.toks[at].sentence;
    let from = line.toks.iter().position(|t| t.sentence == sentence).unwrap_or(at);
    let to = line.toks.iter().rposition(|t| t.sentence == sentence).map_or(at, |i| i + 1);
    (from, to)
}

/// Whether the sentence of a token asks in earnest.
pub(super) fn asked(line: &Line<'_>, token: usize) -> bool {
    if !line.asks(token) {
        return false;
    }
    let (start, end) = sentence(line, token);
    let here = line.segments[line.segment_of(token)];
    let tail = line.segments.iter().rfind(|s| s.0 < end).copied().unwrap_or(here);
    let idle = RHETORICAL.iter().any(|p| at(line, p, tail.0).is_some())
        && within(line, OPEN_TAIL, tail.0, tail.1 + 1).is_none();
    let none_but: &[&str] =
        &["where|who|when|what else $", "^ and|but|why? who|where|when|what but|save|except|else"];
    let else_where = within(line, none_but, start, end).is_some_and(|(a, b)| a >= token || b <= token + 1);
    !(else_where || tail.0 > here.0 && idle)
}
