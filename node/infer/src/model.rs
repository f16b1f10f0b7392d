//! Owns a loaded model: weights, tokenizer, chat template and metadata of one GGUF file, immutable and shared. Refuses to
//! know sequences' owners, requests and threads.

use crate::adapter::{Base, Dimensions};
use crate::error::LoadError;
use crate::fill::{Filled, Source};
use crate::gguf;
use crate::mark::unused_mark;
use crate::matrix::Precision;
use crate::packed_cache::{self, PackedCache, PackedCacheError, Plan};
use crate::shape::{Metadata, Shape};
use crate::shared_file::SharedFile;
use crate::template::{ChatMessage, ChatTemplate, TemplateError};
use crate::tokenizer::{Tokenizer, TokenizerError, VocabularySpec};
use crate::weights::Weights;
use crate::workers::Crew;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a model is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoadOptions {
    /// How matrices are kept.
    pub precision: Precision,
    /// Whether matrices are read from a cache beside the model's file, packed, if there is one. In f32 there never is, and
    /// none of a model whose matrices take much more room packed than in its file.
    pub packed_cache: bool,
    /// Threads that read, hash and pack weights; 0 is one for each processor. One more makes the tokenizer meanwhile.
    pub threads: usize,
}

/// A model in memory. Share it by `Arc`; keys and values belong to a backend.
#[derive(Debug)]
pub struct Model {
    name: String,
    hash: blake3::Hash,
    hash_text: String,
    file_bytes: u64,
    shape: Shape,
    weights: Weights,
    precision: Precision,
    tokenizer: Arc<Tokenizer>,
    template: Option<ChatTemplate>,
    packed_cache: PackedCache,
    /// Where a cache of the matrices may be, and what it must say.
    cache_plan: Option<(PathBuf, Plan)>,
}

/// Why a conversation gives no tokens.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChatError {
    /// The template gave no prompt.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The prompt gave no tokens.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
}

impl Model {
    /// Loads a GGUF file of the Llama family. Everything the header says is checked before it is believed, so a damaged
    /// or hostile file gives one clear error.
    ///
    /// # Errors
    /// [`LoadError`], by stage.
    pub fn load(path: &Path) -> Result<Model, LoadError> {
        Model::load_with(path, LoadOptions::default())
    }

    /// [`Model::load`] with matrices kept in another precision.
    ///
    /// # Errors
    /// [`LoadError`], by stage.
    pub fn load_as(path: &Path, precision: Precision) -> Result<Model, LoadError> {
        Model::load_with(path, LoadOptions { precision, ..LoadOptions::default() })
    }

    /// [`Model::load`] with options. Weights are the same bits with a cache and without; a cache that cannot be used is
    /// no error (see [`Model::packed_cache`]).
    ///
    /// # Errors
    /// [`LoadError`], by stage.
    pub fn load_with(path: &Path, options: LoadOptions) -> Result<Model, LoadError> {
        let open = |source| LoadError::Open { path: path.display().to_string(), source };
        let mut file = File::open(path).map_err(open)?;
        let about = file.metadata().map_err(open)?;
        if !about.is_file() {
            return Err(open(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not a file")));
        }
        let header = gguf::read_header(BufReader::new(&mut file), about.len())?;
        let metadata = Metadata(&header.metadata);
        let shape = Shape::read(&metadata)?;
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = metadata.text("general.name")?.filter(|name| !name.is_empty()).map_or(stem, str::to_owned);
        let file = SharedFile::new(file, about);
        let precision = options.precision;
        let with_cache = options.packed_cache && precision == Precision::AsStored;
        let cache = with_cache.then(|| packed_cache::beside(path));
        let crew = Crew::new(options.threads);
        let source = Source { file: &file, cache: cache.as_deref(), crew: &crew };
        // The one takes about as long as the other, and neither needs more of the other than the number of tokens. A
        // tokenizer that is refused does not wait for weights that nobody will use.
        let (words, loaded) = crew.both(
            || read_words(&metadata).inspect_err(|_| crew.give_up()),
            || {
                let vocab_len = metadata.needed_texts("tokenizer.ggml.tokens")?.len();
                Weights::load(&header, &shape, vocab_len, precision, &source)
            },
        );
        let (tokenizer, template) = words?;
        let (weights, Filled { hash, cache: packed_cache, plan: cache_plan }) = loaded?;
        Ok(Model {
            name,
            hash,
            hash_text: hash.to_hex().to_string(),
            file_bytes: file.bytes_len(),
            shape,
            weights,
            precision,
            tokenizer: Arc::new(tokenizer),
            template,
            packed_cache,
            cache_plan,
        })
    }

    /// How its matrices came into memory.
    pub fn packed_cache(&self) -> &PackedCache {
        &self.packed_cache
    }

    /// Writes the matrices, packed as they are, into a file beside the model's, where the next [`Model::load_with`] finds
    /// them; what was there is replaced in one step. Takes about as long as the disk takes for at most a quarter more
    /// bytes than the model's file has, and no memory. Gives the file's path, or `None` where the model was loaded from a
    /// cache, or has none: [`PackedCache::Unused`].
    ///
    /// # Errors
    /// `Write`; then everything is as before.
    pub fn write_packed_cache(&self) -> Result<Option<&Path>, PackedCacheError> {
        match (&self.cache_plan, &self.packed_cache) {
            (None, _) | (_, PackedCache::Read) => Ok(None),
            (Some((path, plan)), _) => {
                plan.write(path, &self.hash, self.weights.matrices())?;
                Ok(Some(path))
            }
        }
    }

    /// `general.name` of the file, or the file's stem.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// BLAKE3 of the file, 64 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash_text
    }

    /// Size of the file.
    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Most tokens of a sequence.
    pub fn context_len(&self) -> usize {
        self.shape.context_len
    }

    /// Tokens of the vocabulary.
    pub fn vocab_len(&self) -> usize {
        self.tokenizer.vocab_len()
    }

    /// The dimensions.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The tokenizer inside the file.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The tokenizer as the engine wants it.
    pub fn shared_tokenizer(&self) -> Arc<Tokenizer> {
        self.tokenizer.clone()
    }

    /// Whether the file has a chat template.
    pub fn has_chat_template(&self) -> bool {
        self.template.is_some()
    }

    /// The chat template's source, where the file has one.
    pub fn chat_template(&self) -> Option<String> {
        self.template.as_ref()?.source()
    }

    /// The prompt text for a conversation. To encode it, special tokens must be parsed; text inside `messages` that spells
    /// one would be parsed as well, so for text from outside use [`Model::encode_chat`].
    ///
    /// # Errors
    /// [`TemplateError`]; `Missing` when the file has no template.
    pub fn apply_chat_template(
        &self,
        messages: &[ChatMessage],
        add_generation_prompt: bool,
    ) -> Result<String, TemplateError> {
        self.template.as_ref().ok_or(TemplateError::Missing)?.render(messages, add_generation_prompt)
    }

    /// The prompt tokens for a conversation, in which nothing a message says can become a control token: `<|im_end|>`
    /// typed by a user is encoded as the letters it is made of.
    ///
    /// # Errors
    /// [`ChatError`].
    pub fn encode_chat(
        &self,
        messages: &[ChatMessage],
        add_generation_prompt: bool,
    ) -> Result<Vec<u32>, ChatError> {
        if !self.spells_control(messages) {
            let text = self.apply_chat_template(messages, add_generation_prompt)?;
            return Ok(self.tokenizer.encode(&text, true)?);
        }
        // A character no message has is put inside every control token's name before the template sees it, and taken out
        // again after the search for special tokens.
        let veil = unused_mark(messages).ok_or(TemplateError::Failed {
            message: "the messages use every private character".to_owned(),
        })?;
        let veiled: Vec<ChatMessage> = messages
            .iter()
            .map(|message| ChatMessage {
                role: self.tokenizer.veil_controls(&message.role, veil),
                content: self.tokenizer.veil_controls(&message.content, veil),
            })
            .collect();
        let text = self.apply_chat_template(&veiled, add_generation_prompt)?;
        Ok(self.tokenizer.encode_veiled(&text, true, Some(veil))?)
    }

    /// Whether a message spells a control token.
    pub(crate) fn spells_control(&self, messages: &[ChatMessage]) -> bool {
        let spells = |text: &str| self.tokenizer.spells_control(text);
        messages.iter().any(|message| spells(&message.content) || spells(&message.role))
    }

    /// What adapters for it must fit.
    pub fn base(&self) -> Base {
        Base {
            dimensions: Dimensions::of(&self.shape),
            architecture: self.shape.family.architecture().to_owned(),
            rows_interleaved: !self.shape.family.rotates_halves(),
        }
    }

    /// How its matrices are kept.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Bytes of matrices that one step reads, however many rows it has.
    pub fn step_bytes(&self) -> usize {
        self.weights.bytes()
    }

    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }
}

/// The text side: tokenizer and chat template.
fn read_words(metadata: &Metadata<'_>) -> Result<(Tokenizer, Option<ChatTemplate>), LoadError> {
    let tokenizer = read_tokenizer(metadata)?;
    let template = read_template(metadata, &tokenizer)?;
    Ok((tokenizer, template))
}

fn read_tokenizer(metadata: &Metadata<'_>) -> Result<Tokenizer, LoadError> {
    let kind = metadata.needed_text("tokenizer.ggml.model")?;
    if kind != "gpt2" {
        return Err(TokenizerError::Kind { found: kind.to_owned() }.into());
    }
    let spec = VocabularySpec {
        tokens: metadata.needed_texts("tokenizer.ggml.tokens")?.to_vec(),
        types: metadata.integers("tokenizer.ggml.token_type")?.unwrap_or_default(),
        merges: metadata.needed_texts("tokenizer.ggml.merges")?.to_vec(),
        splitting: metadata.needed_text("tokenizer.ggml.pre")?.to_owned(),
        bos: metadata.unsigned("tokenizer.ggml.bos_token_id")?,
        eos: metadata.unsigned("tokenizer.ggml.eos_token_id")?,
        eot: metadata.unsigned("tokenizer.ggml.eot_token_id")?,
        add_bos: metadata.flag("tokenizer.ggml.add_bos_token")?.unwrap_or(false),
    };
    Ok(Tokenizer::new(spec)?)
}

fn read_template(metadata: &Metadata<'_>, tokenizer: &Tokenizer) -> Result<Option<ChatTemplate>, LoadError> {
    let Some(source) = metadata.text("tokenizer.chat_template")? else { return Ok(None) };
    let name = |id: Option<u32>| id.and_then(|id| tokenizer.token_text(id)).unwrap_or_default();
    Ok(Some(ChatTemplate::new(source.to_owned(), name(tokenizer.bos()), name(tokenizer.eos()))?))
}
