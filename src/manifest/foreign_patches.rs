//! Entries of property files that describe a node of another package.
//!
//! dbt seeks what an entry for a model, seed or snapshot describes in the entry's own package,
//! and then, among what is turned on, in all of them: a root project may describe the models of
//! its packages, and the entry of a package that lost its seed describes the one in its place.

use std::collections::{HashMap, HashSet};

use super::Node;
use super::draft::{Drafted, Patch};
use super::patches::{Patches, list_of};
use super::properties::NodeKey;
use super::sketch::Sketch;
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// The lists whose entries are sought in other packages.
const LISTS: [NodeKey; 3] = [NodeKey::Models, NodeKey::Seeds, NodeKey::Snapshots];

/// An entry and the nodes of its name, with their places among all sketches.
struct ForeignPatch<'a> {
    patch: Patch<'a>,
    own: Option<(usize, Sketch)>,
    others: Vec<(usize, Sketch)>,
}

/// The entries that may describe a node of another package.
pub(super) struct ForeignPatches<'a>(Vec<ForeignPatch<'a>>);

impl<'a> ForeignPatches<'a> {
    /// Looks for nodes that share their name with an entry of another package.
    pub(super) fn new(patches: &Patches<'a>, sketches: &[Box<Sketch>]) -> Self {
        let of_entries = patches.unversioned().map(|(package, ..)| package);
        let packages: HashSet<&str> =
            sketches.iter().map(|sketch| sketch.package.as_str()).chain(of_entries).collect();
        if packages.len() < 2 {
            return Self(Vec::new());
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, sketch) in sketches.iter().enumerate() {
            if list_of(&sketch.kind).is_some_and(|list| LISTS.contains(&list)) {
                by_name.entry(sketch.search_name().into_owned()).or_default().push(at);
            }
        }
        let foreign_patches = patches.unversioned().filter(|(_, list, ..)| LISTS.contains(list));
        Self(foreign_patches.filter_map(|entry| ForeignPatch::new(entry, &by_name, sketches)).collect())
    }

    /// Gives each entry whose own package has no such node that is turned on to the one
    /// node elsewhere that is. `draft` makes a node of a sketch. Returns where the names of these
    /// entries stand, and an error for each node that is described where it belongs, too.
    pub(super) fn settle(
        self,
        made: &mut [Drafted],
        draft: impl Fn(Sketch, Option<Patch<'_>>) -> Drafted,
    ) -> (HashSet<Span>, Vec<Diagnostic>) {
        let (mut settled, mut twice) = (HashSet::new(), Vec::new());
        for ForeignPatch { patch, own, others } in self.0 {
            let is_on = |at: &usize| made.get(*at).is_some_and(|made| made.node.config.enabled());
            let mut on = others.into_iter().filter(|(at, _)| is_on(at));
            let (Some((at, sketch)), None) = (on.next(), on.next()) else { continue };
            if own.as_ref().is_some_and(|(at, _)| is_on(at)) {
                continue;
            }
            let described = made.get(at).filter(|made| made.node.origin.patch_path.is_some());
            if let Some(described) = described {
                settled.insert(patch.properties.name.span);
                twice.push(described_twice(&described.node, patch));
                continue;
            }
            // What the entry itself turns off is what it describes.
            let bare = own.map(|(at, sketch)| (at, draft(sketch, None)));
            if bare.as_ref().is_some_and(|(_, bare)| bare.node.config.enabled()) {
                continue;
            }
            settled.insert(patch.properties.name.span);
            for (at, drafted) in bare.into_iter().chain([(at, draft(sketch, Some(patch)))]) {
                if let Some(slot) = made.get_mut(at) {
                    *slot = drafted;
                }
            }
        }
        (settled, twice)
    }
}

fn described_twice(node: &Node, patch: Patch<'_>) -> Diagnostic {
    let (kind, package) = (node.kind.resource_type(), &node.package);
    let message = format!("the {kind} `{}` of the package `{package}` is described twice", node.name);
    let finding =
        Diagnostic::error("described-twice", message).at(patch.properties.name.span, "in another package");
    let finding = match node.origin.patch_span {
        Some(span) => finding.at(span, "where it belongs"),
        None => finding,
    };
    finding
        .known_as(format!("dbt found two schema.yml entries for the same resource named {}", node.name))
        .help("keep one of the two entries")
}

impl<'a> ForeignPatch<'a> {
    fn new(
        (package, list, name, patch): (&str, NodeKey, &str, Patch<'a>),
        by_name: &HashMap<String, Vec<usize>>,
        sketches: &[Box<Sketch>],
    ) -> Option<Self> {
        let of_name = by_name.get(name)?.iter().filter_map(|at| Some((*at, &**sketches.get(*at)?)));
        let (mut own, mut others): (Vec<_>, Vec<_>) =
            of_name.partition(|(_, sketch)| sketch.package == package);
        let is_wrong = |(_, sketch): &(usize, &Sketch)| list_of(&sketch.kind) != Some(list);
        if others.is_empty() || own.len() > 1 || own.iter().any(is_wrong) {
            return None;
        }
        others.retain(|other| !is_wrong(other));
        let kept = |(at, sketch): (usize, &Sketch)| (at, sketch.clone());
        Some(Self { patch, own: own.pop().map(kept), others: others.into_iter().map(kept).collect() })
    }
}
