//! How a chat's prompt ends: with the opening of an answer, with its last message, or within it.
//!
//! Owns the two fields that say so. Refuses to know templates. Source: Hugging Face transformers (`apply_chat_template`),
//! vLLM and llama.cpp's server (`add_generation_prompt`, `continue_final_message`).

use super::request::ChatMessage;
use crate::fields::{BodyError, Fields};

/// How a chat's prompt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChatEnding {
    /// With what opens the assistant's turn.
    #[default]
    Opening,
    /// With the end of the last message.
    Closed,
    /// Within the last message, an assistant's: it is the beginning of the answer, which tells what follows it.
    Continued,
}

pub(crate) fn read_ending(fields: &Fields<'_>, messages: &[ChatMessage]) -> Result<ChatEnding, BodyError> {
    let opens = fields.flag_or_none("add_generation_prompt")?;
    let name = "continue_final_message";
    if !fields.flag(name)? {
        return Ok(if opens == Some(false) { ChatEnding::Closed } else { ChatEnding::Opening });
    }
    if opens == Some(true) {
        return Err(fields.bad(name, "false beside an `add_generation_prompt` that is true", "true"));
    }
    match messages.last() {
        Some(last) if last.role == "assistant" && last.tool_calls.is_empty() => Ok(ChatEnding::Continued),
        _ => Err(fields.bad(name, "false where the last message is no text of the assistant's", "true")),
    }
}
