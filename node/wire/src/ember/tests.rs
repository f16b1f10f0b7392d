//! Tests of the `ember` bodies: what one side writes the other reads, and every wrong field is named.

use super::*;
use serde_json::{Value, json};

fn full() -> SpeakRequest {
    SpeakRequest {
        version: EMBER_VERSION,
        pack_hash: "ab".repeat(32),
        villager: "Marta".to_owned(),
        card: "A baker.".to_owned(),
        examples: vec![Example { player: "Hi.".into(), act: "greets".into(), line: "Morning.".into() }],
        scene: "Dawn.".to_owned(),
        player_line: "Who took it?".to_owned(),
        act: "tells what she saw".to_owned(),
        must: vec![FactSlot { words: "Tom took it".into(), placeholder: "<who>".into(), kind: "who".into() }],
        may: vec!["Tom".to_owned()],
        last_lines: vec!["You: Hi.".to_owned()],
        feedback: vec!["it named a stranger".to_owned()],
        style: SpeakStyle::Placeholders,
        try_index: 1,
        seed: u64::MAX,
        max_tokens: 48,
        adapter: Some("marta".to_owned()),
        priority: SpeakPriority::Ambient,
        said_by: Some("Tom".to_owned()),
        words: Some(SpeakWords {
            vocabulary: "cd".repeat(32),
            names: vec!["Tom".to_owned()],
            numbers: vec!["half past seven".to_owned()],
        }),
    }
}

#[test]
fn what_the_game_writes_the_daemon_reads() {
    let written = serde_json::to_vec(&full()).unwrap();
    assert_eq!(SpeakRequest::from_json(&written).unwrap(), full());
}

#[test]
fn an_older_daemon_says_no_size() {
    let older = r#"{"name":"m","id":"m","hash":"h","context_len":9}"#;
    let model: ModelStatus = serde_json::from_str(older).unwrap();
    assert_eq!(model.file_bytes, None);
    let newer = ModelStatus { file_bytes: Some(98_000_000), ..model };
    let written = serde_json::to_string(&newer).unwrap();
    assert_eq!(serde_json::from_str::<ModelStatus>(&written).unwrap(), newer);
}

fn check_refused(edit: impl FnOnce(&mut Value), param: &str) {
    let mut body = serde_json::to_value(full()).unwrap();
    edit(&mut body);
    let error = SpeakRequest::from_json(body.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.param(), Some(param), "{error}");
}

#[test]
fn every_wrong_field_is_named() {
    check_refused(|body| body["version"] = json!(EMBER_VERSION + 1), "version");
    check_refused(|body| body["version"] = json!(null), "version");
    check_refused(|body| body["card"] = json!("x".repeat(limits::CARD_BYTES_MAX + 1)), "card");
    check_refused(|body| body["examples"][0]["line"] = json!(1), "examples[0].line");
    check_refused(|body| body["must"][0] = json!("Tom"), "must[0]");
    check_refused(|body| body["must"][0]["words"] = json!(null), "must[0].words");
    check_refused(|body| body["may"] = json!(vec!["x"; limits::MAY_MAX + 1]), "may");
    check_refused(|body| body["style"] = json!("loud"), "style");
    check_refused(|body| body["priority"] = json!("first"), "priority");
    check_refused(|body| body["adapter"] = json!(["a"]), "adapter");
    check_refused(|body| body["said_by"] = json!("x".repeat(limits::VILLAGER_BYTES_MAX + 1)), "said_by");
    check_refused(|body| body["words"] = json!("all"), "words");
    check_refused(|body| body["words"]["vocabulary"] = json!(null), "words.vocabulary");
    check_refused(|body| body["words"]["vocabulary"] = json!("a".repeat(65)), "words.vocabulary");
    check_refused(|body| body["words"]["names"] = json!(vec!["x"; limits::OPENED_MAX + 1]), "words.names");
    check_refused(|body| body["words"]["numbers"] = json!(["x".repeat(65)]), "words.numbers[0]");
    check_refused(|body| body["max_tokens"] = json!(limits::SPEAK_TOKENS_MAX + 1), "max_tokens");
}
