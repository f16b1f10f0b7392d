//! Ellipsis: facts said in short, with what the player has asked filling the gap.
//!
//! Owns: trades that name a place of work, debts without a verb of owing, pairs meant by "those two". Refuses to know: how a
//! fact in full is compared (`facts`).

use super::Case;
use super::claims::Who;
use super::line::{Line, What};
use crate::fact::Fact;
use crate::ids::PersonId;

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

/// "As it happens, Agnes was.": the player has asked who was there and then, and one person is named in a word.
pub(super) fn answers_who(case: &Case<'_>, fact: &Fact) -> bool {
    let (Fact::Was { who, place, at } | Fact::Passed { who, place, at }) = *fact else { return false };
    let line = &case.line;
    let heard = &case.player.mentions;
    let asked = case.player.toks.iter().any(|t| t.any(&["who", "whom", "anyone", "anybody", "someone"]))
        && heard.iter().any(|m| m.what == What::Place(place))
        && heard.iter().any(|m| matches!(m.what, What::Time(t) if super::facts::fits(t, fact, at)));
    let short: &[&str] =
        &["#person was|did|is $", "^ #person $", "i|'twas|it ~1 saw|was|'s|spotted|found #person $"];
    let Some((from, _)) = super::pattern::find_any(line, short) else { return false };
    let (a, b) = line.segments[line.segment_of(from)];
    let only = line.mentions.iter().all(|m| match m.what {
        What::Person(p) => p == who,
        What::Place(_) | What::Time(_) | What::Item(_) | What::Gold(_) => false,
        _ => true,
    });
    let named = line.mentions.iter().any(|m| m.what == What::Person(who));
    asked && only && named && !super::polarity::of_segment(line, a, b).denied() && !line.asks(from)
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
    let asked = owing(&case.player) && !owing(&case.line) && !strange;
    let debtor = who == me || names(&case.player, who) && !names(&case.line, who);
    asked && debtor && names(&case.line, to)
}

/// "Those two", "between them": both are in the player's words.
pub(super) fn in_the_pair(case: &Case<'_>, who: PersonId) -> bool {
    let words: &[&str] =
        &["those|these|the two|pair", "between|of them", "they", "the two of", "both", "them two"];
    super::pattern::find_any(&case.line, words).is_some()
        && case.player.mentions.iter().any(|m| m.what == What::Person(who))
}
