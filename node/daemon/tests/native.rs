//! llama.cpp's own routes over a real socket, case by case as its server's test suite asks them.
//!
//! The model is a script whose tokens are bytes, so every expected text and count is exact. Source: llama.cpp,
//! tools/server/tests/unit (completion, tokenize, ctx_shift, basic, lora); the cases here are our own words of them.

mod support;

use infer::ScriptedBackend;
use serde_json::{Value, json};
use support::{Ask, Door, Setup};

const SCRIPT: &str = "Good day.\nTo you.";

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn greedy(prompt: Value) -> Value {
    json!({"prompt": prompt, "temperature": 0})
}

async fn completed(door: &Door, body: &Value) -> Value {
    let reply = door.post("/completion", body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

async fn check_refused(door: &Door, path: &str, body: &Value, status: u16, param: &str) {
    let reply = door.post(path, body).await;
    assert_eq!(reply.status, status, "{body}: {}", reply.body);
    assert_eq!(reply.json()["error"]["param"], param, "{body}: {}", reply.body);
}

fn bytes(text: &str) -> Value {
    json!(text.bytes().collect::<Vec<u8>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_tells_its_text_counts_settings_and_times() {
    let door = Setup::saying(SCRIPT).start().await;
    let body =
        json!({"prompt": "Say: ", "n_predict": 4, "temperature": 0, "seed": 42, "return_tokens": true});
    let answer = completed(&door, &body).await;
    assert_eq!((&answer["content"], &answer["tokens"]), (&json!("Good"), &bytes("Good")));
    assert_eq!((&answer["stop"], &answer["stop_type"]), (&json!(true), &json!("limit")));
    assert_eq!((&answer["stopping_word"], &answer["truncated"]), (&json!(""), &json!(false)));
    assert_eq!((&answer["tokens_predicted"], &answer["tokens_evaluated"]), (&json!(4), &json!(5)));
    assert_eq!((&answer["prompt"], &answer["model"]), (&json!("Say: "), &json!("scripted-1")));
    assert_eq!((&answer["has_new_line"], &answer["index"]), (&json!(false), &json!(0)));
    let timings = &answer["timings"];
    assert_eq!((&timings["predicted_n"], &timings["prompt_n"]), (&json!(4), &json!(5)));
    for name in ["prompt_ms", "prompt_per_second", "predicted_ms", "predicted_per_second"] {
        assert!(timings[name].as_f64().is_some_and(|number| number >= 0.0), "{name}: {timings}");
    }
    let settings = &answer["generation_settings"];
    assert_eq!((&settings["n_predict"], &settings["seed"]), (&json!(4), &json!(42)));
    assert_eq!(settings["logit_bias"], json!([]));
    assert_eq!((&settings["top_k"], &settings["n_ctx"]), (&json!(40), &json!(support::CONTEXT_LEN)));
    assert!(answer.get("completion_probabilities").is_none());
    let silent = completed(&door, &greedy(json!("Say: "))).await;
    assert_eq!((&silent["content"], &silent["tokens"]), (&json!(SCRIPT), &json!([])));
    assert_eq!((&silent["stop_type"], &silent["has_new_line"]), (&json!("eos"), &json!(true)));
    assert_eq!(silent["tokens_predicted"], SCRIPT.len() + 1);
    let older = door.post("/completions", &body).await;
    assert_eq!((older.status, &older.json()["content"]), (200, &json!("Good")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_string_is_named_and_not_told() {
    let door = Setup::saying(SCRIPT).start().await;
    let body = with(greedy(json!("Say: ")), "stop", json!(["never", "day", "d"]));
    let answer = completed(&door, &body).await;
    assert_eq!((&answer["content"], &answer["stop_type"]), (&json!("Goo"), &json!("word")));
    assert_eq!(answer["stopping_word"], "d");
    let answer = completed(&door, &with(body, "stop", json!(["never", "day", ".\n"]))).await;
    assert_eq!((&answer["content"], &answer["stopping_word"]), (&json!("Good "), &json!("day")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_brings_tokens_and_ends_with_the_whole_account() {
    let door = Setup::saying(SCRIPT).start().await;
    let body = with(greedy(json!("Say: ")), "stream", json!(true));
    let reply = door.post("/completion", &body).await;
    assert_eq!(reply.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let events: Vec<Value> = reply.events().iter().map(|e| serde_json::from_str(e).unwrap()).collect();
    let (last, partials) = events.split_last().unwrap();
    let (mut text, mut tokens) = (String::new(), Vec::new());
    for partial in partials {
        assert_eq!((&partial["stop"], &partial["index"]), (&json!(false), &json!(0)));
        text.push_str(partial["content"].as_str().unwrap());
        let told = partial["tokens"].as_array().unwrap();
        assert!(!told.is_empty(), "{partial}");
        tokens.extend(told.clone());
        assert_eq!(partial["tokens_predicted"], tokens.len());
        assert!(partial.get("timings").is_none());
    }
    assert_eq!((text.as_str(), json!(tokens)), (SCRIPT, bytes(SCRIPT)));
    assert_eq!((&last["stop"], &last["content"]), (&json!(true), &json!("")));
    assert_eq!((&last["stop_type"], &last["has_new_line"]), (&json!("eos"), &json!(true)));
    assert_eq!(last["timings"]["predicted_n"], SCRIPT.len() + 1);
    assert_eq!(last["generation_settings"]["stream"], true);
    let timed = with(with(body, "timings_per_token", json!(true)), "n_predict", json!(2));
    let reply = door.post("/completion", &timed).await;
    let first: Value = serde_json::from_str(reply.events()[0]).unwrap();
    assert_eq!(first["timings"]["predicted_n"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_may_be_tokens_a_mixture_or_several() {
    let door = Setup::saying(SCRIPT).start().await;
    let short = |prompt: Value| with(greedy(prompt), "n_predict", json!(4));
    for prompt in [bytes("Say: "), json!([83, "ay", 58, " "]), json!(["Say: "])] {
        let answer = completed(&door, &short(prompt.clone())).await;
        assert_eq!((&answer["content"], &answer["prompt"]), (&json!("Good"), &json!("Say: ")), "{prompt}");
    }
    let several = json!(["Say: Good", bytes("Say: "), [83, "ay: Good d"]]);
    let answers = completed(&door, &short(several.clone())).await;
    let told: Vec<(&Value, &Value)> =
        answers.as_array().unwrap().iter().map(|answer| (&answer["index"], &answer["content"])).collect();
    let expected = [(0, " day"), (1, "Good"), (2, "ay.\n")].map(|(index, text)| (json!(index), json!(text)));
    assert_eq!(told, expected.iter().map(|(index, text)| (index, text)).collect::<Vec<_>>());
    let reply = door.post("/completion", &with(short(several), "stream", json!(true))).await;
    let mut texts = [const { String::new() }; 3];
    let mut ends = 0;
    for event in reply.events() {
        let event: Value = serde_json::from_str(event).unwrap();
        texts[event["index"].as_u64().unwrap() as usize].push_str(event["content"].as_str().unwrap());
        ends += usize::from(event["stop"] == true);
    }
    assert_eq!((texts, ends), ([" day", "Good", "ay.\n"].map(str::to_owned), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn probabilities_are_told_for_each_token() {
    let door = Setup::saying(SCRIPT).start().await;
    let body = with(with(greedy(json!("Say: ")), "n_predict", json!(5)), "n_probs", json!(10));
    let answer = completed(&door, &body).await;
    let probs = answer["completion_probabilities"].as_array().unwrap();
    assert_eq!(probs.len(), 5);
    for (prob, byte) in probs.iter().zip(b"Good ") {
        assert_eq!((&prob["id"], &prob["bytes"]), (&json!(byte), &json!([byte])));
        assert_eq!(prob["token"], String::from(char::from(*byte)));
        assert!(prob["logprob"].as_f64().is_some_and(|logprob| logprob <= 0.0 && logprob > -0.1));
        assert_eq!(prob["top_logprobs"].as_array().unwrap().len(), 10);
        assert_eq!(prob["top_logprobs"][0]["id"], json!(byte));
    }
    let reply = door.post("/completion", &with(body, "stream", json!(true))).await;
    let events: Vec<Value> = reply.events().iter().map(|e| serde_json::from_str(e).unwrap()).collect();
    let told = events.iter().filter(|event| event["stop"] == false);
    assert_eq!(
        told.map(|event| event["completion_probabilities"].as_array().unwrap().len()).sum::<usize>(),
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_may_be_completed_several_times() {
    let door = Setup::saying(SCRIPT).start().await;
    let body = json!({"prompt": ["Say: ", "Say: Good"], "n": 2, "n_predict": 4, "temperature": 0, "seed": 7});
    let answers = completed(&door, &body).await;
    let told: Vec<(&Value, &Value, &Value)> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (&answer["index"], &answer["content"], &answer["generation_settings"]["seed"]))
        .collect();
    let expected = [(0, "Good", 7), (1, "Good", 8), (2, " day", 7), (3, " day", 8)];
    let expected = expected.map(|(index, text, seed)| (json!(index), json!(text), json!(seed)));
    assert_eq!(told, expected.iter().map(|(index, text, seed)| (index, text, seed)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_follows_what_it_must() {
    let door = Setup::saying("{\"a\": true} and more").start().await;
    let schema = json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"],
        "additionalProperties": false});
    for (name, value, text) in [
        ("json_schema", schema, "{\"a\": true}"),
        ("grammar", json!("start: \"{\" /[^}]*/ \"}\""), "{\"a\": true}"),
        ("guided_choice", json!(["no", "yes"]), "no"),
        ("grammar", json!("root ::= \"a\"{5,5}"), "aaaaa"),
        // A grammar that recurs, as llama.cpp spells JSON.
        (
            "grammar",
            json!(
                "root ::= \"{\" ws (string \":\" ws value)? \"}\"\nvalue ::= root | \"true\"\n\
                   string ::= \"\\\"\" [a-z]* \"\\\"\"\nws ::= | \" \""
            ),
            "{\"a\": true}",
        ),
    ] {
        let answer = completed(&door, &with(greedy(json!("x")), name, value)).await;
        assert_eq!((&answer["content"], &answer["stop_type"]), (&json!(text), &json!("eos")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn biases_and_the_passed_over_end_steer_the_draw() {
    let door = Setup::saying("ab").start().await;
    let body = with(greedy(json!("?")), "n_predict", json!(3));
    // The double's second choice is the beginning of its script.
    for bias in [json!([["b", false]]), json!([[98, -100]]), json!({"98": -100}), json!({"b": -100})] {
        let answer = completed(&door, &with(body.clone(), "logit_bias", bias.clone())).await;
        assert_eq!(answer["content"], "aaa", "{bias}");
    }
    let answer = completed(&door, &with(body, "ignore_eos", json!(true))).await;
    assert_eq!((&answer["content"], &answer["stop_type"]), (&json!("aba"), &json!("limit")));
    let told = &answer["generation_settings"]["logit_bias"];
    assert_eq!(told, &json!([{"token": 256, "bias": null}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_context_bounds_a_completion() {
    let setup = Setup { context_len: 100, ..Setup::with(ScriptedBackend::new("abc", 100).repeating()) };
    let door = setup.start().await;
    let full = completed(&door, &greedy(json!("x".repeat(40)))).await;
    assert_eq!((&full["tokens_predicted"], &full["truncated"]), (&json!(60), &json!(true)));
    let fits = completed(&door, &with(greedy(json!("x".repeat(40))), "n_predict", json!(60))).await;
    assert_eq!((&fits["tokens_predicted"], &fits["truncated"]), (&json!(60), &json!(false)));
    let long = door.post("/completion", &greedy(json!("x".repeat(100)))).await;
    assert_eq!(long.status, 400);
    let message = long.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("exceeds the available context size"), "{message}");
    let one_of_two = greedy(json!(["x", "x".repeat(100)]));
    assert_eq!(door.post("/completion", &one_of_two).await.status, 400);
    let read = completed(&door, &with(greedy(json!("x".repeat(40))), "n_predict", json!(0))).await;
    assert_eq!((&read["content"], &read["tokens_predicted"]), (&json!(""), &json!(0)));
    assert!(read["tokens_cached"].as_u64().unwrap() > 0, "{read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_cut_down_to_its_fields() {
    let door = Setup::saying(SCRIPT).start().await;
    let fields = json!(["content", "generation_settings/n_predict", "prompt", "no/such"]);
    let body = with(with(greedy(json!("Say: ")), "n_predict", json!(4)), "response_fields", fields);
    let expected = json!({"content": "Good", "generation_settings/n_predict": 4, "prompt": "Say: "});
    assert_eq!(completed(&door, &body).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_has_its_answer() {
    let door = Setup::saying(SCRIPT).start().await;
    for (name, value, param) in [
        ("prompt", json!(""), "prompt"),
        ("prompt", json!([999]), "prompt"),
        ("n_probs", json!(50), "n_probs"),
        ("mirostat", json!(2), "mirostat"),
        ("grammar", json!("no grammar"), "grammar"),
        ("json_schema", json!({"type": "poem"}), "json_schema"),
        ("logit_bias", json!([[999, 1]]), "logit_bias"),
    ] {
        check_refused(&door, "/completion", &with(greedy(json!("x")), name, value), 400, param).await;
    }
    check_refused(&door, "/completion", &with(greedy(json!("x")), "model", json!("gpt-4")), 404, "model")
        .await;
    let nobody = with(greedy(json!("x")), "lora", json!([{"id": 0, "scale": 1.0}]));
    check_refused(&door, "/completion", &nobody, 404, "lora").await;
    check_refused(&door, "/completion", &json!({}), 400, "prompt").await;
    let quiet = with(greedy(json!("x")), "lora", json!([{"id": 3, "scale": 0}]));
    assert_eq!(completed(&door, &quiet).await["content"], SCRIPT);
    check_refused(&door, "/detokenize", &json!({"tokens": [65, 999]}), 400, "tokens[1]").await;
    check_refused(&door, "/tokenize", &json!({}), 400, "content").await;
    check_refused(&door, "/apply-template", &json!({"messages": []}), 400, "messages").await;
    let closed = Ask { token: None, ..Ask::post("/completion", &greedy(json!("x"))) };
    assert_eq!(door.ask(&closed).await.status, 401);
    let invalid = Ask { body: b"{\"prompt\": \"\xff\"}".to_vec(), ..Ask::post("/completion", &json!({})) };
    assert_eq!(door.ask(&invalid).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grammar_that_doubles_is_refused_or_followed_in_time() {
    let door = Setup::saying("aaaa").start().await;
    let doubling: String = (0..60).map(|at| format!("a{at} ::= a{} a{}\n", at + 1, at + 1)).collect();
    let grammar = format!("root ::= a0\n{doubling}a60 ::= \"a\" | \"b\"");
    let body = with(with(greedy(json!("x")), "grammar", json!(grammar)), "n_predict", json!(4));
    let reply = tokio::time::timeout(std::time::Duration::from_secs(20), door.post("/completion", &body));
    let reply = reply.await.unwrap();
    assert!(reply.status == 200 || reply.json()["error"]["param"] == "grammar", "{}", reply.body);
    assert_eq!(completed(&door, &greedy(json!("x"))).await["content"], "aaaa");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_counted_without_an_answer() {
    let door = Setup::saying("hi").start().await;
    let chat = json!({"model": "base", "messages": [{"role": "user", "content": "Hello?"}]});
    let response = json!({"model": "base", "input": "Hello?"});
    let count = "user: Hello?\nassistant:".len();
    for (path, body) in
        [("/v1/chat/completions", &chat), ("/v1/responses", &response), ("/responses", &response)]
    {
        let reply = door.post(&format!("{path}/input_tokens"), body).await.json();
        assert_eq!(reply, json!({"object": "response.input_tokens", "input_tokens": count}), "{path}");
    }
    check_refused(&door, "/responses/input_tokens", &json!({"model": "base"}), 400, "input").await;
    check_refused(&door, "/chat/completions/input_tokens", &with(chat, "model", json!("x")), 404, "model")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_engine_is_told() {
    let door = Setup::with(ScriptedBackend::new("abcdef", 1000).failing_at(30)).start().await;
    let body = greedy(json!(["x", "x".repeat(27)]));
    let reply = door.post("/completion", &body).await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (500, &json!("generation_failed")));
    let reply = door.post("/completion", &with(body, "stream", json!(true))).await;
    let last: Value = serde_json::from_str(reply.events().last().unwrap()).unwrap();
    assert_eq!((reply.status, &last["error"]["code"]), (200, &json!("generation_failed")));
    assert_eq!(completed(&door, &greedy(json!("x"))).await["content"], "abcdef");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_become_tokens_and_back() {
    let door = Setup::saying("hi").start().await;
    let content = "What is the capital of France ?";
    let tokens = door.post("/tokenize", &json!({"content": content})).await.json()["tokens"].clone();
    assert_eq!(tokens, bytes(content));
    let back = door.post("/detokenize", &json!({"tokens": tokens})).await.json();
    assert_eq!(back, json!({"content": content}));
    let pieces = door.post("/tokenize", &json!({"content": "aá", "with_pieces": true})).await.json();
    let expected =
        json!([{"id": 97, "piece": "a"}, {"id": 195, "piece": [195]}, {"id": 161, "piece": [161]}]);
    assert_eq!(pieces["tokens"], expected);
    assert_eq!(door.post("/tokenize", &json!({"content": ""})).await.json(), json!({"tokens": []}));
    assert_eq!(door.post("/detokenize", &json!({"tokens": []})).await.json(), json!({"content": ""}));
    let end = door.post("/detokenize", &json!({"tokens": [104, 256]})).await.json();
    assert_eq!(end["content"], "h<|end|>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_becomes_the_prompt_it_would_be() {
    let door = Setup::saying("hi").start().await;
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]);
    let body = json!({"messages": messages});
    let prompt = door.post("/apply-template", &body).await.json();
    assert_eq!(prompt, json!({"prompt": "system: Be brief.\nuser: Hello?\nassistant:"}));
    let open = with(body, "add_generation_prompt", json!(false));
    let prompt = door.post("/apply-template", &open).await.json();
    assert_eq!(prompt["prompt"], "system: Be brief.\nuser: Hello?\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_answer_finds_it_counted() {
    let backend = ScriptedBackend::new("abc", support::CONTEXT_LEN);
    let door = Setup::with(backend.with_token_cost(std::time::Duration::from_micros(500))).start().await;
    // Between two steps the thread reads on in this text, which is when the counts must be out already.
    let long = json!({"model": "base", "input": "x".repeat(2000)});
    let writing = async {
        completed(&door, &greedy(json!("x"))).await;
        let text = door.get("/metrics").await.body;
        for line in ["emberd_running 0", "emberd_decode_tokens_total 4"] {
            assert!(text.lines().any(|found| found == line), "no {line} in {text}");
        }
    };
    let (reading, ()) = tokio::join!(door.post("/v1/embeddings", &long), writing);
    assert_eq!(reading.status, 200, "{}", reading.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_of_itself() {
    let door = Setup::endless().start().await;
    let props = door.get("/props").await.json();
    assert_eq!((&props["model_path"], &props["total_slots"]), (&json!("scripted-1.gguf"), &json!(4)));
    assert_eq!(props["default_generation_settings"]["n_ctx"], support::CONTEXT_LEN);
    assert_eq!(props["default_generation_settings"]["params"]["top_k"], 40);
    assert!(props["build_info"].as_str().unwrap().starts_with("emberd-"));
    let idle = door.get("/slots").await.json();
    let busy =
        |slots: &Value| slots.as_array().unwrap().iter().filter(|slot| slot["is_processing"] == true).count();
    assert_eq!((idle.as_array().unwrap().len(), busy(&idle)), (4, 0));
    assert_eq!(idle[0]["n_ctx"], support::CONTEXT_LEN);
    assert!(idle[0].get("params").is_none());
    let body = with(greedy(json!(["a", "b", "c", "d"])), "stream", json!(true));
    let unread = door.open(&Ask::post("/completion", &body)).await;
    door.wait_for("four are written", |status| status["running"] == 4).await;
    assert_eq!(busy(&door.get("/slots").await.json()), 4);
    let full = door.get("/slots?fail_on_no_slot=1").await;
    assert_eq!((full.status, &full.json()["error"]["code"]), (503, &json!("no_slot_available")));
    drop(unread);
    door.wait_for("nothing is written", |status| status["running"] == 0).await;
    assert_eq!(busy(&door.get("/slots?fail_on_no_slot=1").await.json()), 0);
    assert_eq!(door.get("/lora-adapters").await.json(), json!([]));
    let set = door.post("/lora-adapters", &json!([{"id": 0, "scale": 0.5}])).await;
    assert_eq!((set.status, &set.json()["error"]["code"]), (501, &json!("not_supported")));
    let health = door.ask(&Ask { token: None, ..Ask::get("/v1/health") }).await;
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    assert_eq!(door.get("/models").await.json()["data"][0]["id"], "scripted-1");
}
