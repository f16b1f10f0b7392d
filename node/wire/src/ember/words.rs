//! The words that a villager's line may be made of: a long list that is sent once, and what each line adds to it.
//!
//! Owns: the names, order and limits of these fields, and the text whose hash names a list. Refuses to know: which words there are
//! (the game's engine says) and how a mind is kept to them (the daemon does that). A list is kept by the daemon under the
//! hash of its content, which the daemon computes itself, so that nobody can pass one list off as another. One that it
//! has not, or not any more, is answered [`VOCABULARY_NOT_FOUND`]; it is then sent, and the line asked for again.
//! Source: DESIGN section 4, "a closed village vocabulary".

use super::check_version;
use crate::fields::{BodyError, Fields, parse_object};
use crate::limits;
use serde::{Deserialize, Serialize};

/// The `code` of the error that answers a line whose list the daemon has not.
pub const VOCABULARY_NOT_FOUND: &str = "vocabulary_not_found";

/// Body of `POST /ember/v1/vocabulary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VocabularyRequest {
    /// Always [`crate::EMBER_VERSION`].
    pub version: u32,
    /// Every form of every word, one space between two. One in lower case may be capitalised where a sentence begins.
    pub words: String,
    /// The characters that may stand between words.
    pub marks: String,
    /// What any word may end in, like `'s`.
    pub endings: Vec<String>,
}

impl VocabularyRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        Ok(VocabularyRequest {
            version: check_version(&fields)?,
            words: fields.string("words", limits::VOCABULARY_BYTES_MAX)?,
            marks: fields.string("marks", limits::MARKS_BYTES_MAX)?,
            endings: fields.strings("endings", limits::ENDINGS_MAX, limits::OPENED_BYTES_MAX)?,
        })
    }

    /// The text whose BLAKE3 in hex names the list: words, marks and endings, a line's end behind each.
    pub fn content(&self) -> String {
        format!("{}\n{}\n{}\n", self.words, self.marks, self.endings.join(" "))
    }
}

/// Answer of `POST /ember/v1/vocabulary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VocabularyResponse {
    /// What the list is called from now on.
    pub hash: String,
}

/// What one line may be made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpeakWords {
    /// The list's hash: BLAKE3 of its content, hex.
    pub vocabulary: String,
    /// Names of people, places and things that the line may say, each spelled as it may be said.
    pub names: Vec<String>,
    /// Numbers that it may say, likewise.
    pub numbers: Vec<String>,
}

impl SpeakWords {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Self>, BodyError> {
        let Some(value) = fields.value("words") else { return Ok(None) };
        let words = Fields::inside(fields.path("words"), value)?;
        let opened = |name| words.strings(name, limits::OPENED_MAX, limits::OPENED_BYTES_MAX);
        Ok(Some(SpeakWords {
            vocabulary: words.string("vocabulary", limits::PACK_HASH_BYTES_MAX)?,
            names: opened("names")?,
            numbers: opened("numbers")?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EMBER_VERSION;
    use serde_json::{Value, json};

    fn list() -> VocabularyRequest {
        VocabularyRequest {
            version: EMBER_VERSION,
            words: "I a mill the".to_owned(),
            marks: " .\n'".to_owned(),
            endings: vec!["'s".to_owned(), "'ll".to_owned()],
        }
    }

    #[test]
    fn what_the_game_sends_the_daemon_reads() {
        let written = serde_json::to_vec(&list()).unwrap();
        assert_eq!(VocabularyRequest::from_json(&written).unwrap(), list());
        assert_eq!(list().content(), "I a mill the\n .\n'\n's 'll\n");
    }

    #[test]
    fn the_largest_list_fits_into_a_body() {
        let words = "a".repeat(limits::VOCABULARY_BYTES_MAX);
        let body = serde_json::to_vec(&VocabularyRequest { words, ..list() }).unwrap();
        assert!(body.len() < limits::BODY_BYTES_MAX, "{}", body.len());
        assert!(VocabularyRequest::from_json(&body).is_ok());
    }

    #[test]
    fn every_wrong_field_is_named() {
        let check = |edit: fn(&mut Value), param: &str| {
            let mut body = serde_json::to_value(list()).unwrap();
            edit(&mut body);
            let error = VocabularyRequest::from_json(body.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.param(), Some(param), "{error}");
        };
        check(|body| body["version"] = json!(EMBER_VERSION + 1), "version");
        check(|body| body["words"] = json!(["a"]), "words");
        check(|body| body["words"] = json!("a".repeat(limits::VOCABULARY_BYTES_MAX + 1)), "words");
        check(|body| body["marks"] = json!("-".repeat(limits::MARKS_BYTES_MAX + 1)), "marks");
        check(|body| body["endings"] = json!(vec!["'s"; limits::ENDINGS_MAX + 1]), "endings");
        check(|body| body["endings"] = json!(["s".repeat(limits::OPENED_BYTES_MAX + 1)]), "endings[0]");
    }
}
