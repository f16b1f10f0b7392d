//! Owns one step of the village's automaton: where a text stands between and inside words, and where a byte leads. Refuses
//! to know tokens.

use super::word_tree::{CAPITALS, ENDINGS, Separator, Tree, WORDS, WorldVocabulary};

/// Most cursors of a state. Beyond it the later ones are dropped, which allows less and never more; only many listed names
/// that begin with one another come near.
pub(super) const CURSORS_MAX: usize = 12;

/// Where a text may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cursor {
    /// Between words.
    Between(Gap),
    /// Inside the bytes of a separator, with the gap before it.
    Separator(Gap, u32),
    /// Inside a word of the vocabulary.
    Word(u32),
    /// Inside a name or number of the request.
    Addition(u32),
    /// Inside an ending.
    Ending(u32),
}

/// Where between two words a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Gap {
    /// A sentence may begin: a word here may be capitalised.
    Sentence,
    /// Inside a sentence.
    Inner,
    /// Right after a word, or after its apostrophe: a separator must come before another word.
    AfterWord,
}

impl Gap {
    /// All of them, each at its number.
    pub(super) const ALL: [Gap; 3] = [Gap::Sentence, Gap::Inner, Gap::AfterWord];

    fn after(self, separator: Separator) -> Gap {
        match (separator, self) {
            (Separator::Plain, Gap::Sentence) | (Separator::Sentence, _) => Gap::Sentence,
            (Separator::Plain | Separator::Inner, _) => Gap::Inner,
            (Separator::Apostrophe, Gap::AfterWord) => Gap::AfterWord,
            (Separator::Apostrophe, Gap::Sentence | Gap::Inner) => Gap::Sentence,
        }
    }
}

/// A set of cursors, without memory of its own so that a walk copies it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursors {
    len: usize,
    all: [Cursor; CURSORS_MAX],
}

impl Cursors {
    pub(super) const EMPTY: Cursors = Cursors { len: 0, all: [Cursor::Between(Gap::Sentence); CURSORS_MAX] };

    pub(super) fn of(cursor: Cursor) -> Cursors {
        let mut cursors = Cursors::EMPTY;
        cursors.push(cursor);
        cursors
    }

    pub(super) fn push(&mut self, cursor: Cursor) {
        if self.len < CURSORS_MAX && !self.as_slice().contains(&cursor) {
            self.all[self.len] = cursor;
            self.len += 1;
        }
    }

    pub(super) fn as_slice(&self) -> &[Cursor] {
        &self.all[..self.len]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The trees a walk goes through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trees<'a> {
    pub(super) vocabulary: &'a WorldVocabulary,
    /// None while what all requests share is walked.
    pub(super) additions: Option<&'a Tree>,
}

impl Trees<'_> {
    /// Where the byte leads from these cursors.
    pub(super) fn step(&self, from: &Cursors, byte: u8) -> Cursors {
        let mut to = Cursors::EMPTY;
        for &cursor in from.as_slice() {
            self.step_one(cursor, byte, &mut to);
        }
        to
    }

    fn step_one(&self, cursor: Cursor, byte: u8, to: &mut Cursors) {
        let words = &self.vocabulary.tree;
        match cursor {
            Cursor::Between(gap) => {
                self.separate(gap, 0, byte, to);
                if gap != Gap::AfterWord {
                    let capitals = if gap == Gap::Sentence { words.child(CAPITALS, byte) } else { None };
                    for node in words.child(WORDS, byte).into_iter().chain(capitals) {
                        to.push(Cursor::Word(node));
                    }
                    if let Some(node) = self.additions.and_then(|tree| tree.child(0, byte)) {
                        to.push(Cursor::Addition(node));
                    }
                }
            }
            Cursor::Separator(gap, node) => self.separate(gap, node, byte, to),
            Cursor::Word(_) | Cursor::Addition(_) | Cursor::Ending(_) => {
                self.go_on(cursor, byte, to);
                if self.may_end(cursor) {
                    self.separate(Gap::AfterWord, 0, byte, to);
                }
            }
        }
    }

    /// Where the byte leads from a cursor inside a word, without leaving it: further into it, or into an ending.
    pub(super) fn go_on(&self, cursor: Cursor, byte: u8, to: &mut Cursors) {
        let words = &self.vocabulary.tree;
        let (next, takes_ending) = match cursor {
            Cursor::Word(node) => (words.child(node, byte).map(Cursor::Word), words.takes_ending(node)),
            Cursor::Ending(node) => (words.child(node, byte).map(Cursor::Ending), false),
            Cursor::Addition(node) => match self.additions {
                Some(tree) => (tree.child(node, byte).map(Cursor::Addition), tree.takes_ending(node)),
                None => (None, false),
            },
            Cursor::Between(_) | Cursor::Separator(..) => (None, false),
        };
        let ending = if takes_ending { words.child(ENDINGS, byte).map(Cursor::Ending) } else { None };
        next.into_iter().chain(ending).for_each(|cursor| to.push(cursor));
    }

    fn separate(&self, gap: Gap, node: u32, byte: u8, to: &mut Cursors) {
        let separators = &self.vocabulary.separators;
        if let Some(next) = separators.child(node, byte) {
            to.push(if separators.ends(next) {
                Cursor::Between(gap.after(self.vocabulary.kinds[next as usize]))
            } else {
                Cursor::Separator(gap, next)
            });
        }
    }

    /// Whether a text may end at this cursor.
    pub(super) fn may_end(&self, cursor: Cursor) -> bool {
        match cursor {
            Cursor::Between(_) => true,
            Cursor::Separator(..) => false,
            Cursor::Word(node) | Cursor::Ending(node) => self.vocabulary.tree.ends(node),
            Cursor::Addition(node) => self.additions.is_some_and(|tree| tree.ends(node)),
        }
    }
}
