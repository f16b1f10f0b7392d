//! Owns one completion in progress: its tokens, its sequence, the text held back, and when it is over. Refuses to know the
//! other completions and the order of work.

use crate::request::{Event, FinishReason, GenerateRequest, Priority, Usage};
use crate::sample::{SampleError, sample};
use crate::stop::StopScanner;
use crate::tokenizer::{DecodeStream, Tokenizer};

/// A completion that holds a slot.
#[derive(Debug)]
pub(crate) struct Running<S> {
    pub(crate) request: GenerateRequest,
    /// Made when its first chunk is computed, so that it can start from what others have computed by then.
    pub(crate) sequence: Option<S>,
    /// Prompt and completion.
    pub(crate) tokens: Vec<u32>,
    /// How many of `tokens` the sequence holds.
    pub(crate) computed: usize,
    pub(crate) cached: usize,
    completion: u32,
    /// Tokens not yet reported by a `Text`.
    unreported: u32,
    decode: DecodeStream,
    stops: StopScanner,
}

impl<S> Running<S> {
    pub(crate) fn new(request: GenerateRequest) -> Self {
        Running {
            tokens: request.prompt.clone(),
            stops: StopScanner::new(&request.stop),
            request,
            sequence: None,
            computed: 0,
            cached: 0,
            completion: 0,
            unreported: 0,
            decode: DecodeStream::new(),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.request.id
    }

    pub(crate) fn priority(&self) -> Priority {
        self.request.priority
    }

    /// Whether part of the prompt is still to be computed.
    pub(crate) fn prefilling(&self) -> bool {
        self.computed < self.request.prompt.len()
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            prompt_tokens: self.request.prompt.len() as u32,
            completion_tokens: self.completion,
            cached_tokens: self.cached as u32,
        }
    }

    /// Draws the token after `self.tokens` from these logits, reports its text, and says whether the completion is over.
    ///
    /// # Errors
    /// When the logits allow no choice.
    pub(crate) fn take_token(
        &mut self,
        logits: &[f32],
        tokenizer: &Tokenizer,
        context_len: usize,
        events: &mut Vec<Event>,
    ) -> Result<Option<FinishReason>, SampleError> {
        let forbidden = if self.request.ignore_eos { tokenizer.end_of_generation_ids() } else { &[] };
        let position = self.tokens.len() as u64;
        let token = sample(logits, &self.tokens, forbidden, position, &self.request.params)?;
        self.completion += 1;
        self.unreported += 1;
        if tokenizer.is_end_of_generation(token) {
            self.flush(events);
            return Ok(Some(FinishReason::Stop));
        }
        self.tokens.push(token);
        let piece = self.decode.push(tokenizer, token);
        let scanned = self.stops.push(&piece);
        self.report(scanned.text, events);
        if scanned.stopped {
            return Ok(Some(FinishReason::Stop));
        }
        if self.completion >= self.request.max_tokens || self.tokens.len() >= context_len {
            self.flush(events);
            return Ok(Some(FinishReason::Length));
        }
        Ok(None)
    }

    /// Reports what was held back: nothing follows that could make it a stop string or a whole character.
    fn flush(&mut self, events: &mut Vec<Event>) {
        let rest = self.decode.finish();
        let scanned = self.stops.push(&rest);
        let mut text = scanned.text;
        text.push_str(&self.stops.finish());
        self.report(text, events);
    }

    fn report(&mut self, text: String, events: &mut Vec<Event>) {
        if !text.is_empty() {
            events.push(Event::Text { id: self.request.id, text, tokens: self.unreported });
            self.unreported = 0;
        }
    }
}
