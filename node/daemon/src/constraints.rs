//! What an answer must follow: from the fields of a request to what the engine follows.
//!
//! Owns the one compiler of constraints for the loaded model, built once, off everybody's way. Refuses to know how a
//! constraint is followed. Compiling computes for milliseconds, so it belongs on a blocking thread.

use crate::fault::Fault;
use crate::gbnf;
use infer::Tokenizer;
use infer::constrain::{Compiled, ConstraintError, ConstraintFactory, Source, TokenTable};
use std::sync::{Arc, OnceLock};
use wire::openai::{Follow, FollowSource};

/// The compiler of constraints.
#[derive(Debug)]
pub struct Constraints {
    tokenizer: Arc<Tokenizer>,
    table: OnceLock<Result<Arc<TokenTable>, String>>,
    factory: OnceLock<Result<ConstraintFactory, String>>,
}

impl Constraints {
    /// A compiler for this vocabulary; it is built by its first use.
    pub fn new(tokenizer: Arc<Tokenizer>) -> Self {
        Constraints { tokenizer, table: OnceLock::new(), factory: OnceLock::new() }
    }

    /// Builds it now, on a thread of its own, so that the first request need not wait for it. Where the system gives no
    /// thread, the first request waits.
    pub fn build_ahead(self: &Arc<Self>) {
        let constraints = Arc::clone(self);
        let thread = std::thread::Builder::new().name("constraints".to_owned());
        let _ = thread.spawn(move || constraints.factory().is_ok());
    }

    /// The tokens as every constraint sees them.
    ///
    /// # Errors
    /// [`Fault::Generation`] when the model's vocabulary cannot be constrained.
    pub(crate) fn table(&self) -> Result<&Arc<TokenTable>, Fault> {
        let build = || TokenTable::of(&self.tokenizer).map(Arc::new).map_err(|error| error.to_string());
        self.table.get_or_init(build).as_ref().map_err(|why| Fault::Generation { why: why.clone() })
    }

    fn factory(&self) -> Result<&ConstraintFactory, Fault> {
        let table = self.table()?;
        let build = || ConstraintFactory::new(Arc::clone(table)).map_err(|error| error.to_string());
        self.factory.get_or_init(build).as_ref().map_err(|why| Fault::Generation { why: why.clone() })
    }

    /// Reads and checks what a request says.
    ///
    /// # Errors
    /// [`Fault::BadParameter`] with the field that said it; [`Fault::Generation`] when the compiler itself broke.
    pub(crate) fn compile(&self, follow: &Follow) -> Result<Arc<Compiled>, Fault> {
        let bad = |why: String| Fault::BadParameter { field: follow.field.clone(), why };
        let source = source(&follow.source).map_err(bad)?;
        let compiled = self.factory()?.compile(&source);
        compiled.map(Arc::new).map_err(|error| match error {
            ConstraintError::Library { .. } => Fault::Generation { why: error.to_string() },
            error => bad(error.to_string()),
        })
    }
}

fn source(source: &FollowSource) -> Result<Source, String> {
    Ok(match source {
        FollowSource::JsonObject => Source::JsonObject,
        FollowSource::JsonSchema(text) => Source::JsonSchema(text.clone()),
        FollowSource::Regex(pattern) => Source::Regex(pattern.clone()),
        FollowSource::Choice(choices) => Source::Choice(choices.clone()),
        // llama.cpp's clients send its own notation in the same field.
        FollowSource::Lark(text) if gbnf::is_gbnf(text) => Source::Lark(gbnf::lark(text)?),
        FollowSource::Lark(text) => Source::Lark(text.clone()),
    })
}
