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
    let (mut counts, mut wrong) = ([[0usize; 2]; 2], Vec::new());
    let mut part = 0;
    for (number, line) in SUITE.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            part = usize::from(name == "tuned");
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
    eprintln!("{}\nheld-out {}, tuned {}", wrong.join("\n"), share(counts[0]), share(counts[1]));
}
