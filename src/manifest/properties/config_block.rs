//! The `config:` of an entry, each setting with its place.

use serde_json::{Map as JsonMap, Value as Json};

use super::spanned::Spanned;
use crate::yaml::Yaml;

/// One key of a `config:` and its rendered value.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The key as written.
    pub key: Spanned<String>,
    /// The value, rendered.
    pub value: Yaml,
}

/// The `config:` of an entry, together with the keys that dbt accepts beside it
/// and moves into it (`meta`, `docs`, `group`, `contract`, `access`).
#[derive(Debug, Clone, Default)]
pub struct ConfigBlock {
    /// The settings as written; each key once.
    pub settings: Vec<Setting>,
    /// The `config:` before rendering.
    pub unrendered: JsonMap<String, Json>,
}

impl ConfigBlock {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.settings.iter().find(|setting| setting.key.value == key).map(|setting| &setting.value)
    }

    /// Sets a key, in place where it is there already.
    pub fn set(&mut self, key: Spanned<String>, value: Yaml) {
        match self.settings.iter_mut().find(|setting| setting.key.value == key.value) {
            Some(setting) => *setting = Setting { key, value },
            None => self.settings.push(Setting { key, value }),
        }
    }

    /// All settings without their places.
    #[must_use]
    pub fn to_json(&self) -> JsonMap<String, Json> {
        self.settings.iter().map(|setting| (setting.key.value.clone(), setting.value.to_json())).collect()
    }

    /// `tags`: a list, or a lone text as a list of one.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.get("tags").map(|tags| texts(&tags.to_json())).unwrap_or_default()
    }

    /// `meta`, where it is a mapping.
    #[must_use]
    pub fn meta(&self) -> JsonMap<String, Json> {
        match self.get("meta").map(Yaml::to_json) {
            Some(Json::Object(meta)) => meta,
            _ => JsonMap::new(),
        }
    }
}

/// A list of texts, or a lone text as a list of one.
fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::String(one) => vec![one.clone()],
        Json::Array(many) => many.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
