//! What is told of one response: its whole body, or its events in their order.
//!
//! Owns ids, sequence numbers, statuses and which event follows which. Refuses to know where text comes from.

use crate::app::unix_seconds;
use crate::fault::Fault;
use crate::generate::{TEMPERATURE_DEFAULT, TOP_P_DEFAULT, Whole};
use infer::FinishReason;
use serde_json::{Value, json};
use wire::responses::{
    Event, IncompleteDetails, InputTokensDetails, JsonText, OutputItem, OutputText, OutputTokensDetails,
    Response, ResponseError, ResponsesRequest, StreamEvent, TextFormat, TextOptions, Usage,
};

/// One response, as far as it has been told.
pub(super) struct Told {
    /// As it stands at the beginning; each later body is this one with what has changed.
    response: Response,
    item_id: String,
    text: String,
    next_number: u32,
}

impl Told {
    /// A new response with ids of its own.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub(super) fn new(body: ResponsesRequest, model: String) -> Result<Self, Fault> {
        let random = || getrandom::u64().map_err(|error| Fault::Generation { why: error.to_string() });
        let response = Response {
            id: format!("resp_{:016x}", random()?),
            object: "response",
            created_at: unix_seconds(),
            status: "in_progress",
            background: false,
            error: None,
            incomplete_details: None,
            instructions: body.instructions,
            max_output_tokens: body.sampling.max_tokens,
            metadata: body.metadata,
            model,
            output: Vec::new(),
            parallel_tool_calls: true,
            previous_response_id: None,
            store: false,
            temperature: body.sampling.temperature.unwrap_or(TEMPERATURE_DEFAULT),
            text: TextOptions { format: JsonText::from(&format_body(body.format)) },
            tool_choice: "auto",
            tools: Vec::new(),
            top_p: body.sampling.top_p.unwrap_or(TOP_P_DEFAULT),
            truncation: "disabled",
            usage: None,
        };
        Ok(Told { response, item_id: format!("msg_{:016x}", random()?), text: String::new(), next_number: 0 })
    }

    /// The body of an answer that is not streamed.
    pub(super) fn whole(mut self, whole: Whole) -> Response {
        self.text = whole.text;
        self.ended(whole.reason, whole.usage)
    }

    /// Sent as soon as the engine has taken the request, so that the client sees it is heard.
    pub(super) fn opening(&mut self) -> String {
        let response = || Box::new(self.response.clone());
        let events = [
            Event::Created { response: response() },
            Event::InProgress { response: response() },
            Event::ItemAdded { output_index: 0, item: self.item("in_progress", Vec::new()) },
            Event::PartAdded {
                item_id: self.item_id.clone(),
                output_index: 0,
                content_index: 0,
                part: OutputText::new(String::new()),
            },
        ];
        self.lines(events)
    }

    /// New text.
    pub(super) fn delta(&mut self, delta: String) -> String {
        self.text.push_str(&delta);
        let item_id = self.item_id.clone();
        self.lines([Event::TextDelta {
            item_id,
            output_index: 0,
            content_index: 0,
            delta,
            logprobs: Vec::new(),
        }])
    }

    /// The end.
    pub(super) fn closing(&mut self, reason: FinishReason, usage: infer::Usage) -> String {
        let response = Box::new(self.ended(reason, usage));
        let item_id = || self.item_id.clone();
        let part = OutputText::new(self.text.clone());
        let item = self.item(response.status, vec![part.clone()]);
        let events = [
            Event::TextDone {
                item_id: item_id(),
                output_index: 0,
                content_index: 0,
                text: self.text.clone(),
                logprobs: Vec::new(),
            },
            Event::PartDone { item_id: item_id(), output_index: 0, content_index: 0, part },
            Event::ItemDone { output_index: 0, item },
            match reason {
                FinishReason::Length | FinishReason::Deadline => Event::Incomplete { response },
                FinishReason::Stop | FinishReason::StopString(_) | FinishReason::Cancelled => {
                    Event::Completed { response }
                }
            },
        ];
        self.lines(events)
    }

    /// The end by a fault. What was told stays told.
    pub(super) fn failure(&mut self, fault: &Fault) -> String {
        // Clients try again after the server's faults, and in vain after their own.
        let code = if fault.status().is_client_error() { "invalid_prompt" } else { "server_error" };
        let error = ResponseError { code, message: fault.to_string() };
        let response = Response { status: "failed", error: Some(error), ..self.response.clone() };
        self.lines([Event::Failed { response: Box::new(response) }])
    }

    fn ended(&self, reason: FinishReason, usage: infer::Usage) -> Response {
        let is_cut = matches!(reason, FinishReason::Length | FinishReason::Deadline);
        let status = if is_cut { "incomplete" } else { "completed" };
        Response {
            status,
            incomplete_details: is_cut.then_some(IncompleteDetails { reason: "max_output_tokens" }),
            output: vec![self.item(status, vec![OutputText::new(self.text.clone())])],
            usage: Some(usage_of(usage)),
            ..self.response.clone()
        }
    }

    fn item(&self, status: &'static str, content: Vec<OutputText>) -> OutputItem {
        OutputItem { id: self.item_id.clone(), kind: "message", status, role: "assistant", content }
    }

    fn lines<const COUNT: usize>(&mut self, events: [Event; COUNT]) -> String {
        let mut lines = String::new();
        for event in events {
            let name = event.name();
            let event = StreamEvent { event, sequence_number: self.next_number };
            self.next_number = self.next_number.saturating_add(1);
            // JSON holds no raw newline, so one `data:` line is one event.
            lines.push_str(&match serde_json::to_string(&event) {
                Ok(json) => format!("event: {name}\ndata: {json}\n\n"),
                Err(error) => format!(": {error}\n\n"),
            });
        }
        lines
    }
}

fn usage_of(usage: infer::Usage) -> Usage {
    Usage {
        input_tokens: usage.prompt_tokens,
        input_tokens_details: InputTokensDetails {
            cached_tokens: usage.cached_tokens,
            cache_write_tokens: 0,
        },
        output_tokens: usage.completion_tokens,
        output_tokens_details: OutputTokensDetails::default(),
        total_tokens: usage.prompt_tokens.saturating_add(usage.completion_tokens),
    }
}

fn format_body(format: TextFormat) -> Value {
    match format {
        TextFormat::Text => json!({"type": "text"}),
        TextFormat::JsonObject => json!({"type": "json_object"}),
        TextFormat::JsonSchema { name, schema } => {
            json!({"type": "json_schema", "name": name, "schema": schema, "strict": true})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data of the last event.
    fn last(lines: &str) -> Value {
        let (_, data) = lines.rsplit_once("data: ").unwrap();
        serde_json::from_str(data.trim_end()).unwrap()
    }

    fn told(more: Value) -> Told {
        let mut body = json!({"model": "base", "input": "x"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = ResponsesRequest::from_json(body.to_string().as_bytes()).unwrap();
        Told::new(body, "base".to_owned()).unwrap()
    }

    #[test]
    fn a_failure_says_whose_fault_it_is() {
        let why = || "it is so".to_owned();
        for (fault, code) in [
            (Fault::CannotFollow { why: why() }, "invalid_prompt"),
            (Fault::Generation { why: why() }, "server_error"),
            (Fault::Stopping, "server_error"),
        ] {
            let event = last(&told(json!({})).failure(&fault));
            let error = json!({"code": code, "message": fault.to_string()});
            assert_eq!((&event["type"], &event["response"]["error"]), (&json!("response.failed"), &error));
        }
    }

    #[test]
    fn formats_are_told_as_they_were_asked_for() {
        let schema = json!({"type": "object", "properties": {"b": {"type": "null"}, "a": {"const": 1}}});
        let named = json!({"type": "json_schema", "name": "n", "schema": schema, "strict": true});
        for format in [json!({"type": "text"}), json!({"type": "json_object"}), named] {
            let mut told = told(json!({"text": {"format": format}}));
            let ended = last(&told.closing(FinishReason::Stop, infer::Usage::default()));
            assert_eq!(ended["response"]["text"]["format"], format);
        }
    }
}
