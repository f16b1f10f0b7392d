//! What is sent to harm: broken adapters, constraints that explode, bodies of every wrong kind. Each is answered with a clear
//! error, within bounds of time and memory, while a neighbour hears what it always hears.
//!
//! Owns the attacks by content; those by time are in `slow_clients.rs`, and files against the readers alone in `infer`.

mod support;

use daemon::Patience;
use serde_json::{Map, Value, json};
use std::fs::{self, File};
use std::path::Path;
use support::files::{EMBEDDING, Gguf, Peft};
use support::siege::{Siege, Told, post_bytes};
use support::{Ask, SECRET};

const COMPLETIONS: &str = "/v1/completions";

/// An adapter that must not be loaded: its name, what writes it into a folder of its own, and a word of the refusal.
type Broken = (&'static str, fn(&Path), &'static str);

fn peft(folder: &Path, change: impl FnOnce(&mut Peft)) {
    let mut peft = Peft::new(4);
    change(&mut peft);
    peft.write(folder).unwrap();
}

fn gguf(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join("it.gguf"), bytes).unwrap();
}

/// The weights of an adapter that is otherwise as it should be.
fn weights(folder: &Path, bytes: &[u8]) {
    peft(folder, |_| {});
    fs::write(folder.join("adapter_model.safetensors"), bytes).unwrap();
}

fn config(folder: &Path, text: &str) {
    peft(folder, |_| {});
    fs::write(folder.join("adapter_config.json"), text).unwrap();
}

const BROKEN: [Broken; 21] = [
    (
        "for a base of another width",
        |folder| {
            peft(folder, |peft| {
                let tensor = peft.tensor("0.self_attn.q_proj.lora_A.weight");
                tensor.shape = vec![4, 2 * EMBEDDING];
                tensor.bytes.resize(4 * 2 * EMBEDDING * 4, 0);
            });
        },
        "shape",
    ),
    (
        "for a base of more layers",
        |folder| {
            peft(folder, |peft| {
                peft.tensors
                    .iter_mut()
                    .for_each(|tensor| tensor.name = tensor.name.replace("layers.1", "layers.7"));
            });
        },
        "layer",
    ),
    ("for another architecture", |folder| gguf(folder, &Gguf::new(4, "qwen3", false).bytes()), "qwen3"),
    (
        "of another rank than its settings say",
        |folder| peft(folder, |peft| peft.config["r"] = json!(8)),
        "rank",
    ),
    (
        "of halves of different ranks",
        |folder| {
            peft(folder, |peft| {
                let tensor = peft.tensor("0.mlp.up_proj.lora_A.weight");
                tensor.shape[0] = 2;
                tensor.bytes.truncate(2 * EMBEDDING * 4);
            });
        },
        "shape",
    ),
    ("of rank 0", |folder| peft(folder, |peft| peft.config["r"] = json!(0)), "rank"),
    (
        "with a weight that is not a number",
        |folder| {
            peft(folder, |peft| {
                peft.tensor("v_proj.lora_B.weight").bytes[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
            });
        },
        "not finite",
    ),
    (
        "with an infinite weight in a GGUF file",
        |folder| {
            let mut file = Gguf::new(4, "llama", true);
            file.tensor("attn_v.weight.lora_b").bytes[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
            gguf(folder, &file.bytes());
        },
        "not finite",
    ),
    ("cut in its weights", |folder| weights(folder, &Peft::new(4).weights_bytes()[..9_000]), "weights"),
    ("cut in its header", |folder| weights(folder, &Peft::new(4).weights_bytes()[..100]), "weights"),
    (
        "a GGUF file cut short",
        |folder| gguf(folder, &Gguf::new(4, "llama", true).bytes()[..9_000]),
        "cut short",
    ),
    ("empty", |folder| weights(folder, &[]), "weights"),
    (
        "a header of 2^60 bytes",
        |folder| weights(folder, &[&(1_u64 << 60).to_le_bytes()[..], b"{}"].concat()),
        "header",
    ),
    (
        "a tensor of 2^62 elements",
        |folder| {
            peft(folder, |peft| peft.tensor("0.mlp.up_proj.lora_A.weight").shape = vec![1 << 31, 1 << 31]);
        },
        "weights",
    ),
    (
        "a GGUF file of 2^60 tensors",
        |folder| gguf(folder, &[&b"GGUF\x03\0\0\0"[..], &[0xFF; 7], &[0; 4000]].concat()),
        "GGUF",
    ),
    // Nothing that is packed is ever opened.
    (
        "a zip bomb under a model's name",
        |folder| gguf(folder, b"PK\x03\x04 a hundred gigabytes of zeros"),
        "archive",
    ),
    (
        "a zip bomb instead of weights",
        |folder| {
            config(folder, "{}");
            fs::remove_file(folder.join("adapter_model.safetensors")).unwrap();
            fs::write(folder.join("adapter_model.zip"), b"PK\x03\x04").unwrap();
        },
        "archive",
    ),
    (
        "a file of zeros that takes no room on the disk",
        |folder| {
            peft(folder, |_| {});
            let file = File::create(folder.join("adapter_model.safetensors")).unwrap();
            file.set_len(1 << 40).unwrap();
        },
        "most accepted",
    ),
    ("settings that nest without end", |folder| config(folder, &"[".repeat(100_000)), "malformed"),
    (
        "settings whose expression explodes",
        |folder| peft(folder, |peft| peft.config["target_modules"] = json!("((a{1000}){1000}){1000}")),
        "too large",
    ),
    (
        "settings of ten megabytes",
        |folder| config(folder, &format!("{{\"peft_type\": \"{}\"}}", "x".repeat(10 << 20))),
        "most accepted",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn broken_adapters_are_refused_and_nobody_notices() {
    let siege = Siege::begin(Patience::default()).await;
    let mut surprises = Vec::new();
    for (what, write, word) in BROKEN {
        let folder = siege.folder.join("new");
        fs::create_dir(&folder).unwrap();
        write(&folder);
        let path = if folder.join("it.gguf").exists() { "new/it.gguf" } else { "new" };
        let load = json!({"lora_name": "new", "lora_path": path});
        let told = siege.post(what, "/v1/load_lora_adapter", &load).await;
        let is_clear = told.message.contains(word) && !told.message.contains('\n');
        if told.words() != (400, "invalid_value", "lora_path") || !is_clear {
            surprises.push(format!("{what}, expected {word:?}: {told:?}"));
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    // None of them has left a name behind, and none has replaced what was there.
    let known = siege.door.get("/ember/v1/adapters").await.json();
    assert_eq!(known["adapters"].as_array().unwrap().len(), 1, "{known}");
    peft(&siege.folder, |_| {});
    let expression = siege.folder.join("expression");
    fs::create_dir(&expression).unwrap();
    peft(&expression, |peft| peft.config["target_modules"] = json!(r".*\.(self_attn|mlp)\.\w+_proj"));
    let load = json!({"lora_name": "marta", "lora_path": "expression"});
    assert_eq!(siege.door.post("/v1/load_lora_adapter", &load).await.status, 200);
}

/// A chain of definitions of which each names the next twice.
fn doubling(keyword: &str, len: usize) -> Value {
    let link = |at: usize| {
        let next = json!({ "$ref": format!("#/$defs/d{}", at + 1) });
        (format!("d{at}"), json!({ keyword: [next, next] }))
    };
    let mut defs: Map<String, Value> = (0..len).map(link).collect();
    defs.insert(format!("d{len}"), json!({ "type": "string" }));
    json!({ "$ref": "#/$defs/d0", "$defs": defs })
}

fn nested(levels: usize, around: impl Fn(Value) -> Value) -> Value {
    (0..levels).fold(json!({ "type": "integer" }), |inner, _| around(inner))
}

/// Schemas and grammars that cost more than their length says.
fn explosive() -> Vec<(&'static str, Value)> {
    let schema = |schema: Value| json!({ "guided_json": schema });
    let alternatives = |letter: char| {
        let branch = |i| json!({ "type": "array", "items": { "pattern": format!("{letter}{i}") } });
        json!({ "anyOf": (0..200).map(branch).collect::<Vec<_>>() })
    };
    let fields: Map<String, Value> =
        (0..256).map(|i| (format!("v{i}"), json!({ "type": "string" }))).collect();
    vec![
        (
            "objects in objects",
            schema(nested(31, |inner| json!({ "properties": { "a": inner }, "required": ["a"] }))),
        ),
        ("objects in objects, too deep", schema(nested(40, |inner| json!({ "properties": { "a": inner } })))),
        ("lists of lists of lists", schema(nested(30, |inner| json!({ "items": inner, "minItems": 1000 })))),
        (
            "an enum of 20,000",
            schema(json!({ "enum": (0..20_000).map(|i| format!("{i:07}")).collect::<Vec<_>>() })),
        ),
        ("an enum of 100,000", schema(json!({ "enum": (0..100_000).collect::<Vec<u32>>() }))),
        ("256 optional fields", schema(json!({ "type": "object", "properties": fields }))),
        ("anyOf twice, thirty times", schema(doubling("anyOf", 30))),
        ("allOf twice, thirty times", schema(doubling("allOf", 30))),
        ("oneOf twice, twelve times", schema(doubling("oneOf", 12))),
        (
            "products of alternatives",
            schema(json!({ "allOf": [alternatives('a'), alternatives('b'), alternatives('c')] })),
        ),
        ("a reference to itself", schema(json!({ "$ref": "#" }))),
        ("a tree without end", schema(json!({ "type": "array", "items": { "$ref": "#" }, "minItems": 1 }))),
        ("a foreign schema", schema(json!({ "$ref": "http://127.0.0.1:1/schema.json" }))),
        ("a string of a hundred million", schema(json!({ "type": "string", "minLength": 100_000_000 }))),
        ("a list of a hundred million", schema(json!({ "type": "array", "minItems": 100_000_000 }))),
        (
            "a pattern repeated 100,000 times",
            schema(json!({ "type": "string", "pattern": "^(ab|cd){0,100000}$" })),
        ),
        (
            "repetitions of repetitions",
            schema(json!({ "type": "string", "pattern": "(((a{1,100}){1,100}){1,100}){1,100}" })),
        ),
        ("remainders", schema(json!({ "allOf": [{ "multipleOf": 9973 }, { "multipleOf": 9967 }] }))),
        ("a schema as text that nests without end", json!({ "guided_json": "[".repeat(200_000) })),
        ("an expression that looks far back", json!({ "guided_regex": "[ab]*a[ab]{500}" })),
        ("an expression of expressions", json!({ "guided_regex": "((a{1000}){1000}){1000}" })),
        ("an expression that multiplies", json!({ "guided_regex": "(.*a.{30}){20}" })),
        ("an ambiguous grammar", json!({ "guided_grammar": "start: s\ns: s s | s s s | \"a\" | " })),
        (
            "a grammar of repetitions",
            json!({ "guided_grammar": "start: a{1000000}\na: b{1000000}\nb: \"x\"{1000000}" }),
        ),
        ("a grammar of itself alone", json!({ "guided_grammar": "start: start" })),
        (
            "1,024 choices",
            json!({ "guided_choice": (0..1024).map(|i| format!("{i:015}")).collect::<Vec<_>>() }),
        ),
        (
            "16 KiB of choices and more",
            json!({ "guided_choice": (0..1024).map(|i| format!("{i:017}")).collect::<Vec<_>>() }),
        ),
    ]
}

fn asking(more: &Value) -> Value {
    let mut body = json!({"model": "base", "prompt": "x", "max_tokens": 100, "temperature": 1, "seed": 5});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn constraints_that_explode_end_in_an_answer_or_a_clear_error() {
    let siege = Siege::begin(Patience::default()).await;
    let (mut refused, mut surprises) = (0, Vec::new());
    for (what, more) in explosive() {
        let told = siege.post(what, COMPLETIONS, &asking(&more)).await;
        let is_said =
            matches!(told.words(), (200, "", "") | (400, "invalid_value", _) | (422, "constraint_failed", _));
        surprises.extend((!is_said).then(|| format!("{what}: {told:?}")));
        refused += usize::from(told.status != 200);
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert!(refused >= 8, "only {refused} were refused: the bounds are gone");
    // The same by the other doors into the compiler.
    let deep = nested(40, |inner| json!({ "properties": { "a": inner } }));
    let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": deep}});
    let tool = json!([{"type": "function", "function": {"name": "f", "parameters": deep}}]);
    for (what, more) in [
        ("a response format too deep", json!({"response_format": format})),
        ("a tool too deep", json!({"tools": tool, "tool_choice": "required"})),
    ] {
        let mut body = json!({"model": "base", "messages": [{"role": "user", "content": "x"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = siege.post(what, "/v1/chat/completions", &body).await;
        assert_eq!(told.status, 400, "{what}: {told:?}");
    }
}

/// Compiles, and is found too complex only while it is followed.
const TOO_COMPLEX_LATE: &str = "start: s\ns: s s | s s s | \"a\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_constraint_that_gives_up_while_writing_is_the_callers() {
    let siege = Siege::begin(Patience::default()).await;
    let late = json!({"guided_grammar": TOO_COMPLEX_LATE, "ignore_eos": true, "max_tokens": 400});
    let mut body = asking(&late);
    let told = siege.post("found late", COMPLETIONS, &body).await;
    assert_eq!(told.words(), (422, "constraint_failed", ""), "{told:?}");
    assert!(told.message.contains("too complex"), "{told:?}");
    body["stream"] = json!(true);
    let reply =
        siege.withstands("found late in a stream", siege.door.ask(&Ask::post(COMPLETIONS, &body))).await;
    // The parser of the test reads to the last chunk, so the stream has one.
    assert_eq!(reply.status, 200);
    let events = reply.events();
    let last = Told::of(422, events.last().unwrap());
    assert_eq!(last.words(), (422, "constraint_failed", ""), "{last:?}");
    for event in &events[..events.len() - 1] {
        let event: Value = serde_json::from_str(event).unwrap();
        assert!(event["choices"][0]["finish_reason"].is_null(), "{event}");
    }
    let nothing_left = asking(&json!({"guided_choice": ["a"], "logit_bias": {"97": -100}}));
    let told = siege.post("nothing left to choose", COMPLETIONS, &nothing_left).await;
    assert!(matches!(told.words(), (200, "", "") | (422, "constraint_failed", _)), "{told:?}");
    assert_eq!(siege.door.app.metrics.failed.load(std::sync::atomic::Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_every_wrong_kind_are_refused() {
    let siege = Siege::begin(Patience::default()).await;
    let json_type = b"content-type: application/json";
    let large =
        [b"{\"model\": \"base\", \"prompt\": \"".to_vec(), vec![b'x'; 10 << 20], b"\"}".to_vec()].concat();
    let told = siege.raw("ten megabytes", &post_bytes(COMPLETIONS, json_type, &large)).await.unwrap();
    assert_eq!(told.words(), (413, "body_too_large", ""));
    let unsized_head = format!(
        "POST {COMPLETIONS} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {SECRET}\r\nconnection: close\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let chunk = [b"100000\r\n".to_vec(), vec![b' '; 1 << 20], b"\r\n".to_vec()].concat();
    let chunked = [unsized_head.into_bytes(), chunk.repeat(10), b"0\r\n\r\n".to_vec()].concat();
    let told = siege.raw("ten megabytes in chunks", &chunked).await.unwrap();
    assert_eq!(told.words(), (413, "body_too_large", ""));

    // A few bytes that would unpack to gigabytes: nothing is unpacked.
    let packed = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
    for encoding in ["gzip", "deflate", "br", "zstd", "identity, gzip", "x-nonsense"] {
        let more = format!("content-type: application/json\r\ncontent-encoding: {encoding}");
        let told = siege.raw(encoding, &post_bytes(COMPLETIONS, more.as_bytes(), &packed)).await.unwrap();
        assert_eq!(told.words(), (415, "unsupported_content_encoding", ""), "{encoding}: {told:?}");
    }
    let plain = b"content-type: application/json\r\ncontent-encoding: identity";
    let told = siege.raw("identity", &post_bytes(COMPLETIONS, plain, b"{}")).await.unwrap();
    assert_eq!(told.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tokens_are_told_with_their_pieces_in_little_memory() {
    let siege = Siege::begin(Patience::default()).await;
    let ask = Ask::post("/tokenize", &json!({"content": vec![49; 300_000], "with_pieces": true}));
    let told = siege.withstands("300,000 pieces", siege.door.shove(&ask)).await;
    assert_eq!(told.iter().filter(|byte| **byte == b'{').count(), 300_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_refused_wherever_it_stands() {
    let siege = Siege::begin(Patience::default()).await;
    let json_type = b"content-type: application/json";
    let broken = b"{\"model\": \"base\", \"prompt\": \"\xC3\x28 \xFF\"}";
    for (what, bytes, expected) in [
        ("a body", post_bytes(COMPLETIONS, json_type, broken), Some((400, "invalid_json"))),
        ("half a surrogate", post_bytes(COMPLETIONS, json_type, br#"{"model": "\ud800"}"#), Some((400, "invalid_json"))),
        ("a type", post_bytes(COMPLETIONS, b"content-type: \xFF\xFE", b"{}"), Some((415, "unsupported_media_type"))),
        (
            "an encoding",
            post_bytes(COMPLETIONS, b"content-encoding: \xFF", b"{}"),
            Some((415, "unsupported_content_encoding")),
        ),
        ("an origin", post_bytes(COMPLETIONS, b"origin: http://\xFF", b"{}"), Some((403, "foreign_request"))),
        (
            "a token",
            b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer \xFF\r\n\r\n".to_vec(),
            Some((401, "invalid_api_key")),
        ),
        ("a host", b"GET /health HTTP/1.1\r\nhost: \xFF\xFE\r\nconnection: close\r\n\r\n".to_vec(), Some((403, "foreign_request"))),
    ] {
        let told = siege.raw(what, &bytes).await;
        let found = told.as_ref().map(|told| (told.status, told.code.as_str()));
        assert_eq!(found, expected, "{what}: {told:?}");
    }
    let path = siege.withstands("a path", siege.door.get("/v1/models/%ff%fe")).await;
    assert_eq!((path.status, &path.json()["error"]["code"]), (404, &json!("model_not_found")));
}
