//! Nodes that are other than in the earlier run, in the manifest of that run.
//!
//! A node whose SQL, whose description in a property file, or one of whose macros is another
//! is drafted and connected anew, and takes its old place. That is all only where the new
//! text changes nothing that other nodes, or checks over all nodes, look at; wherever that is
//! in doubt, nothing is edited and everything is read.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::Volatile;
use super::cache_file::CacheHead;
use super::described::Described;
use super::key::{Place, id, resources};
use super::macros::ChangedMacros;
use super::redraft::{Redrafted, Redrafting};
use crate::diagnostics::Diagnostic;
use crate::manifest::access::check_access;
use crate::manifest::config::SharedConfigs;
use crate::manifest::describe::Describer;
use crate::manifest::draft::{Drafted, Drafting, PlainConfigs, SeenMacros};
use crate::manifest::layers::Trees;
use crate::manifest::load::UNUSED_CONFIG_PATH;
use crate::manifest::naming::Naming;
use crate::manifest::parse::Surroundings;
use crate::manifest::property_files::{PropertyFile, Rendering, property_file};
use crate::manifest::resolve::connect_again;
use crate::manifest::world::World;
use crate::manifest::{
    Calls, DataTest, FunctionCall, Inputs, Manifest, Node, NodeId, NodeKind, RefCall, SearchOrder,
    SourceCall, UniqueId,
};
use crate::project::FileKind;
use crate::source::FileId;
use crate::template::Engine;

/// What edits are made with.
pub(super) struct Edits<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) surroundings: &'a Arc<Surroundings>,
    pub(super) engine: &'a Engine,
    /// What is wrong with the library of macros.
    pub(super) library_findings: &'a [Diagnostic],
    pub(super) head: &'a CacheHead,
}

/// What edits came to.
#[derive(Default)]
pub(super) struct Edited {
    /// Nodes that came out otherwise.
    pub(super) nodes: HashSet<NodeId>,
    /// What has to be looked at in the next run, too.
    pub(super) volatile: Vec<Volatile>,
    /// The macros of projects that what was drafted anew rests on.
    pub(super) macros: Vec<(UniqueId, Vec<u32>)>,
    /// Whether some of them need other nodes than before.
    pub(super) has_other_edges: bool,
    /// Whether some macros are other than before.
    pub(super) has_other_macros: bool,
}

/// What is looked at again, by files.
#[derive(Default)]
struct Wanted {
    /// Files that are a node as a whole.
    whole: HashSet<FileId>,
    /// Property files that changed.
    changed: HashSet<FileId>,
    /// Property files that hold a test which is drafted again.
    tests: HashSet<FileId>,
    /// Nodes that are turned off.
    turned_off: HashSet<UniqueId>,
}

impl Wanted {
    /// Looks at a node again; `None` where that cannot be done alone.
    fn add(&mut self, node: &Node) -> Option<()> {
        let file = node.origin.span.file;
        match node.kind {
            _ if node.kind.is_whole_file() => self.whole.insert(file),
            NodeKind::Test(DataTest { generic: Some(_), .. }) => self.tests.insert(file),
            _ => return None,
        };
        Some(())
    }
}

/// What edges come from.
pub(super) fn asks(calls: &Calls) -> (&[RefCall], &[SourceCall], &[FunctionCall]) {
    (&calls.refs, &calls.sources, &calls.functions)
}

impl Edits<'_> {
    /// Edits what these files tell of, and nodes that have to be looked at in each run.
    /// `None` where everything has to be read.
    pub(super) fn apply(&self, manifest: &mut Manifest, changed: &[Place<'_>]) -> Option<Edited> {
        let macros = ChangedMacros::read(self, manifest, changed)?;
        let wanted = self.wanted(manifest, changed, &macros)?;
        let turned_off = |it: &&Volatile| wanted.turned_off.contains(&it.node);
        let volatile = self.head.learned.volatile.iter().filter(turned_off).cloned().collect();
        let drafted = self.drafted(manifest, wanted, changed)?;
        let mut edited = Edited { volatile, has_other_macros: !macros.is_empty(), ..Edited::default() };
        let mut again = Vec::new();
        for Redrafted { id, drafted, is_same, .. } in drafted {
            let Drafted { node, findings, is_volatile, macros } = drafted;
            let volatile = || Volatile { node: node.unique_id.clone(), findings };
            edited.volatile.extend(is_volatile.then(volatile));
            edited.macros.push((node.unique_id.clone(), macros));
            if !is_same {
                again.push((id, node));
            }
        }
        for (id, node) in self.connected(manifest, again)? {
            edited.has_other_edges |= manifest.outline(id)?.needs() != node.depends_on.nodes;
            manifest.nodes.replace(id, node);
            edited.nodes.insert(id);
        }
        let readers = edited.nodes.iter().filter_map(|id| manifest.node(*id));
        let is_allowed = check_access(self.inputs.project, &manifest.nodes, readers).is_empty();
        macros.put(manifest);
        is_allowed.then_some(edited)
    }

    /// The nodes with their edges. One that asks for what it asked for before finds the same.
    fn connected(&self, manifest: &Manifest, again: Vec<(NodeId, Node)>) -> Option<Vec<(NodeId, Node)>> {
        let old = |id: NodeId| manifest.node(id).map(|node| &node.depends_on);
        let is_same = |(id, node): &(NodeId, Node)| {
            old(*id).is_some_and(|old| asks(&old.calls) == asks(&node.depends_on.calls))
        };
        let (mut same, others): (Vec<_>, Vec<_>) = again.into_iter().partition(is_same);
        for (id, node) in &mut same {
            node.depends_on.nodes.clone_from(&old(*id)?.nodes);
        }
        if !others.is_empty() {
            let order = SearchOrder::of(self.inputs.project);
            same.extend(connect_again(&order, &manifest.nodes, &manifest.disabled, others)?);
        }
        Some(same)
    }

    /// What has to be looked at, where these files changed and these macros with them.
    fn wanted(&self, manifest: &Manifest, changed: &[Place<'_>], macros: &ChangedMacros) -> Option<Wanted> {
        let mut wanted = Wanted::default();
        for (_, file) in changed {
            match file.kind {
                FileKind::Properties => wanted.changed.insert(id(file)?),
                FileKind::Macro | FileKind::GenericTest => continue,
                _ => wanted.whole.insert(id(file)?),
            };
        }
        for Volatile { node, .. } in &self.head.learned.volatile {
            match manifest.by_id(node.as_str()) {
                Some(node) => wanted.add(node)?,
                None => drop(wanted.turned_off.insert(node.clone())),
            }
        }
        if !macros.places.is_empty() {
            let users = self.head.learned.macros.of(&macros.places);
            let mut turned_off = manifest.broken_tests.iter().chain(&manifest.disabled);
            if turned_off.any(|node| users.contains(&node.unique_id)) {
                return None;
            }
            for user in users {
                wanted.add(manifest.by_id(user.as_str())?)?;
            }
        }
        Some(wanted)
    }

    /// The nodes that are looked at, drafted anew.
    fn drafted(
        &self,
        manifest: &Manifest,
        mut wanted: Wanted,
        changed: &[Place<'_>],
    ) -> Option<Vec<Redrafted>> {
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
            seen: SeenMacros::default(),
            shared: SharedConfigs::default(),
        };
        let rendering = Rendering::new(self.engine, self.surroundings);
        let is_told = |file: &FileId| wanted.changed.contains(file) || wanted.tests.contains(file);
        let (told, findings) = self.property_files(&rendering, |_, file| is_told(&file));
        if self.head.learned.has_overrides && !told.is_empty() {
            return None;
        }
        let described = Described::read(manifest, &told, &findings)?;
        let retold = described.iter().filter(|file| wanted.changed.contains(&file.id()));
        wanted.whole.extend(retold.flat_map(Described::models).map(|node| node.origin.span.file));
        let old: Vec<(NodeId, &Node)> =
            manifest.nodes.chosen(|outline| wanted.whole.contains(&outline.file())).collect();
        if old.len() != wanted.whole.len() {
            return None;
        }
        let is_off = |node: &&Node| wanted.turned_off.contains(&node.unique_id);
        let turned_off: Vec<&Node> = manifest.disabled.iter().filter(is_off).collect();
        let all = || old.iter().map(|(_, node)| *node).chain(turned_off.iter().copied());
        let patched: HashSet<&str> = all().filter_map(|node| node.origin.patch_path.as_deref()).collect();
        let (describing, _) = self.property_files(&rendering, |path, file| {
            patched.contains(path) && !told.iter().any(|told| told.source.id() == file)
        });
        let again = Redrafting::new(self, manifest, &drafting, told.iter().chain(&describing));
        if !again.are_same(&turned_off) {
            return None;
        }
        let mut drafted = again.whole_files(&old)?;
        for file in &described {
            drafted.extend(again.of_property_file(file, &rendering)?);
        }
        let mut others: HashSet<FileId> = changed.iter().filter_map(|(_, file)| id(file)).collect();
        for Redrafted { drafted: Drafted { node, .. }, .. } in drafted.iter().filter(|it| !it.is_same) {
            let tells_of_it =
                |file: &&PropertyFile| node.origin.patch_path.as_ref() == Some(&file.patch_path());
            others.extend(told.iter().chain(&describing).filter(tells_of_it).map(|file| file.source.id()));
            others.insert(node.origin.span.file);
        }
        // What a property file reads, or a generic test, is not known by node.
        let is_volatile = self.surroundings.members.reads().is_volatile();
        (!is_volatile && !self.is_warned_of(&others)).then_some(drafted)
    }

    /// The property files that are wanted, by their `patch_path` and file, with what is wrong
    /// with them.
    fn property_files(
        &self,
        rendering: &Rendering<'_>,
        is_wanted: impl Fn(&str, FileId) -> bool + Sync,
    ) -> (Vec<PropertyFile>, Vec<Diagnostic>) {
        let all = resources(self.inputs.project).filter(|(_, file)| file.kind == FileKind::Properties);
        let wanted = |(package, file): &Place<'_>| {
            let path = format!("{}://{}", package.name, file.path);
            id(file).is_some_and(|file| is_wanted(&path, file))
        };
        let wanted: Vec<Place<'_>> = all.filter(wanted).collect();
        let read = wanted
            .into_par_iter()
            .filter_map(|(package, file)| Some(property_file(package, file, file.file.as_ref()?, rendering)));
        let (files, findings): (Vec<PropertyFile>, Vec<Vec<Diagnostic>>) = read.unzip();
        (files, findings.into_iter().flatten().collect())
    }

    /// Whether the earlier run warned of something in these files, or in a project file of
    /// what they may have been the last to do: such warnings are not known by node.
    fn is_warned_of(&self, files: &HashSet<FileId>) -> bool {
        if files.is_empty() {
            return false;
        }
        let warnings = self.head.warnings.iter().filter(|warning| warning.code != UNUSED_CONFIG_PATH);
        let places: HashSet<FileId> =
            warnings.flat_map(|warning| &warning.labels).map(|label| label.span.file).collect();
        if places.is_empty() {
            return false;
        }
        let resources: HashSet<FileId> =
            resources(self.inputs.project).filter_map(|(_, file)| id(file)).collect();
        places.iter().any(|file| files.contains(file) || !resources.contains(file))
    }
}
