//! The bodies that cross between two of our processes: field names, shapes, limits and versions, and nothing else.
//!
//! Today this holds the HTTP bodies of the local door: [`openai`] and [`responses`] (the public shapes every other program
//! knows), [`native`] (llama.cpp's own) and [`ember`] (what the game needs beyond them). Peer frames, manifests, jobs and
//! receipts are to come and are not here.
//!
//! Requests are read with `from_json`, never with a derived `Deserialize`: a wrong field must come back to its sender
//! with its own name (`messages[2].content`), and fields we do not know must pass. Responses derive both directions.
//!
//! Refuses to know: sockets, threads, files, models, and what any field is used for.
//! Source: the OpenAI API reference (chat completions, completions, models, errors); DESIGN section 3 for `ember`.

pub mod ember;
mod fields;
pub mod limits;
pub mod native;
pub mod openai;
pub mod responses;

pub use fields::BodyError;

/// The version of the `ember` bodies. A daemon refuses a request that carries another one.
pub const EMBER_VERSION: u32 = 1;
/// The port the daemon listens on when nothing else is said.
pub const PORT_DEFAULT: u16 = 7391;
/// The file in the data directory that says where the daemon listens; see [`ember::Whereabouts`].
pub const WHEREABOUTS_FILE: &str = "emberd.json";
/// The file in the data directory that holds the bearer token, one line, readable by its owner only.
pub const TOKEN_FILE: &str = "token";
/// The variable that names the data directory; a flag goes before it.
pub const DATA_DIR_VARIABLE: &str = "EMBERD_DATA_DIR";
/// The folder under `$XDG_DATA_HOME` that is the data directory when nothing else is said.
pub const DATA_DIR_NAME: &str = "emberwick";
