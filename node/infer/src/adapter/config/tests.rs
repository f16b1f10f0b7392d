//! Owns the proof that settings are honoured as PEFT honours them, or refused. Refuses to know tensors.

use super::*;
use crate::adapter::{Fault, Stage};

/// Settings with the needed keys and these besides.
fn parse(extra: &str) -> Result<Settings, AdapterError> {
    let comma = if extra.is_empty() { "" } else { "," };
    let text = format!(r#"{{"peft_type": "LORA", "r": 8, "lora_alpha": 16 {comma} {extra}}}"#);
    Settings::parse(text.as_bytes())
}

const QUERY: &str = "model.layers.3.self_attn.q_proj";

#[test]
fn ranks_and_scales_follow_the_first_pattern_that_matches() {
    let plain = parse("").unwrap();
    assert_eq!((plain.rank(QUERY), plain.scale(QUERY)), (8, 2.0));
    let stabilised = parse(r#""use_rslora": true"#).unwrap();
    assert_eq!(stabilised.scale(QUERY), (16.0 / 8f64.sqrt()) as f32);
    let patterned = parse(
        r#""rank_pattern": {"layers.3.self_attn.q_proj": 4, "q_proj": 32, "^q_proj": 64},
           "alpha_pattern": {"_proj": 1, "q_proj": 0.5}"#,
    )
    .unwrap();
    assert_eq!(patterned.rank(QUERY), 4);
    assert_eq!(patterned.rank("model.layers.4.self_attn.q_proj"), 32);
    assert_eq!(patterned.rank("model.layers.4.self_attn.k_proj"), 8);
    // "_proj" is no whole name between dots, so the second pattern wins.
    assert_eq!(patterned.scale(QUERY), 0.125);
}

#[test]
fn patterns_match_as_pythons_expressions_do() {
    let matches = |key: &str, module: &str| Pattern::parse(key).unwrap().matches(module);
    assert!(matches("q_proj", QUERY) && matches("self_attn.q_proj", QUERY) && matches(QUERY, QUERY));
    assert!(matches("^model.layers.3.self_attn.q_proj", QUERY));
    assert!(!matches("^self_attn.q_proj", QUERY));
    assert!(!matches("proj", QUERY) && !matches("k_proj", QUERY));
    assert!(!matches("x.model.layers.3.self_attn.q_proj", QUERY));
    assert!(matches(r"self_attn\.q_proj", QUERY));
    // An unescaped dot is any letter.
    assert!(matches("self.attn.q.proj", QUERY));
    assert!(!matches(r"self\.attn.q_proj", QUERY));
    for expression in
        ["q_proj|k_proj", "layers.[0-3].q_proj", ".*q_proj", "q_proj$", r"q\d", "(q)", "q_proj\\"]
    {
        assert!(matches!(Pattern::parse(expression), Err(AdapterError::Feature { .. })), "{expression}");
    }
}

#[test]
fn targets_are_names_or_ends_of_names() {
    let targets = |extra: &str, layer: usize| parse(extra).unwrap().targets(QUERY, layer);
    assert!(targets("", 3));
    assert!(targets(r#""target_modules": "all-linear""#, 3));
    assert!(targets(r#""target_modules": ["v_proj", "q_proj"]"#, 3));
    assert!(!targets(r#""target_modules": ["proj", "v_proj"]"#, 3));
    assert!(!targets(r#""target_modules": ["q_proj"], "exclude_modules": ["self_attn.q_proj"]"#, 3));
    assert!(
        targets(r#""target_modules": ".*\\.(q|v)_proj""#, 3) && !targets(r#""target_modules": "q_proj""#, 3)
    );
    assert!(!targets(r#""target_modules": "all-linear", "exclude_modules": ".*attn.*""#, 3));
    assert!(targets(r#""exclude_modules": "self_attn""#, 3));
    assert!(targets(r#""layers_to_transform": [1, 3]"#, 3) && !targets(r#""layers_to_transform": 1"#, 3));
}

#[test]
fn what_would_change_the_result_is_refused_by_name() {
    for (extra, named) in [
        (r#""bias": "all""#, "bias"),
        (r#""use_dora": true"#, "use_dora"),
        (r#""lora_bias": true"#, "lora_bias"),
        (r#""fan_in_fan_out": true"#, "fan_in_fan_out"),
        (r#""modules_to_save": ["lm_head"]"#, "modules_to_save"),
        (r#""layer_replication": [[0, 4]]"#, "layer_replication"),
        (r#""trainable_token_indices": [1]"#, "trainable_token_indices"),
        (r#""target_parameters": ["experts"]"#, "target_parameters"),
        (r#""use_qalora": true"#, "use_qalora"),
        (r#""arrow_config": {"top_k": 3}"#, "arrow_config"),
        (r#""something_of_2031": 1"#, "something_of_2031"),
        (r#""init_lora_weights": "pissa_niter_4""#, "pissa"),
        (r#""target_modules": ".*(?<!k)_proj""#, "target_modules"),
        (r#""exclude_modules": "(""#, "exclude_modules"),
        (r#""rank_pattern": {"q_.*": 4}"#, "q_.*"),
    ] {
        let error = parse(extra).unwrap_err();
        assert!(matches!(error, AdapterError::Feature { .. }), "{extra}: {error}");
        assert!(error.to_string().contains(named), "{extra}: {error}");
        assert_eq!((error.stage(), error.fault()), (Stage::Config, Fault::Ours));
    }
    let kind = Settings::parse(br#"{"peft_type": "IA3", "r": 8, "lora_alpha": 8}"#).unwrap_err();
    assert!(kind.to_string().contains("IA3"), "{kind}");
}

#[test]
fn what_has_no_say_is_let_pass() {
    let written_by_peft = r#""auto_mapping": null, "base_model_name_or_path": "x", "bias": "none", "corda_config": null,
        "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
        "init_lora_weights": "gaussian", "layer_replication": null, "layers_pattern": null,
        "layers_to_transform": null, "loftq_config": {}, "lora_bias": false, "lora_dropout": 0.05,
        "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null,
        "qalora_group_size": 16, "rank_pattern": {}, "alpha_pattern": {}, "revision": null,
        "target_modules": ["q_proj"], "target_parameters": null, "task_type": "CAUSAL_LM",
        "trainable_token_indices": null, "use_dora": false, "use_qalora": false, "use_rslora": false,
        "alora_invocation_tokens": null, "arrow_config": null, "ensure_weight_tying": false"#;
    let settings = parse(written_by_peft).unwrap();
    assert!(settings.targets(QUERY, 0) && settings.invocation.is_none());
}

#[test]
fn settings_out_of_bounds_name_themselves() {
    let key_value = |text: &str| {
        let error = Settings::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error, AdapterError::KeyValue { .. }), "{text}: {error}");
        assert_eq!((error.stage(), error.fault()), (Stage::Config, Fault::File));
    };
    for rank in ["0", "257", "-1", "8.5", "\"8\"", "18446744073709551616"] {
        key_value(&format!(r#"{{"peft_type": "LORA", "r": {rank}, "lora_alpha": 8}}"#));
    }
    for alpha in ["1e7", "-1e7", "\"8\"", "[8]"] {
        key_value(&format!(r#"{{"peft_type": "LORA", "r": 8, "lora_alpha": {alpha}}}"#));
    }
    for extra in [
        r#""use_rslora": 1"#,
        r#""rank_pattern": {"q_proj": 0}"#,
        r#""rank_pattern": [1]"#,
        r#""alpha_pattern": {"q_proj": null}"#,
        r#""target_modules": [1]"#,
        r#""target_modules": 1"#,
        r#""layers_to_transform": ["1"]"#,
        r#""alora_invocation_tokens": [-1]"#,
        r#""alora_invocation_tokens": [4294967296]"#,
        r#""alora_invocation_tokens": []"#,
        r#""alora_invocation_tokens": 7"#,
    ] {
        key_value(&format!(r#"{{"peft_type": "LORA", "r": 8, "lora_alpha": 8, {extra}}}"#));
    }
    let missing = Settings::parse(br#"{"peft_type": "LORA", "lora_alpha": 8}"#).unwrap_err();
    assert!(matches!(missing, AdapterError::MissingKey { key } if key == "r"));
}

#[test]
fn what_is_no_json_is_told_in_one_line() {
    for text in ["", "[]", "{", "{\"r\": NaN}", "\u{feff}{}", "{\"r\": 1, \"r\": 2}", "{\"a\n\": }"] {
        let error = Settings::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error, AdapterError::Json { .. }), "{text}: {error}");
        assert!(!error.to_string().contains('\n') && error.to_string().len() < 400);
    }
}

#[test]
fn an_invocation_is_read() {
    assert_eq!(
        parse(r#""alora_invocation_tokens": [7, 0, 4294967295]"#).unwrap().invocation.unwrap(),
        [7, 0, u32::MAX]
    );
}
