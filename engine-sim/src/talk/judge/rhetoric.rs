//! Rhetoric: a line that asks itself and answers: "Who was at the mill at six? Greta, of course."
//!
//! Owns: the cut between the line's own question and its answer. Refuses to know: how an answer leans on a question
//! (`answer`). The question lends as the player's would; the answer alone must say what is asked for.

use super::Case;
use super::claims::Context;
use super::coverage::readers;
use super::line::{Line, Setting};
use super::question::Question;
use super::token::Tok;
use crate::fact::Fact;
use crate::ids::PersonId;

/// The token range in which a line says a fact in answer to its own first question.
pub(super) fn answered(case: &Case<'_>, fact: &Fact) -> Option<(usize, usize)> {
    let line = &case.line;
    let end = line.toks.iter().position(Tok::ends_sentence).filter(|i| line.toks[*i].is("?"))?;
    line.toks.get(end + 1)?;
    let cut = line.toks[end].end;
    let me = case.pack.speaker;
    let setting = Setting {
        village: case.village,
        lexicon: case.vocabulary.lexicon(),
        speaker: me,
        listener: PersonId::PLAYER,
        money: line.money,
        heard: &[],
    };
    let read = |text| Line::read(text, &setting);
    let (question, answer) = (read(&line.text[..cut]), read(&line.text[cut..]));
    let asked = Question::of(&question, me).filter(|q| !q.whether)?;
    let own = Case {
        village: case.village,
        vocabulary: case.vocabulary,
        pack: case.pack,
        context: Context::of_player(&question, case.village, me),
        line: answer,
        player: question,
        frames: Vec::new(),
        found: Vec::new(),
    };
    let (from, to) = readers(&own).iter().find_map(|r| r.answered(fact, &asked))?;
    Some((end + 1 + from, end + 1 + to))
}
