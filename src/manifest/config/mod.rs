//! A node's configuration: an open dictionary with known keys.

mod defaults;
mod shared;
mod values;

use std::sync::Arc;

use serde_json::{Map, Value as Json};

pub(in crate::manifest) use shared::SharedConfigs;
pub use values::Values;

/// A node's merged configuration, shared by nodes that are configured alike. Keys are dbt's (`pre-hook` and `post-hook`
/// with hyphens); custom keys are kept. Values were checked when the manifest
/// was resolved, so the typed readers below cannot fail: they give dbt's
/// default where a key is absent or null.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// All keys and values, defaults included, in dbt's order.
    pub values: Arc<Values>,
    /// The same before rendering, without defaults: what users wrote.
    pub unrendered: Arc<Map<String, Json>>,
    /// The keys that were set by `config()` calls in the node's own text, as they were called.
    pub call: Arc<Map<String, Json>>,
}

/// A `pre-hook` or `post-hook`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The template.
    pub sql: String,
    /// Whether it runs inside the node's transaction.
    pub transaction: bool,
    /// Its place in the merged list.
    pub index: usize,
}

impl Config {
    /// Sets a key of this node alone.
    pub(super) fn set(&mut self, key: &str, value: Json) {
        Arc::make_mut(&mut self.values).set(key, value);
    }

    /// The same with what the node's own text set.
    pub(super) fn with_call(self, call: Map<String, Json>) -> Self {
        if call.is_empty() { self } else { Self { call: Arc::new(call), ..self } }
    }

    /// The value of a key; `None` where it is absent.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.values.get(key)
    }

    /// A text; `None` where it is absent or null.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Json::as_str)
    }

    /// A boolean; `None` where it is absent or null.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(Json::as_bool)
    }

    /// A list of texts; a lone text is a list of one.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Json::String(one)) => vec![one.clone()],
            Some(Json::Array(many)) => {
                many.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// `materialized`.
    #[must_use]
    pub fn materialized(&self) -> &str {
        self.text("materialized").unwrap_or("view")
    }

    /// `enabled`, by default true.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.flag("enabled").unwrap_or(true)
    }

    /// `tags`.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.list("tags")
    }

    /// The hooks under `pre-hook` or `post-hook`.
    #[must_use]
    pub fn hooks(&self, key: &str) -> Vec<Hook> {
        let items = self.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
        let hook = |(index, item): (usize, &Json)| Hook {
            sql: item.get("sql").and_then(Json::as_str).unwrap_or_default().to_owned(),
            transaction: item.get("transaction").and_then(Json::as_bool).unwrap_or(true),
            index: item
                .get("index")
                .and_then(Json::as_u64)
                .and_then(|at| usize::try_from(at).ok())
                .unwrap_or(index),
        };
        items.iter().enumerate().map(hook).collect()
    }
}
