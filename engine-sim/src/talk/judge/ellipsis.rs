//! Ellipsis: facts said in short, with what the player has asked filling the gap.
//!
//! Owns: trades and houses that name a place of work, debts without a verb of owing, pairs meant by "those two", hours meant
//! by a bare number. Refuses to know: how a fact in full is compared (`facts`), answers that lean on a question (`answer`).

use super::Case;
use super::claims::{Frame, Who};
use super::clock::{Limit, TimeRead};
use super::line::{Line, Mention, What};
use super::question::Question;
use crate::fact::Fact;
use crate::ids::PersonId;

/// Whether a fact is said by a trade, by a house, or of two who stand in the question.
pub(super) fn said(case: &Case<'_>, fact: &Fact) -> bool {
    works_by_trade(case, fact) || works_by_house(case, fact) || tied_in_short(case, fact)
}

/// "Do Osric and Nell get on?" — "Cat and dog.": the tie alone, of the two whom the question names.
fn tied_in_short(case: &Case<'_>, fact: &Fact) -> bool {
    let Fact::Tied { tie, .. } = *fact else { return false };
    let line = &case.line;
    let pictured = super::wordings::tied(line, tie, 0, line.toks.len()).is_some_and(|(at, _)| {
        let (from, to) = line.segments[line.segment_of(at)];
        let denied = super::polarity::of_segment(line, from, to).denied();
        (tie == crate::fact::Tie::Feud || !denied) && !line.asks(at)
    });
    pictured && super::facts::both(case, &Frame::default(), fact)
}

/// "Tobin's our miller": the trade says where somebody works.
pub(super) fn works_by_trade(case: &Case<'_>, fact: &Fact) -> bool {
    let Fact::Works { who, place } = *fact else { return false };
    let line = &case.line;
    let v = case.village.villager(who);
    let me = who == case.pack.speaker && line.toks.iter().any(|t| t.any(&["i", "me"]));
    let meant = me
        || case.context.who == Some(Who::Known(who))
        || line.mentions.iter().any(|m| m.what == What::Person(who));
    let trade = (0..line.toks.len())
        .find(|i| case.vocabulary.lexicon().trade_at(&line.toks, *i).is_some_and(|t| t.0 == who));
    let affirmed = trade.is_some_and(|i| {
        let (from, to) = line.segments[line.segment_of(i)];
        !super::polarity::of_segment(line, from, to).denied() && !line.asks(i)
    });
    v.work == place && meant && affirmed
}

/// "That's Hilda's place, the herb house.": the house by its owner says who works there, and the place is named besides.
pub(super) fn works_by_house(case: &Case<'_>, fact: &Fact) -> bool {
    let Fact::Works { who, place } = *fact else { return false };
    let line = &case.line;
    let owned = |from: usize| {
        matches!(case.vocabulary.lexicon().at(&line.toks, from),
            Some((What::Person(p), len)) if p == who && line.word(from + len) == "'s")
    };
    let here = |m: &&super::line::Mention| m.what == What::Place(place);
    let house = line.mentions.iter().filter(here).find(|m| owned(m.from));
    let besides = line.mentions.iter().chain(&case.player.mentions).filter(here).count() > 1;
    let affirmed = house.is_some_and(|m| {
        let (from, to) = line.segments[line.segment_of(m.from)];
        !super::polarity::of_segment(line, from, to).denied() && !line.asks(m.from)
    });
    affirmed && besides
}

/// "Eight gold, to Maud.": the player has asked who owes, and the line names the other one and no verb of owing.
pub(super) fn owes_in_short(case: &Case<'_>, who: PersonId, to: PersonId) -> bool {
    let owing = |l: &Line<'_>| {
        l.toks.iter().any(|t| {
            ["owe", "debt", "lend", "borrow", "loan", "due", "pay"].iter().any(|s| t.stem(s))
                || t.any(&["owing", "indebted"])
        })
    };
    let names = |l: &Line<'_>, p: PersonId| l.mentions.iter().any(|m| m.what == What::Person(p));
    let me = case.pack.speaker;
    let strange = case
        .line
        .mentions
        .iter()
        .any(|m| matches!(m.what, What::Person(p) if p != who && p != to && p != me));
    // "How much does Tobin owe Agnes?" — "Eight gold.": both are named, in their order.
    let first = |p: PersonId| case.player.mentions.iter().find(|m| m.what == What::Person(p)).map(|m| m.from);
    let both = first(who)
        .zip(first(to))
        .is_some_and(|(a, b)| a < b && case.player.toks[a..b].iter().any(|t| t.stem("owe")))
        && !case.line.mentions.iter().any(|m| matches!(m.what, What::Person(_)));
    let unpaid: &[&str] = &["not|n't|never|no|nor ~4 paid|pay|repaid"];
    let silent = !owing(&case.line) || super::pattern::find_any(&case.line, unpaid).is_some();
    let asked = owing(&case.player) && silent && !strange;
    let debtor = who == me || names(&case.player, who) && !names(&case.line, who);
    asked && (both || debtor && names(&case.line, to))
}

/// "Five, child", "eight if you want an hour": an hour in a bare number, when the talk is of one.
pub(super) fn hour_meant(case: &Case<'_>, m: &Mention) -> Option<TimeRead> {
    let What::Number(n @ 4..=11) = m.what else { return None };
    let line = &case.line;
    let (from, to) = line.segments[line.segment_of(m.from)];
    let hourly = ["hour", "time", "clock", "bell", "bells", "telling", "account", "reckoning"];
    let heard = case.player.mentions.iter().any(
        |m| matches!(m.what, What::Time(t) if t.minute == Some((n * 60 + 720) as u16) && t.limit == Limit::At),
    );
    let talked = heard || Question::asks_when(&case.player) || (from..to).any(|i| line.toks[i].any(&hourly));
    let limits = ["before", "after", "until", "till", "than", "past", "since"];
    let limited = m.from > 0 && line.toks[m.from - 1].any(&limits);
    let after = [
        "if", "and", "or", "it", "was", "is", "had", "as", "when", "by", "on", "in", "at", "but", "that",
        "the", "would",
    ];
    let closed = m.to >= to || line.toks[m.to].any(&after);
    let minute = Some((n * 60 + 720) as u16);
    (talked && closed && !limited && !line.money).then_some(TimeRead {
        minute,
        other_day: false,
        limit: Limit::At,
    })
}

/// "Maud owes Anselm two gold and Corwin four": a sum in a bare number, behind whom it is owed to.
pub(super) fn sum_meant(case: &Case<'_>, m: &Mention) -> Option<u32> {
    let What::Number(n) = m.what else { return None };
    let line = &case.line;
    let person = m.from > 0 && matches!(line.mention_at(m.from - 1).map(|m| m.what), Some(What::Person(_)));
    let earlier = line.mentions.iter().any(|o| {
        matches!(o.what, What::Gold(_))
            && o.to <= m.from
            && line.toks[o.from].sentence == line.toks[m.from].sentence
    });
    (person && earlier).then_some(n)
}

/// "Those two", "between them": both are in the player's words.
pub(super) fn in_the_pair(case: &Case<'_>, who: PersonId) -> bool {
    let words: &[&str] =
        &["those|these|the two|pair", "between|of them", "they", "the two of", "both", "them two"];
    super::pattern::find_any(&case.line, words).is_some()
        && case.player.mentions.iter().any(|m| m.what == What::Person(who))
}
