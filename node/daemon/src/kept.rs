//! How much memory answers may take that wait until they are whole.
//!
//! Owns the bytes that a token comes to, and the bound on those of one request. Refuses to know routes and bodies. A stream
//! keeps nothing and is not asked about here, unless functions are offered with it and none is demanded by name: what may be
//! a call is held back until its end.

use crate::fault::Fault;
use infer::logprobs::TokenLogprob;
use infer::{Chosen, Tokenizer};
use wire::limits::KEPT_BYTES_MAX;

/// What is kept of each token besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kept {
    /// Its number.
    pub(crate) has_number: bool,
    /// Its log-probability, with those of as many others.
    pub(crate) others: Option<usize>,
}

impl Kept {
    /// Most bytes that a token is kept in until it is told; what grows has up to twice the room that it needs.
    fn bytes_per_token(self, token_bytes_max: usize) -> u64 {
        let number = if self.has_number { size_of::<u32>() } else { 0 };
        let alternatives = |others: usize| others.next_power_of_two() * size_of::<TokenLogprob>();
        let probs = self.others.map_or(0, |others| size_of::<Chosen>() + alternatives(others));
        2 * (token_bytes_max + number + probs) as u64
    }

    /// Refuses what could come to more memory than one request may hold before it is told. `tokens` are those of all
    /// completions together, `token_bytes_max` is the most text of one, and `field` is what a complaint names.
    ///
    /// # Errors
    /// With the bytes it could come to, and what to do instead.
    pub(crate) fn check(self, tokens: u64, token_bytes_max: usize, field: &str) -> Result<(), Fault> {
        let bytes_max = KEPT_BYTES_MAX as u64;
        let bytes = tokens.saturating_mul(self.bytes_per_token(token_bytes_max));
        if bytes <= bytes_max {
            return Ok(());
        }
        let why = format!(
            "all completions together may have {tokens} tokens, which take up to {bytes} bytes, and at most {bytes_max} \
             bytes are kept: stream them (without functions), or ask for fewer tokens, prompts, completions or probabilities"
        );
        Err(Fault::BadParameter { field: field.to_owned(), why })
    }
}

/// The most bytes of text that a token of a vocabulary makes.
pub(crate) fn token_bytes_max(tokenizer: &Tokenizer) -> usize {
    let tokens = 0..u32::try_from(tokenizer.vocab_len()).unwrap_or(u32::MAX);
    tokens.map(|token| text_bytes(tokenizer.shown_bytes(token))).max().unwrap_or(0)
}

/// Each byte that is no text may become a letter of three; beside other tokens it can only be less.
fn text_bytes(token: &[u8]) -> usize {
    String::from_utf8_lossy(token).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_come_to_three_times_as_many() {
        for (token, bytes) in [
            (&b""[..], 0),
            (b"abc", 3),
            ("é€".as_bytes(), 5),
            (b"\xFF", 3),
            (b"\x80\x80a", 7),
            (b"\xE2\x82", 3),
        ] {
            assert_eq!(text_bytes(token), bytes, "{token:?}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let text = Kept::default();
        let fits = KEPT_BYTES_MAX as u64 / 16;
        assert!(text.check(fits, 8, "n").is_ok());
        let refused = text.check(fits + 1, 8, "n").unwrap_err();
        assert!(
            matches!(&refused, Fault::BadParameter { field, why } if field == "n" && why.contains("stream them"))
        );
        assert!(Kept { has_number: true, ..text }.check(fits, 8, "n").is_err());
        let one = (size_of::<Chosen>() + size_of::<TokenLogprob>()) as u64;
        assert_eq!(Kept { others: Some(0), ..text }.bytes_per_token(8), 2 * (8 + one));
        let many = Kept { others: Some(20), ..text };
        assert!(many.bytes_per_token(8) > 2 * 20 * size_of::<TokenLogprob>() as u64);
        assert!(many.check(u64::MAX, 8, "n").is_err());
    }
}
