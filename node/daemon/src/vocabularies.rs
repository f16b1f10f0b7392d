//! `POST /ember/v1/vocabulary`, and the lists of words that lines are made of, compiled for the model.
//!
//! Owns which lists are kept, under the hashes of their content, and what a line's names and numbers add to one. Refuses to know
//! which words there are (the game's engine says) and how a list is followed (`infer` does that). Compiling computes for
//! some hundred milliseconds and takes some hundred times the memory of a line: `preparing` gives one list at a time a thread,
//! and few lists are kept.

use crate::app::App;
use crate::constraints::Constraints;
use crate::fault::Fault;
use crate::inference::Ready;
use crate::preparing::Kind;
use crate::routes::read_body;
use axum::Json;
use axum::extract::{Request, State};
use infer::constrain::{WorldError, WorldMasks, WorldMatcher, WorldRules, WorldVocabulary};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;
use wire::ember::{SpeakWords, VocabularyRequest, VocabularyResponse};

/// Lists kept; the one that was used longest ago goes first. A game uses one.
pub const VOCABULARIES_MAX: usize = 4;
/// Lists that may be parsed or wait to be compiled; more are sent away, so that what waits is bounded.
const COMING_MAX: usize = 4;

/// A list and its name.
#[derive(Debug)]
struct Kept {
    hash: String,
    masks: Arc<WorldMasks>,
}

/// The lists that the daemon has.
#[derive(Debug)]
pub struct Vocabularies {
    constraints: Arc<Constraints>,
    /// The one used last stands last.
    kept: Mutex<Vec<Kept>>,
    /// Held from when a list is there whole, so that who sends slowly keeps nobody out, until it is compiled.
    coming: Arc<Semaphore>,
}

impl Vocabularies {
    /// No list yet; what comes is compiled for the model of these constraints.
    pub fn new(constraints: Arc<Constraints>) -> Self {
        Vocabularies {
            constraints,
            kept: Mutex::new(Vec::new()),
            coming: Arc::new(Semaphore::new(COMING_MAX)),
        }
    }

    /// Compiles a list and keeps it; returns its name. A list that is there already costs its hash.
    ///
    /// # Errors
    /// [`Fault::BadParameter`] for what cannot be a word, a mark or an ending; [`Fault::Generation`] when the model's tokens
    /// cannot be masked.
    pub(crate) fn take(&self, list: &VocabularyRequest) -> Result<String, Fault> {
        let hash = blake3::hash(list.content().as_bytes()).to_hex().to_string();
        if self.find(&hash).is_some() {
            return Ok(hash);
        }
        let rules = WorldRules { separators: list.marks.clone(), endings: list.endings.clone() };
        let words = list.words.split(' ').filter(|word| !word.is_empty());
        let refuse = |error: WorldError| {
            let field = if matches!(error, WorldError::Separator { .. }) { "marks" } else { "words" };
            Fault::BadParameter { field: field.to_owned(), why: error.to_string() }
        };
        let vocabulary = WorldVocabulary::new(words, &rules).map_err(refuse)?;
        let masks = WorldMasks::new(Arc::new(vocabulary), Arc::clone(self.constraints.table()?));
        let mut kept = self.lock();
        if kept.len() >= VOCABULARIES_MAX {
            kept.remove(0);
        }
        kept.push(Kept { hash: hash.clone(), masks: Arc::new(masks) });
        Ok(hash)
    }

    /// What keeps one line to its words.
    ///
    /// # Errors
    /// [`Fault::UnknownVocabulary`]; [`Fault::BadParameter`] for what can be no name or number.
    pub(crate) fn matcher(&self, words: &SpeakWords) -> Result<WorldMatcher, Fault> {
        let masks = self.find(&words.vocabulary);
        let masks = masks.ok_or_else(|| Fault::UnknownVocabulary { hash: words.vocabulary.clone() })?;
        let (names, numbers) = (texts(&words.names), texts(&words.numbers));
        masks
            .matcher(&names, &numbers)
            .map_err(|error| Fault::BadParameter { field: "words".to_owned(), why: error.to_string() })
    }

    /// How many lists are kept.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.lock().len()
    }

    fn find(&self, hash: &str) -> Option<Arc<WorldMasks>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|kept| kept.hash == hash)?;
        let found = kept.remove(at);
        let masks = Arc::clone(&found.masks);
        kept.push(found);
        Some(masks)
    }

    // What is guarded is whole even where a thread has panicked beside it.
    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// The handler.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<VocabularyResponse>, Fault> {
    let Ready { vocabularies, preparing, .. } = app.ready()?;
    let body = read_body(request).await?;
    let _coming = vocabularies.coming.clone().try_acquire_owned().map_err(|_| Fault::QueueFull)?;
    let list = VocabularyRequest::from_json(&body)?;
    let hash = preparing.run(Kind::List, move || vocabularies.take(&list)).await?;
    Ok(Json(VocabularyResponse { hash }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use infer::Tokenizer;
    use wire::EMBER_VERSION;

    fn list(words: &str) -> VocabularyRequest {
        let (marks, endings) = (" .,'".to_owned(), vec!["'s".to_owned()]);
        VocabularyRequest { version: EMBER_VERSION, words: words.to_owned(), marks, endings }
    }

    fn vocabularies() -> Vocabularies {
        Vocabularies::new(Arc::new(Constraints::new(Arc::new(Tokenizer::bytes().unwrap()))))
    }

    fn line(vocabulary: &str, names: &[&str]) -> SpeakWords {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        SpeakWords { vocabulary: vocabulary.to_owned(), names, numbers: Vec::new() }
    }

    #[test]
    fn a_list_is_kept_under_the_hash_of_its_content() {
        let vocabularies = vocabularies();
        let hash = vocabularies.take(&list("mill the")).unwrap();
        assert_eq!(hash, blake3::hash(b"mill the\n .,'\n's\n").to_hex().to_string());
        assert_eq!(vocabularies.take(&list("mill the")).unwrap(), hash);
        assert_eq!(vocabularies.len(), 1);
        let says = |names: &[&str], text: &str| {
            let mut matcher = vocabularies.matcher(&line(&hash, names)).unwrap();
            text.bytes().all(|byte| matcher.accept(u32::from(byte)).is_ok()) && matcher.may_end()
        };
        assert!(says(&["Tom"], "Tom, the mill's.") && !says(&[], "Tom, the mill."));
        assert!(!says(&["Tom"], "the house") && !says(&["Tom"], "\"The mill"));
    }

    #[test]
    fn what_is_not_there_and_what_can_be_no_word_is_said() {
        let vocabularies = vocabularies();
        let unknown = vocabularies.matcher(&line("ab", &[])).unwrap_err();
        assert_eq!(unknown, Fault::UnknownVocabulary { hash: "ab".to_owned() });
        let hash = vocabularies.take(&list("the")).unwrap();
        let field_of = |fault: Fault| fault.body().error.param;
        let names = vec!["x"; infer::constrain::WORLD_ADDITIONS_MAX + 1];
        for names in [&["-"][..], &[""], &names] {
            let fault = vocabularies.matcher(&line(&hash, names)).unwrap_err();
            assert_eq!(field_of(fault).as_deref(), Some("words"), "{names:?}");
        }
        let long = "a".repeat(infer::constrain::WORLD_WORD_BYTES_MAX + 1);
        for words in ["the <b>", "-x", long.as_str()] {
            assert_eq!(field_of(vocabularies.take(&list(words)).unwrap_err()).as_deref(), Some("words"));
        }
        let marks = VocabularyRequest { marks: "a".to_owned(), ..list("the") };
        assert_eq!(field_of(vocabularies.take(&marks).unwrap_err()).as_deref(), Some("marks"));
        assert_eq!(vocabularies.len(), 1);
    }

    #[test]
    fn few_lists_are_kept_and_the_one_in_use_stays() {
        let vocabularies = vocabularies();
        let first = vocabularies.take(&list("first")).unwrap();
        let second = vocabularies.take(&list("second")).unwrap();
        for word in ["a", "b", "c", "d", "e"] {
            vocabularies.take(&list(word)).unwrap();
            assert!(vocabularies.matcher(&line(&first, &[])).is_ok(), "{word}");
        }
        assert_eq!(vocabularies.len(), VOCABULARIES_MAX);
        assert!(vocabularies.matcher(&line(&second, &[])).is_err());
    }
}
