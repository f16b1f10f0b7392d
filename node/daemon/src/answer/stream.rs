//! A streamed answer: the generations of its choices, told as they come.
//!
//! Owns which choice is told next. Refuses to know the shape of what is told. It owns the generations, so a client that
//! hangs up drops them all.

use super::{Answer, event, usage_of};
use crate::inference::{Generation, Said, Written};
use crate::stopwatch::Stopwatch;
use crate::tools::CallReader;
use infer::{Chosen, FinishReason, Usage};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_stream::Stream;

/// One choice.
struct Lane {
    /// Until its end.
    generation: Option<Generation>,
    reader: CallReader,
    /// Of text that is held back.
    chosen: Vec<Chosen>,
    /// Characters told, for a completion's log-probabilities.
    offset: u32,
    watch: Stopwatch,
    usage: Usage,
}

/// The body of a streamed answer.
pub(super) struct AnswerStream {
    answer: Answer,
    lanes: Vec<Lane>,
    /// The choice that is asked first, so that one that always has something to tell does not silence the others.
    first: usize,
    stage: Stage,
}

/// How far the stream has come.
enum Stage {
    Opening,
    Text,
    Closed,
}

impl AnswerStream {
    pub(super) fn new(answer: Answer, generations: Vec<Generation>) -> Self {
        let lane = |generation: Generation| Lane {
            watch: generation.watch(),
            generation: Some(generation),
            reader: answer.calls.clone(),
            chosen: Vec::new(),
            offset: 0,
            usage: Usage::default(),
        };
        let lanes = generations.into_iter().map(lane).collect();
        AnswerStream { answer, lanes, first: 0, stage: Stage::Opening }
    }

    fn opening(&mut self) -> String {
        self.stage = Stage::Text;
        (0u32..).zip(&self.lanes).map(|(index, _)| self.answer.opening(index)).collect()
    }

    /// What a choice's text gives to tell; nothing while it is held back.
    fn said(&mut self, at: usize, said: Said) -> String {
        let Some(lane) = self.lanes.get_mut(at) else { return String::new() };
        lane.chosen.extend(said.chosen);
        let found = lane.reader.push(&said.text);
        let chosen = if found.text.is_empty() && found.arguments.is_empty() {
            Vec::new()
        } else {
            std::mem::take(&mut lane.chosen)
        };
        self.answer.piece(index_of(at), found, &chosen, (&mut lane.offset, &lane.watch))
    }

    /// The end of a choice, and of the stream if it was the last.
    fn done(&mut self, at: usize, reason: FinishReason, usage: Usage) -> String {
        let Some(lane) = self.lanes.get_mut(at) else { return String::new() };
        (lane.generation, lane.usage) = (None, usage);
        let found = lane.reader.finish();
        let has_calls = !found.calls.is_empty() || lane.reader.named().is_some();
        let chosen = std::mem::take(&mut lane.chosen);
        let watch = lane.watch;
        let mut told = self.answer.piece(index_of(at), found, &chosen, (&mut lane.offset, &watch));
        told.push_str(&self.answer.closing(index_of(at), reason, has_calls, &watch));
        if self.lanes.iter().all(|lane| lane.generation.is_none()) {
            self.stage = Stage::Closed;
            told.push_str(&self.answer.end(usage_of(self.lanes.iter().map(|lane| lane.usage)), &watch));
        }
        told
    }

    /// What one choice has to tell now.
    fn poll_lane(&mut self, at: usize, context: &mut Context<'_>) -> Poll<String> {
        let Some(lane) = self.lanes.get_mut(at) else { return Poll::Pending };
        let Some(generation) = lane.generation.as_mut() else { return Poll::Pending };
        let written = std::task::ready!(generation.poll_next(context));
        lane.watch = generation.watch();
        Poll::Ready(match written {
            Ok(Written::Text(said)) => self.said(at, said),
            Ok(Written::Done(reason, usage)) => self.done(at, reason, usage),
            Err(fault) => {
                self.stage = Stage::Closed;
                self.lanes.clear();
                event(&fault.body())
            }
        })
    }
}

fn index_of(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Stream for AnswerStream {
    type Item = Result<String, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.stage {
            Stage::Closed => return Poll::Ready(None),
            Stage::Text => {}
            Stage::Opening => {
                let opening = self.opening();
                if !opening.is_empty() {
                    return Poll::Ready(Some(Ok(opening)));
                }
            }
        }
        let (count, mut at, mut quiet) = (self.lanes.len(), self.first, 0);
        while quiet < count {
            at %= count;
            match self.poll_lane(at, context) {
                Poll::Ready(told) if !told.is_empty() => {
                    self.first = at + 1;
                    return Poll::Ready(Some(Ok(told)));
                }
                // It was held back, and there may be more.
                Poll::Ready(_) => quiet = 0,
                Poll::Pending => {
                    quiet += 1;
                    at += 1;
                }
            }
        }
        Poll::Pending
    }
}
