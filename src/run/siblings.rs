//! Steps that one look at a relation may do: see [`crate::materialize::screen`].

use std::collections::HashMap;
use std::sync::Arc;

use super::steps::{Action, Step};
use crate::manifest::{DataTest, Manifest, NodeId, NodeKind};
use crate::materialize;

/// The places of the generic tests on the same node, for each of them.
pub(super) type Siblings = HashMap<usize, Arc<[usize]>>;

/// Finds the tests that may be told together.
pub(super) fn siblings(manifest: &Manifest, list: &[Step]) -> Siblings {
    let mut by_node: HashMap<NodeId, Vec<usize>> = HashMap::new();
    for (at, step) in list.iter().enumerate().filter(|(_, step)| step.action == Action::Judge) {
        if let Some(node) = looks_at(manifest, step) {
            by_node.entry(node).or_default().push(at);
        }
    }
    let mut siblings = Siblings::new();
    for places in by_node.into_values().filter(|places| places.len() > 1) {
        let places: Arc<[usize]> = places.into();
        siblings.extend(places.iter().map(|at| (*at, Arc::clone(&places))));
    }
    siblings
}

/// The node whose relation a generic test may share its look at.
fn looks_at(manifest: &Manifest, step: &Step) -> Option<NodeId> {
    let node = manifest.node(step.node)?;
    let NodeKind::Test(DataTest { generic: Some(test), .. }) = &node.kind else { return None };
    match node.depends_on.nodes.as_slice() {
        [one] if materialize::may_be_screened(&test.name, &node.config) => Some(*one),
        _ => None,
    }
}
