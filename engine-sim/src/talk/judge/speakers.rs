//! Speakers: whether a line is spoken as somebody else than its speaker: another trade's work, another's age, sex, kin or
//! calling, the speaker's own name from outside.
//!
//! Owns: those rules and what nobody here is. Refuses to know: plain introductions as somebody else (`deeds`), whose work is
//! whose (`ruses`), narration (`shape`, `stage`).

use super::line::What;
use super::pattern::{at, find_any, within};
use super::token::Kind;
use super::{Case, ViolationKind};
use crate::ids::PersonId;

/// What only a woman says of herself.
#[rustfmt::skip]
const OF_WOMEN: &[&str] = &[
    "i 'm|am ~4 woman|girl|lass|widow|maid|mother|wife|lady|grandmother", "as a ~2 girl|lass|bride|maid|mother $",
    "as a ~2 girl|lass|bride|maid|mother i", "when|since i was a ~2 girl|lass|maid|bride",
    "my ~1 skirt|skirts|petticoat|petticoats|bonnet|husband|bodice|braid|braids", "i|'d|had skirts",
    "an|a ~1 woman|girl like me", "woman my age", "my girlhood", "since girlhood",
];

/// What only a man says of himself.
#[rustfmt::skip]
const OF_MEN: &[&str] = &[
    "i 'm|am ~3 man|lad|boy|fellow|widower|father|husband|gentleman|chap|bachelor", "as a ~2 boy|lad|man|father $",
    "as a ~2 boy|lad|man|father i", "when|since i was a ~2 boy|lad", "my ~1 beard|wife|whiskers|moustache",
    "an|a ~1 man|lad like me", "man my age", "my boyhood", "since boyhood",
];

/// What nobody here is or does.
#[rustfmt::skip]
const OF_NOBODY: &[&str] = &[
    "i 'm|am a|an|the|your|only|just ~1 farmer|teacher|weaver|shepherd|sailor|soldier|carpenter|mason|fisherman|cobbler|tailor|potter|tanner|hunter|butcher|doctor|cook|merchant|knight|monk|nun|minstrel|bard|king|queen|lord",
    "i 'm|am her|him $", "i teach|farm|fish|plough|sail|herd|milk ~1 the|for|my|sheep|goats|cows|children|fields|land|nets",
    "i keep ~1 sheep|goats|cows|pigs|geese", "i grow ~1 potatoes|wheat|barley|corn|cabbages|turnips|vines|hops",
    "i sell ~2 shoes|hats|fish|meat|cloth|books|boots|cheese",
    "my ~1 fields|cows|sheep|goats|pigs|farm|orchard|vineyard|ship|boat|pupils|students|nets|loom|classroom|school|castle|throne|crew|geese|plough",
    "i 'm|am ~3 visitor|stranger|newcomer|lodger $|here|too|myself|like|in|same|and", "i 'm|am ~1 new here",
    "only came|arrived|got|rode in? ~1 yesterday|today", "i do n't|not live|work here", "asking my questions",
    "two|three|four|five|six|seven boys|girls|sons|daughters|children ~2 at home|of mine", "houseful of my own",
    "my|our grandchildren|grandsons|granddaughters",
    "a|an ~1 king|queen|lord|lady|prince|princess|doctor|bishop|judge|knight|merchant|farmer|sailor|soldier|monk like me|myself",
    "to a|an ~1 king|queen|lord|prince|doctor|bishop|judge|knight like that|this", "i 'm|am your mother|father|sister|brother|uncle|aunt|wife|husband|master|god",
];

/// "Give me a thick soup, and I'm a queen": as happy as one.
const CONTENT: &[&str] = &[
    "^ give|pour|hand me|us ~12 i 'm|am a ~1 king|queen|lord|lady|prince $",
    "^ with a|my|some ~12 i 'm|am a ~1 king|queen|lord|lady|prince $",
];

pub(super) fn check(case: &mut Case<'_>) {
    another_calling(case);
    another_trade_named(case);
    kin_by_name(case);
    addressed(case);
    seen_from_outside(case);
}

/// Another sex, another calling.
fn another_calling(case: &mut Case<'_>) {
    let she = case.village.villager(case.pack.speaker).she;
    let others = if she { OF_MEN } else { OF_WOMEN };
    for table in [others, OF_NOBODY] {
        let Some((a, b)) = find_any(&case.line, table) else { continue };
        let turned = (a..b).any(|i| case.line.toks[i].any(&["not", "n't", "no", "never", "any"]));
        let content = within(&case.line, CONTENT, 0, b + 1).is_some_and(|(x, y)| x < a && a < y);
        let likened = (a..b).any(|i| case.line.toks[i].any(&["like", "as", "than", "such"])) && a + 3 < b;
        if !(turned || content || case.line.asks(a) || likened && case.line.toks[a].is("i")) {
            case.report(ViolationKind::WrongSpeaker, a, b, "speaks of itself as somebody else");
        }
    }
}

/// "You'd think a smith would learn" from a chaplain: any one of a trade, when nobody of the trade is meant.
fn another_trade_named(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    for i in 1..case.line.toks.len() {
        let Some((who, len)) = case.vocabulary.lexicon().trade_at(&case.line.toks, i) else { continue };
        let back = |n: usize| i.checked_sub(n).map_or("", |j| case.line.word(j));
        let article = |word: &str| matches!(word, "a" | "an" | "any" | "every" | "another");
        let led = if article(back(1)) {
            1
        } else if article(back(2)) {
            2
        } else {
            continue;
        };
        let before = back(led + 1);
        let turned =
            matches!(before, "not" | "n't" | "like" | "no" | "than" | "never" | "made" | "where" | "such");
        let meant = case.line.toks[i].is("keeper") || known(case, who);
        if who != me && !turned && !meant && case.line.word(i + len) != "of" {
            case.report(ViolationKind::WrongSpeaker, i - led, i + len, "speaks as one of another trade");
        }
    }
}

/// Whether a fact to be told, or the player's question, is about somebody.
fn known(case: &Case<'_>, who: PersonId) -> bool {
    let told = case.pack.act.facts.iter().chain(&case.pack.act.denied).chain(&case.pack.may);
    told.into_iter().any(|f| f.subject() == Some(who) || f.other() == Some(who))
        || case.pack.may_people.contains(&who)
        || case.player.mentions.iter().any(|m| m.what == What::Person(who))
}

/// "Uncle Bram" from somebody who is no kin of his.
fn kin_by_name(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    for m in case.line.mentions.clone() {
        let What::Person(who) = m.what else { continue };
        let Some(before) = m.from.checked_sub(1) else { continue };
        let word = case.line.word(before).to_string();
        let kin = matches!(word.as_str(), "uncle" | "aunt" | "auntie" | "cousin" | "brother" | "sister");
        let owned = before > 0 && case.line.toks[before - 1].any(&["his", "her", "'s", "your", "their"]);
        if kin && !owned && case.vocabulary.lexicon().kin_of(me, &word) != Some(who) {
            case.report(ViolationKind::WrongSpeaker, before, m.to, "calls kin whom it is not kin to");
        }
    }
}

/// "What did you have for breakfast, Tobin?" from Tobin: the speaker's own name called.
fn addressed(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    for m in case.line.mentions.clone() {
        let named = case.line.toks[m.from].low == case.village.name(me).to_lowercase();
        if m.what != What::Person(me) || !named {
            continue;
        }
        let sentence = case.line.toks[m.from].sentence;
        let ends = case.line.toks.get(m.to).is_none_or(super::token::Tok::ends_sentence);
        let you = (0..m.from)
            .any(|i| case.line.toks[i].sentence == sentence && case.line.toks[i].any(&["you", "your"]));
        let first = m.from > 1 && case.line.toks[m.from - 2].any(&["me", "i", "it's", "myself"])
            || (0..m.from).any(|i| {
                case.line.toks[i].sentence == sentence && case.line.toks[i].any(&["call", "name", "am", "'m"])
            });
        let greeted: &[&str] = &["^ hello|hi|morning|evening|welcome|hey|goodbye|farewell|well ,? #person"];
        let hailed = within(&case.line, greeted, m.from.saturating_sub(2), m.to).is_some();
        let called = m.from > 0 && case.line.word(m.from - 1) == "," && ends && you && !first;
        if hailed || called {
            case.report(ViolationKind::WrongSpeaker, m.from, m.to, "calls itself by name as another would");
        }
    }
}

/// "Poor Agnes, she never sleeps" from Agnes: the speaker's own name, and a pronoun that can mean nobody else.
fn seen_from_outside(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    let she = case.village.villager(me).she;
    let same = |line: &super::line::Line<'_>| {
        line.mentions.iter().any(|m| {
            matches!(m.what, What::Person(p) if p != me && !p.is_player() && case.village.villager(p).she == she)
        })
    };
    if same(&case.line) || same(&case.player) || case.pack.act.told_by.is_some() {
        return;
    }
    let pronouns: &[&str] = if she {
        &["she", "her", "herself", "girl", "woman"]
    } else {
        &["he", "him", "himself", "fellow", "man"]
    };
    let hit = case.line.mentions.iter().find(|m| {
        let named = case.line.toks[m.from].low == case.village.name(me).to_lowercase();
        let behind = (m.to..case.line.toks.len()).any(|i| case.line.toks[i].any(pronouns));
        let before = m.from > 0 && case.line.toks[m.from - 1].is("our");
        let first = case.line.toks.iter().any(|t| t.any(&["my", "me", "myself", "'m", "am"]));
        m.what == What::Person(me) && named && (behind && !first || before)
    });
    if let Some(m) = hit.copied()
        && at(
            &case.line,
            &"#person $ ~1 that|they|people|folk|some 's|is|might|may|will|say|call ~1 me|say|it|'d ~0",
            m.from,
        )
        .is_none()
        && case.line.toks.get(m.to).is_none_or(|t| t.kind == Kind::Mark || !t.is("says"))
    {
        case.report(ViolationKind::WrongSpeaker, m.from, m.to, "speaks of itself as somebody else");
    }
}
