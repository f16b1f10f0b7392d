//! `/v1/responses` over a real socket: the whole body, the events in their order, and what is refused.
//!
//! The model is a script, so every expected text is exact. What the public client makes of it is in `openai_responses.py`.

mod support;

use infer::ScriptedBackend;
use serde_json::{Value, json};
use support::{CONTEXT_LEN, Door, Reply, Setup};

fn body() -> Value {
    json!({"model": "base", "input": "Hello?", "temperature": 0})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// The events of a stream, after checking that each has its name in both lines and its place in the count.
fn events(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.header("content-type"), Some("text/event-stream; charset=utf-8"), "{}", reply.body);
    let blocks = reply.body.split("\n\n").filter(|block| !block.is_empty());
    let event = |(number, block): (usize, &str)| {
        let (name, data) = block.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: "), data["type"].as_str(), "{block}");
        assert_eq!(data["sequence_number"], number, "{block}");
        data
    };
    blocks.enumerate().map(event).collect()
}

async fn check_refused(door: &Door, body: &Value, status: u16, param: &str) {
    let reply = door.post("/v1/responses", body).await;
    assert_eq!((reply.status, &reply.json()["error"]["param"]), (status, &json!(param)), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_response_has_the_openai_shape() {
    let door = Setup::saying("Good day to you.").start().await;
    let asked = json!({
        "model": "base", "temperature": 0, "instructions": "Be brief.", "store": true, "metadata": {"a": "b"},
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello?"}]}],
    });
    let reply = door.post("/v1/responses", &asked).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answer = reply.json();
    assert!(answer["id"].as_str().unwrap().starts_with("resp_"));
    assert_eq!((&answer["object"], &answer["status"]), (&json!("response"), &json!("completed")));
    assert_eq!((&answer["store"], &answer["metadata"]), (&json!(false), &json!({"a": "b"})));
    assert_eq!((&answer["instructions"], &answer["model"]), (&json!("Be brief."), &json!("scripted-1")));
    assert_eq!((&answer["error"], &answer["incomplete_details"]), (&Value::Null, &Value::Null));
    let item = &answer["output"][0];
    assert!(item["id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!((&item["type"], &item["role"]), (&json!("message"), &json!("assistant")));
    let part = json!({"type": "output_text", "text": "Good day to you.", "annotations": [], "logprobs": []});
    assert_eq!((&item["status"], &item["content"]), (&json!("completed"), &json!([part])));
    let read = "system: Be brief.\nuser: Hello?\nassistant:".len();
    let usage = &answer["usage"];
    assert_eq!((&usage["input_tokens"], &usage["output_tokens"]), (&json!(read), &json!(17)));
    assert_eq!(usage["total_tokens"], read + 17);
    let short = door.post("/responses", &with(body(), "max_output_tokens", json!(4))).await.json();
    assert_eq!(
        (&short["status"], &short["output"][0]["status"]),
        (&json!("incomplete"), &json!("incomplete"))
    );
    assert_eq!(short["incomplete_details"], json!({"reason": "max_output_tokens"}));
    assert_eq!(short["output"][0]["content"][0]["text"], "Good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_brings_every_event_in_its_order() {
    let door = Setup::saying("abc").start().await;
    let events = events(&door.post("/v1/responses", &with(body(), "stream", json!(true))).await);
    let names: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let mut steps = names.clone();
    steps.dedup();
    let expected = [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(steps, expected.map(|name| format!("response.{name}")));
    let text: String = events.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(text, "abc");
    let (first, last) = (&events[0]["response"], &events[events.len() - 1]["response"]);
    assert_eq!((&first["id"], &first["status"]), (&last["id"], &json!("in_progress")));
    assert_eq!((&first["output"], &first["usage"]), (&json!([]), &Value::Null));
    assert_eq!(
        (&last["status"], &last["output"][0]["content"][0]["text"]),
        (&json!("completed"), &json!("abc"))
    );
    assert_eq!(last["usage"]["output_tokens"], 4);
    let item_id = &last["output"][0]["id"];
    for event in &events {
        let named = event.get("item_id").or_else(|| event.get("item").map(|item| &item["id"]));
        assert!(named.is_none_or(|id| id == item_id), "{event}");
    }
    let done = events.iter().find(|event| event["type"] == "response.output_text.done").unwrap();
    assert_eq!(done["text"], "abc");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_cut_or_fails_says_so() {
    let door = Setup::with(ScriptedBackend::new("abcdef", CONTEXT_LEN).failing_at(30)).start().await;
    let streamed = with(body(), "stream", json!(true));
    let cut =
        events(&door.post("/v1/responses", &with(streamed.clone(), "max_output_tokens", json!(2))).await);
    let last = cut.last().unwrap();
    assert_eq!(
        (&last["type"], &last["response"]["status"]),
        (&json!("response.incomplete"), &json!("incomplete"))
    );
    let failed = events(&door.post("/v1/responses", &with(streamed, "input", json!("Hello Hello?"))).await);
    let last = failed.last().unwrap();
    assert_eq!((&last["type"], &last["response"]["status"]), (&json!("response.failed"), &json!("failed")));
    assert_eq!(last["response"]["error"]["code"], "server_error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_follows_its_format() {
    let door = Setup::saying("{\"a\": true} and more").start().await;
    let schema = json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"],
        "additionalProperties": false});
    let format = json!({"type": "json_schema", "name": "n", "schema": schema, "strict": true});
    let asked = with(body(), "text", json!({"format": format}));
    let answer = door.post("/v1/responses", &asked).await.json();
    assert_eq!(answer["output"][0]["content"][0]["text"], "{\"a\": true}");
    assert_eq!((&answer["text"]["format"], &answer["status"]), (&format, &json!("completed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_refused() {
    let setup = Setup { context_len: 100, ..Setup::with(ScriptedBackend::new("hi", 100)) };
    let door = setup.start().await;
    check_refused(&door, &with(body(), "previous_response_id", json!("resp_1")), 400, "previous_response_id")
        .await;
    check_refused(&door, &with(body(), "model", json!("gpt-4")), 404, "model").await;
    check_refused(&door, &with(body(), "input", json!("x".repeat(200))), 400, "input").await;
    let schema = json!({"format": {"type": "json_schema", "name": "n", "schema": {"type": "poem"}}});
    check_refused(&door, &with(body(), "text", schema), 400, "text.format").await;
    check_refused(
        &door,
        &with(body(), "input", json!([{"role": "king", "content": "x"}])),
        400,
        "input[0].role",
    )
    .await;
    assert_eq!(door.get("/v1/responses").await.header("allow"), Some("POST"));
}
