//! Deeds in words: promises, handing over, leaving, agreeing, speaking as somebody else.
//!
//! Owns: turns of phrase that do something, and which acts may. Refuses to know: claims about the evening.

use super::line::What;
use super::pattern::{find, find_any, find_from};
use super::{Case, ViolationKind};
use crate::act::ActKind;

/// "I'll", "I will", "I shall", "I promise to" …, up to two words on, a deed.
const PROMISES: &[&str] = &[
    "i|we will|shall|'ll ~2 bring|give|show|help|meet|lead|fetch|send|lend|make|pay|find|take|save|forge|bake|keep|mend|guard|protect|join|come|return|hand|get|buy|sell|introduce|arrange|teach|marry|swear|guide|deliver|knock|search|catch|watch|speak|ask|talk|testify|vouch|tell|let|write|carry|drop|look|put|throw|set|leave|follow|repay|reward|treat|see|confess|prove|tie|stand|do|open|hold|walk|cover|share|light|go|work|fight|carve|brew|mix|pour|slip|sneak|grind|chop|hide|unlock|free|feed|cook|start|offer|add|save|turn|back|provide|serve|end|have|name|explain|reveal|point|say|accompany|escort|distract|gather|try|consider|wait|remember|pray|be",
    "i promise|vow|pledge ~1 to|you|it|that",
    "i promise i|we|you 'll|will|shall",
    "i swear to",
    "'s a promise",
    "that i swear",
    "shall be ~2 to|for you",
    "you|it|they shall|will|'ll ~2 drink|eat|sleep ~2 free",
    "you 'll|will|shall find ~4 by|at|on your",
    "stands|opens|open ~2 for|to you",
    "is|'s yours after",
    "free for|of",
    "no charge",
    "'s on me",
    "bed for you",
    "pay me ~2 when|later|tomorrow",
    "you shall not|never",
    "promise you|that|to|i",
    "you have|'ve my word|oath|promise",
    "my word ~1 on it|that i",
    "i give|gave you my word",
    "tomorrow i|we|you",
    "count on me",
    "consider it done",
    "leave it to|with me",
    "i 'm|am going to ~2 bring|give|show|help|meet|lead|fetch|send|lend|make|pay|find|take|tell",
    "i mean|intend|plan to ~1 bring|give|show|help|meet|lead|fetch|lend|make|pay|find|tell",
    "come|return|call|stop ~2 tomorrow|later|tonight|again ~3 i|we|you",
    "meet me ~1 at|by|in|on ~1 #place|#time|dawn|noon|midnight",
    "meet me tomorrow|tonight|later|there|here",
    "let me ~1 show|take|lead|fetch|help|bring|find|guide|get|walk|carry|make|give|lend|introduce|ask|tell|whisper",
    "i can|could|might|may ~1 bring|show|lend|fetch|get|lead|arrange ~1 you",
    "allow me to",
    "i 'd|would|'ll gladly|happily|willingly|be glad|happy|sure ~1 to? show|help|bring|take|give|lend|tell|meet|find",
    "you shall|will|'ll have|get|be paid|rewarded|given",
    "rest assured",
    "trust me to",
    "mark my words i|you",
    "it shall|will be yours|done|ready|waiting",
    "on my honour|oath|word i|you",
    "there 'll|will be ~4 for you|in it",
    "depend upon|on me|it",
    "i owe you a|one|some",
    "free|half price ~2 next|tomorrow",
    "as soon as ~4 i|we 'll|will|shall",
    "expect me",
    "i guarantee",
    "my ~1 door is always open",
];

/// Futures that promise nothing.
const IDLE_FUTURES: &[&str] = &[
    "i|we will|shall|'ll ~1 be|not|never|thank|forget|pretend|miss|trust|forgive|warn|need|want|have|mind|lose|freeze|stay|stick|see|know|hear|die|live|manage|say|admit|own|grant|allow|wager|warrant|repeat|only|always|take|leave|keep|let|think|believe|remember|survive|get|ask|talk|speak|go|wait|stand|swallow|settle|do|put|work|make|drink|look|sleep|die|catch|tell|give|stop|turn|hold|find|start|end|cover|pay|try|consider|set|drop|call|share",
];

/// Futures towards the listener that promise nothing.
const IDLE_TO_YOU: &[&str] = &[
    "i|we will|shall|'ll ~1 thank|leave|hear|trust|forgive|warn|miss|believe|say|ask|bid|be|not|never|mind|see you",
    "i|we will|shall|'ll ~2 you know|this|that|straight|plain|plainly|true|freely|honest|once|again|now|no|nothing",
    "i|we will|shall|'ll ~1 tell you ~1 $",
    "i|we will|shall|'ll ~1 grant|give you that|this|credit",
    "i|we will|shall|'ll ~1 let you ~3 go|be|alone|on|know|off",
    "i|we will|shall|'ll ~1 take your word|apology|thanks|meaning|point",
    "i|we will|shall|'ll ~1 tell|say ~2 what",
];

/// Turns of the future that are done for somebody or by some hour.
const FOR_YOU: &[&str] = &[
    "you|your|yours",
    "tonight|tomorrow|soon|later|supper|sundown|sunset|dawn|noon",
    "every morning|day|night|evening|week",
    "before|by|till|until the ~1 bell|night|morning|dark|week|thaw|moot|spring",
    "house down",
    "against you",
    "to the moot",
];

/// What is vowed without "I will".
const VOWS: &[&str] = &[
    "'s|is a vow|promise|oath|sworn",
    "my oath|vow on it",
    "that 's|is sworn",
    "you 'll|will|shall ~1 get|have|find|eat|drink|sleep ~5 by|free|best|bed|reward|iron|loaf|gold|mine|my",
    "there 'll|will ~1 be ~5 for you|every",
    "there 'll|will always be",
    "you 're|are to have",
    "shall see to it|that",
    "i swear it $",
];

/// Futures among those that do promise: what is done is done for the listener, or is the ember's finding.
const KEPT_FUTURES: &[&str] = &[
    "i|we will|shall|'ll ~1 tell|show|give|make|find|get|take|keep|see|pay|hear|ask|share|call ~4 tomorrow|tonight|later|soon|secret|everything|all|reward|safe|free|half|discount",
    "i|we will|shall|'ll ~1 give|make|find|get|keep|pay|show|let ~1 you ~1 a|an|the|one|some|my|it|them|in|half|your|into|go|two|three|four|five",
    "i|we will|shall|'ll ~1 give|make|find|get|pay|take|tell|ask|see ~1 you to|home|there|where|who|what|everything|all|tomorrow|anything|whatever|when|about|soon|tonight|later",
    "i|we will|shall|'ll ~1 speak|talk|ask|look|go|work|stand|pay|put|wait|try|stop|turn|hold ~2 for you|him|her",
    "i|we will|shall|'ll ~1 speak|talk|ask to|with ~1 #person",
    "i|we will|shall|'ll ~1 speak|talk|ask #person",
    "i|we will|shall|'ll ~1 keep|put|set|leave|hold ~4 for you|by",
    "i|we will|shall|'ll ~1 keep|watch|guard ~1 you",
    "i|we will|shall|'ll ~1 have it|one|them|#item ready|done|sent|made|waiting",
    "i|we will|shall|'ll ~1 keep ~1 secret",
    "i|we will|shall|'ll ~1 be|go|come|stand|wait with|waiting|there|at|by ~1 you|tomorrow|tonight|dawn|noon|#place|#time",
    "i|we will|shall|'ll ~1 find|catch|get ~1 ember|thief|it|culprit",
    "i|we will|shall|'ll ~1 get|take|fetch|find|make|do|put|start|try|drop|call|leave|turn ~4 tomorrow|tonight|later|by",
];

/// Deeds in words: (patterns, acts that do them).
const DEEDS: &[(&[&str], &[ActKind])] = &[
    (
        &[
            "here take|have|is your|'s your|you go",
            "take this|it|that|these|them $",
            "take this|these ~1 #item",
            "take it|this|these and|home|for|please|my",
            "it 's|is yours",
            "#item is|'s yours",
            "yours now|then|for",
            "it is|'s all yours",
            "^ have this|it $",
            "have this|these|it and|with|for|please",
            "hand+ ~1 you ~3 #item|gold|it",
            "hand+ it|him|her|over",
            "keep it $",
            "for you to keep|take",
            "a gift for|from",
            "here is|'s|are ~2 #item",
            "here $ ~1 #item",
            "there you go",
            "there $ ~1 your ~1 #item",
            "here ~1 take|have",
            "put this|that|the ~1 #item",
            "have this|that|the ~1 #item",
            "good $ ~1 i 'll take",
            "i have|'ve your coin|gold|money",
            "you have the ~1 #item",
            "take the ~1 #item",
            "leave the ~1 #item",
            "there ~1 it 's|is yours",
            "this is for you",
            "i give you",
            "have one on",
            "it 's on the house",
            "on the house",
            "here you are",
            "press+ ~4 into|in your",
            "i 'm giving",
            "take one",
            "help yourself",
            "you may|can keep|have|take ~1 it|this|that|my|one|the",
            "free of charge",
            "no charge",
            "a present for",
            "accept this",
            "put this in your",
            "i brought you",
            "i 've|have brought|wrapped|packed",
        ],
        &[ActKind::Sell, ActKind::TaskDone, ActKind::Buy],
    ),
    (
        &[
            "done deal",
            "^ done $",
            "^ deal $",
            "^ agreed $",
            "^ sold $",
            "it 's|is|'s|that 's|is ~1 a deal|bargain",
            "we have|'ve a deal|an agreement|a bargain|agreed",
            "sold to you",
            "i accept|agree",
            "shake on it",
            "let us|'s shake",
            "your gold|coin|coins is|are good|welcome|safe",
            "i 'll|will take ~1 your|the|those|that|two|three|four|five|six|seven|eight|nine|ten gold|coin|coins|money",
            "i 'll take|buy ~2 #item",
            "pleasure doing business",
            "pleasure to trade",
            "we 're|are agreed|settled",
            "it is|'s settled",
            "consider it sold",
            "i 'll sell",
            "hand+ over ~1 gold|coin|coins",
            "thank+ for ~1 gold|coin|coins|payment|purchase",
            "here is|'s|are ~2 gold|coin|coins|change|payment",
            "#gold for|it|then|and ~3 deal|sold|done|agreed|yours",
            "i 'll|will take it|them $",
            "very well $ ~1 #gold",
            "you drive a",
            "bargain struck",
            "done at",
            "sold for|at",
            "a deal|bargain then",
        ],
        &[ActKind::Sell, ActKind::Buy],
    ),
    (
        &[
            "thank+ ~1 for ~2 #item",
            "thank+ ~1 for ~2 gift|present|kindness of",
            "what a|such|lovely|kind|fine|thoughtful ~1 gift|present",
            "i 'll|will|shall treasure|cherish|keep ~1 it|this|your|that",
            "i 'll|will|shall take that|this|these|the|your $",
            "i 'll|will|shall take that|this|these|the|your ~1 #item|gift|and|thank|gladly|off|with",
            "you brought|bring|fetched me",
            "just what|the i|thing ~1 needed|wanted",
            "i accept your|this|the gift|#item|kindness",
            "your gift",
            "the ~1 you brought|gave",
            "much obliged for|the ~2 #item",
            "thank+ ~1 for the",
        ],
        &[ActKind::AcceptGift, ActKind::TaskDone, ActKind::Buy, ActKind::Sell, ActKind::RefuseGift],
    ),
    (
        &[
            "follow me",
            "come with|along",
            "walk with me",
            "^ this way",
            "i 'll|will|shall lead|walk|come|follow|join|accompany|guide",
            "^ after you $",
            "let 's|us go|walk|leave|be|set|head|find|search|look",
            "let us go",
            "i 'm coming|with you",
            "i 'm|am ~1 coming|following|joining",
            "lead the way",
            "lead on",
            "right behind you",
            "shall we go",
            "we 'll|will|should go|leave|walk|search",
            "i come with",
            "step inside|in",
            "come $ ~1 i|let|we",
        ],
        &[],
    ),
    (
        &[
            "i 'm|am off $",
            "i 'm|am walking|going|heading out|off|away",
            "i must|have to|'ve to|had|should|need|better ~2 go|leave|dash|run|away|off|depart|hurry|get going",
            "^ goodbye",
            "good bye",
            "farewell",
            "fare you|thee well",
            "good night",
            "i 'm|am leaving|going|away|headed|heading|departing",
            "i take my leave",
            "bye",
            "until tomorrow|later|next|then $",
            "see you ~1 later|tomorrow|soon|around|again",
            "be seeing you",
            "off i go",
            "i 'll|will be off|going|leaving|on my|away",
            "till next time",
            "safe road|travels|journey",
            "i bid you",
            "so long",
            "take care $",
            "i 'd best|better be|get ~1 off|going|on",
            "i turn|walk|step away|off|out",
        ],
        &[ActKind::Farewell],
    ),
];

/// Refusals: at odds with an act that hands over or agrees.
const REFUSALS: &[&str] = &[
    "not for sale",
    "i wo|will|shall|can|could|would n't|not|never ~2 sell|take|accept|buy|part|trade|have|give",
    "cannot ~1 sell|take|accept|buy|part|trade",
    "no deal|sale|trade|thank+|bargain",
    "keep your ~1 #item|gold|coin|coins|money",
    "i refuse",
    "never ~1 sell",
    "not selling|buying|interested|today|a chance",
    "no $",
    "i do|did n't|not want|need|sell|buy|trade|like",
    "take it|that|your back|away",
    "i 'm not selling|buying|giving|taking",
    "nothing for sale",
    "i wo n't",
    "find another",
    "changed my mind",
    "off with you",
    "you ca|can|may n't|not have",
    "not ~2 parting",
    "i would|'d rather|sooner not|keep",
    "too dear|much|little",
    "no gold|coin|money changes",
    "a present|gift $|for",
    "it is|'s a present|gift",
];

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
        if !negated || case.line.word(a) == "you" && kind == ActKind::Offended {
            case.report(ViolationKind::UnearnedPromise, a, b, "vows what the act does not");
        }
    }
    let mut from = 0;
    while let Some((a, b)) = find_from(&case.line, "i|we will|shall|'ll", from) {
        from = a + 1;
        let sentence = case.line.toks[a].sentence;
        let end = (b..case.line.toks.len())
            .find(|i| case.line.toks[*i].sentence != sentence || case.line.toks[*i].ends_sentence())
            .unwrap_or(case.line.toks.len());
        let idle = IDLE_TO_YOU.iter().any(|p| super::pattern::at(&case.line, p, a).is_some());
        let negated =
            case.line.toks[b..end].iter().take(3).any(|t| t.any(&["not", "n't", "never", "no", "nothing"]));
        let toward = super::pattern::within(&case.line, FOR_YOU, b, end).is_some();
        let hour = (b..end).any(|i| matches!(case.line.mention_at(i).map(|m| m.what), Some(What::Time(_))));
        let paid = trading
            && case.line.toks[b..end]
                .iter()
                .take(2)
                .any(|t| t.any(&["take", "part", "let", "sell", "ask", "give", "do", "have", "wrap"]));
        if (toward || hour) && !idle && !negated && !paid {
            case.report(ViolationKind::UnearnedPromise, a, end, "promises what the act does not");
            return;
        }
    }
}

fn promises(case: &mut Case<'_>) {
    futures(case);
    let kind = case.pack.act.kind;
    for pattern in PROMISES {
        let mut from = 0;
        while let Some((a, b)) = find_from(&case.line, pattern, from) {
            from = a + 1;
            let kept = KEPT_FUTURES.iter().any(|p| super::pattern::at(&case.line, p, a).is_some());
            let idle = !kept
                && IDLE_FUTURES.iter().any(|p| find_from(&case.line, p, a).is_some_and(|(x, _)| x == a));
            let trade = matches!(kind, ActKind::Sell | ActKind::Buy | ActKind::Price | ActKind::Bargain | ActKind::AcceptGift | ActKind::TaskDone | ActKind::Task | ActKind::RefuseTrade | ActKind::RefuseGift)
                && find_any(&case.line, &["i 'll|will|shall|can|'d|would take|accept|part|sell|let|ask|give|do|have|keep|wear|use|put|eat|drink|burn|wrap|say|trade|want|settle|go|pay|come|knock|stretch|light|hang|need|be|treasure|make|see|buy"]).is_some_and(|(x, _)| x == a)
                && !(matches!(kind, ActKind::Task | ActKind::RefuseTrade | ActKind::RefuseGift) && find_any(&case.line, &["i 'll|will|shall|'d|would give|pay|buy|trade|make|see"]).is_some_and(|(x, _)| x == a));
            let negated = (a..b).any(|i| case.line.toks[i].any(&["n't", "not", "never", "no", "nothing"]))
                || case.line.toks.get(b).is_some_and(|t| t.any(&["n't", "not", "no", "nothing", "never"]));
            let conditional =
                a > 0 && matches!(case.line.word(a - 1), "if" | "wish" | "all" | "what" | "as" | "so");
            let told = kind.carries_facts() && pattern.contains("my word");
            let mine = case.line.word(a) != "you" || kind != ActKind::Task;
            let loose = pattern.ends_with("'ll") || *pattern == "i|we shall|will";
            let short = loose && case.line.toks.get(b).is_none();
            if !idle && !trade && !negated && !conditional && !told && mine && !short {
                case.report(ViolationKind::UnearnedPromise, a, b, "promises what the act does not");
                return;
            }
        }
    }
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
            let (from, _) = case.line.segments[case.line.segment_of(a)];
            let negated = (from..b.min(case.line.toks.len())).any(|i| {
                case.line.toks[i].any(&["n't", "not", "never", "no", "cannot", "nor", "without", "nobody"])
            });
            let own = a > 0
                && case.line.toks[a].any(&["take", "keep", "have"])
                && case.line.toks[a - 1].any(&["'ll", "will", "shall", "i", "can", "to"]);
            let kept =
                matches!(kind, ActKind::RefuseGift | ActKind::RefuseTrade) && case.line.word(a) == "keep";
            let over = matches!(kind, ActKind::Answer | ActKind::Lie | ActKind::Confess)
                && case.line.word(a) == "done";
            let asked =
                own || kept || over || case.line.asks(a) && !case.line.toks[a].any(&["deal", "shall"]);
            let priced = matches!(kind, ActKind::Price | ActKind::Bargain | ActKind::Task)
                && (a..b).chain(b..(b + 1).min(case.line.toks.len())).any(|i| {
                    case.line.toks[i]
                        .any(&["yours", "keep", "deal", "bargain", "have", "can", "'ll", "will", "take"])
                });
            let thanks = matches!(
                kind,
                ActKind::RefuseGift
                    | ActKind::Task
                    | ActKind::Greet
                    | ActKind::Welcome
                    | ActKind::Forgive
                    | ActKind::RefuseTrade
            ) && case.line.toks[a].stem("thank");
            if !(negated || asked || priced || thanks) {
                case.report(ViolationKind::SayDoMismatch, a, b, "says a deed that the act does not do");
            }
        }
    }
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
            ],
        )
    {
        case.report(ViolationKind::WrongPolarity, a, b, "refuses what the act grants");
    }
    if takes && let Some((a, b)) = find_any(&case.line, REFUSALS) {
        case.report(ViolationKind::SayDoMismatch, a, b, "refuses what the act does");
    }
    let declines = matches!(kind, ActKind::RefuseTrade | ActKind::RefuseGift);
    if declines
        && let Some((a, b)) = find_any(
            &case.line,
            &[
                "i 'll|will|shall ~1 take|drink|eat|wear|use|have it|that|this|your",
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
    ) {
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
                && back(3).is_empty())
            || matches!(next, "here" | "speaking")
                && case.line.toks.get(m.to + 1).is_none_or(|t| t.kind == super::token::Kind::Mark)
            || (back(1) == "," && back(2) == "i")
            || (back(1) == "i" && case.line.word(m.to) == ",");
        if is_me {
            case.report(ViolationKind::WrongSpeaker, m.from, m.to, "speaks as somebody else");
        }
    }
    let trade_words = ["i 'm|am a|an|the ~1 #person", "i 'm|am #person"];
    if let Some((a, b)) = find_any(&case.line, &trade_words) {
        let other = case.line.mention_at(b - 1).is_some_and(|m| matches!(m.what, What::Person(p) if p != me));
        if other {
            case.report(ViolationKind::WrongSpeaker, a, b, "speaks as somebody else");
        }
    }
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
