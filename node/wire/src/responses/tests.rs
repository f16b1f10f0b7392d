//! Reading requests, and that an event's name is the same in its line and in its body.

use super::{Event, JsonText, OutputText, ResponsesRequest, StreamEvent, TextFormat, TextOptions};
use crate::limits;
use serde_json::{Value, json};

fn read(body: &Value) -> Result<ResponsesRequest, crate::BodyError> {
    ResponsesRequest::from_json(body.to_string().as_bytes())
}

fn check_refused(name: &str, value: Value, param: &str, code: &str) {
    let mut body = json!({"model": "base", "input": "hello"});
    body[name] = value.clone();
    let error = read(&body).unwrap_err();
    assert_eq!((error.param(), error.code()), (Some(param), code), "{name} = {value}: {error}");
}

#[test]
fn what_clients_send_is_read() {
    let request = read(&json!({
        "model": "base", "instructions": "Be brief.", "store": true, "stream": true, "max_output_tokens": 9,
        "temperature": 0, "top_p": 1, "metadata": {"a": "b"}, "text": {"format": {"type": "text"}},
        "tools": [], "tool_choice": "auto", "truncation": "auto", "reasoning": null, "user": "someone",
        "include": ["reasoning.encrypted_content"], "previous_response_id": null,
        "input": [{"role": "developer", "content": "d"},
            {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
            {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
             "content": [{"type": "output_text", "text": "c", "annotations": []}]}],
    }))
    .unwrap();
    let said: Vec<(&str, &str)> = request.messages.iter().map(|m| (m.role, m.content.as_str())).collect();
    assert_eq!(said, [("system", "Be brief."), ("system", "d"), ("user", "ab"), ("assistant", "c")]);
    assert_eq!((request.sampling.max_tokens, request.sampling.temperature), (Some(9), Some(0.0)));
    assert_eq!(request.wishes.user.as_deref(), Some("someone"));
    assert!(request.stream && request.metadata["a"] == "b");
    assert_eq!(request.format, TextFormat::Text);
    let short = read(&json!({"model": "base", "input": "hello"})).unwrap();
    assert_eq!((short.messages.len(), short.messages[0].role), (1, "user"));
}

#[test]
fn formats_are_told_apart() {
    let format = |format: Value| {
        read(&json!({"model": "base", "input": "x", "text": {"format": format}})).map(|r| r.format)
    };
    assert_eq!(format(json!({"type": "json_object"})), Ok(TextFormat::JsonObject));
    let schema = json!({"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": true});
    let expected = TextFormat::JsonSchema { name: "n".to_owned(), schema: json!({"type": "object"}) };
    assert_eq!(format(schema.clone()), Ok(expected));
    let twice = json!({"model": "base", "input": "x", "text": {"format": schema}, "grammar": "start: \"a\""});
    assert_eq!(read(&twice).unwrap_err().param(), Some("grammar"));
    for (value, param) in [
        (json!({"type": "json_schema", "name": "n"}), "text.format.schema"),
        (json!({"type": "json_schema", "schema": {}}), "text.format.name"),
        (json!({"type": "json_schema", "name": "n", "schema": 1}), "text.format.schema"),
        (
            json!({"type": "json_schema", "name": "n", "schema": {"x": vec![0; limits::SCHEMA_VALUES_MAX]}}),
            "text.format.schema",
        ),
        (json!({"type": "poem"}), "text.format.type"),
        (json!("text"), "text.format"),
    ] {
        assert_eq!(format(value.clone()).unwrap_err().param(), Some(param), "{value}");
    }
}

#[test]
fn every_wrong_field_is_named() {
    check_refused("model", json!(null), "model", "missing_required_parameter");
    check_refused("input", json!(null), "input", "missing_required_parameter");
    check_refused("input", json!([]), "input", "invalid_value");
    check_refused("input", json!(3), "input", "invalid_type");
    check_refused("input", json!([{"content": "x"}]), "input[0].role", "missing_required_parameter");
    check_refused("input", json!([{"role": "tool", "content": "x"}]), "input[0].role", "invalid_value");
    check_refused(
        "input",
        json!([{"type": "item_reference", "id": "x"}]),
        "input[0].type",
        "unsupported_value",
    );
    let picture = json!([{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]);
    check_refused("input", picture, "input[0].content[0].type", "unsupported_value");
    check_refused("previous_response_id", json!("resp_1"), "previous_response_id", "unsupported_value");
    check_refused("conversation", json!("conv_1"), "conversation", "unsupported_value");
    check_refused("prompt", json!({"id": "p"}), "prompt", "unsupported_value");
    check_refused("background", json!(true), "background", "unsupported_value");
    check_refused("tools", json!([{"type": "function"}]), "tools", "unsupported_value");
    check_refused("tool_choice", json!("required"), "tool_choice", "unsupported_value");
    check_refused("logprobs", json!(true), "logprobs", "unsupported_value");
    check_refused("n", json!(2), "n", "unsupported_value");
    check_refused("top_logprobs", json!(2), "top_logprobs", "unsupported_value");
    check_refused("include", json!(["message.output_text.logprobs"]), "top_logprobs", "unsupported_value");
    check_refused("max_output_tokens", json!(0), "max_output_tokens", "invalid_value");
    check_refused("temperature", json!("hot"), "temperature", "invalid_type");
    check_refused("metadata", json!([]), "metadata", "invalid_type");
}

#[test]
fn metadata_is_few_and_short_strings() {
    let entries = |count: usize| (0..count).map(|at| (format!("k{at}"), json!("v"))).collect::<Value>();
    let (key, value) =
        ("é".repeat(limits::METADATA_KEY_CHARS_MAX), "é".repeat(limits::METADATA_VALUE_CHARS_MAX));
    for metadata in [entries(limits::METADATA_ENTRIES_MAX), json!({&key: &value})] {
        let request = read(&json!({"model": "base", "input": "x", "metadata": metadata})).unwrap();
        assert_eq!(Value::Object(request.metadata), metadata);
    }
    let many = entries(limits::METADATA_ENTRIES_MAX + 1);
    check_refused("metadata", many, "metadata", "array_above_max_length");
    check_refused("metadata", json!({format!("{key}x"): "v"}), "metadata", "invalid_value");
    check_refused("metadata", json!({"k": format!("{value}x")}), "metadata.k", "invalid_value");
    for value in [json!(1), json!(null), json!([{"": 0}])] {
        check_refused("metadata", json!({"k": value}), "metadata.k", "invalid_type");
    }
}

#[test]
fn a_format_is_told_as_it_was_asked_for() {
    let format = json!({"type": "json_schema", "name": "n", "schema": {"b": [1.5, null], "a": "\n\""}});
    let options = TextOptions { format: JsonText::from(&format) };
    assert_eq!(serde_json::to_value(options).unwrap(), json!({ "format": format }));
}

#[test]
fn an_event_has_one_name() {
    let event = Event::PartDone {
        item_id: "msg_1".to_owned(),
        output_index: 0,
        content_index: 0,
        part: OutputText::new("x".to_owned()),
    };
    let name = event.name();
    let body = serde_json::to_value(StreamEvent { event, sequence_number: 3 }).unwrap();
    assert_eq!((&body["type"], &body["sequence_number"]), (&json!(name), &json!(3)));
    assert_eq!(body["part"]["annotations"], json!([]));
}
