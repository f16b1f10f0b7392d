//! Permits: which names, words and numbers a line may use at all.
//!
//! Owns: the permission of mentions, the closed vocabulary's enforcement, kinds of people, places and things that the village
//! does not have, loose numbers. Refuses to know: claims.

use super::clock::TimeRead;
use super::kinds::{
    ALSO_VERBS, ARTICLES, FOREIGN, HUMBLE, IDLE_NUMBERS, PEOPLE, PLACES, PREPOSITIONS, SOFT_PLACES,
    STRANGERS, THINGS, TRADE_THINGS,
};
use super::line::What;
use super::pattern::{find, find_from, within};
use super::token::Kind;
use super::{Case, ViolationKind};
use crate::act::ActKind;
use crate::content::Village;
use crate::fact::Fact;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::pack::Pack;
use crate::time::Slot;
use std::collections::BTreeSet;

pub(super) fn check(case: &mut Case<'_>) {
    names(case);
    unknown_people(case);
    strangers(case);
    vocabulary(case);
    numbers(case);
}

/// Whom, where and what a line may name.
pub(crate) struct Permitted {
    pub people: BTreeSet<PersonId>,
    pub places: BTreeSet<PlaceId>,
    pub items: BTreeSet<ItemId>,
}

pub(super) fn permitted(case: &Case<'_>) -> Permitted {
    permitted_by(case.village, case.pack)
}

/// Whom, where and what a pack permits a line to name. The speaker must be a villager.
pub(crate) fn permitted_by(village: &Village, pack: &Pack) -> Permitted {
    let speaker = village.villager(pack.speaker);
    let mut p = Permitted {
        people: pack.may_people.iter().copied().chain([pack.speaker]).chain(pack.act.told_by).collect(),
        places: pack.may_places.iter().copied().chain([speaker.work]).collect(),
        items: pack.may_items.iter().copied().chain(pack.act.item).collect(),
    };
    for fact in pack.act.facts.iter().chain(&pack.act.denied).chain(&pack.may) {
        p.people.extend(fact.subject());
        p.people.extend(fact.other());
        p.places.extend(fact.place());
        // "I get sneezes from flour": what is all over a place goes with it.
        if let Some(dust) = fact.place().and_then(|l| village.place(l).residue.as_deref()) {
            let clings = |i: &ItemId| village.item(*i).synonyms.iter().any(|s| s == dust);
            p.items.extend(village.item_ids().filter(clings));
        }
        p.items.extend(fact.item());
        if let Fact::Residue { from, .. } = fact {
            p.places.insert(*from);
            let word = village.place(*from).residue.clone().unwrap_or_default();
            let same = village.item_ids().filter(|i| village.item(*i).synonyms.contains(&word));
            p.items.extend(same);
        }
        if let Fact::HasMotive { who, motive: crate::fact::Motive::Cold } = fact
            && !who.is_player()
        {
            p.places.insert(village.villager(*who).home);
        }
        if matches!(fact, Fact::HasMotive { .. }) {
            p.people.insert(village.keeper());
        }
    }
    p.items.insert(village.ember());
    let trading = matches!(pack.act.kind, ActKind::Price | ActKind::Bargain | ActKind::Sell | ActKind::Buy);
    if !trading {
        p.items.extend(&speaker.sells);
        // What clings to one's own apron.
        let dust = village.place(speaker.work).residue.as_deref();
        let own = |i: &ItemId| dust.is_some_and(|d| village.item(*i).synonyms.iter().any(|s| s == d));
        p.items.extend(village.item_ids().filter(own));
    }
    p
}

fn names(case: &mut Case<'_>) {
    let may = permitted(case);
    for m in case.line.mentions.clone() {
        let bad = match m.what {
            What::Person(p) => !may.people.contains(&p) && !own_kin(case, m.from, m.to),
            What::Place(p) => {
                !may.places.contains(&p)
                    && !idle_place(case, m.from, m.to)
                    && !known_of(case, m.from, What::Place(p))
            }
            What::Item(i) => {
                !may.items.contains(&i)
                    && !idle_item(case, m.from)
                    && !saying(case, m.from)
                    && !scorned(case, m.from)
                    && !known_of(case, m.from, What::Item(i))
            }
            _ => false,
        };
        if bad {
            case.report(
                ViolationKind::NotPermitted,
                m.from,
                m.to,
                "names somebody, something or somewhere the pack does not",
            );
        }
    }
}

/// "Crying his ribbons", "lost without it on that gate": what everyone knows of somebody's trade, at no hour.
fn known_of(case: &Case<'_>, at: usize, what: What) -> bool {
    let sentence = case.line.toks[at].sentence;
    let segment = case.line.segments[case.line.segment_of(at)];
    let timed = case.line.mentions.iter().any(|m| {
        matches!(m.what, What::Time(_) | What::Gold(_)) && case.line.toks[m.from].sentence == sentence
    });
    let past = super::pattern::within(
        &case.line,
        &["was|were|went|came|took|carried|had|stole|sold|bought|hid|saw|left|passed|stood|found|gave"],
        segment.0,
        segment.1,
    );
    let of = |who: PersonId| {
        let v = case.village.villager(who);
        match what {
            What::Place(p) => v.work == p,
            What::Item(i) => v.sells.contains(&i),
            _ => false,
        }
    };
    let allowed = permitted(case).people;
    !timed
        && past.is_none()
        && case.line.mentions.iter().any(|m| {
            matches!(m.what, What::Person(p) if !p.is_player() && p != case.pack.speaker && allowed.contains(&p) && of(p))
        })
}

/// "market day", "inn's sake": a place's word in another use.
fn idle_place(case: &Case<'_>, from: usize, to: usize) -> bool {
    let next = case.line.word(to);
    let prior = from.checked_sub(1).map_or("", |i| case.line.word(i));
    matches!(
        (case.line.word(from), next),
        ("market", "day" | "price") | ("forge", "ahead") | ("church", "mouse")
    ) || prior == "fair" && case.line.word(from) == "square"
        || prior == "this" && case.line.word(from) == "hall" && case.pack.act.kind == ActKind::Outraged
}

/// "My uncle makes the shoes": the speaker's own kin by their word, nowhere and at no hour.
fn own_kin(case: &Case<'_>, from: usize, to: usize) -> bool {
    to == from + 2
        && case.line.toks[from].any(&["my", "our"])
        && idle_talk(case.pack.act.kind)
        && case.frames.iter().all(|f| f.times.is_empty() && f.places.is_empty() && f.concepts.is_empty())
}

/// "Flour is slow and ale is quick": a saying about the stuff.
fn saying(case: &Case<'_>, from: usize) -> bool {
    let Some(m) = case.line.mention_at(from) else { return false };
    let (a, b) = case.line.segments[case.line.segment_of(from)];
    let general = case.line.toks.get(m.to).is_some_and(|t| {
        t.any(&["is", "are", "keeps", "burns", "tells", "does", "never", "always", "makes"])
    });
    let bare = m.from == a || case.line.toks[m.from - 1].any(&["and", "but", "while", "as", "so"]);
    let gold = (a..b).any(|i| {
        matches!(
            case.line.mention_at(i).map(|m| m.what),
            Some(What::Gold(_) | What::Time(_) | What::Place(_))
        )
    });
    let trade =
        matches!(case.pack.act.kind, ActKind::Price | ActKind::Bargain) || case.pack.act.kind.hands_over();
    general && bare && !gold && !trade
}

/// "Not for a whole winter's firewood": no such thing is had or offered.
fn scorned(case: &Case<'_>, from: usize) -> bool {
    let (a, b) = case.line.segments[case.line.segment_of(from)];
    let kind = case.pack.act.kind;
    (super::unasserted::tells_nothing(kind) || matches!(kind, ActKind::Deny | ActKind::RefuseTrade))
        && super::pattern::within(&case.line, &["^ not|nor ~1 for|with|if"], a, b).is_some()
        && !(a..b).any(|i| {
            matches!(
                case.line.mention_at(i).map(|m| m.what),
                Some(What::Person(_) | What::Place(_) | What::Time(_))
            )
        })
}

/// "bread and butter", "small ale", "puts out candles": nothing that anybody has.
fn idle_item(case: &Case<'_>, from: usize) -> bool {
    let (a, b) = case.line.segments[case.line.segment_of(from)];
    let bound = |i: usize| match case.line.mention_at(i).map(|m| m.what) {
        Some(What::Person(p)) => p != case.pack.speaker,
        Some(What::Place(_) | What::Time(_) | What::Gold(_)) => true,
        _ => false,
    };
    let hidden = case
        .pack
        .hidden
        .iter()
        .filter_map(Fact::item)
        .any(|h| case.line.mention_at(from).is_some_and(|m| m.what == What::Item(h)));
    let definite = (1..=2).any(|n| {
        from.checked_sub(n)
            .is_some_and(|j| case.line.toks[j].any(&["the", "my", "that", "this", "his", "her"]))
    });
    let said = (a..b).any(|i| {
        case.line.toks[i].any(&[
            "had", "was", "were", "got", "sold", "took", "left", "found", "saw", "have", "'ve", "want",
            "need", "bring", "fetch", "wants", "needs",
        ])
    });
    if idle_talk(case.pack.act.kind)
        && !hidden
        && !definite
        && !said
        && !(a..b).any(bound)
        && idle_thing(case, from)
    {
        return true;
    }
    let prior = from.checked_sub(1).map_or("", |i| case.line.word(i));
    matches!((prior, case.line.word(from)), ("daily", "bread") | ("half", "loaf"))
}

/// "I'd not let it go to my own mother for less": kin that would get no better price, were there any.
const AS_TO_KIN: &[&str] = &[
    "not|n't|never|'d|would|could|will|'ll ~6 to|for|from|of? my|our own #word",
    "even my|our|your own? #word gets|pays|buys|would|'d|could|must|will|'ll",
];

fn unknown_people(case: &mut Case<'_>) {
    for m in case.line.mentions.clone() {
        let last = &case.line.toks[m.to - 1];
        let elder = ["mother", "father", "grandmother", "grandfather", "gran"].iter().any(|e| last.stem(e));
        let next = case.line.toks.get(m.to);
        let always = next.is_some_and(|t| t.any(&["used", "always", "taught", "'s"]));
        let once = next.is_some_and(|t| {
            t.any(&[
                "never", "could", "would", "was", "said", "told", "had", "knew", "follow", "made", "swore",
            ])
        });
        let nowhere = case.frames.iter().all(|f| f.times.is_empty() && f.places.is_empty());
        let sworn = elder
            && m.from > 0
            && case.line.toks[m.from - 1].any(&["on", "by", "upon"])
            && no_deed(case, m.to);
        let yours = case.line.toks[m.from].is("your") && elder && nowhere;
        let (from, to) = case.line.segments[case.line.segment_of(m.from)];
        let trading = matches!(case.pack.act.kind, ActKind::Price | ActKind::Bargain);
        let done = within(&case.line, &["sold|gave|bought|saw|told|paid|stole|took|came|had"], from, to);
        let unmet = trading && done.is_none() && case.frames.iter().all(|f| f.times.is_empty());
        let unmet = unmet && within(&case.line, AS_TO_KIN, from, to).is_some_and(|(_, b)| b >= m.to);
        let saying = sworn
            || unmet && no_deed(case, m.to)
            || yours
            || super::deeds::kin_of_asked(case, m.from, m.to)
            || elder && (always && case.frames.iter().all(|f| f.times.is_empty()) || once && nowhere);
        if m.what == What::UnknownPerson && !saying {
            case.report(
                ViolationKind::UnknownName,
                m.from,
                m.to,
                "speaks of kin or company that nobody here has",
            );
        }
    }
}

/// "Sharp as a sword": a figure of speech.
fn likened(case: &Case<'_>, at: usize) -> bool {
    (at.saturating_sub(3)..at).any(|i| case.line.toks[i].any(&["as", "like", "than"]))
}

/// "On my mother's kettle": an oath, not a tale; no deed of hers behind it.
fn no_deed(case: &Case<'_>, to: usize) -> bool {
    !(to..(to + 3).min(case.line.toks.len()))
        .any(|i| case.line.toks[i].any(&["was", "said", "told", "saw", "came", "is", "has", "had", "who"]))
}

/// Kinds of people, places and things that the village does not have.
fn strangers(case: &mut Case<'_>) {
    for i in 0..case.line.toks.len() {
        if let Some((kind, reason)) = strange(case, i) {
            case.report(kind, i, i + 1, reason);
        }
    }
    for pattern in FOREIGN {
        let hit = find(&case.line, pattern);
        if let Some((from, to)) = hit.filter(|(from, _)| !likened(case, *from)) {
            case.report(ViolationKind::UnknownItem, from, to, "speaks of a thing that nobody here has");
        }
    }
    for pattern in STRANGERS {
        if let Some((from, to)) = find(&case.line, pattern) {
            case.report(ViolationKind::UnknownName, from, to, "speaks of somebody the village does not have");
        }
    }
}

/// What is wrong with the common noun at a token, if it names what the village does not have.
fn strange(case: &Case<'_>, i: usize) -> Option<(ViolationKind, &'static str)> {
    let tok = &case.line.toks[i];
    if tok.kind != Kind::Word || case.line.mention_at(i).is_some() {
        return None;
    }
    let word = tok.low.as_str();
    let kind = case.pack.act.kind;
    let back = |n: usize| i.checked_sub(n).map_or("", |j| case.line.word(j));
    let article = |n: usize| ARTICLES.contains(&back(n));
    let near = article(1)
        || back(1) == "of" && article(3)
        || article(2) && !matches!(back(1), "of" | "and" | "to" | "in" | "at" | "is" | "was");
    let simile = matches!(back(2), "like" | "as" | "for" | "than")
        || matches!(back(1), "like" | "as")
        || matches!(back(3), "like" | "as" | "fit");
    let placed = ["at", "to", "in", "by", "from", "near", "on"].contains(&back(1))
        || PREPOSITIONS.contains(&back(2))
        || PREPOSITIONS.contains(&back(3)) && article(2);
    let single = |list: &[&str]| {
        list.contains(&word) || tok.stems.iter().any(|s| list.contains(&s.as_str()) && word.ends_with('s'))
    };
    let person = single(PEOPLE) && near && !simile;
    if homonym(case, i) || super::figures::figure(case, i) {
        return None;
    }
    let humble = HUMBLE.contains(&word) && !bound(case, i);
    let had = had(case, i) && !idle_thing(case, i) && !humble || kind.hands_over() && !humble;
    let generic = matches!(back(1), "a" | "an" | "any" | "every" | "no")
        || article(2) && matches!(back(2), "a" | "an" | "any");
    let airy = generic && !bound(case, i) && airy(case, i);
    let own = tool_of_speaker(case, i) && !kind.hands_over() && kind != ActKind::Price;
    let meant = tok.any(&["lady", "gentleman"])
        && case.line.toks.get(i + 1).is_some_and(|t| t.any(&["you", "in", "concerned"]));
    if person && !trade_of_speaker(case, word) && !idle_person(case, i) && !airy && !meant {
        Some((ViolationKind::UnknownName, "speaks of somebody the village does not have"))
    } else if single(PLACES)
        && (placed || near && !(word.ends_with('s') && matches!(back(1), "your" | "my" | "our")))
        && !ALSO_VERBS.contains(&word)
        && !airy
    {
        Some((ViolationKind::UnknownPlace, "speaks of a place the village does not have"))
    } else if single(SOFT_PLACES)
        && placed
        && put_there(case, i)
        && !matches!(kind, ActKind::Banter | ActKind::AboutSelf)
    {
        Some((ViolationKind::UnknownPlace, "puts somebody in a place the village does not have"))
    } else if single(THINGS) && near && !simile && had && !own && !airy {
        Some((ViolationKind::UnknownItem, "speaks of a thing that nobody here has"))
    } else {
        None
    }
}

/// Talk of nothing that happened: no alibi hangs on it.
pub(super) fn idle_talk(kind: ActKind) -> bool {
    matches!(
        kind,
        ActKind::Banter
            | ActKind::AboutSelf
            | ActKind::Greet
            | ActKind::Farewell
            | ActKind::NoTask
            | ActKind::Welcome
            | ActKind::Forgive
            | ActKind::Offended
    )
}

/// Small talk: nothing is claimed of the village by it.
fn small_talk(kind: ActKind) -> bool {
    let claims = kind.carries_facts() || kind.hands_over();
    !claims
        && !matches!(kind, ActKind::Clarify | ActKind::DontKnow | ActKind::RefuseTrade | ActKind::RefuseGift)
}

/// "On your own chest", "a long watch", "your obedient servant": the word in its other meaning.
fn homonym(case: &Case<'_>, i: usize) -> bool {
    let back = |n: usize| i.checked_sub(n).map_or("", |j| case.line.word(j));
    match case.line.word(i) {
        "chest" => {
            let on = ["on", "in", "to", "from", "across", "off", "against", "warms", "warm"];
            matches!(back(1), "my" | "your" | "his" | "her" | "the" | "own")
                && (on.contains(&back(2)) || on.contains(&back(3)))
        }
        "watch" => {
            matches!(back(1), "long" | "night" | "late" | "cold" | "quiet" | "keep" | "lonely" | "dull")
        }
        "count" => {
            matches!(back(1), "my" | "your" | "that" | "every" | "last" | "either")
                && matches!(back(2), "by" | "on" | "at")
        }
        "servant" => matches!(back(1), "obedient" | "humble"),
        "book" => matches!(back(1), "closed" | "shut" | "sealed" | "open"),
        "ghost" => case.line.word(i + 1) == "of" && matches!(case.line.word(i + 2), "a" | "an" | "any"),
        "press" | "saw" | "pick" | "bow" => matches!(back(1), "i" | "you" | "we" | "to" | "they"),
        _ => false,
    }
}

/// "Fit for a queen" and the like in small talk: an indefinite somebody who did nothing.
fn idle_person(case: &Case<'_>, i: usize) -> bool {
    let definite = (1..=2).any(|n| {
        i.checked_sub(n).is_some_and(|j| {
            ["the", "our", "my", "his", "her", "your", "that", "this"].contains(&case.line.word(j))
        })
    });
    let acts = (i + 1..(i + 3).min(case.line.toks.len())).any(|j| {
        case.line.toks[j].any(&[
            "came", "went", "said", "told", "gave", "was", "sold", "saw", "took", "passed", "from", "paid",
            "offered", "bought", "stole", "asked", "visited",
        ])
    });
    small_talk(case.pack.act.kind) && !definite && !acts
}

/// Whether the segment of a token names somebody else, a time, a sum or a place: talk of the case or of trade.
fn bound(case: &Case<'_>, i: usize) -> bool {
    let (from, to) = case.line.segments[case.line.segment_of(i)];
    // "Eleven gold and a cow": what is joined on to a sum or a thing.
    let joined = case.line.toks[from].any(&["and", "plus", "with"])
        && from > 0
        && (from.saturating_sub(3)..from).any(|j| {
            case.line.toks[j].sentence == case.line.toks[from].sentence
                && matches!(case.line.mention_at(j).map(|m| m.what), Some(What::Gold(_) | What::Item(_)))
        });
    if joined && case.pack.act.kind.carries_facts() {
        return true;
    }
    (from..to).any(|j| match case.line.mention_at(j).map(|m| m.what) {
        Some(What::Person(p)) => p != case.pack.speaker,
        Some(What::Place(_) | What::Time(_) | What::Gold(_) | What::Item(_)) => true,
        _ => case.line.toks[j].any(&["gold", "ember", "silver", "golden", "stolen", "found", "he", "she"]),
    })
}

/// "A knight would send a squire", "the cheek of a cat in a dairy", "I feel quite the merchant": no more than a figure.
fn airy(case: &Case<'_>, i: usize) -> bool {
    let sentence = case.line.toks[i].sentence;
    let figures = [
        "would", "may", "might", "could", "can", "must", "should", "'d", "they", "like", "as", "than",
        "such", "if", "were", "wise", "quite", "never", "always", "cheek", "heart", "is", "makes", "needs",
        "knows",
    ];
    let done = [
        "was", "came", "went", "saw", "sold", "told", "gave", "took", "passed", "bought", "paid", "met",
        "carried", "'ll", "will", "from",
    ];
    let words = || case.line.toks.iter().enumerate().filter(|(_, t)| t.sentence == sentence);
    words().any(|(_, t)| t.any(&figures))
        && !words().any(|(j, t)| t.any(&done) && case.line.mention_at(j).is_none())
}

/// A thing in small talk that does not change hands.
fn idle_thing(case: &Case<'_>, i: usize) -> bool {
    let (from, to) = case.line.segments[case.line.segment_of(i)];
    let moved = (from..to).any(|j| {
        ["give", "offer", "lend", "steal", "carry", "hide", "bring", "buy", "lose", "see"]
            .iter()
            .any(|s| case.line.toks[j].stem(s))
    });
    small_talk(case.pack.act.kind) && !moved
}

/// "I've an axe to get back to": the speaker's own trade's thing.
fn tool_of_speaker(case: &Case<'_>, i: usize) -> bool {
    let trade = &case.village.villager(case.pack.speaker).trade;
    let (from, to) = case.line.segments[case.line.segment_of(i)];
    let other = (from..to).any(|j| match case.line.mention_at(j).map(|m| m.what) {
        Some(What::Person(p)) => p != case.pack.speaker,
        Some(What::Time(_)) => true,
        _ => case.line.toks[j].any(&["he", "she", "they", "you"]),
    });
    !other && TRADE_THINGS.iter().any(|(t, list)| t == trade && case.line.toks[i].any(list))
}

fn trade_of_speaker(case: &Case<'_>, word: &str) -> bool {
    case.village.villager(case.pack.speaker).trade == word
}

/// Whether somebody is put at the soft place at this token: a past presence or an hour in its segment.
fn put_there(case: &Case<'_>, i: usize) -> bool {
    let (from, to) = case.line.segments[case.line.segment_of(i)];
    (from..to).any(|j| matches!(case.line.mention_at(j).map(|m| m.what), Some(What::Time(_))))
        || super::pattern::within(
            &case.line,
            &["i|he|she|we|they|#person was|were|went|hid|sat|stood|slept|came|walked|saw|crept|ran|slipped|met|waited", "saw|seen|met|spotted ~2 in|at|on|by|near|from", "was|were in|at|on|by"],
            from,
            to,
        )
        .is_some()
}

/// Whether the thing at this token is had, carried, sold or given.
fn had(case: &Case<'_>, i: usize) -> bool {
    let (start, _) = case.line.segments[case.line.segment_of(i)];
    // "… seven gold, and a printing press": what is joined on shares the verb.
    let joined = case.line.toks[start].any(&["and", "or", "plus", "with"]);
    let sentence = case.line.toks[i].sentence;
    let first = case.line.toks.iter().position(|t| t.sentence == sentence).unwrap_or(start);
    let from = if joined { first } else { start };
    (from..i).any(|j| {
        let t = &case.line.toks[j];
        // "A lost sheep": what stands between article and noun does nothing.
        if j + 1 == i && j > 0 && case.line.toks[j - 1].any(ARTICLES) {
            return false;
        }
        [
            "polish", "mend", "clean", "sharpen", "play", "read", "swing", "wave", "count", "eat", "drink",
            "show", "ride", "drive", "use", "draw", "admire", "carry", "sell", "buy", "give", "bring",
            "steal", "take", "trade", "offer", "lend", "borrow", "wear", "hide", "fetch", "hold", "pay",
            "want", "need", "find", "own", "owe", "lose", "drop", "leave", "see", "lie",
        ]
        .iter()
        .any(|s| t.stem(s))
            || t.any(&["have", "has", "had", "'ve", "got", "with", "for", "seen", "saw", "was", "were"])
    })
}

/// Words that may be capitalised anywhere, besides names.
#[rustfmt::skip]
pub(crate) const HONOURS: &[&str] = &[
    "i", "o", "sir", "madam", "mistress", "master", "god", "lord", "heaven", "dear", "ember", "house", "winter", "oh",
    "o'clock", "moot", "hall", "village", "emberwick", "pm", "am", "yule", "midwinter",
];

fn vocabulary(case: &mut Case<'_>) {
    for i in 0..case.line.toks.len() {
        let tok = &case.line.toks[i];
        if tok.kind != Kind::Word || case.line.mention_at(i).is_some() {
            continue;
        }
        let known = case.vocabulary.contains(&tok.low) || tok.low.starts_with('\'');
        let name = case.vocabulary.lexicon().at(&case.line.toks, i).is_some();
        let honour = tok.any(HONOURS);
        let tail = tok.low.starts_with('\'') || tok.is("n't");
        let shouted =
            tok.low.len() > 1 && case.line.text[tok.start..tok.end].chars().all(|c| c.is_uppercase());
        let quoted = i > 0
            && matches!(
                case.line.word(i - 1),
                "\"" | "“" | ":" | "—" | "–" | "-" | "‘" | "'" | "(" | ";" | "…"
            );
        if !known && (tok.cap || !tail) {
            let place = i > 1
                && case.line.word(i - 1) == "the"
                && matches!(case.line.word(i - 2), "at" | "in" | "on" | "by" | "to" | "from");
            let kind = if tok.cap {
                ViolationKind::UnknownName
            } else if place {
                ViolationKind::UnknownPlace
            } else if had(case, i) {
                ViolationKind::UnknownItem
            } else {
                ViolationKind::UnknownWord
            };
            case.report(kind, i, i + 1, "is no word of the village");
        } else if tok.cap && !tok.opens && !tail && !honour && !name && !shouted && !quoted {
            case.report(ViolationKind::UnknownName, i, i + 1, "is written as a name and is none");
        }
    }
}

/// Facts of a pack that a line may speak of.
fn facts_of(pack: &Pack) -> impl Iterator<Item = &Fact> {
    pack.act.facts.iter().chain(&pack.act.denied).chain(&pack.may)
}

/// The sums of gold that a line may name.
pub(crate) fn sums(pack: &Pack) -> impl Iterator<Item = u16> {
    facts_of(pack).filter_map(Fact::gold).chain(pack.act.gold)
}

/// The hours that a line may name.
pub(crate) fn hours(pack: &Pack) -> impl Iterator<Item = Slot> {
    facts_of(pack).filter_map(Fact::at).chain(pack.may_times.iter().copied())
}

fn numbers(case: &mut Case<'_>) {
    let packed: BTreeSet<u32> = sums(case.pack).map(u32::from).collect();
    let slots: BTreeSet<u16> =
        hours(case.pack).flat_map(|s| [s.start().0 as u16, s.start().0 as u16 + 30]).collect();
    for m in case.line.mentions.clone() {
        match m.what {
            _ if case.context.is_unasserted(m.from) => {}
            What::Time(TimeRead { minute: Some(0 | 720), .. }) if idle_noon(case, m.from) => {}
            What::Gold(n) if !packed.contains(&n) && n != 0 && !echoed(case, n, m.from) => {
                case.report(ViolationKind::WrongNumber, m.from, m.to, "this much gold is not in the pack")
            }
            What::Number(n)
                if !packed.contains(&n)
                    && !idle_number(case, m.from)
                    && !echoed(case, n, m.from)
                    && !slots.contains(&(n.min(12) as u16 * 60 + 720)) =>
            {
                let kind = if n <= 12 && slots.iter().any(|s| *s >= 60) && n >= 4 {
                    ViolationKind::WrongTime
                } else {
                    ViolationKind::WrongNumber
                };
                case.report(kind, m.from, m.to, "this number is not in the pack")
            }
            What::Time(t) => {
                let bad = t.minute.is_some_and(|minute| !slots.contains(&minute))
                    && !idle_number(case, m.from)
                    && !(case.line.asks(m.from) && case.player.mentions.iter().any(|p| p.what == m.what));
                if bad {
                    case.report(ViolationKind::WrongTime, m.from, m.to, "this time is not in the pack");
                }
            }
            _ => {}
        }
    }
}

/// "I don't haggle before noon": a habit, nobody anywhere.
fn idle_noon(case: &Case<'_>, at: usize) -> bool {
    let (from, to) = case.line.segments[case.line.segment_of(at)];
    let placed = (from..to).any(|i| match case.line.mention_at(i).map(|m| m.what) {
        Some(What::Person(p)) => p != case.pack.speaker,
        Some(What::Place(_)) => true,
        _ => {
            case.line.toks[i].any(&["he", "she", "they", "you", "was", "were", "saw", "went", "'ll", "will"])
        }
    });
    !placed
}

/// A number of the player's, asked back or turned down.
fn echoed(case: &Case<'_>, n: u32, at: usize) -> bool {
    let (from, to) = case.line.segments[case.line.segment_of(at)];
    let scorned = to == from + 1
        && case.line.word(to) == "!"
        && matches!(case.pack.act.kind, ActKind::Price | ActKind::Bargain);
    let turned = scorned
        || case.line.asks(at)
        || (from..to).any(|i| case.line.toks[i].any(&["not", "n't", "no", "too", "never", "only"]));
    turned
        && case.player.mentions.iter().any(|m| match m.what {
            What::Gold(p) | What::Number(p) => p == n,
            What::Time(t) => t.minute.is_some_and(|p| u32::from(p) == n * 60 + 720),
            _ => false,
        })
}

/// "Two lights, you might say", "no, two buns!": a small count of plain things that no fact is about.
fn small_count(case: &Case<'_>, at: usize) -> bool {
    let Some(m) = case.line.mention_at(at) else { return false };
    let most = if small_talk(case.pack.act.kind) { 12 } else { 3 };
    let What::Number(n) = m.what else { return false };
    let noun = (m.to..m.to + 2).find(|i| {
        case.line.toks.get(*i).is_some_and(|t| {
            t.kind == Kind::Word
                && t.low.ends_with('s')
                && t.low.len() > 3
                && case.line.mention_at(*i).is_none()
        })
    });
    let trade =
        case.pack.act.kind.hands_over() || matches!(case.pack.act.kind, ActKind::Price | ActKind::Bargain);
    !trade
        && (2..=most).contains(&n)
        && noun.is_some_and(|i| {
            !case.line.toks[i].any(COUNTED)
                && case.vocabulary.contains(case.line.word(i))
                && !THINGS.iter().any(|t| case.line.toks[i].stem(t))
        })
}

/// What is counted in earnest.
const COUNTED: &[&str] = &[
    "hours",
    "minutes",
    "days",
    "nights",
    "weeks",
    "months",
    "strangers",
    "thieves",
    "people",
    "others",
    "was",
    "this",
    "witnesses",
    "riders",
    "travellers",
    "bells",
    "sacks",
    "points",
    "villagers",
    "guests",
    "neighbours",
    "friends",
    "debts",
    "always",
];

/// "Nell, Hilda and the smith, all three": as many as are named.
fn counts_named(case: &Case<'_>, at: usize) -> bool {
    let people: BTreeSet<PersonId> = case
        .line
        .mentions
        .iter()
        .filter_map(|m| match m.what {
            What::Person(p) => Some(p),
            _ => None,
        })
        .collect();
    let count =
        case.line.mention_at(at).map(|m| m.what) == u32::try_from(people.len()).ok().map(What::Number);
    count
        && at > 0
        && case.line.toks[at - 1].any(&["all", "the", "those", "these"])
        && matches!(
            case.line.word(at + 1),
            "of" | "at" | "in" | "by" | "on" | "were" | "together" | "." | ","
        )
}

/// "The person, the place and the hour: one of the three will not do": as many as are listed, of what is
/// asked back.
fn counts_listed(case: &Case<'_>, at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).map_or("", |i| case.line.word(i));
    let small = matches!(case.line.mention_at(at).map(|m| m.what), Some(What::Number(2..=4)));
    super::unasserted::tells_nothing(case.pack.act.kind)
        && small
        && matches!((back(2), back(1)), ("of" | "." | ";" | "?" | ",", "the" | "those" | "these" | "all"))
        && case.line.toks.get(at + 1).is_none_or(|t| {
            t.kind == Kind::Mark || t.any(&["will", "wo", "do", "does", "is", "are", "would", "'ll"])
        })
}

fn idle_number(case: &Case<'_>, at: usize) -> bool {
    if small_count(case, at) || counts_listed(case, at) {
        return true;
    }
    if case.line.word(at) == "one" && !matches!(case.line.word(at + 1), "gold" | "coin" | "hundred") {
        return true;
    }
    if counts_named(case, at) {
        return true;
    }
    let from = at.saturating_sub(3);
    IDLE_NUMBERS.iter().any(|p| {
        find_from(&case.line, p, from).is_some_and(|(a, b)| a <= at && at < b.max(a + 1))
            || super::pattern::at(&case.line, p, at).is_some()
    })
}
