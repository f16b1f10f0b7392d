//! Owns the proofs about the order of work: queue, slots, classes, chunks, cancelling, prefixes, stop strings, counting.
//! Runs over the scripted backend, so each expectation is exact and needs no model file.

use infer::{
    Backend, Class, Engine, EngineConfig, Event, FinishReason, GenerateRequest, LOCAL_TURN_AFTER_STEPS,
    PREFILL_TOKENS, SampleParams, ScriptedBackend, SubmitError, Tokenizer, Usage,
};
use std::sync::Arc;

type Scripted = Engine<ScriptedBackend>;

fn engine_with(backend: ScriptedBackend, config: EngineConfig) -> Scripted {
    Engine::new(backend, Arc::new(Tokenizer::bytes().unwrap()), config).unwrap()
}

fn engine(script: &str) -> Scripted {
    engine_with(ScriptedBackend::new(script, 4096), EngineConfig::default())
}

fn request(id: u64, prompt: &str) -> GenerateRequest {
    let prompt = Tokenizer::bytes().unwrap().encode(prompt, true).unwrap();
    GenerateRequest::new(id, prompt, 200)
}

fn play(id: u64, prompt: &str) -> GenerateRequest {
    GenerateRequest { class: Class::Play, ..request(id, prompt) }
}

/// Steps until idle, at most so often.
fn run(engine: &mut Scripted) -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..100_000 {
        if !engine.step(0, &mut events) {
            return events;
        }
    }
    panic!("the engine never became idle");
}

fn text_of(events: &[Event], id: u64) -> String {
    let piece = |event: &Event| match event {
        Event::Text { id: of, text, .. } if *of == id => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(piece).collect()
}

fn end_of(events: &[Event], id: u64) -> (FinishReason, Usage) {
    let mut ends = events.iter().filter_map(|event| match event {
        Event::Done { id: of, reason, usage } if *of == id => Some((*reason, *usage)),
        Event::Failed { id: of, error } if *of == id => panic!("{id} failed: {error}"),
        _ => None,
    });
    let end = ends.next().expect("no end was reported");
    assert_eq!(ends.next(), None, "{id} ended twice");
    end
}

/// Order in which requests ended.
fn ends(events: &[Event]) -> Vec<u64> {
    let id = |event: &Event| match event {
        Event::Done { id, .. } | Event::Failed { id, .. } => Some(*id),
        Event::Text { .. } => None,
    };
    events.iter().filter_map(id).collect()
}

#[test]
fn a_completion_says_the_script_and_counts() {
    let mut engine = engine("Good day!");
    engine.submit(request(1, "say: ")).unwrap();
    let events = run(&mut engine);
    assert_eq!(text_of(&events, 1), "Good day!");
    let usage = Usage { prompt_tokens: 5, completion_tokens: 10, cached_tokens: 0 };
    assert_eq!(end_of(&events, 1), (FinishReason::Stop, usage));
    let load = engine.load();
    assert_eq!((load.prefill_tokens, load.decode_tokens, load.waiting, load.running), (5, 10, 0, 0));
    let reported: u32 =
        events.iter().map(|e| if let Event::Text { tokens, .. } = e { *tokens } else { 0 }).sum();
    assert_eq!(reported, 9, "every token but the end token belongs to a text");
}

#[test]
fn length_context_and_ignored_ends() {
    let mut engine = engine_with(ScriptedBackend::new("abc", 20), EngineConfig::default());
    engine.submit(GenerateRequest { max_tokens: 2, ..request(1, "x") }).unwrap();
    engine.submit(GenerateRequest { ignore_eos: true, max_tokens: 7, ..request(2, "x") }).unwrap();
    engine.submit(GenerateRequest { ignore_eos: true, ..request(3, "x") }).unwrap();
    let events = run(&mut engine);
    assert_eq!((text_of(&events, 1).as_str(), end_of(&events, 1).0), ("ab", FinishReason::Length));
    assert_eq!((text_of(&events, 2).as_str(), end_of(&events, 2).0), ("abcabca", FinishReason::Length));
    let (reason, usage) = end_of(&events, 3);
    assert_eq!((reason, usage.completion_tokens), (FinishReason::Length, 19), "the context holds 20");
}

#[test]
fn stop_strings_are_cut_across_tokens() {
    let mut engine = engine("One.\nTwo.\nThree.");
    let stop = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    engine.submit(GenerateRequest { stop: stop(&["\nTh", "zzz"]), ..request(1, "?") }).unwrap();
    engine.submit(GenerateRequest { stop: stop(&["\nX"]), ..request(2, "?") }).unwrap();
    let events = run(&mut engine);
    assert_eq!(
        (text_of(&events, 1).as_str(), end_of(&events, 1).0),
        ("One.\nTwo.", FinishReason::StopString(0))
    );
    assert_eq!(text_of(&events, 2), "One.\nTwo.\nThree.");
    assert!(!events.iter().any(|e| matches!(e, Event::Text { id: 1 | 2, text, .. } if text == "\n")));
}

#[test]
fn characters_come_whole() {
    // Tokens are single bytes, so every character below is split.
    let mut engine = engine("für 日本 🦉!");
    engine.submit(request(1, "?")).unwrap();
    let events = run(&mut engine);
    assert_eq!(text_of(&events, 1), "für 日本 🦉!");
    let owl = events.iter().find_map(|e| match e {
        Event::Text { text, tokens, .. } if text == "🦉" => Some(*tokens),
        _ => None,
    });
    assert_eq!(owl, Some(4));
    // Cut inside a character: the rest is one replacement character.
    engine.submit(GenerateRequest { max_tokens: 2, ..request(2, "?") }).unwrap();
    assert_eq!(text_of(&run(&mut engine), 2), "f\u{FFFD}");
}

#[test]
fn the_queue_is_bounded_and_ids_are_unique() {
    let config = EngineConfig { slots: 1, queue_max: 1, ..EngineConfig::default() };
    let mut engine = engine_with(ScriptedBackend::new("abc", 64), config);
    engine.submit(request(1, "x")).unwrap();
    assert!(engine.step(0, &mut Vec::new()));
    engine.submit(request(2, "x")).unwrap();
    engine.submit(play(3, "x")).unwrap();
    assert_eq!(engine.submit(request(4, "x")), Err(SubmitError::QueueFull { max: 1 }));
    assert_eq!(engine.load().waiting, 2);
    for id in [1, 2, 3] {
        assert_eq!(engine.submit(request(id, "x")), Err(SubmitError::IdInUse { id }));
    }
    let events = run(&mut engine);
    assert_eq!(ends(&events).len(), 3);
    engine.submit(request(1, "x")).unwrap();
}

#[test]
fn bad_requests_name_the_field() {
    let mut engine = engine_with(ScriptedBackend::new("abc", 16), EngineConfig::default());
    let mut check = |change: &dyn Fn(&mut GenerateRequest), field: &str| {
        let mut bad = request(1, "x");
        change(&mut bad);
        match engine.submit(bad) {
            Err(SubmitError::BadParams { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?}"),
        }
    };
    for value in [-0.1, f32::NAN, f32::INFINITY] {
        check(&|r| r.params.temperature = value, "temperature");
    }
    check(&|r| r.params.top_p = 0.0, "top_p");
    check(&|r| r.params.top_p = 1.1, "top_p");
    check(&|r| r.params.min_p = -1.0, "min_p");
    check(&|r| r.params.repeat_penalty = 0.0, "repeat_penalty");
    check(&|r| r.max_tokens = 0, "max_tokens");
    check(&|r| r.prompt = vec![257], "prompt");
    check(&|r| r.stop = vec![String::new()], "stop");
    check(&|r| r.stop = vec!["x".repeat(257)], "stop");
    check(&|r| r.stop = vec!["x".into(); 17], "stop");
    assert_eq!(
        engine.submit(GenerateRequest { prompt: vec![], ..request(1, "x") }),
        Err(SubmitError::PromptEmpty)
    );
    let long = GenerateRequest { prompt: vec![1; 16], ..request(1, "x") };
    assert_eq!(engine.submit(long), Err(SubmitError::PromptTooLong { max: 15, actual: 16 }));
}

#[test]
fn a_cancel_frees_at_once_and_takes_effect_between_chunks() {
    let config = EngineConfig { slots: 1, ..EngineConfig::default() };
    let mut engine = engine_with(ScriptedBackend::new("abc", 4096), config);
    engine.submit(request(1, &"long ".repeat(400))).unwrap();
    engine.submit(request(2, "x")).unwrap();
    engine.submit(request(3, "x")).unwrap();
    let mut events = Vec::new();
    engine.step(0, &mut events);
    assert_eq!(engine.load().prefill_tokens, PREFILL_TOKENS.local as u64, "one chunk a step");
    engine.cancel(1);
    engine.cancel(3);
    engine.cancel(99);
    assert_eq!((engine.load().running, engine.load().waiting), (0, 1));
    events.extend(run(&mut engine));
    assert_eq!(end_of(&events, 1).0, FinishReason::Cancelled);
    assert_eq!(end_of(&events, 3), (FinishReason::Cancelled, Usage { prompt_tokens: 1, ..Usage::default() }));
    assert_eq!(end_of(&events, 2).0, FinishReason::Stop);
    assert_eq!(engine.load().prefill_tokens, PREFILL_TOKENS.local as u64 + 1);
    // What the cancelled one computed is there for the next with the same beginning.
    engine.submit(request(4, &"long ".repeat(40))).unwrap();
    assert_eq!(end_of(&run(&mut engine), 4).1.cached_tokens, PREFILL_TOKENS.local as u32);
}

#[test]
fn prefixes_are_reused_and_counted() {
    let mut engine = engine("Hello, traveller.");
    let card = "You are the miller. ".repeat(20);
    let card_len = card.len() as u32;
    engine.submit(request(1, &format!("{card}Q: one? A:"))).unwrap();
    assert_eq!(end_of(&run(&mut engine), 1).1.cached_tokens, 0);
    engine.submit(request(2, &format!("{card}Q: two, then? A:"))).unwrap();
    let events = run(&mut engine);
    assert_eq!(end_of(&events, 2).1.cached_tokens, card_len + 3, "card and \"Q: \"");
    assert_eq!(text_of(&events, 2), "Hello, traveller.");
    // The very same prompt: all but the last token.
    let prompt = format!("{card}Q: two, then? A:");
    engine.submit(request(3, &prompt)).unwrap();
    assert_eq!(end_of(&run(&mut engine), 3).1.cached_tokens, prompt.len() as u32 - 1);
    assert_eq!(u64::from(card_len + 3 + prompt.len() as u32 - 1), engine.load().cache_hit_tokens);
}

#[test]
fn prompts_that_begin_alike_and_come_together_are_computed_once() {
    let mut engine = engine_with(ScriptedBackend::new("abc", 4096).repeating(), EngineConfig::default());
    let card = "The same card. ".repeat(10);
    for (id, end) in [(1, "!"), (2, "?"), (3, ".")] {
        engine.submit(GenerateRequest { max_tokens: 50, ..request(id, &format!("{card}{end}")) }).unwrap();
    }
    let events = run(&mut engine);
    let blocks = card.len() as u32 / 16 * 16;
    let cached = [1, 2, 3].map(|id| end_of(&events, id).1.cached_tokens);
    assert_eq!(cached, [0, blocks, blocks], "the others take over whole blocks");
    assert_eq!(text_of(&events, 1), text_of(&events, 2));
    assert_eq!(engine.load().prefill_tokens, u64::from(card.len() as u32 * 3 + 3 - 2 * blocks));
}

#[test]
fn a_short_common_beginning_does_not_cost_a_long_prefix() {
    let mut engine = engine("ok");
    let smith = format!("You are {}", "the smith ".repeat(30));
    engine.submit(request(1, &smith)).unwrap();
    run(&mut engine);
    engine.submit(request(2, "You are nobody.")).unwrap();
    assert_eq!(end_of(&run(&mut engine), 2).1.cached_tokens, 8);
    engine.submit(request(3, &smith)).unwrap();
    assert_eq!(end_of(&run(&mut engine), 3).1.cached_tokens, smith.len() as u32 - 1);
}

#[test]
fn play_goes_first_and_nobody_waits_for_ever() {
    let config = EngineConfig { slots: 1, ..EngineConfig::default() };
    let mut engine = engine_with(ScriptedBackend::new("abcdefgh", 4096), config);
    engine.submit(request(1, "x")).unwrap();
    engine.submit(request(2, "x")).unwrap();
    let mut events = Vec::new();
    for _ in 0..3 {
        engine.step(0, &mut events);
    }
    assert_eq!(text_of(&events, 1), "abc");
    engine.submit(play(3, "x")).unwrap();
    engine.submit(play(4, "x")).unwrap();
    engine.step(0, &mut events);
    assert_eq!(text_of(&events, 3), "a", "a place of its own class is free at once");
    events.extend(run(&mut engine));
    assert_eq!(ends(&events), [3, 4, 1, 2]);
    for id in 1..5 {
        assert_eq!(text_of(&events, id), "abcdefgh", "{id}");
        assert_eq!(end_of(&events, id).1.completion_tokens, 9);
    }
    assert_eq!(engine.load().displacements, 0);
}

#[test]
fn too_little_memory_displaces_and_replays() {
    // Room for one long request of each class, and four are sent.
    let mut engine = engine_with(
        ScriptedBackend::new("abc", 4096).repeating().with_blocks(3 * 9),
        EngineConfig { speculation: false, ..EngineConfig::default() },
    );
    let limit = engine.tokens_max();
    assert_eq!(limit, 8 * 16);
    for id in 0..4 {
        let prompt = format!("{id} {}", "no two alike ".repeat(4));
        engine.submit(GenerateRequest { max_tokens: 70, ..request(id, &prompt) }).unwrap();
    }
    let events = run(&mut engine);
    for id in 0..4 {
        assert_eq!(text_of(&events, id), "abc".repeat(24)[..70], "{id}");
        assert_eq!(end_of(&events, id).0, FinishReason::Length);
    }
    assert!(engine.load().displacements > 0);
    assert_eq!((engine.load().running, engine.load().displaced), (0, 0));
}

#[test]
fn a_deadline_ends_a_request_with_what_it_has() {
    let mut engine = engine_with(ScriptedBackend::new("ab", 4096).repeating(), EngineConfig::default());
    engine.submit(GenerateRequest { deadline_ms: Some(5), ..request(1, "x") }).unwrap();
    engine.submit(request(2, "x")).unwrap();
    let mut events = Vec::new();
    for now_ms in 0..8 {
        engine.step(now_ms, &mut events);
    }
    let (reason, usage) = end_of(&events, 1);
    assert_eq!(reason, FinishReason::Deadline);
    assert_eq!(text_of(&events, 1).len(), usage.completion_tokens as usize);
    assert!(text_of(&events, 2).len() > text_of(&events, 1).len());
}

#[test]
fn local_keeps_a_bounded_share_beside_play() {
    let config = EngineConfig { slots: 2, speculation: false, ..EngineConfig::default() };
    let mut engine = engine_with(ScriptedBackend::new("a", 4096).repeating(), config);
    engine.submit(GenerateRequest { max_tokens: 900, ..play(1, "x") }).unwrap();
    engine.submit(GenerateRequest { max_tokens: 900, ..request(2, "y") }).unwrap();
    let mut events = Vec::new();
    let rounds = 20;
    for _ in 0..rounds * (LOCAL_TURN_AFTER_STEPS + 1) {
        engine.step(0, &mut events);
    }
    assert_eq!(text_of(&events, 1).len(), (rounds * (LOCAL_TURN_AFTER_STEPS + 1)) as usize);
    assert_eq!(text_of(&events, 2).len(), rounds as usize);
}

#[test]
fn decoding_goes_on_while_a_long_prompt_is_computed() {
    let mut engine = engine_with(
        ScriptedBackend::new("ab", 8192).repeating(),
        EngineConfig { speculation: false, ..EngineConfig::default() },
    );
    engine.submit(GenerateRequest { max_tokens: 500, ..request(1, "x") }).unwrap();
    let mut events = Vec::new();
    engine.step(0, &mut events);
    engine.submit(request(2, &"q".repeat(PREFILL_TOKENS.local * 10))).unwrap();
    let before = text_of(&events, 1).len();
    for _ in 0..10 {
        engine.step(0, &mut events);
    }
    assert_eq!(text_of(&events, 1).len() - before, 10, "a token in every step");
    assert!(engine.load().prefill_tokens >= (PREFILL_TOKENS.local * 9) as u64);
}

#[test]
fn guessing_ahead_changes_no_text() {
    let script = "The bell rang, and the bell rang, and the bell rang again. ";
    let texts = [true, false].map(|speculation| {
        let config = EngineConfig { speculation, ..EngineConfig::default() };
        let mut engine = engine_with(ScriptedBackend::new(script, 4096).repeating(), config);
        let noisy = SampleParams { temperature: 9.0, seed: 3, ..SampleParams::greedy() };
        engine.submit(GenerateRequest { max_tokens: 150, ..request(1, "x") }).unwrap();
        let mut events = run(&mut engine);
        engine
            .submit(GenerateRequest { params: noisy, ignore_eos: true, max_tokens: 90, ..request(2, "x") })
            .unwrap();
        events.extend(run(&mut engine));
        let load = engine.load();
        assert_eq!(load.draft_hits > 20, speculation, "{load:?}");
        assert!(load.steps < 240 || !speculation, "{load:?}");
        assert_eq!(end_of(&events, 1).1.completion_tokens, 150);
        [text_of(&events, 1), text_of(&events, 2)]
    });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn a_fault_costs_one_completion() {
    let mut engine = engine_with(ScriptedBackend::new("abcdef", 4096).failing_at(8), EngineConfig::default());
    engine.submit(request(1, "12345")).unwrap();
    engine.submit(request(2, "1")).unwrap();
    let events = run(&mut engine);
    assert!(events.iter().any(
        |e| matches!(e, Event::Failed { id: 1, error } if error.to_string().contains("scripted fault"))
    ));
    assert_eq!((text_of(&events, 2).as_str(), end_of(&events, 2).0), ("abcdef", FinishReason::Stop));
    assert_eq!(engine.load().running, 0);
}

#[test]
fn the_same_seed_gives_the_same_text_in_any_company() {
    // A high temperature over the scripted logits: text is noise, but noise of seed and position alone.
    let noisy = |id| GenerateRequest {
        params: SampleParams { temperature: 30.0, seed: 5, ..SampleParams::greedy() },
        ignore_eos: true,
        max_tokens: 40,
        ..request(id, "some prompt")
    };
    let mut alone = engine("abc");
    alone.submit(noisy(1)).unwrap();
    let expected = text_of(&run(&mut alone), 1);
    let mut crowd = engine("abc");
    for id in 0..4 {
        crowd.submit(noisy(id)).unwrap();
    }
    let events = run(&mut crowd);
    for id in 0..4 {
        assert_eq!(text_of(&events, id), expected);
    }
    assert_eq!(crowd.backend().context_len(), 4096);
}
