//! Log-probabilities in the OpenAI shape.
//!
//! Owns the spelling of tokens and of what is no number. Refuses to know how a token was chosen. The token that ends an
//! answer is no part of its text and is left out.
//! Source: the OpenAI API reference, `logprobs` of both routes.

use infer::{Chosen, Tokenizer};
use std::collections::BTreeMap;
use wire::openai::{ChatLogprobs, CompletionLogprobs, TokenLogprob, TopLogprob};

/// What stands for a probability of none: JSON has no infinity.
const NONE: f64 = -9999.0;

fn number(logprob: f64) -> f64 {
    if logprob.is_finite() { logprob } else { NONE }
}

/// The bytes of a token, and its text; control tokens are called by their names.
fn spelled(tokenizer: &Tokenizer, token: u32) -> (Vec<u8>, String) {
    let bytes = tokenizer.shown_bytes(token).to_vec();
    let text = match bytes.is_empty() {
        true => tokenizer.token_text(token).unwrap_or_default(),
        false => String::from_utf8_lossy(&bytes).into_owned(),
    };
    (bytes, text)
}

fn shown<'a>(tokenizer: &Tokenizer, chosen: &'a [Chosen]) -> impl Iterator<Item = &'a Chosen> {
    chosen.iter().filter(|chosen| !tokenizer.is_end_of_generation(chosen.token))
}

/// Those of a chat.
pub(crate) fn chat(tokenizer: &Tokenizer, chosen: &[Chosen]) -> ChatLogprobs {
    let alternative = |token: u32, logprob: f64| {
        let (bytes, text) = spelled(tokenizer, token);
        TopLogprob { token: text, logprob: number(logprob), bytes }
    };
    let content = shown(tokenizer, chosen).map(|chosen| {
        let (bytes, token) = spelled(tokenizer, chosen.token);
        let top_logprobs = chosen.top.iter().map(|top| alternative(top.token, top.logprob)).collect();
        TokenLogprob { token, logprob: number(chosen.logprob), bytes, top_logprobs }
    });
    ChatLogprobs { content: content.collect(), refusal: None }
}

/// Those of a completion; `offset` is the place in its text, in characters, and goes on.
pub(crate) fn completion(tokenizer: &Tokenizer, chosen: &[Chosen], offset: &mut u32) -> CompletionLogprobs {
    let mut lists = CompletionLogprobs::default();
    for chosen in shown(tokenizer, chosen) {
        let (_, token) = spelled(tokenizer, chosen.token);
        let mut top: BTreeMap<String, f64> = BTreeMap::new();
        for alternative in &chosen.top {
            // Parts of characters share a spelling; the most probable comes first and keeps it.
            let (_, text) = spelled(tokenizer, alternative.token);
            top.entry(text).or_insert_with(|| number(alternative.logprob));
        }
        if !chosen.top.is_empty() {
            top.entry(token.clone()).or_insert_with(|| number(chosen.logprob));
        }
        lists.text_offset.push(*offset);
        *offset = offset.saturating_add(u32::try_from(token.chars().count()).unwrap_or(u32::MAX));
        lists.tokens.push(token);
        lists.token_logprobs.push(number(chosen.logprob));
        lists.top_logprobs.push(top);
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use infer::logprobs::TokenLogprob as Alternative;

    fn said() -> Vec<Chosen> {
        let top = |token, logprob| Alternative { token, logprob };
        vec![
            Chosen { token: 97, logprob: -1.0, top: vec![top(98, -0.5), top(97, -1.0)] },
            Chosen { token: 0xC3, logprob: f64::NEG_INFINITY, top: vec![top(98, -0.5)] },
            Chosen { token: 256, logprob: 0.0, top: vec![] },
        ]
    }

    #[test]
    fn tokens_are_spelled_and_the_end_is_left_out() {
        let tokenizer = Tokenizer::bytes().unwrap();
        let chat = chat(&tokenizer, &said());
        assert_eq!(chat.content.len(), 2);
        assert_eq!(
            (chat.content[0].token.as_str(), chat.content[0].top_logprobs[0].token.as_str()),
            ("a", "b")
        );
        assert_eq!((chat.content[1].logprob, chat.content[1].bytes.as_slice()), (NONE, &[0xC3][..]));
        let mut offset = 3;
        let completion = completion(&tokenizer, &said(), &mut offset);
        assert_eq!((completion.text_offset.as_slice(), offset), (&[3, 4][..], 5));
        assert_eq!(completion.tokens, ["a", "\u{FFFD}"]);
        let spelled: Vec<&str> = completion.top_logprobs[1].keys().map(String::as_str).collect();
        assert_eq!(spelled, ["b", "\u{FFFD}"]);
    }
}
