//! Owns the way between text and tokens: byte-level byte-pair encoding built from the vocabulary inside the model file,
//! the split at special tokens, and exact bytes for every token. Refuses to know chat roles and templates, and never
//! parses a special token out of text unless it is asked to.
//! Source: GPT-2's byte alphabet and splitting; the split patterns are those llama.cpp applies for the same
//! `tokenizer.ggml.pre` (src/llama-vocab.cpp), so that both make the same tokens.

mod names;

use names::Names;
use std::collections::HashMap;
use std::fmt;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{PreTokenizerWrapper, SplitDelimiterBehavior};

/// Longest text one call encodes, in bytes.
pub const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest token, in bytes of the file's spelling.
pub const TOKEN_BYTES_MAX: usize = 2048;
/// Most tokens of a vocabulary.
pub const VOCAB_LEN_MAX: usize = 1_000_000;

/// Why a vocabulary does not make a tokenizer, or a text no tokens.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// A SentencePiece, WordPiece or other vocabulary.
    #[error("the vocabulary is of the kind {found:?}, only byte-level BPE (\"gpt2\") is supported")]
    Kind {
        /// `tokenizer.ggml.model`.
        found: String,
    },
    /// A splitting rule this tokenizer has no pattern for; guessing would make wrong tokens.
    #[error("the text splitting rule {found:?} is not supported (supported: {supported})")]
    Splitting {
        /// `tokenizer.ggml.pre`.
        found: String,
        /// The rules there are.
        supported: String,
    },
    /// The vocabulary is empty or beyond every sane size.
    #[error("the vocabulary has {actual} tokens, expected 1 to {max}")]
    Size {
        /// The cap.
        max: usize,
        /// Tokens found.
        actual: usize,
    },
    /// The token types are not one for each token.
    #[error("there are {types} token types for {tokens} tokens")]
    TypeCount {
        /// Entries of `tokenizer.ggml.token_type`.
        types: usize,
        /// Entries of `tokenizer.ggml.tokens`.
        tokens: usize,
    },
    /// One token is empty, too long, spelled outside the byte alphabet, of an unknown type, or there twice.
    #[error("token {id} {reason}")]
    Token {
        /// Its number.
        id: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// One merge is not two known parts that make a known token.
    #[error("merge {index} {reason}")]
    Merge {
        /// Its index.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A special token's number lies outside the vocabulary.
    #[error("{key} is {id}, the vocabulary has {tokens} tokens")]
    SpecialId {
        /// The metadata key.
        key: &'static str,
        /// The number.
        id: u64,
        /// Size of the vocabulary.
        tokens: usize,
    },
    /// The text is longer than one call takes.
    #[error("the text has {actual} bytes, the most is {TEXT_BYTES_MAX}")]
    TextTooLong {
        /// Its length in bytes.
        actual: usize,
    },
    /// The tokenizer library refused something that passed every check: our fault, not the file's or the text's.
    #[error("the tokenizer library refused {what}: {message}")]
    Library {
        /// The step.
        what: &'static str,
        /// What it said.
        message: String,
    },
}

/// A vocabulary as the file gives it, before any check.
#[derive(Debug, Default, Clone)]
pub struct VocabularySpec {
    /// Spelling of each token, in the byte alphabet for ordinary ones.
    pub tokens: Vec<String>,
    /// ggml's type of each token; empty means all ordinary.
    pub types: Vec<i64>,
    /// Merges in order of rank, the two parts separated by one space.
    pub merges: Vec<String>,
    /// `tokenizer.ggml.pre`.
    pub splitting: String,
    /// Beginning-of-sequence token.
    pub bos: Option<u64>,
    /// End-of-sequence token.
    pub eos: Option<u64>,
    /// End-of-turn token, where the file names one.
    pub eot: Option<u64>,
    /// Whether raw prompts begin with `bos`.
    pub add_bos: bool,
}

/// ggml's token types, as far as they occur with byte-level BPE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenKind {
    Ordinary,
    /// Parsed only when asked, never shown.
    Control,
    /// Parsed always, shown.
    UserDefined,
    Unused,
}

/// Text to tokens and back. Immutable; share it by `Arc`.
pub struct Tokenizer {
    bpe: tokenizers::Tokenizer,
    /// Exact bytes of each token; for control tokens the bytes of their name.
    bytes: Vec<Box<[u8]>>,
    kinds: Vec<TokenKind>,
    controls: Names,
    user_defined: Names,
    bos: Option<u32>,
    eos: Option<u32>,
    ends: Vec<u32>,
    add_bos: bool,
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer").field("vocab_len", &self.bytes.len()).field("ends", &self.ends).finish()
    }
}

/// Names of control tokens that end a turn in the families that use this tokenizer.
const END_NAMES: [&str; 7] =
    ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>", "</s>"];

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// The splitting rules by their names in `tokenizer.ggml.pre`: patterns applied one after the other, and whether a piece
/// that is a token as a whole skips merging.
const SPLITTINGS: [(&[&str], &[&str], bool); 4] = [
    (&["smollm", "starcoder", "refact", "command-r", "codeshell"], &[r"\p{N}", GPT2], false),
    (&["gpt-2", "gpt2", "phi-2", "mpt", "olmo"], &[GPT2], false),
    (&["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"], &[LLAMA3], true),
    (&["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez"], &[QWEN2], false),
];

impl Tokenizer {
    /// Builds a tokenizer, checking the vocabulary through and through.
    ///
    /// # Errors
    /// Every [`TokenizerError`] but `Kind` and `TextTooLong`.
    pub fn new(spec: VocabularySpec) -> Result<Tokenizer, TokenizerError> {
        let len = spec.tokens.len();
        if len == 0 || len > VOCAB_LEN_MAX {
            return Err(TokenizerError::Size { max: VOCAB_LEN_MAX, actual: len });
        }
        if !spec.types.is_empty() && spec.types.len() != len {
            return Err(TokenizerError::TypeCount { types: spec.types.len(), tokens: len });
        }
        let bos = special_id("tokenizer.ggml.bos_token_id", spec.bos, len)?;
        let eos = special_id("tokenizer.ggml.eos_token_id", spec.eos, len)?;
        let eot = special_id("tokenizer.ggml.eot_token_id", spec.eot, len)?;
        let kinds = token_kinds(&spec)?;
        let bytes = token_bytes(&spec.tokens, &kinds)?;
        let (mut controls, mut user_defined) = (Vec::new(), Vec::new());
        let mut ends: Vec<u32> = eos.into_iter().chain(eot).collect();
        for (id, (name, kind)) in spec.tokens.iter().zip(&kinds).enumerate() {
            match kind {
                TokenKind::Control => controls.push((name.clone(), id as u32)),
                TokenKind::UserDefined => user_defined.push((name.clone(), id as u32)),
                TokenKind::Ordinary | TokenKind::Unused => {}
            }
            if *kind == TokenKind::Control && END_NAMES.contains(&name.as_str()) {
                ends.push(id as u32);
            }
        }
        ends.sort_unstable();
        ends.dedup();
        let bpe = build_bpe(&spec, &kinds)?;
        let (controls, user_defined) = (Names::new(controls), Names::new(user_defined));
        Ok(Tokenizer { bpe, bytes, kinds, controls, user_defined, bos, eos, ends, add_bos: spec.add_bos })
    }

    /// A tokenizer without merges whose tokens 0 to 255 are the bytes and whose token 256, `<|end|>`, ends a generation:
    /// for tests of what is built on this crate, together with `ScriptedBackend`.
    ///
    /// # Errors
    /// `Library`, should the library refuse it.
    pub fn bytes() -> Result<Tokenizer, TokenizerError> {
        let alphabet = byte_alphabet();
        let mut tokens: Vec<String> = alphabet.iter().map(|c| c.to_string()).collect();
        let mut types = vec![1; tokens.len()];
        tokens.push("<|end|>".to_owned());
        types.push(3);
        Tokenizer::new(VocabularySpec {
            tokens,
            types,
            splitting: "gpt2".to_owned(),
            eos: Some(256),
            ..VocabularySpec::default()
        })
    }

    /// Tokens of `text`. Control tokens are parsed out of it only when `parse_special`; user-defined ones always are.
    /// Bytes the vocabulary cannot spell are left out, as llama.cpp does.
    ///
    /// # Errors
    /// `TextTooLong`; `Library`, should the library refuse the text.
    pub fn encode(&self, text: &str, parse_special: bool) -> Result<Vec<u32>, TokenizerError> {
        self.encode_veiled(text, parse_special, None)
    }

    /// As [`Tokenizer::encode`], with the beginning-of-sequence token first where the file asks for one: for raw prompts.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_prompt(&self, text: &str, parse_special: bool) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = self.encode(text, parse_special)?;
        if let (true, Some(bos)) = (self.add_bos, self.bos) {
            ids.insert(0, bos);
        }
        Ok(ids)
    }

    /// As `encode`, where `veil` is a character that was put inside special names to hide them: it takes part in the
    /// search for special tokens and is removed before the rest is encoded.
    pub(crate) fn encode_veiled(
        &self,
        text: &str,
        parse_special: bool,
        veil: Option<char>,
    ) -> Result<Vec<u32>, TokenizerError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(TokenizerError::TextTooLong { actual: text.len() });
        }
        let mut ids = Vec::with_capacity(text.len() / 3 + 1);
        let mut plain_start = 0;
        let mut at = 0;
        while at < text.len() {
            match self.special_at(&text[at..], parse_special) {
                Some((len, id)) => {
                    self.encode_plain(&text[plain_start..at], veil, &mut ids)?;
                    ids.push(id);
                    at += len;
                    plain_start = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        self.encode_plain(&text[plain_start..], veil, &mut ids)?;
        Ok(ids)
    }

    /// The longest special token `rest` begins with: its length in bytes and its number.
    fn special_at(&self, rest: &str, parse_special: bool) -> Option<(usize, u32)> {
        let shown = self.user_defined.at(rest);
        // Names differ, so two of one length never stand at one place.
        if parse_special { shown.max(self.controls.at(rest)) } else { shown }
    }

    fn encode_plain(&self, text: &str, veil: Option<char>, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        if text.is_empty() {
            return Ok(());
        }
        let encoding = match veil.filter(|veil| text.contains(*veil)) {
            Some(veil) => self.bpe.encode_fast(text.replace(veil, ""), false),
            None => self.bpe.encode_fast(text, false),
        }
        .map_err(|error| TokenizerError::Library { what: "a text", message: error.to_string() })?;
        ids.extend_from_slice(encoding.get_ids());
        Ok(())
    }

    /// Text of `ids`, control tokens left out, invalid UTF-8 replaced. Numbers outside the vocabulary are left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut bytes = Vec::with_capacity(ids.len() * 4);
        for &id in ids {
            bytes.extend_from_slice(self.shown_bytes(id));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Exact bytes of one token as they appear in a text: none for control tokens and numbers outside the vocabulary.
    pub fn shown_bytes(&self, id: u32) -> &[u8] {
        if self.is_control(id) {
            return &[];
        }
        self.bytes.get(id as usize).map_or(&[], |bytes| bytes)
    }

    /// Name of a special token, or the text of an ordinary one (invalid UTF-8 replaced).
    pub fn token_text(&self, id: u32) -> Option<String> {
        self.bytes.get(id as usize).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether the token steers the model and is never shown.
    pub fn is_control(&self, id: u32) -> bool {
        self.kinds.get(id as usize) == Some(&TokenKind::Control)
    }

    /// Whether `text` spells a control token: it must not reach a prompt from outside with `parse_special` then.
    pub fn spells_control(&self, text: &str) -> bool {
        self.controls.occur_in(text)
    }

    /// Puts `veil` behind the first character of every occurrence of a control token's name.
    pub(crate) fn veil_controls(&self, text: &str, veil: char) -> String {
        let mut veiled = String::with_capacity(text.len() + 16);
        for (at, letter) in text.char_indices() {
            veiled.push(letter);
            if self.controls.at(&text[at..]).is_some() {
                veiled.push(veil);
            }
        }
        veiled
    }

    /// Beginning-of-sequence token.
    pub fn bos(&self) -> Option<u32> {
        self.bos
    }

    /// End-of-sequence token.
    pub fn eos(&self) -> Option<u32> {
        self.eos
    }

    /// Whether a raw prompt begins with [`Tokenizer::bos`].
    pub fn add_bos(&self) -> bool {
        self.add_bos
    }

    /// Whether a generation ends at this token.
    pub fn is_end_of_generation(&self, id: u32) -> bool {
        self.ends.binary_search(&id).is_ok()
    }

    /// All tokens at which a generation ends, ascending.
    pub fn end_of_generation_ids(&self) -> &[u32] {
        &self.ends
    }

    /// Tokens of the vocabulary.
    pub fn vocab_len(&self) -> usize {
        self.bytes.len()
    }
}

fn special_id(key: &'static str, id: Option<u64>, tokens: usize) -> Result<Option<u32>, TokenizerError> {
    match id {
        None => Ok(None),
        Some(id) if id < tokens as u64 => Ok(Some(id as u32)),
        Some(id) => Err(TokenizerError::SpecialId { key, id, tokens }),
    }
}

fn token_kinds(spec: &VocabularySpec) -> Result<Vec<TokenKind>, TokenizerError> {
    if spec.types.is_empty() {
        return Ok(vec![TokenKind::Ordinary; spec.tokens.len()]);
    }
    let kind = |(id, number): (usize, &i64)| match number {
        1 => Ok(TokenKind::Ordinary),
        2 | 3 => Ok(TokenKind::Control),
        4 => Ok(TokenKind::UserDefined),
        5 => Ok(TokenKind::Unused),
        other => {
            Err(TokenizerError::Token { id: id as u32, reason: format!("has the unknown type {other}") })
        }
    };
    spec.types.iter().enumerate().map(kind).collect()
}

/// Bytes of every token; refuses empty, overlong, doubled and misspelled ones.
fn token_bytes(tokens: &[String], kinds: &[TokenKind]) -> Result<Vec<Box<[u8]>>, TokenizerError> {
    let byte_of: HashMap<char, u8> =
        byte_alphabet().into_iter().enumerate().map(|(byte, letter)| (letter, byte as u8)).collect();
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(tokens.len());
    let mut all = Vec::with_capacity(tokens.len());
    for (id, (token, kind)) in tokens.iter().zip(kinds).enumerate() {
        let bad = |reason: String| TokenizerError::Token { id: id as u32, reason };
        if token.is_empty() || token.len() > TOKEN_BYTES_MAX {
            return Err(bad(format!("has {} bytes, expected 1 to {TOKEN_BYTES_MAX}", token.len())));
        }
        if let Some(first) = seen.insert(token, id) {
            return Err(bad(format!("is spelled like token {first}")));
        }
        let bytes: Box<[u8]> = match kind {
            TokenKind::Control | TokenKind::UserDefined => token.as_bytes().into(),
            TokenKind::Unused => token.chars().filter_map(|letter| byte_of.get(&letter).copied()).collect(),
            TokenKind::Ordinary => token
                .chars()
                .map(|letter| byte_of.get(&letter).copied())
                .collect::<Option<Box<[u8]>>>()
                .ok_or_else(|| bad(format!("is spelled {token:?}, which is outside the byte alphabet")))?,
        };
        all.push(bytes);
    }
    Ok(all)
}

/// GPT-2's byte alphabet: printable Latin-1 bytes stand for themselves, the others for letters from U+0100 on.
fn byte_alphabet() -> [char; 256] {
    let mut alphabet = ['\0'; 256];
    let mut next = 0u32;
    for byte in 0..=255u8 {
        alphabet[usize::from(byte)] = match byte {
            b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF => char::from(byte),
            _ => {
                next += 1;
                char::from_u32(0xFF + next).unwrap_or('\0')
            }
        };
    }
    alphabet
}

fn build_bpe(spec: &VocabularySpec, kinds: &[TokenKind]) -> Result<tokenizers::Tokenizer, TokenizerError> {
    let library =
        |what| move |error: tokenizers::Error| TokenizerError::Library { what, message: error.to_string() };
    let (_, patterns, ignore_merges) = SPLITTINGS
        .iter()
        .find(|(names, _, _)| names.contains(&spec.splitting.as_str()))
        .ok_or_else(|| {
            let supported: Vec<&str> =
                SPLITTINGS.iter().flat_map(|(names, _, _)| names.iter().copied()).collect();
            TokenizerError::Splitting { found: spec.splitting.clone(), supported: supported.join(", ") }
        })?;
    // Control tokens stay out of the merging vocabulary, so that no text can spell one by merges.
    let vocab: Vocab = spec
        .tokens
        .iter()
        .zip(kinds)
        .enumerate()
        .filter(|(_, (_, kind))| **kind == TokenKind::Ordinary)
        .map(|(id, (token, _))| (token.clone(), id as u32))
        .collect();
    let mut merges = Vec::with_capacity(spec.merges.len());
    for (index, merge) in spec.merges.iter().enumerate() {
        let bad = |reason: String| TokenizerError::Merge { index, reason };
        let (left, right) = merge
            .split_once(' ')
            .ok_or_else(|| bad(format!("is {merge:?}, expected two parts with a space")))?;
        for part in [left, right, &format!("{left}{right}")] {
            if !vocab.contains_key(part) {
                return Err(bad(format!("names {part:?}, which is not in the vocabulary")));
            }
        }
        merges.push((left.to_owned(), right.to_owned()));
    }
    let bpe = BPE::builder()
        .vocab_and_merges(vocab, merges)
        .ignore_merges(*ignore_merges)
        .build()
        .map_err(library("the merges"))?;
    let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
    for pattern in *patterns {
        let split =
            Split::new(SplitPattern::Regex((*pattern).to_owned()), SplitDelimiterBehavior::Isolated, false)
                .map_err(library("a split pattern"))?;
        steps.push(split.into());
    }
    steps.push(ByteLevel::new(false, false, false).into());
    let mut tokenizer = tokenizers::Tokenizer::new(bpe);
    tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
    Ok(tokenizer)
}

/// Turns tokens into text one by one, holding back bytes until they are whole characters.
#[derive(Debug, Default, Clone)]
pub struct DecodeStream {
    held: Vec<u8>,
}

impl DecodeStream {
    /// An empty stream.
    pub fn new() -> Self {
        DecodeStream::default()
    }

    /// Text that is complete once this token is added; bytes that can never become a character give U+FFFD.
    pub fn push(&mut self, tokenizer: &Tokenizer, id: u32) -> String {
        self.held.extend_from_slice(tokenizer.shown_bytes(id));
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.held) {
                Ok(whole) => {
                    text.push_str(whole);
                    self.held.clear();
                    return text;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.held[..valid]));
                    let skip = error.error_len();
                    self.held.drain(..valid + skip.unwrap_or(0));
                    if skip.is_none() {
                        return text;
                    }
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
    }

    /// What is left at the end: nothing, or one U+FFFD for an unfinished character.
    pub fn finish(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.held).into_owned();
        self.held.clear();
        text
    }
}
