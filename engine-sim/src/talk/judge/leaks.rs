//! Leaks: hidden facts given away in other words: a secret's turns of phrase, a thing or a place brought to mind.
//!
//! Owns: what gives a hidden fact away. Refuses to know: required facts and other claims (`facts`).

use super::claims::{Cue, Who};
use super::concept::{self, Concept};
use super::facts::fits;
use super::{Case, ViolationKind};
use crate::fact::Fact;
use crate::talk::vocabulary::is_function_word;

/// The concept that gives a hidden fact away.
pub(super) fn gives(fact: &Fact) -> Option<Concept> {
    match fact {
        Fact::Keeps { secret, .. } => Some(Concept::Secret(*secret)),
        Fact::HasMotive { motive, .. } => Some(Concept::Motive(*motive)),
        Fact::Owes { .. } => Some(Concept::Motive(crate::fact::Motive::Debt)),
        Fact::Took { .. } => Some(Concept::Guilt),
        _ => None,
    }
}

pub(super) fn check(case: &mut Case<'_>) {
    let told: Vec<Fact> = case.pack.act.facts.iter().chain(&case.pack.may).copied().collect();
    let denied: Vec<Fact> = case.pack.act.denied.iter().filter(|_| only_about(case)).copied().collect();
    for fact in case.pack.hidden.clone() {
        if told.contains(&fact) {
            continue;
        }
        if let Some(concept) = gives(&fact) {
            let excused =
                told.iter().chain(&denied).any(|t| gives(t) == Some(concept) || implies(t, concept));
            let disowned = concept == Concept::Guilt
                && case.frames.iter().filter(|f| f.concepts.contains(&concept)).all(|f| f.denied || f.asked);
            let plain = concept::plain(&case.line, 0, case.line.toks.len()).contains(&concept)
                || said_of(case, &fact, concept);
            let disowned = disowned || only_echoed(case, concept);
            let harmless = plain && case.frames.iter().any(|f| f.concepts.contains(&concept));
            if let (Some((from, to)), false, false, true) =
                (concept::span(&case.line, concept), excused, disowned, harmless)
            {
                case.report(ViolationKind::Leak, from, to, "gives away what the speaker hides");
            }
        }
        if matches!(fact, Fact::Took { .. })
            && let Some((from, to)) = super::pattern::find_any(&case.line, concept::REGRETS)
            // "There you have me": at a loss.
            && !(from > 0 && case.line.word(from - 1) == "there")
            && !said_in_manners(case, from, to)
        {
            case.report(ViolationKind::Leak, from, to, "owns up in other words");
        }
        leak_by_thing(case, &fact);
        leak_by_place(case, &fact, &told);
    }
}

/// "I had, I confess, prepared myself", "I confess to being touched": a turn of politeness; or an act that
/// owns up.
fn said_in_manners(case: &Case<'_>, from: usize, to: usize) -> bool {
    let line = &case.line;
    let confessed = line.word(from) == "i" && line.word(to - 1) == "confess";
    let aside = from > 0 && line.word(from - 1) == "," && line.word(to) == ",";
    let feeling =
        line.word(to) == "to" && matches!(line.word(to + 1), "being" | "having" | "a" | "an" | "some");
    // "You've got me dizzy".
    let muddled = line.word(to - 1) == "me"
        && line.toks.get(to).is_some_and(|t| {
            t.any(&[
                "dizzy",
                "confused",
                "lost",
                "puzzled",
                "wondering",
                "muddled",
                "stumped",
                "wrong",
                "there",
                "beaten",
            ])
        });
    muddled
        || case.pack.act.kind == crate::act::ActKind::Confess
        || confessed && (aside || feeling && !matches!(line.word(to + 2), "taken" | "it" | "theft"))
}

/// "A grudge? …": the player's own words, asked back, and nobody named in the line.
fn only_echoed(case: &Case<'_>, concept: Concept) -> bool {
    let line = &case.line;
    let heard = |i: usize| {
        let tok = &line.toks[i];
        case.player.toks.iter().any(|t| t.low == tok.low) || is_function_word(&tok.low)
    };
    let other = |m: &super::line::Mention| matches!(m.what, super::line::What::Person(p) if p != case.pack.speaker && !p.is_player());
    let kind = |i: usize| {
        let word = line.word(i);
        let trade = case.vocabulary.lexicon().trade_word(word.strip_suffix('s').unwrap_or(word));
        trade.is_some()
            || line.toks[i]
                .any(&["some", "someone", "somebody", "certain", "folk", "they", "he", "she", "who"])
    };
    let somebody = line.mentions.iter().any(other) || (0..line.toks.len()).any(kind);
    let mut said = line
        .segments
        .iter()
        .filter(|(from, to)| concept::found(line, *from, *to).contains(&concept))
        .peekable();
    !somebody && said.peek().is_some() && said.all(|&(from, to)| line.asks(from) && (from..to).all(heard))
}

/// What a told fact says of a motive besides its own.
fn implies(fact: &Fact, concept: Concept) -> bool {
    matches!(
        (fact, concept),
        (Fact::Tied { tie: crate::fact::Tie::Feud, .. }, Concept::Motive(crate::fact::Motive::Grudge))
    )
}

/// Whether nobody is named but whom the denied facts are about.
fn only_about(case: &Case<'_>) -> bool {
    let about = super::bonds::about(case, &case.pack.act.denied);
    case.line.mentions.iter().all(|m| match m.what {
        super::line::What::Person(p) => p == case.pack.speaker || p.is_player() || about.contains(&p),
        _ => true,
    })
}

/// Whether the token at which something is brought to mind only belongs to what an allowed fact or an hour names.
fn named_anyway(case: &Case<'_>, i: usize) -> bool {
    use super::line::What;
    let act = &case.pack.act;
    let mut facts = act.facts.iter().chain(&act.denied).chain(&case.pack.may);
    match case.line.mention_at(i).map(|m| m.what) {
        Some(What::Time(_)) => true,
        Some(What::Item(item) | What::Trace(item)) => {
            act.item == Some(item) || facts.any(|f| f.item() == Some(item))
        }
        Some(What::Place(p) | What::Residue(p)) => {
            facts.any(|f| f.place() == Some(p) || matches!(f, Fact::Residue { from, .. } if *from == p))
        }
        _ => false,
    }
}

/// Whether a loose turn of phrase stands with whom the hidden fact is about.
fn said_of(case: &Case<'_>, fact: &Fact, concept: Concept) -> bool {
    let Some((a, _)) = concept::span(&case.line, concept) else { return false };
    let Some(who) = fact.subject() else { return false };
    let (from, to) = case.line.segments[case.line.segment_of(a)];
    let own: &[&str] =
        &["i|me|my|mine|myself|we|us|our", "a|an|some|old ~2 woman|man|body|soul|one|lad|lass|girl|fellow"];
    let other: &[&str] = &["he|she|him|her|his|they|someone|somebody|one|folk|some|certain|a man|a woman"];
    let mine = who == case.pack.speaker && super::pattern::within(&case.line, own, from, to).is_some();
    let theirs = who != case.pack.speaker
        && (super::pattern::within(&case.line, other, from, to).is_some()
            || case.line.mentions.iter().any(|m| m.what == super::line::What::Person(who)));
    mine || theirs
}

/// "The thing with the long handle that I keep": a hidden carrier in other words.
fn leak_by_thing(case: &mut Case<'_>, fact: &Fact) {
    let Some(item) = fact.item() else { return };
    let own = fact.subject() == Some(case.pack.speaker);
    let key = case.village.item(item).id.clone();
    for (from, to) in case.line.segments.clone() {
        let Some((a, b)) = concept::evokes_thing(&case.line, &key, from, to) else { continue };
        let mine = super::pattern::within(&case.line, &["i|my|mine|me"], from, to).is_some();
        if own && mine {
            case.report(ViolationKind::Leak, a, b, "brings to mind what the speaker hides");
        }
    }
}

fn leak_by_place(case: &mut Case<'_>, fact: &Fact, told: &[Fact]) {
    let Some(place) = fact.place() else { return };
    if told.iter().any(|t| t.place() == Some(place)) && told.iter().any(|t| t.at() == fact.at()) {
        return;
    }
    let at = fact.at();
    let me = Who::Known(case.pack.speaker);
    let about = fact.subject().map(Who::Known);
    for n in 0..case.frames.len() {
        let f = case.frames[n].clone();
        // "Four o'clock? The bridge?": the player's own words, asked back.
        if f.asked && super::beyond::echoes(case, &f) {
            continue;
        }
        let time = at.is_some_and(|at| f.times.iter().any(|t| fits(*t, fact, at)));
        let who = about.is_some_and(|w| f.who.contains(&w));
        let here = f.places.contains(&place) && !told.iter().any(|t| t.place() == Some(place));
        if here
            && (time || who && f.cue(Cue::Past))
            && !(f.denied && case.pack.act.denied.iter().any(|d| d.place() == Some(place)))
        {
            case.report(ViolationKind::Leak, f.from, f.to, "gives away where somebody was");
        }
    }
    // What is brought to mind is the place that must be named anyway.
    if told.iter().any(|t| t.place() == Some(place)) {
        return;
    }
    let key = case.village.place(place).id.clone();
    let own = about == Some(me);
    for &(from, to) in &case.line.segments.clone() {
        let Some((a, b)) = concept::evokes(&case.line, &key, from, to) else { continue };
        if named_anyway(case, a) {
            continue;
        }
        let presence = super::pattern::within(
            &case.line,
            &[
                "i was|stood|sat|slept|spent|hid|lay|stayed|stopped|waited|went|had|worked|prayed|drank|knelt|passed|crossed|found",
                "my evening|night|hour",
                "standing|sitting|sleeping|waiting|hiding|lying|kneeling|praying|drinking",
                "was i",
                "kept me",
            ],
            from,
            to,
        );
        let named = case.frames.iter().any(|f| {
            f.from <= a && b <= f.to && about.is_some_and(|w| f.who.contains(&w)) && f.cue(Cue::Past)
        });
        let timed = (from..to)
            .any(|i| matches!(case.line.mention_at(i).map(|m| m.what), Some(super::line::What::Time(_))));
        if own && presence.is_some() || !own && named || timed {
            case.report(ViolationKind::Leak, a, b, "brings to mind where somebody was");
        }
    }
}
