//! Nodes whose SQL is another than in the earlier run, in the manifest of that run.
//!
//! Such a node is drafted and connected anew, and takes its old place. That is all only
//! where the new text changes nothing that other nodes, or checks over all nodes, look
//! at; wherever that is in doubt, nothing is edited and everything is read.

use std::collections::HashSet;
use std::sync::Arc;

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
use crate::manifest::{DataTest, Inputs, Manifest, Node, NodeId, NodeKind, UniqueId};
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
        for node in &self.head.volatile {
            files.insert(manifest.by_id(node.as_str())?.kind.body()?.file);
        }
        let mut labels = self.head.warnings.iter().flat_map(|warning| &warning.labels);
        if labels.any(|label| files.contains(&label.span.file)) {
            return None;
        }
        let of_node = |(_, file): &Place<'_>| file.kind != FileKind::Properties;
        let is_edited = |(_, file): &Place<'_>| id(file).is_some_and(|id| files.contains(&id));
        let places: Vec<Place<'_>> =
            resources(self.inputs.project).filter(of_node).filter(is_edited).collect();
        let drafted = self.drafted(manifest, &places)?;
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

    /// The nodes of these files, drafted anew.
    fn drafted(&self, manifest: &Manifest, places: &[Place<'_>]) -> Option<Vec<(NodeId, Drafted)>> {
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
        places.iter().map(|place| self.draft(manifest, *place, &drafting, &rendering)).collect()
    }

    fn draft(
        &self,
        manifest: &Manifest,
        (package, file): Place<'_>,
        drafting: &Drafting<'_>,
        rendering: &Rendering<'_>,
    ) -> Option<(NodeId, Drafted)> {
        let source = file.file.as_ref()?;
        let (id, old) = manifest.iter().find(|(_, node)| is_of(node, source.id()))?;
        if old.version().is_some() {
            return None;
        }
        let sketch = whole_file(package, file, source);
        let described = match &old.origin.patch_path {
            Some(path) => Some(self.property_file(path, rendering)?),
            None => None,
        };
        let patches = Patches::new(described.as_slice(), std::slice::from_ref(&sketch));
        let patch = patches.find(&sketch);
        if patch.is_some() != described.is_some() {
            return None;
        }
        let mut drafted = drafting.draft(sketch, patch);
        complete_again(&mut drafted.node, old);
        let is_quiet = drafted.findings.is_empty() && !is_seen_by_others(manifest, id, old, &drafted.node);
        is_quiet.then_some((id, drafted))
    }

    fn property_file(&self, patch_path: &str, rendering: &Rendering<'_>) -> Option<PropertyFile> {
        let (package, path) = patch_path.split_once("://")?;
        let package = self.inputs.project.package(package)?;
        let is_it = |file: &&ResourceFile| file.kind == FileKind::Properties && file.path == path;
        let file = package.files.iter().find(is_it)?;
        Some(property_file(package, file, file.file.as_ref()?, rendering).0)
    }
}

/// Whether the whole file is this node.
fn is_of(node: &Node, file: FileId) -> bool {
    let is_whole_file = matches!(
        &node.kind,
        NodeKind::Model(_) | NodeKind::Analysis(_) | NodeKind::Test(DataTest { generic: None, .. })
    );
    is_whole_file && node.origin.span.file == file
}

/// Whether another node, or a check over all, may come out otherwise.
fn is_seen_by_others(manifest: &Manifest, id: NodeId, old: &Node, new: &Node) -> bool {
    let differs = |key: &&str| old.config.get(key) != new.config.get(key);
    let is_batched =
        |node: &Node| is_microbatch(node.config.materialized(), node.config.text("incremental_strategy"));
    let tests_it = |node: &Node| matches!(&node.kind, NodeKind::UnitTest(test) if test.tested == id);
    let calls_others = old.depends_on.calls.macros != new.depends_on.calls.macros;
    old.unique_id != new.unique_id
        || old.fqn != new.fqn
        || old.relation != new.relation
        || SEEN_BY_OTHERS.iter().any(differs)
        || !(old.depends_on.calls.metrics.is_empty() && new.depends_on.calls.metrics.is_empty())
        || is_batched(old)
        || is_batched(new)
        || calls_others && manifest.nodes.iter().any(tests_it)
}
