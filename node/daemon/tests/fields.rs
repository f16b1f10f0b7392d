//! What a request may wish for besides text: several answers, log-probabilities, corrections, something to follow, calls of
//! functions, embeddings. The model is a script, so every expected text is exact.

mod support;

use infer::ScriptedBackend;
use serde_json::{Value, json};
use support::{Ask, CONTEXT_LEN, Door, Setup};

const CHAT: &str = "/v1/chat/completions";

fn chat(fields: Value) -> Value {
    let mut body =
        json!({"model": "base", "messages": [{"role": "user", "content": "hello?"}], "temperature": 0});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

async fn answer(door: &Door, fields: Value) -> Value {
    let reply = door.post(CHAT, &chat(fields)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

async fn content(door: &Door, fields: Value) -> String {
    answer(door, fields).await["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
}

async fn chunks(door: &Door, fields: Value) -> Vec<Value> {
    let reply = door.post(CHAT, &chat(fields)).await;
    let mut events = reply.events();
    assert_eq!(events.pop(), Some("[DONE]"), "{}", reply.body);
    events.iter().map(|event| serde_json::from_str(event).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_answers_come_with_their_numbers() {
    let door = Setup::saying("abc").start().await;
    let whole = answer(&door, json!({"n": 3})).await;
    let choices = whole["choices"].as_array().unwrap();
    for (index, choice) in choices.iter().enumerate() {
        assert_eq!((&choice["index"], &choice["message"]["content"]), (&json!(index), &json!("abc")));
    }
    assert_eq!((choices.len(), &whole["usage"]["completion_tokens"]), (3, &json!(12)));
    let prompt = whole["usage"]["prompt_tokens"].clone();
    assert_eq!(prompt, "user: hello?\nassistant:".len());

    let options = json!({"include_usage": true});
    let chunks = chunks(&door, json!({"n": 3, "stream": true, "stream_options": options})).await;
    let mut texts = vec![String::new(); 3];
    let mut ends = 0;
    for choice in chunks.iter().flat_map(|chunk| chunk["choices"].as_array().unwrap()) {
        let text = &mut texts[choice["index"].as_u64().unwrap() as usize];
        text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        ends += usize::from(choice["finish_reason"] == "stop");
    }
    assert_eq!((texts, ends), (vec!["abc".to_owned(); 3], 3));
    assert_eq!(chunks.last().unwrap()["usage"]["completion_tokens"], 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn log_probabilities_that_wait_are_bounded() {
    // Room enough that sixteen answers may come to more than is kept.
    let backend = ScriptedBackend::new("abc", CONTEXT_LEN).with_blocks(1 << 13);
    let door = Setup::with(backend).start().await;
    let many = |more: Value| {
        let mut body = chat(json!({"n": 16, "logprobs": true, "top_logprobs": 20}));
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let refused = door.post(CHAT, &many(json!({}))).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("max_tokens")));
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("at most 268435456 bytes are kept"), "{message}");
    // A stream keeps nothing, fewer tokens fit, and text alone is short.
    for more in
        [json!({"stream": true}), json!({"max_tokens": 4}), json!({"logprobs": false, "top_logprobs": null})]
    {
        let reply = door.post(CHAT, &many(more)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    // What may be a call is held back in a stream, too.
    for (choice, status) in [("auto", 400), ("required", 400), ("none", 200)] {
        let mut streamed = with_tools(json!(choice));
        streamed["stream"] = json!(true);
        let reply = door.post(CHAT, &many(streamed)).await;
        assert_eq!(reply.status, status, "{choice} {}", reply.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn log_probabilities_come_with_their_tokens() {
    let door = Setup::saying("abc").start().await;
    let whole = answer(&door, json!({"logprobs": true, "top_logprobs": 2})).await;
    let content = whole["choices"][0]["logprobs"]["content"].as_array().unwrap().clone();
    let tokens: String = content.iter().map(|token| token["token"].as_str().unwrap()).collect();
    assert_eq!(tokens, "abc");
    for token in &content {
        assert!(token["logprob"].as_f64().unwrap() > -0.001);
        assert_eq!(token["top_logprobs"].as_array().unwrap().len(), 2);
        assert_eq!(token["top_logprobs"][0]["token"], token["token"]);
        assert_eq!(token["bytes"].as_array().unwrap().len(), 1);
    }
    let streamed = chunks(&door, json!({"logprobs": true, "stream": true})).await;
    let pieces = streamed.iter().filter_map(|chunk| chunk["choices"][0]["logprobs"]["content"].as_array());
    let tokens: String = pieces.flatten().map(|token| token["token"].as_str().unwrap()).collect();
    assert_eq!(tokens, "abc");

    let body = json!({"model": "base", "prompt": "Say", "temperature": 0, "logprobs": 1});
    let lists = door.post("/v1/completions", &body).await.json()["choices"][0]["logprobs"].clone();
    assert_eq!((&lists["tokens"], &lists["text_offset"]), (&json!(["a", "b", "c"]), &json!([0, 1, 2])));
    assert!(lists["top_logprobs"][2]["c"].as_f64().unwrap() > -0.001);
    let none = answer(&door, json!({})).await;
    assert_eq!(none["choices"][0]["logprobs"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn logits_are_corrected() {
    let door = Setup::saying("abc").start().await;
    assert_eq!(content(&door, json!({"logit_bias": {"98": -100, "122": 35}, "max_tokens": 2})).await, "az");
    // The script's first letter is the second choice everywhere; with it penalised away from the third, it stays out.
    assert_eq!(content(&door, json!({"frequency_penalty": 2, "presence_penalty": -2})).await, "abc");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_follow_what_they_must() {
    let object = "{\"name\": \"Tom\", \"age\": 3}";
    let door = Setup::saying(object).start().await;
    let schema = json!({
        "type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"], "additionalProperties": false,
    });
    let named =
        json!({"type": "json_schema", "json_schema": {"name": "p", "strict": true, "schema": schema}});
    for fields in [
        json!({"response_format": {"type": "json_object"}}),
        json!({"response_format": named}),
        json!({"guided_json": schema.to_string()}),
        json!({"structured_outputs": {"json": schema}}),
        json!({"response_format": {"type": "text"}}),
    ] {
        assert_eq!(content(&door, fields.clone()).await, object, "{fields}");
    }
    // What the script would say is forbidden.
    for (fields, expected) in [
        (json!({"guided_choice": ["yes"]}), "yes"),
        (json!({"guided_regex": "[x]{3}"}), "xxx"),
        (json!({"guided_grammar": "start: \"no\" | \"no\" \"no\""}), "no"),
        (json!({"grammar": "start: \"ja\""}), "ja"),
        (json!({"grammar": "root ::= \"j\" [x-z]{2,2} tail # llama.cpp's\ntail ::= | \"!\""}), "jx"),
    ] {
        assert!(content(&door, fields.clone()).await.starts_with(expected), "{fields}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_followed_is_refused_with_its_field() {
    let door = Setup::saying("x").start().await;
    let deep = (0..100).fold(json!({"type": "string"}), |inner, _| json!({"type": "array", "items": inner}));
    let wide: Vec<String> = (0..1024).map(|at| "ab".repeat(20) + &at.to_string()).collect();
    for (fields, param) in [
        (
            json!({"response_format": {"type": "json_schema", "json_schema": {"schema": deep}}}),
            "response_format",
        ),
        (json!({"guided_json": {"type": "wish"}}), "guided_json"),
        (json!({"guided_json": "{"}), "guided_json"),
        (json!({"guided_regex": "("}), "guided_regex"),
        (json!({"guided_regex": "a".repeat(20_000)}), "guided_regex"),
        (json!({"guided_choice": wide}), "guided_choice"),
        (json!({"guided_choice": []}), "guided_choice"),
        (json!({"grammar": "root ::= this is (not one"}), "grammar"),
        (json!({"grammar": "start: no grammar"}), "grammar"),
        (json!({"structured_outputs": {"regex": "[z-a]"}}), "structured_outputs.regex"),
    ] {
        let reply = door.ask(&Ask::post(CHAT, &chat(fields.clone()))).await;
        let error = &reply.json()["error"];
        let found = (reply.status, error["code"].as_str(), error["param"].as_str());
        assert_eq!(found, (400, Some("invalid_value"), Some(param)), "{fields} {}", reply.body);
    }
    assert_eq!(content(&door, json!({})).await, "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_explodes_ends_in_time_and_the_rest_goes_on() {
    let door = Setup::saying("{\"a\": ").start().await;
    let chain = |at| (format!("d{at}"), json!({"allOf": [{"$ref": format!("#/$defs/d{}", at + 1)}]}));
    let mut chained: serde_json::Map<String, Value> = (0..160).map(chain).collect();
    chained.insert("d160".to_owned(), json!({"type": "string"}));
    let branch = |at| json!({"type": "array", "items": {"pattern": format!("a{at}")}});
    let branches: Vec<Value> = (0..256).map(branch).collect();
    let fields: serde_json::Map<String, Value> =
        (0..5000).map(|at| (format!("v{at}"), json!({"type": "string"}))).collect();
    for schema in [
        json!({"$ref": "#/$defs/d0", "$defs": chained}),
        json!({"allOf": [{"anyOf": branches}, {"anyOf": branches}]}),
        json!({"type": "object", "properties": fields, "required": ["v9"]}),
        json!({"type": "string", "pattern": "^((a{0,200}b{0,200}){0,200}){0,200}$"}),
        json!({"type": "string", "pattern": "^(.*a.{40})+$"}),
    ] {
        let ask = Ask::post(CHAT, &chat(json!({"guided_json": schema, "max_tokens": 8})));
        let reply = tokio::time::timeout(std::time::Duration::from_secs(60), door.ask(&ask)).await.unwrap();
        let message = reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        let is_told = match reply.status {
            200 => true,
            400 => reply.json()["error"]["param"] == "guided_json",
            _ => message.contains("too complex"),
        };
        assert!(is_told, "{}", reply.body);
    }
    assert_eq!(content(&door, json!({"guided_choice": ["yes"]})).await, "yes");
}

fn tools() -> Value {
    let what = json!({"type": "object", "properties": {"what": {"$ref": "#/$defs/thing"}}, "required": ["what"],
        "additionalProperties": false, "$defs": {"thing": {"enum": ["bread", "milk"]}}});
    let tool = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": what}});
    json!([tool("buy"), tool("sell")])
}

fn with_tools(choice: Value) -> Value {
    json!({"tools": tools(), "tool_choice": choice})
}

fn called(answer: &Value) -> (Vec<(&str, &str)>, &str) {
    let choice = &answer["choices"][0];
    let calls = choice["message"]["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
    let of = |call: &'_ Value, name: &str| call["function"][name].as_str().map(str::len).is_some();
    assert!(calls.iter().all(|call| of(call, "name") && call["type"] == "function"), "{answer}");
    let pairs = calls.iter().map(|call| {
        (call["function"]["name"].as_str().unwrap(), call["function"]["arguments"].as_str().unwrap())
    });
    (pairs.collect(), choice["finish_reason"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_are_called() {
    let door = Setup::saying("{\"what\": \"milk\"}").start().await;
    let named = with_tools(json!({"type": "function", "function": {"name": "sell"}}));
    let whole = answer(&door, named.clone()).await;
    assert_eq!(called(&whole), (vec![("sell", "{\"what\": \"milk\"}")], "tool_calls"));
    assert_eq!(whole["choices"][0]["message"]["content"], Value::Null);
    let mut streamed = named;
    streamed["stream"] = json!(true);
    let chunks = chunks(&door, streamed).await;
    let deltas = || chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]["tool_calls"][0]);
    assert_eq!(deltas().next().unwrap()["function"]["name"], "sell");
    let text: String = deltas().filter_map(|delta| delta["function"]["arguments"].as_str()).collect();
    assert_eq!(text, "{\"what\": \"milk\"}");
    assert_eq!(chunks.last().unwrap()["choices"][0]["finish_reason"], "tool_calls");

    let door = Setup::saying("{\"name\": \"buy\", \"arguments\": {\"what\": \"bread\"}}").start().await;
    let whole = answer(&door, with_tools(json!("required"))).await;
    assert_eq!(called(&whole), (vec![("buy", "{\"what\":\"bread\"}")], "tool_calls"));
    // Nothing but a call can come, even from a script that says something else.
    let door = Setup::saying("I would rather not.").start().await;
    let whole = answer(&door, with_tools(json!("required"))).await;
    assert_eq!(called(&whole).1, "tool_calls", "{whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_may_be_called_or_not() {
    let call = "Well. <tool_call>{\"name\": \"buy\", \"arguments\": {\"what\": \"milk\"}}</tool_call>";
    let door = Setup::saying(call).start().await;
    let whole = answer(&door, with_tools(json!("auto"))).await;
    assert_eq!(called(&whole), (vec![("buy", "{\"what\":\"milk\"}")], "tool_calls"));
    assert_eq!(whole["choices"][0]["message"]["content"], "Well. ");
    let mut streamed = with_tools(json!("auto"));
    streamed["stream"] = json!(true);
    let chunks = chunks(&door, streamed).await;
    let text: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, "Well. ");
    let calls: Vec<&Value> =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].get(0)).collect();
    assert_eq!((calls.len(), &calls[0]["function"]["name"]), (1, &json!("buy")));
    assert_eq!(content(&door, with_tools(json!("none"))).await, call);
    let refused = door
        .post(CHAT, &chat(json!({"tools": tools(), "tool_choice": "required", "guided_regex": "a"})))
        .await;
    assert_eq!((refused.status, refused.json()["error"]["param"].as_str()), (400, Some("guided_regex")));
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_come_as_numbers_and_as_base64() {
    let door = Setup::saying("x").start().await;
    let embed = |format: &str| json!({"model": "base", "input": ["\u{1}\u{1}\u{1}\u{1}\u{2}\u{2}\u{2}", [3]], "encoding_format": format});
    let reply = door.post("/v1/embeddings", &embed("float")).await.json();
    let close =
        |at: usize, value: f64| (reply["data"][0]["embedding"][at].as_f64().unwrap() - value).abs() < 1e-6;
    assert!(close(1, 0.8) && close(2, 0.6), "{reply}");
    assert_eq!((&reply["data"][1]["index"], &reply["usage"]["total_tokens"]), (&json!(1), &json!(8)));
    let reply = door.post("/v1/embeddings", &embed("base64")).await.json();
    // Eight little-endian f32, the fourth of them 1.
    assert_eq!(reply["data"][1]["embedding"], "AAAAAAAAAAAAAAAAAACAPwAAAAAAAAAAAAAAAAAAAAA=");
    // A text that is too long is found out before any is read.
    let long = json!({"model": "base", "input": ["short", "x".repeat(infer::EMBEDDING_TOKENS_MAX + 1)]});
    let reply = door.post("/v1/embeddings", &long).await;
    let error = &reply.json()["error"];
    assert_eq!(
        (reply.status, &error["code"], &error["param"]),
        (400, &json!("context_length_exceeded"), &json!("input"))
    );
    let counted = door.get("/metrics").await.body;
    assert!(counted.lines().any(|line| line == "emberd_embedded_total 4"), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_does_not_wait_for_all_texts_of_another_user() {
    let cost = std::time::Duration::from_micros(200);
    let door = Setup::with(ScriptedBackend::new("x", CONTEXT_LEN).with_token_cost(cost)).start().await;
    let text =
        |user: &str, tokens: usize| json!({"model": "base", "user": user, "input": "x".repeat(tokens)});
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(door.open(&Ask::post("/v1/embeddings", &text("marta", 2000))).await);
    }
    assert_eq!(door.post("/v1/embeddings", &text("tom", 1)).await.status, 200);
    let counted = door.get("/metrics").await.body;
    let embedded = counted.lines().find_map(|line| line.strip_prefix("emberd_embedded_total ")).unwrap();
    assert!(embedded.parse::<usize>().unwrap() < 9, "the word came last of {embedded}");
    drop(open);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stage_is_counted() {
    let door = Setup::saying("abc").start().await;
    answer(&door, json!({})).await;
    let text = door.get("/metrics").await.body;
    for line in [
        "emberd_queue_seconds_count 1",
        "emberd_prefill_seconds_count 1",
        "emberd_decode_seconds_count 1",
        "emberd_displaced 0",
        "emberd_adapter_loads_total 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let number = |name: &str| {
        let line = text.lines().find(|line| line.split(' ').next() == Some(name));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    assert_eq!(number("emberd_step_rows_count"), number("emberd_steps_total"));
    assert!(
        number("emberd_kv_blocks") > 0.0
            && number("emberd_kv_blocks_used") >= number("emberd_kv_blocks_kept")
    );
}
