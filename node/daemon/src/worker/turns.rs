//! Whose text is embedded next.
//!
//! Owns the texts that wait for their vectors, how many may, and their order: owners take turns, text by text, and the one
//! whose turn is longest ago comes first; of an owner the oldest text. Refuses to know how a text is read.
//!
//! A text that was begun is read to its end, because only the one that was begun last can go on. An owner who is new stands
//! behind all who are known, so that a stream of new names passes nobody who waits. An owner with nothing here keeps its
//! place: a client that sends one text after the other is not served more often for it.

use infer::EMBEDDING_TOKENS_MAX;
use std::collections::VecDeque;

/// Texts that may be here, and their tokens; what does not fit is given back.
const TEXTS_MAX: usize = 512;
const TOKENS_MAX: usize = 64 * EMBEDDING_TOKENS_MAX;
/// What of them may be one owner's, so that one alone shuts nobody out. Whoever gives no name is one owner with all others
/// who give none.
const OWNER_TEXTS_MAX: usize = TEXTS_MAX / 2;
const OWNER_TOKENS_MAX: usize = TOKENS_MAX / 2;
/// Owners whose last turn is remembered.
const OWNERS_MAX: usize = 1024;

const _: () = assert!(OWNER_TOKENS_MAX >= EMBEDDING_TOKENS_MAX, "the longest text must fit");
const _: () = assert!(OWNERS_MAX > TEXTS_MAX, "whoever waits must be remembered");

/// One text that waits.
struct Text<T> {
    owner: u64,
    tokens: usize,
    job: T,
}

/// The texts and the turns of their owners.
pub(super) struct Turns<T> {
    /// In the order in which they came.
    waiting: VecDeque<Text<T>>,
    /// The one being read.
    begun: Option<Text<T>>,
    /// The one whose turn is longest ago first.
    owners: VecDeque<u64>,
}

impl<T> Turns<T> {
    pub(super) fn new() -> Self {
        Turns { waiting: VecDeque::new(), begun: None, owners: VecDeque::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.begun.is_none()
    }

    /// Takes a text.
    ///
    /// # Errors
    /// The text itself, where too many or too long ones are here.
    pub(super) fn push(&mut self, owner: u64, tokens: usize, job: T) -> Result<(), T> {
        let count = |(texts, all): (usize, usize), text: &Text<T>| (texts + 1, all + text.tokens);
        // This one counts, too.
        let (texts, all) = self.texts().fold((1, tokens), count);
        let (own_texts, own) = self.texts().filter(|text| text.owner == owner).fold((1, tokens), count);
        let fits = texts <= TEXTS_MAX && all <= TOKENS_MAX;
        if !fits || own_texts > OWNER_TEXTS_MAX || own > OWNER_TOKENS_MAX {
            return Err(job);
        }
        self.push_on(owner, tokens, job);
        Ok(())
    }

    /// Takes a text of a request that had a place and gave it up with its last text: of each request there is one at most, and
    /// nothing that was computed for it is lost to who came later.
    pub(super) fn push_on(&mut self, owner: u64, tokens: usize, job: T) {
        self.remember(owner);
        self.waiting.push_back(Text { owner, tokens, job });
    }

    /// Drops the texts that nobody waits for any more, and says whether the one being read was among them.
    pub(super) fn drop_unless(&mut self, is_wanted: impl Fn(&T) -> bool) -> bool {
        self.waiting.retain(|text| is_wanted(&text.job));
        let is_given_up = self.begun.as_ref().is_some_and(|text| !is_wanted(&text.job));
        if is_given_up {
            self.end();
        }
        is_given_up
    }

    /// The text being read: the next one in turn if none is. It stays until [`Turns::end`].
    pub(super) fn begun(&mut self) -> Option<&mut T> {
        if self.begun.is_none() {
            let at = self.next_place()?;
            self.begun = self.waiting.remove(at);
        }
        self.begun.as_mut().map(|text| &mut text.job)
    }

    /// Ends the turn of the text being read and gives it back.
    pub(super) fn end(&mut self) -> Option<T> {
        let Text { owner, job, .. } = self.begun.take()?;
        self.owners.retain(|known| *known != owner);
        self.owners.push_back(owner);
        Some(job)
    }

    /// Drops all texts. The turns stay as they are.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.begun = None;
    }

    fn texts(&self) -> impl Iterator<Item = &Text<T>> {
        self.begun.iter().chain(&self.waiting)
    }

    /// The place of the text whose turn it is.
    fn next_place(&self) -> Option<usize> {
        let oldest = |owner: &u64| self.waiting.iter().position(|text| text.owner == *owner);
        self.owners.iter().find_map(oldest)
    }

    /// Gives an owner a place behind all others, unless it has one.
    fn remember(&mut self, owner: u64) {
        if self.owners.contains(&owner) {
            return;
        }
        if self.owners.len() >= OWNERS_MAX {
            let is_idle = |known: &u64| self.texts().all(|text| text.owner != *known);
            if let Some(at) = self.owners.iter().position(is_idle) {
                self.owners.remove(at);
            }
        }
        self.owners.push_back(owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARTA: u64 = 1;
    const TOM: u64 = 2;
    const ANNE: u64 = 3;

    fn push_all(turns: &mut Turns<&'static str>, texts: &[(u64, &'static str)]) {
        for (owner, text) in texts {
            assert_eq!(turns.push(*owner, text.len(), *text), Ok(()));
        }
    }

    /// Reads so many texts to their ends.
    fn read(turns: &mut Turns<&'static str>, count: usize) -> Vec<&'static str> {
        let mut one = || {
            let begun = *turns.begun()?;
            assert_eq!(turns.end(), Some(begun));
            Some(begun)
        };
        (0..count).filter_map(|_| one()).collect()
    }

    #[test]
    fn owners_take_turns_and_one_owner_s_come_in_order() {
        let mut turns = Turns::new();
        push_all(&mut turns, &[(MARTA, "m1"), (MARTA, "m2"), (MARTA, "m3"), (TOM, "t1"), (ANNE, "a1")]);
        assert_eq!(read(&mut turns, 2), ["m1", "t1"]);
        push_all(&mut turns, &[(TOM, "t2")]);
        assert_eq!(read(&mut turns, 9), ["a1", "m2", "t2", "m3"]);
        assert!(turns.is_empty());
    }

    #[test]
    fn a_text_that_was_begun_goes_on_and_a_word_comes_right_after_it() {
        let mut turns = Turns::new();
        push_all(&mut turns, &[(MARTA, "m1"), (MARTA, "m2"), (MARTA, "m3")]);
        assert_eq!(turns.begun().copied(), Some("m1"));
        push_all(&mut turns, &[(TOM, "t1")]);
        assert_eq!(turns.begun().copied(), Some("m1"));
        assert_eq!(read(&mut turns, 9), ["m1", "t1", "m2", "m3"]);
    }

    #[test]
    fn whoever_comes_back_was_served_before_and_new_names_pass_nobody() {
        let mut turns = Turns::new();
        push_all(&mut turns, &[(MARTA, "m1"), (TOM, "t1")]);
        assert_eq!(read(&mut turns, 1), ["m1"]);
        // Marta sends one text after the other; Tom has waited meanwhile.
        push_all(&mut turns, &[(MARTA, "m2"), (ANNE, "a1")]);
        assert_eq!(read(&mut turns, 9), ["t1", "m2", "a1"]);
        for name in 100..100 + 2 * OWNERS_MAX as u64 {
            assert_eq!(turns.push(name, 1, "new"), Ok(()));
            if name == 100 {
                push_all(&mut turns, &[(TOM, "t2")]);
                assert_eq!(read(&mut turns, 1), ["t2"]);
            }
            assert_eq!(read(&mut turns, 1), ["new"]);
        }
        assert_eq!(turns.owners.len(), OWNERS_MAX);
    }

    #[test]
    fn what_nobody_waits_for_is_dropped() {
        let mut turns = Turns::new();
        push_all(&mut turns, &[(MARTA, "m1"), (MARTA, "m2"), (TOM, "t1")]);
        assert_eq!(turns.begun().copied(), Some("m1"));
        assert!(!turns.drop_unless(|text| *text != "m2"));
        assert!(turns.drop_unless(|text| *text != "m1"));
        assert_eq!(read(&mut turns, 9), ["t1"]);
        push_all(&mut turns, &[(TOM, "t2")]);
        assert_eq!(turns.begun().copied(), Some("t2"));
        turns.clear();
        assert!(turns.is_empty() && turns.begun().is_none());
    }

    #[test]
    fn texts_and_their_tokens_are_bounded() {
        let mut turns = Turns::new();
        let longest = EMBEDDING_TOKENS_MAX;
        let taken = (0..TEXTS_MAX).filter(|_| turns.push(MARTA, longest, "long").is_ok()).count();
        assert_eq!(taken, OWNER_TOKENS_MAX / longest);
        // What is being read counts until its end, and others are not shut out.
        assert!(turns.begun().is_some());
        assert_eq!(turns.push(MARTA, 1, "word"), Err("word"));
        assert_eq!(turns.push(TOM, 1, "word"), Ok(()));
        assert_eq!(turns.end(), Some("long"));
        assert_eq!(turns.push(MARTA, longest, "long"), Ok(()));
        let taken = (0..TEXTS_MAX).filter(|_| turns.push(ANNE, longest, "long").is_ok()).count();
        assert_eq!(taken, OWNER_TOKENS_MAX / longest - 1, "of all together");
        turns.push_on(MARTA, longest, "next");
        assert_eq!(turns.texts().count(), TOKENS_MAX / longest + 1, "what goes on is not refused");

        let mut turns = Turns::new();
        let mut count =
            |owner: u64| (0..2 * TEXTS_MAX).filter(|_| turns.push(owner, 1, "word").is_ok()).count();
        assert_eq!((count(MARTA), count(TOM), count(ANNE)), (OWNER_TEXTS_MAX, OWNER_TEXTS_MAX, 0));
    }
}
