//! Owns the masks of the village's automaton for one model: those all requests share, kept, and what a request's names and
//! numbers add. Refuses to know how words are spelled into trees and what tokens mean.

use super::WorldError;
use super::cursors::{Cursor, Cursors, Gap, Trees};
use super::token_tree::TokenTree;
use super::word_tree::{self, Tree, WorldVocabulary};
use crate::constrain::{TokenMask, TokenTable};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most masks kept for places inside words; at six kilobytes each for a vocabulary of 49,152 tokens.
pub const WORLD_MASKS_MAX: usize = 2048;

/// What one cursor allows without names and numbers; for one inside a word, without leaving it at once.
#[derive(Debug)]
struct Shared {
    mask: TokenMask,
    /// Nodes of the token tree at which a new word may begin, below which a name or number could.
    openings: Vec<u32>,
}

/// The village's vocabulary compiled for a model. Built once for each model; share it by `Arc`.
#[derive(Debug)]
pub struct WorldMasks {
    vocabulary: Arc<WorldVocabulary>,
    table: Arc<TokenTable>,
    tokens: TokenTree,
    /// By the gap's number.
    gaps: Vec<Arc<Shared>>,
    /// Looked up only, so that its order matters to nothing.
    inside: Mutex<HashMap<Cursor, Arc<Shared>>>,
}

impl WorldMasks {
    /// Compiles a vocabulary for a model's tokens. Walks all tokens a few times (tens of milliseconds).
    pub fn new(vocabulary: Arc<WorldVocabulary>, table: Arc<TokenTable>) -> WorldMasks {
        let tokens = TokenTree::new(&table);
        let mut masks =
            WorldMasks { vocabulary, table, tokens, gaps: Vec::new(), inside: Mutex::new(HashMap::new()) };
        masks.gaps = Gap::ALL.map(|gap| Arc::new(masks.compute(Cursor::Between(gap)))).to_vec();
        masks
    }

    /// A matcher at the beginning of a line, for a request that may say these names and numbers besides: each as it is
    /// listed, and as a whole ("Old Tom" does not allow "Tom").
    ///
    /// # Errors
    /// [`WorldError`], when one cannot be a name or number, or there are too many.
    pub fn matcher(self: &Arc<Self>, names: &[&str], numbers: &[&str]) -> Result<WorldMatcher, WorldError> {
        let additions = word_tree::additions(names, numbers)?;
        let gaps = self.gaps.iter().map(|shared| self.added(shared, &additions)).collect();
        let added = Arc::new(Added { tree: additions, gaps });
        Ok(WorldMatcher {
            masks: self.clone(),
            added,
            state: Cursors::of(Cursor::Between(Gap::Sentence)),
            ended: false,
        })
    }

    fn compute(&self, cursor: Cursor) -> Shared {
        let trees = Trees { vocabulary: &self.vocabulary, additions: None };
        let mut shared = Shared { mask: TokenMask::none(self.table.len()), openings: Vec::new() };
        let opens = |cursors: &Cursors| {
            cursors
                .as_slice()
                .iter()
                .any(|cursor| matches!(cursor, Cursor::Between(Gap::Sentence | Gap::Inner)))
        };
        let from = Cursors::of(cursor);
        if opens(&from) {
            shared.openings.push(0);
        }
        let openings = &mut shared.openings;
        let note = |node: u32, cursors: &Cursors| {
            if opens(cursors) && self.tokens.goes_on_with_a_letter(node) {
                openings.push(node);
            }
        };
        match cursor {
            Cursor::Between(_) | Cursor::Separator(..) => {
                self.tokens.walk(&trees, 0, from, &mut shared.mask, note);
            }
            _ => self.tokens.walk_on(&trees, cursor, &mut shared.mask, note),
        }
        shared
    }

    /// What a cursor inside a word or separator allows, kept or made.
    fn inside(&self, cursor: Cursor) -> Arc<Shared> {
        // What is kept is whole even where a thread has panicked beside it.
        let mut kept = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = kept.get(&cursor) {
            return shared.clone();
        }
        let shared = Arc::new(self.compute(cursor));
        // Rare, and cheaper than an order of use: the common places are back within a few lines.
        if kept.len() >= WORLD_MASKS_MAX {
            kept.clear();
        }
        kept.insert(cursor, shared.clone());
        shared
    }

    /// How many masks are kept for places inside words.
    pub fn kept(&self) -> usize {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The tokens that begin a name or number at one of the openings; none, where there are none.
    fn added(&self, shared: &Shared, additions: &Tree) -> Option<TokenMask> {
        let trees = Trees { vocabulary: &self.vocabulary, additions: Some(additions) };
        let mut mask = None;
        for &opening in &shared.openings {
            for &byte in additions.first_bytes(0) {
                let Some(node) = self.tokens.child(opening, byte) else { continue };
                let Some(begun) = additions.child(0, byte) else { continue };
                let mask = mask.get_or_insert_with(|| TokenMask::none(self.table.len()));
                self.tokens.allow_at(node, mask);
                self.tokens.walk(&trees, node, Cursors::of(Cursor::Addition(begun)), mask, |_, _| {});
            }
        }
        mask
    }
}

/// What a request adds to the vocabulary.
#[derive(Debug)]
struct Added {
    tree: Tree,
    /// What it allows in each gap, by the gap's number.
    gaps: Vec<Option<TokenMask>>,
}

/// Follows one line through the village's vocabulary. Cloning is cheap and gives an independent position.
#[derive(Debug, Clone)]
pub struct WorldMatcher {
    masks: Arc<WorldMasks>,
    added: Arc<Added>,
    state: Cursors,
    ended: bool,
}

impl WorldMatcher {
    /// Fills `mask` with the tokens that may come here. The end tokens are among them where no word is unfinished, and where
    /// nothing else is: a line never gets stuck. A mask of another length is replaced.
    pub fn mask(&mut self, mask: &mut TokenMask) {
        let table = &self.masks.table;
        if mask.len() == table.len() {
            mask.clear();
        } else {
            *mask = TokenMask::none(table.len());
        }
        if !self.ended {
            for &cursor in self.state.as_slice() {
                self.add(cursor, mask);
            }
        }
        if self.may_end() || mask.is_empty() {
            table.ends().iter().for_each(|&end| mask.allow(end));
        }
    }

    fn add(&self, cursor: Cursor, mask: &mut TokenMask) {
        if let Cursor::Between(gap) = cursor {
            mask.or(&self.masks.gaps[gap as usize].mask);
            if let Some(added) = &self.added.gaps[gap as usize] {
                mask.or(added);
            }
            return;
        }
        // A word that is complete here may be left, and what follows is the same after every word.
        if self.trees().may_end(cursor) {
            self.add(Cursor::Between(Gap::AfterWord), mask);
        }
        if let Cursor::Addition(_) = cursor {
            // The tree is the request's own and small: nothing to keep.
            self.masks.tokens.walk_on(&self.trees(), cursor, mask, |_, _| {});
            return;
        }
        let shared = self.masks.inside(cursor);
        mask.or(&shared.mask);
        if let Some(added) = self.masks.added(&shared, &self.added.tree) {
            mask.or(&added);
        }
    }

    /// Goes on by a token.
    ///
    /// # Errors
    /// `Rejected` with the state unchanged. An end token is accepted wherever [`WorldMatcher::mask`] allows it.
    pub fn accept(&mut self, token: u32) -> Result<(), WorldError> {
        let rejected = Err(WorldError::Rejected { token });
        let bytes = self.masks.table.bytes(token);
        if self.masks.table.is_end(token) {
            let mut mask = TokenMask::none(0);
            if !self.may_end() {
                self.mask(&mut mask);
                if !mask.allows(token) {
                    return rejected;
                }
            }
            self.ended = true;
            return Ok(());
        }
        if self.ended || bytes.is_empty() {
            return rejected;
        }
        let trees = self.trees();
        let next = bytes.iter().fold(self.state, |state, byte| trees.step(&state, *byte));
        if next.is_empty() {
            return rejected;
        }
        self.state = next;
        Ok(())
    }

    /// Whether no word is unfinished here.
    pub fn may_end(&self) -> bool {
        self.ended || self.state.as_slice().iter().any(|cursor| self.trees().may_end(*cursor))
    }

    /// Whether an end token was accepted.
    pub fn is_finished(&self) -> bool {
        self.ended
    }

    fn trees(&self) -> Trees<'_> {
        Trees { vocabulary: &self.masks.vocabulary, additions: Some(&self.added.tree) }
    }
}
