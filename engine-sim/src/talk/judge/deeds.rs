//! Deeds in words: promises, handing over, leaving, agreeing, speaking as somebody else.
//!
//! Owns: turns of phrase that do something, and which acts may. Refuses to know: claims about the evening.

use super::line::What;
use super::pattern::{every, find, find_any, find_from};
use super::polarity;
use super::turns::{
    COURTESY, DEEDS, FOR_YOU, IDLE_FUTURES, IDLE_TO_YOU, KEPT_CLOSE, KEPT_FUTURES, PROMISES, REFUSALS, VOWS,
};
use super::{Case, ViolationKind};
use crate::act::ActKind;
use crate::ids::PersonId;

pub(super) fn check(case: &mut Case<'_>) {
    promises(case);
    said_deeds(case);
    refusals(case);
    speaker(case);
}

/// "I'll … for you by supper": any deed, done for the listener or by an hour.
fn futures(case: &mut Case<'_>) {
    let kind = case.pack.act.kind;
    let trading = kind.hands_over() || matches!(kind, ActKind::Price | ActKind::Bargain);
    if !kind.carries_facts()
        && !matches!(kind, ActKind::Task | ActKind::Sell | ActKind::TaskDone | ActKind::Farewell)
        && !matches!(kind, ActKind::Deny | ActKind::Outraged)
        && let Some((a, b)) = find_any(&case.line, VOWS)
    {
        let negated = (a..(b + 1).min(case.line.toks.len()))
            .any(|i| case.line.toks[i].any(&["not", "n't", "no", "never", "nothing"]));
        let vowed = !negated || case.line.word(a) == "you" && kind == ActKind::Offended;
        if vowed && !denied_after(case, b) {
            case.report(ViolationKind::UnearnedPromise, a, b, "vows what the act does not");
        }
    }
    let mut from = 0;
    while let Some((a, b)) = find_from(&case.line, &"i|we will|shall|'ll", from) {
        from = a + 1;
        let sentence = case.line.toks[a].sentence;
        let end = (b..case.line.toks.len())
            .find(|i| case.line.toks[*i].sentence != sentence || case.line.toks[*i].ends_sentence())
            .unwrap_or(case.line.toks.len());
        let idle =
            IDLE_TO_YOU.iter().chain(KEPT_CLOSE).any(|p| super::pattern::at(&case.line, p, a).is_some())
                || telling_now(case, a, end)
                || left_with_you(case, a)
                || threatened(case, a);
        let negated =
            case.line.toks[b..end].iter().take(3).any(|t| t.any(&["not", "n't", "never", "no", "nothing"]))
                || denied_before(case, a);
        let end = addressed_anew(case, b, end);
        let polite: Vec<(usize, usize)> =
            every(&case.line, COURTESY, b, end + 1).into_iter().map(|hit| hit.1).collect();
        let toward = every(&case.line, FOR_YOU, b, end)
            .into_iter()
            .any(|(_, (x, y))| !polite.iter().any(|p| p.0 <= x && y <= p.1));
        let told = (b..end).find(|i| case.line.toks[*i].any(&[":", "that"])).unwrap_or(end);
        let hour = (b..told).any(|i| matches!(case.line.mention_at(i).map(|m| m.what), Some(What::Time(_))));
        let paid = trading
            && case.line.toks[b..end].iter().take(2).any(|t| {
                t.any(&[
                    "take", "part", "let", "sell", "ask", "give", "do", "have", "wrap", "meet", "relieve",
                ])
            });
        if (toward || hour) && !idle && !negated && !paid {
            case.report(ViolationKind::UnearnedPromise, a, end, "promises what the act does not");
            return;
        }
    }
}

fn promises(case: &mut Case<'_>) {
    futures(case);
    let kind = case.pack.act.kind;
    for (pattern, (a, b)) in every(&case.line, PROMISES, 0, case.line.toks.len()) {
        let kept = KEPT_FUTURES.iter().any(|p| super::pattern::at(&case.line, p, a).is_some());
        let idle =
            !kept && IDLE_FUTURES.iter().any(|p| find_from(&case.line, p, a).is_some_and(|(x, _)| x == a));
        let trade = matches!(kind, ActKind::Sell | ActKind::Buy | ActKind::Price | ActKind::Bargain | ActKind::AcceptGift | ActKind::TaskDone | ActKind::Task | ActKind::RefuseTrade | ActKind::RefuseGift)
                && find_any(&case.line, &["i 'll|will|shall|can|'d|would take|accept|part|sell|let|ask|give|do|have|keep|wear|use|put|eat|drink|burn|wrap|say|trade|want|settle|go|pay|come|knock|stretch|light|hang|need|be|treasure|make|see|buy|meet|stop|drop"]).is_some_and(|(x, _)| x == a)
                && !(matches!(kind, ActKind::Task | ActKind::RefuseTrade | ActKind::RefuseGift) && find_any(&case.line, &["i 'll|will|shall|'d|would give|pay|buy|trade|make|see"]).is_some_and(|(x, _)| x == a));
        let negated = (a..b).any(|i| case.line.toks[i].any(&["n't", "not", "never", "no", "nothing"]))
            || case.line.toks.get(b).is_some_and(|t| t.any(&["n't", "not", "no", "nothing", "never"]));
        let conditional =
            a > 0 && matches!(case.line.word(a - 1), "if" | "wish" | "all" | "what" | "as" | "so");
        let owing = case
            .pack
            .act
            .facts
            .iter()
            .any(|f| matches!(f, crate::fact::Fact::Owes { who, .. } if *who == case.pack.speaker))
            && super::pattern::within(
                &case.line,
                &["pay+|repay+|settle+"],
                a,
                (b + 1).min(case.line.toks.len()),
            )
            .is_some()
            && super::pattern::within(&case.line, &["you|your"], a, (b + 2).min(case.line.toks.len()))
                .is_none();
        let told = owing || kind.carries_facts() && pattern.contains("my word");
        let mine = case.line.word(a) != "you" || kind != ActKind::Task;
        let loose = pattern.ends_with("'ll") || pattern == "i|we shall|will";
        let short = loose && case.line.toks.get(b).is_none() || unmeant(case, a, b);
        if !idle && !trade && !negated && !conditional && !told && mine && !short {
            case.report(ViolationKind::UnearnedPromise, a, b, "promises what the act does not");
            return;
        }
    }
}

/// "That's not a thing I'll talk about".
fn denied_before(case: &Case<'_>, a: usize) -> bool {
    let (from, _) = case.line.segments[case.line.segment_of(a)];
    from < a && polarity::of_segment(&case.line, from, a).denied()
}

/// Where a clause to the listener begins behind a future: "…, and you can ask till the coals go grey".
fn addressed_anew(case: &Case<'_>, b: usize, end: usize) -> usize {
    let anew = |i: &usize| {
        case.line.begins_segment(*i)
            && case.line.toks[*i].any(&["and", "but", "so", "or"])
            && super::pattern::at(&case.line, &"#word you can|may|could|might", *i).is_some()
    };
    (b..end).find(anew).unwrap_or(end)
}

/// "I'll tell you where it was: at the mill": told now, in an act that tells, and not later or in part.
fn telling_now(case: &Case<'_>, a: usize, end: usize) -> bool {
    let said = (a..end).find(|i| case.line.word(*i) == ":").unwrap_or(end);
    let telling: &[&str] =
        &["i|we will|shall|'ll ~1 tell|say|repeat|swear ~1 you|it|that|this|so|on|by|to|where|who|when|what"];
    let later: &[&str] = &[
        "tomorrow|tonight|later|soon|more|everything|all|rest|if|unless|once|again|when",
        "you ~1 help|bring|pay|give",
    ];
    matches!(case.pack.act.kind, ActKind::Answer | ActKind::Lie | ActKind::Confess)
        && super::pattern::within(&case.line, telling, a, end).is_some_and(|(x, _)| x == a)
        && super::pattern::within(&case.line, later, a, said).is_none()
}

/// "I'll leave the lamp in your own fair hands": the gift is not taken.
fn left_with_you(case: &Case<'_>, a: usize) -> bool {
    matches!(case.pack.act.kind, ActKind::RefuseGift | ActKind::RefuseTrade)
        && super::pattern::at(&case.line, &"i|we will|shall|'ll ~1 leave|let ~4 with|in|to|be you|your", a)
            .is_some()
}

/// "You'll get crumbs from me, and not even crumbs": in an act that tells nothing, what is offered is taken
/// back.
fn denied_after(case: &Case<'_>, b: usize) -> bool {
    let sentence = case.line.toks[b.saturating_sub(1)].sentence;
    let rich =
        case.line.toks.iter().any(|t| t.any(&["free", "best", "bed", "gold", "reward", "room", "supper"]));
    let from_me = case.line.word(b - 1) == "me" && case.line.word(b.saturating_sub(2)) == "from";
    let later =
        ["before", "tomorrow", "tonight", "later", "sooner", "until", "till", "when", "after", "hear"];
    super::unasserted::tells_nothing(case.pack.act.kind)
        && from_me
        && !rich
        && !case.line.toks.iter().any(|t| t.sentence == sentence && t.any(&later))
        && case.line.toks[b..]
            .iter()
            .any(|t| t.sentence == sentence && t.any(&["not", "n't", "no", "nothing", "never"]))
}

/// What only looks like a promise: "let me get on", "promise you won't shout?", "free of every rule", an oath
/// on what is told, help that hangs on what the player means.
fn unmeant(case: &Case<'_>, a: usize, b: usize) -> bool {
    let line = &case.line;
    let after = |words: &[&str]| line.toks.get(b).is_some_and(|t| t.any(words));
    let kind = case.pack.act.kind;
    let promise = (a..b).find(|i| line.word(*i) == "promise");
    let assured = promise.is_some_and(|p| {
        let denied = p > 0 && line.toks[p - 1].any(&["not", "n't", "never", "cannot"]);
        let past = &"promise you|that ~1 i|he|she|it|we|they|#person ~1 was|were|did|had|have|never|am|'m|is";
        denied || super::pattern::at(line, past, p).is_some()
    });
    let named = line.word(a) == "call" && matches!(line.word(a + 1), "me" | "us" | "him" | "her" | "it");
    let left = line.word(a) == "let"
        && line.word(b - 1) == "get"
        && after(&["on", "back", "by", "past", "away", "home", "this", "that", "it"]);
    let begged = line.word(a) == "promise" && line.begins_segment(a);
    let free =
        line.word(a) == "free" && line.word(b - 1) == "of" && !after(&["charge", "cost", "any", "all"]);
    // "On any book you like".
    let chosen = |i: usize| {
        line.word(i) == "you" && matches!(line.word(i + 1), "like" | "please" | "choose" | "care" | "name")
    };
    let sworn = (kind.carries_facts() || matches!(kind, ActKind::Deny | ActKind::Outraged))
        && line.word(b - 1) == "swear"
        && after(&["on", "by", "upon", "it", "so", "to"])
        && !(b..line.toks.len())
            .any(|i| line.toks[i].any(&["you", "your", "moot", "tomorrow"]) && !chosen(i));
    let meant = kind == ActKind::Clarify
        && super::pattern::within(
            line,
            &["if|when|once i ~1 knew|know|understood|understand|could|saw"],
            b,
            line.toks.len(),
        )
        .is_some();
    assured
        || named
        || threatened(case, a)
        || left
        || begged
        || free
        || sworn
        || meant
        || telling_now(case, a, line.toks.len())
}

/// "I'll show you what bitter tastes like": anger, not a favour.
fn threatened(case: &Case<'_>, a: usize) -> bool {
    matches!(case.pack.act.kind, ActKind::Outraged | ActKind::Offended)
        && super::pattern::at(
            &case.line,
            &"i|we will|shall|'ll ~1 show|teach|give you what|who|how|whose|some",
            a,
        )
        .is_some()
}

fn said_deeds(case: &mut Case<'_>) {
    let kind = case.pack.act.kind;
    for (patterns, acts) in DEEDS {
        if acts.contains(&kind)
            || matches!(kind, ActKind::Forgive | ActKind::Welcome) && patterns.contains(&"^ done $")
        {
            continue;
        }
        for pattern in *patterns {
            let Some((a, b)) = find(&case.line, pattern) else { continue };
            // "Name a stool after you": in the middle of a clause nothing is done.
            let middle = a > 0 && case.line.toks[a - 1].kind == super::token::Kind::Word;
            let ended = kind == ActKind::TaskDone && *pattern == "^ done $";
            if middle && pattern.starts_with('^') || ended {
                continue;
            }
            if !excused(case, a, b) {
                case.report(ViolationKind::SayDoMismatch, a, b, "says a deed that the act does not do");
            }
        }
    }
}

/// Whether what looks like a deed is none: turned down, only asked, a price's own words, or the act's own manners.
fn excused(case: &Case<'_>, a: usize, b: usize) -> bool {
    let kind = case.pack.act.kind;
    let (from, _) = case.line.segments[case.line.segment_of(a)];
    let negated = (from..b.min(case.line.toks.len()))
        .any(|i| case.line.toks[i].any(&["n't", "not", "never", "no", "cannot", "nor", "without", "nobody"]));
    let close = KEPT_CLOSE.iter().any(|p| super::pattern::at(&case.line, p, a).is_some());
    let own = a > 0
        && case.line.toks[a].any(&["take", "keep", "have"])
        && case.line.toks[a - 1].any(&["'ll", "will", "shall", "i", "can", "to"]);
    let kept = matches!(kind, ActKind::RefuseGift | ActKind::RefuseTrade)
        && (case.line.word(a) == "keep" || a > 1 && left_with_you(case, a - 2));
    let over =
        matches!(kind, ActKind::Answer | ActKind::Lie | ActKind::Confess) && case.line.word(a) == "done";
    let asked = own || kept || over || case.line.asks(a) && !case.line.toks[a].any(&["deal", "shall"]);
    let priced = matches!(kind, ActKind::Price | ActKind::Bargain | ActKind::Task)
        && (a..b).chain(b..(b + 1).min(case.line.toks.len())).any(|i| {
            case.line.toks[i].any(&["yours", "keep", "deal", "bargain", "have", "can", "'ll", "will", "take"])
        });
    // "Take that tongue elsewhere": nothing is handed over, unless coin is.
    let goods = (a..b).any(|i| case.line.toks[i].any(&["gold", "coin", "coins", "money", "change"]));
    let away = !goods
        && (b..(b + 4).min(case.line.toks.len())).any(|i| {
            case.line.toks[i].any(&[
                "elsewhere",
                "away",
                "back",
                "outside",
                "somewhere",
                "finger",
                "tongue",
                "tone",
                "nose",
            ]) || case.line.toks[i].any(&["accusation", "eyes", "question", "questions", "insult", "thought"])
                || case.line.toks[i].any(&["notion", "suspicion", "suspicions", "manners", "foot", "boots"])
        });
    // "Take my word for it".
    let word =
        case.line.toks.get(b - 1).is_some_and(|t| t.any(&["my", "the"])) && case.line.word(b) == "word";
    let manners = handed_on(case, a, b) || mannerly(case, from, a, b);
    close || away || word || negated || asked || priced || figure(case, a, b) || manners
}

/// "I hand it on as I got it", "take that as it's given", "thank you for the talk": words change hands,
/// nothing else.
fn handed_on(case: &Case<'_>, a: usize, b: usize) -> bool {
    let line = &case.line;
    let after = |n: usize, words: &[&str]| line.toks.get(b + n).is_some_and(|t| t.any(words));
    let telling = case.pack.act.kind.carries_facts();
    // "If you follow me": if I am understood.
    let dropped = line.toks[b - 1].is("leave")
        && after(0, &["it", "that", "this"])
        && (after(1, &["there", "be", "lie", "here"]) || after(1, &["at"]) && after(2, &["that"]));
    let followed = line.word(a) == "follow" && a > 1 && line.word(a - 1) == "you" && line.word(a - 2) == "if";
    let on = line.toks[a].stem("hand") && after(0, &["on", "down"]);
    let given =
        after(0, &["as"]) && after(1, &["it", "i", "given", "read", "true", "gospel", "said", "settled"]);
    #[rustfmt::skip]
    let words = [
        "talk", "inquiry", "enquiry", "chat", "warning", "visit", "company", "news", "question", "thought", "word", "words",
        "asking", "talking", "concern", "interest", "advice", "reminder", "compliment", "greeting",
    ];
    let thanked = line.toks[a].stem("thank") && (after(0, &words) || after(1, &words));
    telling && (on || given) || thanked || followed || dropped
}

/// "A sample, on the house: …", "Sold! You beat me down to the truth": a fact talked of as wares.
fn figure(case: &Case<'_>, a: usize, b: usize) -> bool {
    let telling = matches!(case.pack.act.kind, ActKind::Answer | ActKind::Lie | ActKind::Confess);
    let wares = (a..b).any(|i| case.line.toks[i].any(&["sold", "house", "drive", "charge"]));
    let sentence = case.line.toks[a].sentence;
    let traded = case.line.mentions.iter().any(|m| {
        matches!(m.what, What::Item(_) | What::Gold(_)) && case.line.toks[m.from].sentence == sentence
    });
    let yours =
        case.line.toks.iter().any(|t| t.sentence == sentence && t.any(&["your", "yours", "tonight", "next"]));
    telling && wares && !traded && !yours
}

/// Thanks and acceptance that the act itself calls for.
fn mannerly(case: &Case<'_>, from: usize, a: usize, b: usize) -> bool {
    let kind = case.pack.act.kind;
    let accepted = matches!(kind, ActKind::AcceptGift | ActKind::TaskDone)
        && case.line.toks[b - 1].any(&["accept"])
        || matches!(kind, ActKind::AcceptGift | ActKind::TaskDone)
            && (a..b).any(|i| case.line.word(i) == "take")
            && (a.saturating_sub(4)..b).any(|i| case.line.word(i) == "i")
        || kind == ActKind::Bargain && case.line.word(a + 1) == "drive"
        || kind == ActKind::AcceptGift
            && case.line.toks[a].is("take")
            && (a.saturating_sub(4)..a).any(|i| case.line.word(i) == "i");
    let wished = (from..a).any(|i| case.line.toks[i].any(&["if", "wish", "would", "could"]));
    accepted
        || wished && kind == ActKind::Task
        || matches!(
            kind,
            ActKind::RefuseGift
                | ActKind::Task
                | ActKind::Greet
                | ActKind::Welcome
                | ActKind::Forgive
                | ActKind::RefuseTrade
        ) && case.line.toks[a].stem("thank")
}

fn refusals(case: &mut Case<'_>) {
    let kind = case.pack.act.kind;
    let takes = kind.hands_over();
    let soured = matches!(kind, ActKind::Forgive | ActKind::Welcome);
    if soured
        && let Some((a, b)) = find_any(
            &case.line,
            &[
                "^ never $",
                "i ~2 not|n't|never forgive",
                "you not|n't|never welcome",
                "no $ ~3 forgive",
                "when ~3 freezes",
                "not welcome",
                "beyond forgiving",
                "refused",
                "hold it against",
                "not|n't|never ~1 leave|let it|that ~1 there|go|pass|lie|rest|drop",
            ],
        )
    {
        case.report(ViolationKind::WrongPolarity, a, b, "refuses what the act grants");
    }
    let given = matches!(kind, ActKind::AcceptGift | ActKind::TaskDone);
    if takes
        && let Some((a, b)) = find_any(&case.line, REFUSALS)
        && !(given && (a..b).any(|i| case.line.toks[i].any(&["present", "gift"])))
        && find(
            &case.line,
            &"no ~1 really|thank|you|need|trouble|matter|fuss|thanks required|needed|necessary|doubt|end",
        )
        .is_none_or(|(x, _)| x != a)
    {
        case.report(ViolationKind::SayDoMismatch, a, b, "refuses what the act does");
    }
    let declines = matches!(kind, ActKind::RefuseTrade | ActKind::RefuseGift);
    if declines
        && let Some((a, b)) = find_any(
            &case.line,
            &[
                "i 'll|will|shall ~1 take|drink|eat|wear|use|have|put|pin|tie|hang|light|burn it|that|this|your",
                "i 'll|will|shall ~1 take|keep|wear|treasure|cherish|use|put|have|hang|light ~2 #item",
                "wear my thanks",
                "^ put a|an|the|your|this|that ~2 #item ~1 in|into|on|here|down",
                "if|since|as you insist",
                "^ all right $ ~1 take|here",
                "i accept|'ll accept",
                "^ gladly",
                "happily",
                "how could i refuse",
                "with pleasure",
                "of course",
            ],
        )
    {
        case.report(ViolationKind::SayDoMismatch, a, b, "takes what the act declines");
    }
    trade_numbers(case);
}

/// Whatever changes hands must be the act's item for the act's gold.
fn trade_numbers(case: &mut Case<'_>) {
    let act = &case.pack.act;
    if !act.kind.hands_over() {
        return;
    }
    let (item, gold) = (act.item, act.gold);
    for m in case.line.mentions.clone() {
        match m.what {
            What::Item(i)
                if item.is_some_and(|want| want != i)
                    && !case.pack.may_items.contains(&i)
                    && i != case.village.ember() =>
            {
                case.report(ViolationKind::SayDoMismatch, m.from, m.to, "another thing changes hands");
            }
            What::Gold(n) if gold.is_some_and(|want| u32::from(want) != n) => {
                case.report(ViolationKind::WrongNumber, m.from, m.to, "another price changes hands");
            }
            _ => {}
        }
    }
}

/// "I am Maud", "as the miller I …", "speaking as Nell".
fn speaker(case: &mut Case<'_>) {
    if let Some((a, b)) = find_any(
        &case.line,
        &[
            "i 'm|am his|her|their #word $",
            "i 'm|am ~1 only|merely|just his|her",
            "voice of",
            "i 'm|am the bell|mule|cat|horse|dog|wind|fire|ember|village",
            "speaking for|as #person",
        ],
    ) && !kin_of_asked(case, a, b)
    {
        case.report(ViolationKind::WrongSpeaker, a, b, "speaks as somebody else");
    }
    let me = case.pack.speaker;
    for m in case.line.mentions.clone() {
        let What::Person(who) = m.what else { continue };
        if who == me || m.owner {
            continue;
        }
        let the =
            usize::from(m.from > 0 && matches!(case.line.word(m.from - 1), "the" | "old" | "your" | "only"));
        let before = m.from - the;
        let back = |n: usize| before.checked_sub(n).map_or("", |i| case.line.word(i));
        let next = case.line.word(m.to);
        let is_me = matches!(
            (back(2), back(1)),
            ("i", "'m" | "am") | ("name", "is" | "'s") | ("speaking", "as") | ("me", "call") | ("call", "me")
        ) || (back(1) == "as" && (next == "i" || case.line.word(m.to + 1) == "i"))
            || (matches!(back(1), "it" | "'s" | "is")
                && matches!((back(2), back(3)), ("it" | "this", _))
                && matches!(next, "" | "." | "!" | "," | "here" | "speaking")
                && back(3).is_empty()
                && !points_at(case, who))
            || matches!(next, "here" | "speaking")
                && case.line.toks.get(m.to + 1).is_none_or(|t| t.kind == super::token::Kind::Mark)
            || super::pattern::at(&case.line, &",? that|it|this 's|is|be me|i|myself", m.to).is_some()
            || (back(1) == "," && back(2) == "i")
            || (back(1) == "i" && case.line.word(m.to) == ",");
        let quoted = case.pack.act.told_by == Some(who) && back(1) != "'m" && back(1) != "am";
        if is_me && !quoted {
            case.report(ViolationKind::WrongSpeaker, m.from, m.to, "speaks as somebody else");
        }
    }
    let trade_words: &[&str] = &[
        "i 'm|am a|an|the ~1 #person",
        "i 'm|am #person",
        "or|unless i 'm|am not ~2 #person",
        "or|unless my name is|'s|be not|n't? #person",
        "or|unless they call me #person",
    ];
    if let Some((a, b)) = find_any(&case.line, trade_words) {
        let other = case.line.mention_at(b - 1).is_some_and(|m| matches!(m.what, What::Person(p) if p != me));
        if other {
            case.report(ViolationKind::WrongSpeaker, a, b, "speaks as somebody else");
        }
    }
    another_trade(case);
}

/// "I'm his sister": the speaker is kin of whom the talk is of.
pub(super) fn kin_of_asked(case: &Case<'_>, a: usize, b: usize) -> bool {
    let line = &case.line;
    let kin = ["sister", "brother", "niece", "nephew", "uncle", "aunt", "kin", "cousin", "family"];
    let of = |who: Option<PersonId>| {
        who.is_some_and(|w| case.village.tie(case.pack.speaker, w) == Some(crate::fact::Tie::Kin))
    };
    let his = (a..b).any(|i| line.word(i) == "his") && of(case.context.he);
    let her = (a..b).any(|i| line.word(i) == "her") && of(case.context.she);
    let me = (a.saturating_sub(3)..b).any(|i| line.toks[i].any(&["'m", "am"]));
    me && (his || her) && (a..b).any(|i| line.toks[i].any(&kin))
}

/// "It is Tobin.": the player has asked who, and the fact to be told is about him.
fn points_at(case: &Case<'_>, who: PersonId) -> bool {
    find_any(&case.player, &["who|whom|whose"]).is_some()
        && find_any(&case.player, &["who are|'re you", "who 's|is there|that|this"]).is_none()
        && case.pack.act.facts.iter().any(|f| f.subject() == Some(who))
}

/// "We chaplains", "a smith like me", "or my name isn't Bram", "I bake the bread here".
fn another_trade(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    let lexicon = case.vocabulary.lexicon();
    let mine = case.village.villager(me).trade.clone();
    let mut hits: Vec<(usize, usize)> = Vec::new();
    for i in 0..case.line.toks.len() {
        let single = case.line.word(i).strip_suffix('s').unwrap_or_default();
        let plural = lexicon.trade_word(single).is_some_and(|who| who != me);
        if i > 0 && case.line.toks[i - 1].any(&["we", "us"]) && plural {
            hits.push((i - 1, i + 1));
        }
        if let Some((who, len)) = lexicon.trade_at(&case.line.toks, i)
            && who != me
        {
            let like = super::pattern::at(&case.line, &"like|such me|myself|as", i + len).is_some()
                && case
                    .line
                    .toks
                    .get(i + len + 1)
                    .is_some_and(|t| !t.is("as") || case.line.word(i + len + 2) == "me");
            if like {
                hits.push((i, i + len + 2));
            }
        }
        if let Some(m) = case.line.mention_at(i).filter(|m| m.from == i)
            && matches!(m.what, What::Person(p) if p != me && !p.is_player())
            && super::pattern::at(&case.line, &"my name is|was|be|'s ~1", i.saturating_sub(4))
                .is_some_and(|e| e <= i + 1 && e + 1 >= i)
        {
            hits.push((i, m.to));
        }
    }
    for (trade, works) in super::ruses::OWN_WORK {
        if *trade != mine
            && let Some((a, b)) = find_any(&case.line, works)
        {
            hits.push((a, b));
        }
    }
    for (a, b) in hits {
        case.report(ViolationKind::WrongSpeaker, a, b, "speaks as one of another trade");
    }
    first_person_trades(case);
}

/// Another villager's own trade in the first person: "I keep the inn".
fn first_person_trades(case: &mut Case<'_>) {
    let me = case.pack.speaker;
    // Another villager's own trade in the first person: "I keep the inn", "my forge".
    for i in 0..case.line.toks.len() {
        if case.line.word(i) != "i" {
            continue;
        }
        for j in i + 1..(i + 4).min(case.line.toks.len()) {
            let known = case.vocabulary.lexicon().trade_at(&case.line.toks, j);
            if let Some((who, len)) = known {
                let is = (i + 1..j).any(|k| case.line.toks[k].any(&["'m", "am"]));
                let negated = (i..j).any(|k| case.line.toks[k].any(&["not", "no", "n't"]));
                if who != me && is && !negated && case.line.word(j - 1) != "like" {
                    case.report(ViolationKind::WrongSpeaker, i, j + len, "speaks as somebody else");
                }
            }
        }
    }
}
