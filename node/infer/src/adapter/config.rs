//! Owns PEFT's `adapter_config.json`: which settings are honoured, which have no say in what is computed, and the refusal of
//! all others, known or not, that are switched on. Refuses to know tensors. Source: `LoraConfig` and `get_pattern_key` of
//! huggingface/peft.

use super::error::AdapterError;
use super::json::Json;
use super::modules::Modules;
use super::{INVOCATION_TOKENS_MAX, RANK_MAX};
use crate::tensor_entry::quoted;

/// Settings that training, saving or finding the base needs, and computing does not.
const WITHOUT_EFFECT: [&str; 16] = [
    "auto_mapping",
    "base_model_name_or_path",
    "corda_config",
    "ensure_weight_tying",
    "eva_config",
    "inference_mode",
    "layers_pattern",
    "loftq_config",
    "lora_dropout",
    "lora_ga_config",
    "megatron_config",
    "megatron_core",
    "peft_version",
    "qalora_group_size",
    "revision",
    "task_type",
];
/// Settings that are read below.
const HONOURED: [&str; 13] = [
    "alora_invocation_tokens",
    "alpha_pattern",
    "bias",
    "exclude_modules",
    "init_lora_weights",
    "layers_to_transform",
    "lora_alpha",
    "peft_type",
    "r",
    "rank_pattern",
    "runtime_config",
    "target_modules",
    "use_rslora",
];
/// Ways to begin training that leave the base as it is; the others subtract something from it, which a reader must know.
const PLAIN_BEGINNINGS: [&str; 3] = ["gaussian", "eva", "orthogonal"];

/// What the settings say about the matrices.
#[derive(Debug)]
pub(super) struct Settings {
    rank: usize,
    alpha: f64,
    /// The scale is alpha / sqrt(rank) instead of alpha / rank.
    rank_stabilised: bool,
    /// `None`: all of them.
    targets: Option<Modules>,
    excluded: Option<Modules>,
    /// `None`: all of them.
    layers: Option<Vec<usize>>,
    rank_pattern: Vec<(Pattern, usize)>,
    alpha_pattern: Vec<(Pattern, f64)>,
    /// The tokens after which the adapter wakes, if it sleeps until then.
    pub(super) invocation: Option<Vec<u32>>,
}

/// A key of `rank_pattern` or `alpha_pattern`: a module's name or the end of one. PEFT reads it as a regular expression, in
/// which a dot is any letter; every other expression is refused.
#[derive(Debug, PartialEq)]
struct Pattern {
    /// `None` is any letter.
    letters: Vec<Option<u8>>,
    /// The whole name must match, not only its end.
    whole: bool,
}

impl Pattern {
    fn parse(key: &str) -> Result<Pattern, AdapterError> {
        let (body, whole) = key.strip_prefix('^').map_or((key, false), |body| (body, true));
        let mut letters = Vec::with_capacity(body.len());
        let mut rest = body.bytes();
        while let Some(byte) = rest.next() {
            letters.push(match byte {
                b'.' => None,
                b'\\' if rest.next() == Some(b'.') => Some(b'.'),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => Some(byte),
                _ => return Err(feature(&format!("the pattern \"{}\" (only names are read)", quoted(key)))),
            });
        }
        Ok(Pattern { letters, whole })
    }

    fn matches(&self, module: &str) -> bool {
        let module = module.as_bytes();
        let Some(before) = module.len().checked_sub(self.letters.len()) else { return false };
        let fits = self
            .letters
            .iter()
            .zip(&module[before..])
            .all(|(letter, byte)| letter.is_none_or(|letter| letter == *byte));
        fits && (before == 0 || (!self.whole && module[before - 1] == b'.'))
    }
}

impl Settings {
    /// Reads the JSON.
    ///
    /// # Errors
    /// `Json`, `MissingKey`, `KeyValue`, `Feature`.
    pub(super) fn parse(bytes: &[u8]) -> Result<Settings, AdapterError> {
        let json: Json = serde_json::from_slice(bytes)
            .map_err(|error| AdapterError::Json { reason: quoted(&error.to_string()) })?;
        let Json::Map(pairs) = json else {
            return Err(AdapterError::Json { reason: "it must be a map of settings".to_owned() });
        };
        let map = Map(&pairs);
        let kind = map.needed("peft_type")?;
        if *kind != Json::Text("LORA".to_owned()) {
            return Err(feature(&format!("the adapter type {}", kind.shown())));
        }
        refuse_features(&map)?;
        let rank_pattern = patterns(&map, "rank_pattern", rank_of)?;
        let alpha_pattern = patterns(&map, "alpha_pattern", alpha_of)?;
        Ok(Settings {
            rank: rank_of("r", map.needed("r")?)?,
            alpha: alpha_of("lora_alpha", map.needed("lora_alpha")?)?,
            rank_stabilised: map.flag("use_rslora")?,
            targets: match map.get("target_modules") {
                Some(Json::Text(text)) if text == "all-linear" => None,
                _ => map.modules("target_modules")?,
            },
            excluded: map.modules("exclude_modules")?,
            layers: layers(&map)?,
            rank_pattern,
            alpha_pattern,
            invocation: invocation(&map)?,
        })
    }

    /// Whether the settings let the adapter change this module of this layer; `module` is its name within the base.
    pub(super) fn targets(&self, module: &str, layer: usize) -> bool {
        self.targets.as_ref().is_none_or(|targets| targets.have(module))
            && !self.excluded.as_ref().is_some_and(|excluded| excluded.have(module))
            && self.layers.as_ref().is_none_or(|layers| layers.contains(&layer))
    }

    /// The rank the settings give this module.
    pub(super) fn rank(&self, module: &str) -> usize {
        self.rank_pattern
            .iter()
            .find(|(pattern, _)| pattern.matches(module))
            .map_or(self.rank, |(_, rank)| *rank)
    }

    /// What the module's product is multiplied with; finite, because alpha is bounded.
    pub(super) fn scale(&self, module: &str) -> f32 {
        let alpha = self
            .alpha_pattern
            .iter()
            .find(|(pattern, _)| pattern.matches(module))
            .map_or(self.alpha, |(_, alpha)| *alpha);
        let rank = self.rank(module) as f64;
        (if self.rank_stabilised { alpha / rank.sqrt() } else { alpha / rank }) as f32
    }
}

/// Everything that would change the result and is not computed here.
fn refuse_features(map: &Map<'_>) -> Result<(), AdapterError> {
    match map.get("bias") {
        None => {}
        Some(Json::Text(text)) if text == "none" => {}
        Some(other) => return Err(feature(&format!("the bias setting {}", other.shown()))),
    }
    match map.get("init_lora_weights") {
        None | Some(Json::Bool(_)) => {}
        Some(Json::Text(text)) if PLAIN_BEGINNINGS.contains(&text.as_str()) => {}
        Some(other) => {
            return Err(feature(&format!("a base changed by init_lora_weights {}", other.shown())));
        }
    }
    for (key, value) in map.0 {
        let known = HONOURED.contains(&key.as_str()) || WITHOUT_EFFECT.contains(&key.as_str());
        if !known && !value.is_off() {
            return Err(feature(&format!("the setting {} = {}", quoted(key), value.shown())));
        }
    }
    Ok(())
}

fn feature(feature: &str) -> AdapterError {
    AdapterError::Feature { feature: feature.to_owned() }
}

fn wrong(key: &str, expected: &'static str, value: &Json) -> AdapterError {
    AdapterError::KeyValue { key: quoted(key), expected, actual: value.shown() }
}

fn rank_of(key: &str, value: &Json) -> Result<usize, AdapterError> {
    match value {
        Json::Unsigned(rank) if (1..=RANK_MAX as u64).contains(rank) => Ok(*rank as usize),
        other => Err(wrong(key, "a rank from 1 to 256", other)),
    }
}

fn alpha_of(key: &str, value: &Json) -> Result<f64, AdapterError> {
    let alpha = match value {
        Json::Unsigned(number) => *number as f64,
        Json::Float(number) => *number,
        other => return Err(wrong(key, "a number", other)),
    };
    if alpha.abs() > super::ALPHA_MAX {
        return Err(wrong(key, "a number of at most a million", value));
    }
    Ok(alpha)
}

fn patterns<T>(
    map: &Map<'_>,
    key: &str,
    read: fn(&str, &Json) -> Result<T, AdapterError>,
) -> Result<Vec<(Pattern, T)>, AdapterError> {
    match map.get(key) {
        None => Ok(Vec::new()),
        Some(Json::Map(pairs)) => {
            pairs.iter().map(|(name, value)| Ok((Pattern::parse(name)?, read(key, value)?))).collect()
        }
        Some(other) => Err(wrong(key, "a map from module names to numbers", other)),
    }
}

fn layers(map: &Map<'_>) -> Result<Option<Vec<usize>>, AdapterError> {
    let (key, expected) = ("layers_to_transform", "a layer or a list of layers");
    let one = |value: &Json| match value {
        Json::Unsigned(layer) => usize::try_from(*layer).map_err(|_| wrong(key, expected, value)),
        other => Err(wrong(key, expected, other)),
    };
    match map.get(key) {
        None => Ok(None),
        Some(Json::List(list)) => Ok(Some(list.iter().map(one).collect::<Result<_, _>>()?)),
        Some(value) => Ok(Some(vec![one(value)?])),
    }
}

fn invocation(map: &Map<'_>) -> Result<Option<Vec<u32>>, AdapterError> {
    let (key, expected) = ("alora_invocation_tokens", "a list of 1 to 256 token numbers");
    let Some(value) = map.get(key) else { return Ok(None) };
    let Json::List(list) = value else { return Err(wrong(key, expected, value)) };
    if list.is_empty() || list.len() > INVOCATION_TOKENS_MAX {
        return Err(wrong(key, expected, value));
    }
    let token = |value: &Json| match value {
        Json::Unsigned(token) => u32::try_from(*token).map_err(|_| wrong(key, expected, value)),
        other => Err(wrong(key, expected, other)),
    };
    Ok(Some(list.iter().map(token).collect::<Result<_, _>>()?))
}

/// Settings by key; null counts as absent, as it does for PEFT.
struct Map<'a>(&'a [(String, Json)]);

impl Map<'_> {
    fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|(name, value)| name == key && *value != Json::Null).map(|(_, value)| value)
    }

    fn needed(&self, key: &str) -> Result<&Json, AdapterError> {
        self.get(key).ok_or_else(|| AdapterError::MissingKey { key: key.to_owned() })
    }

    fn flag(&self, key: &str) -> Result<bool, AdapterError> {
        match self.get(key) {
            None => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            Some(other) => Err(wrong(key, "true or false", other)),
        }
    }

    fn modules(&self, key: &str) -> Result<Option<Modules>, AdapterError> {
        match self.get(key) {
            None => Ok(None),
            Some(value @ Json::List(list)) => {
                let name = |item: &Json| match item {
                    Json::Text(name) => Ok(name.clone()),
                    _ => Err(wrong(key, "a list of module names", value)),
                };
                Ok(Some(Modules::Named(list.iter().map(name).collect::<Result<_, _>>()?)))
            }
            Some(Json::Text(text)) => Ok(Some(Modules::matching(key, text)?)),
            Some(other) => Err(wrong(key, "a list of module names or a regular expression", other)),
        }
    }
}

#[cfg(test)]
mod tests;
