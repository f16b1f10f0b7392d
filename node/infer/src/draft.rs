//! Owns guessing the next tokens of a text from what it, or a phrase it may quote, has said before. Refuses to judge a
//! guess: the engine verifies each in one batch and keeps only what it would have made anyway.
//! Source: prompt lookup decoding (Saxena, 2023), with a length that follows its success.

/// Most tokens guessed at a time.
pub(crate) const DRAFT_TOKENS_MAX: usize = 7;
/// Last tokens that must have stood together before; longer ones are looked for first.
const CONTEXT_TOKENS: [usize; 2] = [3, 2];
/// Texts to look in are at most so long; older tokens are forgotten.
const LOOKUP_TOKENS_MAX: usize = 2048;
/// Steps without a guess after one that was wrong from its first token on, doubled each time up to the last.
const PAUSE_STEPS: [u32; 5] = [0, 2, 4, 8, 16];

/// The guesser of one completion.
#[derive(Debug, Default)]
pub(crate) struct Drafter {
    /// Wrong guesses in a row.
    wrong: usize,
    /// Steps still to pass without a guess.
    pause: u32,
    guess: Vec<u32>,
}

impl Drafter {
    /// Guesses what follows `tokens`, at most `max` tokens; the guess is kept until the next call.
    pub(crate) fn guess(&mut self, tokens: &[u32], phrases: &[Vec<u32>], max: usize) -> &[u32] {
        self.guess.clear();
        if self.pause > 0 {
            self.pause -= 1;
            return &self.guess;
        }
        let past = &tokens[tokens.len().saturating_sub(LOOKUP_TOKENS_MAX)..];
        let max = max.min(DRAFT_TOKENS_MAX);
        for context in CONTEXT_TOKENS {
            let Some(last) = past.len().checked_sub(context).map(|from| &past[from..]) else { continue };
            let texts = phrases.iter().map(Vec::as_slice).chain([&past[..past.len() - 1]]);
            // Of several places the latest is the likeliest to be said again.
            if let Some(next) = texts.rev_find(last, context) {
                self.guess.extend(next.iter().take(max));
                break;
            }
        }
        &self.guess
    }

    /// The guess of the latest call.
    pub(crate) fn guessed(&self) -> &[u32] {
        &self.guess
    }

    /// Of `proposed` guesses, so many were right.
    pub(crate) fn learn(&mut self, proposed: usize, right: usize) {
        if proposed == 0 {
            return;
        }
        self.wrong = if right > 0 { 0 } else { (self.wrong + 1).min(PAUSE_STEPS.len() - 1) };
        self.pause = PAUSE_STEPS[self.wrong];
    }
}

/// Looking through several texts.
trait Lookup<'a> {
    /// What follows the last occurrence of `last` in the last text that has one with something after it.
    fn rev_find(self, last: &[u32], context: usize) -> Option<&'a [u32]>;
}

impl<'a, T: Iterator<Item = &'a [u32]>> Lookup<'a> for T {
    fn rev_find(self, last: &[u32], context: usize) -> Option<&'a [u32]> {
        self.filter_map(|text| {
            let at = text.windows(context).rposition(|window| window == last)?;
            Some(&text[at + context..]).filter(|next| !next.is_empty())
        })
        .last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_guessed_again() {
        let mut drafter = Drafter::default();
        assert_eq!(drafter.guess(&[1, 2, 3, 4, 5, 9, 1, 2, 3], &[], 7), [4, 5, 9, 1, 2]);
        assert_eq!(drafter.guess(&[1, 2, 3, 4, 9, 2, 3], &[], 2), [4, 9]);
        assert_eq!(drafter.guess(&[1, 2, 3], &[], 7), [0; 0]);
        assert_eq!(drafter.guess(&[1], &[], 7), [0; 0]);
        assert_eq!(drafter.guess(&[], &[], 7), [0; 0]);
        assert_eq!(drafter.guess(&[7, 8], &[vec![7, 8, 6, 5]], 7), [6, 5], "a phrase that may be quoted");
    }

    #[test]
    fn wrong_guesses_become_rarer_and_a_right_one_brings_them_back() {
        let mut drafter = Drafter::default();
        let tokens = [1, 2, 3, 4, 1, 2];
        let mut steps = Vec::new();
        for step in 0..40 {
            let guessed = drafter.guess(&tokens, &[], 7).len();
            if guessed > 0 {
                steps.push(step);
            }
            drafter.learn(guessed, 0);
        }
        assert_eq!(steps, [0, 3, 8, 17, 34]);
        drafter.learn(1, 1);
        assert!(!drafter.guess(&tokens, &[], 7).is_empty());
    }
}
