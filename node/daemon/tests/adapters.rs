//! Adapters as models: every name a client may use, loading, replacing, unloading and pinning, and that nothing outside
//! their folder is read.
//!
//! The model is real and of no size, so that an adapter can be heard.

mod support;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::files::{Gguf, Meta, Peft};
use support::{Ask, Door, Setup, toy};

/// A data folder with the toy model, and adapters in a folder beside it: `marta` (PEFT), `tom` (GGUF), and two that are
/// broken.
struct Village {
    dir: tempfile::TempDir,
    door: Door,
}

impl Village {
    async fn start() -> Village {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("adapters");
        write_peft(&folder.join("marta"), 4);
        std::fs::write(folder.join("tom.gguf"), Gguf::new(2, "llama", true).bytes()).unwrap();
        let mut stranger = Gguf::new(2, "qwen2", false);
        stranger.set("general.name", Some(Meta::Text("stranger".to_owned())));
        std::fs::write(folder.join("stranger.gguf"), stranger.bytes()).unwrap();
        std::fs::write(folder.join("torn.gguf"), &Gguf::new(2, "llama", true).bytes()[..999]).unwrap();
        std::fs::write(folder.join("notes.txt"), "no adapter").unwrap();
        std::fs::write(dir.path().join("toy.gguf"), toy::bytes()).unwrap();
        let setup = Setup { adapters: Some(folder), broken: 2, ..Setup::saying("") };
        let (path, own) = (dir.path().join("toy.gguf"), setup.clone());
        let door = Door::over(&setup, move || toy::load(&path, own)).await;
        door.app.inference.settled().await;
        Village { dir, door }
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("adapters")
    }

    /// What is said under these fields.
    async fn says(&self, fields: Value) -> String {
        let reply = self.door.post("/v1/completions", &body(fields)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["choices"][0]["text"].as_str().unwrap().to_owned()
    }

    async fn refused(&self, path: &str, body: &Value) -> (u16, String, String) {
        let reply = self.door.ask(&Ask::post(path, body)).await;
        let error = &reply.json()["error"];
        let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (reply.status, word("code"), word("param"))
    }

    async fn generation(&self, name: &str) -> Value {
        let list = self.door.get("/ember/v1/adapters").await.json();
        let found = list["adapters"].as_array().unwrap().iter().find(|adapter| adapter["name"] == name);
        found.unwrap_or_else(|| panic!("{name} is not in {list}"))["generation"].clone()
    }
}

fn write_peft(folder: &Path, rank: usize) {
    std::fs::create_dir_all(folder).unwrap();
    Peft::new(rank).write(folder).unwrap();
}

fn body(fields: Value) -> Value {
    let body = json!({"model": "base", "prompt": "Good morning", "max_tokens": 12, "temperature": 0, "ignore_eos": true});
    with(body, fields)
}

fn with(mut body: Value, fields: Value) -> Value {
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dialect_reaches_the_same_adapter() {
    let village = Village::start().await;
    let (base, marta, tom) = (
        village.says(json!({})).await,
        village.says(json!({"model": "base:marta"})).await,
        village.says(json!({"model": "base:tom"})).await,
    );
    assert!(base != marta && base != tom && marta != tom, "{base:?} {marta:?} {tom:?}");
    let generation = village.generation("marta").await;
    for fields in [
        json!({"model": "toy:marta"}),
        json!({"model": "marta"}),
        json!({"adapter_id": "marta"}),
        json!({"adapter": {"name": "marta"}}),
        json!({"adapter": {"name": "marta", "generation": generation}}),
        json!({"lora": [{"id": 0, "scale": 1.0}, {"id": 1, "scale": 0}]}),
        json!({"model": "base:marta", "adapter_id": "marta"}),
    ] {
        assert_eq!(village.says(fields.clone()).await, marta, "{fields}");
    }
    assert_eq!(village.says(json!({"lora": [{"id": 0, "scale": 0}]})).await, base);
    let answer = village.door.post("/v1/completions", &body(json!({"model": "marta"}))).await.json();
    assert_eq!(answer["model"], "base:marta");
    for (fields, expected) in [
        (json!({"model": "base:ghost"}), (404, "model_not_found", "model")),
        (json!({"model": "ghost:marta"}), (404, "model_not_found", "model")),
        (json!({"adapter_id": "stranger"}), (404, "adapter_not_found", "adapter_id")),
        (json!({"lora": [{"id": 2, "scale": 1}]}), (404, "adapter_not_found", "lora")),
        (json!({"lora": [{"id": 0, "scale": 0.5}]}), (400, "unsupported_value", "lora[0].scale")),
        (
            json!({"adapter": {"name": "marta", "generation": 999_999}}),
            (409, "adapter_generation", "adapter"),
        ),
        (json!({"model": "base:tom", "adapter_id": "marta"}), (400, "invalid_value", "adapter_id")),
    ] {
        let (status, code, param) = village.refused("/v1/completions", &body(fields.clone())).await;
        assert_eq!((status, code.as_str(), param.as_str()), expected, "{fields}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_routes_reach_the_same_adapters() {
    let village = Village::start().await;
    let (base, marta) = (village.says(json!({})).await, village.says(json!({"model": "base:marta"})).await);
    // A response refuses a completion's fields.
    let asked = |path: &str, fields: Value| match path {
        "/completion" => body(fields),
        _ => with(
            json!({"model": "base", "max_output_tokens": 12, "temperature": 0, "ignore_eos": true}),
            fields,
        ),
    };
    let said = async |path: &str, fields: Value| {
        let reply = village.door.post(path, &asked(path, fields)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    };
    for (fields, text, model) in [
        (json!({}), &base, "toy"),
        (json!({"model": "base:marta"}), &marta, "base:marta"),
        (json!({"lora": [{"id": 0, "scale": 1}]}), &marta, "base:marta"),
        (json!({"lora": [{"id": 0, "scale": 0}]}), &base, "toy"),
    ] {
        let answer = said("/completion", fields.clone()).await;
        assert_eq!((&answer["content"], &answer["model"]), (&json!(text), &json!(model)), "{fields}");
    }
    let text = |answer: &Value| answer["output"][0]["content"][0]["text"].clone();
    let alone = said("/v1/responses", json!({"input": "Good morning"})).await;
    let through = said("/v1/responses", json!({"input": "Good morning", "adapter_id": "marta"})).await;
    assert_eq!((&alone["model"], &through["model"]), (&json!("toy"), &json!("base:marta")));
    assert_ne!(text(&alone), text(&through));
    let listed = village.door.get("/lora-adapters").await.json();
    assert_eq!(
        listed,
        json!([{"id": 0, "path": "marta", "scale": 0.0}, {"id": 1, "path": "tom", "scale": 0.0}])
    );
    for (path, fields, expected) in [
        ("/completion", json!({"model": "base:ghost"}), (404, "model_not_found", "model")),
        ("/completion", json!({"lora": [{"id": 2, "scale": 1}]}), (404, "adapter_not_found", "lora")),
        (
            "/v1/responses",
            json!({"input": "x", "adapter_id": "ghost"}),
            (404, "adapter_not_found", "adapter_id"),
        ),
    ] {
        let (status, code, param) = village.refused(path, &asked(path, fields.clone())).await;
        assert_eq!((status, code.as_str(), param.as_str()), expected, "{fields}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adapters_are_listed_as_models_with_a_parent() {
    let village = Village::start().await;
    let list = village.door.get("/v1/models").await.json();
    let cards = list["data"].as_array().unwrap();
    let field = |name: &str| cards.iter().map(|card| card[name].clone()).collect::<Vec<Value>>();
    assert_eq!(field("id"), [json!("toy"), json!("base:marta"), json!("base:tom")]);
    assert_eq!(field("parent"), [Value::Null, json!("toy"), json!("toy")]);
    assert_eq!(field("root"), [json!("toy"), json!("marta"), json!("tom.gguf")]);
    let card = village.door.get("/v1/models/base:tom").await.json();
    assert_eq!((&card["id"], &card["parent"]), (&json!("base:tom"), &json!("toy")));
    assert_eq!(village.door.get("/v1/models/base:torn").await.status, 404);
    let status = village.door.get("/ember/v1/status").await.json();
    assert_eq!((&status["engine"]["adapters"], &status["engine"]["threads"]), (&json!(2), &json!(1)));
    assert!(status["engine"]["kv_blocks"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_is_loaded_replaced_and_unloaded_while_the_daemon_runs() {
    let village = Village::start().await;
    write_peft(&village.folder().join("new/bram"), 8);
    let load = json!({"lora_name": "bram", "lora_path": "new/bram"});
    let reply = village.door.post("/v1/load_lora_adapter", &load).await;
    assert_eq!((reply.status, reply.body.contains("added successfully")), (200, true), "{}", reply.body);
    let first = village.says(json!({"model": "bram"})).await;
    let before = village.generation("bram").await;
    // The same content keeps its generation, other content gets another one.
    assert_eq!(village.door.post("/v1/load_lora_adapter", &load).await.status, 200);
    assert_eq!(village.generation("bram").await, before);
    write_peft(&village.folder().join("new/bram"), 3);
    let absolute = village.folder().join("new/bram");
    let reload = json!({"lora_name": "bram", "lora_path": absolute});
    assert_eq!(village.door.post("/v1/load_lora_adapter", &reload).await.status, 200);
    assert_ne!(village.generation("bram").await, before);
    assert_ne!(village.says(json!({"model": "bram"})).await, first);
    let pinned = json!({"adapter": {"name": "bram", "generation": before}});
    assert_eq!(village.refused("/v1/completions", &body(pinned)).await.0, 409);

    let pin = village.door.post("/ember/v1/adapters/bram/pin", &json!({"pinned": true})).await;
    assert_eq!((pin.status, &pin.json()["pinned"]), (200, &json!(true)));
    let unload = json!({"lora_name": "bram"});
    assert_eq!(village.door.post("/v1/unload_lora_adapter", &unload).await.status, 200);
    let gone = (404, "adapter_not_found".to_owned(), "lora_name".to_owned());
    assert_eq!(village.refused("/v1/unload_lora_adapter", &unload).await, gone);
    assert_eq!(village.refused("/ember/v1/adapters/bram/pin", &json!({"pinned": true})).await.0, 404);
    assert_eq!(village.refused("/v1/completions", &body(json!({"model": "bram"}))).await.0, 404);
    let metrics = village.door.get("/metrics").await.body;
    assert!(metrics.lines().any(|line| line == "emberd_adapters 2"), "{metrics}");
    assert!(metrics.contains("emberd_lora_requests_info{running_lora_adapters=\"\""), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_the_folder_is_read() {
    let village = Village::start().await;
    let outside = village.dir.path().join("outside");
    write_peft(&outside, 4);
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, village.folder().join("link")).unwrap();
    for path in ["../outside", "/etc/passwd", "", ".", "link", "marta/../../outside", "ghost", "a\0b"] {
        let load = json!({"lora_name": "thief", "lora_path": path});
        let refused = village.refused("/v1/load_lora_adapter", &load).await;
        assert_eq!(refused, (400, "invalid_value".to_owned(), "lora_path".to_owned()), "{path:?}");
    }
    for (load, param) in [
        (json!({"lora_name": "a b", "lora_path": "marta"}), "lora_name"),
        (json!({"lora_name": "", "lora_path": "marta"}), "lora_name"),
        (json!({"lora_name": "x", "lora_path": "stranger.gguf"}), "lora_path"),
        (json!({"lora_name": "x", "lora_path": "torn.gguf"}), "lora_path"),
        (json!({"lora_name": "x"}), "lora_path"),
    ] {
        let (status, _, found) = village.refused("/v1/load_lora_adapter", &load).await;
        assert_eq!((status, found.as_str()), (400, param), "{load}");
    }
    assert_eq!(village.door.get("/v1/models").await.json()["data"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_villager_speaks_through_a_skin_and_ambient_talk_is_possible() {
    let village = Village::start().await;
    let line = |adapter: Value, priority: &str| {
        json!({
            "version": wire::EMBER_VERSION, "pack_hash": "", "villager": "Marta", "card": "A baker.",
            "player_line": "Hi", "act": "greets", "seed": 3, "max_tokens": 8, "adapter": adapter,
            "priority": priority,
        })
    };
    let mut texts = Vec::new();
    for adapter in [Value::Null, json!("marta"), json!("tom")] {
        for priority in ["play", "ambient"] {
            let reply = village.door.post("/ember/v1/speak", &line(adapter.clone(), priority)).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
            texts.push(reply.json()["text"].clone());
        }
    }
    assert!(texts[0] == texts[1] && texts[2] == texts[3] && texts[4] == texts[5], "{texts:?}");
    let gone = (404, "adapter_not_found".to_owned(), "adapter".to_owned());
    assert_eq!(village.refused("/ember/v1/speak", &line(json!("ghost"), "play")).await, gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_embedded_by_the_base() {
    let village = Village::start().await;
    let embed = async |input: Value| {
        let reply = village.door.post("/v1/embeddings", &json!({"model": "base", "input": input})).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let data = reply.json()["data"].as_array().unwrap().clone();
        let numbers = |entry: &Value| -> Vec<f64> {
            entry["embedding"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        data.iter().map(numbers).collect::<Vec<Vec<f64>>>()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let long = "word ".repeat(60);
    let both = embed(json!(["good morning", long])).await;
    assert_eq!((both.len(), both[0].len()), (2, support::files::EMBEDDING));
    for vector in &both {
        assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
    }
    assert!(dot(&both[0], &both[1]) < 0.9999);
    // A text is the same whether it comes alone, as tokens, or after another.
    assert_eq!(embed(json!("good morning")).await[0], both[0]);
    let tokens: Vec<u32> = "abc".bytes().map(u32::from).collect();
    assert_eq!(embed(json!([tokens])).await, embed(json!(tokens)).await);
    let too_long = json!({"model": "base", "input": "x".repeat(toy::CONTEXT_LEN as usize + 1)});
    let refused = village.refused("/v1/embeddings", &too_long).await;
    assert_eq!(refused, (400, "context_length_exceeded".to_owned(), "input".to_owned()));
    let unknown = json!({"model": "base", "input": [999_999]});
    assert_eq!(village.refused("/v1/embeddings", &unknown).await.0, 400);
    let skin = json!({"model": "base:marta", "input": "x"});
    assert_eq!(village.refused("/v1/embeddings", &skin).await.0, 404);
}
