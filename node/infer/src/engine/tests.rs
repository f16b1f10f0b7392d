//! Owns the proofs about what the engine makes of a request and of a plan by itself. Refuses to draw tokens; the tests of the
//! whole crate do.

use super::*;
use crate::adapter::tests::base;
use crate::adapter::{Adapter, AdapterFile};
use crate::fixtures::{Gguf, Meta};
use crate::schedule::Admission;
use crate::scripted::ScriptedBackend;
use kernels::LoraKind;

const MARKER: [u32; 2] = [7, 8];

fn engine() -> Engine<ScriptedBackend> {
    let tokenizer = Arc::new(Tokenizer::bytes().unwrap());
    Engine::new(ScriptedBackend::new("abc", 256), tokenizer, EngineConfig::default()).unwrap()
}

/// An adapter that sleeps until [`MARKER`], as generation 5.
fn sleeper() -> Arc<Adapter> {
    let base = base(true);
    let mut written = Gguf::new(2, "llama", true);
    written.set("adapter.alora.invocation_tokens", Some(Meta::U32s(MARKER.to_vec())));
    let file = AdapterFile::from_gguf(&written.bytes(), &base).unwrap();
    Arc::new(Adapter::new("sleeper", 5, &file, &base.dimensions, LoraKind::F32).unwrap())
}

fn request(id: u64, prompt: Vec<u32>, adapter: Option<Arc<Adapter>>) -> GenerateRequest {
    GenerateRequest { adapter, ..GenerateRequest::new(id, prompt, 20) }
}

/// Tokens of the request's prompt that were not computed, once it has ended.
fn cached(engine: &mut Engine<ScriptedBackend>, request: GenerateRequest) -> u32 {
    engine.submit(request).unwrap();
    let mut events = Vec::new();
    while engine.step(0, &mut events) {}
    let usage = events.iter().find_map(|event| match event {
        Event::Done { usage, .. } => Some(usage.cached_tokens),
        _ => None,
    });
    usage.expect("no end was reported")
}

#[test]
fn an_adapter_that_nobody_wakes_is_the_base() {
    let scene: Vec<u32> = (100..140).collect();
    let woken = [&scene[..], &MARKER, &[1]].concat();
    let adapter = Some(sleeper());
    assert!(spans(&request(1, scene.clone(), adapter.clone())).is_empty());
    let awake = Span { generation: 5, end: usize::MAX };
    let asleep = Span { generation: BASE_GENERATION, end: scene.len() };
    assert_eq!(spans(&request(1, woken.clone(), adapter.clone())), [asleep, awake]);
    assert_eq!(spans(&request(1, [&MARKER[..], &scene[..]].concat(), adapter.clone())), [awake]);

    // Its answer is the base's as well: whoever goes on from it has all of it.
    let mut engine = engine();
    assert_eq!(cached(&mut engine, request(1, scene.clone(), adapter.clone())), 0);
    let told: Vec<u32> = [&scene[..], &b"abc".map(u32::from), &[9]].concat();
    assert_eq!(cached(&mut engine, request(2, told, None)), scene.len() as u32 + 3);
    assert_eq!(cached(&mut engine, request(3, woken, adapter)), scene.len() as u32, "the scene is shared");
}

#[test]
fn a_replay_saves_no_tokens_of_the_prompt() {
    let mut engine = engine();
    engine.submit(request(1, vec![1; 40], None)).unwrap();
    engine.submit(request(2, vec![2; 40], None)).unwrap();
    let admission = |id, cached_tokens, replayed| Admission { id, cached_tokens, replayed };
    let plan = |admitted, caught_up| Plan { admitted, caught_up, ..Plan::default() };
    engine.count_cached(&plan(vec![admission(1, 16, false), admission(2, 0, false)], vec![(1, 16), (2, 16)]));
    let cached = |engine: &Engine<ScriptedBackend>, id: u64| engine.requests[&id].usage().cached_tokens;
    assert_eq!((cached(&engine, 1), cached(&engine, 2)), (32, 16));
    // The first is displaced, begins again, and takes over what the other computed meanwhile, in this step and in later ones.
    engine.count_cached(&plan(vec![admission(1, 16, true)], vec![(1, 16)]));
    engine.count_cached(&plan(vec![], vec![(1, 7), (2, 16)]));
    assert_eq!((cached(&engine, 1), cached(&engine, 2)), (32, 32));
    assert_eq!(engine.load().cache_hit_tokens, 64);
}
