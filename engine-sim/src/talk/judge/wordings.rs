//! Wordings: what else says a fact of a kind where that fact must be said. They are too weak to accuse or to give
//! anything away, so nothing is read from them against a line.
//!
//! Owns: their tables, who pays whom by them. Refuses to know: the turns of phrase that claim by themselves (`cues`,
//! `concept`), the comparison with facts (`coverage`, `facts`).

use super::Case;
use super::line::{Line, What};
use super::pattern::{every, find_any, within};
use super::polarity;
use crate::fact::{Motive, Tie};
use crate::ids::PersonId;

/// A thing that is not there.
#[rustfmt::skip]
pub(super) const GONE: &[&str] = &[
    "wanting from|by|at|in|on", "to be wanting", "absent|absence", "nowhere to be seen|found|had", "bare|empty|vacant spot|patch|space|place|peg|shelf|stand",
    "only|just ~2 ash|ashes", "nothing but ~2 ash|ashes", "not so much as", "not a sign|trace|whiff|glimmer|spark|glint of", "found none|nothing|neither|only|just",
    "ought to|should ~1 have? be|been|stand|stood|lie|hang", "of ~2 #item ~2 nothing|naught|none", "#item ~1 nothing|naught $",
    "made|make|run|ran|walked|gone off|away with", "left its cradle|place|bed|hook|shelf", "lacked|lacking|lacks", "nothing where", "had ~1 gone|vanished|flown", "cleared out", "no more at|in|on|by",
];

/// A theft, told by what became of the thing or by who is to blame.
#[rustfmt::skip]
pub(super) const TAKEN: &[&str] = &[
    "walk+|stroll+|slip+|sneak+|stalk+|march+|skip+|clear+|creep+|run|ran ~1 off|away|out with", "had it|#item ~1 away", "into ~2 hands|hand|pocket|sack|bag|pack|cloak",
    "in these|my|his|her|#person ~3 hands", "culprit|thief|robber|burglar", "laid|lay|put ~2 hand|hands|fingers on", "spirited|bore|carried|whisked|made ~3 off|away",
    "relieved ~3 of", "#person|my|his|her ~1 doing|work", "hand|hands ~4 #person", "left its cradle", "snaffle+|bag+|purloin+|abstract+|remove+|filch+|nab+|thieve+|pilfer+|rob+",
    "came away with", "answer+ to #person",
];

/// A wish.
#[rustfmt::skip]
pub(super) const WISHED: &[&str] = &[
    "heart ~1 set on", "set+ ~2 heart on|upon|$", "had|have his|her|their|my ~1 way|choice|pick", "desirous|desire+", "one|dearest|only wish", "lookout|hunt for", "an|his|her|my eye|eyes on", "hanker+|yearn+|pine+|ache+|sigh+|itch+ ~1 for|after",
    "covet+", "keen|set on", "in need", "seek+|seeking|sought", "look+|hunt+|hope+|hoping|ask+ for|after|out", "partial to", "would|'d give ~4 for|to", "dream+ of|about", "crying out for",
    "could do with", "fanc+", "wish|wishes for",
];

/// Ties in pictures.
#[rustfmt::skip]
const TIES: &[(Tie, &[&str])] = &[
    (Tie::Feud, &["n't|not|never ~4 time of day", "cross+ the road|street", "miss|avoid each|one other|another", "oil and water", "cat|cats and dog|dogs", "dog|dogs and cat|cats", "chalk and cheese", "fire and ice|water", "water and fire|oil", "two cats", "swords drawn"]),
    (Tie::Kin, &["same ~1 mother|father|parents|womb|stock|blood|cradle|family", "share a ~1 mother|father|grandmother|grandfather|roof ~1 tree", "one mother|father|blood|family", "flesh and blood"]),
    (Tie::Friend, &["peas in a pod", "hand in glove", "bosom", "inseparable", "boon companion+", "get|got|gets along ~1 well|famously", "soft spot"]),
];

/// What a motive is called where a reason is asked for.
#[rustfmt::skip]
const CALLED: &[(Motive, &[&str])] = &[
    (Motive::Debt, &["owe+|owed|owing|debt+|indebted|creditor+|repay+", "money|coin|coins|gold|purse ~3 owed|short|gone|empty|trouble|needed|needs|lack+|want+", "need+|lack+|want+|short ~2 money|coin|gold", "^ ~1 money $"]),
    (Motive::Cold, &["cold|freezing|frozen|froze|chill+|shiver+|frost|warmth|unheated|icy|frostbite", "to|for|get|keep|keeping|stay ~2 warm"]),
    (Motive::Grudge, &["grudge|grudges|grievance|resent+|spite|revenge|vengeance|bitter+|quarrel+|anger|angry|hatred|hate+|wronged|slight|slighted|sore|malice|rancour|rankled|rankles"]),
    (Motive::Buyer, &["buyer|buyers|buy|buys|bought|buying|purchase+|sell|sells|sold|selling|sale|customer|profit|bidder|payment|bidding"]),
    (Motive::Pride, &["pride|proud|prouder|vanity|vain|envy|envious|jealous+|ambition|ambitious|conceit|prideful"]),
];

/// A reason asked for, or given.
#[rustfmt::skip]
const REASON: &[&str] = &[
    "why|reason|reasons|motive|motives|drove|drives|drive|driven|because|cause|grounds|inducement|push|pushed|prompted|spur|spurred|tempted", "what for|made|makes", "gain ~1 by|from", "what's behind", "behind it",
];

/// Whoever must pay owes, whoever waits for gold is owed.
const MUST_PAY: &[&str] = &[
    "has|have|had|'ve|holds|hold|got ~2 #gold of|off|from|belonging",
    "has|have|had|must|ought|needs|need|is|'s|are|'re|am|'m|who ~3 to? pay|repay|settle|return|cross|hand|part|give|clear|find|make ~2",
];
#[rustfmt::skip]
const AWAITS: &[&str] = &[
    "#person|he|she|i ~2 wait+|waiting|look+|looking|long+ ~1 for|on ~2 #gold", "#person|he|she|i ~2 want+|expect+|expecting ~2 #gold from|of|off",
    "#person|he|she|i ~2 has|have|is|'s|am|'m ~1 yet to ~1 see|get|have", "#person|he|she|i ~3 #gold ~1 out|poorer|short|down",
];

/// Where a tie stands in a token range as a picture.
pub(super) fn tied(line: &Line<'_>, tie: Tie, from: usize, to: usize) -> Option<(usize, usize)> {
    TIES.iter().filter(|(t, _)| *t == tie).find_map(|(_, table)| within(line, table, from, to))
}

/// Whether a motive is called by its name in a token range, affirmed, where a reason is asked for or given.
pub(super) fn called(case: &Case<'_>, motive: Motive, from: usize, to: usize) -> bool {
    let line = &case.line;
    let reason = find_any(line, REASON).is_some() || find_any(&case.player, REASON).is_some();
    let affirmed = |table: &'static [&'static str]| {
        line.segments.iter().filter(|s| from <= s.0 && s.0 < to).any(|&(a, b)| {
            let denied = polarity::of_segment(line, a, b).denied();
            within(line, table, a, b + 1).is_some() && !denied && !super::reply::asked(line, a)
        })
    };
    reason && CALLED.iter().any(|(m, table)| *m == motive && affirmed(table))
}

/// What the poor, the cold, the sour and the slighted are without: a denial that belongs to the motive.
#[rustfmt::skip]
const LACKS: &[&str] = &[
    "not|n't|never|no|cannot|hardly|scarcely|barely ~2 pay|money|coin|coins|gold|warm|lit|burning|heat|fire|wood|draw|catch|keep|afford|feed|enough|sleep",
    "no|nobody|without|not|none ~2 one|body|creditor+|money|coin|gold|fire|heat|end|warmth|wood|logs|fuel|hearth|coal|coals", "not a coin|penny",
];
#[rustfmt::skip]
const SOUR: &[&str] = &["no|not|n't|never ~2 love|warmth|liking|peace|forgive|forgiven|forgave|forgot|forgotten|abide|stand|bear"];
#[rustfmt::skip]
const SLIGHTED: &[&str] = &["no|not|n't|never ~3 chosen|picked|given|asked|got|made|forgave|forgive|forgiven|forgot|him|her|honour|post|credit"];

/// Whether a denial in a token range belongs to a motive.
pub(super) fn lacks(line: &Line<'_>, motive: Motive, from: usize, to: usize) -> bool {
    let table = match motive {
        Motive::Cold | Motive::Debt => LACKS,
        Motive::Grudge => SOUR,
        Motive::Pride => SLIGHTED,
        Motive::Buyer => return false,
    };
    within(line, table, from, to).is_some()
}

/// "Her hearth has been warm all winter": the contrary of a cold one.
pub(super) fn snug(line: &Line<'_>) -> bool {
    line.segments.iter().any(|&(from, to)| {
        let warm =
            within(line, &["has|have|had|is|was|'s|been ~3 warm|toasty|snug|cosy"], from, to).is_some();
        warm && !polarity::of_segment(line, from, to).denied()
    })
}

/// Who must pay by the line's own words.
pub(super) fn payer(case: &Case<'_>) -> Option<PersonId> {
    let line = &case.line;
    let hits = every(line, MUST_PAY, 0, line.toks.len());
    hits.into_iter().find_map(|(_, (from, to))| {
        let first = line.toks[..from].iter().rposition(super::token::Tok::ends_sentence).map_or(0, |i| i + 1);
        (first..to).rev().find_map(|i| named(case, i))
    })
}

/// Who waits for payment by the line's own words.
pub(super) fn awaiting(case: &Case<'_>) -> Option<PersonId> {
    let line = &case.line;
    every(line, AWAITS, 0, line.toks.len()).into_iter().find_map(|(_, (from, _))| named(case, from))
}

/// Whom a token names.
fn named(case: &Case<'_>, i: usize) -> Option<PersonId> {
    match case.line.mention_at(i).map(|m| m.what) {
        Some(What::Person(p)) => Some(p),
        Some(_) => None,
        None => match case.line.word(i) {
            "i" => Some(case.pack.speaker),
            "she" => case.context.she,
            "he" => case.context.he,
            _ => None,
        },
    }
}
