//! The graph of some nodes, with the ways through the others kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::dag::Graph;
use crate::manifest::NodeId;

/// Some nodes of a [`Graph`] and the order among them. A node's parents here
/// are the selected nodes that it needs, directly or through nodes that are not
/// selected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subset {
    order: Vec<NodeId>,
    parents: BTreeMap<NodeId, BTreeSet<NodeId>>,
    children: BTreeMap<NodeId, BTreeSet<NodeId>>,
}

impl Subset {
    pub(super) fn new(graph: &Graph, ids: impl IntoIterator<Item = NodeId>) -> Self {
        let selected: BTreeSet<NodeId> = ids.into_iter().collect();
        let mut subset = Self::default();
        // For a node that is left out: the selected nodes that its children
        // need on its behalf.
        let mut behind: HashMap<NodeId, BTreeSet<NodeId>> = HashMap::new();
        for id in graph.order() {
            let mut parents = BTreeSet::new();
            for parent in graph.parents(*id) {
                if selected.contains(&parent) {
                    parents.insert(parent);
                } else if let Some(through) = behind.get(&parent) {
                    parents.extend(through);
                }
            }
            if !selected.contains(id) {
                if !parents.is_empty() {
                    behind.insert(*id, parents);
                }
                continue;
            }
            subset.order.push(*id);
            subset.children.entry(*id).or_default();
            for parent in &parents {
                subset.children.entry(*parent).or_default().insert(*id);
            }
            subset.parents.insert(*id, parents);
        }
        subset
    }

    /// The nodes, each after its parents.
    #[must_use]
    pub fn order(&self) -> &[NodeId] {
        &self.order
    }

    /// Whether the node is one of them.
    #[must_use]
    pub fn contains(&self, id: NodeId) -> bool {
        self.parents.contains_key(&id)
    }

    /// The selected nodes that the node needs, through whatever lies between.
    pub fn parents(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.parents.get(&id).into_iter().flatten().copied()
    }

    /// The selected nodes that need the node, through whatever lies between.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.children.get(&id).into_iter().flatten().copied()
    }

    /// Everything selected that needs the node, however far.
    #[must_use]
    pub fn descendants(&self, id: NodeId) -> BTreeSet<NodeId> {
        let mut found = BTreeSet::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            next.extend(self.children(id).filter(|child| found.insert(*child)));
        }
        found
    }
}
