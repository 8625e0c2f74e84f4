//! Nodes that are other than in the earlier run, in the manifest of that run.
//!
//! A node whose SQL, or whose description in a property file, is another is drafted and
//! connected anew, and takes its old place. That is all only where the new text changes
//! nothing that other nodes, or checks over all nodes, look at; wherever that is in
//! doubt, nothing is edited and everything is read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::described::Described;
use super::key::{Place, id, resources};
use super::stored::Head;
use crate::manifest::access::check_access;
use crate::manifest::describe::Describer;
use crate::manifest::draft::{Drafted, Drafting, PlainConfigs};
use crate::manifest::inferred::complete_again;
use crate::manifest::layers::Trees;
use crate::manifest::naming::Naming;
use crate::manifest::parse::Surroundings;
use crate::manifest::patches::Patches;
use crate::manifest::property_files::{PropertyFile, Rendering, property_file};
use crate::manifest::resolve::connect_again;
use crate::manifest::sketch::whole_file;
use crate::manifest::world::{World, is_microbatch};
use crate::manifest::{Inputs, Manifest, Node, NodeId, NodeKind, UniqueId};
use crate::project::{FileKind, ResourceFile};
use crate::source::FileId;
use crate::template::Engine;

/// Keys of a configuration that others look at.
const SEEN_BY_OTHERS: [&str; 4] = ["access", "enabled", "event_time", "group"];

/// What edits are made with.
pub(super) struct Edits<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) surroundings: &'a Arc<Surroundings>,
    pub(super) engine: &'a Engine,
    pub(super) head: &'a Head,
}

/// What edits came to.
#[derive(Default)]
pub(super) struct Edited {
    /// Nodes that were drafted anew.
    pub(super) nodes: HashSet<NodeId>,
    /// Those of them that have to be looked at in the next run, too.
    pub(super) volatile: Vec<UniqueId>,
    /// Whether some of them need other nodes than before.
    pub(super) has_other_edges: bool,
}

impl Edits<'_> {
    /// Edits the nodes of these files, and those that have to be looked at in each run.
    /// `None` where everything has to be read.
    pub(super) fn apply(&self, manifest: &mut Manifest, changed: &[Place<'_>]) -> Option<Edited> {
        let mut files: HashSet<FileId> = changed.iter().filter_map(|(_, file)| id(file)).collect();
        for node in &self.head.learned.volatile {
            files.insert(manifest.by_id(node.as_str())?.kind.body()?.file);
        }
        let mut labels = self.head.warnings.iter().flat_map(|warning| &warning.labels);
        if labels.any(|label| files.contains(&label.span.file)) {
            return None;
        }
        let drafted = self.drafted(manifest, changed, files)?;
        let volatile = drafted.iter().filter(|(_, drafted)| drafted.is_volatile);
        let volatile = volatile.map(|(_, drafted)| drafted.node.unique_id.clone()).collect();
        let again = drafted.into_iter().map(|(id, drafted)| (id, drafted.node)).collect();
        let root = &self.inputs.project.root_package().name;
        let again = connect_again(root, &manifest.nodes, &manifest.disabled, again)?;
        let ids: Vec<NodeId> = again.iter().map(|(id, _)| *id).collect();
        let mut has_other_edges = false;
        for (id, node) in again {
            let old = manifest.nodes.get_mut(id.0 as usize)?;
            has_other_edges |= old.depends_on.nodes != node.depends_on.nodes;
            *old = node;
        }
        let edited = ids.iter().filter_map(|id| manifest.node(*id));
        let is_allowed = check_access(self.inputs.project, &manifest.nodes, edited).is_empty();
        is_allowed.then(|| Edited { nodes: ids.into_iter().collect(), volatile, has_other_edges })
    }

    /// The nodes of these files, and what changed property files tell of, drafted anew.
    fn drafted(
        &self,
        manifest: &Manifest,
        changed: &[Place<'_>],
        mut files: HashSet<FileId>,
    ) -> Option<Vec<(NodeId, Drafted)>> {
        let project = self.inputs.project;
        let blocks = Arc::new(manifest.doc_blocks.clone());
        let trees = Trees::of(project);
        let drafting = Drafting {
            engine: self.engine,
            naming: &Naming::new(project, self.engine, self.surroundings),
            surroundings: self.surroundings,
            describer: &Describer::new(self.engine, &blocks, self.surroundings),
            world: &World { library: self.engine.library(), groups: &manifest.groups },
            trees: &trees,
            plain: PlainConfigs::default(),
        };
        let rendering = Rendering::new(self.engine, self.surroundings);
        let is_described = |(_, file): &&Place<'_>| file.kind == FileKind::Properties;
        if self.head.learned.has_overrides && changed.iter().any(|place| is_described(&place)) {
            return None;
        }
        let read = |place: &Place<'_>| Described::read(manifest, *place, &rendering);
        let described: Vec<Described> =
            changed.iter().filter(is_described).map(read).collect::<Option<_>>()?;
        files.extend(
            described.iter().flat_map(|file| file.models(manifest)).map(|node| node.origin.span.file),
        );
        let again = Again { edits: self, manifest, drafting: &drafting, rendering: &rendering, described };
        let mut drafted = again.whole_files(&files)?;
        for file in &again.described {
            drafted.extend(again.of_property_file(file)?);
        }
        // What a property file reads, or a generic test, is not known by node.
        (!self.surroundings.members.reads().is_volatile()).then_some(drafted)
    }
}

/// Nodes that are drafted again.
struct Again<'a> {
    edits: &'a Edits<'a>,
    manifest: &'a Manifest,
    drafting: &'a Drafting<'a>,
    rendering: &'a Rendering<'a>,
    /// The property files that changed.
    described: Vec<Described>,
}

impl Again<'_> {
    /// Nodes that are a whole file, each of these.
    fn whole_files(&self, files: &HashSet<FileId>) -> Option<Vec<(NodeId, Drafted)>> {
        let of_node = |(_, file): &Place<'_>| file.kind != FileKind::Properties;
        let is_edited = |(_, file): &Place<'_>| id(file).is_some_and(|id| files.contains(&id));
        let places: Vec<Place<'_>> =
            resources(self.edits.inputs.project).filter(of_node).filter(is_edited).collect();
        let nodes: HashMap<FileId, (NodeId, &Node)> = self
            .manifest
            .iter()
            .filter(|(_, node)| node.kind.is_whole_file())
            .map(|(id, node)| (node.origin.span.file, (id, node)))
            .collect();
        places
            .into_par_iter()
            .map(|place| {
                let (id, old) = nodes.get(&id(place.1)?)?;
                self.whole_file(place, (*id, old))
            })
            .collect()
    }

    fn whole_file(
        &self,
        (package, file): Place<'_>,
        (id, old): (NodeId, &Node),
    ) -> Option<(NodeId, Drafted)> {
        if old.version().is_some() {
            return None;
        }
        let sketch = whole_file(package, file, file.file.as_ref()?);
        let mut drafted = match &old.origin.patch_path {
            None => self.drafting.draft(sketch, None),
            Some(path) => {
                let changed = self.described.iter().find(|described| described.file.patch_path() == *path);
                let read = if changed.is_none() { Some(self.property_file(path)?) } else { None };
                let file = changed.map(|described| &described.file).or(read.as_ref())?;
                let patches = Patches::new(std::slice::from_ref(file), std::slice::from_ref(&sketch));
                let entry = patches.find(&sketch)?;
                self.drafting.draft(sketch, Some(entry))
            }
        };
        let all = self.manifest.nodes.iter().filter(|node| node.depends_on.nodes.contains(&id));
        let turned_off = self.manifest.broken_tests.iter().chain(&self.manifest.disabled);
        complete_again(&mut drafted.node, all.chain(turned_off));
        self.is_quiet((id, old), &drafted).then_some((id, drafted))
    }

    /// The tests and sources of a property file.
    fn of_property_file(&self, file: &Described) -> Option<Vec<(NodeId, Drafted)>> {
        let library = self.edits.engine.library();
        let drafted = file.drafted(self.manifest, (library, self.rendering), self.drafting)?;
        let places: Vec<(NodeId, &Node)> =
            self.manifest.iter().filter(|(_, node)| file.holds(node)).collect();
        let is_same_list = places.len() == drafted.len();
        let pairs = places.into_iter().zip(drafted);
        let quiet =
            pairs.map(|(place, drafted)| self.is_quiet(place, &drafted).then_some((place.0, drafted)));
        if is_same_list { quiet.collect() } else { None }
    }

    fn property_file(&self, patch_path: &str) -> Option<PropertyFile> {
        let (package, path) = patch_path.split_once("://")?;
        let package = self.edits.inputs.project.package(package)?;
        let is_it = |file: &&ResourceFile| file.kind == FileKind::Properties && file.path == path;
        let file = package.files.iter().find(is_it)?;
        Some(property_file(package, file, file.file.as_ref()?, self.rendering).0)
    }

    /// Whether a node can take the place of another, as far as others are concerned.
    fn is_quiet(&self, (id, old): (NodeId, &Node), drafted: &Drafted) -> bool {
        drafted.findings.is_empty() && !is_seen_by_others(self.manifest, id, old, &drafted.node)
    }
}

/// Whether another node, or a check over all, may come out otherwise.
fn is_seen_by_others(manifest: &Manifest, id: NodeId, old: &Node, new: &Node) -> bool {
    let differs = |key: &&str| old.config.get(key) != new.config.get(key);
    let is_batched =
        |node: &Node| is_microbatch(node.config.materialized(), node.config.text("incremental_strategy"));
    let tests_it = |node: &Node| matches!(&node.kind, NodeKind::UnitTest(test) if test.tested == id);
    let calls_others = old.depends_on.calls.macros != new.depends_on.calls.macros;
    let time_spine = |node: &Node| match &node.kind {
        NodeKind::Model(model) => model.time_spine.clone(),
        _ => None,
    };
    old.unique_id != new.unique_id
        || old.fqn != new.fqn
        || old.relation != new.relation
        || SEEN_BY_OTHERS.iter().any(differs)
        || !(old.depends_on.calls.metrics.is_empty() && new.depends_on.calls.metrics.is_empty())
        || is_batched(old)
        || is_batched(new)
        || time_spine(old) != time_spine(new)
        || new.version().is_some()
        || calls_others && manifest.nodes.iter().any(tests_it)
}
