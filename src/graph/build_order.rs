//! What `build` adds to the graph, so that bad data does not spread.

use std::collections::{BTreeMap, BTreeSet};

use super::dag::Graph;
use crate::manifest::{Manifest, NodeId, NodeKind, ResourceType};

/// The graph that `build` follows (dbt: `add_test_edges`).
///
/// - A data test comes before every model, seed, snapshot and their kin that
///   needs all of the test's parents. Such nodes already need those parents, so
///   no circle can arise.
/// - A unit test comes before its model and after all that the model waits for.
pub(super) fn graph(graph: &Graph, manifest: &Manifest) -> Graph {
    let mut awaited: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    let mut unit_tests: Vec<(NodeId, NodeId)> = Vec::new();
    for (id, outline) in manifest.nodes.outlines() {
        match outline.resource_type() {
            ResourceType::UnitTest => {
                unit_tests.extend(tested(manifest, id).map(|tested| (id, tested)));
                continue;
            }
            ResourceType::Test => {
                for child in held_back(graph, manifest, id) {
                    awaited.entry(child).or_default().insert(id);
                }
            }
            _ => {}
        }
        awaited.entry(id).or_default().extend(graph.parents(id));
    }
    for (id, tested) in &unit_tests {
        let before = awaited.get(tested).cloned().unwrap_or_default();
        awaited.insert(*id, before);
    }
    for (id, tested) in unit_tests {
        awaited.entry(tested).or_default().insert(id);
    }
    let edges = awaited.into_iter().flat_map(|(child, before)| before.into_iter().map(move |it| (it, child)));
    Graph::from_edges(graph.len(), edges).unwrap_or_else(|_| graph.clone())
}

/// The nodes that a data test holds back: the first, on each way down, that
/// need all of the test's parents. What comes after them waits for them anyway.
fn held_back(graph: &Graph, manifest: &Manifest, test: NodeId) -> impl Iterator<Item = NodeId> {
    let parents: Vec<NodeId> = graph.parents(test).collect();
    let below = |parent: &NodeId| graph.descendants([*parent], None);
    let mut shared: BTreeSet<NodeId> = BTreeSet::new();
    match parents.as_slice() {
        [] => {}
        [only] => shared.extend(graph.children(*only)),
        [first, rest @ ..] => {
            shared = below(first);
            for parent in rest {
                let below = below(parent);
                shared.retain(|id| below.contains(id));
            }
            let inner: Vec<NodeId> = shared
                .iter()
                .copied()
                .filter(|id| graph.parents(*id).any(|it| shared.contains(&it)))
                .collect();
            shared.retain(|id| inner.binary_search(id).is_err());
        }
    }
    shared.into_iter().filter(|id| manifest.outline(*id).is_some_and(|it| waits(it.resource_type())))
}

/// The model that a unit test is about.
fn tested(manifest: &Manifest, id: NodeId) -> Option<NodeId> {
    match &manifest.node(id)?.kind {
        NodeKind::UnitTest(test) => Some(test.tested),
        _ => None,
    }
}

/// Whether nodes of this type wait for tests.
fn waits(of: ResourceType) -> bool {
    !matches!(
        of,
        ResourceType::Test
            | ResourceType::UnitTest
            | ResourceType::Source
            | ResourceType::Exposure
            | ResourceType::Metric
            | ResourceType::SemanticModel
            | ResourceType::SavedQuery
    )
}
