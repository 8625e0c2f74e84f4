//! Semantic models, metrics and saved queries.

use serde_json::Value as Json;

use super::config_block::ConfigBlock;
use super::entry::Entry;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;

/// A semantic model, a metric or a saved query, as described.
#[derive(Debug, Clone)]
pub struct SemanticProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// Its configuration.
    pub config: ConfigBlock,
    /// The whole entry, rendered.
    pub yaml: Yaml,
}

const MODEL_KEYS: [&str; 10] = [
    "name",
    "model",
    "description",
    "label",
    "config",
    "defaults",
    "entities",
    "measures",
    "dimensions",
    "primary_entity",
];
const METRIC_KEYS: [&str; 10] = [
    "name",
    "label",
    "type",
    "type_params",
    "description",
    "filter",
    "time_granularity",
    "meta",
    "tags",
    "config",
];
const QUERY_KEYS: [&str; 7] = ["name", "query_params", "description", "label", "exports", "config", "tags"];

impl SemanticProperties {
    /// The whole entry as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        self.yaml.to_json()
    }

    /// The descriptions of its parts, such as measures, with their places.
    #[must_use]
    pub fn descriptions_of(&self, parts: &str) -> Vec<Option<Spanned<String>>> {
        let items = self.yaml.as_map().and_then(|map| map.get(parts)).and_then(Yaml::as_seq);
        let description = |part: &Yaml| {
            let text = part.as_map()?.get("description")?;
            Some(Spanned::new(text.as_str()?.to_owned(), text.span))
        };
        items.unwrap_or_default().iter().map(description).collect()
    }
}

/// One entry of `semantic_models`.
pub(super) fn semantic_model(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<SemanticProperties> {
    properties("semantic model", (&MODEL_KEYS, &["model"]), yaml, raw, problems)
}

/// One entry of `metrics`.
pub(super) fn metric(yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<SemanticProperties> {
    properties("metric", (&METRIC_KEYS, &["label", "type", "type_params"]), yaml, raw, problems)
}

/// One entry of `saved_queries`.
pub(super) fn saved_query(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<SemanticProperties> {
    properties("saved query", (&QUERY_KEYS, &["query_params"]), yaml, raw, problems)
}

fn properties(
    kind: &str,
    (known, required): (&[&str], &[&str]),
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<SemanticProperties> {
    let (mut entry, name) = Entry::open_named(kind, yaml, problems)?;
    entry.warn_unknown_keys(known);
    for key in required {
        if entry.get(key).is_none() {
            entry.missing(key);
        }
    }
    Some(SemanticProperties {
        name,
        span: entry.span,
        description: entry.text("description"),
        config: entry.config(raw, &[]),
        yaml: yaml.clone(),
    })
}
