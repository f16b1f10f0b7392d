//! Reading requests: what is accepted, and that every refusal names its field.

use super::{ChatRequest, CompletionRequest};
use crate::limits;
use serde_json::{Value, json};

fn chat_with(name: &str, value: Value) -> Vec<u8> {
    let mut body = json!({"model": "base", "messages": [{"role": "user", "content": "hello"}]});
    body[name] = value;
    body.to_string().into_bytes()
}

fn check_refused(name: &str, value: Value, param: &str, code: &str) {
    let error = ChatRequest::from_json(&chat_with(name, value.clone())).unwrap_err();
    assert_eq!(error.param(), Some(param), "{name} = {value}: {error}");
    assert_eq!(error.code(), code, "{name} = {value}: {error}");
    assert!(error.to_string().contains(param), "{error}");
}

#[test]
fn every_wrong_field_is_named() {
    check_refused("model", json!(7), "model", "invalid_type");
    check_refused("model", json!(null), "model", "missing_required_parameter");
    check_refused("messages", json!("hi"), "messages", "invalid_type");
    check_refused("messages", json!([]), "messages", "invalid_value");
    check_refused("messages", json!([1]), "messages[0]", "invalid_type");
    check_refused("messages", json!([{"content": "x"}]), "messages[0].role", "missing_required_parameter");
    check_refused("messages", json!([{"role": "user"}]), "messages[0].content", "missing_required_parameter");
    check_refused("messages", json!([{"role": "king", "content": "x"}]), "messages[0].role", "invalid_value");
    check_refused("messages", json!([{"role": "user", "content": 3}]), "messages[0].content", "invalid_type");
    let picture =
        json!([{"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image_url"}]}]);
    check_refused("messages", picture, "messages[0].content[1].type", "unsupported_value");
    check_refused("temperature", json!("hot"), "temperature", "invalid_type");
    check_refused("temperature", json!(2.5), "temperature", "invalid_value");
    check_refused("temperature", json!(1e300), "temperature", "invalid_value");
    check_refused("top_p", json!(-0.1), "top_p", "invalid_value");
    check_refused("max_tokens", json!(0), "max_tokens", "invalid_value");
    check_refused("max_tokens", json!(1.5), "max_tokens", "invalid_value");
    check_refused("max_completion_tokens", json!(-1), "max_completion_tokens", "invalid_value");
    check_refused("seed", json!(1.5), "seed", "invalid_value");
    check_refused("stop", json!(5), "stop", "invalid_type");
    check_refused("stop", json!(["a", 5]), "stop[1]", "invalid_type");
    check_refused("stop", json!([""]), "stop", "invalid_value");
    check_refused("stop", json!(vec!["x"; limits::STOPS_MAX + 1]), "stop", "array_above_max_length");
    let long = "x".repeat(limits::STOP_BYTES_MAX + 1);
    check_refused("stop", json!(long), "stop", "string_above_max_length");
    check_refused("stream", json!("yes"), "stream", "invalid_type");
    check_refused("stream_options", json!({"include_usage": true}), "stream_options", "unsupported_value");
    check_refused("n", json!(2), "n", "unsupported_value");
    check_refused("presence_penalty", json!(0.5), "presence_penalty", "unsupported_value");
    check_refused("frequency_penalty", json!("x"), "frequency_penalty", "invalid_type");
    check_refused("logprobs", json!(true), "logprobs", "unsupported_value");
    check_refused("logit_bias", json!({"5": 1}), "logit_bias", "unsupported_value");
    check_refused("tools", json!([{}]), "tools", "unsupported_value");
    check_refused(
        "response_format",
        json!({"type": "json_object"}),
        "response_format.type",
        "unsupported_value",
    );
}

#[test]
fn a_body_that_is_no_object_is_refused_without_a_field() {
    for (body, code) in
        [("", "invalid_json"), ("{", "invalid_json"), ("[]", "invalid_type"), ("3", "invalid_type")]
    {
        let error = ChatRequest::from_json(body.as_bytes()).unwrap_err();
        assert_eq!((error.param(), error.code()), (None, code), "{body}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(ChatRequest::from_json(deep.as_bytes()).unwrap_err().code(), "invalid_json");
}

#[test]
fn what_clients_send_is_read() {
    let body = json!({
        "model": "base", "stream": true, "stream_options": {"include_usage": true}, "seed": -1, "temperature": 0,
        "top_p": 0.5, "max_tokens": 5, "max_completion_tokens": 7, "stop": "END", "n": 1, "presence_penalty": 0,
        "frequency_penalty": 0.0, "user": "someone", "metadata": {"a": 1}, "tools": [], "logprobs": false,
        "messages": [{"role": "developer", "content": "be brief", "name": "x"},
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}],
    });
    let request = ChatRequest::from_json(body.to_string().as_bytes()).unwrap();
    assert!(request.stream && request.stream_options.unwrap().include_usage);
    assert_eq!(request.messages[1].content, "ab");
    assert_eq!(request.sampling.seed, Some(u64::MAX));
    assert_eq!(request.sampling.max_tokens, Some(7));
    assert_eq!(request.sampling.stop, ["END"]);
}

#[test]
fn what_we_write_we_read() {
    let request = ChatRequest::from_json(&chat_with("stop", json!(["a", "b"]))).unwrap();
    let written = serde_json::to_vec(&request).unwrap();
    assert_eq!(ChatRequest::from_json(&written).unwrap(), request);
}

#[test]
fn a_prompt_is_a_string_or_a_list_of_one() {
    let read = |prompt: Value| {
        CompletionRequest::from_json(json!({"model": "base", "prompt": prompt}).to_string().as_bytes())
    };
    assert_eq!(read(json!("x")).unwrap().prompt, "x");
    assert_eq!(read(json!(["x"])).unwrap().prompt, "x");
    for (prompt, param) in [
        (json!(["x", "y"]), "prompt"),
        (json!([1]), "prompt[0]"),
        (json!(1), "prompt"),
        (json!(""), "prompt"),
    ] {
        assert_eq!(read(prompt).unwrap_err().param(), Some(param));
    }
    for (name, value) in
        [("echo", json!(true)), ("suffix", json!("x")), ("best_of", json!(3)), ("logprobs", json!(2))]
    {
        let mut body = json!({"model": "base", "prompt": "x"});
        body[name] = value;
        assert_eq!(
            CompletionRequest::from_json(body.to_string().as_bytes()).unwrap_err().param(),
            Some(name)
        );
    }
}
