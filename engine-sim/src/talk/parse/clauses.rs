//! Clauses: where one question of a line ends and the next begins.
//!
//! Owns: splitting, question tags ("were you?"), the listener's name called out, words that only lead in.
//! Refuses to know: intents.

use super::intents::Named;
use super::lexicon::Lexicon;
use super::slots::Atom;
use crate::ids::PersonId;

/// Most clauses of one line.
pub const CLAUSES_MAX: usize = 3;

/// What a lead-in can be besides empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Courtesy {
    /// "Thanks, …".
    Thanks,
    /// "Sorry, …".
    Sorry,
}

/// A stretch of a line that is read for one intent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Its atoms, without tag, call and lead-in.
    pub atoms: Vec<Atom>,
    /// It ended in a question tag.
    pub tag: bool,
    /// It ended in a question mark.
    pub question: bool,
    /// It began with thanks or an apology, which was taken for a lead-in.
    pub courtesy: Option<Courtesy>,
    /// It goes on from the stretch before in the same sentence.
    pub joined: bool,
}

/// Splits a line. Stretches without words are left out.
pub fn stretches_of(atoms: Vec<Atom>, lexicon: &Lexicon, listener: PersonId) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut current = Stretch::default();
    for at in 0..atoms.len() {
        if !current.atoms.is_empty() && opens(&atoms, at, &current, lexicon) {
            let joined = Stretch { joined: true, ..Stretch::default() };
            stretches.push(std::mem::replace(&mut current, joined));
        }
        let atom = &atoms[at];
        current.atoms.push(atom.clone());
        if let Some(mark) = atom.mark {
            current.question = mark == '?';
            stretches.push(std::mem::take(&mut current));
        }
    }
    stretches.push(current);
    stretches.iter_mut().for_each(|s| tidy(s, lexicon, listener));
    let many = stretches.len() > 1;
    let only_call = |s: &Stretch| matches!(s.atoms.as_slice(), [a] if a.named == Some(Named::Person(listener)) && !a.pronoun);
    stretches.retain(|s| {
        let call = many && only_call(s);
        !call && !s.atoms.is_empty()
    });
    stretches
}

/// Whether a new question begins at `at` within a sentence: after "and" or a comma, with a question's first word.
fn opens(atoms: &[Atom], at: usize, current: &Stretch, lexicon: &Lexicon) -> bool {
    let Some(atom) = atoms.get(at) else { return false };
    let after_and = current.atoms.last().is_some_and(|a| lexicon.in_set("join", &a.text));
    if after_and && current.atoms.len() > 1 {
        return lexicon.in_set("opener", &atom.text);
    }
    atom.comma && lexicon.in_set("comma_opener", &atom.text) && !is_tag(&atoms[at..], lexicon)
}

/// "were you", "did not he", "is it" with nothing after it.
fn is_tag(atoms: &[Atom], lexicon: &Lexicon) -> bool {
    let Some(first) = atoms.first().filter(|a| lexicon.in_set("aux", &a.text)) else { return false };
    if first.mark.is_some() {
        return false;
    }
    let not = usize::from(atoms.get(1).is_some_and(|a| a.text == "not"));
    let Some(end) = atoms.get(1 + not) else { return false };
    let ends = end.mark.is_some() || atoms.len() == 2 + not;
    ends && lexicon.in_set("tag_subject", &end.text)
}

fn tidy(stretch: &mut Stretch, lexicon: &Lexicon, listener: PersonId) {
    let atoms = &mut stretch.atoms;
    while atoms.last().is_some_and(|a| a.named.is_none() && lexicon.in_set("join", &a.text)) {
        atoms.pop();
    }
    drop_calls(atoms, lexicon, listener);
    for tail in [3, 2] {
        let Some(at) = atoms.len().checked_sub(tail).filter(|at| *at >= 2) else { continue };
        let sure = atoms[at].comma || tail == 3;
        if sure && is_tag(&atoms[at..], lexicon) {
            atoms.truncate(at);
            stretch.tag = true;
        }
    }
    if atoms.len() > 2 && atoms.last().is_some_and(|a| a.comma && lexicon.in_set("tag_word", &a.text)) {
        atoms.pop();
        stretch.tag = true;
    }
    let leads = |atoms: &[Atom]| {
        let [first, next, ..] = atoms else { return false };
        let aside = next.comma && atoms.len() > 2 && lexicon.in_set("comma_filler", &first.text);
        first.named.is_none() && (aside || lexicon.in_set("filler", &first.text))
    };
    while leads(atoms) {
        let lead = atoms.remove(0);
        let polite = [("thanks", Courtesy::Thanks), ("sorry", Courtesy::Sorry)];
        let polite = polite.into_iter().find(|(set, _)| lexicon.in_set(set, &lead.text));
        stretch.courtesy = polite.map(|(_, courtesy)| courtesy).or(stretch.courtesy);
    }
}

/// The listener called by name is nobody asked about.
fn drop_calls(atoms: &mut Vec<Atom>, lexicon: &Lexicon, listener: PersonId) {
    let has_you = atoms.iter().any(|a| a.you || a.text == "your");
    let called = |i: usize, atoms: &[Atom]| {
        let atom = &atoms[i];
        let next = atoms.get(i + 1);
        let listener = atom.named == Some(Named::Person(listener)) && !atom.you && !atom.pronoun;
        let apart = (atom.comma && (i + 1 == atoms.len() || next.is_some_and(|n| n.comma)))
            || (i == 0 && next.is_some_and(|n| n.comma || lexicon.in_set("opener", &n.text)));
        listener && (has_you || apart)
    };
    if let Some(at) = (0..atoms.len()).find(|&i| atoms.len() > 1 && called(i, atoms)) {
        atoms.remove(at);
    }
}
