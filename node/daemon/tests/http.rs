//! The door over a real socket: who may come in, every error and its body, whole and streamed answers.
//!
//! The model is a script, so every expected text is exact. What happens under load is in `load.rs`.

mod support;

use infer::ScriptedBackend;
use serde_json::{Value, json};
use support::{Ask, CONTEXT_LEN, Door, MODEL_NAME, Setup};

fn chat_body() -> Value {
    json!({"model": "base", "messages": [{"role": "user", "content": "hello?"}], "seed": 1, "temperature": 0})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// The status, code and parameter of an answer, after checking that it has the shape of an error.
async fn refused(door: &Door, ask: &Ask) -> (u16, String, Option<String>) {
    let reply = door.ask(ask).await;
    let error = reply.json()["error"].clone();
    let mut keys: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["code", "message", "param", "type"], "{}", reply.body);
    assert!(!error["message"].as_str().unwrap().is_empty());
    let param = error["param"].as_str().map(str::to_owned);
    (reply.status, error["code"].as_str().unwrap().to_owned(), param)
}

async fn check_refused(door: &Door, ask: &Ask, status: u16, code: &str, param: Option<&str>) {
    let found = refused(door, ask).await;
    assert_eq!(found, (status, code.to_owned(), param.map(str::to_owned)), "{} {}", ask.method, ask.path);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_token_opens_and_only_health_is_open() {
    let door = Setup::saying("hi").start().await;
    for path in ["/v1/models", "/metrics", "/ember/v1/status", "/no/such/route"] {
        for token in [None, Some("wrong".to_owned()), Some(support::SECRET[1..].to_owned())] {
            check_refused(&door, &Ask { token, ..Ask::get(path) }, 401, "invalid_api_key", None).await;
        }
    }
    let open = door.ask(&Ask { token: None, ..Ask::get("/v1/models") }).await;
    assert_eq!(open.header("www-authenticate"), Some("Bearer"));
    let health = door.ask(&Ask { token: None, ..Ask::get("/health") }).await;
    assert_eq!((health.status, health.json()["status"].as_str()), (200, Some("ok")));
    assert_eq!(door.get("/v1/models").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_stay_outside() {
    let door = Setup::saying("hi").start().await;
    for host in ["evil.example", "evil.example:7391", "127.0.0.1.evil.example"] {
        let ask = Ask { host: Some(host.to_owned()), ..Ask::get("/health") };
        check_refused(&door, &ask, 403, "foreign_request", None).await;
    }
    for origin in ["https://evil.example", "null", "http://localhost.evil.example", "file://"] {
        let ask = Ask { origin: Some(origin.to_owned()), ..Ask::get("/v1/models") };
        check_refused(&door, &ask, 403, "foreign_request", None).await;
    }
    let absolute = Ask { path: "http://evil.example/health".to_owned(), ..Ask::get("") };
    check_refused(&door, &absolute, 403, "foreign_request", None).await;
    for origin in ["http://localhost:3000", "http://127.0.0.1"] {
        let ask = Ask { origin: Some(origin.to_owned()), ..Ask::get("/v1/models") };
        assert_eq!(door.ask(&ask).await.status, 200);
    }
    let local = Ask { host: Some("localhost:1".to_owned()), ..Ask::get("/health") };
    assert_eq!(door.ask(&local).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_has_its_answer() {
    let door = Setup::saying("hi").start().await;
    let chat = "/v1/chat/completions";
    check_refused(&door, &Ask::get("/v1/engines"), 404, "unknown_route", None).await;
    check_refused(&door, &Ask::post("/", &json!({})), 404, "unknown_route", None).await;
    check_refused(&door, &Ask::get("/v1/models/gpt-4"), 404, "model_not_found", Some("model")).await;
    check_refused(&door, &Ask::get(chat), 405, "method_not_allowed", None).await;
    assert_eq!(door.get(chat).await.header("allow"), Some("POST"));
    check_refused(&door, &Ask::post("/v1/models", &json!({})), 405, "method_not_allowed", None).await;
    check_refused(&door, &Ask::post("/v1/models/base", &json!({})), 405, "method_not_allowed", None).await;
    for content_type in [None, Some("text/plain".to_owned())] {
        let ask = Ask { content_type, ..Ask::post(chat, &chat_body()) };
        check_refused(&door, &ask, 415, "unsupported_media_type", None).await;
    }
    let with_charset = Ask {
        content_type: Some("application/json; charset=utf-8".to_owned()),
        ..Ask::post(chat, &chat_body())
    };
    assert_eq!(door.ask(&with_charset).await.status, 200);
    let broken = Ask { body: b"{\"model\": ".to_vec(), ..Ask::post(chat, &json!({})) };
    check_refused(&door, &broken, 400, "invalid_json", None).await;
    let no_text = Ask { body: b"{\"model\": \"\xFF\xFE\"}".to_vec(), ..broken.clone() };
    check_refused(&door, &no_text, 400, "invalid_json", None).await;
    let large = Ask { body: vec![b' '; wire::limits::BODY_BYTES_MAX + 1], ..broken };
    check_refused(&door, &large, 413, "body_too_large", None).await;
    for (name, value, status, code, param) in [
        ("model", json!("gpt-4"), 404, "model_not_found", "model"),
        ("temperature", json!("hot"), 400, "invalid_type", "temperature"),
        ("n", json!(17), 400, "invalid_value", "n"),
        ("presence_penalty", json!(3), 400, "invalid_value", "presence_penalty"),
        ("logit_bias", json!({"99999": 1}), 400, "invalid_value", "logit_bias"),
        ("adapter_id", json!("ghost"), 404, "adapter_not_found", "adapter_id"),
        ("lora", json!([{"id": 0, "scale": 1}]), 404, "adapter_not_found", "lora"),
        ("messages", json!(null), 400, "missing_required_parameter", "messages"),
        ("messages", json!([{"role": "user"}]), 400, "missing_required_parameter", "messages[0].content"),
    ] {
        let ask = Ask::post(chat, &with(chat_body(), name, value));
        check_refused(&door, &ask, status, code, Some(param)).await;
    }
    let speak = Ask::post("/ember/v1/speak", &json!({"version": 99}));
    check_refused(&door, &speak, 400, "invalid_value", Some("version")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_refused_and_the_rest_goes_on() {
    let door = Setup::saying("hi").start().await;
    for content in [" ".repeat(10 << 20), json!({"model": "x".repeat(10 << 20)}).to_string()] {
        for path in ["/v1/chat/completions", "/v1/embeddings", "/v1/load_lora_adapter", "/ember/v1/speak"] {
            let ask = Ask { body: content.clone().into_bytes(), ..Ask::post(path, &json!({})) };
            let answer = door.shove(&ask).await;
            assert!(answer.starts_with(b"HTTP/1.1 413"), "{path}");
        }
    }
    assert_eq!(door.post("/v1/chat/completions", &chat_body()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_does_not_fit_is_refused() {
    let setup = Setup { context_len: 100, ..Setup::with(ScriptedBackend::new("hi", 100)) };
    let door = setup.start().await;
    let body = |bytes: usize| json!({"model": "base", "prompt": "x".repeat(bytes)});
    let ask = |bytes| Ask::post("/v1/completions", &body(bytes));
    check_refused(&door, &ask(100), 400, "context_length_exceeded", Some("prompt")).await;
    let most = door.ask(&ask(99)).await.json();
    assert_eq!(most["usage"]["total_tokens"], 100);
    assert_eq!(most["choices"][0]["finish_reason"], "length");
    let bytes = wire::limits::PROMPT_BYTES_MAX + 1;
    check_refused(&door, &ask(bytes), 400, "context_length_exceeded", Some("prompt")).await;
    let chat = json!({"model": "base", "messages": [{"role": "user", "content": "x".repeat(200)}]});
    let chat = Ask::post("/v1/chat/completions", &chat);
    check_refused(&door, &chat, 400, "context_length_exceeded", Some("messages")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_answers_have_the_openai_shape() {
    let door = Setup::saying("Good day to you.").start().await;
    let chat = door.post("/v1/chat/completions", &chat_body()).await;
    assert_eq!(chat.status, 200, "{}", chat.body);
    let chat = chat.json();
    assert!(chat["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(chat["object"], "chat.completion");
    assert_eq!(chat["model"], "scripted-1");
    let message = json!({"role": "assistant", "content": "Good day to you.", "refusal": null});
    assert_eq!(
        chat["choices"],
        json!([{"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"}])
    );
    let prompt_tokens = "user: hello?\nassistant:".len();
    assert_eq!(chat["usage"]["prompt_tokens"], prompt_tokens);
    assert_eq!(chat["usage"]["completion_tokens"], "Good day to you.".len() + 1);

    let body = json!({"model": "Scripted One", "prompt": ["Say"], "max_tokens": 4, "temperature": 0});
    let completion = door.post("/v1/completions", &body).await.json();
    assert_eq!(completion["object"], "text_completion");
    assert_eq!(completion["choices"][0]["text"], "Good");
    assert_eq!(completion["choices"][0]["finish_reason"], "length");
    let body = with(with(body, "max_tokens", json!(40)), "stop", json!(["to", "never"]));
    let stopped = door.post("/v1/completions", &body).await.json();
    assert_eq!(stopped["choices"][0]["text"], "Good day ");
    assert_eq!(stopped["choices"][0]["finish_reason"], "stop");
    let body = json!({"model": "base", "prompt": "Say", "temperature": 0});
    assert_eq!(door.post("/v1/completions", &body).await.json()["usage"]["completion_tokens"], 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_brings_role_text_finish_usage_and_done() {
    let door = Setup::saying("abc").start().await;
    let body = with(chat_body(), "stream", json!(true));
    let reply = door.post("/v1/chat/completions", &body).await;
    assert_eq!(reply.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let events = reply.events();
    assert_eq!(events.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> =
        events[..events.len() - 1].iter().map(|e| serde_json::from_str(e).unwrap()).collect();
    assert_eq!(chunks[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    let text: String = chunks.iter().filter_map(|c| c["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, "abc");
    let last = chunks.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert_eq!(last["choices"][0]["delta"], json!({}));
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!((&chunk["id"], &chunk["created"]), (&chunks[0]["id"], &chunks[0]["created"]));
        assert!(chunk.get("usage").is_none());
    }

    let body = with(body, "stream_options", json!({"include_usage": true}));
    let reply = door.post("/v1/chat/completions", &body).await;
    let events = reply.events();
    let usage: Value = serde_json::from_str(events[events.len() - 2]).unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["completion_tokens"], 4);
    let first: Value = serde_json::from_str(events[0]).unwrap();
    assert_eq!(first.get("usage"), Some(&Value::Null));

    let body = json!({"model": "base", "prompt": "x", "stream": true, "temperature": 0});
    let reply = door.post("/v1/completions", &body).await;
    let events = reply.events();
    assert_eq!(events.last(), Some(&"[DONE]"));
    let texts = events[..events.len() - 1].iter().map(|e| serde_json::from_str::<Value>(e).unwrap());
    let text: String = texts.map(|e| e["choices"][0]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(text, "abc");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_engine_is_told_and_the_rest_goes_on() {
    let door = Setup::with(ScriptedBackend::new("abcdef", CONTEXT_LEN).failing_at(30)).start().await;
    let body = |bytes: usize| json!({"model": "base", "prompt": "x".repeat(bytes), "temperature": 0});
    let long = Ask::post("/v1/completions", &body(27));
    check_refused(&door, &long, 500, "generation_failed", None).await;
    let streamed = with(body(27), "stream", json!(true));
    let reply = door.post("/v1/completions", &streamed).await;
    assert_eq!(reply.status, 200);
    let last: Value = serde_json::from_str(reply.events().last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "generation_failed");
    assert_eq!(door.post("/v1/completions", &body(3)).await.json()["choices"][0]["text"], "abcdef");
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_listed_and_found_by_every_name() {
    let door = Setup::saying("hi").start().await;
    let list = door.get("/v1/models").await.json();
    assert_eq!(list["object"], "list");
    assert_eq!(list["data"][0]["id"], "scripted-1");
    for id in ["scripted-1", "base", "scripted-one", "Scripted%20One"] {
        let card = door.get(&format!("/v1/models/{id}")).await;
        assert_eq!(card.status, 200, "{id}");
        assert_eq!(card.json()["id"], id.replace("%20", " "));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_loading_the_door_is_open_and_says_so() {
    let setup = Setup::saying("hi");
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let loading = setup.clone();
    let door = Door::start(&setup, move || {
        wait.recv().map_err(|error| error.to_string())?;
        loading.load()
    })
    .await;
    assert_eq!(door.get("/health").await.json(), json!({"status": "loading", "error": null}));
    let chat = Ask::post("/v1/chat/completions", &chat_body());
    check_refused(&door, &chat, 503, "model_loading", None).await;
    assert!(door.ask(&chat).await.header("retry-after").is_some());
    assert_eq!(door.get("/v1/models").await.json()["data"], json!([]));
    assert_eq!(door.get("/ember/v1/status").await.json()["loading"], true);
    go.send(()).unwrap();
    door.app.inference.settled().await;
    assert_eq!(door.ask(&chat).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_model_leaves_the_door_open() {
    let setup = Setup::saying("hi");
    for is_panic in [false, true] {
        let door = Door::start(&setup, move || {
            assert!(!is_panic, "a planted breakdown");
            Err("the file is torn".to_owned())
        })
        .await;
        door.app.inference.settled().await;
        let health = door.get("/health").await;
        let why = if is_panic { "broke down" } else { "the file is torn" };
        assert_eq!((health.status, health.json()["status"].as_str()), (200, Some("failed")));
        assert!(health.json()["error"].as_str().unwrap().contains(why));
        let chat = Ask::post("/v1/chat/completions", &chat_body());
        check_refused(&door, &chat, 503, "no_model", None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_villager_speaks_one_line_and_the_next_turn_reuses_the_head() {
    let door = Setup::saying("Marta: \"Good day.\"\nSomething else").start().await;
    let body = json!({
        "version": wire::EMBER_VERSION, "pack_hash": "ab", "villager": "Marta", "card": "A baker.",
        "examples": [{"player": "Hi.", "act": "greets", "line": "Morning."}], "scene": "Dawn.",
        "player_line": "Hello!", "act": "greets back", "must": [], "may": [], "last_lines": [], "feedback": [],
        "style": "surface", "try_index": 0, "seed": 1, "max_tokens": 48,
    });
    let first = door.post("/ember/v1/speak", &body).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let first = first.json();
    assert_eq!(first["text"], "Good day.");
    assert_eq!((&first["model"], &first["model_hash"]), (&json!(MODEL_NAME), &json!("00")));
    let second = door.post("/ember/v1/speak", &with(body, "scene", json!("Dusk."))).await.json();
    let (cached, prompt) =
        (second["cached_tokens"].as_u64().unwrap(), second["prompt_tokens"].as_u64().unwrap());
    assert!(cached > prompt / 2 && cached < prompt, "{cached} of {prompt}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_villager_says_only_words_of_the_list_that_was_sent() {
    let door = Setup::saying("Grim took the mill.").start().await;
    let list = json!({
        "version": wire::EMBER_VERSION, "words": "mill the took", "marks": " .", "endings": ["'s"],
    });
    let line = |hash: &str, names: &[&str]| {
        json!({
            "version": wire::EMBER_VERSION, "pack_hash": "", "villager": "Marta", "card": "A baker.",
            "player_line": "Hi", "act": "greets", "seed": 3, "max_tokens": 24,
            "words": {"vocabulary": hash, "names": names, "numbers": []},
        })
    };
    let speak = |body: Value| Ask::post("/ember/v1/speak", &body);
    let (unknown, field) = ("vocabulary_not_found", Some("words.vocabulary"));
    check_refused(&door, &speak(line("ab", &[])), 404, unknown, field).await;
    let hash = door.post("/ember/v1/vocabulary", &list).await.json()["hash"].as_str().unwrap().to_owned();
    check_refused(&door, &speak(line(&hash, &["?"])), 400, "invalid_value", Some("words")).await;
    let free = door.post("/ember/v1/speak", &line(&hash, &["Grim"])).await.json();
    assert_eq!(free["text"], "Grim took the mill.");
    let kept = door.post("/ember/v1/speak", &line(&hash, &[])).await.json()["text"].clone();
    let kept = kept.as_str().unwrap().replace('\u{2019}', "'");
    let words = kept.split([' ', '.']).filter(|word| !word.is_empty());
    for word in words {
        let may = ["mill", "the", "took", "mill's", "the's", "took's"];
        // The last one may be cut off by the number of tokens.
        assert!(may.iter().any(|may| may.starts_with(&word.to_lowercase())), "{word:?} in {kept}");
    }
    let torn = with(list, "words", json!("the <b>"));
    check_refused(&door, &Ask::post("/ember/v1/vocabulary", &torn), 400, "invalid_value", Some("words"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_status_tell_what_happened() {
    let door = Setup::saying("hi").start().await;
    door.post("/v1/chat/completions", &chat_body()).await;
    door.get("/v1/nothing").await;
    let text = door.get("/metrics").await;
    assert_eq!(text.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "emberd_requests_total{route=\"/v1/chat/completions\",status=\"200\"} 1",
        "emberd_requests_total{route=\"other\",status=\"404\"} 1",
        "emberd_finished_total 1",
        "emberd_first_token_seconds_count 1",
        "emberd_generation_seconds_count 1",
        "emberd_queue_depth 0",
    ] {
        assert!(text.body.lines().any(|found| found == line), "{line} is not in\n{}", text.body);
    }
    let status: wire::ember::StatusResponse =
        serde_json::from_value(door.get("/ember/v1/status").await.json()).unwrap();
    assert_eq!(status.decode_tokens, 3);
    assert_eq!((status.slots, status.queue_max), (4, 256));
    assert_eq!(status.model.unwrap().context_len as usize, CONTEXT_LEN);
}
