//! Answer: a line that leans on the player's question, and the facts that it says in short.
//!
//! Owns: what a question lends, what a fragment is, what keeps a line from being an answer. Refuses to know: how a question is
//! read (`question`), how a fact in full is compared (`facts`, `coverage`). A slot that is asked for is never lent, none is
//! lent to a clause that stands by itself ("Maud was at the mill" tells of no hour), nor where the line names another of its
//! kind, denies, supposes, asks or takes back.

use super::claims::{Cue, SCORNS, TAKES_BACK};
use super::coverage::{Atom, Need, Reader, accompanies, is_source, meets, needs, perceives, same_kind};
use super::facts::fits;
use super::line::What;
use super::pattern::{find_any, within};
use super::polarity;
use super::question::{Question, STILL, phrased};
use super::token::Kind;
use crate::fact::Fact;
use crate::ids::PersonId;
use crate::talk::vocabulary::{FUNCTION_WORDS, NUMBER_WORDS};

/// Words of a fragment besides those of grammar.
#[rustfmt::skip]
const FRAGMENT_WORDS: &[&str] = &[
    "stroke", "strike", "dot", "bell", "sharp", "alone", "dear", "friend", "sir", "belong", "belongs", "belonging",
    "o'clock", "course", "gone", "missing", "both", "pair", "company", "saw", "spotted", "met", "noticed", "recognised",
];

/// Verbs that make a clause stand by itself, unless it only points ("It was Corwin") or stands for the question's
/// ("Corwin did").
#[rustfmt::skip]
const FINITE: &[&str] = &[
    "am|'m|is|'s|are|'re|was|were|did|do|does|has|have|'ve|had|'d|will|'ll|would|shall|should|can|could|may|might|must|belong+|saw|spotted|met|noticed|recognised",
];

/// Clauses that point at what was asked for, or stand for the question's own verb.
#[rustfmt::skip]
const POINTING: &[&str] = &[
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
    "i ~1 saw|spotted|met|noticed|recognised #person $",
];

/// Yes, by itself.
#[rustfmt::skip]
const YES: &[&str] = &["^ yes|aye|yea|ay|indeed|certainly|surely $"];

/// The question's own verb, affirmed: "She was."
#[rustfmt::skip]
const STANDS_FOR: &[&str] = &[
    "^ yes|aye|oh|well|why|indeed|truly|certainly|surely|and|so? #person|he|she|i|it|they|we was|were there $",
    "^ yes|aye|oh|well|why|indeed|truly|certainly|surely|and|so? #person|he|she|i|it|they|we was|were|did|is|am|'m|are|has|have|had|does|do $",
];

/// "Can you tell me where …?": the speaker's own yes to it is beside the answer.
#[rustfmt::skip]
const ASKS_TO_TELL: &[&str] = &["do|did|can|could|have|would|will you ~3 know|tell|say|see|seen|saw|notice|noticed|remember|recall|heard|hear|spot"];
#[rustfmt::skip]
const SO_I_DO: &[&str] = &["^ ~2 i do|can|could|did|have|will|saw $", "^ that i do|can|could|did|have|will $"];

/// Nobody, where the player has asked who was with somebody.
const NOBODY: &[&str] = &["^ nobody|none $", "^ no one|body|soul $", "^ not a|one ~1 soul|body"];

/// "Perhaps she was" affirms nothing.
#[rustfmt::skip]
const DOUBTED: &[&str] = &["perhaps|maybe|possibly|supposedly|allegedly ~3 he|she|i|it|they|#person was|were|did|is|has|had"];

/// What is no witness's word, or no such evening: a dream, a tale, a habit, a leaving.
#[rustfmt::skip]
const NO_WITNESS: &[&str] = &[
    "dream+|dreamt|imagination|ghost+|story|tale+|joke+|jest+|rumour+|rumor+|liar+|lie|lies|lying|fib+|nonsense|guess+|usually|sometimes|often|mostly|nights|evenings|mornings|weeks|years|ago",
    "last|next|other|every|each|most week|year|month|winter|spring|summer|autumn|day|time",
    "left|leave+|depart+|miss+|avoid+|skip+|expect+|invite+", "believe that|it|him|her|them",
];

/// What a thing owned, a trade or a wish of the past is told by.
const NO_LONGER: &[&str] = &["had|used|once|formerly|before|until|till|longer|lost|sold|broke+"];

/// Words that leave open which, or only suppose.
#[rustfmt::skip]
const OPEN: &[&str] = &[
    "or|nor|either|neither|if|unless|whether|suppose+|imagine+|pretend+|might|could|may|should|will|'ll|shall|except|but|save",
    "instead|rather of|than",
];

/// Other hours than the question's.
#[rustfmt::skip]
const ELSEWHEN: &[&str] = &[
    "later|earlier|sooner|before|after|afterwards|next|tomorrow|yesterday|morning|midnight|noon|midday|dawn|dusk|sunset|sunrise|afternoon|daybreak|supper|breakfast|till|until|since|hour|hours|minute|minutes|then",
];

/// Other places than the question's.
#[rustfmt::skip]
const ELSEWHERE: &[&str] = &["elsewhere|home|here|away|somewhere|nowhere|anywhere|everywhere|outside|upstairs|abroad|another|other|next"];

/// Other people than whom the question names.
#[rustfmt::skip]
const ELSEWHO: &[&str] = &[
    "someone|somebody|anyone|anybody|everyone|everybody|stranger+|others|another|man|woman|fellow|thief|folk",
    "was|is|'s|were|be me|i|myself",
];

/// "As to when, ask another": the slot asked for is kept back.
#[rustfmt::skip]
const KEEPS_BACK: &[&str] = &[
    "not|n't|never|no|nor|cannot|hardly|know+|say|tell|ask+|guess|idea|matter+|sure|remember|recall|think|wonder+|forget+|forgot ~4 who|where|when|what|which|whose|whom|hour|time|place|name",
    "who|where|when|what|which|whose|whom|hour|time|place|name ~4 not|n't|never|no|nor|cannot|know+|say|tell|guess|idea|matter|sure|remember|recall|forget+|forgot",
];

/// What a denied remark may not speak of, or it speaks of the answer.
#[rustfmt::skip]
const OF_THE_ANSWER: &[&str] = &[
    "^ no|not|never|nor|neither|nobody|none|nothing|hardly|nowhere",
    "it|that|this|so|he|she|him|her|they|them|did|was|were|true|right|likely|such|mean|say|said|swear|believe|serious",
];

impl Reader<'_, '_> {
    /// The token range in which the line says a fact in answer to the player's question.
    pub(super) fn answered(&self, fact: &Fact, question: &Question) -> Option<(usize, usize)> {
        let needs = needs(self.case, fact);
        let (lent, own): (Vec<Need>, Vec<Need>) =
            needs.iter().copied().partition(|n| self.lent(question, *n, fact));
        let short = !lent.is_empty() && self.worded(fact) && self.earnest(fact);
        let apart = [KEEPS_BACK, NO_WITNESS].iter().any(|t| find_any(&self.case.line, t).is_some());
        if !short || apart {
            return None;
        }
        if question.whether {
            let affirmed = self.affirmed(fact)?;
            if own.is_empty() {
                return Some(affirmed);
            }
        } else if question.company && own.is_empty() {
            // "Who was with her?": being alone is the answer.
            return matches!(fact, Fact::Alone { .. }).then_some((0, self.case.line.toks.len()));
        } else if !own.iter().any(|n| question.asks(*n)) {
            return None;
        }
        let mut best: Option<(usize, usize)> = None;
        for n in 0..self.atoms.len() {
            let Some((from, last)) = self.window(&own, n, fact) else { continue };
            let told = own.iter().all(|need| self.in_short(*need, fact, from, last));
            if told && self.clean(&needs, fact, from, last) && best.is_none_or(|(a, b)| last - from < b - a) {
                best = Some((from, last));
            }
        }
        let (from, last) = best?;
        Some((from, self.case.line.mention_at(last).map_or(last + 1, |m| m.to)))
    }

    /// Whether the question gives a need that it does not ask for, and the line names no other of the kind.
    fn lent(&self, question: &Question, need: Need, fact: &Fact) -> bool {
        let line = &self.case.line;
        let given = match need {
            Need::Person(p) => question.person == Some(p) && !self.someone_else(p),
            Need::Place(p) => question.at_place == Some(p) && find_any(line, ELSEWHERE).is_none(),
            Need::Time(at) => {
                question.at_time.is_some_and(|t| fits(t, fact, at)) && find_any(line, ELSEWHEN).is_none()
            }
            Need::Item(i) => question.item == Some(i),
            Need::Gold(_) | Need::Trace(_) | Need::Residue(_) => false,
        };
        let strange = |(at, atom): &(usize, Atom)| {
            same_kind(need, *atom)
                && !meets(need, *atom, fact, self.case)
                && !accompanies(self.case, fact, *atom)
                && !self.aside(*at, *atom)
        };
        given && !question.asks(need) && !self.atoms.iter().any(strange)
    }

    /// Whether somebody else than whom the question names may be meant.
    fn someone_else(&self, who: PersonId) -> bool {
        let line = &self.case.line;
        let unmeant = |i: usize| {
            line.toks[i].any(&["he", "she", "him", "her", "they", "them"])
                && line.mention_at(i).is_none()
                && !self.atoms.iter().any(|(at, a)| *at == i && matches!(a, Atom::Person(p) if *p == who))
        };
        let own = who == self.case.pack.speaker;
        !own && find_any(line, ELSEWHO).is_some() || (0..line.toks.len()).any(unmeant)
    }

    /// Whether an atom is only the speaker's seeing, the speaker's own, or who told.
    fn aside(&self, at: usize, atom: Atom) -> bool {
        let case = self.case;
        let Atom::Person(p) = atom else { return false };
        if is_source(case, p) {
            return true;
        }
        let (from, to) = case.line.segments[case.line.segment_of(at)];
        let by_itself = !self
            .atoms
            .iter()
            .any(|(i, a)| from <= *i && *i < to && !matches!(a, Atom::Person(q) if *q == p))
            && within(&case.line, POINTING, from, to + 1).is_none();
        let possessive = case.line.toks[at].any(&["my", "our", "mine", "us"]);
        let so = || {
            within(&case.line, SO_I_DO, from, to + 1).is_some()
                && find_any(&case.player, ASKS_TO_TELL).is_some()
        };
        p == case.pack.speaker && (possessive || by_itself || perceives(case, at) || so())
    }

    /// Whether the fact's turn of phrase is in the line or in the question, and none against it in the line.
    fn worded(&self, fact: &Fact) -> bool {
        let end = self.case.line.toks.len();
        let against: &[Cue] = match fact {
            Fact::Was { .. } | Fact::Passed { .. } | Fact::Carried { .. } => &[Cue::Lost],
            Fact::Alone { .. } => &[Cue::NotAlone, Cue::Lost],
            Fact::Wants { .. } => &[Cue::Refuse],
            Fact::Present { .. } => &[Cue::Gone],
            _ => &[],
        };
        let there = matches!(fact, Fact::Missing { .. }) && find_any(&self.case.line, STILL).is_some();
        let present = matches!(fact, Fact::Owns { .. } | Fact::Works { .. } | Fact::Wants { .. });
        let past = present && find_any(&self.case.line, NO_LONGER).is_some();
        let opposed = past || there || against.iter().any(|c| self.cue(*c, 0, end));
        let short = match fact {
            Fact::Owes { .. } | Fact::Price { .. } | Fact::Tied { .. } | Fact::Said { .. } => false,
            Fact::Carried { .. } => phrased(&self.case.player, fact) || self.cue(Cue::Carry, 0, end),
            Fact::Was { .. }
            | Fact::Passed { .. }
            | Fact::Works { .. }
            | Fact::Trace { .. }
            | Fact::Residue { .. } => phrased(&self.case.player, fact),
            _ => phrased(&self.case.player, fact) || self.cued(fact, 0, end),
        };
        short && !opposed
    }

    /// Whether nothing in the line denies, supposes or takes back what it answers.
    fn earnest(&self, fact: &Fact) -> bool {
        let line = &self.case.line;
        line.segments.iter().all(|&(from, to)| {
            let polarity = polarity::of_segment(line, from, to);
            let names = self.atoms.iter().any(|(at, a)| {
                from <= *at && *at < to && !matches!(a, Atom::Person(p) if *p == self.case.pack.speaker)
            });
            let lone = matches!(fact, Fact::Alone { .. }) && self.cue(Cue::Alone, from, to);
            // "No one else.": none besides.
            let besides = within(line, &["no one|body else", "nobody|none|nothing else"], from, to).is_some();
            let none = matches!(fact, Fact::Alone { .. }) && within(line, NOBODY, from, to + 1).is_some();
            let lone = lone || none || besides && !names;
            let speaks = names || within(line, OF_THE_ANSWER, from, to).is_some();
            let denied = polarity.denied() && !lone && speaks;
            let open = names && !lone && within(line, OPEN, from, to).is_some();
            let asked = names && self.asked(from) && self.finite(from);
            !(denied || open || asked || names && polarity.supposed)
                && within(line, TAKES_BACK, from, to + 1).is_none()
                && (lone || within(line, SCORNS, from, to + 1).is_none())
        })
    }

    /// Where the line says yes of the one whom the fact is about.
    fn affirmed(&self, fact: &Fact) -> Option<(usize, usize)> {
        let line = &self.case.line;
        if let Some(yes) = find_any(line, YES).filter(|(from, _)| !line.asks(*from)) {
            return Some(yes);
        }
        let (_, to) = find_any(line, STANDS_FOR)?;
        let from = self.subject_before(to)?;
        if within(line, DOUBTED, 0, to).is_some() {
            return None;
        }
        let who = self.atoms.iter().find(|(at, _)| *at == from).map(|a| a.1);
        let meant = match (who, fact.subject()) {
            (Some(Atom::Person(p)), Some(subject)) => p == subject,
            (None, None) => line.toks[from].is("it"),
            _ => false,
        };
        meant.then_some((from, to))
    }

    /// The subject of the verb that ends before a token: the last mention or pronoun before the verb.
    fn subject_before(&self, to: usize) -> Option<usize> {
        let line = &self.case.line;
        let is = |i: &usize| {
            matches!(line.mention_at(*i).map(|m| m.what), Some(What::Person(_)))
                || line.toks[*i].any(&["he", "she", "i", "it", "they", "we"])
        };
        (to.saturating_sub(4)..to).rev().find(is).map(|i| line.mention_at(i).map_or(i, |m| m.from))
    }

    /// Whether the sentence of a token has a verb of its own.
    fn finite(&self, at: usize) -> bool {
        let line = &self.case.line;
        let sentence = line.toks[at].sentence;
        let from = line.toks.iter().position(|t| t.sentence == sentence).unwrap_or(at);
        let to = line.toks.iter().rposition(|t| t.sentence == sentence).map_or(at, |i| i + 1);
        within(line, FINITE, from, to).is_some()
    }

    /// Whether the sentence of a token asks; "At my forge, where else?" does not.
    fn asked(&self, at: usize) -> bool {
        let line = &self.case.line;
        let to = (at..line.toks.len()).find(|i| line.toks[*i].ends_sentence()).unwrap_or(line.toks.len());
        line.asks(at) && within(line, &["where|who|when|what else $"], at, to + 1).is_none()
    }

    /// Whether a need is met within the range, not asked, by a fragment or a clause that only points, which names nothing of
    /// another fact than those allowed.
    fn in_short(&self, need: Need, fact: &Fact, from: usize, last: usize) -> bool {
        self.atoms.iter().any(|(at, atom)| {
            let here = from <= *at && *at <= last && meets(need, *atom, fact, self.case);
            here && !self.asked(*at) && self.fragment(*at) && self.told_there(*at)
        })
    }

    /// Whether all that the segment of a token names belongs to allowed facts.
    fn told_there(&self, at: usize) -> bool {
        let case = self.case;
        let (from, to) = case.line.segments[case.line.segment_of(at)];
        let allowed = |atom: Atom| {
            let mut facts = case.pack.act.facts.iter().chain(&case.pack.may);
            facts.any(|f| {
                needs(case, f).iter().any(|n| meets(*n, atom, f, case)) || accompanies(case, f, atom)
            })
        };
        let inside = self.atoms.iter().filter(|(i, _)| from <= *i && *i < to);
        inside.into_iter().all(|(i, atom)| allowed(*atom) || self.aside(*i, *atom))
    }

    /// Whether the segment of a token is a fragment: names and words of grammar, and no verb that makes it stand by itself.
    fn fragment(&self, at: usize) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        let grammar = |word: &str| {
            let mut words =
                FUNCTION_WORDS.split_ascii_whitespace().chain(NUMBER_WORDS.split_ascii_whitespace());
            words.any(|w| w == word)
        };
        let small = (from..to).all(|i| {
            let word = line.word(i);
            line.mention_at(i).is_some_and(|m| !matches!(m.what, What::UnknownPerson))
                || line.toks[i].kind != Kind::Word
                || word.starts_with('\'')
                || word.ends_with("ly")
                || line.toks[i].any(FRAGMENT_WORDS)
                || grammar(word)
        });
        small && (within(line, FINITE, from, to).is_none() || within(line, POINTING, from, to + 1).is_some())
    }
}
