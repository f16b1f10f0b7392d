//! Reading requests: what is accepted, and that every refusal names its field.

use super::{
    AdapterWish, ChatEnding, ChatRequest, CompletionRequest, EmbeddingInput, EmbeddingRequest, Follow,
    FollowSource, WhichAdapter,
};
use crate::fields::BodyError;
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
    check_refused("max_tokens", json!(-2), "max_tokens", "invalid_value");
    check_refused("max_completion_tokens", json!(-1), "max_completion_tokens", "invalid_value");
    check_refused("top_k", json!(-2), "top_k", "invalid_value");
    check_refused("seed", json!(1.5), "seed", "invalid_value");
    check_refused("stop", json!(5), "stop", "invalid_type");
    check_refused("stop", json!(["a", 5]), "stop[1]", "invalid_type");
    check_refused("stop", json!([""]), "stop", "invalid_value");
    check_refused("stop", json!(vec!["x"; limits::STOPS_MAX + 1]), "stop", "array_above_max_length");
    let long = "x".repeat(limits::STOP_BYTES_MAX + 1);
    check_refused("stop", json!(long), "stop", "string_above_max_length");
    check_refused("stream", json!("yes"), "stream", "invalid_type");
    check_refused("stream_options", json!({"include_usage": true}), "stream_options", "unsupported_value");
}

#[test]
fn every_wrong_wish_is_named() {
    check_refused("n", json!(0), "n", "invalid_value");
    check_refused("n", json!(limits::CHOICES_MAX + 1), "n", "invalid_value");
    check_refused("best_of", json!(2), "best_of", "unsupported_value");
    check_refused("presence_penalty", json!(2.5), "presence_penalty", "invalid_value");
    check_refused("frequency_penalty", json!("x"), "frequency_penalty", "invalid_type");
    check_refused("logprobs", json!(3), "logprobs", "invalid_type");
    check_refused("top_logprobs", json!(3), "top_logprobs", "unsupported_value");
    check_refused("top_logprobs", json!(21), "top_logprobs", "invalid_value");
    check_refused("logit_bias", json!([5]), "logit_bias", "invalid_type");
    check_refused("logit_bias", json!({"word": 1}), "logit_bias", "invalid_value");
    check_refused("logit_bias", json!({"5": 101}), "logit_bias.5", "invalid_value");
    let many: serde_json::Map<_, _> =
        (0..=limits::LOGIT_BIAS_MAX).map(|id| (id.to_string(), json!(1))).collect();
    check_refused("logit_bias", Value::Object(many), "logit_bias", "array_above_max_length");
    check_refused("response_format", json!({"type": "xml"}), "response_format.type", "unsupported_value");
    check_refused(
        "response_format",
        json!({"type": "json_schema", "json_schema": {"name": "x"}}),
        "response_format.json_schema.schema",
        "missing_required_parameter",
    );
    check_refused("guided_choice", json!("x"), "guided_choice", "invalid_type");
    check_refused("guided_json", json!(3), "guided_json", "invalid_type");
    let both = json!({"regex": "a", "choice": ["a"]});
    check_refused("structured_outputs", both, "structured_outputs.choice", "unsupported_value");
    check_refused("adapter", json!("x"), "adapter", "invalid_type");
    check_refused("adapter", json!({"generation": 1}), "adapter.name", "missing_required_parameter");
    check_refused("lora", json!([{"id": 0}]), "lora[0].scale", "missing_required_parameter");
    check_refused("lora", json!([{"id": 0, "scale": 0.5}]), "lora[0].scale", "unsupported_value");
    let two = json!([{"id": 0, "scale": 1}, {"id": 1, "scale": 1}]);
    check_refused("lora", two, "lora", "unsupported_value");
}

#[test]
fn every_wrong_tool_is_named() {
    check_refused("functions", json!([{}]), "functions", "unsupported_value");
    check_refused("tools", json!([{}]), "tools[0].type", "missing_required_parameter");
    let tool = |name: &str| json!({"type": "function", "function": {"name": name}});
    check_refused("tools", json!([tool("a b")]), "tools[0].function.name", "invalid_value");
    check_refused("tools", json!([tool("a"), tool("a")]), "tools[1].function.name", "invalid_value");
    let many: Vec<Value> = (0..=limits::TOOLS_MAX).map(|at| tool(&format!("f{at}"))).collect();
    check_refused("tools", json!(many), "tools", "array_above_max_length");
    check_refused("tool_choice", json!("required"), "tool_choice", "unsupported_value");
    check_refused("tool_choice", json!("sometimes"), "tool_choice", "invalid_value");
    let named = json!({"type": "function", "function": {"name": "ghost"}});
    check_refused("tool_choice", named, "tool_choice.function.name", "invalid_value");
}

#[test]
fn values_of_parameters_are_counted_together() {
    let tool = |name: &str, items: usize| {
        let parameters = json!({"x": vec![json!({"": 0}); items]});
        json!({"type": "function", "function": {"name": name, "parameters": parameters}})
    };
    // An object and a list, and two values for each item.
    let half = limits::PARAMETERS_VALUES_MAX / 4 - 1;
    let request = read(json!({"tools": [tool("a", half), tool("b", half)], "tool_choice": "none"}));
    assert_eq!(request.tools.tools.len(), 2);
    let over = json!([tool("a", half), tool("b", half + 1)]);
    check_refused("tools", over, "tools[1].function.parameters", "invalid_value");
    let alone = json!([tool("a", 2 * half + 2)]);
    check_refused("tools", alone, "tools[0].function.parameters", "invalid_value");
}

#[test]
fn values_of_a_schema_are_counted() {
    // The object and the list are values, too.
    let schema = |items: usize| json!({"enum": vec![0; items]});
    assert!(read(json!({"guided_json": schema(limits::SCHEMA_VALUES_MAX - 2)})).wishes.follow.is_some());
    let over = schema(limits::SCHEMA_VALUES_MAX - 1);
    check_refused("guided_json", over.clone(), "guided_json", "invalid_value");
    let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": over}});
    check_refused("response_format", format, "response_format.json_schema.schema", "invalid_value");
}

#[test]
fn where_text_may_be_a_call_it_is_waited_for() {
    let tools = json!([{"type": "function", "function": {"name": "buy"}}]);
    let named = json!({"type": "function", "function": {"name": "buy"}});
    for (choice, awaits_calls) in
        [(json!("auto"), true), (json!("required"), true), (json!("none"), false), (named, false)]
    {
        let request = read(json!({"tools": tools, "tool_choice": choice}));
        assert_eq!(request.wishes.awaits_calls, awaits_calls, "{choice}");
    }
    assert!(!read(json!({})).wishes.awaits_calls);
}

fn read(fields: Value) -> ChatRequest {
    let mut body = json!({"model": "base", "messages": [{"role": "user", "content": "hello"}]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    ChatRequest::from_json(body.to_string().as_bytes()).unwrap()
}

#[test]
fn a_prompt_may_end_with_an_answer_that_has_begun() {
    let chat = |role: &str| json!([{"role": "user", "content": "hi"}, {"role": role, "content": "Good"}]);
    assert_eq!(read(json!({})).ending, ChatEnding::Opening);
    assert_eq!(read(json!({"add_generation_prompt": false})).ending, ChatEnding::Closed);
    let go_on =
        |fields: Value| read(json!({"messages": chat("assistant"), "continue_final_message": fields}));
    assert_eq!(go_on(json!(true)).ending, ChatEnding::Continued);
    assert_eq!(go_on(json!(false)).ending, ChatEnding::Opening);
    let refused = |fields: Value| {
        let mut body =
            json!({"model": "base", "messages": chat("assistant"), "continue_final_message": true});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ChatRequest::from_json(body.to_string().as_bytes()).unwrap_err().param().map(str::to_owned)
    };
    let field = Some("continue_final_message".to_owned());
    assert_eq!(refused(json!({"add_generation_prompt": true})), field);
    assert_eq!(refused(json!({"messages": chat("user")})), field);
    let call = json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let called = json!([{"role": "assistant", "content": "Good", "tool_calls": [call]}]);
    assert_eq!(refused(json!({"messages": called})), field);
}

#[test]
fn fields_of_llamacpp_that_would_change_the_answer_are_refused() {
    for (name, value) in [
        ("return_progress", json!(true)),
        ("mirostat", json!(2)),
        ("typical_p", json!(0.5)),
        ("dry_multiplier", json!(0.8)),
        ("samplers", json!(["top_k"])),
    ] {
        check_refused(name, value, name, "unsupported_value");
    }
    let windowed = |penalty: &str, strength: f32, window: Value| {
        let body = json!({"model": "base", "messages": [{"role": "user", "content": "x"}], penalty: strength,
            "repeat_last_n": window});
        let told = |error: BodyError| (error.param().map(str::to_owned), error.code());
        ChatRequest::from_json(body.to_string().as_bytes()).map(drop).map_err(told)
    };
    let refused = |code| Err((Some("repeat_last_n".to_owned()), code));
    for (penalty, off, on) in
        [("repeat_penalty", 1.0, 1.5), ("presence_penalty", 0.0, -0.5), ("frequency_penalty", 0.0, 2.0)]
    {
        for window in [-1, 0, 32] {
            assert_eq!(
                windowed(penalty, on, json!(window)),
                refused("unsupported_value"),
                "{penalty} {window}"
            );
            assert_eq!(windowed(penalty, off, json!(window)), Ok(()), "{penalty} {window}");
        }
        assert_eq!(windowed(penalty, on, json!(limits::REPEAT_WINDOW)), Ok(()), "{penalty}");
        for (window, code) in [
            (json!("32"), "invalid_type"),
            (json!(true), "invalid_type"),
            (json!(32.5), "invalid_value"),
            (json!(-2), "invalid_value"),
        ] {
            assert_eq!(windowed(penalty, on, window.clone()), refused(code), "{penalty} {window}");
        }
    }
    assert!(read(json!({"timings_per_token": true})).timings_per_token);
    assert!(read(json!({"return_progress": false, "mirostat": 0, "typical_p": 1})).wishes.n == 1);
}

#[test]
fn each_dialect_names_an_adapter() {
    let check = |fields: Value, field: &str, which: WhichAdapter, generation: Option<u64>| {
        let found = read(fields).wishes.adapter;
        assert_eq!(found, Some(AdapterWish { field: field.to_owned(), which, generation }));
    };
    let marta = || WhichAdapter::Name("marta".to_owned());
    check(json!({"adapter_id": "marta"}), "adapter_id", marta(), None);
    check(json!({"adapter": {"name": "marta"}}), "adapter", marta(), None);
    check(json!({"adapter": {"name": "marta", "generation": 7}}), "adapter", marta(), Some(7));
    let scales = json!({"lora": [{"id": 0, "scale": 0}, {"id": 3, "scale": 1.0}]});
    check(scales, "lora", WhichAdapter::Index(3), None);
    for none in [json!({"adapter_id": ""}), json!({"lora": []}), json!({"lora": [{"id": 1, "scale": 0}]})] {
        assert_eq!(read(none).wishes.adapter, None);
    }
}

#[test]
fn each_dialect_says_what_to_follow() {
    let schema = json!({"type": "object"});
    let object = || FollowSource::JsonObject;
    let of = || FollowSource::JsonSchema(json!({"type": "object"}).to_string());
    let strict =
        json!({"type": "json_schema", "json_schema": {"name": "x", "strict": true, "schema": schema}});
    for (fields, field, source) in [
        (json!({"response_format": {"type": "json_object"}}), "response_format", object()),
        (json!({"response_format": {"type": "json_object", "schema": schema}}), "response_format", of()),
        (json!({"response_format": strict}), "response_format", of()),
        (json!({"guided_json": schema}), "guided_json", of()),
        (json!({"guided_regex": "a+"}), "guided_regex", FollowSource::Regex("a+".to_owned())),
        (json!({"grammar": "start: \"a\""}), "grammar", FollowSource::Lark("start: \"a\"".to_owned())),
        (json!({"structured_outputs": {"json_object": true}}), "structured_outputs.json_object", object()),
        (
            json!({"structured_outputs": {"choice": ["a", "b"]}}),
            "structured_outputs.choice",
            FollowSource::Choice(vec!["a".to_owned(), "b".to_owned()]),
        ),
    ] {
        assert_eq!(read(fields).wishes.follow, Some(Follow { field: field.to_owned(), source }));
    }
    for none in [json!({"response_format": {"type": "text"}}), json!({"grammar": ""})] {
        assert_eq!(read(none).wishes.follow, None);
    }
}

#[test]
fn calls_come_back_as_a_turn_without_text() {
    let call = json!({"id": "c1", "type": "function", "function": {"name": "buy", "arguments": "{}"}});
    let messages = json!([
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
    ]);
    let read = read(json!({"messages": messages}));
    assert_eq!(read.messages[1].tool_calls[0].function.name, "buy");
    assert_eq!((read.messages[1].content.as_str(), read.messages[2].content.as_str()), ("", "done"));
}

#[test]
fn embeddings_take_texts_and_tokens() {
    let read = |input: Value| {
        EmbeddingRequest::from_json(json!({"model": "base", "input": input}).to_string().as_bytes())
    };
    let (text, tokens) = (|text: &str| EmbeddingInput::Text(text.to_owned()), EmbeddingInput::Tokens);
    assert_eq!(read(json!("a")).unwrap().input, [text("a")]);
    assert_eq!(read(json!(["a", "b"])).unwrap().input, [text("a"), text("b")]);
    assert_eq!(read(json!([1, 2])).unwrap().input, [tokens(vec![1, 2])]);
    assert_eq!(read(json!([[1], [2]])).unwrap().input, [tokens(vec![1]), tokens(vec![2])]);
    for bad in [json!([]), json!(""), json!([[]]), json!(["a", 1]), json!([-1]), json!(7), json!([""])] {
        let param = read(bad.clone()).unwrap_err();
        assert!(param.param().unwrap().starts_with("input"), "{bad}: {param}");
    }
    let body = json!({"model": "base", "input": "a", "dimensions": 8}).to_string();
    let error = EmbeddingRequest::from_json(body.as_bytes()).unwrap_err();
    assert_eq!((error.param(), error.code()), (Some("dimensions"), "unsupported_value"));
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
    assert_eq!(request.sampling.seed, None, "-1 is any");
    assert_eq!(request.sampling.max_tokens, Some(7));
    assert_eq!(request.sampling.stop, ["END"]);
}

#[test]
fn minus_one_is_no_bound_and_any_seed() {
    let sampling = read(json!({"top_k": -1, "max_tokens": -1, "seed": -1})).sampling;
    assert_eq!(
        (sampling.top_k, sampling.max_tokens, sampling.seed),
        (Some(0), Some(limits::TOKENS_MAX), None)
    );
    assert_eq!(read(json!({"seed": -2})).sampling.seed, Some(u64::MAX - 1));
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
        [("echo", json!(true)), ("suffix", json!("x")), ("best_of", json!(3)), ("logprobs", json!(6))]
    {
        let mut body = json!({"model": "base", "prompt": "x"});
        body[name] = value;
        assert_eq!(
            CompletionRequest::from_json(body.to_string().as_bytes()).unwrap_err().param(),
            Some(name)
        );
    }
}
