//! Functions in a chat: how a model is told of them, how a call is forced, and how a call is found in what it wrote.
//!
//! Owns the words around functions. Refuses to call any. The form is that of the Hermes and Qwen models, as text in the
//! system message and so the same for every chat template: functions stand between `<tools>` and `</tools>`, a call is
//! `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`, its result comes back in a user's turn between
//! `<tool_response>` and `</tool_response>`. Where `tool_choice` demands a call, the answer is nothing but JSON, which the
//! constraint engine sees to.

use infer::ChatMessage;
use serde_json::{Value, json};
use wire::openai::{CalledFunction, Follow, FollowSource, Tool, ToolCall, ToolChoice, Tools};

const CALL_BEGIN: &str = "<tool_call>";
const CALL_END: &str = "</tool_call>";
/// The field that a complaint about a forced call's schema names.
const FIELD: &str = "tools";

/// The chat as the model reads it.
pub(crate) fn messages(sent: Vec<wire::openai::ChatMessage>, tools: &Tools) -> Vec<ChatMessage> {
    let mut messages: Vec<ChatMessage> = sent.into_iter().map(turn).collect();
    if !tools.are_offered() {
        return messages;
    }
    let text = instructions(tools);
    match messages.first_mut() {
        Some(first) if first.role == "system" => first.content = format!("{}\n\n{text}", first.content),
        _ => messages.insert(0, ChatMessage { role: "system".to_owned(), content: text }),
    }
    messages
}

fn turn(sent: wire::openai::ChatMessage) -> ChatMessage {
    let (mut role, mut content) = (sent.role, sent.content);
    match role.as_str() {
        // OpenAI's newer name of the same role; templates know the older one.
        "developer" => role = "system".to_owned(),
        "tool" => {
            role = "user".to_owned();
            content = format!("<tool_response>\n{content}\n</tool_response>");
        }
        _ => {}
    }
    for ToolCall { function: CalledFunction { name, arguments }, .. } in &sent.tool_calls {
        let between = if content.is_empty() { "" } else { "\n" };
        content.push_str(&format!(
            "{between}{CALL_BEGIN}\n{{\"name\": {}, \"arguments\": {arguments}}}\n{CALL_END}",
            json!(name)
        ));
    }
    ChatMessage { role, content }
}

fn instructions(tools: &Tools) -> String {
    let mut text =
        "You can call functions. They are listed between <tools> and </tools>.\n<tools>\n".to_owned();
    for Tool { name, description, parameters } in &tools.tools {
        let function = json!({"name": name, "description": description, "parameters": parameters});
        text.push_str(&format!("{}\n", json!({"type": "function", "function": function})));
    }
    text.push_str("</tools>\n");
    text.push_str(&match &tools.choice {
        ToolChoice::Named(name) => {
            format!("Answer with the arguments of the function {name} as one JSON object and nothing else.")
        }
        ToolChoice::Required => "Answer with one call and nothing else, as the JSON object {\"name\": <the function's \
                                 name>, \"arguments\": <its arguments as a JSON object>}."
            .to_owned(),
        ToolChoice::Auto | ToolChoice::None => format!(
            "To call a function, write {CALL_BEGIN}{{\"name\": <the function's name>, \"arguments\": <its arguments as a \
             JSON object>}}{CALL_END}. If no function is needed, answer in plain words."
        ),
    });
    text
}

/// What an answer must follow so that it is a call, where one is demanded.
pub(crate) fn forced(tools: &Tools) -> Option<Follow> {
    let schema = match (&tools.choice, tools.tools.as_slice()) {
        (ToolChoice::Named(name), all) => all.iter().find(|tool| tool.name == *name)?.parameters.clone(),
        (ToolChoice::Required, all) => {
            let calls = all.iter().enumerate().map(|(at, tool)| one_call(at, tool));
            json!({"anyOf": calls.collect::<Vec<Value>>()})
        }
        _ => return None,
    };
    Some(Follow { field: FIELD.to_owned(), source: FollowSource::JsonSchema(schema.to_string()) })
}

/// The schema of a call, to stand at its place in the list of alternatives.
fn one_call(at: usize, tool: &Tool) -> Value {
    let mut parameters = tool.parameters.clone();
    move_references(&mut parameters, &format!("#/anyOf/{at}/properties/arguments"));
    json!({
        "type": "object",
        "properties": {"name": {"const": tool.name}, "arguments": parameters},
        "required": ["name", "arguments"],
        "additionalProperties": false,
    })
}

/// References inside a schema begin at its root; here its root is at `place`. The nesting is that of a parsed JSON text, so
/// it is bounded.
fn move_references(schema: &mut Value, place: &str) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(to) if name == "$ref" => {
                        if let Some(inner) = to.strip_prefix('#') {
                            *to = format!("{place}{inner}");
                        }
                    }
                    value => move_references(value, place),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| move_references(item, place)),
        _ => {}
    }
}

/// A call that was found: the function's name and its arguments as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// What there is to tell of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    /// Text that can be shown.
    pub(crate) text: String,
    /// More of the arguments of the one call that was demanded by name.
    pub(crate) arguments: String,
    /// Whole calls.
    pub(crate) calls: Vec<Call>,
}

/// How an answer is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reading {
    Text,
    Auto,
    Any,
    Named,
}

/// Reads an answer bit by bit: text is shown at once, unless it may be the beginning of a call.
#[derive(Debug, Clone)]
pub(crate) struct CallReader {
    reading: Reading,
    names: Vec<String>,
    named: Option<String>,
    held: String,
}

impl CallReader {
    pub(crate) fn new(tools: &Tools) -> Self {
        let (reading, named) = match &tools.choice {
            _ if !tools.are_offered() => (Reading::Text, None),
            ToolChoice::Named(name) => (Reading::Named, Some(name.clone())),
            ToolChoice::Required => (Reading::Any, None),
            ToolChoice::Auto | ToolChoice::None => (Reading::Auto, None),
        };
        let names = tools.tools.iter().map(|tool| tool.name.clone()).collect();
        CallReader { reading, names, named, held: String::new() }
    }

    /// The function whose arguments the whole answer is.
    pub(crate) fn named(&self) -> Option<&str> {
        self.named.as_deref()
    }

    /// Reads what is new.
    pub(crate) fn push(&mut self, text: &str) -> Found {
        match self.reading {
            Reading::Text => Found { text: text.to_owned(), ..Found::default() },
            Reading::Named => Found { arguments: text.to_owned(), ..Found::default() },
            Reading::Any => {
                self.held.push_str(text);
                Found::default()
            }
            Reading::Auto => {
                self.held.push_str(text);
                let shown = self.held.find(CALL_BEGIN).unwrap_or_else(|| self.held.len() - begun(&self.held));
                let rest = self.held.split_off(shown);
                Found { text: std::mem::replace(&mut self.held, rest), ..Found::default() }
            }
        }
    }

    /// Reads what was held back, now that nothing follows. What is no call after all is text.
    pub(crate) fn finish(&mut self) -> Found {
        let held = std::mem::take(&mut self.held);
        let calls = match self.reading {
            Reading::Any => self.call(&held).map(|call| vec![call]),
            Reading::Auto if held.starts_with(CALL_BEGIN) => self.calls(&held),
            _ => None,
        };
        match calls {
            Some(calls) => Found { calls, ..Found::default() },
            None => Found { text: held, ..Found::default() },
        }
    }

    /// All calls of a text that begins with one; `None` if one of them is none.
    fn calls(&self, text: &str) -> Option<Vec<Call>> {
        let pieces = text.split(CALL_BEGIN).skip(1);
        pieces.map(|piece| self.call(piece.split(CALL_END).next().unwrap_or(piece))).collect()
    }

    fn call(&self, text: &str) -> Option<Call> {
        let call: Value = serde_json::from_str(text.trim()).ok()?;
        let name = call.get("name")?.as_str().filter(|name| self.names.iter().any(|known| known == name))?;
        let arguments = match call.get("arguments") {
            Some(arguments @ Value::Object(_)) => arguments.to_string(),
            None => "{}".to_owned(),
            Some(_) => return None,
        };
        Some(Call { name: name.to_owned(), arguments })
    }
}

/// Bytes at the end of a text that may be the beginning of a call.
fn begun(text: &str) -> usize {
    (1..CALL_BEGIN.len()).rev().find(|len| text.ends_with(&CALL_BEGIN[..*len])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(choice: ToolChoice) -> Tools {
        let tool = |name: &str| Tool {
            name: name.to_owned(),
            description: None,
            parameters: json!({"type": "object", "properties": {"what": {"$ref": "#/$defs/w"}}}),
        };
        Tools { tools: vec![tool("buy"), tool("sell")], choice }
    }

    /// The text, the calls and the arguments, whatever pieces the answer comes in.
    fn check(choice: ToolChoice, answer: &str, expected: (&str, &[(&str, &str)], &str)) {
        for size in 1..=answer.len() {
            let mut reader = CallReader::new(&tools(choice.clone()));
            let (mut text, mut arguments) = (String::new(), String::new());
            for piece in answer.as_bytes().chunks(size) {
                let found = reader.push(std::str::from_utf8(piece).unwrap());
                assert!(found.calls.is_empty());
                text.push_str(&found.text);
                arguments.push_str(&found.arguments);
            }
            let last = reader.finish();
            text.push_str(&last.text);
            let calls: Vec<(&str, &str)> =
                last.calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
            assert_eq!(
                (text.as_str(), calls.as_slice(), arguments.as_str()),
                expected,
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn calls_are_found_and_all_else_is_text() {
        let buy = "<tool_call>{\"name\": \"buy\", \"arguments\": {\"what\": 1}}</tool_call>";
        check(ToolChoice::Auto, buy, ("", &[("buy", "{\"what\":1}")], ""));
        let two = format!("Well.\n{buy}\n<tool_call>\n{{\"name\": \"sell\"}}\n");
        check(ToolChoice::Auto, &two, ("Well.\n", &[("buy", "{\"what\":1}"), ("sell", "{}")], ""));
        for text in ["a < b <tool", "<tool_call>{\"name\": \"steal\"}</tool_call>", "<tool_call>{", "plain"] {
            check(ToolChoice::Auto, text, (text, &[], ""));
        }
        check(ToolChoice::None, buy, (buy, &[], ""));
        let bare = "{\"name\": \"sell\", \"arguments\": {}}";
        check(ToolChoice::Required, bare, ("", &[("sell", "{}")], ""));
        check(ToolChoice::Required, "{\"name\": \"se", ("{\"name\": \"se", &[], ""));
        check(ToolChoice::Named("buy".to_owned()), "{\"what\":1}", ("", &[], "{\"what\":1}"));
    }

    #[test]
    fn a_forced_call_keeps_its_references() {
        let Some(Follow { source: FollowSource::JsonSchema(schema), .. }) =
            forced(&tools(ToolChoice::Required))
        else {
            panic!("nothing is forced")
        };
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let reference =
            |at: usize| &schema["anyOf"][at]["properties"]["arguments"]["properties"]["what"]["$ref"];
        assert_eq!(reference(1), "#/anyOf/1/properties/arguments/$defs/w");
        let named = forced(&tools(ToolChoice::Named("buy".to_owned()))).unwrap();
        assert_eq!(
            named.source,
            FollowSource::JsonSchema(tools(ToolChoice::Auto).tools[0].parameters.to_string())
        );
        assert_eq!(forced(&tools(ToolChoice::Auto)), None);
    }

    #[test]
    fn functions_stand_in_the_system_message() {
        let message = |role: &str, content: &str| wire::openai::ChatMessage {
            role: role.to_owned(),
            content: content.to_owned(),
            tool_calls: Vec::new(),
        };
        let call = ToolCall {
            id: "c".to_owned(),
            kind: "function".to_owned(),
            function: CalledFunction { name: "buy".to_owned(), arguments: "{\"what\":1}".to_owned() },
        };
        let called = wire::openai::ChatMessage { tool_calls: vec![call], ..message("assistant", "") };
        let sent = vec![message("developer", "Be brief."), called, message("tool", "done")];
        let read = messages(sent.clone(), &tools(ToolChoice::Auto));
        assert!(read[0].role == "system" && read[0].content.starts_with("Be brief.\n\nYou can call"));
        assert!(read[0].content.contains("\"name\":\"sell\""));
        assert_eq!(
            read[1].content,
            "<tool_call>\n{\"name\": \"buy\", \"arguments\": {\"what\":1}}\n</tool_call>"
        );
        assert_eq!((read[2].role.as_str(), read[2].content.contains("\ndone\n")), ("user", true));
        let alone = messages(vec![message("user", "x")], &tools(ToolChoice::Auto));
        assert_eq!((alone.len(), alone[0].role.as_str()), (2, "system"));
        assert_eq!(messages(sent, &tools(ToolChoice::None))[0].content, "Be brief.");
    }
}
