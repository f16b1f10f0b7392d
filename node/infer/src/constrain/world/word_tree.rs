//! Owns the trees of bytes that spell words: the shared vocabulary with its endings and separators, and the small tree of a
//! request's names and numbers. Refuses to know tokens and states.

use super::{
    WORLD_ADDITIONS_MAX, WORLD_BYTES_MAX, WORLD_WORD_BYTES_MAX, WORLD_WORDS_MAX, WorldError, WorldRules,
};
use std::collections::BTreeSet;

/// A word ends here.
const ENDS: u8 = 1;
/// A word ends here that may take an ending.
const TAKES_ENDING: u8 = 2;

/// A node of a tree while it is built: edges ascending by byte.
#[derive(Debug, Clone, Default)]
struct Growing {
    edges: Vec<(u8, u32)>,
    flags: u8,
}

/// A tree (with several roots) of byte strings. Edges of a node lie together, ascending by byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tree {
    /// Node `n` has the edges `starts[n]` to `starts[n + 1]`.
    starts: Vec<u32>,
    bytes: Vec<u8>,
    targets: Vec<u32>,
    flags: Vec<u8>,
}

impl Tree {
    /// The node after `byte`.
    pub(super) fn child(&self, node: u32, byte: u8) -> Option<u32> {
        let (from, to) = (self.starts[node as usize] as usize, self.starts[node as usize + 1] as usize);
        let at = self.bytes[from..to].iter().position(|edge| *edge == byte)?;
        Some(self.targets[from + at])
    }

    /// Whether a word ends at the node.
    pub(super) fn ends(&self, node: u32) -> bool {
        self.flags[node as usize] & ENDS != 0
    }

    /// Whether a word that may take an ending ends at the node.
    pub(super) fn takes_ending(&self, node: u32) -> bool {
        self.flags[node as usize] & TAKES_ENDING != 0
    }

    /// The bytes of the edges that leave the node.
    pub(super) fn first_bytes(&self, node: u32) -> &[u8] {
        &self.bytes[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    fn from_growing(growing: &[Growing]) -> Tree {
        let mut tree = Tree { starts: vec![0], ..Tree::default() };
        for node in growing {
            tree.bytes.extend(node.edges.iter().map(|(byte, _)| *byte));
            tree.targets.extend(node.edges.iter().map(|(_, target)| *target));
            tree.starts.push(tree.bytes.len() as u32);
            tree.flags.push(node.flags);
        }
        tree
    }
}

/// Puts a byte string below a root.
fn insert(nodes: &mut Vec<Growing>, root: u32, word: &[u8], flags: u8) {
    let mut at = root;
    for &byte in word {
        at = match nodes[at as usize].edges.binary_search_by_key(&byte, |(edge, _)| *edge) {
            Ok(edge) => nodes[at as usize].edges[edge].1,
            Err(edge) => {
                let new = nodes.len() as u32;
                nodes.push(Growing::default());
                nodes[at as usize].edges.insert(edge, (byte, new));
                new
            }
        };
    }
    nodes[at as usize].flags |= flags;
}

fn find(nodes: &[Growing], root: u32, word: &[u8]) -> Option<u32> {
    word.iter().try_fold(root, |at, byte| {
        let edges = &nodes[at as usize].edges;
        edges.binary_search_by_key(byte, |(edge, _)| *edge).ok().map(|edge| edges[edge].1)
    })
}

/// Both spellings of the apostrophe, where there is one.
fn apostrophes(word: &str) -> impl Iterator<Item = String> {
    let straight = word.replace('\u{2019}', "'");
    let curly = straight.contains('\'').then(|| straight.replace('\'', "\u{2019}"));
    std::iter::once(straight).chain(curly)
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '\'' || c == '\u{2019}'
}

fn check_length(word: &str) -> Result<(), WorldError> {
    if word.is_empty() || word.len() > WORLD_WORD_BYTES_MAX {
        let word = word.chars().take(WORLD_WORD_BYTES_MAX).collect();
        return Err(WorldError::Word { word, reason: "must have 1 to 64 bytes" });
    }
    Ok(())
}

const _: () = assert!(WORLD_WORD_BYTES_MAX == 64, "the reason above names the limit");

const NO_WORD: &str =
    "must be letters, digits, apostrophes and hyphens, a letter or digit among them, no hyphen first";

fn refuse(word: &str, reason: &'static str) -> WorldError {
    WorldError::Word { word: word.to_owned(), reason }
}

/// The closed vocabulary of a village: words, separators and endings. Immutable; share it by `Arc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldVocabulary {
    pub(super) tree: Tree,
    /// The separators, and what each does, by node.
    pub(super) separators: Tree,
    pub(super) kinds: Vec<Separator>,
}

/// What a separator does to the word after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Separator {
    /// A sentence goes on as it was: space, dash, closing mark.
    #[default]
    Plain,
    /// No sentence begins: comma and semicolon.
    Inner,
    /// A sentence may begin.
    Sentence,
    /// Before a word it opens speech, after one it belongs to it, and no word may follow at once.
    Apostrophe,
}

impl Separator {
    fn of(c: char) -> Separator {
        match c {
            '.' | '!' | '?' | '\u{2026}' | '\n' | ':' | '"' | '\u{201C}' | '\u{2018}' | '(' | '*' => {
                Separator::Sentence
            }
            ',' | ';' => Separator::Inner,
            '\'' | '\u{2019}' => Separator::Apostrophe,
            _ => Separator::Plain,
        }
    }
}

/// Where words of the vocabulary begin, spelled as listed.
pub(super) const WORDS: u32 = 0;
/// Where words of the vocabulary begin at a sentence's beginning: lower-case ones, their first letter made a capital.
pub(super) const CAPITALS: u32 = 1;
/// Where endings begin.
pub(super) const ENDINGS: u32 = 2;

impl WorldVocabulary {
    /// Builds the trees. A word is letters, digits, apostrophes and hyphens, every inflected form listed by itself; one written in
    /// lower case may be capitalised at a sentence's beginning, any other comes only as listed ("I", "I'm"). An apostrophe
    /// may be straight or curly, whichever is listed.
    ///
    /// # Errors
    /// [`WorldError`], when a word, a separator or a limit is not kept.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>, rules: &WorldRules) -> Result<Self, WorldError> {
        let mut nodes = vec![Growing::default(); 3];
        let (mut count, mut bytes) = (0, 0);
        let mut initials = BTreeSet::new();
        for word in words {
            count += 1;
            bytes += word.len();
            within("words", WORLD_WORDS_MAX, count)?;
            within("bytes", WORLD_BYTES_MAX, bytes)?;
            check_length(word)?;
            let spelled = word.chars().all(|c| is_word_char(c) || c == '-');
            if !spelled || word.starts_with('-') || !word.contains(char::is_alphanumeric) {
                return Err(refuse(word, NO_WORD));
            }
            for spelling in apostrophes(word) {
                insert(&mut nodes, WORDS, spelling.as_bytes(), ENDS | TAKES_ENDING);
            }
            initials.extend(word.chars().next().filter(|c| c.is_lowercase()));
        }
        for ending in &rules.endings {
            check_length(ending)?;
            if !ending.chars().all(is_word_char) {
                return Err(refuse(ending, "must be letters, digits and apostrophes"));
            }
            for spelling in apostrophes(ending) {
                insert(&mut nodes, ENDINGS, spelling.as_bytes(), ENDS);
            }
        }
        capitalise(&mut nodes, &initials);
        let (separators, kinds) = separator_tree(&rules.separators)?;
        Ok(WorldVocabulary { tree: Tree::from_growing(&nodes), separators, kinds })
    }
}

/// Lets each capital lead to the node of its small letter, so that what follows is shared. Words whose other letters are not
/// all small ("mcDuff") keep them.
fn capitalise(nodes: &mut Vec<Growing>, initials: &BTreeSet<char>) {
    let mut buffer = [0; 4];
    for &small in initials {
        let mut capitals = small.to_uppercase();
        let (Some(capital), None) = (capitals.next(), capitals.next()) else { continue };
        let Some(target) = find(nodes, WORDS, small.encode_utf8(&mut buffer).as_bytes()) else { continue };
        let spelled = capital.encode_utf8(&mut buffer).as_bytes().to_vec();
        let Some((&last, before)) = spelled.split_last() else { continue };
        insert(nodes, CAPITALS, before, 0);
        if let Some(parent) = find(nodes, CAPITALS, before) {
            let edges = &mut nodes[parent as usize].edges;
            if let Err(at) = edges.binary_search_by_key(&last, |(edge, _)| *edge) {
                edges.insert(at, (last, target));
            }
        }
    }
}

fn separator_tree(separators: &str) -> Result<(Tree, Vec<Separator>), WorldError> {
    let mut nodes = vec![Growing::default()];
    let mut kinds = Vec::new();
    let mut buffer = [0; 4];
    for c in separators.chars() {
        let spelled = c.encode_utf8(&mut buffer).as_bytes();
        if c.is_alphanumeric() || find(&nodes, 0, spelled).is_some() {
            return Err(WorldError::Separator { separator: c });
        }
        insert(&mut nodes, 0, spelled, ENDS);
        kinds.resize(nodes.len(), Separator::Plain);
        if let Some(node) = find(&nodes, 0, spelled) {
            kinds[node as usize] = Separator::of(c);
        }
    }
    Ok((Tree::from_growing(&nodes), kinds))
}

/// The tree of a request's names and numbers.
///
/// # Errors
/// [`WorldError`], when one cannot be a name or number, or there are too many.
pub(super) fn additions(names: &[&str], numbers: &[&str]) -> Result<Tree, WorldError> {
    within("names and numbers", WORLD_ADDITIONS_MAX, names.len() + numbers.len())?;
    let mut nodes = vec![Growing::default()];
    for (all, flags) in [(names, ENDS | TAKES_ENDING), (numbers, ENDS)] {
        for name in all {
            check_length(name)?;
            let inside = name.starts_with(char::is_alphanumeric) && name.ends_with(is_word_char);
            if !inside || name.chars().any(char::is_control) {
                return Err(refuse(name, "must begin and end with a letter or digit"));
            }
            for spelling in apostrophes(name) {
                insert(&mut nodes, 0, spelling.as_bytes(), flags);
            }
        }
    }
    Ok(Tree::from_growing(&nodes))
}

fn within(unit: &'static str, max: usize, actual: usize) -> Result<(), WorldError> {
    if actual > max {
        return Err(WorldError::TooLarge { unit, max, actual });
    }
    Ok(())
}
