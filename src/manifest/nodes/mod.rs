//! The nodes of a project, in its order.
//!
//! Where an earlier run kept them, a node is understood when it is first asked for; the
//! [`Outline`]s of all are there from the beginning. Most commands look closely at few
//! nodes of a large project, and to understand all takes longer than the rest of them.

mod outline;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::{Node, NodeId, ResourceType};

pub use outline::{Outline, Sort};
pub(super) use table::{SECTIONS, Table};

/// All nodes of a project that are turned on. A [`NodeId`] is a place in here.
#[derive(Clone, Default)]
pub struct Nodes {
    held: Held,
    /// The places by unique id, once somebody asked for them.
    sorted: OnceLock<Vec<NodeId>>,
    /// What there is, once somebody asked.
    census: OnceLock<Census>,
}

/// What there is among nodes.
#[derive(Clone, Default)]
struct Census {
    /// The places of nodes of each type.
    by_type: [Vec<NodeId>; ResourceType::EVERY.len()],
    /// The bits of all sorts.
    sorts: u32,
}

#[derive(Clone)]
enum Held {
    Known(Vec<Node>),
    Kept(Kept),
}

impl Default for Held {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

/// Understands the nodes of a shelf; always the same ones.
pub(super) type Understand = Arc<dyn Fn(usize) -> Vec<Node> + Send + Sync>;

/// How many nodes stand on a shelf: so many are understood together. Small projects of
/// tests have many shelves, too.
pub(super) const SHELF: usize = if cfg!(test) { 3 } else { 128 };

/// Nodes that an earlier run left.
#[derive(Clone)]
struct Kept {
    outlines: Arc<Table>,
    shelves: Vec<OnceLock<Vec<Node>>>,
    understand: Understand,
    /// Nodes that have taken the places of others.
    replaced: BTreeMap<usize, Node>,
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Kept {
    fn shelf(&self, at: usize) -> Option<&[Node]> {
        Some(self.shelves.get(at)?.get_or_init(|| (self.understand)(at)))
    }

    fn get(&self, place: usize) -> Option<&Node> {
        match self.replaced.get(&place) {
            Some(node) => Some(node),
            None => self.shelf(place / SHELF)?.get(place % SHELF),
        }
    }

    /// Understands the nodes of some shelves, by all threads.
    fn understand(&self, shelves: impl IntoParallelIterator<Item = usize>) {
        shelves.into_par_iter().for_each(|at| {
            self.shelf(at);
        });
    }
}

impl From<Vec<Node>> for Nodes {
    fn from(nodes: Vec<Node>) -> Self {
        Self { held: Held::Known(nodes), ..Self::default() }
    }
}

impl FromIterator<Node> for Nodes {
    fn from_iter<I: IntoIterator<Item = Node>>(nodes: I) -> Self {
        nodes.into_iter().collect::<Vec<Node>>().into()
    }
}

/// Nodes in the order that places count in.
pub(super) trait Listed: Sync {
    /// The node at a place.
    fn node(&self, place: usize) -> Option<&Node>;

    /// The outline of the node at a place.
    fn outline(&self, place: usize) -> Option<Outline<'_>>;

    /// The outlines of all, in order.
    fn all(&self) -> Box<dyn Iterator<Item = Outline<'_>> + '_>;
}

impl Listed for [Node] {
    fn node(&self, place: usize) -> Option<&Node> {
        self.get(place)
    }

    fn outline(&self, place: usize) -> Option<Outline<'_>> {
        self.get(place).map(Outline::of)
    }

    fn all(&self) -> Box<dyn Iterator<Item = Outline<'_>> + '_> {
        Box::new(self.iter().map(Outline::of))
    }
}

impl Listed for Nodes {
    fn node(&self, place: usize) -> Option<&Node> {
        self.get(place)
    }

    fn outline(&self, place: usize) -> Option<Outline<'_>> {
        Nodes::outline(self, place)
    }

    fn all(&self) -> Box<dyn Iterator<Item = Outline<'_>> + '_> {
        Box::new(self.outlines().map(|(_, outline)| outline))
    }
}

impl Nodes {
    /// Nodes that an earlier run left; `understand` gives those of each shelf of [`SHELF`],
    /// the last of which may hold fewer.
    pub(super) fn kept(outlines: Table, understand: Understand) -> Self {
        let shelves = (0..outlines.len().div_ceil(SHELF)).map(|_| OnceLock::new()).collect();
        let outlines = Arc::new(outlines);
        let held = Held::Kept(Kept { outlines, shelves, understand, replaced: BTreeMap::new() });
        Self { held, ..Self::default() }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.held {
            Held::Known(nodes) => nodes.len(),
            Held::Kept(kept) => kept.outlines.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node at a place.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&Node> {
        match &self.held {
            Held::Known(nodes) => nodes.get(place),
            Held::Kept(kept) => kept.get(place),
        }
    }

    /// All of them in order. To look at some of each, see [`Self::outlines`].
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Node> + Clone {
        if let Held::Kept(kept) = &self.held {
            kept.understand(0..kept.shelves.len());
        }
        (0..self.len()).filter_map(|place| self.get(place))
    }

    /// The outline of the node at a place.
    #[must_use]
    pub fn outline(&self, place: usize) -> Option<Outline<'_>> {
        match &self.held {
            Held::Known(nodes) => nodes.get(place).map(Outline::of),
            Held::Kept(kept) => match kept.replaced.get(&place) {
                Some(node) => Some(Outline::of(node)),
                None => kept.outlines.get(place),
            },
        }
    }

    /// The outlines of all, with their places, in order.
    pub fn outlines(&self) -> impl Iterator<Item = (NodeId, Outline<'_>)> {
        (0..).map(NodeId).zip(0..self.len()).filter_map(|(id, place)| Some((id, self.outline(place)?)))
    }

    /// The nodes whose outlines are wanted, with their places, in order.
    pub fn chosen(&self, is_wanted: impl Fn(&Outline<'_>) -> bool) -> impl Iterator<Item = (NodeId, &Node)> {
        let wanted = self.outlines().filter(|(_, outline)| is_wanted(outline));
        self.some(wanted.map(|(id, _)| id).collect())
    }

    /// The nodes of a type, with their places, in order.
    pub fn of_type(&self, of: ResourceType) -> impl Iterator<Item = (NodeId, &Node)> {
        self.some(self.places_of_type(of).to_vec())
    }

    /// The places of the nodes of a type, in order.
    #[must_use]
    pub fn places_of_type(&self, of: ResourceType) -> &[NodeId] {
        let place = ResourceType::EVERY.iter().position(|it| *it == of);
        place.and_then(|place| self.census().by_type.get(place)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether there is a node of this sort.
    #[must_use]
    pub fn have(&self, sort: Sort) -> bool {
        self.census().sorts & sort.bit() != 0
    }

    fn census(&self) -> &Census {
        self.census.get_or_init(|| {
            let mut census = Census::default();
            for (id, outline) in self.outlines() {
                census.sorts |= outline.sorts();
                let place = ResourceType::EVERY.iter().position(|it| *it == outline.resource_type());
                if let Some(places) = place.and_then(|place| census.by_type.get_mut(place)) {
                    places.push(id);
                }
            }
            census
        })
    }

    /// The nodes at these places.
    fn some(&self, ids: Vec<NodeId>) -> impl Iterator<Item = (NodeId, &Node)> {
        if let Held::Kept(kept) = &self.held {
            let mut shelves: Vec<usize> = ids.iter().map(|id| id.0 as usize / SHELF).collect();
            shelves.dedup();
            kept.understand(shelves);
        }
        ids.into_iter().filter_map(|id| Some((id, self.get(id.0 as usize)?)))
    }

    /// The place of the node with this unique id.
    #[must_use]
    pub fn place_of(&self, unique_id: &str) -> Option<NodeId> {
        let sorted = self.by_unique_id();
        let found = sorted.binary_search_by(|id| self.unique_id(*id).cmp(unique_id)).ok()?;
        sorted.get(found).copied()
    }

    /// The places of all nodes, by their unique ids.
    #[must_use]
    pub fn by_unique_id(&self) -> &[NodeId] {
        if let Held::Kept(kept) = &self.held {
            return kept.outlines.by_unique_id();
        }
        self.sorted.get_or_init(|| {
            let mut places: Vec<NodeId> = (0..).map(NodeId).take(self.len()).collect();
            places.sort_by(|a, b| self.unique_id(*a).cmp(self.unique_id(*b)));
            places
        })
    }

    fn unique_id(&self, NodeId(place): NodeId) -> &str {
        self.outline(place as usize).map(|outline| outline.unique_id()).unwrap_or_default()
    }

    /// Whether the nodes of a shelf are those that an earlier run left.
    pub(super) fn is_shelf_as_kept(&self, at: usize) -> bool {
        match &self.held {
            Held::Known(_) => false,
            Held::Kept(kept) => kept.replaced.range(at * SHELF..(at + 1) * SHELF).next().is_none(),
        }
    }

    /// Whether the outlines of all nodes are those that an earlier run left.
    pub(super) fn are_outlines_as_kept(&self) -> bool {
        match &self.held {
            Held::Known(_) => false,
            Held::Kept(kept) => {
                let is_same = |(place, node): (&usize, &Node)| {
                    kept.outlines.get(*place).is_some_and(|outline| outline == Outline::of(node))
                };
                kept.replaced.iter().all(is_same)
            }
        }
    }

    /// Puts a node into the place of another of the same unique id.
    pub(crate) fn replace(&mut self, NodeId(place): NodeId, node: Node) {
        let place = place as usize;
        self.census = OnceLock::new();
        match &mut self.held {
            Held::Known(nodes) => {
                if let Some(old) = nodes.get_mut(place) {
                    *old = node;
                }
            }
            Held::Kept(kept) => {
                kept.replaced.insert(place, node);
            }
        }
    }
}

#[cfg(test)]
mod tests;
