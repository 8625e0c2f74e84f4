//! The graph of a manifest's nodes: who needs whom, near and far.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::{Direction, Incoming, Outgoing};

use super::subset::Subset;
use super::{build_order, cycle};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Manifest, NodeId};

/// The nodes of a manifest and what they need. It has no cycle.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// A node's index is its [`NodeId`]; edges run from parent to child.
    dag: DiGraph<(), (), u32>,
    /// All nodes, parents first; nodes that do not depend on each other stand
    /// in the manifest's order as far as that is possible.
    order: Vec<NodeId>,
}

impl Graph {
    /// The graph of all nodes of a manifest.
    ///
    /// # Errors
    /// One diagnostic for each group of nodes that need each other in a circle.
    pub fn new(manifest: &Manifest) -> Result<Self, Vec<Diagnostic>> {
        let count = manifest.nodes.len();
        let edges = manifest
            .nodes
            .outlines()
            .flat_map(|(child, outline)| outline.needs().iter().map(move |parent| (*parent, child)));
        Self::from_edges(count, edges).map_err(|dag| cycle::diagnostics(&dag, manifest))
    }

    /// The same graph with the order that `build` keeps added: what needs a
    /// node waits for its data tests too, and a model waits for its unit tests,
    /// which need only what the model needs.
    #[must_use]
    pub fn for_build(&self, manifest: &Manifest) -> Self {
        build_order::graph(self, manifest)
    }

    /// The graph of `count` nodes with these edges, from parent to child, each once; edges
    /// that name other nodes are ignored. Where it has a cycle, it is handed back raw.
    pub(super) fn from_edges(
        count: usize,
        edges: impl IntoIterator<Item = (NodeId, NodeId)>,
    ) -> Result<Self, DiGraph<(), (), u32>> {
        let mut dag = DiGraph::with_capacity(count, 0);
        for _ in 0..count {
            dag.add_node(());
        }
        for (parent, child) in edges {
            let (parent, child) = (index(parent), index(child));
            if parent.index() < count && child.index() < count {
                dag.add_edge(parent, child, ());
            }
        }
        match order(&dag) {
            order if order.len() == count => Ok(Self { dag, order }),
            _ => Err(dag),
        }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dag.node_count()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dag.node_count() == 0
    }

    /// All nodes, each after its parents, else in the manifest's order.
    #[must_use]
    pub fn order(&self) -> &[NodeId] {
        &self.order
    }

    /// What the node itself needs.
    pub fn parents(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.neighbours(id, Incoming)
    }

    /// What itself needs the node.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.neighbours(id, Outgoing)
    }

    fn neighbours(&self, id: NodeId, direction: Direction) -> impl Iterator<Item = NodeId> {
        self.dag.neighbors_directed(index(id), direction).map(node_id)
    }

    /// Everything that the nodes need, at most `depth` steps up; without a
    /// depth, all of it. A start node is included only where another needs it.
    #[must_use]
    pub fn ancestors(
        &self,
        from: impl IntoIterator<Item = NodeId>,
        depth: Option<usize>,
    ) -> BTreeSet<NodeId> {
        self.reach(from, depth, Incoming)
    }

    /// Everything that needs the nodes, at most `depth` steps down; without a
    /// depth, all of it. A start node is included only where it needs another.
    #[must_use]
    pub fn descendants(
        &self,
        from: impl IntoIterator<Item = NodeId>,
        depth: Option<usize>,
    ) -> BTreeSet<NodeId> {
        self.reach(from, depth, Outgoing)
    }

    fn reach(
        &self,
        from: impl IntoIterator<Item = NodeId>,
        depth: Option<usize>,
        direction: Direction,
    ) -> BTreeSet<NodeId> {
        let mut reached = vec![false; self.len()];
        let mut layer: Vec<NodeId> = from.into_iter().collect();
        let mut steps = 0;
        while !layer.is_empty() && depth.is_none_or(|depth| steps < depth) {
            let mut next = Vec::new();
            for id in layer.iter().flat_map(|id| self.neighbours(*id, direction)) {
                if let Some(seen) = reached.get_mut(id.0 as usize).filter(|seen| !**seen) {
                    *seen = true;
                    next.push(id);
                }
            }
            layer = next;
            steps += 1;
        }
        let ids = reached.iter().enumerate().filter(|(_, seen)| **seen);
        ids.map(|(at, _)| node_id(NodeIndex::new(at))).collect()
    }

    /// For each node, by place, the number of steps on the longest way down to
    /// it from a node without parents: 0 for those.
    #[must_use]
    pub fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.len()];
        for id in &self.order {
            let above = self.parents(*id).filter_map(|parent| depths.get(parent.0 as usize)).max();
            let depth = above.map_or(0, |above| above + 1);
            if let Some(place) = depths.get_mut(id.0 as usize) {
                *place = depth;
            }
        }
        depths
    }

    /// The graph of only these nodes: one needs another where it does in the
    /// whole graph, be it through nodes that are left out.
    #[must_use]
    pub fn subset(&self, ids: impl IntoIterator<Item = NodeId>) -> Subset {
        Subset::new(self, ids)
    }
}

/// A topological order that takes, among the nodes that are ready, the one that
/// comes first in the manifest. Nodes on a cycle, or behind one, are not in it.
fn order(dag: &DiGraph<(), (), u32>) -> Vec<NodeId> {
    let mut missing: Vec<usize> =
        dag.node_indices().map(|at| dag.neighbors_directed(at, Incoming).count()).collect();
    let mut ready: BinaryHeap<Reverse<NodeIndex>> = dag.externals(Incoming).map(Reverse).collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(Reverse(next)) = ready.pop() {
        order.push(node_id(next));
        for child in dag.neighbors_directed(next, Outgoing) {
            if let Some(count) = missing.get_mut(child.index()) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(Reverse(child));
                }
            }
        }
    }
    order
}

pub(super) fn index(id: NodeId) -> NodeIndex {
    NodeIndex::new(id.0 as usize)
}

pub(super) fn node_id(index: NodeIndex) -> NodeId {
    NodeId(u32::try_from(index.index()).unwrap_or(u32::MAX))
}
