//! Owns the chat template inside the model file: compiling it as the Hugging Face library would, and rendering messages
//! with it. Refuses to know tokens. Templates are programs from strangers: instructions, recursion and output are
//! bounded. The memory of values is not: `s ~ s` doubles a text for a few instructions, the library has no hook there, and no
//! bound of instructions is low enough to help. A template comes inside a model that somebody chose to run here.
//! Source: Hugging Face transformers, `apply_chat_template` (a sandboxed Jinja2 with trimmed and left-stripped blocks).

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, ErrorKind, context};
use serde::Serialize;

/// Longest template source, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 1024 * 1024;
/// Longest rendered prompt, in bytes.
pub const RENDERED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most messages of one conversation.
pub const MESSAGES_MAX: usize = 4096;
/// Most template instructions one rendering may execute.
pub const TEMPLATE_FUEL_MAX: u64 = 5_000_000;

const NAME: &str = "chat";

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// `system`, `user`, `assistant`, or what else the template knows.
    pub role: String,
    /// The text.
    pub content: String,
}

/// Why a conversation has no prompt.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The file has no chat template.
    #[error("the model has no chat template")]
    Missing,
    /// The template is no valid Jinja, or longer than it may be.
    #[error("the chat template does not compile: {message}")]
    Syntax {
        /// What is wrong.
        message: String,
    },
    /// The template itself refused the conversation (`raise_exception`).
    #[error("the chat template refuses this conversation: {message}")]
    Refused {
        /// The template's words.
        message: String,
    },
    /// Rendering failed: an undefined name, a wrong type, too much work.
    #[error("the chat template failed: {message}")]
    Failed {
        /// What went wrong.
        message: String,
    },
    /// More messages or a longer prompt than is accepted.
    #[error("{what} is {actual}, the most is {max}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The cap.
        max: usize,
        /// The value.
        actual: usize,
    },
}

/// A compiled chat template.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    bos_token: String,
    eos_token: String,
}

/// Marks an error of ours inside minijinja's, so that `Refused` can be told from `Failed`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Raised(String);

fn raise_exception(message: String) -> Result<String, minijinja::Error> {
    Err(minijinja::Error::new(ErrorKind::InvalidOperation, "raise_exception").with_source(Raised(message)))
}

/// JSON as Python's `json.dumps` lays it out, without escaping other scripts: what the Hugging Face filter does.
fn tojson(value: Value, options: Kwargs) -> Result<String, minijinja::Error> {
    let bad =
        |error: serde_json::Error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string());
    let indent: Option<usize> = options.get("indent")?;
    let _: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    let mut bytes = Vec::new();
    match indent {
        Some(width) => {
            let indentation = " ".repeat(width.min(16));
            let formatter = serde_json::ser::PrettyFormatter::with_indent(indentation.as_bytes());
            value
                .serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
                .map_err(bad)?;
        }
        None => {
            value
                .serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, PythonLayout))
                .map_err(bad)?;
        }
    }
    String::from_utf8(bytes)
        .map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// `, ` and `: ` between parts, as Python writes them.
struct PythonLayout;

impl serde_json::ser::Formatter for PythonLayout {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}

impl ChatTemplate {
    /// Compiles `source`. `bos_token` and `eos_token` are the names the template sees.
    ///
    /// # Errors
    /// `Syntax`.
    pub(crate) fn new(source: String, bos_token: String, eos_token: String) -> Result<Self, TemplateError> {
        if source.len() > TEMPLATE_BYTES_MAX {
            let message = format!("it has {} bytes, the most is {TEMPLATE_BYTES_MAX}", source.len());
            return Err(TemplateError::Syntax { message });
        }
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(TEMPLATE_FUEL_MAX));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", raise_exception);
        environment.add_filter("tojson", tojson);
        environment
            .add_template_owned(NAME, source)
            .map_err(|error| TemplateError::Syntax { message: one_line(&error) })?;
        Ok(ChatTemplate { environment, bos_token, eos_token })
    }

    /// The program itself.
    pub(crate) fn source(&self) -> Option<String> {
        self.environment.get_template(NAME).ok().map(|template| template.source().to_owned())
    }

    /// The prompt for `messages`, with the opening of the assistant's turn when `add_generation_prompt`.
    ///
    /// # Errors
    /// `Refused`, `Failed`, `TooLarge`.
    pub(crate) fn render(
        &self,
        messages: &[ChatMessage],
        add_generation_prompt: bool,
    ) -> Result<String, TemplateError> {
        if messages.len() > MESSAGES_MAX {
            let actual = messages.len();
            return Err(TemplateError::TooLarge {
                what: "the number of messages",
                max: MESSAGES_MAX,
                actual,
            });
        }
        let failed = |error: minijinja::Error| match raised(&error) {
            Some(message) => TemplateError::Refused { message },
            None => TemplateError::Failed { message: one_line(&error) },
        };
        let values = context! {
            messages => messages,
            add_generation_prompt => add_generation_prompt,
            bos_token => self.bos_token,
            eos_token => self.eos_token,
        };
        let mut output = Capped { bytes: Vec::new() };
        let template = self.environment.get_template(NAME).map_err(failed)?;
        let rendered = template.render_captured_to(values, &mut output).map(drop);
        if output.bytes.len() > RENDERED_BYTES_MAX {
            let actual = output.bytes.len();
            return Err(TemplateError::TooLarge {
                what: "the rendered prompt's length",
                max: RENDERED_BYTES_MAX,
                actual,
            });
        }
        rendered.map_err(failed)?;
        String::from_utf8(output.bytes).map_err(|error| TemplateError::Failed { message: error.to_string() })
    }
}

/// Collects output and stops the template at the first byte over the cap.
struct Capped {
    bytes: Vec<u8>,
}

impl std::io::Write for Capped {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        let room = (RENDERED_BYTES_MAX + 1).saturating_sub(self.bytes.len());
        if room == 0 {
            return Err(std::io::Error::other("the rendered prompt is too long"));
        }
        let taken = part.len().min(room);
        self.bytes.extend_from_slice(&part[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn raised(error: &minijinja::Error) -> Option<String> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        if let Some(Raised(message)) = current.downcast_ref() {
            return Some(message.clone());
        }
        source = current.source();
    }
    None
}

fn one_line(error: &minijinja::Error) -> String {
    error.to_string().lines().collect::<Vec<_>>().join(" ")
}
