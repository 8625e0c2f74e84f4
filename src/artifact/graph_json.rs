//! `graph` in templates.

use serde_json::{Map, Value as Json, json};

use super::manifest_json::groups_json;
use super::node_json::node_json;
use super::wire::Wire;
use crate::manifest::ResourceType;

/// What templates see as `graph`: nodes, sources and their kin by unique id.
/// Unit tests are not in it (dbt: `build_flat_graph`).
#[must_use]
pub fn graph_json(wire: &Wire<'_>) -> Json {
    let [mut nodes, mut sources, mut exposures] = [Map::new(), Map::new(), Map::new()];
    let [mut metrics, mut semantic_models, mut saved_queries] = [Map::new(), Map::new(), Map::new()];
    let mut functions = Map::new();
    for node in wire.manifest.nodes.iter().chain(&wire.manifest.broken_tests) {
        let place = match node.kind.resource_type() {
            ResourceType::UnitTest => continue,
            ResourceType::Source => &mut sources,
            ResourceType::Exposure => &mut exposures,
            ResourceType::Metric => &mut metrics,
            ResourceType::SemanticModel => &mut semantic_models,
            ResourceType::SavedQuery => &mut saved_queries,
            ResourceType::Function => &mut functions,
            _ => &mut nodes,
        };
        place.insert(node.unique_id.to_string(), node_json(wire, node));
    }
    json!({
        "exposures": exposures,
        "functions": functions,
        "groups": groups_json(wire.manifest),
        "metrics": metrics,
        "nodes": nodes,
        "sources": sources,
        "semantic_models": semantic_models,
        "saved_queries": saved_queries,
    })
}
