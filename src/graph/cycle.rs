//! What people are told about nodes that need each other.

use std::collections::HashMap;

use petgraph::Outgoing;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::dag::node_id;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Manifest, Node};
use crate::source::Span;

/// One diagnostic for each group of nodes that need each other in a circle, in
/// the manifest's order.
pub(super) fn diagnostics(dag: &DiGraph<(), (), u32>, manifest: &Manifest) -> Vec<Diagnostic> {
    let mut circles: Vec<Vec<NodeIndex>> = tarjan_scc(dag)
        .into_iter()
        .filter(|group| group.len() > 1 || group.iter().any(|at| dag.contains_edge(*at, *at)))
        .filter_map(|group| circle(dag, group.into_iter().min()?))
        .collect();
    circles.sort_by_key(|circle| circle.first().copied());
    circles.iter().map(|circle| diagnostic(circle, manifest)).collect()
}

/// A shortest way from a node back to itself, against the edges: each node
/// needs the next, the last needs the first.
fn circle(dag: &DiGraph<(), (), u32>, start: NodeIndex) -> Option<Vec<NodeIndex>> {
    // Searched along the edges, so that the links lead back from child to parent.
    let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut layer = vec![start];
    while !came_from.contains_key(&start) {
        let mut next = Vec::new();
        for at in layer {
            for child in dag.neighbors_directed(at, Outgoing) {
                came_from.entry(child).or_insert_with(|| {
                    next.push(child);
                    at
                });
            }
        }
        if next.is_empty() && !came_from.contains_key(&start) {
            return None;
        }
        layer = next;
    }
    let mut way = vec![start];
    let mut at = *came_from.get(&start)?;
    while at != start {
        way.push(at);
        at = *came_from.get(&at)?;
    }
    Some(way)
}

fn diagnostic(circle: &[NodeIndex], manifest: &Manifest) -> Diagnostic {
    let nodes: Vec<&Node> = circle.iter().filter_map(|at| manifest.node(node_id(*at))).collect();
    let next = nodes.iter().cycle().skip(1);
    let path: Vec<&str> = nodes.iter().chain(nodes.first()).map(|node| node.name.as_str()).collect();
    let mut diagnostic = Diagnostic::error("cycle", format!("nodes need each other: {}", path.join(" -> ")));
    for (node, needed) in nodes.iter().zip(next) {
        let label = format!("`{}` needs `{}`", node.name, needed.name);
        diagnostic = diagnostic.at(mention(node, &needed.name), label);
    }
    diagnostic
        .known_as(format!("Found a cycle: {}", path.join(" --> ")))
        .help("take one of these references away, or move what both need to a node of its own")
}

/// Where the node's own text first names another in quotes, as `ref` and
/// `source` do; else the whole of the node.
fn mention(node: &Node, name: &str) -> Span {
    let found = node.kind.body().and_then(|body| {
        let places = ['\'', '"'].map(|quote| body.text.find(&format!("{quote}{name}{quote}")));
        let start = body.offset + places.into_iter().flatten().min()?;
        Some(Span { file: body.file, start, end: start + name.len() + 2 })
    });
    found.unwrap_or(node.origin.span)
}
