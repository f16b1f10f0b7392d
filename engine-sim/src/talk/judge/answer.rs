//! Answer: a line that leans on the player's question, and the facts that it says in short.
//!
//! Owns: what a question lends, whose part of a fact is told, what joins them. Refuses to know: how a question is read
//! (`question`), which words make a reply (`reply`), which remarks may stand around it (`remark`), how a fact in full is
//! compared (`facts`, `coverage`). A slot that is asked for is never lent, none is lent to a clause that stands by itself
//! ("Maud was at the mill" tells of no hour), nor where the line names another of its kind.

use super::claims::Cue;
use super::coverage::{Atom, Need, Reader, accompanies, is_source, meets, needs, perceives, same_kind};
use super::facts::fits;
use super::line::What;
use super::pattern::{every, find_any, within};
use super::polarity;
use super::question::{IN_PLACE, Question, phrased};
use super::remark::{ELSEWHEN, ELSEWHERE, ELSEWHO, NOBODY};
use super::reply::POINTING;
use super::token::Tok;
use super::wordings::GONE;
use crate::fact::Fact;
use crate::ids::{PersonId, PlaceId};

/// Yes, by itself.
#[rustfmt::skip]
const YES: &[&str] = &[
    "^ yes|aye|yea|ay|indeed|certainly|surely|correct $", "^ oh|why|well yes|aye|indeed $", "^ of course $",
    "^ it|that 's|is|was ~1 as you say|said|put|tell", "^ you|ye have|'ve got? ~1 right of it", "^ you|ye are|'re|have|'ve|had ~1 right|correct|it $|on", "^ just|quite|very|even so $", "^ that|it is|'s right|so|correct|true $",
    "^ right|true enough $", "^ right you are $", "^ so it was|is $", "^ exactly|precisely|once $",
];

/// The question's own verb, affirmed: "She was."
#[rustfmt::skip]
const STANDS_FOR: &[&str] = &[
    "^ yes|aye|oh|well|why|indeed|truly|certainly|surely|and|so|that|but? #person|he|she|i|it|they|we ~1 was|were there $",
    "^ yes|aye|oh|well|why|indeed|truly|certainly|surely|and|so|that? #person|he|she|i|it|they|we was|were|did|is|am|'m|are|has|have|had|does|do $",
    "^ #person|he|she|i|it|they was|were indeed|certainly|surely|so? there|so $",
    "^ so|indeed|certainly he|she|i|it|they was|were|did|has|had|have $", "^ #person|he|she|i|it|they indeed|certainly|surely was|did|were|had|has $",
    "^ #person|he|she|i|it|they was|did|were|had|has indeed|so|that|certainly|surely $",
];

/// "Can you tell me where …?": the speaker's own yes to it is beside the answer.
#[rustfmt::skip]
const ASKS_TO_TELL: &[&str] = &["do|did|can|could|have|would|will you ~3 know|tell|say|see|seen|saw|notice|noticed|remember|recall|heard|hear|spot"];
#[rustfmt::skip]
const SO_I_DO: &[&str] = &["^ ~2 i do|can|could|did|have|will|saw $", "^ that i do|can|could|did|have|will $"];

/// "Perhaps she was" affirms nothing.
#[rustfmt::skip]
const DOUBTED: &[&str] = &["perhaps|maybe|possibly|supposedly|allegedly ~3 he|she|i|it|they|#person was|were|did|is|has|had"];

/// "Was it there?" — "It was not."
const IS_NOT: &[&str] = &["^ no|nay $", "it|they was|were not|n't $|there", "not there"];

/// What a thing owned, a trade or a wish of the past is told by.
const NO_LONGER: &[&str] = &["had|used|once|formerly|before|until|till|longer|lost|sold|broke+"];

/// What somebody is by nature is no news of an evening.
const BY_NATURE: &[&str] =
    &["is|'s|are|am|'m ~4 sort|kind|nature|man|woman|creature|soul|habit|always", "keeps|likes|prefers"];

/// "I make it half past four", "I looked for it at five": the speaker's reckoning and looking.
const RECKONS: &str =
    "i ~2 say|make|made|put|reckon|call|name|guess|judge|look|looked|checked|searched|counted|peered|noticed";

/// Whether a word tells somebody something.
fn told_to(tok: &Tok) -> bool {
    ["tell", "assure", "give", "show", "let"].iter().any(|s| tok.stem(s))
        || tok.any(&["to", "for", "with", "by"])
}

impl Reader<'_, '_> {
    /// The token range in which the line says a fact in answer to the player's question.
    pub(super) fn answered(&self, fact: &Fact, question: &Question) -> Option<(usize, usize)> {
        let needs = needs(self.case, fact);
        let (lent, own): (Vec<Need>, Vec<Need>) =
            needs.iter().copied().partition(|n| self.lent(question, *n, fact));
        let short = !lent.is_empty() && self.worded(fact) && self.earnest(fact);
        if !short || self.kept_back(&needs) || self.no_witness(fact) || self.rivalled(question, &own, fact) {
            return None;
        }
        let whole = (0, self.case.line.toks.len());
        let alone = matches!(fact, Fact::Alone { .. });
        if question.whether {
            let affirmed = self.affirmed(fact)?;
            if own.is_empty() {
                return Some(affirmed);
            }
        } else if question.company && own.is_empty() {
            // "Who was with her?": being alone is the answer, or whoever was there too.
            return if alone { Some(whole) } else { self.companion(fact, question) };
        } else if !(question.company && alone
            || own.iter().any(|n| question.asks(*n))
            || self.deed(fact, question)
            || question.opens_whether && self.affirmed(fact).is_some())
        {
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

    /// "What were you up to at eight?" — "Dicing. In the chapel.": what is asked for is the deed.
    fn deed(&self, fact: &Fact, question: &Question) -> bool {
        matches!(fact, Fact::Keeps { .. })
            && question.asks_what()
            && self.cued(fact, 0, self.case.line.toks.len())
    }

    /// "Who was with Agnes?" — "Her brother.": where the other one was, she was.
    fn companion(&self, fact: &Fact, question: &Question) -> Option<(usize, usize)> {
        let beside = |f: &&Fact| {
            matches!(f, Fact::Was { .. })
                && f.subject() != fact.subject()
                && (f.place(), f.at()) == (fact.place(), fact.at())
        };
        let mut others =
            self.case.pack.act.facts.iter().filter(|_| matches!(fact, Fact::Was { .. })).filter(beside);
        others.find_map(|other| {
            let asked = other.subject().is_some_and(|p| question.asks(Need::Person(p)));
            if asked { self.answered(other, question) } else { None }
        })
    }

    /// Whether the question gives a need that it does not ask for, and the line names no other of the kind.
    fn lent(&self, question: &Question, need: Need, fact: &Fact) -> bool {
        let given = match need {
            Need::Person(p) => {
                (question.person == Some(p) || question.people.contains(&p)) && !self.someone_else(p, fact)
            }
            Need::Place(p) => {
                let stated = question.at_place == Some(p)
                    || question.at_place.is_none() && self.at_home(fact, p, question);
                stated && !self.strays(ELSEWHERE, fact)
            }
            Need::Time(at) => {
                question.at_time.is_some_and(|t| fits(t, fact, at)) && !self.strays(ELSEWHEN, fact)
            }
            Need::Item(i) => {
                let it = question.item.is_none() && question.points && i == self.case.village.ember();
                question.item == Some(i) || it && matches!(fact, Fact::Took { .. })
            }
            Need::Gold(_) | Need::Trace(_) | Need::Residue(_) => false,
        };
        given && !question.asks(need) && !self.rival(need, fact)
    }

    /// Whether a thing is asked after without its place: the ember's is its house, another's stands in the talk.
    fn at_home(&self, fact: &Fact, place: PlaceId, question: &Question) -> bool {
        let village = self.case.village;
        let (Fact::Present { item, .. } | Fact::Missing { item, .. }) = *fact else { return false };
        item == village.ember() && village.villager(village.keeper()).work == place
            || question.points && question.item == Some(item) && question.whether
    }

    /// Whether the line names another of a need's kind than the fact, and not beside the answer.
    fn rival(&self, need: Need, fact: &Fact) -> bool {
        self.atoms.iter().any(|(at, atom)| {
            same_kind(need, *atom)
                && !meets(need, *atom, fact, self.case)
                && !accompanies(self.case, fact, *atom)
                && !self.aside(*at, *atom)
        })
    }

    /// Whether the line names another of the kind that is asked for, of which no allowed fact tells.
    fn rivalled(&self, question: &Question, own: &[Need], fact: &Fact) -> bool {
        own.iter().filter(|n| question.asks(**n)).any(|need| {
            self.atoms.iter().any(|(at, atom)| {
                same_kind(*need, *atom)
                    && !meets(*need, *atom, fact, self.case)
                    && !self.permitted(*atom)
                    && !self.aside(*at, *atom)
            })
        })
    }

    /// Whether somebody else than whom the question names may be meant.
    fn someone_else(&self, who: PersonId, fact: &Fact) -> bool {
        let line = &self.case.line;
        let own = who == self.case.pack.speaker;
        let unmeant = |i: usize| {
            let they = !self.several_asked()
                && line.toks[i].is("they")
                && line.toks.get(i + 1).is_some_and(|t| t.any(&["was", "were", "did", "had"]))
                || line.toks[i].is("them")
                    && i > 0
                    && line.toks[i - 1].any(&["with", "and", "saw", "beside"]);
            let object = !own && line.toks[i].any(&["him", "her"]);
            (they || object || line.toks[i].any(&["he", "she"]))
                && line.mention_at(i).is_none()
                && !self.atoms.iter().any(|(at, _)| *at == i)
        };
        !own && self.strays(ELSEWHO, fact) || (0..line.toks.len()).any(unmeant)
    }

    /// Whether an atom is only the speaker's seeing, the speaker's own, or who told.
    pub(super) fn aside(&self, at: usize, atom: Atom) -> bool {
        let case = self.case;
        let (from, to) = case.line.segments[case.line.segment_of(at)];
        let p = match atom {
            Atom::Person(p) => p,
            // "… and the bell carries to my forge": the speaker's own house, beside the answer.
            Atom::Place(p) => {
                let mine = case.line.toks[at].any(&["my", "our", "here"]);
                let apart = !self.atoms.iter().any(|(i, a)| {
                    from <= *i
                        && *i < to
                        && !matches!(a, Atom::Person(q) if *q == case.pack.speaker)
                        && *i != at
                });
                return mine
                    && apart
                    && p == case.village.villager(case.pack.speaker).work
                    && self.clause(from, to);
            }
            _ => return false,
        };
        if is_source(case, p) {
            return true;
        }
        let pronoun = |i: usize| case.line.mention_at(i).is_none();
        let beside = |i: usize, a: Atom| match a {
            Atom::Person(q) => q != p && !pronoun(i),
            Atom::Item(_) | Atom::Gold(_) => false,
            _ => true,
        };
        let by_itself = !self.atoms.iter().any(|(i, a)| from <= *i && *i < to && beside(*i, *a))
            && within(&case.line, POINTING, from, to + 1).is_none();
        // "She told me he was there": to whom it is said.
        let told = case.line.toks[at].is("me") && at > 0 && told_to(&case.line.toks[at - 1]);
        let possessive = told || case.line.toks[at].any(&["my", "our", "mine", "us"]);
        let so = || {
            within(&case.line, SO_I_DO, from, to + 1).is_some()
                && find_any(&case.player, ASKS_TO_TELL).is_some()
        };
        let reckons = super::pattern::at(&case.line, &RECKONS, at).is_some();
        p == case.pack.speaker && (reckons || possessive || by_itself || perceives(case, at) || so())
    }

    /// Whether the fact's turn of phrase is in the line or in the question, and none against it in the line.
    fn worded(&self, fact: &Fact) -> bool {
        let end = self.case.line.toks.len();
        let cues: &[Cue] = match fact {
            Fact::Was { .. } | Fact::Passed { .. } | Fact::Carried { .. } => &[Cue::Lost],
            Fact::Alone { .. } => &[Cue::NotAlone, Cue::Lost],
            Fact::Wants { .. } => &[Cue::Refuse],
            Fact::Present { .. } => &[Cue::Lost],
            _ => &[],
        };
        let line = &self.case.line;
        let there = matches!(fact, Fact::Missing { .. })
            && line.segments.iter().any(|&(from, to)| {
                let denied = polarity::of_segment(line, from, to).denied();
                within(line, IN_PLACE, from, to).is_some() && !denied
            });
        let present = matches!(fact, Fact::Owns { .. } | Fact::Works { .. } | Fact::Wants { .. });
        let past = present && find_any(&self.case.line, NO_LONGER).is_some();
        let nature = matches!(fact, Fact::Alone { .. }) && find_any(&self.case.line, BY_NATURE).is_some();
        let against = |c: &Cue| {
            line.segments.iter().any(|&(from, to)| self.cue(*c, from, to) && !self.colour(from, fact))
        };
        let opposed = past || there || nature || cues.iter().any(against);
        let short = match fact {
            Fact::Owes { .. } | Fact::Price { .. } | Fact::Tied { .. } | Fact::Said { .. } => false,
            Fact::Carried { .. } => phrased(&self.case.player, fact) || self.cue(Cue::Carry, 0, end),
            Fact::Was { .. }
            | Fact::Passed { .. }
            | Fact::Works { .. }
            | Fact::Trace { .. }
            | Fact::Residue { .. } => phrased(&self.case.player, fact),
            _ => {
                let nobody = matches!(fact, Fact::Alone { .. }) && within(line, NOBODY, 0, end + 1).is_some();
                nobody || phrased(&self.case.player, fact) || self.cued(fact, 0, end)
            }
        };
        short && !opposed
    }

    /// Where the line says yes of the one whom the fact is about.
    fn affirmed(&self, fact: &Fact) -> Option<(usize, usize)> {
        let line = &self.case.line;
        if self.restated(fact) {
            return Some((0, line.toks.len()));
        }
        let yes = every(line, YES, 0, line.toks.len() + 1).into_iter().map(|(_, hit)| hit);
        if let Some(yes) = yes.into_iter().find(|(from, _)| !line.asks(*from)) {
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
            (None, None) => line.toks[from].any(&["it", "they"]),
            _ => false,
        };
        meant.then_some((from, to))
    }

    /// "Was she alone?" — "Not a soul with her."; "Was it still there?" — "Gone by eight.": the fact's own turn of phrase.
    fn restated(&self, fact: &Fact) -> bool {
        let line = &self.case.line;
        let cue = match fact {
            Fact::Alone { .. } => Cue::Alone,
            Fact::Missing { .. } if find_any(line, IS_NOT).is_some() || find_any(line, GONE).is_some() => {
                return true;
            }
            Fact::Missing { .. } => Cue::Gone,
            _ => {
                return line.segments.iter().any(|&(from, to)| {
                    let denied = polarity::of_segment(line, from, to).denied();
                    self.enacted(fact, from, to) && !denied && !line.asks(from)
                });
            }
        };
        line.segments.iter().any(|&(from, to)| self.cue(cue, from, to) && !line.asks(from))
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

    /// Whether a need is met within the range, not asked, by a reply which names nothing of another fact than those allowed.
    fn in_short(&self, need: Need, fact: &Fact, from: usize, last: usize) -> bool {
        self.atoms.iter().any(|(at, atom)| {
            let here = from <= *at && *at <= last && meets(need, *atom, fact, self.case);
            here && !self.asked(*at) && self.replies(*at, fact) && self.told_there(*at)
        })
    }

    /// Whether all that the segment of a token names belongs to allowed facts.
    fn told_there(&self, at: usize) -> bool {
        let line = &self.case.line;
        let (from, to) = line.segments[line.segment_of(at)];
        let inside = self.atoms.iter().filter(|(i, _)| from <= *i && *i < to);
        inside.into_iter().all(|(i, atom)| self.permitted(*atom) || self.aside(*i, *atom))
    }

    /// Whether an allowed fact names what an atom names.
    fn permitted(&self, atom: Atom) -> bool {
        let case = self.case;
        let mut facts = case.pack.act.facts.iter().chain(&case.pack.may);
        facts.any(|f| needs(case, f).iter().any(|n| meets(*n, atom, f, case)) || accompanies(case, f, atom))
    }
}
