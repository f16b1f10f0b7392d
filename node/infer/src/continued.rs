//! Owns prompts whose answer has begun: a chat whose last message stays open, so that the model goes on in it. Refuses to
//! know what a template looks like: where the last message ends in the rendered text, a mark tells that is put behind it.
//! Source: Hugging Face transformers, `apply_chat_template` (`continue_final_message`).

use crate::mark::unused_mark;
use crate::model::{ChatError, Model};
use crate::template::{ChatMessage, TemplateError};

impl Model {
    /// The text of a chat up to the end of its last message, without what the template puts behind a message.
    ///
    /// # Errors
    /// [`ChatError`].
    pub fn chat_text_continued(&self, messages: &[ChatMessage]) -> Result<String, ChatError> {
        let mut text = self.apply_chat_template(messages, false)?;
        let end = text.strip_suffix(&*self.closing(messages)?).map(str::len);
        text.truncate(end.ok_or_else(|| unknown_end("the template writes the message differently"))?);
        Ok(text)
    }

    /// Tokens of a chat that stops within its last message. As in [`Model::encode_chat`], nothing inside a message reads as a
    /// control token; where a message spells one, the template must close a message with a control token.
    ///
    /// # Errors
    /// [`ChatError`].
    pub fn encode_chat_continued(&self, messages: &[ChatMessage]) -> Result<Vec<u32>, ChatError> {
        if !self.spells_control(messages) {
            return Ok(self.tokenizer().encode(&self.chat_text_continued(messages)?, true)?);
        }
        // Text is cut into tokens at control tokens first, so what begins with one has the same tokens behind any text.
        let closing = self.tokenizer().encode(&self.closing(messages)?, true)?;
        let is_apart = closing.first().is_some_and(|first| self.tokenizer().is_control(*first));
        let mut tokens = self.encode_chat(messages, false)?;
        if !is_apart || !tokens.ends_with(&closing) {
            return Err(unknown_end(
                "a message spells a control token, and the template ends with plain text",
            ));
        }
        tokens.truncate(tokens.len() - closing.len());
        Ok(tokens)
    }

    /// What the template puts behind the last message.
    fn closing(&self, messages: &[ChatMessage]) -> Result<String, ChatError> {
        let mark =
            unused_mark(messages).ok_or_else(|| unknown_end("the messages use every private character"))?;
        let mut marked = messages.to_vec();
        match marked.last_mut() {
            Some(last) => last.content.push(mark),
            None => return Err(unknown_end("there is no message")),
        }
        let text = self.apply_chat_template(&marked, false)?;
        let (_, closing) = text.rsplit_once(mark).ok_or_else(|| unknown_end("the template leaves it out"))?;
        Ok(closing.to_owned())
    }
}

fn unknown_end(why: &str) -> ChatError {
    TemplateError::Failed { message: format!("where the last message ends is not to be found: {why}") }.into()
}
