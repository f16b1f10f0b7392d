//! What the door needs from a model besides tokens to write: its names, its length, and text turned into prompts.
//!
//! Owns the one seam between the handlers and `infer::Model`, so that the door can be driven in tests by a model of no
//! size. Refuses to know how tokens are computed. Text inside a chat can never become a control token of the chat template:
//! `infer` hides it from the search for those.

use infer::{ChatMessage, Model};
use std::path::Path;
use wire::openai::ChatEnding;

/// Most ids one model answers to.
const IDS_MAX: usize = 5;
/// The id that means "whatever model is loaded".
pub const BASE_ID: &str = "base";

/// The text side of a loaded model. Shared between handlers; every call is pure.
pub trait Mind: Send + Sync + 'static {
    /// The model's own name.
    fn name(&self) -> &str;
    /// BLAKE3 of the model file, hex.
    fn hash(&self) -> &str;
    /// Longest context in tokens.
    fn context_len(&self) -> usize;
    /// Size of the model file in bytes; none where there is no file.
    fn file_bytes(&self) -> Option<u64> {
        None
    }
    /// Tokens of a raw prompt, which may carry control tokens.
    ///
    /// # Errors
    /// One sentence, if the tokenizer refuses.
    fn encode_prompt(&self, text: &str) -> Result<Vec<u32>, String>;
    /// The chat template's source; none where the model has no template.
    fn chat_template(&self) -> Option<String> {
        None
    }
    /// A chat as the text that the model was trained on. Control tokens' names inside messages stay as they are.
    ///
    /// # Errors
    /// One sentence, if there is no chat template or it refuses.
    fn chat_text(&self, _messages: &[ChatMessage], _ending: ChatEnding) -> Result<String, String> {
        Err("the model has no chat template".to_owned())
    }
    /// Tokens of a chat in the form this model was trained on. Nothing inside a message reads as a control token.
    ///
    /// # Errors
    /// One sentence, if the chat template or the tokenizer refuses.
    fn encode_chat(&self, messages: &[ChatMessage], ending: ChatEnding) -> Result<Vec<u32>, String>;
}

impl Mind for Model {
    fn name(&self) -> &str {
        Model::name(self)
    }

    fn hash(&self) -> &str {
        Model::hash(self)
    }

    fn context_len(&self) -> usize {
        Model::context_len(self)
    }

    fn file_bytes(&self) -> Option<u64> {
        Some(Model::file_bytes(self))
    }

    fn encode_prompt(&self, text: &str) -> Result<Vec<u32>, String> {
        self.tokenizer().encode_prompt(text, true).map_err(|error| error.to_string())
    }

    fn chat_template(&self) -> Option<String> {
        Model::chat_template(self)
    }

    fn chat_text(&self, messages: &[ChatMessage], ending: ChatEnding) -> Result<String, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        match ending {
            ChatEnding::Continued => self.chat_text_continued(messages).map_err(|error| said(&error)),
            ChatEnding::Opening => self.apply_chat_template(messages, true).map_err(|error| said(&error)),
            ChatEnding::Closed => self.apply_chat_template(messages, false).map_err(|error| said(&error)),
        }
    }

    fn encode_chat(&self, messages: &[ChatMessage], ending: ChatEnding) -> Result<Vec<u32>, String> {
        let tokens = match ending {
            ChatEnding::Continued => self.encode_chat_continued(messages),
            ChatEnding::Opening => Model::encode_chat(self, messages, true),
            ChatEnding::Closed => Model::encode_chat(self, messages, false),
        };
        tokens.map_err(|error| error.to_string())
    }
}

/// The ids a client may send as `model`; the first is the one we call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIds {
    ids: Vec<String>,
    shown: String,
    file: Option<String>,
}

impl ModelIds {
    /// Ids made of the model's file name (which says more than the name inside many files) and its own name.
    pub fn new(name: &str, path: Option<&Path>) -> Self {
        let stem = path.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        let without_format = stem.as_deref().map(|stem| stem.split_once(".Q").map_or(stem, |(head, _)| head));
        let wanted = [
            without_format.map(slug),
            Some(slug(name)),
            Some(name.to_owned()),
            stem.clone(),
            Some(BASE_ID.to_owned()),
        ];
        let mut ids: Vec<String> = Vec::with_capacity(IDS_MAX);
        for id in wanted.into_iter().flatten() {
            if !id.is_empty() && !ids.contains(&id) {
                ids.push(id);
            }
        }
        let shown = without_format.filter(|head| !head.is_empty()).unwrap_or(name).to_owned();
        let file = path.and_then(Path::file_name).map(|file| file.to_string_lossy().into_owned());
        ModelIds { ids, shown, file }
    }

    /// The name of the model's file, without its folder; none where there is no file.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The name to show a person: the file's, without its format; the model's own where there is no file.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The id that the model list tells.
    pub fn first(&self) -> &str {
        self.ids.first().map_or(BASE_ID, String::as_str)
    }

    /// Whether `id` means this model.
    pub fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|known| known == id)
    }
}

/// Lower-case letters and digits with single hyphens between: `SmolLM2 135M` is `smollm2-135m`.
pub fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_answers_to_its_names() {
        let path = Path::new("models/SmolLM2-135M-Instruct.Q4_1.gguf");
        let ids = ModelIds::new("Smollm2 135M 8k", Some(path));
        assert_eq!((ids.first(), ids.shown()), ("smollm2-135m-instruct", "SmolLM2-135M-Instruct"));
        for id in ["base", "Smollm2 135M 8k", "smollm2-135m-8k", "SmolLM2-135M-Instruct.Q4_1"] {
            assert!(ids.has(id), "{id}");
        }
        assert!(!ids.has("gpt-4") && !ids.has(""));
        assert_eq!(ids.file(), Some("SmolLM2-135M-Instruct.Q4_1.gguf"));
        assert_eq!(ModelIds::new("", None).first(), "base");
    }
}
