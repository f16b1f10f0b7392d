//! Tests of the parser as a whole: the suite, written lines, every suggestion, and noise.

use super::*;
use crate::rng::Rng;
use crate::time::Slot;

const SUITE: &str = include_str!("../../../../assets/suites/parse.tsv");

fn village() -> Village {
    Village::shipped().unwrap()
}

/// "listener=bram last_slot=19:00" over the default: spoken to Tobin at the mill.
fn context_of(village: &Village, text: &str) -> TalkContext {
    let mut context =
        TalkContext::new(village.person_by_key("tobin").unwrap(), village.place_by_key("mill").unwrap());
    for pair in text.split_whitespace() {
        let (key, value) = pair.split_once('=').unwrap();
        match key {
            "listener" => context.listener = village.person_by_key(value).unwrap(),
            "here" => context.here = village.place_by_key(value).unwrap(),
            "last_person" => context.last_person = Some(village.person_by_key(value).unwrap()),
            "last_place" => context.last_place = Some(village.place_by_key(value).unwrap()),
            "last_slot" => context.last_slot = Some(Slot::parse_clock(value).unwrap()),
            "last_item" => context.last_item = Some(village.item_by_key(value).unwrap()),
            "last" => context.last_intent = Some(last_intent(village, value)),
            other => panic!("no such context: {other}"),
        }
    }
    context
}

/// "ask_where:maud:19:00" or "price:lamp" as the intent before.
fn last_intent(village: &Village, text: &str) -> Intent {
    let (key, rest) = text.split_once(':').unwrap_or((text, ""));
    let (who, at) = rest.split_once(':').unwrap_or((rest, ""));
    let (person, at) = (village.person_by_key(who), Slot::parse_clock(at));
    match key {
        "ask_where" => Intent::AskWhere { who: person.unwrap(), at, place: None, now: false },
        "ask_with" => Intent::AskWith { who: person.unwrap(), at, place: None },
        "ask_saw" => Intent::AskSaw { whom: person, place: None, at, item: None },
        "price" => Intent::Price { item: village.item_by_key(who) },
        other => panic!("no such intent: {other}"),
    }
}

/// What a line reads as, in the suite's notation.
fn read(parser: &Parser, village: &Village, line: &str, context: &str) -> String {
    let parse = parser.parse(line, &context_of(village, context));
    let specs: Vec<String> = parse.clauses.iter().map(|c| c.best().spec(village)).collect();
    let specs = specs.join(" ; ");
    if parse.unclear { format!("? {specs}") } else { specs }
}

/// "?" expects only that the villager asks back.
fn fits(got: &str, expected: &str) -> bool {
    if expected == "?" { got.starts_with('?') } else { got == expected }
}

#[test]
fn the_suite_is_read() {
    let village = village();
    let parser = Parser::shipped(&village).unwrap();
    let (mut counts, mut wrong) = ([[0usize; 2]; 3], Vec::new());
    let mut part = 0;
    for (number, line) in SUITE.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            part = ["held-out", "tuned", "fresh"].iter().position(|part| *part == name).unwrap();
        }
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let mut columns = line.split('\t');
        let (text, expected) = (columns.next().unwrap(), columns.next().unwrap());
        let got = read(&parser, &village, text, columns.next().unwrap_or(""));
        let right = fits(&got, expected);
        counts[part][usize::from(right)] += 1;
        if !right {
            wrong.push(format!("{}: {text}\n    expected {expected}\n    got      {got}", number + 1));
        }
    }
    let share = |c: [usize; 2]| format!("{}/{}", c[1], c[0] + c[1]);
    let [held, tuned, fresh] = counts.map(share);
    eprintln!("{}\nheld-out {held}, tuned {tuned}, fresh {fresh}", wrong.join("\n"));
    assert!(counts[1][0] == 0, "a tuned line is read otherwise");
    assert!(counts[0][1] * 100 >= 90 * (counts[0][0] + counts[0][1]), "held-out {held}");
}

/// None, then every value.
fn maybe<T: Copy>(values: &[T]) -> Vec<Option<T>> {
    std::iter::once(None).chain(values.iter().copied().map(Some)).collect()
}

/// Every filling of the small intents, and a seeded draw of the large ones.
fn fillings(village: &Village, listener: PersonId) -> Vec<Intent> {
    let people: Vec<PersonId> = village.people().collect();
    let others: Vec<PersonId> = village.people().filter(|p| *p != listener).collect();
    let places: Vec<PlaceId> = village.place_ids().collect();
    let items: Vec<ItemId> = village.item_ids().filter(|i| *i != village.ember()).collect();
    let slots: Vec<Slot> = Slot::all().collect();
    let mut all = plain();
    for &who in &people {
        for at in maybe(&slots) {
            for place in maybe(&places) {
                all.push(Intent::AskWhere { who, at, place, now: false });
                all.push(Intent::AskWith { who, at, place });
            }
        }
        all.extend(places.iter().map(|&place| Intent::AskWhen { who, place }));
        all.extend(maybe(&places).into_iter().map(|place| Intent::AskWhere {
            who,
            at: None,
            place,
            now: true,
        }));
        all.extend(items.iter().map(|&item| Intent::AskItem { item, who: Some(who) }));
        all.push(Intent::AskMotive { who: Some(who) });
        all.extend([true, false].map(|asked| Intent::Accuse { who, asked }));
    }
    all.extend(others.iter().map(|&who| Intent::AskPerson { who }));
    all.extend(places.iter().map(|&place| Intent::AskPlace { place }));
    all.extend(items.iter().map(|&item| Intent::AskItem { item, who: None }));
    all.extend(trades(&items));
    all.extend(evidence(village));
    all.extend(draws(village, &others, &items));
    all
}

/// The intents without slots.
fn plain() -> Vec<Intent> {
    vec![
        Intent::Greet,
        Intent::Leave,
        Intent::AskRumour,
        Intent::AskSuspect,
        Intent::AskSelf,
        Intent::AskEmber,
        Intent::AskWares,
        Intent::AskTask,
        Intent::Thank,
        Intent::Apologise,
        Intent::Insult,
        Intent::Yes,
        Intent::No,
        Intent::Help,
        Intent::AskMotive { who: None },
        Intent::SmallTalk { topic: None },
    ]
}

/// Every filling of the trades.
fn trades(items: &[ItemId]) -> Vec<Intent> {
    let golds: Vec<u16> = (1..=60).chain([72, 99, 120, 250]).collect();
    let mut all: Vec<Intent> =
        golds.iter().map(|&gold| Intent::Gift { item: None, gold: Some(gold) }).collect();
    for item in maybe(items) {
        all.extend([Intent::Price { item }, Intent::GiveBack { item }, Intent::Gift { item, gold: None }]);
        for gold in maybe(&golds) {
            all.extend([
                Intent::Buy { item, gold },
                Intent::Sell { item, gold },
                Intent::Haggle { item, gold },
            ]);
        }
    }
    all
}

/// Every trace and residue.
fn evidence(village: &Village) -> Vec<Intent> {
    let mut all = Vec::new();
    for item in village.item_ids().filter(|i| village.item(*i).carrier.is_some()) {
        all.push(Intent::Show { evidence: Named::Trace(item) });
    }
    let mut residues: Vec<&str> = Vec::new();
    for place in village.place_ids() {
        if let Some(word) = village.place(place).residue.as_deref().filter(|w| !residues.contains(w)) {
            residues.push(word);
            all.push(Intent::Show { evidence: Named::Residue(place) });
        }
    }
    all
}

/// A seeded draw of the intents with many slots.
fn draws(village: &Village, others: &[PersonId], items: &[ItemId]) -> Vec<Intent> {
    let (people, places): (Vec<PersonId>, Vec<PlaceId>) =
        (village.people().collect(), village.place_ids().collect());
    let slots: Vec<Slot> = Slot::all().collect();
    let mut all = Vec::new();
    let mut rng = Rng::new(11, "fillings");
    for _ in 0..1_200 {
        let whom = *rng.pick(&maybe(others)).unwrap();
        let (place, at) = (*rng.pick(&maybe(&places)).unwrap(), *rng.pick(&maybe(&slots)).unwrap());
        let item = *rng.pick(&maybe(items)).unwrap();
        all.push(Intent::AskSaw { whom, place, at, item });
        let who = rng.pick(&people).copied();
        let source = rng.pick(&maybe(others)).copied().flatten().filter(|s| Some(*s) != who);
        all.push(Intent::Confront { who, place, at, source, denied: rng.chance(50) });
    }
    all
}

#[test]
fn every_suggestion_reads_back() {
    let village = village();
    let parser = Parser::shipped(&village).unwrap();
    let mut wrong = Vec::new();
    for key in ["tobin", "nell"] {
        let listener = village.person_by_key(key).unwrap();
        let context = TalkContext::new(listener, village.villager(listener).work);
        let topics = parser.lexicon.topics.iter().map(|(t, _)| Intent::SmallTalk { topic: Some(t.clone()) });
        for intent in fillings(&village, listener).into_iter().chain(topics) {
            let text = suggest_text(&village, listener, &intent);
            let parse = parser.parse(&text, &context);
            let clear = parse.clauses.len() == 1 && !parse.unclear && parse.corrections.is_empty();
            if !clear || *parse.clauses[0].best() != intent {
                let got: Vec<String> = parse.clauses.iter().map(|c| c.best().spec(&village)).collect();
                wrong.push(format!("{text}\n    expected {}\n    got {got:?}", intent.spec(&village)));
            }
        }
    }
    let shown: Vec<&String> = wrong.iter().step_by(wrong.len().div_ceil(60).max(1)).collect();
    assert!(wrong.is_empty(), "{} suggestions read back otherwise:\n{shown:#?}", wrong.len());
}

#[test]
fn no_text_makes_it_panic_and_every_clause_ends_with_none() {
    let village = village();
    let parser = Parser::shipped(&village).unwrap();
    let lines: Vec<&str> = SUITE.lines().filter(|l| !l.starts_with('#')).collect();
    let odd = [
        'é', '🔥', '\u{202e}', '\0', '\'', '’', ':', '7', '?', ',', ' ', 'ß', 'İ', 'ぁ', '\u{301}', 'z', '-',
    ];
    let mut rng = Rng::new(5, "noise");
    let context = context_of(
        &village,
        "last_person=piers last_place=well last_slot=21:30 last_item=lamp last=ask_where:maud:19:00",
    );
    for _ in 0..1_500 {
        let mut text: Vec<char> = rng.pick(&lines).unwrap().chars().collect();
        for _ in 0..rng.below(8) {
            let at = rng.below(text.len() as u32 + 1) as usize;
            match rng.below(4) {
                0 => text.insert(at, *rng.pick(&odd).unwrap()),
                1 if at < text.len() => drop(text.remove(at)),
                2 => text.insert(at, char::from_u32(rng.below(0x3000)).unwrap_or('x')),
                _ => text.extend(rng.pick(&lines).unwrap().chars()),
            }
        }
        let line: String = text.into_iter().collect();
        let parse = parser.parse(&line, &context);
        assert!((1..=CLAUSES_MAX).contains(&parse.clauses.len()), "{line}");
        for clause in &parse.clauses {
            assert_eq!(clause.readings.last().unwrap().intent, Intent::None, "{line}");
            assert!(clause.readings.iter().all(|r| r.score <= 1000), "{line}");
        }
        for mention in &parse.mentions {
            assert!(line.get(mention.span.0 as usize..mention.span.1 as usize).is_some(), "{line}");
        }
        assert_eq!(parse, parser.parse(&line, &context), "{line}");
    }
}

#[test]
fn a_parse_tells_what_it_mended_found_and_left_out() {
    let village = village();
    let parser = Parser::shipped(&village).unwrap();
    let context = context_of(&village, "");
    let line = "Where was Madu at the brigde between seven and eight?";
    let parse = parser.parse(line, &context);
    let mended = [("madu".to_string(), "maud".to_string()), ("brigde".to_string(), "bridge".to_string())];
    assert_eq!(parse.corrections, mended);
    let spans: Vec<&str> =
        parse.mentions.iter().map(|m| &line[m.span.0 as usize..m.span.1 as usize]).collect();
    assert_eq!(spans, ["Madu", "at the brigde", "between seven and eight"]);
    let slots: Vec<Option<Slot>> = parse.clauses[0].readings.iter().take(2).map(|r| r.intent.at()).collect();
    assert_eq!(slots, [Some(Slot(6)), Some(Slot(8))]);
    assert!(!parse.unclear && !parse.outside && !parse.cut);
    assert!(parser.parse("where were you at 23:00?", &context).outside);
    assert!(parser.parse(&"where were you ".repeat(40), &context).cut);
    assert_eq!(parser.parse("turnips are splendid", &context).topic_words, ["turnips", "splendid"]);
}

#[test]
fn broken_lexicons_say_what_is_wrong() {
    let village = village();
    let check = |from: &str, to: &str, expected: &str| {
        let error = Parser::new(&village, &LEXICON_TOML.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("version = 1", "version = 7", "version 7");
    check("950 ^ @hello $", "950 ^ @hallo $", "no set @hallo");
    check("950 ^ @hello $", "1950 ^ @hello $", "weight of 0 to 1000");
    check("950 ^ @hello $", "950 ^ <whom> $", "no class <whom>");
    check("\ngreet = [", "\ngreat = [", "nothing called \"great\"");
    check("\nsmith = [", "\ntinker = [", "nothing called \"tinker\"");
    let error = Parser::new(&village, &" ".repeat(300 * 1024)).unwrap_err();
    assert!(matches!(error, LexiconError::TooLarge { what: "bytes", .. }));
}
