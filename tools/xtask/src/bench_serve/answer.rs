//! What one streamed completion says of itself: when its first word came, when it ended, and how many tokens it has.
//!
//! Owns: reading the events of a stream, and the refusal of answers that are not what was asked for. Refuses to know:
//! sockets and what the figures are for. Source: the OpenAI API reference (streaming), the definition of server-sent events.

use super::client::Stamped;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::time::{Duration, Instant};

/// One measured completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    /// Just before the request was written.
    pub sent: Instant,
    /// When the first event with text, or with the end, had arrived.
    pub first: Instant,
    /// When the event that names the reason of the end had arrived.
    pub end: Instant,
    /// Tokens of the prompt, by the server's count.
    pub prompt_tokens: u64,
    /// Of those, the ones that it found in its cache.
    pub cached_tokens: u64,
    /// Tokens written.
    pub tokens: u64,
}

impl Timed {
    /// From the request to its first word.
    pub fn first_after(&self) -> Duration {
        self.first.duration_since(self.sent)
    }
}

/// Reads a stamped stream.
///
/// # Errors
/// An event that is no JSON or tells of a fault, a stream without an end or without counts.
pub fn read(stamped: &Stamped) -> Result<Timed> {
    let (mut first, mut end, mut usage, mut is_done) = (None, None, None, false);
    for (at, line) in &stamped.lines {
        // Comments and other fields of an event carry no text.
        let Some(data) = line.strip_prefix("data:").map(str::trim) else { continue };
        if data == "[DONE]" {
            is_done = true;
            break;
        }
        let event: Value =
            serde_json::from_str(data).with_context(|| format!("an event that is no JSON: {data}"))?;
        if let Some(fault) = event.get("error") {
            bail!("the stream told of a fault: {fault}");
        }
        let choice = &event["choices"][0];
        let (has_text, is_end) =
            (choice["text"].as_str().is_some_and(|t| !t.is_empty()), choice["finish_reason"].is_string());
        if has_text || is_end {
            first = first.or(Some(*at));
        }
        if is_end {
            end = Some(*at);
        }
        if event["usage"].is_object() {
            usage = Some(event["usage"].clone());
        }
    }
    let (Some(first), Some(end), true) = (first, end, is_done) else {
        bail!("the stream ended without its end: {:?}", stamped.text().chars().take(200).collect::<String>());
    };
    let usage = usage.context("the stream has no counts of tokens")?;
    let count = |value: &Value, name: &str| {
        value.as_u64().with_context(|| format!("the counts {usage} have no {name}"))
    };
    Ok(Timed {
        sent: stamped.sent,
        first,
        end,
        prompt_tokens: count(&usage["prompt_tokens"], "prompt_tokens")?,
        cached_tokens: usage["prompt_tokens_details"]["cached_tokens"].as_u64().unwrap_or(0),
        tokens: count(&usage["completion_tokens"], "completion_tokens")?,
    })
}

/// Whether an answer has as many tokens as were asked for, and a fresh prompt was computed and not remembered.
///
/// # Errors
/// What was expected and what came.
pub fn check(timed: &Timed, tokens_asked: u64, is_fresh: bool) -> Result<()> {
    if timed.tokens != tokens_asked {
        bail!("{tokens_asked} tokens were asked for and {} came", timed.tokens);
    }
    // Two texts may share a word or a digit at the beginning, and no more than that.
    if is_fresh && timed.cached_tokens * 8 > timed.prompt_tokens {
        bail!(
            "a fresh prompt of {} tokens was expected, and {} of them came from a cache",
            timed.prompt_tokens,
            timed.cached_tokens
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream whose lines arrive a millisecond apart.
    fn stream(text: &str) -> Stamped {
        let sent = Instant::now();
        let at = |number: usize| sent + Duration::from_millis(number as u64 + 1);
        Stamped { sent, lines: text.lines().enumerate().map(|(i, line)| (at(i), line.to_owned())).collect() }
    }

    fn event(text: &str, reason: &str) -> String {
        format!("data: {{\"choices\":[{{\"index\":0,\"text\":\"{text}\",\"finish_reason\":{reason}}}]}}\n")
    }

    const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":1}}}\n";
    const DONE: &str = "data: [DONE]\n";

    #[test]
    fn the_first_word_and_the_end_are_found() {
        let all = [": hello\n\n", &event("", "null"), &event("a", "null"), &event("b", "null")];
        let text = format!("{}{}{USAGE}{DONE}", all.concat(), event("", "\"length\""));
        let timed = read(&stream(&text)).unwrap();
        assert_eq!(timed.first_after(), Duration::from_millis(4));
        assert_eq!(timed.end.duration_since(timed.first), Duration::from_millis(2));
        assert_eq!((timed.prompt_tokens, timed.cached_tokens, timed.tokens), (5, 1, 2));
        check(&timed, 2, false).unwrap();
    }

    #[test]
    fn counts_in_the_last_event_are_found_too() {
        let last = "data: {\"choices\":[{\"text\":\"\",\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n";
        let timed = read(&stream(&format!("{last}{DONE}"))).unwrap();
        assert_eq!((timed.prompt_tokens, timed.cached_tokens, timed.tokens), (9, 0, 1));
        assert_eq!(timed.first, timed.end);
    }

    #[test]
    fn what_is_not_a_whole_answer_is_refused() {
        let end = event("", "\"stop\"");
        for (text, why) in [
            (format!("{}{USAGE}", event("a", "null")), "without its end"),
            (format!("{end}{USAGE}"), "without its end"),
            (format!("{end}{DONE}"), "no counts"),
            ("data: {\"error\":{\"message\":\"full\"}}\n".to_owned(), "full"),
            ("data: {oh\n".to_owned(), "no JSON"),
        ] {
            let error = format!("{:#}", read(&stream(&text)).unwrap_err());
            assert!(error.contains(why), "{error} lacks {why}");
        }
    }

    #[test]
    fn a_wrong_number_of_tokens_and_a_remembered_prompt_are_refused() {
        let now = Instant::now();
        let timed = Timed { sent: now, first: now, end: now, prompt_tokens: 16, cached_tokens: 3, tokens: 7 };
        assert_eq!(check(&timed, 8, false).unwrap_err().to_string(), "8 tokens were asked for and 7 came");
        assert!(check(&timed, 7, true).unwrap_err().to_string().contains("3 of them"));
        check(&timed, 7, false).unwrap();
        check(&Timed { cached_tokens: 2, ..timed }, 7, true).unwrap();
    }
}
