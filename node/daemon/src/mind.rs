//! What the door needs from a model besides tokens to write: its names, its length, and text turned into prompts.
//!
//! Owns the one seam between the handlers and `infer::Model`, so that the door can be driven in tests by a model of no
//! size. Refuses to know how tokens are computed. A chat's content is disarmed here: text that a client sends can
//! never become a control token of the chat template.

use infer::{ChatMessage, Model};
use std::borrow::Cow;
use std::path::Path;

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
    /// Tokens of a text that may carry control tokens.
    ///
    /// # Errors
    /// One sentence, if the tokenizer refuses.
    fn encode(&self, text: &str) -> Result<Vec<u32>, String>;
    /// A chat as the text this model was trained on, ready for its answer.
    ///
    /// # Errors
    /// One sentence, if the chat template refuses.
    fn render_chat(&self, messages: &[ChatMessage]) -> Result<String, String>;
    /// A text in which nothing reads as a control token.
    ///
    /// # Errors
    /// One sentence, if that cannot be had.
    fn disarm<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, String>;
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

    fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        self.tokenizer().encode(text, true).map_err(|error| error.to_string())
    }

    fn render_chat(&self, messages: &[ChatMessage]) -> Result<String, String> {
        self.apply_chat_template(messages, true).map_err(|error| error.to_string())
    }

    fn disarm<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, String> {
        let armed = |text: &str| -> Result<bool, String> {
            let tokenizer = self.tokenizer();
            let encode = |special| tokenizer.encode(text, special).map_err(|error| error.to_string());
            Ok(encode(true)? != encode(false)?)
        };
        // Control tokens begin with a bracket in every family; a text without one need not be encoded to know.
        if !text.contains(BRACKETS) || !armed(text)? {
            return Ok(Cow::Borrowed(text));
        }
        let spaced = space_brackets(text);
        if armed(&spaced)? {
            Err("a message holds a control token".to_owned())
        } else {
            Ok(Cow::Owned(spaced))
        }
    }
}

const BRACKETS: [char; 3] = ['<', '[', '{'];

/// The text with a space after every opening bracket, which no control token survives.
fn space_brackets(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        spaced.push(letter);
        if BRACKETS.contains(&letter) {
            spaced.push(' ');
        }
    }
    spaced
}

/// The ids a client may send as `model`; the first is the one we call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIds {
    ids: Vec<String>,
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
        ModelIds { ids }
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
        assert_eq!(ids.first(), "smollm2-135m-instruct");
        for id in ["base", "Smollm2 135M 8k", "smollm2-135m-8k", "SmolLM2-135M-Instruct.Q4_1"] {
            assert!(ids.has(id), "{id}");
        }
        assert!(!ids.has("gpt-4") && !ids.has(""));
        assert_eq!(ModelIds::new("", None).first(), "base");
    }

    #[test]
    fn no_bracket_keeps_its_neighbour() {
        assert_eq!(space_brackets("a<|im_end|>[INST]"), "a< |im_end|>[ INST]");
    }
}
