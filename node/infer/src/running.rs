//! Owns one completion in progress: the draw of its tokens, what they must follow, the text held back, and when it is over.
//! Refuses to know the other completions, the order of work and keys and values.

use crate::closing::Closing;
use crate::constrain::{ConstraintError, Matcher, TokenMask, WorldError};
use crate::draft::Drafter;
use crate::logprobs::{LogprobError, logprobs};
use crate::request::{Chosen, Event, Failure, FinishReason, GenerateRequest, Usage};
use crate::sample::{Draw, SampleError, SampleScratch, TokenCounts, sample_with};
use crate::stop::StopScanner;
use crate::tokenizer::{DecodeStream, Tokenizer};

/// Why no token could be drawn.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DrawError {
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Constraint(#[from] ConstraintError),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Logprob(#[from] LogprobError),
}

/// A mask that turns out too complex, or that leaves nothing to choose, is what the caller asked for; everything else
/// should not happen.
impl From<DrawError> for Failure {
    fn from(error: DrawError) -> Self {
        let message = error.to_string();
        match error {
            DrawError::Sample(SampleError::Empty)
            | DrawError::Constraint(ConstraintError::TooComplex { .. } | ConstraintError::DeadEnd) => {
                Failure::Asked { message }
            }
            _ => Failure::Broken { message },
        }
    }
}

/// A completion that was accepted.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) request: GenerateRequest,
    pub(crate) cached: usize,
    /// Whether its keys and values were lost once: what is found again is nothing saved.
    pub(crate) replayed: bool,
    pub(crate) drafter: Drafter,
    pub(crate) closing: Closing,
    /// From the first draw on, where there is a constraint: who waits needs no copy of its lexer.
    matcher: Option<Matcher>,
    mask: TokenMask,
    other_mask: TokenMask,
    counts: TokenCounts,
    completion: u32,
    /// Tokens not yet reported by a `Text`.
    unreported: u32,
    unreported_chosen: Vec<Chosen>,
    decode: DecodeStream,
    stops: StopScanner,
}

/// What is drawn from, besides the logits.
pub(crate) struct Drawing<'a> {
    pub(crate) tokenizer: &'a Tokenizer,
    pub(crate) scratch: &'a mut SampleScratch,
    pub(crate) events: &'a mut Vec<Event>,
}

/// What a row of logits gave.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    /// The tokens, in order; the last may be an end-of-generation token.
    pub(crate) tokens: Vec<u32>,
    /// Whether the completion is over with the last of them.
    pub(crate) finished: Option<FinishReason>,
}

impl Running {
    pub(crate) fn new(request: GenerateRequest) -> Self {
        Running {
            stops: StopScanner::new(&request.stop),
            matcher: None,
            request,
            cached: 0,
            replayed: false,
            drafter: Drafter::default(),
            closing: Closing::default(),
            mask: TokenMask::none(0),
            other_mask: TokenMask::none(0),
            counts: TokenCounts::default(),
            completion: 0,
            unreported: 0,
            unreported_chosen: Vec::new(),
            decode: DecodeStream::new(),
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            prompt_tokens: self.request.prompt.len() as u32,
            completion_tokens: self.completion,
            cached_tokens: self.cached as u32,
        }
    }

    /// Draws the tokens after `tokens` from rows of logits: one, and one more for each draft that was right.
    ///
    /// # Errors
    /// When the logits or the constraint allow no choice.
    pub(crate) fn draw(
        &mut self,
        tokens: &[u32],
        drafts: &[u32],
        rows: &[f32],
        drawing: &mut Drawing<'_>,
    ) -> Result<Drawn, DrawError> {
        let mut drawn = Drawn::default();
        let mut said = tokens.to_vec();
        let row_len = rows.len() / (drafts.len() + 1);
        for (number, logits) in rows.chunks_exact(row_len).enumerate() {
            let token = self.draw_one(&said, logits, drawing)?;
            said.push(token);
            drawn.tokens.push(token);
            drawn.finished = self.take(token, logits, drawing)?;
            if drawn.finished.is_some() || drafts.get(number) != Some(&token) {
                break;
            }
        }
        self.drafter.learn(drafts.len(), drawn.tokens.len() - 1);
        Ok(drawn)
    }

    fn draw_one(
        &mut self,
        said: &[u32],
        logits: &[f32],
        drawing: &mut Drawing<'_>,
    ) -> Result<u32, DrawError> {
        let is_masked = self.fill_mask(logits.len())?;
        let token = self.sample(said, logits, is_masked, drawing)?;
        let left = self.request.max_tokens.saturating_sub(self.completion) as usize;
        let Some(planned) = self.planned_instead_of(token, left) else { return Ok(token) };
        self.mask.clear();
        self.mask.allow(planned);
        match self.sample(said, logits, true, drawing) {
            Ok(planned) => {
                self.closing.take(planned, left);
                Ok(planned)
            }
            // The model itself rules the planned token out.
            Err(SampleError::Empty) => {
                self.closing.give_up(left);
                Ok(token)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The token that must be taken instead, so that the answer ends within its tokens. A plan knows the words of no world,
    /// and where the end is forbidden the caller wants the length to end it.
    fn planned_instead_of(&mut self, token: u32, left: usize) -> Option<u32> {
        let matcher = self.matcher.as_ref()?;
        if self.request.world.is_some() || self.request.ignore_eos {
            return None;
        }
        self.closing.instead_of(token, matcher, left)
    }

    fn sample(
        &self,
        said: &[u32],
        logits: &[f32],
        is_masked: bool,
        drawing: &mut Drawing<'_>,
    ) -> Result<u32, SampleError> {
        let forbidden = if self.request.ignore_eos { drawing.tokenizer.end_of_generation_ids() } else { &[] };
        let draw = Draw {
            recent: said,
            counts: &self.counts,
            forbidden,
            mask: is_masked.then_some(&self.mask),
            position: said.len() as u64,
            params: &self.request.params,
            extras: &self.request.extras,
        };
        sample_with(logits, &draw, drawing.scratch)
    }

    /// Puts what may come next into the mask; `false` where everything may.
    fn fill_mask(&mut self, vocab_len: usize) -> Result<bool, DrawError> {
        if self.matcher.is_none() {
            self.matcher = self.request.constraint.as_ref().map(|constraint| constraint.start());
        }
        if self.matcher.is_none() && self.request.world.is_none() {
            return Ok(false);
        }
        if self.mask.len() != vocab_len {
            self.mask = TokenMask::all(vocab_len);
            self.other_mask = TokenMask::all(vocab_len);
        }
        match (&mut self.matcher, &mut self.request.world) {
            (Some(matcher), None) => matcher.mask(&mut self.mask)?,
            (None, Some(world)) => world.mask(&mut self.mask),
            (Some(matcher), Some(world)) => {
                matcher.mask(&mut self.mask)?;
                world.mask(&mut self.other_mask);
                self.mask.and(&self.other_mask);
            }
            (None, None) => {}
        }
        Ok(true)
    }

    /// Takes a token into the text; says whether the completion is over.
    fn take(
        &mut self,
        token: u32,
        logits: &[f32],
        drawing: &mut Drawing<'_>,
    ) -> Result<Option<FinishReason>, DrawError> {
        self.completion += 1;
        self.unreported += 1;
        self.counts.push(token);
        let mut top = Vec::new();
        let logprob = match self.request.logprobs {
            Some(top_len) => Some(logprobs(logits, token, top_len, &mut top)?),
            None => self.request.reports_tokens.then_some(0.0),
        };
        if let Some(logprob) = logprob {
            self.unreported_chosen.push(Chosen { token, logprob, top });
        }
        if drawing.tokenizer.is_end_of_generation(token) {
            // The end is told as the reason, and not as a part of what was written.
            if logprob.is_some() {
                self.unreported_chosen.pop();
            }
            self.flush(drawing.events);
            return Ok(Some(FinishReason::Stop));
        }
        if let Some(matcher) = &mut self.matcher {
            matcher.accept(token)?;
        }
        if let Some(world) = &mut self.request.world {
            world.accept(token)?;
        }
        let piece = self.decode.push(drawing.tokenizer, token);
        let scanned = self.stops.push(&piece);
        if let Some(stop) = scanned.stopped_by {
            self.report_rest(scanned.text, drawing.events);
            return Ok(Some(FinishReason::StopString(stop)));
        }
        self.report(scanned.text, drawing.events);
        let is_complete = self.matcher.as_ref().is_some_and(Matcher::is_finished)
            || self.request.world.as_ref().is_some_and(|world| world.is_finished());
        if is_complete {
            self.flush(drawing.events);
            return Ok(Some(FinishReason::Stop));
        }
        Ok(None)
    }

    /// Reports what was held back: nothing follows that could make it a stop string or a whole character.
    pub(crate) fn flush(&mut self, events: &mut Vec<Event>) {
        let rest = self.decode.finish();
        let scanned = self.stops.push(&rest);
        let mut text = scanned.text;
        text.push_str(&self.stops.finish());
        self.report_rest(text, events);
    }

    /// Reports the last piece. Its tokens may make no text; whoever asked for tokens gets them all the same.
    fn report_rest(&mut self, text: String, events: &mut Vec<Event>) {
        if !text.is_empty() || !self.unreported_chosen.is_empty() {
            self.tell(text, events);
        }
    }

    /// Reports a piece of text with the tokens that it came from.
    fn report(&mut self, text: String, events: &mut Vec<Event>) {
        if !text.is_empty() {
            self.tell(text, events);
        }
    }

    fn tell(&mut self, text: String, events: &mut Vec<Event>) {
        let chosen = std::mem::take(&mut self.unreported_chosen);
        events.push(Event::Text { id: self.request.id, text, tokens: self.unreported, chosen });
        self.unreported = 0;
    }
}
