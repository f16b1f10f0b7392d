//! llama.cpp's own routes at their bounds: what is refused before anything begins, what a request may hold, and how far
//! penalties look.
//!
//! The model is a script whose tokens are bytes. What the routes answer otherwise is in `native`.

mod support;

use serde_json::{Value, json};
use support::{Door, Setup};

async fn check_refused(door: &Door, body: &Value, param: &str, said: &str) {
    let reply = door.post("/completion", body).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["param"]),
        (400, &json!(param)),
        "{body}: {}",
        reply.body
    );
    let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(said), "{body}: {message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_prompt_begins_before_all_are_checked() {
    let door = Setup::endless().start().await;
    let long = "x".repeat(20_000);
    for (bad, said) in
        [(json!([]), "empty"), (json!([999]), "no token 999"), (json!(long), "exceeds the available context")]
    {
        check_refused(&door, &json!({"prompt": ["x", "y", bad]}), "prompt", said).await;
    }
    // Orders come to the engine in turn: had a prompt begun, it would be given up before this one is written.
    assert_eq!(door.post("/completion", &json!({"prompt": "z", "n_predict": 1})).await.status, 200);
    let text = door.get("/metrics").await.body;
    for line in ["emberd_cancelled_total 0", "emberd_finished_total 1"] {
        assert!(text.lines().any(|found| found == line), "no {line} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_ahead_is_told_as_it_is() {
    for speculation in [true, false] {
        let door = Setup { speculation, ..Setup::saying("hi") }.start().await;
        let props = door.get("/props").await.json();
        assert_eq!(props["default_generation_settings"]["speculative"], speculation);
        assert_eq!(door.get("/slots").await.json()[0]["speculative"], speculation);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_until_it_is_told_is_bounded() {
    let door = Setup { queue_max: 1024, ..Setup::saying("Good") }.start().await;
    let prompts: Vec<&str> = vec!["x"; 32];
    let many = json!({"prompt": prompts, "n": 16, "n_probs": 20});
    check_refused(&door, &many, "n_predict", "at most 268435456 bytes are kept").await;
    let with = |name: &str, value: Value| {
        let mut body = many.clone();
        body[name] = value;
        body
    };
    // A stream keeps nothing, and fewer tokens fit.
    let reply = door.post("/completion", &with("stream", json!(true))).await;
    assert_eq!((reply.status, reply.events().len()), (200, 512 * 5));
    let answers = door.post("/completion", &with("n_predict", json!(2))).await.json();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 512);
    for (index, answer) in answers.iter().enumerate() {
        assert_eq!((&answer["index"], &answer["content"]), (&json!(index), &json!("Go")));
        let probs = answer["completion_probabilities"].as_array().unwrap();
        assert_eq!((probs.len(), probs[1]["top_logprobs"].as_array().unwrap().len()), (2, 20));
    }
    let mut few = with("n_predict", json!(2));
    few["response_fields"] = json!(["content", "completion_probabilities"]);
    let answers = door.post("/completion", &few).await.json();
    let fields: Vec<&String> = answers[511].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["content", "completion_probabilities"]);
    assert_eq!(answers[511]["completion_probabilities"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn penalties_look_as_far_back_as_they_are_told() {
    let door = Setup::saying("a").start().await;
    // The double gives "a" 20 and all others -20, so with these biases "a" is ahead of "b" by half.
    let biases = json!([[97, -39], [98, 0.5]]);
    for (window, text) in [(json!(0), "a"), (json!(1), "a"), (json!(2), "b"), (json!(null), "b")] {
        let body = json!({"prompt": "a?", "temperature": 0, "n_predict": 1, "logit_bias": biases,
            "presence_penalty": 2, "repeat_last_n": window});
        let answer = door.post("/completion", &body).await.json();
        let told = window.as_u64().unwrap_or(64);
        assert_eq!(
            (&answer["content"], &answer["generation_settings"]["repeat_last_n"]),
            (&json!(text), &json!(told))
        );
    }
    let body = json!({"prompt": "x", "presence_penalty": 1, "repeat_last_n": -1});
    check_refused(&door, &body, "repeat_last_n", "penalties look at 8192 at most").await;
    let plain = door.post("/completion", &json!({"prompt": "x", "repeat_last_n": -1})).await.json();
    assert_eq!(plain["generation_settings"]["repeat_last_n"], support::CONTEXT_LEN);
}
