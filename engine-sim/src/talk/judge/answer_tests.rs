//! The test of answers in short: forms of question and answer, filled from the cases of many seeds. Each true answer must be
//! let through, each falsified twin of it refused.
//!
//! Owns: the forms. Refuses to know: single lines that went wrong once (`tests`, `guise_tests`).

use super::judge;
use crate::act::{Act, ActKind};
use crate::cases::{Difficulty, generate};
use crate::content::Village;
use crate::fact::Fact;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::library::Library;
use crate::pack::Pack;
use crate::phrase::{gold_words, trace_words, when_words};
use crate::rng::Rng;
use crate::time::Slot;

/// Cases that the forms are filled from.
const SEEDS: u64 = 6;
/// Facts of one kind taken from one case.
const FACTS_OF_A_KIND_MAX: usize = 5;

/// Kinds of facts that must have been met.
const KINDS: usize = 10;

/// A question with its answers in short and their falsified twins. `{who}` `{he}` `{him}` `{where}` `{place}` `{when}` `{hour}`
/// `{item}` are the fact's own; `{other}` `{elsewhere}` `{else}` `{otherwhen}` `{another}` are wrong; a capital letter asks for one.
struct Form {
    question: &'static str,
    answers: &'static [&'static str],
    twins: &'static [&'static str],
}

#[rustfmt::skip]
const WAS: &[Form] = &[
    Form {
        question: "What do you know of {who}?",
        answers: &["{When} {who} was {where}.", "{He} was {where} {when}."],
        twins: &["{Otherwhen} {who} was {where}.", "{When} {who} was not {where}.", "{When} {other} was {where}."],
    },
    Form {
        question: "Who was {where} {when}?",
        answers: &[
            "{who} was.", "It was {who}, friend.", "{who}, I think.", "I saw {who}. I never forget a face.", "None but {who}.",
            "{who}, none other.", "{who}, who else do you want?", "The one you want is {who}.", "That'd be {who}, and don't you frown about it.",
        ],
        twins: &[
            "{other} was.", "{who} was not.", "{who} or {other}.", "It was {who}, {otherwhen}.", "Was it {who}?",
            "{who} was, but {elsewhere}.", "Not {who}, friend.", "If {who} was, I never saw it.", "{who}? Who can say?",
            "{who}, {elsewhere}.", "Anyone but {who}.", "Ask {who}.", "{who} knows.", "{who}, do you think?", "{who}'s cousin.", "{who}, was it?", "{who}, in a dream.", "{who}'s ghost.", "{who}, most nights.", "{who} was. Only joking.", "{other} and {who}.",
        ],
    },
    Form {
        question: "Where was {who} {when}?",
        answers: &[
            "{Where}, friend.", "{Where}, I think.", "It was {where}.", "{Where}, as ever. Now let me be.", "{He} was {where}.",
            "{Where}. Is there anything else?", "{Where}, you goose, as anyone could have told you.", "At that hour? {Where}, unless my wits are gone.",
            "Why, {where}, where else does one look?", "{Where}, stiff as a post, and that is all of it.",
        ],
        twins: &[
            "{Elsewhere}, friend.", "Not {where}.", "{Where}, {otherwhen}.", "{who} was {where}.", "{Where} or {elsewhere}.",
            "{Where}? I could not say.", "{Where}, with {other}.", "Nowhere near {place}.", "{Where}. That is a lie.",
            "{Where}, but do not ask me when.", "{Where}, every winter.", "{Where}? Never.", "{Where}, an hour later.",
            "{Where}, I was.", "{Where}, or else {elsewhere}, where else?", "Ask {where}.", "Try {place}.", "{He} would have been {where}.", "{He} never was {where}.", "{Where}, if {he} was anywhere.",
        ],
    },
    Form {
        question: "And {who}, {when}?",
        answers: &["{Where}, friend.", "{Where}."],
        twins: &["{Elsewhere}.", "{Where}, {otherwhen}.", "Not {where}.", "With {other}.", "{Where}? Who knows?", "{who} was {where}."],
    },
    Form {
        question: "Can you tell me where {who} was {when}?",
        answers: &["{Where}, I think.", "That I can. {Where}."],
        twins: &["{Elsewhere}, I think.", "That I cannot. {Where}, they say, but it was never {he}.", "{Where} or {elsewhere}."],
    },
    Form {
        question: "Who did you see {where} {when}?",
        answers: &["I saw {who}.", "{who}, friend. No one else.", "Only {who}."],
        twins: &["I saw {other}.", "I saw nobody.", "I never saw {who}.", "{other}, I think. Not {who}.", "{who} saw {other}."],
    },
    Form {
        question: "What time was {who} {where}?",
        answers: &["{When}.", "That was {when}, friend. I heard the bell."],
        twins: &["{Otherwhen}.", "{When}, or an hour later.", "I never heard the bell. Not {when}.", "{When}, {elsewhere}."],
    },
    Form {
        question: "When was {who} {where}?",
        answers: &[
            "{When}, friend.", "It was {when}.", "{When} it was, I think.", "{When}, and I'll not swear to the seconds.",
            "{When}, and the bell doesn't lie.", "{When}, neither before nor after.", "It'd be {hour}, it would.", "{Hour}, or the bell is a liar.",
        ],
        twins: &[
            "{Otherwhen}, friend.", "Not {when}.", "{When} or {otherwhen}.", "{When}, but {elsewhere}.", "{other} was, {when}.",
            "{who} was {where}.", "Was it {when}?", "Before that, friend.", "{When}, {he} left.", "{When} I went to bed.",
            "{When}, but that's a lie.", "{Otherwhen}, and the bell doesn't lie.",
        ],
    },
    Form {
        question: "{who} was {where} {when}, wasn't {he}?",
        answers: &["{He} was.", "Yes, friend."],
        twins: &["{He} was not.", "No, friend.", "{other} was.", "Yes, {otherwhen}.", "Who wasn't?"],
    },
    Form {
        question: "Was {who} {where} {when}?",
        answers: &["{He} was.", "Yes, {he} was, friend.", "Aye.", "{who} was, friend."],
        twins: &[
            "{He} was not.", "No.", "{other} was.", "{He} was, {otherwhen}.", "Yes, {elsewhere}.", "Was {he}?",
            "Yes, {other} was.", "{He} might have been.", "I was.",
        ],
    },
];

#[rustfmt::skip]
const PASSED: &[Form] = &[
    Form {
        question: "Who went by {place} that evening?",
        answers: &["{who} did, friend, {when}.", "That was {who}. {When}, it was.", "{who}, {when}."],
        twins: &[
            "{other} did, friend, {when}.", "{who} did, friend, {otherwhen}.", "{who} did not, {when}.", "{who} did, friend.",
            "{who} or {other}, {when}.", "{who} did, {when}, by {else}.", "Did {who}, {when}?", "{who} might have, {when}.",
            "{who} did, {when}. So did {other}.",
        ],
    },
    Form {
        question: "Did anyone come past {place} {when}?",
        answers: &["{who} did.", "Yes. {who}.", "Only {who}, friend."],
        twins: &["{other} did.", "No. Not {who}.", "Nobody did.", "Someone did.", "{who} did, {otherwhen}.", "Yes."],
    },
    Form {
        question: "Did {who} come by {place} {when}?",
        answers: &["{He} did.", "Yes, {he} did, friend.", "{who} did."],
        twins: &["{He} did not.", "{other} did.", "{He} did, {otherwhen}.", "{He} would have.", "Did {he}?", "Never."],
    },
];

#[rustfmt::skip]
const CARRIED: &[Form] = &[Form {
    question: "Who carried {item} past {place} {when}?",
    answers: &["{who} did.", "It was {who}, friend."],
    twins: &[
        "{other} did.", "{who} did not.", "{who} did, {otherwhen}.", "{who} did, with {another}.", "{who} or {other}.",
        "{who}, past {else}.", "{who}, with nothing in hand.",
    ],
}];

#[rustfmt::skip]
const OWNS: &[Form] = &[Form {
    question: "Who has {item}?",
    answers: &["{who} has.", "{who}, friend.", "One belongs to {who}."],
    twins: &[
        "{other} has.", "{who} has not.", "{who} has {another}.", "{who} or {other}.", "Not {who}.", "{who} had, once. No more.", "{who} had.", "{who} sold {item}.",
    ],
}];

#[rustfmt::skip]
const WORKS: &[Form] = &[Form {
    question: "Who works {where}?",
    answers: &["{who} does.", "{who}, friend.", "It is {who}."],
    twins: &["{other} does.", "{who} does not.", "{who} or {other}.", "Not {who}.", "{who}, {elsewhere}.", "Does {who}?"],
}];

#[rustfmt::skip]
const TOOK: &[Form] = &[Form {
    question: "Who took {item}?",
    answers: &["{who} did. {When}.", "It was {who}, {when}.", "That would be {who}. {When} it was."],
    twins: &[
        "{other} did. {When}.", "{who} did. {Otherwhen}.", "{who} did not. {When}.", "{who} did. {When}, {another} and all.",
        "{who} or {other}, {when}.", "I did. {When}.", "{who}? {When}?",
    ],
}];

#[rustfmt::skip]
const WANTS: &[Form] = &[Form {
    question: "What would please {who}?",
    answers: &["{Item}, friend.", "It would be {item}.", "{Item}, I think."],
    twins: &["{Another}, friend.", "Not {item}.", "{Item} or {another}.", "{Item}? {who} has plenty.", "Is it {item}?"],
}];

#[rustfmt::skip]
const TRACE: &[Form] = &[Form {
    question: "What did you find {where}?",
    answers: &["{Trace}, friend.", "It was {trace}.", "{Trace}, I think."],
    twins: &["{Othertrace}, friend.", "No {trace}.", "{Trace}, {elsewhere}.", "{Trace} or {othertrace}.", "Was it {trace}?"],
}];

const ALONE: &[Form] = &[
    Form {
        question: "Where was {who} {when}?",
        answers: &[
            "Alone {where}.",
            "By {him}self {where}, with nobody near.",
            "All alone, {where}. Not a soul with {him}.",
        ],
        twins: &[
            "{Where}.",
            "Alone {elsewhere}.",
            "Alone {where}, {otherwhen}.",
            "Not alone, {where}.",
            "{Where}, with company.",
            "Alone {where}? Who says so?",
            "Hardly alone, {where}.",
        ],
    },
    Form {
        question: "Who was with {who} {where} {when}?",
        answers: &["Nobody. {He} was alone.", "No one, friend. {He} was by {him}self."],
        twins: &[
            "{other} was.",
            "Nobody I know of.",
            "{He} is a lonely sort.",
            "Only {his} shadow and {other}.",
            "Nobody. {He} was not alone.",
            "Someone was.",
            "{who} was {where} {when}.",
        ],
    },
    Form {
        question: "Was {who} alone {where} {when}?",
        answers: &[
            "{He} was.",
            "Yes, {he} was. Not a soul with {him}.",
            "Aye, alone.",
            "Not a soul with {him}.",
            "As alone as the moon.",
            "Only {his} own shadow.",
        ],
        twins: &[
            "{He} was not.",
            "No, {other} was with {him}.",
            "{He} was, {otherwhen}.",
            "Not alone.",
            "I was.",
        ],
    },
];

const OWES: &[Form] = &[Form {
    question: "How much does {who} owe {whom}?",
    answers: &["{Gold}, friend.", "{Gold}. {Gold}, and not a coin more."],
    twins: &[
        "{Less}, friend.",
        "Not {gold}.",
        "{Gold}, to {other}.",
        "{Gold}? {who} owes nothing.",
        "{Gold} or {less}.",
    ],
}];

#[rustfmt::skip]
const OWN: &[Form] = &[
    Form {
        question: "Where were you {when}?",
        answers: &[
            "{Where}, friend.",
            "{Where}, where else?",
            "Me? {Where}.",
            "I was {where}, and glad of a quiet hour.",
            "Yours truly? {Where}.",
            "{Where} is where I was, and I'd say so before the whole moot.",
        ],
        twins: &[
            "{Elsewhere}, friend.",
            "{Where}, {otherwhen}.",
            "Not {where}.",
            "{Where} or {elsewhere}.",
            "{Where}, with {other}.",
            "Me? {Elsewhere}.",
            "I was {where}, but not then.",
            "I was {where}. Before that, or after, who can say?",
            "{other} was {where}.",
        ],
    },
    Form {
        question: "Were you {where} {when}?",
        answers: &["I was.", "Yes, I was, friend.", "Aye."],
        twins: &[
            "I was not.",
            "No.",
            "{other} was.",
            "I was, {otherwhen}.",
            "I might have been.",
            "Perhaps I was.",
        ],
    },
];

const MISSING: &[Form] = &[Form {
    question: "When did {item} vanish from {place}?",
    answers: &[
        "{When}.",
        "By {hour} it was gone.",
        "It was gone {when}.",
        "{When}: a bare spot, and nothing more.",
    ],
    twins: &[
        "{Otherwhen}.",
        "Not {when}.",
        "It was there {when}.",
        "{When} or {otherwhen}.",
        "{When}, from {else}.",
    ],
}];

fn forms(fact: &Fact, speaker: PersonId) -> &'static [Form] {
    let own = fact.subject() == Some(speaker);
    match fact {
        Fact::Was { .. } if own => OWN,
        Fact::Alone { .. } if !own => ALONE,
        Fact::Missing { .. } => MISSING,
        Fact::Owes { to, .. } if !own && *to != speaker => OWES,
        _ if own => &[],
        Fact::Was { .. } => WAS,
        Fact::Passed { .. } => PASSED,
        Fact::Carried { .. } => CARRIED,
        Fact::Owns { .. } => OWNS,
        Fact::Works { .. } => WORKS,
        Fact::Took { .. } => TOOK,
        Fact::Wants { .. } => WANTS,
        Fact::Trace { .. } => TRACE,
        _ => &[],
    }
}

/// What fills the forms of one fact.
struct Fills(Vec<(&'static str, String)>);

impl Fills {
    fn of(village: &Village, fact: &Fact, speaker: PersonId, rng: &mut Rng) -> Fills {
        let people: Vec<PersonId> = village
            .people()
            .filter(|p| ![fact.subject(), fact.other(), Some(speaker)].contains(&Some(*p)))
            .collect();
        let carrier = |i: &ItemId| village.item(*i).carrier.is_some();
        let places: Vec<PlaceId> = village.place_ids().filter(|p| Some(*p) != fact.place()).collect();
        let items: Vec<ItemId> =
            village.item_ids().filter(carrier).filter(|i| Some(*i) != fact.item()).collect();
        let (other, elsewhere) = (*rng.pick(&people).unwrap(), *rng.pick(&places).unwrap());
        let another = *rng.pick(&items).unwrap();
        let at = fact.at().unwrap_or(Slot(7));
        let mut out = vec![
            ("other", village.name(other).to_string()),
            ("elsewhere", village.place(elsewhere).at.clone()),
            ("else", village.place(elsewhere).name.clone()),
            ("otherwhen", when_words(Slot(if at.0 > 0 { at.0 - 1 } else { 1 }))),
            ("another", village.item(another).name.clone()),
            ("othertrace", trace_words(village, another)),
            ("when", when_words(at)),
            ("hour", at.words()),
        ];
        if let Some(who) = fact.subject() {
            out.push(("who", village.name(who).to_string()));
            let (he, him, his) =
                if village.villager(who).she { ("she", "her", "her") } else { ("he", "him", "his") };
            out.extend([("he", he.to_string()), ("him", him.to_string()), ("his", his.to_string())]);
        }
        if let (Some(whom), Some(gold)) = (fact.other(), fact.gold()) {
            out.push(("whom", village.name(whom).to_string()));
            out.extend([("gold", gold_words(gold)), ("less", gold_words(gold + 1))]);
        }
        if let Some(place) = fact.place() {
            out.push(("where", village.place(place).at.clone()));
            out.push(("place", village.place(place).name.clone()));
        }
        if let Some(item) = fact.item() {
            out.push(("item", village.item(item).name.clone()));
            out.push(("trace", trace_words(village, item)));
        }
        Fills(out)
    }

    fn fill(&self, form: &str) -> String {
        let mut text = form.to_string();
        for (key, words) in &self.0 {
            let mut letters = words.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            let mut capital = key.chars();
            let head: String = capital.next().into_iter().flat_map(char::to_uppercase).collect();
            text = text.replace(&format!("{{{key}}}"), words);
            text = text.replace(&format!("{{{head}{}}}", capital.as_str()), &(first + letters.as_str()));
        }
        assert!(!text.contains('{'), "{form} is not filled: {text}");
        text
    }
}

/// Facts of the kinds that have forms, from the cases of a few seeds, and the taking and wanting of carriers besides.
fn facts(village: &Village, seed: u64, rng: &mut Rng) -> Vec<Fact> {
    let case = generate(village, seed, Difficulty::Normal).unwrap();
    let mut all: Vec<Fact> = case.common.iter().chain(&case.traces).copied().collect();
    all.extend(case.knowledge.iter().flatten().map(|k| k.fact));
    all.sort_unstable();
    all.dedup();
    let people: Vec<PersonId> = village.people().collect();
    let items: Vec<ItemId> = village.item_ids().filter(|i| village.item(*i).carrier.is_some()).collect();
    let mut out = Vec::new();
    for _ in 0..FACTS_OF_A_KIND_MAX {
        let (who, item) = (*rng.pick(&people).unwrap(), *rng.pick(&items).unwrap());
        out.push(Fact::Took { who, item, at: case.theft });
        out.push(Fact::Wants { who, item });
    }
    let kinds: Vec<Vec<Fact>> = [
        |f: &Fact| matches!(f, Fact::Was { .. }),
        |f: &Fact| matches!(f, Fact::Passed { .. }),
        |f: &Fact| matches!(f, Fact::Carried { .. }),
        |f: &Fact| matches!(f, Fact::Owns { .. }),
        |f: &Fact| matches!(f, Fact::Works { .. }),
        |f: &Fact| matches!(f, Fact::Trace { .. }),
        |f: &Fact| matches!(f, Fact::Missing { .. }),
        |f: &Fact| matches!(f, Fact::Owes { .. }),
    ]
    .iter()
    .map(|kind| all.iter().copied().filter(kind).collect())
    .collect();
    for list in kinds.iter().filter(|l| !l.is_empty()) {
        out.extend((0..FACTS_OF_A_KIND_MAX).map(|_| *rng.pick(list).unwrap()));
    }
    // Whoever was somewhere may have been alone there, and whoever came past may have been carrying.
    let more = out.iter().filter_map(|f| match *f {
        Fact::Was { who, place, at } => Some(Fact::Alone { who, place, at }),
        Fact::Passed { who, place, at } => Some(Fact::Carried { who, item: items[0], place, at }),
        _ => None,
    });
    let more: Vec<Fact> = more.collect();
    out.extend(more);
    out
}

#[test]
fn short_answers_lean_on_the_question_and_their_falsified_twins_do_not_stand() {
    let library = Library::shipped().unwrap();
    let village = &library.village;
    let mut rng = Rng::new(15, "judge-answers");
    let (mut passed, mut caught, mut failures) = (0, 0, Vec::new());
    let mut kinds = Vec::new();
    for seed in 0..SEEDS {
        for fact in facts(village, seed, &mut rng) {
            let people: Vec<PersonId> = village.people().collect();
            let own = matches!(fact, Fact::Was { .. }) && rng.below(2) == 0;
            let subject = fact.subject().filter(|_| own);
            let speaker = subject.unwrap_or_else(|| *rng.pick(&people).unwrap());
            kinds.push(std::mem::discriminant(&fact));
            let fills = Fills::of(village, &fact, speaker, &mut rng);
            for form in forms(&fact, speaker) {
                let mut pack = Pack::new(speaker, Act::saying(ActKind::Answer, vec![fact]));
                pack.player_line = fills.fill(form.question);
                for (text, honest) in
                    form.answers.iter().map(|a| (a, true)).chain(form.twins.iter().map(|t| (t, false)))
                {
                    let line = fills.fill(text);
                    let verdict = judge(village, &library.vocabulary, &pack, &line);
                    if verdict.ok() != honest {
                        let found: Vec<String> =
                            verdict.violations.iter().map(|v| v.reason.clone()).collect();
                        failures.push(format!("seed {seed}: {} | {line} | {found:?}", pack.player_line));
                    }
                    *if honest { &mut passed } else { &mut caught } += 1;
                }
            }
        }
    }
    let met = |n: usize| kinds[..n].iter().all(|k| *k != kinds[n]);
    let kinds = (0..kinds.len()).filter(|n| met(*n)).count();
    assert!(kinds >= KINDS, "{kinds} kinds of facts are too few");
    assert!(passed > 300 && caught > 600, "{passed} answers and {caught} twins are too few");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), passed + caught, failures.join("\n"));
}
