//! Owns the proofs that a constrained answer ends within its tokens: through the engine, alone and in company, guessing ahead
//! or not; and what watching its tokens costs. The scripted backend wishes for what never ends; the real vocabulary is
//! measured where a model is installed.

mod support;

use infer::constrain::{Compiled, ConstraintFactory, Ending, Source, TokenMask, TokenTable};
use infer::{
    Engine, EngineConfig, Event, FinishReason, GenerateRequest, Model, SampleParams, ScriptedBackend,
    Tokenizer, Usage,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use support::Seeded;

/// A list in a list in a list, with numbers: what a small model spins for ever.
const ENDLESS: &str = "[17,[17,[17,";

/// What costs the lexer much and the parser little: each vowel may begin the end, so that it has to tell many places apart.
const COSTLY_PATTERNS: &[&str] = &["^[a-z]*[aeiou][a-z]{120}$", "^[a-z]*[aeiou][a-z]{300}$"];

fn endless_lists() -> Source {
    let item = json!({ "anyOf": [{ "type": "integer" }, { "$ref": "#/$defs/list" }] });
    Source::JsonSchema(
        json!({ "$ref": "#/$defs/list",
        "$defs": { "list": { "type": "array", "minItems": 2, "items": item } } })
        .to_string(),
    )
}

fn compiled(source: &Source) -> Arc<Compiled> {
    let tokenizer = Tokenizer::bytes().unwrap();
    let factory = ConstraintFactory::new(Arc::new(TokenTable::of(&tokenizer).unwrap())).unwrap();
    Arc::new(factory.compile(source).unwrap())
}

/// A request whose constraint no other request has.
fn request(id: u64, source: &Source, max_tokens: u32) -> GenerateRequest {
    request_of(id, &compiled(source), max_tokens)
}

/// A request of a constraint that others may share, and with it what it learns.
fn request_of(id: u64, constraint: &Arc<Compiled>, max_tokens: u32) -> GenerateRequest {
    let prompt = Tokenizer::bytes().unwrap().encode("lists: ", true).unwrap();
    GenerateRequest { constraint: Some(constraint.clone()), ..GenerateRequest::new(id, prompt, max_tokens) }
}

fn noisy(seed: u64, request: GenerateRequest) -> GenerateRequest {
    let params = SampleParams { temperature: 8.0, seed, ..SampleParams::greedy() };
    GenerateRequest { params, ..request }
}

/// A text, why it ended, and its cost.
type Answer = (String, FinishReason, Usage);

/// The answers to the requests, submitted together, and the engine's counts of planned endings and right guesses.
fn answers(requests: Vec<GenerateRequest>, speculation: bool) -> (Vec<Answer>, u64, u64) {
    let backend = ScriptedBackend::new(ENDLESS, 4096).repeating();
    let config = EngineConfig { speculation, ..EngineConfig::default() };
    let mut engine = Engine::new(backend, Arc::new(Tokenizer::bytes().unwrap()), config).unwrap();
    let ids: Vec<u64> = requests.iter().map(|request| request.id).collect();
    requests.into_iter().for_each(|request| engine.submit(request).unwrap());
    let mut events = Vec::new();
    while engine.step(0, &mut events) {}
    let answer = |id: u64| {
        let (mut said, mut end) = (String::new(), None);
        for event in &events {
            match event {
                Event::Text { id: of, text, .. } if *of == id => said.push_str(text),
                Event::Done { id: of, reason, usage } if *of == id => end = Some((*reason, *usage)),
                Event::Failed { id: of, error } if *of == id => panic!("{id} failed: {error}"),
                _ => {}
            }
        }
        let (reason, usage) = end.expect("no end was reported");
        (said, reason, usage)
    };
    let load = engine.load();
    (ids.into_iter().map(answer).collect(), load.endings_planned, load.draft_hits)
}

fn one(request: GenerateRequest) -> (Answer, u64) {
    let (mut all, planned, _) = answers(vec![request], false);
    (all.remove(0), planned)
}

/// Whether it is a list of at least two whole numbers or such lists.
fn is_lists(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| items.len() >= 2 && items.iter().all(|item| item.is_i64() || is_lists(item)))
}

#[test]
fn an_answer_is_whole_with_as_few_tokens_as_it_takes() {
    // The bytes are the tokens, so the shortest answer is `[0,0]`.
    for max_tokens in 5..80 {
        let ((text, reason, usage), planned) = one(request(1, &endless_lists(), max_tokens));
        let value: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{max_tokens}: {text}: {error}"));
        assert!(is_lists(&value), "{max_tokens}: {text}");
        assert_eq!((reason, planned), (FinishReason::Stop, 1), "{max_tokens}: {text}");
        assert!(usage.completion_tokens <= max_tokens && usage.completion_tokens + 4 >= max_tokens, "{text}");
    }
}

#[test]
fn what_cannot_end_in_time_is_cut_as_ever() {
    for max_tokens in 1..5 {
        let ((text, reason, usage), planned) = one(request(1, &endless_lists(), max_tokens));
        assert_eq!((text.as_str(), reason), (&ENDLESS[..max_tokens as usize], FinishReason::Length));
        assert_eq!((usage.completion_tokens, planned), (max_tokens, 0));
    }
}

#[test]
fn where_tokens_are_left_nothing_is_planned() {
    let short =
        Source::JsonSchema(json!({ "type": "array", "maxItems": 2, "items": { "const": 17 } }).to_string());
    let ((text, reason, _), planned) = one(request(1, &short, 200));
    assert_eq!(
        (serde_json::from_str(&text).ok(), reason, planned),
        (Some(json!([17, 17])), FinishReason::Stop, 0)
    );
    // Until the end is near, what is drawn is what was drawn before there was a plan.
    let ((text, ..), _) = one(request(1, &endless_lists(), 2_000));
    assert!(text.starts_with(&ENDLESS.repeat(100)), "{text}");
}

#[test]
fn an_answer_that_may_end_or_go_on_is_ended() {
    let ((text, reason, usage), planned) = one(request(1, &Source::Regex("\\[17(,\\[17)*".to_owned()), 9));
    assert_eq!((text.as_str(), reason, planned), ("[17,[17", FinishReason::Stop, 1));
    assert_eq!(usage.completion_tokens, 8, "seven bytes and the end");
}

#[test]
fn where_the_end_is_forbidden_or_a_stop_string_comes_that_is_what_ends_it() {
    let long = GenerateRequest { ignore_eos: true, ..request(1, &endless_lists(), 30) };
    let ((text, reason, _), planned) = one(long);
    assert_eq!((text.len(), reason, planned), (30, FinishReason::Length, 0));
    let stopped = GenerateRequest { stop: vec!["]]".to_owned()], ..request(1, &endless_lists(), 30) };
    let ((text, reason, _), _) = one(stopped);
    assert_eq!(reason, FinishReason::StopString(0), "{text}");
}

#[test]
fn guessing_ahead_and_company_change_nothing() {
    let lists = compiled(&endless_lists());
    let mut hits = 0;
    for seed in 0..12 {
        let max_tokens = 20 + 9 * seed as u32;
        let wish = |id| match seed % 3 {
            0 => request_of(id, &lists, max_tokens),
            _ => noisy(seed, request_of(id, &lists, max_tokens)),
        };
        let (alone, planned_alone, _) = answers(vec![wish(1)], false);
        let (guessing, planned_guessing, right) = answers(vec![wish(1)], true);
        hits += right;
        let others = [noisy(90, request_of(2, &lists, 40)), noisy(91, request_of(3, &lists, 70))];
        let planned_others: u64 = others.iter().map(|other| one(other.clone()).1).sum();
        let [before, after] = others;
        let (company, planned, _) = answers(vec![before, wish(1), after], true);
        let value: Value = serde_json::from_str(&alone[0].0).unwrap();
        assert!(is_lists(&value), "{}", alone[0].0);
        assert_eq!(alone[0].0, guessing[0].0, "seed {seed}, guessing");
        assert_eq!((&alone[0].0, alone[0].1), (&company[1].0, company[1].1), "seed {seed}, in company");
        assert_eq!(
            (planned_guessing, planned),
            (planned_alone, planned_alone + planned_others),
            "seed {seed}"
        );
    }
    assert!(hits > 20, "only {hits} guesses were right, so guessing was not tried");
}

#[test]
fn what_others_taught_a_constraint_changes_nothing() {
    for pattern in COSTLY_PATTERNS {
        let item = json!({ "type": "string", "pattern": pattern });
        let source = Source::JsonSchema(json!({ "type": "array", "minItems": 2, "items": item }).to_string());
        let mut planned_all = 0;
        for seed in 0..4 {
            let wish = |constraint| noisy(seed, request_of(1, constraint, 300 + 150 * seed as u32));
            let cold = compiled(&source);
            let (cold, planned) = one(wish(&cold));
            let shared = compiled(&source);
            for other in 100..102 {
                one(noisy(other, request_of(2, &shared, 500)));
            }
            assert_eq!(one(wish(&shared)), (cold.clone(), planned), "{pattern}: seed {seed}, warm");
            let shared = compiled(&source);
            let other = |id| noisy(100 + id, request_of(id, &shared, 500));
            let (mut company, ..) = answers(vec![other(2), wish(&shared), other(3)], false);
            assert_eq!(company.remove(1), cold, "{pattern}: seed {seed}, in company");
            planned_all += planned;
        }
        println!("{pattern}: {planned_all} of 4 planned");
        assert!(planned_all > 0, "{pattern}: nothing was planned");
    }
}

#[test]
fn a_long_beginning_that_is_required_is_seen_in_time() {
    // Twelve long names in a row: more than is watched for, and known from the first token on.
    let names: Vec<String> = (0..12).map(|n| format!("a rather long name of a field, number {n}")).collect();
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({ "type": "string" }))).collect();
    let source = Source::JsonSchema(
        json!({ "type": "object", "properties": properties, "required": names,
        "additionalProperties": false })
        .to_string(),
    );
    let ((text, reason, usage), planned) = one(request(1, &source, 560));
    assert_eq!((reason, planned), (FinishReason::Stop, 1), "{text}");
    assert!(usage.completion_tokens > 500, "{usage:?}");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap().as_object().unwrap().len(), 12);
}

/// Microseconds at the middle, nine tenths, 99 hundredths, and the most.
fn shares(all: &mut [u128]) -> Vec<u128> {
    all.sort_unstable();
    [0.5, 0.9, 0.99, 1.0].iter().map(|share| all[((all.len() - 1) as f64 * share) as usize]).collect()
}

/// Schemas as programs send them.
fn measured_schemas() -> Vec<Value> {
    let person = json!({ "type": "object", "properties": { "name": { "type": "string", "maxLength": 40 },
        "age": { "type": "integer", "minimum": 0, "maximum": 120 }, "trade": { "enum": ["smith", "miller", "none"] },
        "mail": { "type": "string", "pattern": "^[a-z]{3,9}@[a-z]{2,8}\\.(org|net)$" } },
        "required": ["name", "age", "trade"], "additionalProperties": false });
    vec![
        json!({ "type": "object" }),
        person.clone(),
        json!({ "type": "array", "minItems": 3, "items": person }),
        json!({ "$ref": "#/$defs/t", "$defs": { "t": { "type": "array", "items": { "$ref": "#/$defs/t" } } } }),
        json!({ "type": "object", "properties": { "a": { "anyOf": [{ "type": "number" }, { "type": "string",
            "minLength": 30 }] }, "b": { "type": "array", "minItems": 2, "items": { "type": "boolean" } } },
            "required": ["b"] }),
    ]
}

#[test]
fn watching_the_tokens_of_a_real_vocabulary_costs_little() {
    let Some(path) = support::real_model("watching_the_tokens_of_a_real_vocabulary_costs_little") else {
        return;
    };
    let table = Arc::new(TokenTable::of(Model::load(&path).unwrap().tokenizer()).unwrap());
    let factory = ConstraintFactory::new(table).unwrap();
    let (mut firsts, mut watched, mut seeded) = (Vec::new(), Vec::new(), Seeded(7));
    let mut mask = TokenMask::none(0);
    for (schema, round) in
        measured_schemas().iter().flat_map(|schema| (0..4).map(move |round| (schema, round)))
    {
        let mut matcher = factory.compile(&Source::JsonSchema(schema.to_string())).unwrap().start();
        let begun = Instant::now();
        let mut ending = Ending::plan(&matcher, 120 + 20 * round).unwrap().unwrap();
        firsts.push(begun.elapsed().as_micros());
        for left in (0..120 + 20 * round).rev() {
            matcher.mask(&mut mask).unwrap();
            let mut token = mask.iter().nth(seeded.below(mask.count())).unwrap();
            let begun = Instant::now();
            if !ending.follow(token, left).unwrap() {
                token = ending.next_token().unwrap();
                assert!(ending.follow(token, left).unwrap());
            }
            watched.push(begun.elapsed().as_micros());
            matcher.accept(token).unwrap();
            if matcher.is_finished() {
                break;
            }
        }
        assert!(matcher.is_finished(), "{schema} was cut");
    }
    let (plans, tokens) = (firsts.len(), watched.len());
    let (first, token) = (shares(&mut firsts), shares(&mut watched));
    println!("µs at 50, 90, 99, 100 %: first plan {first:?} of {plans}, watched token {token:?} of {tokens}");
    // Far above what it takes, so that a busy machine passes and a search that runs away does not.
    assert!(token[0] < 2_000 && first[0] < 50_000, "{first:?} {token:?}");
}
