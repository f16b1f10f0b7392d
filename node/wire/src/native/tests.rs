//! Reading requests: every form of a prompt, llama.cpp's defaults and special numbers, and that every refusal names its
//! field.

use super::{
    BiasKey, CompletionRequest, DetokenizeRequest, Prompt, PromptPart, Sampling, TemplateRequest,
    TokenizeRequest,
};
use crate::limits;
use crate::openai::{AdapterWish, ChatEnding, FollowSource, WhichAdapter};
use serde_json::{Value, json};

fn read(body: &Value) -> Result<CompletionRequest, crate::BodyError> {
    CompletionRequest::from_json(body.to_string().as_bytes())
}

fn with(name: &str, value: Value) -> Result<CompletionRequest, crate::BodyError> {
    let mut body = json!({"prompt": "x"});
    body[name] = value;
    read(&body)
}

fn check_refused(name: &str, value: Value, param: &str, code: &str) {
    let error = with(name, value.clone()).unwrap_err();
    assert_eq!((error.param(), error.code()), (Some(param), code), "{name} = {value}: {error}");
}

fn text(text: &str) -> PromptPart {
    PromptPart::Text(text.to_owned())
}

#[test]
fn every_form_of_a_prompt_is_told_apart() {
    let check = |prompt: Value, expected: Vec<Vec<PromptPart>>| {
        let expected: Vec<Prompt> = expected.into_iter().map(|parts| Prompt { parts }).collect();
        assert_eq!(with("prompt", prompt.clone()).unwrap().prompts, expected, "{prompt}");
    };
    let tokens = |tokens: &[u32]| PromptPart::Tokens(tokens.to_vec());
    check(json!("a"), vec![vec![text("a")]]);
    check(json!([1, 2]), vec![vec![tokens(&[1, 2])]]);
    check(json!([1, 2, "a", 3, "b"]), vec![vec![tokens(&[1, 2]), text("a"), tokens(&[3]), text("b")]]);
    check(json!(["a", "b"]), vec![vec![text("a")], vec![text("b")]]);
    check(json!(["a", [1, 2]]), vec![vec![text("a")], vec![tokens(&[1, 2])]]);
    check(json!([[1, "a"], [2]]), vec![vec![tokens(&[1]), text("a")], vec![tokens(&[2])]]);
    check(json!({"prompt_string": "a"}), vec![vec![text("a")]]);
    check(
        json!(["b", {"prompt_string": "a", "multimodal_data": []}]),
        vec![vec![text("b")], vec![text("a")]],
    );
}

#[test]
fn absent_fields_have_the_defaults_of_llama_cpp() {
    let request = read(&json!({"prompt": "x"})).unwrap();
    let sampling = &request.sampling;
    assert_eq!((sampling.temperature, sampling.top_k, sampling.top_p, sampling.min_p), (0.8, 40, 0.95, 0.05));
    assert_eq!((sampling.repeat_penalty, sampling.seed, request.n_predict), (1.0, None, None));
    assert!(!request.stream && !request.return_tokens && request.n_probs == 0);
}

#[test]
fn special_numbers_have_their_meaning() {
    for (name, value) in [("n_predict", -1), ("n_predict", -2), ("max_tokens", -1)] {
        assert_eq!(with(name, json!(value)).unwrap().n_predict, None);
    }
    assert_eq!(with("n_predict", json!(0)).unwrap().n_predict, Some(0));
    assert_eq!(with("max_tokens", json!(5)).unwrap().n_predict, Some(5));
    assert_eq!(with("top_k", json!(-1)).unwrap().sampling.top_k, 0);
    for seed in [json!(-1), json!(u32::MAX)] {
        assert_eq!(with("seed", seed).unwrap().sampling.seed, None);
    }
    assert_eq!(with("seed", json!(42)).unwrap().sampling.seed, Some(42));
    assert_eq!(with("stop", json!(["", "a"])).unwrap().stop, ["a"]);
    assert_eq!(with("stop", json!("a")).unwrap().stop, ["a"]);
    let unpenalised =
        json!({"prompt": "x", "repeat_penalty": 1.3, "presence_penalty": 1, "repeat_last_n": 0});
    assert_eq!(
        read(&unpenalised).unwrap().sampling,
        Sampling { repeat_last_n: Some(0), ..Sampling::default() }
    );
    assert_eq!(with("t_max_predict_ms", json!(-1)).map(|request| request.n), Ok(1));
    for name in ["n", "n_cmpl"] {
        assert_eq!(with(name, json!(3)).unwrap().n, 3);
    }
    assert_eq!(with("logprobs", json!(4)).unwrap().n_probs, 4);
}

#[test]
fn who_speaks_and_what_is_followed_are_read_as_everywhere() {
    let which = WhichAdapter::Index(2);
    let wish = AdapterWish { field: "lora".to_owned(), which, generation: None };
    let lora = json!([{"id": 0, "scale": 0}, {"id": 2, "scale": 1.0}]);
    assert_eq!(with("lora", lora).unwrap().adapter, Some(wish));
    assert_eq!(with("lora", json!([{"id": 2, "scale": 0}])).unwrap().adapter, None);
    let source = |name: &str, value: Value| with(name, value).unwrap().follow.map(|follow| follow.source);
    let schema = json!({"const": "a"});
    assert_eq!(source("json_schema", schema.clone()), Some(FollowSource::JsonSchema(schema.to_string())));
    assert_eq!(source("grammar", json!("start: \"a\"")), Some(FollowSource::Lark("start: \"a\"".to_owned())));
    assert_eq!(source("grammar", json!("")), None);
    check_refused("lora", json!([{"id": 2, "scale": 0.5}]), "lora[0].scale", "unsupported_value");
}

#[test]
fn samplers_that_are_not_named_are_off() {
    let named = |names: Value| {
        let body = json!({"prompt": "x", "temperature": 0.5, "top_k": 7, "top_p": 0.5, "min_p": 0.1,
            "repeat_penalty": 1.5, "presence_penalty": 1, "frequency_penalty": 1, "samplers": names});
        read(&body).map(|request| request.sampling)
    };
    let off = Sampling { temperature: 1.0, top_k: 0, top_p: 1.0, min_p: 0.0, ..Sampling::default() };
    assert_eq!(named(json!([])).unwrap(), off);
    assert_eq!(named(json!(["top_k"])).unwrap(), Sampling { top_k: 7, ..off.clone() });
    assert_eq!(named(json!(["dry", "temp"])).unwrap(), Sampling { temperature: 0.5, ..off.clone() });
    let all = named(json!(["penalties", "min-p", "top_p", "top_k", "temperature"])).unwrap();
    assert_eq!((all.top_p, all.min_p, all.repeat_penalty), (0.5, 0.1, 1.5));
    for (names, code) in [
        (json!(["temperature", "top_k"]), "unsupported_value"),
        (json!(["top_p", "penalties"]), "unsupported_value"),
        (json!(["magic"]), "invalid_value"),
        (json!("kpt"), "invalid_type"),
    ] {
        let error = named(names.clone()).unwrap_err();
        assert_eq!((error.param(), error.code()), (Some("samplers"), code), "{names}");
    }
    let greedy = json!({"prompt": "x", "temperature": 0, "samplers": ["temperature", "top_k"]});
    assert!(read(&greedy).is_ok(), "a greedy draw is the same wherever the temperature stands");
}

#[test]
fn biases_are_pairs_or_an_object() {
    let pairs = with("logit_bias", json!([[5, -1.5], ["a b", false], [6, 1e9]])).unwrap().logit_bias;
    let a_b = BiasKey::Text("a b".to_owned());
    assert_eq!(pairs, [(BiasKey::Token(5), -1.5), (a_b, -100.0), (BiasKey::Token(6), 100.0)]);
    let object = with("logit_bias", json!({"5": -1})).unwrap().logit_bias;
    assert_eq!(object, [(BiasKey::Token(5), -1.0)]);
    check_refused("logit_bias", json!([[5]]), "logit_bias[0]", "invalid_value");
    check_refused("logit_bias", json!([[-5, 1]]), "logit_bias[0]", "invalid_value");
    check_refused("logit_bias", json!([[5, true]]), "logit_bias[0]", "invalid_type");
    check_refused("logit_bias", json!(3), "logit_bias", "invalid_type");
}

#[test]
fn every_wrong_field_is_named() {
    check_refused("prompt", json!(null), "prompt", "missing_required_parameter");
    check_refused("prompt", json!([]), "prompt", "invalid_value");
    check_refused("prompt", json!(5), "prompt", "invalid_type");
    check_refused("prompt", json!([1, -2]), "prompt[1]", "invalid_value");
    check_refused("prompt", json!([[1, true]]), "prompt[0][1]", "invalid_type");
    check_refused("prompt", json!(vec!["x"; limits::PROMPTS_MAX + 1]), "prompt", "array_above_max_length");
    for data in [json!(["AAAA"]), json!("AAAA")] {
        let picture = json!({"prompt_string": "a", "multimodal_data": data});
        check_refused("prompt", picture, "prompt.multimodal_data", "unsupported_value");
    }
    check_refused("n_predict", json!(-3), "n_predict", "invalid_value");
    check_refused("n_predict", json!("all"), "n_predict", "invalid_type");
    check_refused("temperature", json!(-1), "temperature", "invalid_value");
    check_refused("top_p", json!(2), "top_p", "invalid_value");
    check_refused("repeat_penalty", json!(0), "repeat_penalty", "invalid_value");
    check_refused("n_probs", json!(21), "n_probs", "invalid_value");
    check_refused("mirostat", json!(2), "mirostat", "unsupported_value");
    check_refused("dry_multiplier", json!(0.8), "dry_multiplier", "unsupported_value");
    check_refused("t_max_predict_ms", json!(5), "t_max_predict_ms", "unsupported_value");
    check_refused("min_keep", json!(2), "min_keep", "unsupported_value");
    check_refused("top_n_sigma", json!(1), "top_n_sigma", "unsupported_value");
    check_refused("adaptive_target", json!(0.3), "adaptive_target", "unsupported_value");
    check_refused("return_progress", json!(true), "return_progress", "unsupported_value");
    check_refused("n", json!(limits::CHOICES_MAX + 1), "n", "invalid_value");
    check_refused("image_data", json!([{"id": 1}]), "image_data", "unsupported_value");
    check_refused("lora", json!([{"id": 0}]), "lora[0].scale", "missing_required_parameter");
    check_refused("stop", json!(5), "stop", "invalid_type");
    let body = json!({"prompt": "x", "n_probs": 2, "post_sampling_probs": true});
    assert_eq!(read(&body).unwrap_err().param(), Some("post_sampling_probs"));
    for penalty in ["repeat_penalty", "presence_penalty", "frequency_penalty"] {
        let window = |window: Value| read(&json!({"prompt": "x", penalty: 1.5, "repeat_last_n": window}));
        let max = limits::REPEAT_WINDOW_MAX;
        assert_eq!(window(json!(max)).unwrap().sampling.repeat_last_n, Some(max));
        assert_eq!(window(json!(-1)).unwrap().sampling.repeat_last_n, None);
        assert_eq!(window(json!(max + 1)).unwrap_err().param(), Some("repeat_last_n"), "{penalty}");
        let body = json!({"prompt": "x", penalty: 1.5, "repeat_last_n": max + 1, "samplers": ["top_k"]});
        assert!(read(&body).is_ok(), "a sampler that is off looks at nothing");
    }
    check_refused("repeat_last_n", json!(-2), "repeat_last_n", "invalid_value");
    // What changes nothing passes.
    let body = json!({"prompt": "x", "mirostat": 0, "typical_p": 1, "adaptive_target": -1, "cache_prompt": false,
        "id_slot": -1, "n_keep": 5, "grammar": "", "top_n_sigma": -1, "min_keep": 0});
    assert!(read(&body).is_ok());
}

#[test]
fn the_small_bodies_are_read() {
    let request = TokenizeRequest::from_json(br#"{"content": "a"}"#).unwrap();
    assert!(!request.add_special && request.parse_special && !request.with_pieces);
    assert_eq!(TokenizeRequest::from_json(b"{}").unwrap_err().param(), Some("content"));
    assert_eq!(DetokenizeRequest::from_json(br#"{"tokens": [1, 2]}"#).unwrap().tokens, [1, 2]);
    assert_eq!(DetokenizeRequest::from_json(b"{}").unwrap_err().param(), Some("tokens"));
    let wrong = DetokenizeRequest::from_json(br#"{"tokens": ["a"]}"#).unwrap_err();
    assert_eq!(wrong.param(), Some("tokens[0]"));
    let chat = TemplateRequest::from_json(br#"{"messages": [{"role": "user", "content": "a"}]}"#).unwrap();
    assert_eq!((chat.ending, chat.messages.len()), (ChatEnding::Opening, 1));
    assert_eq!(TemplateRequest::from_json(b"{}").unwrap_err().param(), Some("messages"));
}
