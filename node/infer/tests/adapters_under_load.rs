//! Owns the proof that no row ever meets another's adapter or another's keys and values: requests of many minds run in one
//! engine with too few blocks while other threads swap, evict, reload and remove the adapters, and every answer has the
//! tokens and the log-probabilities, bit for bit, that the same request gives alone on an engine of its own.
//! `EMBERWICK_SOAK_SECONDS` says how long; `EMBERWICK_SOAK_SEED` where the choices begin. Refuses to measure speed.

#[path = "support/adapters.rs"]
mod fixtures;
mod support;

use fixtures::{Meta, Tensor};
use infer::adapter::{Adapter, AdapterConfig, AdapterPool, PoolError};
use infer::{
    Class, CpuBackend, CpuConfig, Engine, EngineConfig, Event, FinishReason, GenerateRequest, Model,
};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};
use support::{Seeded, TOY_LAYERS, TOY_MATRICES, TOY_VOCAB, Toy};

/// Names, and contents that each of them has in turn.
const NAMES: usize = 24;
const VERSIONS: usize = 3;
/// About how many adapters of middle size the pool keeps while nobody speaks through them.
const KEPT: usize = 6;
const RANKS: [usize; 3] = [4, 8, 16];
const PROMPTS: usize = 4;
/// Tokens that all prompts begin with, and tokens of an answer.
const CARD_TOKENS: usize = 40;
const ANSWER_TOKENS: u32 = 10;
/// Requests kept in the engine, and blocks for about a third of them.
const IN_FLIGHT: usize = 16;
const KV_TOKENS: usize = 384;
/// One request of so many is cancelled on its way.
const CANCELLED_ONE_OF: usize = 20;
const SECONDS_DEFAULT: u64 = 20;

/// Tokens and the bits of their log-probabilities.
type Answer = Vec<(u32, u64)>;

/// The contents, on disk and by hash.
struct Library {
    folder: tempfile::TempDir,
    model: Arc<Model>,
    /// `paths[name][version]`
    paths: Vec<Vec<PathBuf>>,
    /// `hashes[name][version]`
    hashes: Vec<Vec<String>>,
    prompts: Vec<Vec<u32>>,
    /// By hash (empty: the base), for each prompt.
    answers: HashMap<String, Vec<Answer>>,
    pool_bytes_max: usize,
}

fn name_of(name: usize) -> String {
    format!("villager-{name}")
}

fn adapter_bytes(seeded: &mut Seeded, rank: usize) -> Vec<u8> {
    let text = |text: &str| Meta::Text(text.to_owned());
    let metadata = [
        ("general.architecture", text("llama")),
        ("general.type", text("adapter")),
        ("adapter.type", text("lora")),
        ("adapter.lora.alpha", Meta::F32(rank as f32)),
    ]
    .map(|(key, value)| (key.to_owned(), value));
    let mut tensors = Vec::new();
    for layer in 0..TOY_LAYERS {
        for (block, outputs, inputs) in TOY_MATRICES {
            let mut values = |count: usize| (0..count).map(|_| seeded.signed() * 0.3).collect::<Vec<f32>>();
            let name = format!("blk.{layer}.{block}.weight");
            tensors.push(Tensor::f32(&format!("{name}.lora_a"), &[rank, inputs], &values(rank * inputs)));
            tensors.push(Tensor::f32(&format!("{name}.lora_b"), &[outputs, rank], &values(outputs * rank)));
        }
    }
    fixtures::gguf_bytes(&metadata, &tensors)
}

fn engine(model: &Arc<Model>, kv_tokens_max: usize) -> Engine<CpuBackend> {
    let config = CpuConfig { threads: 2, kv_tokens_max, ..CpuConfig::default() };
    let backend = CpuBackend::new(model.clone(), config).unwrap();
    let config = EngineConfig { slots: 8, queue_max: IN_FLIGHT, ..EngineConfig::default() };
    Engine::new(backend, model.shared_tokenizer(), config).unwrap()
}

fn request(id: u64, prompt: &[u32], adapter: Option<Arc<Adapter>>) -> GenerateRequest {
    let request = GenerateRequest::new(id, prompt.to_vec(), ANSWER_TOKENS);
    GenerateRequest { adapter, logprobs: Some(0), ignore_eos: true, ..request }
}

/// What events say of each request: its tokens, and its end.
fn collect(events: Vec<Event>, mut told: impl FnMut(u64, Answer, Option<FinishReason>)) {
    for event in events {
        match event {
            Event::Text { id, chosen, .. } => {
                let bits = chosen.iter().map(|chosen| (chosen.token, chosen.logprob.to_bits()));
                told(id, bits.collect(), None);
            }
            Event::Done { id, reason, .. } => told(id, Vec::new(), Some(reason)),
            Event::Failed { id, error } => panic!("request {id} failed: {error}"),
        }
    }
}

impl Library {
    fn new() -> Library {
        let folder = tempfile::tempdir().unwrap();
        let model = support::write(folder.path(), &Toy::new().bytes());
        let model = Arc::new(Model::load(&model).unwrap());
        let mut seeded = Seeded(7);
        let mut words = |count: usize| (0..count).map(|_| seeded.below(128) as u32).collect::<Vec<u32>>();
        let card = words(CARD_TOKENS);
        let prompts = (0..PROMPTS).map(|number| [card.clone(), words(3 + 5 * number)].concat()).collect();
        assert!(card.iter().all(|token| (*token as usize) < TOY_VOCAB));
        let (paths, hashes, answers) = (Vec::new(), Vec::new(), HashMap::new());
        let mut library = Library { folder, model, paths, hashes, prompts, answers, pool_bytes_max: 0 };
        let alone = library.answers_alone(None);
        library.answers.insert(String::new(), alone);
        library.write_adapters();
        library
    }

    /// Writes every content, and finds what it answers when nobody else speaks.
    fn write_adapters(&mut self) {
        let pool = AdapterPool::new(self.model.base(), AdapterConfig::default());
        let mut seeded = Seeded(8);
        let mut bytes = 0;
        for name in 0..NAMES {
            let (mut paths, mut hashes) = (Vec::new(), Vec::new());
            for version in 0..VERSIONS {
                let path = self.folder.path().join(format!("{name}-{version}.gguf"));
                let rank = RANKS[(name + version) % RANKS.len()];
                std::fs::write(&path, adapter_bytes(&mut seeded, rank)).unwrap();
                let adapter = pool.register("any", &path).unwrap();
                bytes += adapter.bytes();
                hashes.push(adapter.hash().to_owned());
                let alone = self.answers_alone(Some(adapter));
                self.answers.insert(hashes[version].clone(), alone);
                paths.push(path);
            }
            self.paths.push(paths);
            self.hashes.push(hashes);
        }
        self.pool_bytes_max = bytes / (NAMES * VERSIONS) * KEPT;
    }

    /// Each prompt's answer, each on a fresh engine.
    fn answers_alone(&self, adapter: Option<Arc<Adapter>>) -> Vec<Answer> {
        let answer = |prompt: &Vec<u32>| {
            let mut engine = engine(&self.model, KV_TOKENS);
            engine.submit(request(1, prompt, adapter.clone())).unwrap();
            let (mut events, mut answer) = (Vec::new(), Vec::new());
            while engine.step(0, &mut events) {}
            collect(events, |_, tokens, _| answer.extend(tokens));
            answer
        };
        self.prompts.iter().map(answer).collect()
    }
}

/// Chooses a content for a name, again and again; whoever else asks for the name must then find that content.
fn swap(library: &Library, pool: &AdapterPool, ticks: &Receiver<()>, mut seeded: Seeded) -> usize {
    let mut current: BTreeMap<usize, usize> = BTreeMap::new();
    let mut swaps = 0;
    while ticks.recv().is_ok() {
        // The first half of the names is swapped by this thread alone.
        let name = seeded.below(NAMES / 2);
        if let Some(version) = current.get(&name) {
            let found = pool.get(&name_of(name)).unwrap();
            assert_eq!(found.hash(), library.hashes[name][*version], "{name}: a swap was undone");
        }
        let version = seeded.below(VERSIONS);
        let adapter = pool.register(&name_of(name), &library.paths[name][version]).unwrap();
        assert_eq!(adapter.hash(), library.hashes[name][version], "{name}");
        current.insert(name, version);
        swaps += 1;
    }
    swaps
}

/// Removes names of the second half and makes them known again; tells whose prefixes are of no more use.
fn remove(
    library: &Library,
    pool: &AdapterPool,
    ticks: &Receiver<()>,
    gone: &Sender<u64>,
    mut seeded: Seeded,
) -> usize {
    let mut removals = 0;
    while ticks.recv().is_ok() {
        let name = NAMES / 2 + seeded.below(NAMES / 2);
        match pool.remove(&name_of(name)) {
            Ok(generation) => {
                removals += 1;
                // The engine may be gone when the last removals are told.
                let _ = gone.send(generation);
            }
            Err(PoolError::Unknown { .. }) => {
                pool.register(&name_of(name), &library.paths[name][seeded.below(VERSIONS)]).unwrap();
            }
            Err(error) => panic!("{error}"),
        }
    }
    removals
}

/// Asks for names that nobody speaks through, so that others are evicted and read again; pins and unpins.
fn ask(pool: &AdapterPool, ticks: &Receiver<()>, mut seeded: Seeded) -> usize {
    let mut asked = 0;
    while ticks.recv().is_ok() {
        let name = name_of(seeded.below(NAMES));
        match pool.get(&name).map(|_| pool.pin(&name, seeded.below(8) == 0)) {
            Ok(Ok(())) => asked += 1,
            Err(PoolError::Unknown { .. })
            | Ok(Err(PoolError::Unknown { .. } | PoolError::Pinned { .. })) => {}
            Err(error) | Ok(Err(error)) => panic!("{error}"),
        }
    }
    asked
}

/// A request in the engine.
struct Speaking {
    hash: String,
    prompt: usize,
    said: Answer,
}

/// Requests whose answers are compared as they come.
struct Crowd<'a> {
    library: &'a Library,
    engine: Engine<CpuBackend>,
    seeded: Seeded,
    speaking: BTreeMap<u64, Speaking>,
    next_id: u64,
    whole: usize,
    cut: usize,
}

impl Crowd<'_> {
    /// One request more, by the base or by whoever has a name now.
    fn submit(&mut self, pool: &AdapterPool) {
        let seeded = &mut self.seeded;
        let name = seeded.below(NAMES + 2);
        let adapter = match pool.get(&name_of(name)) {
            Ok(adapter) => Some(adapter),
            Err(PoolError::Unknown { .. }) => None,
            Err(error) => panic!("{error}"),
        };
        let hash = adapter.as_ref().map_or(String::new(), |adapter| adapter.hash().to_owned());
        assert!(hash.is_empty() || self.library.hashes[name].contains(&hash), "{name} speaks as another");
        let prompt = seeded.below(PROMPTS);
        self.next_id += 1;
        let class = Class::ALL[seeded.below(Class::ALL.len())];
        let request = request(self.next_id, &self.library.prompts[prompt], adapter);
        self.engine.submit(GenerateRequest { class, owner: seeded.next() % 5, ..request }).unwrap();
        self.speaking.insert(self.next_id, Speaking { hash, prompt, said: Vec::new() });
    }

    fn step(&mut self) {
        if self.seeded.below(CANCELLED_ONE_OF * ANSWER_TOKENS as usize) == 0
            && let Some(id) = self.speaking.keys().next().copied()
        {
            self.engine.cancel(id);
        }
        let mut events = Vec::new();
        self.engine.step(0, &mut events);
        let Crowd { library, speaking, whole, cut, .. } = self;
        collect(events, |id, tokens, end| {
            speaking.get_mut(&id).expect("only what was asked is answered").said.extend(tokens);
            let Some(reason) = end else { return };
            let Speaking { hash, prompt, said } = speaking.remove(&id).expect("it was there");
            let expected = &library.answers[&hash][prompt];
            match reason {
                FinishReason::Cancelled => {
                    assert!(expected.starts_with(&said), "{id}: {said:?} does not begin {expected:?}");
                    *cut += 1;
                }
                _ => {
                    assert_eq!(&said, expected, "request {id}, adapter {hash:?}, prompt {prompt}");
                    *whole += 1;
                }
            }
        });
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("the variable is a whole number"))
}

/// Keeps the engine full for so long while the ticks drive the others, then lets what is left end.
fn talk(
    crowd: &mut Crowd<'_>,
    pool: &AdapterPool,
    ticks: [SyncSender<()>; 3],
    gone: &Receiver<u64>,
    seconds: u64,
) {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        while crowd.speaking.len() < IN_FLIGHT {
            crowd.submit(pool);
        }
        crowd.step();
        for generation in gone.try_iter() {
            crowd.engine.drop_generation(generation);
        }
        for tick in &ticks {
            match tick.try_send(()) {
                Ok(()) | Err(std::sync::mpsc::TrySendError::Full(())) => {}
                Err(std::sync::mpsc::TrySendError::Disconnected(())) => panic!("a thread broke: see above"),
            }
        }
    }
    while !crowd.speaking.is_empty() {
        crowd.step();
    }
}

#[test]
fn nobody_ever_speaks_through_another() {
    let library = Library::new();
    let seconds = number("EMBERWICK_SOAK_SECONDS", SECONDS_DEFAULT);
    let seed = number("EMBERWICK_SOAK_SEED", 1);
    eprintln!("seed {seed}, {seconds} s");
    let config = AdapterConfig { bytes_max: library.pool_bytes_max, ..AdapterConfig::default() };
    let pool = AdapterPool::new(library.model.base(), config);
    for name in 0..NAMES {
        pool.register(&name_of(name), &library.paths[name][0]).unwrap();
    }
    let mut crowd = Crowd {
        library: &library,
        engine: engine(&library.model, KV_TOKENS),
        seeded: Seeded(seed),
        speaking: BTreeMap::new(),
        next_id: 0,
        whole: 0,
        cut: 0,
    };
    let (gone, gone_in) = channel();
    let (swap_tick, swap_ticks) = sync_channel(1);
    let (remove_tick, remove_ticks) = sync_channel(1);
    let (ask_tick, ask_ticks) = sync_channel(1);
    let other = |salt: u64| Seeded(seed.wrapping_mul(31).wrapping_add(salt));
    let (swaps, removals, asked) = std::thread::scope(|scope| {
        let (library, pool) = (&library, &pool);
        let swaps = scope.spawn(move || swap(library, pool, &swap_ticks, other(1)));
        let removals = scope.spawn(move || remove(library, pool, &remove_ticks, &gone, other(2)));
        let asked = scope.spawn(move || ask(pool, &ask_ticks, other(3)));
        talk(&mut crowd, pool, [swap_tick, remove_tick, ask_tick], &gone_in, seconds);
        (swaps.join().unwrap(), removals.join().unwrap(), asked.join().unwrap())
    });
    let (loads, evictions) = pool.counts();
    let load = crowd.engine.load();
    eprintln!(
        "{} answers whole and {} cut short, all as alone; {swaps} swaps, {removals} removals, {asked} asked; {loads} loads, \
         {evictions} evictions; {} displacements, {} prefix tokens found",
        crowd.whole, crowd.cut, load.displacements, load.cache_hit_tokens
    );
    // What was to be survived did happen.
    let counts = [swaps, removals, asked, crowd.whole, crowd.cut, evictions as usize];
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(load.displacements > 0 && load.cache_hit_tokens > 0, "{load:?}");
    (0..NAMES).for_each(|name| drop(pool.pin(&name_of(name), false)));
    let held: usize = pool.list().iter().map(|adapter| adapter.bytes).sum();
    assert!(held <= library.pool_bytes_max, "{held} bytes are held, {} may be", library.pool_bytes_max);
}

#[test]
fn every_content_answers_in_its_own_way() {
    // Else the test above could not see a mistaken mind.
    let library = Library::new();
    for prompt in 0..PROMPTS {
        let mut seen = HashMap::new();
        for (hash, answers) in &library.answers {
            assert_eq!(answers[prompt].len(), ANSWER_TOKENS as usize, "{hash:?}");
            let other = seen.insert(&answers[prompt], hash);
            assert_eq!(other, None, "{hash:?} answers prompt {prompt} as another does");
        }
    }
    assert_eq!(library.answers.len(), NAMES * VERSIONS + 1);
}
