//! Phrasing: the turn of phrase that a fact's kind needs, besides all that it names.
//!
//! Owns: which cues, concepts and wordings say a fact of a kind, and what speaks against it. Refuses to know: what a line
//! names and where (`coverage`), the tables (`cues`, `concept`, `wordings`).

use super::claims::{Cue, Frame};
use super::coverage::{Atom, Reader, is_source, led, says, tells};
use super::cues::CUES;
use super::facts::{Fare, debt};
use super::line::{Line, What};
use super::pattern::{every, find_any, within};
use super::remark::ELSEWHO;
use super::{concept, polarity, wordings};
use crate::act::ActKind;
use crate::fact::{Fact, Motive, Secret, Tie};
use crate::ids::PersonId;

/// Verbs of taking.
pub(super) const TAKING: &[&str] = &[
    "take+|steal+|lift+|pinch+|nick+|pocket+|swipe+|snatch+|grab+",
    "made|make|makes|making|went|go|goes|ran|run off|away|away with",
    "help+ himself|herself|myself",
];

impl Reader<'_, '_> {
    /// Whether a token range has the turn of phrase that a fact's kind needs.
    pub(super) fn cued(&self, fact: &Fact, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        match *fact {
            Fact::Was { .. } | Fact::Passed { .. } | Fact::Residue { .. } | Fact::Trace { .. } => {
                !self.cue(Cue::Lost, from, to)
            }
            Fact::Carried { .. } | Fact::Works { .. } => true,
            Fact::Price { .. } => true,
            Fact::Alone { .. } => {
                // "Without company, Osric was …": the turn of phrase may stand apart when nobody else is named.
                let end = line.toks.len();
                let apart =
                    self.one_person() && self.cue(Cue::Alone, 0, end) && !self.cue(Cue::NotAlone, 0, end);
                apart || self.cue(Cue::Alone, from, to) && !self.cue(Cue::NotAlone, from, to)
            }
            Fact::Owns { .. } => self.cue(Cue::Own, from, to),
            Fact::Took { .. } => {
                let end = if self.one_person() { line.toks.len() } else { to };
                within(line, TAKING, from, to).is_some()
                    || within(line, wordings::TAKEN, if self.one_person() { 0 } else { from }, end).is_some()
                    || self.case.pack.act.kind == ActKind::Confess && !self.strays(ELSEWHO, fact)
            }
            Fact::Present { .. } => {
                within(line, &["still", "there", "safe", "in its|place", "lay|lies"], from, to).is_some()
            }
            Fact::Missing { .. } => {
                let segments = line.segments.iter().filter(|s| from <= s.0 && s.1 <= to);
                self.cue(Cue::Gone, 0, line.toks.len())
                    || within(line, wordings::GONE, 0, line.toks.len()).is_some()
                    || segments.into_iter().any(|s| polarity::of_segment(line, s.0, s.1).denied())
            }
            Fact::Owes { who, to: whom, .. } => self.owed(who, whom, from, to),
            Fact::HasMotive { motive, .. } => {
                let (a, b) =
                    if self.one_of_kind(fact) { (0, line.toks.len()) } else { (self.sentence(from).0, to) };
                let snug = motive == Motive::Cold && wordings::snug(line);
                let known = concept::found(line, a, b).contains(&concept::Concept::Motive(motive));
                !snug && (known || wordings::called(self.case, motive, a, b))
            }
            Fact::Keeps { secret, .. } => {
                let whole = concept::found(line, 0, line.toks.len());
                whole.contains(&concept::Concept::Secret(secret)) && !disclaimed(line, secret)
            }
            Fact::Tied { tie, .. } => {
                let cue = match tie {
                    Tie::Kin => Cue::Kin,
                    Tie::Friend => Cue::Friend,
                    Tie::Feud => Cue::Feud,
                };
                self.cue(cue, from, to) || wordings::tied(line, tie, from, to).is_some()
            }
            Fact::Wants { .. } => {
                let wished =
                    self.cue(Cue::Want, from, to) || within(line, wordings::WISHED, from, to).is_some();
                wished && !self.cue(Cue::Refuse, from, to)
            }
            Fact::Said { who, whom, .. } => self.said_by(who, whom),
        }
    }

    /// Whether a token range says of somebody that he owes somebody else, and not the other way round.
    fn owed(&self, who: PersonId, whom: PersonId, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        let frame = Frame { from, to, ..Frame::default() };
        let reversed = matches!(debt(self.case, &frame, who, whom), Fare::Other(_));
        let asked = CUES.iter().any(|(c, p)| *c == Cue::Owe && find_any(&self.case.player, p).is_some());
        let toward = line
            .mentions
            .iter()
            .any(|m| m.what == What::Person(who) && m.from > 0 && line.toks[m.from - 1].any(&["to", "with"]));
        let paid = settled(line) || find_any(line, &["owe+ ~3 nothing|naught|no|not"]).is_some();
        let turned = wordings::payer(self.case) == Some(whom) || wordings::awaiting(self.case) == Some(who);
        let owed = self.cue(Cue::Owe, from, to)
            || asked && !toward
            || wordings::payer(self.case) == Some(who)
            || wordings::awaiting(self.case) == Some(whom);
        owed && !reversed && !turned && !paid
    }

    /// Whether a range supposes only in a manner of speaking: "Piers would have three gold of you", "if Greta paid what she
    /// owes", "where it ought to be", "if Piers had one wish".
    pub(super) fn would(&self, fact: &Fact, from: usize, to: usize) -> bool {
        let line = &self.case.line;
        match fact {
            Fact::Price { .. } | Fact::HasMotive { .. } => only_would(line, from, to),
            Fact::Owes { .. } => {
                within(line, &["if ~3 paid|pays|settled|repaid what ~2 owe+"], from, to).is_some()
            }
            Fact::Missing { .. } => within(line, wordings::GONE, from, to).is_some(),
            Fact::Was { .. } => {
                let met: &[&str] =
                    &["you|anyone 'd|would have ~1 found|seen|met|bumped|run|come|spotted|stumbled"];
                within(line, &["^ had you", "^ if you|anyone 'd|had"], from, to).is_some()
                    && find_any(line, met).is_some()
            }
            Fact::Wants { .. } => {
                let granted: &[&str] = &[
                    "if ~3 had|have|wish|choose|pick|ask ~3 wish|wishes|choice|pick|for|way",
                    "^ ~1 were ~4 wish|wishes|choice",
                ];
                let spurned: &[&str] = &["rid|away|off|without|undo|unmade"];
                within(line, granted, from, to).is_some() && within(line, spurned, from, to).is_none()
            }
            _ => false,
        }
    }

    /// "Only from Maud, who has Greta in the stable": the source is led or says, the other one does not.
    fn said_by(&self, who: PersonId, whom: PersonId) -> bool {
        let me = who == self.case.pack.speaker;
        !says(self.case, whom)
            && (me
                || led(self.case, who)
                || says(self.case, who)
                || tells(self.case, who)
                || super::facts::told_in(self.case, who))
    }

    /// Whether no other required fact is of this kind, whose words might be taken for this one's.
    fn one_of_kind(&self, fact: &Fact) -> bool {
        let kind = std::mem::discriminant(fact);
        !self.case.pack.act.facts.iter().any(|f| f != fact && std::mem::discriminant(f) == kind)
    }

    /// Whether the line names one person, the speaker apart.
    fn one_person(&self) -> bool {
        let me = self.case.pack.speaker;
        let mut people = self.atoms.iter().filter_map(|(_, a)| match a {
            Atom::Person(p) if *p != me && !is_source(self.case, *p) => Some(*p),
            _ => None,
        });
        let first = people.next();
        people.all(|p| Some(p) == first)
    }
}

/// "Would have driven him to it": a guess at what was, not a supposition.
fn only_would(line: &Line<'_>, from: usize, to: usize) -> bool {
    within(line, &["would|'d|could|might|must|should have|'ve"], from, to).is_some()
        && within(line, &["if|had|were|unless|whether|suppose+|imagine+"], from, to).is_none()
}

/// Whether a secret is named only to be denied: "at the stable, but not rehearsing". What is denied by nature may be.
pub(super) fn disclaimed(line: &Line<'_>, secret: Secret) -> bool {
    let named =
        |s: &&(usize, usize)| concept::found(line, s.0, s.1).contains(&concept::Concept::Secret(secret));
    let mut parts = line.segments.iter().filter(named).peekable();
    !matches!(secret, Secret::Shirking | Secret::Smuggling)
        && parts.peek().is_some()
        && parts.all(|s| polarity::of_segment(line, s.0, s.1).denied())
}

/// Whether a debt is told of as paid.
pub(super) fn settled(line: &Line<'_>) -> bool {
    // "Would have paid", "hasn't paid it back": not paid.
    let unpaid = |from: usize, to: usize| {
        (from.saturating_sub(1)..to).any(|i| {
            line.toks[i].any(&[
                "would", "'d", "could", "should", "might", "will", "'ll", "not", "n't", "never", "if",
                "till", "until",
            ])
        })
    };
    let paid: &[&str] = &[
        "has|have|had ~2 paid|repaid|settled ~6 long|already|back|full",
        "#person|he|she|i ~1 paid|repaid|settled ~6 long|already|back|full",
        "#gold ~1 once|formerly",
        "^ nothing|naught $|now|any",
        "but|and|since|then|once ~2 paid|repaid|settled|returned ~2 it|them|back|up|off|all|$",
    ];
    every(line, paid, 0, line.toks.len() + 1)
        .into_iter()
        .any(|(_, (from, to))| !unpaid(from, to.min(line.toks.len())))
}
