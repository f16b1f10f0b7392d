//! Coverage: the second reader, for free syntax: a fact is said when all that it names stands together, affirmed, with the
//! turn of phrase that its kind needs, and nothing else of the same kind among it.
//!
//! Owns: atoms (what each token names), the narrowest span of a fact, what such spans explain. Refuses to know: grammar;
//! frames (`claims`) read that first, and whatever a line names besides must still be covered (`facts`).

use super::Case;
use super::claims::{Cue, Frame, Who};
use super::clock::TimeRead;
use super::concept;
use super::cues::CUES;
use super::facts::fits;
use super::line::What;
use super::pattern::{every, find_any, within};
use super::polarity;
use super::question::Question;
use super::token::Kind;
use super::{ellipsis, wordings};
use crate::act::ActKind;
use crate::fact::Fact;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::talk::vocabulary::stems;
use crate::time::Slot;
use std::cell::LazyCell;

/// Most atoms of one line that are looked at.
const ATOMS_MAX: usize = 48;

/// Whom "she" and "he" mean when several could be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The last one named.
    Last,
    /// The first one named: whom the line is about.
    First,
}

/// Both readings.
pub(super) const MODES: [Mode; 2] = [Mode::Last, Mode::First];

/// What a token or a mention names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Atom {
    Person(PersonId),
    Place(PlaceId),
    Time(TimeRead),
    Item(ItemId),
    Gold(u32),
    Trace(ItemId),
    Residue(PlaceId),
}

/// What a fact needs to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Person(PersonId),
    Place(PlaceId),
    Time(Slot),
    Item(ItemId),
    Gold(u32),
    Trace(ItemId),
    Residue(PlaceId),
}

/// A fact with the narrowest token range that says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub fact: Fact,
    from: usize,
    to: usize,
}

/// A reading of the line: its atoms, with pronouns taken in one of the modes.
pub(super) struct Reader<'a, 'b> {
    pub(super) case: &'a Case<'b>,
    pub(super) atoms: Vec<(usize, Atom)>,
}

/// The allowed facts that the line says, however it is built.
pub(super) fn read(case: &Case<'_>) -> Vec<Said> {
    let readers = readers(case);
    let allowed = case.pack.act.facts.iter().chain(&case.pack.may);
    let question = LazyCell::new(|| Question::of(&case.player, case.pack.speaker));
    allowed
        .filter_map(|fact| {
            let full = readers.iter().find_map(|r| r.span(fact).or_else(|| r.shared(fact)));
            let must = case.pack.act.facts.contains(fact);
            let short = || {
                let asked = question.as_ref().filter(|_| must)?;
                readers.iter().find_map(|r| r.answered(fact, asked))
            };
            let own = || if must { super::rhetoric::answered(case, fact) } else { None };
            full.or_else(short).or_else(own).map(|(from, to)| Said { fact: *fact, from, to })
        })
        .collect()
}

/// Both readings of a line.
pub(super) fn readers<'a, 'b>(case: &'a Case<'b>) -> [Reader<'a, 'b>; 2] {
    MODES.map(|mode| {
        let mut atoms = atoms(case, mode);
        atoms.truncate(ATOMS_MAX);
        Reader { case, atoms }
    })
}

/// Whether everything that a claim's own words name belongs to facts that are said there.
pub(super) fn explains(case: &Case<'_>, said: &[Said], frame: &Frame) -> bool {
    MODES.iter().any(|mode| explains_as(case, said, frame, *mode))
}

fn explains_as(case: &Case<'_>, said: &[Said], frame: &Frame, mode: Mode) -> bool {
    let me = case.pack.speaker;
    let near: Vec<&Said> = said.iter().filter(|s| s.from < frame.to && frame.from < s.to).collect();
    let mine = near.iter().any(|s| s.fact.subject() == Some(me) || s.fact.other() == Some(me));
    let placed = !frame.places.is_empty() || !frame.times.is_empty();
    let subject = (frame.from..frame.to).any(|i| case.line.word(i) == "i" && !perceives(case, i));
    if near.is_empty() || frame.own_who && frame.who.contains(&Who::Known(me)) && placed && subject && !mine {
        return false;
    }
    let found = near.iter().any(|s| {
        matches!(
            s.fact,
            Fact::Residue { .. } | Fact::Trace { .. } | Fact::Missing { .. } | Fact::Present { .. }
        )
    });
    let strange = frame.who.iter().any(|w| matches!(w, Who::Someone | Who::Nobody));
    if strange && !found && !frame.cue(Cue::Alone) {
        return false;
    }
    let negative = near.iter().any(|s| matches!(s.fact, Fact::Missing { .. } | Fact::HasMotive { .. }));
    if frame.denied && !negative && !frame.cue(Cue::Alone) {
        return false;
    }
    let all = atoms(case, mode);
    let laden: Vec<usize> = all
        .iter()
        .filter(|(_, a)| !matches!(a, Atom::Person(_)))
        .map(|(i, _)| case.line.toks[*i].sentence)
        .collect();
    let mut atoms = all.into_iter().filter(|a| frame.from <= a.0 && a.0 < frame.to);
    atoms.all(|(at, atom)| {
        let speaker = matches!(atom, Atom::Person(p) if p == me) && !mine;
        let source = matches!(atom, Atom::Person(p) if is_source(case, p));
        let sentence = case.line.toks[at].sentence;
        let idle = matches!(atom, Atom::Person(_)) && !laden.contains(&sentence)
            || matches!(atom, Atom::Item(_)) && idle_item(case, sentence);
        speaker
            || source
            || idle
            || near.iter().any(|s| {
                let inside = s.from <= at && at < s.to;
                let alone = near.len() == 1;
                (inside || alone)
                    && (needs(case, &s.fact).iter().any(|n| meets(*n, atom, &s.fact, case))
                        || accompanies(case, &s.fact, atom))
            })
    })
}

/// "Pass me those tongs": a sentence of the present that names nobody, nowhere and no hour.
fn idle_item(case: &Case<'_>, sentence: usize) -> bool {
    let line = &case.line;
    let within_it = |i: usize| line.toks[i].sentence == sentence;
    let named = line.mentions.iter().filter(|m| within_it(m.from)).any(|m| !matches!(m.what, What::Item(_)));
    let told = (0..line.toks.len())
        .filter(|i| within_it(*i))
        .any(|i| line.toks[i].any(&["he", "she", "they", "i", "we"]));
    let (from, to) = (0..line.toks.len())
        .filter(|i| within_it(*i))
        .fold((usize::MAX, 0), |(a, b), i| (a.min(i), b.max(i + 1)));
    let past = CUES.iter().any(|(c, p)| *c == Cue::Past && within(line, p, from, to).is_some());
    !(named || told || past)
}

/// What a fact brings with it: a motive its object, a residue where it comes from, a trace its carrier.
pub(super) fn accompanies(case: &Case<'_>, fact: &Fact, atom: Atom) -> bool {
    match (fact, atom) {
        (Fact::Residue { from, .. }, Atom::Place(p)) => p == *from,
        (Fact::Residue { from, .. } | Fact::Was { place: from, .. }, Atom::Residue(p)) => p == *from,
        (Fact::Trace { item, .. }, Atom::Item(i)) => i == *item,
        (Fact::HasMotive { .. }, Atom::Item(i)) => i == case.village.ember(),
        (Fact::HasMotive { .. }, Atom::Person(p)) => p == case.village.keeper(),
        (Fact::Works { who, .. }, Atom::Person(p)) => p == *who,
        // "Hilda and Anselm, both, at half past six": whoever was there at that hour too.
        (Fact::Was { place, at, .. }, Atom::Person(p)) => {
            case.pack.act.facts.contains(&Fact::Was { who: p, place: *place, at: *at })
        }
        (Fact::Present { .. } | Fact::Missing { .. } | Fact::Took { .. }, Atom::Person(p)) => {
            p == case.village.keeper() && case.pack.may_people.contains(&p)
        }
        _ => false,
    }
}

/// Where the speaker works.
fn case_work(case: &Case<'_>) -> PlaceId {
    case.village.villager(case.pack.speaker).work
}

/// Whether the "I" at a token only knows, sees or says.
pub(super) fn perceives(case: &Case<'_>, i: usize) -> bool {
    let line = &case.line;
    let stop = (i + 1..(i + 9).min(line.toks.len()))
        .find(|j| line.toks[*j].ends_sentence() || line.mention_at(*j).is_some_and(|m| !m.owner))
        .unwrap_or((i + 9).min(line.toks.len()));
    // "When I looked", "as I passed": the hour of the seeing.
    let looking = i > 0
        && line.toks[i - 1].any(&["when", "as", "while", "before", "since", "last"])
        && line.toks.get(i + 1).is_some_and(|t| {
            t.any(&["looked", "glanced", "passed", "came", "went", "turned", "last", "happened", "walked"])
        });
    if looking {
        return true;
    }
    (i + 1..=stop.min(line.toks.len().saturating_sub(1))).any(|j| {
        super::cues::MATRIX.iter().any(|m| line.toks[j].stem(m))
            || line.toks[j].any(&["that", ":", "sure", "certain", "afraid", "word"])
    })
}

/// What the line's tokens name, in order.
pub(super) fn atoms(case: &Case<'_>, mode: Mode) -> Vec<(usize, Atom)> {
    let line = &case.line;
    let mut out = Vec::new();
    let mut i = 0;
    while i < line.toks.len() {
        if let Some(m) = line.mention_at(i) {
            let atom = match m.what {
                What::Person(p) => Some(Atom::Person(p)),
                What::Place(p) => Some(Atom::Place(p)),
                What::Item(item) => Some(Atom::Item(item)),
                What::Trace(item) => Some(Atom::Trace(item)),
                What::Residue(place) => Some(Atom::Residue(place)),
                What::Time(t) => Some(Atom::Time(t)),
                What::Gold(n) => Some(Atom::Gold(n)),
                What::Number(_) => {
                    let sum = ellipsis::sum_meant(case, m).map(Atom::Gold);
                    sum.or_else(|| ellipsis::hour_meant(case, m).map(Atom::Time))
                }
                What::UnknownPerson => None,
            };
            if let What::Item(item) = m.what
                && let Some(at) = trace_noun(case, item, m.from)
            {
                out.push((at, Atom::Trace(item)));
            }
            out.extend(atom.map(|a| (i, a)));
            i = m.to.max(i + 1);
            continue;
        }
        out.extend(pronoun(case, i, &out, mode).map(|p| (i, Atom::Person(p))));
        out.extend(scattered_trace(case, i).map(|item| (i, Atom::Trace(item))));
        let house = own_house(case, i).or_else(|| in_here(case, i));
        out.extend(house.map(|p| (i, Atom::Place(p))));
        i += 1;
    }
    out
}

/// "Scratches from a pair of tongs": the trace by its noun and its carrier, up to eight tokens apart.
fn trace_noun(case: &Case<'_>, item: ItemId, at: usize) -> Option<usize> {
    let trace = case.village.item(item).carrier.as_deref()?;
    let noun = trace.rsplit(' ').next()?;
    let single = noun.strip_suffix('s').unwrap_or(noun);
    // "A trace of a clay firepot": by its carrier alone.
    let left = super::pattern::within(
        &case.line,
        &["trace|traces|sign|signs|mark|marks of|from|left|by ~3 #item"],
        at.saturating_sub(5),
        case.line.mention_at(at).map_or(at + 1, |m| m.to),
    );
    if let Some((from, _)) = left {
        return Some(from);
    }
    (at.saturating_sub(8)..at).rev().find(|i| {
        case.line.mention_at(*i).is_none() && (case.line.word(*i) == noun || case.line.word(*i) == single)
    })
}

/// "Scratches, made by iron", "copper, in flecks": the trace by its two words, up to eight tokens apart.
fn scattered_trace(case: &Case<'_>, i: usize) -> Option<ItemId> {
    let line = &case.line;
    let near = i.saturating_sub(8)..(i + 9).min(line.toks.len());
    case.village.item_ids().find(|item| {
        let carrier = case.village.item(*item).carrier.as_deref().and_then(|c| c.split_once(' '));
        let Some((stuff, noun)) = carrier else { return false };
        let left = line.toks[i].is(noun) || stems(noun).iter().any(|s| s.len() > 2 && line.toks[i].stem(s));
        left && near.clone().any(|j| j != i && line.word(j) == stuff)
    })
}

/// "Among my own logs": the speaker's own house by what is found in it.
fn own_house(case: &Case<'_>, i: usize) -> Option<PlaceId> {
    let line = &case.line;
    let led = line.toks[i]
        .any(&["at", "in", "on", "by", "behind", "among", "amongst", "beside", "over", "under", "between"]);
    let mine =
        line.toks.get(i + 1).is_some_and(|t| t.any(&["my", "our"]) && line.mention_at(i + 1).is_none());
    let stop = (i + 1..line.toks.len()).take(4).find(|j| line.toks[*j].kind == Kind::Mark);
    let stop = stop.unwrap_or((i + 5).min(line.toks.len()));
    let named = (i..stop).any(|j| matches!(line.mention_at(j).map(|m| m.what), Some(What::Place(_))));
    let work = case_work(case);
    let key = &case.village.place(work).id;
    let evoked = concept::evokes(line, key, i + 2, stop).is_some_and(|(at, _)| line.word(at) != "bell");
    (led && mine && !named && evoked).then_some(work)
}

/// "In here with the ponies": the speaker's own house, in a fragment.
fn in_here(case: &Case<'_>, i: usize) -> Option<PlaceId> {
    let line = &case.line;
    if line.word(i) != "here" {
        return None;
    }
    let led = line.toks[i].opens
        || i > 0 && line.toks[i - 1].any(&["in", "right", "just"]) && line.toks[i - 1].opens;
    let tails = ["with", "at", "by", "among", "alone", "all", "in", "under", "behind"];
    let next = line.toks.get(i + 1).is_none_or(|t| t.kind == Kind::Mark || t.any(&tails));
    let (from, to) = line.segments[line.segment_of(i)];
    let named = (from..to).any(|j| matches!(line.mention_at(j).map(|m| m.what), Some(What::Place(_))));
    (led && next && !named && !line.asks(i)).then(|| case_work(case))
}

/// Whom a pronoun means: the last or first of that kind named in the line, else in the player's words.
fn pronoun(case: &Case<'_>, i: usize, before: &[(usize, Atom)], mode: Mode) -> Option<PersonId> {
    let she = match case.line.word(i) {
        "i" | "me" | "myself" | "my" | "mine" | "we" | "us" | "our" => return Some(case.pack.speaker),
        "she" | "her" | "hers" | "herself" => true,
        "he" | "him" | "his" | "himself" => false,
        _ => return super::pronouns::names_self(&case.line, i).then_some(case.pack.speaker),
    };
    let mut fits = before.iter().filter_map(|(_, a)| match a {
        Atom::Person(p) if *p != case.pack.speaker && !p.is_player() => {
            (case.village.villager(*p).she == she).then_some(*p)
        }
        _ => None,
    });
    let named = match mode {
        Mode::First => fits.next(),
        Mode::Last => fits.next_back(),
    };
    named.or(if she { case.context.she } else { case.context.he })
}

/// What a fact needs to be named in the line.
pub(super) fn needs(case: &Case<'_>, fact: &Fact) -> Vec<Need> {
    let mut out: Vec<Need> = Vec::new();
    if let Some(who) = fact.subject().filter(|_| !matches!(fact, Fact::Price { .. })) {
        out.push(Need::Person(who));
    }
    out.extend(fact.other().map(Need::Person));
    out.extend(fact.place().map(Need::Place));
    out.extend(fact.at().map(Need::Time));
    match *fact {
        Fact::Trace { item, .. } => out.push(Need::Trace(item)),
        Fact::Missing { item, .. } | Fact::Present { item, .. } if item == case.village.ember() => {}
        _ => out.extend(fact.item().map(Need::Item)),
    }
    if let Fact::Residue { from, .. } = *fact {
        out.push(Need::Residue(from));
    }
    out.extend(fact.gold().map(|g| Need::Gold(u32::from(g))));
    out
}

/// Whether an atom is what a fact needs.
pub(super) fn meets(need: Need, atom: Atom, fact: &Fact, case: &Case<'_>) -> bool {
    match (need, atom) {
        (Need::Person(a), Atom::Person(b)) => a == b,
        (Need::Place(a), Atom::Place(b)) => a == b,
        (Need::Time(at), Atom::Time(t)) => fits(t, fact, at),
        (Need::Item(a), Atom::Item(b)) | (Need::Trace(a), Atom::Trace(b)) => a == b,
        (Need::Gold(a), Atom::Gold(b)) => a == b,
        (Need::Residue(a), Atom::Residue(b)) => residue(case, a) == residue(case, b),
        (Need::Residue(a), Atom::Item(i)) => {
            residue(case, a).is_some_and(|r| case.village.item(i).synonyms.iter().any(|s| s == r))
        }
        _ => false,
    }
}

fn residue<'a>(case: &'a Case<'_>, place: PlaceId) -> Option<&'a str> {
    case.village.place(place).residue.as_deref()
}

/// Whether an atom is of the kind that a need asks for.
pub(super) fn same_kind(need: Need, atom: Atom) -> bool {
    matches!(
        (need, atom),
        (Need::Person(_), Atom::Person(_))
            | (Need::Place(_), Atom::Place(_))
            | (
                Need::Time(_),
                Atom::Time(TimeRead { minute: Some(_), .. } | TimeRead { other_day: true, .. })
            )
            | (Need::Item(_), Atom::Item(_))
            | (Need::Gold(_), Atom::Gold(_))
            | (Need::Trace(_), Atom::Trace(_))
            | (Need::Residue(_), Atom::Residue(_))
    )
}

impl Reader<'_, '_> {
    /// The narrowest token range that says a fact.
    fn span(&self, fact: &Fact) -> Option<(usize, usize)> {
        let needs = needs(self.case, fact);
        if matches!(self.case.pack.act.kind, ActKind::Price | ActKind::Bargain)
            && let Fact::Price { gold, .. } = *fact
            && needs.iter().all(|n| self.carried(*n, fact))
        {
            let at = self.case.line.mentions.iter().find(|m| m.what == What::Number(u32::from(gold)))?;
            return self.stands(fact, at.from, at.from).then_some((at.from, at.to));
        }
        let told: Vec<Need> = needs.iter().copied().filter(|n| !self.carried(*n, fact)).collect();
        // "Pride, I'd call it.": whose motive it is stands in the question.
        if told.is_empty() && matches!(fact, Fact::HasMotive { .. }) && self.reasoned(fact) {
            return Some((0, self.case.line.toks.len()));
        }
        // "I'm the one that took it. The ember. Half seven.": the turn of phrase may stand with what need not be named.
        let short = self.narrowest(&told, &needs, fact);
        short.or_else(|| if told.len() < needs.len() { self.narrowest(&needs, &needs, fact) } else { None })
    }

    /// Whether the line gives the reason of whom the player has asked about, and denies nothing of it.
    fn reasoned(&self, fact: &Fact) -> bool {
        let line = &self.case.line;
        let Fact::HasMotive { motive, .. } = *fact else { return false };
        wordings::called(self.case, motive, 0, line.toks.len())
            && find_any(line, super::claims::TAKES_BACK).is_none()
    }

    /// The narrowest clean range that affirms a fact and names what is to be told.
    fn narrowest(&self, told: &[Need], needs: &[Need], fact: &Fact) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        for n in 0..self.atoms.len() {
            let Some((from, last)) = self.window(told, n, fact) else { continue };
            if !self.clean(needs, fact, from, last) || !self.stands(fact, from, last) {
                continue;
            }
            if best.is_none_or(|(a, b)| last - from < b - a) {
                best = Some((from, last));
            }
        }
        let (from, last) = best?;
        let to = self.case.line.mention_at(last).map_or(last + 1, |m| m.to);
        Some((from, to))
    }

    /// "Nell was at the chapel and Maud at the mill, both of them at half eight": what several facts have in common may
    /// stand once, before or behind what each has of its own.
    fn shared(&self, fact: &Fact) -> Option<(usize, usize)> {
        let case = self.case;
        let mine = needs(case, fact);
        let allowed = || case.pack.act.facts.iter().chain(&case.pack.may);
        allowed().filter(|other| *other != fact).find_map(|other| {
            let theirs = needs(case, other);
            let (common, core): (Vec<Need>, Vec<Need>) =
                mine.iter().copied().partition(|n| theirs.contains(n));
            let has_all = |f: &&Fact| {
                let list = needs(case, f);
                common.iter().all(|n| list.contains(n))
            };
            let group: Vec<&Fact> = allowed().filter(has_all).collect();
            if common.is_empty() || core.is_empty() {
                return None;
            }
            let (from, last) = (0..self.atoms.len()).find_map(|n| self.reach(&core, &common, n, fact))?;
            let told = self.atoms.iter().filter(|(at, _)| from <= *at && *at <= last).all(|(at, atom)| {
                let source = matches!(atom, Atom::Person(p) if is_source(case, *p));
                let seer = matches!(atom, Atom::Person(p) if *p == case.pack.speaker) && perceives(case, *at);
                let grouped = group.iter().any(|f| {
                    needs(case, f).iter().any(|n| meets(*n, *atom, f, case)) || accompanies(case, f, *atom)
                });
                source || seer || grouped
            });
            told.then_some((from, case.line.mention_at(last).map_or(last + 1, |m| m.to)))
        })
    }

    /// From atom `n` on a clean window of the core, widened to the nearest of what is common, a sentence away at most.
    fn reach(&self, core: &[Need], common: &[Need], n: usize, fact: &Fact) -> Option<(usize, usize)> {
        let (from, last) = self.window(core, n, fact)?;
        if !self.clean(core, fact, from, last) {
            return None;
        }
        let (mut a, mut b) = (from, last);
        for need in common {
            let meeting = self.atoms.iter().filter(|(_, atom)| meets(*need, *atom, fact, self.case));
            let at = meeting.map(|(at, _)| *at).min_by_key(|at| at.abs_diff(from))?;
            (a, b) = (a.min(at), b.max(at));
        }
        let sentences = self.case.line.toks[b].sentence - self.case.line.toks[a].sentence;
        (sentences <= 1 && self.stands(fact, a, b)).then_some((a, b))
    }

    /// Whether the sentence of a token names more than people.
    fn laden(&self, at: usize) -> bool {
        let sentence = |i: usize| self.case.line.toks.get(i).map(|t| t.sentence);
        self.atoms.iter().any(|(i, a)| sentence(*i) == sentence(at) && !matches!(a, Atom::Person(_)))
    }

    fn talked_of(&self, item: ItemId) -> bool {
        self.case.context.item == Some(item) || self.case.pack.act.item == Some(item)
    }

    /// Whom the player has asked about need not be named again, when nobody else is.
    fn carried(&self, need: Need, fact: &Fact) -> bool {
        let me = self.case.pack.speaker;
        match need {
            Need::Person(p) => {
                let source = |q: PersonId| {
                    is_source(self.case, q) || matches!(fact, Fact::Said { who, .. } if *who == q)
                };
                let other = self.atoms.iter().any(|(at, a)| {
                    self.laden(*at)
                        && matches!(a, Atom::Person(q) if *q == p || *q != me && !source(*q) || p == me)
                });
                let sayer = matches!(fact, Fact::Said { who, .. } if *who == p)
                    && tells(self.case, p)
                    && self.case.player.people().contains(&p);
                sayer || source(p) && p == me || !other && self.case.context.who == Some(Who::Known(p))
            }
            Need::Item(i) => {
                let meant = self
                    .case
                    .line
                    .toks
                    .iter()
                    .any(|t| t.any(&["it", "one", "them", "that", "pair", "these"]));
                let priced = matches!(fact, Fact::Price { .. });
                let talked = (meant || priced) && self.talked_of(i);
                talked && !self.atoms.iter().any(|(_, a)| matches!(a, Atom::Item(_)))
            }
            Need::Place(p) => {
                let own = case_work(self.case) == p;
                let here: &[&str] = &[
                    "come+|came|walked|stepped|sat|crept|burst in|inside",
                    "here",
                    "my ~1 door|threshold|doorstep|fire|bar|counter|table|roof|floor|bench|hearth|step",
                    "with us|me",
                    "among|under my|our",
                ];
                own && !self.atoms.iter().any(|(_, a)| matches!(a, Atom::Place(_)))
                    && super::pattern::find_any(&self.case.line, here).is_some()
            }
            Need::Gold(_) => {
                let trade = matches!(self.case.pack.act.kind, ActKind::Price | ActKind::Bargain);
                trade
                    && fact.gold().is_some_and(|g| {
                        self.case.line.mentions.iter().any(|m| m.what == What::Number(u32::from(g)))
                    })
            }
            _ => false,
        }
    }

    /// From atom `n` on: the tokens of the first and last atoms that meet all needs, the first being one of them.
    pub(super) fn window(&self, needs: &[Need], n: usize, fact: &Fact) -> Option<(usize, usize)> {
        let (from, first) = self.atoms[n];
        if !needs.iter().any(|need| meets(*need, first, fact, self.case)) {
            return None;
        }
        let mut last = from;
        for need in needs {
            let (at, _) = self.atoms[n..].iter().find(|(_, atom)| meets(*need, *atom, fact, self.case))?;
            last = last.max(*at);
        }
        Some((from, last))
    }

    /// Whether nothing else of the kinds that the fact names stands in the range.
    pub(super) fn clean(&self, needs: &[Need], fact: &Fact, from: usize, last: usize) -> bool {
        let me = self.case.pack.speaker;
        self.atoms.iter().filter(|(at, _)| from <= *at && *at <= last).all(|(at, atom)| {
            let kind = needs.iter().any(|need| same_kind(*need, *atom));
            let met = needs.iter().any(|need| meets(*need, *atom, fact, self.case));
            let speaker = matches!(atom, Atom::Person(p) if *p == me);
            let possessive = self.case.line.toks[*at].any(&["my", "our", "mine", "me", "us"]);
            let source = matches!(atom, Atom::Person(p) if is_source(self.case, *p));
            !kind
                || met
                || speaker && (possessive || self.aside(*at, *atom))
                || source
                || accompanies(self.case, fact, *atom)
        })
    }

    /// Whether the range affirms, and has the turn of phrase that the fact's kind needs.
    fn stands(&self, fact: &Fact, from: usize, last: usize) -> bool {
        let line = &self.case.line;
        let (a, b) = (line.segment_of(from), line.segment_of(last));
        let (start, end) = (line.segments[a].0, line.segments[b].1);
        let mut stated = false;
        for &(x, y) in &line.segments[a..=b.max(a)] {
            let polarity = polarity::of_segment(line, x, y);
            let would = self.would(fact, x, y);
            let missed = self.case.pack.act.facts.iter().any(|f| matches!(f, Fact::Missing { .. }))
                && self.cue(Cue::Gone, x, y);
            let negative = match fact {
                Fact::Trace { .. } | Fact::Residue { .. } if missed => true,
                Fact::Missing { .. } | Fact::Tied { .. } => true,
                Fact::HasMotive { motive, .. } => wordings::lacks(line, *motive, x, y),
                Fact::Owes { .. } => {
                    within(line, &["not|n't|yet|never|no|nor ~3 paid|pay|repaid|returned|settled|back|coin|penny|sign|seen|forgotten"], x, y).is_some()
                }
                _ => false,
            };
            let names = self.atoms.iter().any(|(at, _)| x <= *at && *at < y);
            let denied = polarity.denied() && !negative && !self.lone(fact, x, y);
            if names && (denied || polarity.supposed && !would) {
                return false;
            }
            let asked = self.asked(x) && !self.offers(fact);
            let verb = (x..y).any(|i| line.toks[i].any(VERBS))
                || matches!(fact, Fact::Took { .. } | Fact::Owes { .. } | Fact::Keeps { .. });
            if names && asked && verb {
                return false;
            }
            stated |= names && !asked;
        }
        stated && self.cued(fact, start, end)
    }

    /// "Three gold?", "Would you bring me a ribbon?": what is offered or begged may be asked.
    fn offers(&self, fact: &Fact) -> bool {
        super::facts::asks_for(self.case, fact)
    }

    /// Whether a token range has a cue.
    pub(super) fn cue(&self, cue: Cue, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        let timed = |i: usize| matches!(line.mention_at(i).map(|m| m.what), Some(What::Time(_)));
        // "Just gone seven": nothing is gone but the hour.
        let told = |p: &'static [&'static str]| match cue {
            Cue::Gone | Cue::Lost => {
                every(line, p, from, to).into_iter().any(|(_, (a, _))| !timed(a) && !timed(a + 1))
            }
            _ => within(line, p, from, to).is_some(),
        };
        CUES.iter().any(|(c, p)| *c == cue && told(p))
    }
}

/// Whether somebody is named as the one who told, and may be.
pub(super) fn is_source(case: &Case<'_>, who: PersonId) -> bool {
    case.pack.act.told_by == Some(who) && (says(case, who) || led(case, who) || tells(case, who))
}

/// "Agnes, she, well, she told me": whoever told, by a pronoun.
pub(super) fn tells(case: &Case<'_>, who: PersonId) -> bool {
    let line = &case.line;
    let pronoun = if case.village.villager(who).she { "she" } else { "he" };
    let says = |i: usize| line.toks.get(i).is_some_and(|t| SAYING.iter().any(|s| t.stem(s)));
    (0..line.toks.len()).any(|i| line.toks[i].is(pronoun) && (says(i + 1) || says(i + 2)))
}

/// "Maud swears".
pub(super) fn says(case: &Case<'_>, who: PersonId) -> bool {
    let line = &case.line;
    line.mentions.iter().filter(|m| m.what == What::Person(who)).any(|m| {
        (0..=2).any(|n| {
            let between =
                (0..n).all(|k| line.toks.get(m.to + k).is_some_and(|t| t.kind == super::token::Kind::Word));
            between && line.toks.get(m.to + n).is_some_and(|t| SAYING.iter().any(|s| t.stem(s)))
        })
    })
}

/// "From Maud", "according to Maud", "Maud's word", "Maud has Greta in the stable".
pub(super) fn led(case: &Case<'_>, who: PersonId) -> bool {
    let line = &case.line;
    line.mentions.iter().filter(|m| m.what == What::Person(who)).any(|m| {
        let back = |n: usize| m.from.checked_sub(n).map_or("", |i| line.word(i));
        matches!(
            back(1),
            "from"
                | "by"
                | "called"
                | "what"
                | "if"
                | "as"
                | "says"
                | "ask"
                | "trust"
                | "believe"
                | "quote"
                | "quoting"
        ) || back(1) == "to" && matches!(back(2), "according" | "listen" | "hear" | "asking")
            || back(1) == "the" && matches!(back(2), "from" | "to" | "by")
            || matches!(line.word(m.to), "who" | "that")
                && matches!(line.word(m.to + 1), "put" | "puts" | "set" | "sets" | "had" | "has" | "placed")
            || matches!(
                line.word(m.to),
                "'s" | "speaking" | "talking" | "knows" | "has" | "puts" | "had" | ":" | "it"
            )
    })
}

/// Verbs of passing on what one knows.
const SAYING: &[&str] = &[
    "say", "tell", "swear", "claim", "reckon", "insist", "mention", "whisper", "report", "vow", "believe",
    "think", "maintain", "hear", "vouch", "assure", "state", "declare", "recount", "relate", "confirm",
    "affirm",
];

/// Verbs that make a question of what is named, not an echo.
const VERBS: &[&str] = &[
    "is", "are", "was", "were", "did", "do", "does", "has", "had", "have", "be", "been", "can", "could",
    "would", "might", "may", "see", "saw", "seen",
];
