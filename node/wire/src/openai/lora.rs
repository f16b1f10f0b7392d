//! Bodies of the routes that load, unload and pin adapters.
//!
//! Owns their fields. Refuses to know which names and paths are good.
//! Source: vLLM's `/v1/load_lora_adapter` and `/v1/unload_lora_adapter`.

use crate::fields::{BodyError, Fields, parse_object};
use crate::limits;

/// Body of `POST /v1/load_lora_adapter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadAdapterRequest {
    /// The name it is to have; one that is known gets the new content.
    pub lora_name: String,
    /// Its folder or file, below the folder of adapters.
    pub lora_path: String,
}

impl LoadAdapterRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        Ok(LoadAdapterRequest {
            lora_name: fields.string("lora_name", limits::MODEL_ID_BYTES_MAX)?,
            lora_path: fields.string("lora_path", limits::PATH_BYTES_MAX)?,
        })
    }
}

/// Body of `POST /v1/unload_lora_adapter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnloadAdapterRequest {
    /// Its name.
    pub lora_name: String,
}

impl UnloadAdapterRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let lora_name = Fields::top(&map).string("lora_name", limits::MODEL_ID_BYTES_MAX)?;
        Ok(UnloadAdapterRequest { lora_name })
    }
}

/// Body of `POST /ember/v1/adapters/{name}/pin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinRequest {
    /// Whether it stays in memory whatever else comes.
    pub pinned: bool,
}

impl PinRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        fields.required("pinned")?;
        Ok(PinRequest { pinned: fields.flag("pinned")? })
    }
}
