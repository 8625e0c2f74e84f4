//! What query engines refuse of all definitions together. dbt looks at it where there are
//! both semantic models and metrics.

mod metrics;
mod models;
mod queries;

use serde_json::{Map, Value as Json};

use super::fault;
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::GRAINS;
use crate::manifest::{Node, NodeKind, SemanticKind};

/// Everything that the project defines.
struct Layer<'a> {
    models: Vec<Definition<'a>>,
    metrics: Vec<Definition<'a>>,
    queries: Vec<Definition<'a>>,
    /// The names of granularities that time spines add.
    own_grains: Vec<&'a str>,
    /// Whether a time spine is described in YAML.
    has_spine: bool,
}

/// A semantic model, a metric or a saved query.
#[derive(Clone, Copy)]
struct Definition<'a> {
    node: &'a Node,
    fields: &'a Map<String, Json>,
}

impl<'a> Definition<'a> {
    fn name(&self) -> &'a str {
        &self.node.name
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.fields.get(key).and_then(Json::as_str)
    }

    /// The items of a list of mappings.
    fn parts(&self, key: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
        items(self.fields.get(key))
    }

    /// The part of this name.
    fn part(&self, key: &str, name: &str) -> Option<&'a Json> {
        self.parts(key).find(|part| text(part, "name") == Some(name))
    }

    fn has(&self, keys: &[&str], name: &str) -> bool {
        keys.iter().any(|key| self.part(key, name).is_some())
    }

    fn fault(&self, words: &str) -> Diagnostic {
        fault(self.node, self.node.origin.span, words)
    }
}

fn text<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    json.get(key).and_then(Json::as_str)
}

fn items(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    json.and_then(Json::as_array).into_iter().flatten()
}

fn texts(json: Option<&Json>) -> impl Iterator<Item = &str> {
    items(json).filter_map(Json::as_str)
}

/// Whether something is there that is not false.
fn is_given(json: &Json, key: &str) -> bool {
    json.get(key).is_some_and(|value| !matches!(value, Json::Null | Json::Bool(false)))
}

impl Layer<'_> {
    /// Whether a granularity is known: one of dbt's, or one of a time spine.
    fn knows_grain(&self, grain: &str) -> bool {
        GRAINS.contains(&grain) || self.own_grains.contains(&grain)
    }
}

/// Everything that is wrong with the definitions among `nodes`; `models` may be time spines.
pub(super) fn check(nodes: &[Node], models: &[Node]) -> Vec<Diagnostic> {
    let of = |kind: SemanticKind| -> Vec<Definition<'_>> {
        let found = nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Semantic(it) if it.kind == kind => Some(Definition { node, fields: &it.fields }),
            _ => None,
        });
        found.collect()
    };
    let spines: Vec<&Json> = models
        .iter()
        .filter_map(|node| match &node.kind {
            NodeKind::Model(model) => model.time_spine.as_ref(),
            _ => None,
        })
        .collect();
    let layer = Layer {
        models: of(SemanticKind::SemanticModel),
        metrics: of(SemanticKind::Metric),
        queries: of(SemanticKind::SavedQuery),
        has_spine: !spines.is_empty(),
        own_grains: spines
            .iter()
            .flat_map(|spine| items(spine.get("custom_granularities")))
            .filter_map(|grain| text(grain, "name"))
            .collect(),
    };
    if layer.models.is_empty() || layer.metrics.is_empty() {
        return Vec::new();
    }
    [models::check(&layer), metrics::check(&layer), queries::check(&layer)].concat()
}
