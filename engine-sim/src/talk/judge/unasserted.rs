//! Unasserted: the words of a line by which nothing is claimed: a question that is only talked about ("where
//! Greta was at six"), the topic of a silence ("nothing to report on Greta"), the player's words taken up in
//! a fragment ("Greta, nine: no sighting").
//!
//! Owns: that reading, in the acts that tell nothing. Refuses to know: facts; what may be named at all
//! (`permits`). Only what the question names already is let off, and nothing is where the rest of the line
//! tells of the event ("… but it wasn't home").

use super::clock::Limit;
use super::line::{Line, Mention, What};
use super::pattern::{every, find_any, within};
use super::polarity;
use super::silence::{
    ALLEGATIONS, ASKING, AUXILIARIES, BETWEEN_NAMES, CIRCLES, DETERMINERS, GRANTING, GUESSES, HABITS, HOURS,
    IGNORANT, KEEPING_BACK, KEPT, NO_BUSINESS, NO_VERBS, OPEN, OPEN_TO_DENY, OTHERS, PEOPLE, PLACES, SILENCE,
    TELLING, TOLD, UNVOUCHED, WITHIN_VERB, YES,
};
use super::token::{Kind, Tok};
use crate::act::ActKind;
use crate::content::Village;
use crate::pack::Pack;
use crate::talk::vocabulary::{is_function_word, is_irregular_past};

/// The acts in which nothing is told.
pub(super) fn tells_nothing(kind: ActKind) -> bool {
    use ActKind::{Clarify, Deflect, DontKnow, Refuse, Shrug};
    matches!(kind, DontKnow | Refuse | Deflect | Clarify | Shrug)
}

/// For each token, whether it stands where nothing is claimed by it: a name only if the player's question has
/// it. And whether the line keeps quiet: its act tells nothing, and neither does it.
pub(super) fn read(line: &Line<'_>, player: &Line<'_>, village: &Village, pack: &Pack) -> (Vec<bool>, bool) {
    let count = line.toks.len();
    let reading = Reading { line, player, village, pack };
    let mut covered = vec![false; count];
    let quiet = tells_nothing(pack.act.kind);
    if quiet || pack.act.kind == ActKind::Deny {
        reading.questions(&mut covered);
    }
    if quiet {
        for &(from, to) in &line.segments {
            reading.segment(from, to, &mut covered);
        }
        if reading.tells_besides(&covered) || reading.places(&covered) {
            return (Vec::new(), false);
        }
    }
    let free = |i: usize| line.mention_at(i).is_none_or(|m| reading.echoed(m));
    ((0..count).map(|i| covered[i] && free(i) || reading.not_one(i)).collect(), quiet)
}

struct Reading<'a> {
    line: &'a Line<'a>,
    player: &'a Line<'a>,
    village: &'a Village,
    pack: &'a Pack,
}

impl Reading<'_> {
    /// Whether what is named is the player's already, or a question's by the pack.
    fn echoed(&self, mention: &Mention) -> bool {
        let pack = self.pack;
        let heard = |what: What| self.player.mentions.iter().any(|m| m.what == what);
        match mention.what {
            What::Person(p) => {
                p == pack.speaker || p.is_player() || heard(mention.what) || pack.may_people.contains(&p)
            }
            What::Place(p) => heard(mention.what) || pack.may_places.contains(&p),
            What::Item(i) => heard(mention.what) || pack.may_items.contains(&i) || i == self.village.ember(),
            What::Time(t) => {
                let same = |other: &Mention| match other.what {
                    What::Time(o) => {
                        o.minute == t.minute
                            && o.other_day == t.other_day
                            && (t.limit == o.limit || matches!(t.limit, Limit::At | Limit::By))
                    }
                    _ => false,
                };
                let packed =
                    |s: &crate::time::Slot| t.limit == Limit::At && t.minute == Some(s.start().0 as u16);
                self.player.mentions.iter().any(same) || pack.may_times.iter().any(packed)
            }
            What::Gold(n) | What::Number(n) => self.player.mentions.iter().any(|m| match m.what {
                What::Gold(o) | What::Number(o) => o == n,
                What::Time(o) => o.minute.is_some_and(|minute| u32::from(minute) == n * 60 + NOON_MIN),
                _ => false,
            }),
            _ => heard(mention.what),
        }
    }

    /// "Not one coin do I owe": no sum is named, unless another one is left standing.
    fn not_one(&self, i: usize) -> bool {
        let line = self.line;
        let none = line.mention_at(i).is_some_and(|m| {
            m.what == What::Gold(1) && m.from > 0 && line.toks[m.from - 1].any(&["not", "nor", "never"])
        });
        let rest = || line.toks[i..].iter().take_while(|t| t.sentence == line.toks[i].sentence);
        let others = ["more", "but", "except", "save", "besides", "beyond", "only", "just", "over", "less"];
        let left = line.mentions.iter().any(|m| {
            let scorned = line.toks[m.from.saturating_sub(2)..m.from]
                .iter()
                .any(|t| t.any(&["alone", "mind", "less", "nor", "not"]));
            m.from > i && matches!(m.what, What::Gold(_)) && !scorned
        });
        self.pack.act.kind == ActKind::Deny && none && !left && !rest().any(|t| t.any(&others))
    }

    /// Questions within a clause: from the word that opens one to the next verb but one.
    fn questions(&self, covered: &mut [bool]) {
        for &(from, to) in &self.line.segments {
            for at in from..to {
                let Some(end) = self.question(at, from, to) else { continue };
                covered[at..end].fill(true);
            }
        }
    }

    fn question(&self, at: usize, from: usize, to: usize) -> Option<usize> {
        if !self.opens(at) {
            return None;
        }
        let verbs = self.verbs(at + 1, to);
        let told = self.pack.act.kind == ActKind::Deny
            && self.line.toks[at].any(&["whoever", "anyone", "anybody"])
            && verbs.first().is_some_and(|v| self.line.toks[*v].any(TOLD));
        let end = verbs.get(1 + usize::from(told)).copied().unwrap_or(to);
        // "Who was on the bridge was Greta", "Greta is who was on the bridge": that tells it.
        let named = |a: usize, b: usize| {
            (a..b.min(to)).any(|i| {
                matches!(
                    self.line.mention_at(i).map(|m| m.what),
                    Some(What::Person(_) | What::Place(_) | What::Time(_))
                )
            })
        };
        let is = |i: usize| self.line.toks.get(i).is_some_and(|t| t.any(&["is", "'s", "was", "were"]));
        let points = end < to && is(end) && named(end + 1, end + 4);
        let pointed = at > from && is(at - 1) && named(from, at - 1);
        (!points && !pointed).then_some(end)
    }

    /// Whether a token opens a question within a clause.
    fn opens(&self, at: usize) -> bool {
        let line = self.line;
        let tok = &line.toks[at];
        if line.mention_at(at).is_some() {
            return false;
        }
        if self.pack.act.kind == ActKind::Deny {
            return tok.any(OPEN_TO_DENY) || tok.is("that") && at > 0 && line.toks[at - 1].any(ALLEGATIONS);
        }
        // "What of Greta?" takes nothing for granted.
        let of =
            find_any(self.player, &["what of|about|if"]).is_some() && tok.any(&["what", "whatever", "which"]);
        let asked = |table: &'static [&'static str]| !of && find_any(self.player, table).is_some();
        let granted = GRANTING.iter().any(|(words, table)| tok.any(words) && asked(table));
        !self.tells_of(at) && (tok.any(OPEN) || granted)
    }

    /// "The bridge, where Greta was": the clause tells of what stands before it.
    fn tells_of(&self, at: usize) -> bool {
        let line = self.line;
        let tok = &line.toks[at];
        let Some(before) = (0..at).rev().find(|i| !line.toks[*i].is(",")) else { return false };
        let (name, words) = (line.mention_at(before).map(|m| m.what), &line.toks[before]);
        let same = words.sentence == tok.sentence;
        same && match tok.low.as_str() {
            "if" => words.is("as"),
            "where" | "wherever" => matches!(name, Some(What::Place(_))) || words.any(PLACES),
            "who" | "whom" | "whose" => {
                matches!(name, Some(What::Person(_) | What::UnknownPerson)) || words.any(PEOPLE)
            }
            "when" => matches!(name, Some(What::Time(_))) || words.any(HOURS),
            "which" => name.is_some(),
            _ => false,
        }
    }

    /// One clause: a circle, a guess, a first person who does not know, a topic, a fragment.
    fn segment(&self, from: usize, to: usize, covered: &mut [bool]) {
        let line = self.line;
        let verbs: Vec<usize> = self.verbs(from, to).into_iter().filter(|v| !covered[*v]).collect();
        let whole = self.whole(from, to, covered);
        if let Some((a, b)) = within(line, CIRCLES, from, to)
            && !line.toks.get(b).is_some_and(|t| t.is("you"))
            && !line.mentions.iter().any(|m| b <= m.from && m.from < to)
        {
            covered[from..a].fill(true);
        }
        let guessing = matches!(self.pack.act.kind, ActKind::DontKnow | ActKind::Shrug);
        let guessed = within(line, GUESSES, from, to).is_some() && !self.person_before_seeing(from, to);
        if guessing && (guessed || self.unnoticed(from, to)) {
            covered[from..to].fill(true);
        }
        if !whole {
            let hits = every(line, IGNORANT, from, to);
            let ignorant = |v: &usize| hits.iter().any(|(_, (a, b))| a <= v && v < b);
            if !hits.is_empty() && verbs.iter().all(ignorant) {
                covered[from..to].fill(true);
            }
        }
        let unvouched = matches!(self.pack.act.kind, ActKind::DontKnow);
        if let Some((_, b)) = within(line, UNVOUCHED, from, to).filter(|_| unvouched) {
            covered[b..to].fill(true);
        }
        if let Some((_, b)) = within(line, ASKING, from, to) {
            let end = self.verbs(b, to).first().copied().unwrap_or(to);
            covered[b..end].fill(true);
        }
        let past = verbs.iter().any(|v| line.toks[*v].any(&["was", "were"]));
        if !past && self.keeps_back(from) {
            self.topics(from, to, covered);
        }
        let asked = line.asks(from) && !self.taken_up(from);
        let fragment = verbs.is_empty() && !asked && self.beside_silence(from, to);
        if fragment || self.timeless(from, to, &verbs, covered) {
            covered[from..to].fill(true);
        }
    }

    /// Whether a clause tells nothing of the evening: it has no verb or one of the present ("Greta at nine is
    /// anybody's guess"), or says what the speaker did not ("I never asked"). Somebody at some place would be
    /// the whole claim, and the place as good as that where the question names all of it, unless the line
    /// keeps something back.
    fn timeless(&self, from: usize, to: usize, verbs: &[usize], covered: &[bool]) -> bool {
        let line = self.line;
        let open = |fits: fn(&What) -> bool| {
            (from..to).any(|i| !covered[i] && line.mention_at(i).is_some_and(|m| fits(&m.what)))
        };
        let he = (from..to).any(|i| !covered[i] && line.toks[i].any(OTHERS));
        let place = open(|w| matches!(w, What::Place(_)));
        let past = verbs.iter().any(|v| self.past(*v) || self.perfect(*v));
        let asked = line.asks(from) && !self.taken_up(from);
        let whole = place && (he || open(|w| matches!(w, What::Person(_))));
        let bare = !(from..to).any(|i| !covered[i] && line.mention_at(i).is_some())
            || open(|w| matches!(w, What::Trace(_) | What::Residue(_)));
        let told = open(|w| matches!(w, What::Person(_))) && self.says_of_somebody(from, to, covered);
        if bare
            || told
            || asked
            || whole
            || !verbs.is_empty() && within(line, HABITS, from, to).is_some()
            || past && (place || !self.did_not(from, to, verbs))
        {
            return false;
        }
        !place || !self.asked_whole() || self.keeps_back(from) || self.beside_silence(from, to)
    }

    /// "Hilda and Tobin hold hands": something is said of somebody, and not of an hour.
    fn says_of_somebody(&self, from: usize, to: usize, covered: &[bool]) -> bool {
        let line = self.line;
        let timed = (from..to)
            .any(|i| matches!(line.mention_at(i).map(|m| m.what), Some(What::Time(_) | What::Number(_))));
        let content =
            |i: usize| !covered[i] && line.mention_at(i).is_none() && !is_function_word(line.word(i));
        !timed && (from..to).any(content) && !polarity::of_segment(line, from, to).denied()
    }

    /// Whether the player's question names somebody and some place: no more is needed than a yes.
    fn asked_whole(&self) -> bool {
        let named = |fits: fn(&What) -> bool| self.player.mentions.iter().any(|m| fits(&m.what));
        let you = self.player.toks.iter().any(|t| t.is("you"));
        named(|w| matches!(w, What::Place(_))) && (you || named(|w| matches!(w, What::Person(_))))
    }

    /// "I did not have eyes on her", "not seen him": the speaker, who does not know, and no other.
    fn did_not(&self, from: usize, to: usize, verbs: &[usize]) -> bool {
        let line = self.line;
        let subject = |v: usize| {
            (from..v).rev().find(|i| {
                line.toks[*i].any(&["i", "we", "you", "he", "she", "it", "they", "that", "who", "there"])
                    || matches!(line.mention_at(*i).map(|m| m.what), Some(What::Person(_)))
            })
        };
        let own = |v: &usize| subject(*v).is_none_or(|i| line.toks[i].any(&["i", "we"]));
        self.pack.act.kind == ActKind::DontKnow
            && verbs.iter().all(own)
            && polarity::of_segment(line, from, to).denied()
    }

    /// "Have seen", "'d been", "might have gone": past for all its first word.
    fn perfect(&self, v: usize) -> bool {
        let helper = self.line.toks[v].any(&["have", "has", "'ve", "'d", "'s"]);
        let done = |i: usize| {
            self.line.toks.get(i).is_some_and(|t| {
                t.any(&["been", "done", "gone", "seen"]) || self.past_form(i, t) && t.kind == Kind::Word
            })
        };
        let mut next = v + 1;
        while self.line.toks.get(next).is_some_and(|t| t.any(WITHIN_VERB) && !t.any(&["have", "been"])) {
            next += 1;
        }
        let modal = self.line.toks.get(next).is_some_and(|t| t.any(&["have", "'ve"]));
        helper && done(next) || !helper && modal && done(next + 1)
    }

    /// "Bram may have seen her": somebody named, not heaven or the cat.
    fn person_before_seeing(&self, from: usize, to: usize) -> bool {
        let seen = (from..to).find(|i| self.line.toks[*i].any(&["may", "might", "must"])).unwrap_or(from);
        (from..seen).any(|i| matches!(self.line.mention_at(i).map(|m| m.what), Some(What::Person(_))))
    }

    /// "She could have danced by and I'd not know it".
    fn unnoticed(&self, from: usize, to: usize) -> bool {
        let next = self.line.segments.iter().find(|s| s.0 >= to);
        let none: &[&str] =
            &["^ and|without|for ~4 not|n't|never|none|nobody ~2 know|notice|see|wiser|seen|known|noticed"];
        within(self.line, &["could|might|may"], from, to).is_some()
            && next.is_some_and(|&(a, b)| within(self.line, none, a, b).is_some())
    }

    /// Whether somebody and some place stand together outside a question, in an act that hides what is known:
    /// that would be the whole claim.
    fn whole(&self, from: usize, to: usize, covered: &[bool]) -> bool {
        let named = |fits: fn(&What) -> bool| {
            (from..to).any(|i| !covered[i] && self.line.mention_at(i).is_some_and(|m| fits(&m.what)))
        };
        matches!(self.pack.act.kind, ActKind::Refuse | ActKind::Deflect)
            && named(|w| matches!(w, What::Person(_)))
            && named(|w| matches!(w, What::Place(_)))
    }

    /// Whether the sentence of a token keeps something back.
    fn keeps_back(&self, at: usize) -> bool {
        let sentence = self.line.toks[at].sentence;
        let range = || (0..self.line.toks.len()).filter(|i| self.line.toks[*i].sentence == sentence);
        let (from, to) = (range().next().unwrap_or(at), range().next_back().map_or(at, |i| i + 1));
        range().any(|i| self.line.toks[i].any(KEEPING_BACK)) || within(self.line, KEPT, from, to).is_some()
    }

    /// "About the north gate", "on the whereabouts of Greta at five".
    fn topics(&self, from: usize, to: usize, covered: &mut [bool]) {
        for at in from..to {
            if !self.leads_topic(at) {
                continue;
            }
            let mut end = at + 1;
            let mut names = false;
            while end < to {
                match self.line.mention_at(end) {
                    Some(m) => (end, names) = (m.to, true),
                    None if self.line.toks[end].any(BETWEEN_NAMES) => end += 1,
                    None => break,
                }
            }
            if names && !self.whole(from, to, covered) {
                covered[at..end].fill(true);
            }
        }
    }

    /// Whether a preposition says what is talked of, not where or when.
    fn leads_topic(&self, at: usize) -> bool {
        let line = self.line;
        let tok = &line.toks[at];
        let after = |words: &[&str]| at > 0 && line.toks[at - 1].any(words);
        let next = (at + 1..line.toks.len()).find(|i| !line.toks[*i].any(&["the", "our", "old", "poor"]));
        let names = next.and_then(|i| line.mention_at(i)).map(|m| m.what);
        match tok.low.as_str() {
            "regarding" | "regards" | "concerning" | "touching" | "respecting" => true,
            "about" if after(&["question", "questions"]) => true,
            "about" => {
                !matches!(names, Some(What::Time(_) | What::Number(_)))
                    || after(&[
                        "me", "you", "us", "it", "nothing", "anything", "word", "know", "ask", "asked",
                        "talk", "speak",
                    ])
            }
            "on" => {
                matches!(names, Some(What::Person(_)))
                    || after(&[
                        "word", "nothing", "report", "light", "comment", "silent", "mum", "quiet", "opinion",
                        "blank",
                    ])
            }
            "of" => after(&[
                "whereabouts",
                "note",
                "question",
                "matter",
                "subject",
                "sign",
                "sight",
                "trace",
                "news",
                "word",
                "report",
                "record",
                "mention",
                "nothing",
                "doings",
                "comings",
                "movements",
                "speak",
                "talk",
                "know",
                "hear",
                "heard",
                "sure",
                "knowledge",
                "account",
                "notion",
                "idea",
                "inkling",
                "memory",
                "recollection",
                "certain",
            ]),
            "to" => after(&["as", "swear", "speak", "testify", "attest", "answer", "witness"]),
            "for" => after(&["as", "speak", "answer", "vouch", "account"]),
            "with" => after(&["you", "help"]),
            _ => false,
        }
    }

    /// "Half past four, you say?"
    fn taken_up(&self, from: usize) -> bool {
        let line = self.line;
        let said: &[&str] = &["^ you say|said|ask|asked|mean|want"];
        let sentence = line.toks[from].sentence;
        let end = line.toks[from..].iter().position(|t| t.sentence != sentence);
        within(line, said, from, end.map_or(line.toks.len(), |n| from + n)).is_some()
    }

    /// Whether a fragment stands in one sentence with a word of not knowing, or just before or behind a
    /// sentence of it; the whole claim only in one sentence with it.
    fn beside_silence(&self, from: usize, to: usize) -> bool {
        let line = self.line;
        let sentence = line.toks[from].sentence;
        let of = |n: usize| {
            let first = line.toks.iter().position(|t| t.sentence == n)?;
            let last = line.toks.iter().rposition(|t| t.sentence == n)?;
            Some((first, last + 1))
        };
        let silent = |n: usize| {
            of(n).is_some_and(|(a, b)| {
                within(line, SILENCE, a, b).is_some() || within(line, IGNORANT, a, b).is_some()
            })
        };
        let Some((first, last)) = of(sentence) else { return false };
        let names = |fits: fn(&What) -> bool| {
            line.mentions.iter().any(|m| first <= m.from && m.from < last && fits(&m.what))
        };
        let claim = names(|w| matches!(w, What::Person(_))) && names(|w| matches!(w, What::Place(_)));
        // "Half past four… Agnes… no, nothing": fragments in a row.
        let bare = |n: usize| of(n).is_some_and(|(a, b)| self.verbs(a, b).is_empty());
        let ahead = (sentence + 1..sentence + 4).find(|n| !bare(*n) || silent(*n));
        let near = ahead.is_some_and(silent) || sentence > 0 && silent(sentence - 1);
        line.mentions.iter().any(|m| from <= m.from && m.from < to) && (silent(sentence) || near && !claim)
    }

    /// "Hilda. The chapel. Six.": a place left standing by itself, where the question named all.
    fn places(&self, covered: &[bool]) -> bool {
        let line = self.line;
        let stands = |m: &Mention| {
            matches!(m.what, What::Place(_)) && !covered[m.from] && !line.asks(m.from) && self.echoed(m)
        };
        self.asked_whole() && line.mentions.iter().any(stands)
    }

    /// Whether the rest of the line tells of the event after all: "… but it wasn't home", "… and not by
    /// myself".
    fn tells_besides(&self, covered: &[bool]) -> bool {
        let line = self.line;
        line.segments.iter().any(|&(from, to)| {
            let open = |i: usize| !covered[i];
            let told = (from..to).any(|i| {
                open(i)
                    && self.of_another(i)
                    && self.did(i, to, covered)
                    && within(line, NO_BUSINESS, i, to).is_none()
            });
            let yes = self.asked_whole() && within(line, YES, from, to).is_some();
            told || yes
                || (from..to).any(open) && within(line, TELLING, from, to).is_some_and(|(a, _)| open(a))
        })
    }

    /// Whether a token means somebody else, or the event.
    fn of_another(&self, i: usize) -> bool {
        let mention = self.line.mention_at(i).filter(|m| !m.owner).map(|m| m.what);
        let named = matches!(mention, Some(What::Person(p)) if p != self.pack.speaker && !p.is_player());
        named || self.line.toks[i].any(&["he", "she", "it", "they", "that", "twas"])
    }

    /// Whether a past form, not denied, stands close behind a token.
    fn did(&self, i: usize, to: usize, covered: &[bool]) -> bool {
        let close = i + 1..(i + 3).min(to);
        let person = self.line.mention_at(i).is_some();
        let denied = person && close.clone().any(|v| self.line.toks[v].any(&["never", "not", "n't"]));
        !denied && close.into_iter().any(|v| !covered[v] && self.past(v))
    }

    /// Where each verb of a token range begins: auxiliaries, past forms, and the third person behind a name
    /// or a pronoun.
    fn verbs(&self, from: usize, to: usize) -> Vec<usize> {
        let mut verbs = Vec::new();
        let mut last: Option<usize> = None;
        for i in from..to {
            if !self.finite(i) {
                continue;
            }
            let same = last.is_some_and(|l| (l + 1..i).all(|j| self.line.toks[j].any(WITHIN_VERB)));
            if !same {
                verbs.push(i);
            }
            last = Some(i);
        }
        verbs
    }

    fn past(&self, i: usize) -> bool {
        let tok = &self.line.toks[i];
        tok.any(&["was", "were", "did", "had"]) || self.past_form(i, tok)
    }

    fn past_form(&self, i: usize, tok: &Tok) -> bool {
        let after = |words: &[&str]| i > 0 && self.line.toks[i - 1].any(words);
        let regular = tok.low.len() > 4 && tok.low.ends_with("ed") && !tok.any(NO_VERBS);
        (regular || is_irregular_past(&tok.low)) && !tok.any(AUXILIARIES) && !after(DETERMINERS)
    }

    fn finite(&self, i: usize) -> bool {
        let tok = &self.line.toks[i];
        if tok.kind != Kind::Word || self.line.mention_at(i).is_some() {
            return false;
        }
        let after = |words: &[&str]| i > 0 && self.line.toks[i - 1].any(words);
        if tok.any(AUXILIARIES) {
            return !(after(&["to"]) || tok.is("'s") && self.line.possessive(i));
        }
        let third = tok.low.len() > 3
            && tok.low.ends_with('s')
            && !tok.any(&["this", "always", "perhaps", "sometimes", "besides", "else's", "times"])
            && i > 0
            && (after(&[
                "he", "she", "it", "who", "that", "nobody", "anyone", "anybody", "someone", "whoever",
            ]) || matches!(self.line.mention_at(i - 1).map(|m| m.what), Some(What::Person(_))));
        third || self.past_form(i, tok)
    }
}

/// Minutes from midnight to noon: hours in words are of the afternoon.
const NOON_MIN: u32 = 720;
