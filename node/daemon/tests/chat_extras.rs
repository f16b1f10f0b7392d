//! What llama.cpp's clients may ask of a chat besides OpenAI's fields: times, and an answer that goes on from a message.
//!
//! The model is a script whose tokens are bytes: it goes on with its script wherever that has begun.

mod support;

use serde_json::{Value, json};
use support::{Door, Setup};

const CHAT: &str = "/v1/chat/completions";

fn chat(role: &str, begun: &str, more: Value) -> Value {
    let messages = json!([{"role": "user", "content": "Greet me."}, {"role": role, "content": begun}]);
    let mut body = json!({"model": "base", "messages": messages, "temperature": 0});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn text(door: &Door, body: &Value) -> String {
    let reply = door.post(CHAT, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_from_the_last_message() {
    let door = Setup::saying("Good day.").start().await;
    let begun = |more: Value| chat("assistant", "Good", more);
    assert_eq!(text(&door, &begun(json!({}))).await, "Good day.");
    assert_eq!(text(&door, &begun(json!({"continue_final_message": true}))).await, " day.");
    let explicit = json!({"continue_final_message": true, "add_generation_prompt": false});
    assert_eq!(text(&door, &begun(explicit.clone())).await, " day.");
    let prompt = door.post("/apply-template", &begun(explicit.clone())).await.json();
    assert_eq!(prompt, json!({"prompt": "user: Greet me.\nassistant: Good"}));
    let counted = door.post(&format!("{CHAT}/input_tokens"), &begun(explicit)).await.json();
    assert_eq!(counted["input_tokens"], "user: Greet me.\nassistant: Good".len());
    let closed = json!({"add_generation_prompt": false});
    let prompt = door.post("/apply-template", &begun(closed)).await.json();
    assert_eq!(prompt, json!({"prompt": "user: Greet me.\nassistant: Good\n"}));
    for (role, more) in [
        ("assistant", json!({"continue_final_message": true, "add_generation_prompt": true})),
        ("user", json!({"continue_final_message": true})),
    ] {
        for path in [CHAT, "/apply-template"] {
            let reply = door.post(path, &chat(role, "Good", more.clone())).await;
            let param = &reply.json()["error"]["param"];
            assert_eq!((reply.status, param), (400, &json!("continue_final_message")), "{path} {more}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_told_where_they_are_asked_for() {
    let door = Setup::saying("Good").start().await;
    let timed = json!({"timings_per_token": true});
    let whole = door.post(CHAT, &chat("user", "Now.", timed.clone())).await.json();
    let prompt_tokens = whole["usage"]["prompt_tokens"].as_u64().unwrap();
    assert_eq!(whole["timings"]["predicted_n"], whole["usage"]["completion_tokens"]);
    let read = |timings: &Value| timings["prompt_n"].as_u64().unwrap() + timings["cache_n"].as_u64().unwrap();
    assert_eq!(read(&whole["timings"]), prompt_tokens);
    assert!(whole["timings"]["prompt_ms"].as_f64().unwrap() > 0.0);
    let silent = door.post(CHAT, &chat("user", "Now.", json!({}))).await.json();
    assert!(silent.get("timings").is_none());
    let completion = json!({"model": "base", "prompt": "x", "timings_per_token": true});
    let completed = door.post("/v1/completions", &completion).await.json();
    assert_eq!(completed["timings"]["predicted_n"], completed["usage"]["completion_tokens"]);
    let mut streamed = chat("user", "Now.", timed);
    streamed["stream"] = json!(true);
    streamed["stream_options"] = json!({"include_usage": true});
    let reply = door.post(CHAT, &streamed).await;
    let events = reply.events();
    let (end, chunks) = events.split_last().unwrap();
    let chunks: Vec<Value> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    assert_eq!((*end, chunks.len()), ("[DONE]", 1 + "Good".len() + 2));
    assert!(chunks[0].get("timings").is_none(), "nothing is written yet");
    for (number, chunk) in (1..).zip(&chunks[1..5]) {
        assert_eq!(chunk["timings"]["predicted_n"], number, "{chunk}");
    }
    // The end is a token, too.
    for last in &chunks[5..] {
        assert_eq!((&last["timings"]["predicted_n"], read(&last["timings"])), (&json!(5), prompt_tokens));
    }
}
