//! Denials: each denied fact must be denied: by a claim turned around, by turning down the player's words, by
//! outrage.
//!
//! Owns: what turns down an accusation without naming it, what only seems to. Refuses to know: how a claim is
//! compared with a fact (`facts`), what else a line claims (`beyond`).

use super::claims::Frame;
use super::concept;
use super::facts::{Outcome, compare};
use super::line::What;
use super::pattern::{every, find_any, within};
use super::polarity;
use super::{Case, ViolationKind};
use crate::act::ActKind;
use crate::fact::Fact;

/// A plain "no, not I", wherever it stands.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "^ no", "^ did|was|have|had n't|not take|touch|do|go|carry|steal|owe|me|there|near|even|at|in|on|by|been|so|say", "i was n't|not", "not i|me", "never", "i did n't|not", "she|he|#person was n't|not", "she|he|#person did n't|not",
    "nonsense|rubbish|untrue|false|lie", "i deny it", "i ~2 nothing", "none", "nothing of the", "nowhere|nothing of the kind|sort",
    "nowhere of|near", "was n't|not me|i", "whoever|anyone ~2 told|says|said|tells|saw",
];

/// Rejections by their own words; a negator among these belongs to them.
#[rustfmt::skip]
const REJECTED: &[&str] = &[
    "^ ~1 no|nay|negative|nope $", "^ not #person|him|her|he|she|them|they|us $", "^ not for all|any|a|an|love|money|gold|every|half|twice",
    "^ not in a|all|any|this|ten ~2 life|lifetime|years|year|months|winters|hundred|thousand|days|world", "^ not on my|your ~1 life|watch",
    "^ not by a|any", "^ not if you", "no such|truth", "not|n't|never a|one|any? ~1 bit|word|grain|scrap|shred|jot|whit|speck of|in ~1 it|that|truth",
    "not ~1 true|so $", "i|he|she|we|#person ~1 would|could|do|does|did|have|had|'d|am|'m|is|was not|n't|never $",
    "i|we|he|she|#person 'm|am|'re|are|'ve|have|was|is|'s ~1 no|not|never ~2 thief|robber|pilferer|smuggler|gambler|debtor|idler|liar|such",
    "not|n't|never ~1 have ~1 done|taken|touched|been|stolen", "is|was|are|were n't|not mine|his|hers|so|true",
    "i|he|she|we|they|#person|who ~1 do|does|did|have|has|'ve|would|could|can|shall|will|'d not|n't|never ~2 owe|own|steal|stole|stolen|pilfer|thieve|filch|nick|rob|touch|touched|gamble|dice|shirk|smuggle",
    "leave+|left it|that|them|the|#item ~2 alone|be", "neither ~1 happened|is|was|did|of", "nothing ~1 true|in it|to it",
    "do n't ~2 daft|silly|absurd|ridiculous|foolish|nonsense|rot|rubbish|stupid|turnip|goose",
    "has|have|had|with|bear|bears no|nothing|never ~1 debt|debts|grudge|quarrel|secret|tryst|sweetheart", "day|night i ~6 is|'s|'ll|will ~2 day|night", "be|are|'re ~1 more|further wrong|mistaken|from", "not|n't|never|hardly guilty", "steal+|thieve+|theft|thieving ~2 not|n't|never",
    "if you|that 's? ~1 believe|think ~1 that|so|it", "was|were|is n't|not this|your|the ~1 #person|man|woman|body|hand|doing", "certainly|absolutely|surely|definitely|indeed|of|course ~1 not $",
    "can|could n't|not ~2 been|be ~1 me|i|him|her|#person", "^ not a|one ~1 copper|penny|coin|crumb|farthing|button|bean|spark|jot|bit|chance|scrap|finger", "are|'re|is|'s|am|'m ~1 square|even|quits",
    "i|we 'd|would ~1 cut|lose|die|starve|freeze|chop|eat|swallow|hang|burn ~6 first|before|sooner",
    "^ not this|that|your ~2 $", "not|n't ~1 my|these|this ~1 hand|hands|doing|work|fault", "some|another|other other? ~1 man|woman|one|body|#person", "not|n't how|what it|i was|is|did", "i ~1 owe nobody|none|nothing",
    "i|we wish i|we had|were|could|did", "not unless",
];

/// Rejections that a negator turns around: "you are not wrong".
#[rustfmt::skip]
const REJECTING: &[&str] = &[
    "^ quite|dead|plain|all|utterly|simply|just|entirely|completely? wrong|lies|slander|balderdash|fiddlesticks|piffle|poppycock|bosh|hogwash|humbug|twaddle|hardly|preposterous|absurd|ridiculous $",
    "you 're|are|'ve|have|were|must ~4 mistaken|wrong|misled|misinformed|misheard|dreaming|dreamt|deceived|confused|fooled|lied|muddled|addled",
    "wrong tree|man|woman|person|house|door|body|one|villager|culprit|neck|end", "leg pulled", "pulling|pulled|pull your ~1 leg",
    "somebody|someone|they|#person|he|she 's|is|are|has|have|was|were|must|'ve ~3 lying|lied|mistaken|dreaming|misled|fooling|misinformed|dosing|telling tales",
    "i ~1 deny|reject|refute|dispute|contest|repudiate", "perish the thought", "heaven|heavens|god|gods|saints forbid", "far from it", "the very idea|thought|notion|suggestion",
    "pigs|cows|hens|horses|geese|sheep ~1 might|may|will|could|can|shall ~2 fly", "i|we 'd|would sooner|rather|first ~1 steal|rob|pilfer",
    "i|we 'd|would sooner|rather|first ~8 than ~1 take|steal|touch|rob|lay|carry|harm", "as soon|well ~4 steal|rob", "against my nature|grain|oath",
    "told|telling|tell|tells you|him|them ~1 wrong|lies|tales|stories|false", "^ rot|bah|pah|tosh|stuff|humbug $", "hands are|'re ~1 clean",
    "guess|think|try|look again", "you ~3 mistake|mistook|listening|believing|believe ~2 me|gossip|tales|lies|nonsense|tongues|talk", "if that|it were so|true", "clean slate", "slate ~4 clean",
];

/// The deed in the bare form, with whom it is laid to: "Take the ember, me?"
#[rustfmt::skip]
const INCREDULOUS: &[&str] = &[
    "^ take|steal|touch|rob|pinch|lift|nick|filch|carry|owe|dice|gamble|smuggle|shirk|harm ~4 me|i|#person $",
    "^ ~1 me|i|#person ,? take|steal|touch|rob|pinch|lift|nick|filch|carry|owe|dice|gamble|smuggle|shirk|harm",
    "^ steal|rob|take ~1 my own", "^ me|i|#person ~1 a|the thief|robber|smuggler|gambler|shirker",
];

/// The deed supposed, to be sworn off: "if I took it, may I never be warm again".
#[rustfmt::skip]
const IF_I_DID: &[&str] = &["if|unless ~1 i|he|she|#person ~2 took|take|touched|stole|did|was|were|laid|have|'ve|had|'d|went|owe|owed|carried|so|ever|bear"];
#[rustfmt::skip]
const SWORN_OFF: &[&str] = &[
    "may ~1 i|my|the|god|heaven|lightning|all|every|this|these", "let ~1 my|me|the|god|heaven|it|them", "strike me", "i 'll|will|shall eat", "call me", "i 'm|am a ~1 #word $",
    "never|not ~2 be ~1 warm|forgiven|welcome|dry|happy", "turn ~1 to", "rot|wither|freeze|drop|fall ~1 off|in|where",
];

/// An admission, however grudging, and what only plays with one.
#[rustfmt::skip]
const ADMITS: &[&str] = &[
    "what of it|that", "so what", "what if i|he|she|it", "why should|would n't i|he|she|#person", "and why not", "who would|does|did|has n't|not",
    "can|could|will|would|do|shall n't|not|never ~1 deny|dispute|contest", "cannot ~1 deny", "i ~1 admit|grant|confess", "i own ~1 up|it|that|to",
    "perhaps|maybe|possibly ~1 i|he|she|it|#person", "you 've|have ~1 caught|got me", "only|just|merely ~1 borrowed|meant|wanted|kept|looked|held|touched|moved|lent|for",
    "my|his|her reasons|orders", "have ~1 done the same|likewise", "mine by|all|anyway", "it was mine", "found ~1 me out", "found out", "i|he|she|we|somebody|someone had to", "no law|crime", "^ so i|he|she|#person ~1 did|owned|took|was|had|went|carried|owe", "call it ~1 that|what",
    "^ yes|aye|yea|confirmed|agreed|correct", "^ fine|true $", "owe ~4 less|more than", "hardly|barely|scarcely ~1 touched|held|looked|had", "i 'd|would ~1 do|take it again",
    "not for ~1 first|last|long|while|me|now|nothing",
    "you 'd|would ~1 have taken|done|stolen|touched", "only|just a|an ~1 little|small|bit|spark|loan|fire|joke|moment", "gave|give|giving|brought|bring|put|putting it back", "promised|swore not to", "how did you", "needed|wanted it", "n't prove|show",
    "let 's|us say i", "ugly|hard|strong word", "took it ~1 but",
    "you ~1 may|might|could|must be right", "if you say so", "not|n't ~2 to find ~1 out", "not|n't ~2 hand|hands|me|i alone",
];

/// Anger at the player, in words.
#[rustfmt::skip]
const OUTRAGE: &[&str] = &[
    "how dare|could|can", "you dare", "cheek|gall|nerve|insolence|impudence|shame|slander|insult+|outrage+|accuse+|accusation|thief|liar|lies|lie|wicked|offence|disgrace|protest|scandal+|indignity",
    "take that back", "out of my|sight", "get out|away|off", "wash your|that", "box your", "honest ~1 man|woman|body|soul|girl|lass|guard|baker", "innocent", "hurt|wound+|grieve+|angry|sick|furious ~2 me|you|that|so",
    "in|all my|these ~3 years|watches|life|days", "under this|my roof", "to my face", "no right", "never ~4 life|insulted|spoken", "wrong",
    "you|they ~2 call|accuse|name|suspect|think ~1 me|that", "i dare you", "leave of", "senses|mad",
    "meanest|cruellest|cruelest|worst|vilest|lowest|nastiest|unkindest|foulest|wickedest ~3 thing|words|lie", "^ me ,? who|that|with|after|of", "you ~2 not|n't|never know|believe|trust ~1 me",
];

/// Owning up with a negator in it: no denial.
const OWNED_UP: &[&str] = &[
    "could|can n't|not ~1 resist|help",
    "did n't|not mean ~1 to|any|for",
    "never meant ~1 to|any|for",
    "not exactly|quite|really ~1 take|steal|stealing|taking|theft",
];

/// Where one was instead, and what is known of the thief: told besides a denial.
#[rustfmt::skip]
const TOLD_BESIDES: &[&str] = &[
    "i|we|he|she|#person was|were ~2 asleep|abed|indoors|home|busy|ill|sick|away|tucked|abroad|occupied|snoring", "i|we|he|she|#person was|were ~1 in|at ~1 my|his|her|bed|home",
    "i|we|he|she|#person was|were ~1 baking|pouring|sleeping|working|eating|drinking|mending|sweeping|praying|brewing|chopping|sitting|standing|minding|feeding|brushing|serving|cooking|helping|keeping|watching|walking|lying|reading|writing|singing|playing|talking|counting|grinding|patrolling|selling",
    "whoever|thief|culprit|robber ~1 did|took|stole|it|who? ~2 had|knew|knows|came|went|left|wore|carried|hid|sold|got|used",
];

pub(super) fn check(case: &mut Case<'_>) {
    let rejects = matches!(case.pack.act.kind, ActKind::Deny | ActKind::Outraged);
    if let Some((from, to)) = told_besides(case).filter(|_| rejects) {
        case.report(ViolationKind::NotPermitted, from, to, "tells more than that it is not so");
    }
    let took = case.pack.act.denied.iter().any(|f| matches!(f, Fact::Took { .. }));
    if let Some((from, to)) = find_any(&case.line, OWNED_UP).filter(|_| took) {
        case.report(ViolationKind::WrongPolarity, from, to, "owns up to what the act denies");
    }
    for fact in case.pack.act.denied.clone() {
        let about = |f: &&Frame| !of_another_thing(f, &fact);
        let fares = case.frames.iter().filter(about).map(|f| (compare(case, f, &fact, true), f.from, f.to));
        let (outcome, from, to) =
            fares.max_by_key(|o| o.0).unwrap_or((Outcome::Missing(9), 0, case.line.toks.len()));
        let words =
            || format!("must deny: {}", crate::phrase::clause(case.village, case.pack.speaker, &fact));
        let found = match outcome {
            Outcome::Said => None,
            Outcome::Polarity => Some((ViolationKind::WrongPolarity, from, to)),
            Outcome::Wrong(kind) => Some((kind, from, to)),
            Outcome::Missing(_) if turned_down(case, &fact) || outraged(case) => None,
            Outcome::Missing(_) => Some((ViolationKind::MissingFact, 0, case.line.toks.len())),
        };
        if let Some((kind, from, to)) = found {
            let words = words();
            case.report(kind, from, to, words);
        }
    }
}

/// An alibi in passing, or a word of whoever did it: "I was asleep", "whoever did had a key".
fn told_besides(case: &Case<'_>) -> Option<(usize, usize)> {
    let line = &case.line;
    line.segments.iter().find_map(|&(from, to)| {
        let polarity = polarity::of_segment(line, from, to);
        let stated = !polarity.denied() && !polarity.supposed && !line.asks(from);
        within(line, TOLD_BESIDES, from, to).filter(|_| stated)
    })
}

/// "My hands shake carrying flour": not the thing that the denied fact is about, and nothing denied of it.
fn of_another_thing(frame: &Frame, fact: &Fact) -> bool {
    let taken = matches!(fact, Fact::Took { .. });
    taken
        && !frame.denied
        && fact.item().is_some_and(|i| !frame.items.is_empty() && !frame.items.contains(&i))
}

/// Whether the line denies what the player has just said, without saying it over.
fn turned_down(case: &Case<'_>, fact: &Fact) -> bool {
    let line = &case.line;
    let heard = |what: What| case.player.mentions.iter().chain(&line.mentions).any(|m| m.what == what);
    let item = matches!(fact, Fact::Carried { .. }) && fact.item().is_some_and(|i| heard(What::Item(i)));
    let secret = super::leaks::gives(fact)
        .is_some_and(|c| concept::found(&case.player, 0, case.player.toks.len()).contains(&c));
    if !(fact.place().is_none_or(|p| heard(What::Place(p))) || item || secret) {
        return false;
    }
    if without_it(case, fact) {
        return true;
    }
    let plain = find_any(line, PLAIN).is_some();
    plain || find_any(line, ADMITS).is_none() && (rejects(case) || incredulous(case) || sworn_off(case))
}

fn rejects(case: &Case<'_>) -> bool {
    let line = &case.line;
    let affirmed = |(a, b): (usize, usize)| {
        !line.toks[a.saturating_sub(2)..b].iter().any(|t| t.any(&["not", "n't", "never", "no", "cannot"]))
    };
    let rejecting = every(line, REJECTING, 0, line.toks.len());
    find_any(line, REJECTED).is_some() || rejecting.into_iter().any(|(_, hit)| affirmed(hit))
}

/// "I carried no firepot", "never a lamp had I".
fn without_it(case: &Case<'_>, fact: &Fact) -> bool {
    let line = &case.line;
    let owned = matches!(fact, Fact::Carried { .. } | Fact::Owns { .. });
    let none = |m: &super::line::Mention| {
        fact.item().is_some_and(|i| m.what == What::Item(i))
            && line.toks[m.from.saturating_sub(3)..m.from]
                .iter()
                .any(|t| t.any(&["no", "not", "n't", "never", "without"]))
    };
    owned && line.mentions.iter().any(none)
}

/// "Take the ember, me?"
fn incredulous(case: &Case<'_>) -> bool {
    let hits = every(&case.line, INCREDULOUS, 0, case.line.toks.len());
    hits.iter().any(|(_, (a, _))| case.line.asks(*a))
}

/// "May my tongue turn to ice if I touched it."
fn sworn_off(case: &Case<'_>) -> bool {
    find_any(&case.line, IF_I_DID).is_some() && find_any(&case.line, SWORN_OFF).is_some()
}

/// Whether a line in an outraged act shows its outrage and admits nothing: whoever is wrongly accused need
/// not say "no".
fn outraged(case: &Case<'_>) -> bool {
    let line = &case.line;
    let shown = line.toks.iter().any(|t| t.is("!")) || find_any(line, OUTRAGE).is_some();
    case.pack.act.kind == ActKind::Outraged && shown && find_any(line, ADMITS).is_none()
}

/// Whether a secret is disowned by its own word, not by what one did instead: "I wasn't shirking", not "I
/// wasn't at work".
pub(super) fn disowned(case: &Case<'_>, frame: &Frame) -> bool {
    let disowning: &[&str] = &[
        "not|n't|never|no|nothing|nobody ~2 shirk+|smuggle+|smuggler+|smuggling|shirker|idle+|idling|idler|loaf+|skive+|slack+|laze+|lazy|contraband",
    ];
    // "Smuggling, at eight? Not I!": turned down from without.
    let without = !polarity::of_segment(&case.line, frame.from, frame.to).denied();
    without || within(&case.line, disowning, frame.from, frame.to).is_some()
}
