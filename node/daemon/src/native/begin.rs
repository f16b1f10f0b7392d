//! From checked prompts to running generations, for the route whose prompts are more than one text or one chat.
//!
//! Owns turning mixed prompts into tokens and back, and starting the generations of each. Refuses to know the shape of
//! bodies.

use crate::app::App;
use crate::fault::Fault;
use crate::inference::{Generation, Ready};
use infer::{GenerateRequest, SubmitError, Tokenizer};
use std::time::Instant;
use wire::native::{Prompt, PromptPart};

/// The field that a complaint about a prompt names.
const PARAM: &str = "prompt";

/// One completion on its way.
pub(super) struct Run {
    pub(super) generation: Generation,
    /// The prompt as the engine reads it.
    pub(super) prompt: Vec<u32>,
    /// Most tokens that fit behind it.
    pub(super) room: u32,
    /// What its draw began with.
    pub(super) seed: u64,
}

/// What is to be started.
pub(super) struct Start {
    pub(super) prompts: Vec<Vec<u32>>,
    /// Completions of each prompt, each with a seed of its own.
    pub(super) n: u32,
    /// The wishes of each; its own prompt and `max_tokens` are not looked at.
    pub(super) each: GenerateRequest,
    /// Most tokens of each; the context bounds it.
    pub(super) max_tokens: Option<u32>,
    pub(super) received: Instant,
}

/// How much text a prompt holds, in bytes.
pub(super) fn text_bytes(prompt: &Prompt) -> usize {
    let bytes = |part: &PromptPart| match part {
        PromptPart::Text(text) => text.len(),
        PromptPart::Tokens(_) => 0,
    };
    prompt.parts.iter().map(bytes).sum()
}

/// Tokens of a text. With `add_special` the token that begins a sequence comes first where the model has one; with
/// `parse_special` a control token's name becomes that token.
pub(super) fn encode_text(
    tokenizer: &Tokenizer,
    text: &str,
    add_special: bool,
    parse_special: bool,
) -> Result<Vec<u32>, String> {
    let tokens = if add_special {
        tokenizer.encode_prompt(text, parse_special)
    } else {
        tokenizer.encode(text, parse_special)
    };
    tokens.map_err(|error| error.to_string())
}

/// Tokens of a mixed prompt. The token that begins a sequence is put first only if the prompt begins with text: tokens are
/// taken as the client meant them.
pub(super) fn encode(
    tokenizer: &Tokenizer,
    parts: &[PromptPart],
    add_special: bool,
    parse_special: bool,
) -> Result<Vec<u32>, String> {
    let mut tokens = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            PromptPart::Tokens(more) => tokens.extend_from_slice(more),
            PromptPart::Text(text) => {
                tokens.extend(encode_text(tokenizer, text, add_special && index == 0, parse_special)?);
            }
        }
    }
    Ok(tokens)
}

/// Exact bytes of a token, a control token's name; none outside the vocabulary.
pub(super) fn token_bytes(tokenizer: &Tokenizer, token: u32) -> Option<Vec<u8>> {
    if tokenizer.is_control(token) {
        return tokenizer.token_text(token).map(String::into_bytes);
    }
    ((token as usize) < tokenizer.vocab_len()).then(|| tokenizer.shown_bytes(token).to_vec())
}

impl Start {
    /// Most tokens that a completion of this prompt may have.
    fn tokens_each(&self, ready: &Ready, prompt: &[u32]) -> u32 {
        let room = room(ready, prompt);
        self.max_tokens.unwrap_or(room).clamp(1, room)
    }

    /// Most tokens of all completions together.
    pub(super) fn tokens_all(&self, ready: &Ready) -> u64 {
        let each = |prompt: &Vec<u32>| u64::from(self.tokens_each(ready, prompt));
        u64::from(self.n) * self.prompts.iter().map(each).sum::<u64>()
    }

    /// Finds what the engine would refuse in any prompt, so that it need not begin on those before.
    ///
    /// # Errors
    /// The first fault.
    pub(super) fn check(&self, ready: &Ready) -> Result<(), Fault> {
        let (tokens_max, vocab_len) = (ready.tokens_max.saturating_sub(1), ready.tokenizer.vocab_len());
        for prompt in &self.prompts {
            if prompt.is_empty() {
                return Err(Fault::refused(SubmitError::PromptEmpty, PARAM));
            }
            if prompt.len() > tokens_max {
                return Err(Fault::ContextTooLong { param: PARAM, tokens_max, tokens: prompt.len() });
            }
            if let Some(token) = prompt.iter().find(|token| **token as usize >= vocab_len) {
                let why = format!("there is no token {token}, the vocabulary has {vocab_len}");
                return Err(Fault::BadPrompt { param: PARAM, why });
            }
        }
        Ok(())
    }
}

/// Tokens that fit behind a prompt that was checked.
fn room(ready: &Ready, prompt: &[u32]) -> u32 {
    u32::try_from(ready.tokens_max.saturating_sub(prompt.len())).unwrap_or(u32::MAX).max(1)
}

/// Starts every completion of every prompt, those of one prompt side by side; [`Start::check`] comes before.
///
/// # Errors
/// The first fault; what had been started is given up.
pub(super) async fn start_all(app: &App, ready: &Ready, start: Start) -> Result<Vec<Run>, Fault> {
    let mut runs = Vec::with_capacity(start.prompts.len() * start.n as usize);
    for prompt in &start.prompts {
        let (room, max_tokens) = (room(ready, prompt), start.tokens_each(ready, prompt));
        for copy in 0..start.n {
            let mut request = GenerateRequest { prompt: prompt.clone(), max_tokens, ..start.each.clone() };
            request.params.seed = request.params.seed.wrapping_add(u64::from(copy));
            let seed = request.params.seed;
            let generation = app.inference.start(request, start.received, PARAM).await?;
            runs.push(Run { generation, prompt: prompt.clone(), room, seed });
        }
    }
    Ok(runs)
}
