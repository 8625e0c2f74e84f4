//! Nodes of the earlier run, drafted again.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::described::Described;
use super::edits::{Edits, asks};
use super::key::{Place, id, resources};
use crate::manifest::draft::{Drafted, Drafting};
use crate::manifest::inferred::complete_again;
use crate::manifest::patches::Patches;
use crate::manifest::property_files::{PropertyFile, Rendering};
use crate::manifest::sketch::whole_file;
use crate::manifest::version::version_text;
use crate::manifest::world::is_microbatch;
use crate::manifest::{DataTest, DependsOn, Manifest, Node, NodeId, NodeKind, Outline, ResourceType, Sort};
use crate::project::FileKind;
use crate::source::FileId;

/// Keys of a configuration that others look at.
const SEEN_BY_OTHERS: [&str; 4] = ["access", "enabled", "event_time", "group"];

/// A node that was drafted again.
pub(super) struct Redrafted {
    pub(super) id: NodeId,
    pub(super) drafted: Drafted,
    /// Whether it came out as it was.
    pub(super) is_same: bool,
}

/// Drafts nodes again.
pub(super) struct Redrafting<'a> {
    edits: &'a Edits<'a>,
    manifest: &'a Manifest,
    drafting: &'a Drafting<'a>,
    /// What property files say of the nodes.
    patches: Patches<'a>,
    /// Models that unit tests are about.
    unit_tested: HashSet<NodeId>,
}

impl<'a> Redrafting<'a> {
    /// With these property files, which are all that describe the nodes.
    pub(super) fn new(
        edits: &'a Edits<'a>,
        manifest: &'a Manifest,
        drafting: &'a Drafting<'a>,
        files: impl IntoIterator<Item = &'a PropertyFile>,
    ) -> Self {
        let unit_tests = manifest.nodes.of_type(ResourceType::UnitTest);
        let tested = |(_, node): (NodeId, &Node)| match &node.kind {
            NodeKind::UnitTest(test) => Some(test.tested),
            _ => None,
        };
        let unit_tested = unit_tests.filter_map(tested).collect();
        Self { edits, manifest, drafting, patches: Patches::new(files, &[]), unit_tested }
    }

    /// Nodes that are a whole file, each of these, which are all of their files.
    pub(super) fn whole_files(&self, old: &[(NodeId, &Node)]) -> Option<Vec<Redrafted>> {
        let places = self.places(old.iter().map(|(_, node)| *node));
        let tests = self.tests_of(old);
        old.par_iter()
            .map(|(id, old)| {
                let mut drafted = self.whole_file(*places.get(&old.origin.span.file)?, old)?;
                let tests = tests.get(id).into_iter().flatten().copied();
                complete_again(&mut drafted.node, tests.chain(self.turned_off()));
                self.renewed((*id, old), drafted)
            })
            .collect()
    }

    /// Whether nodes that are turned off, each a whole file, come out as they were.
    pub(super) fn are_same(&self, old: &[&Node]) -> bool {
        let places = self.places(old.iter().copied());
        old.par_iter().all(|old| {
            let drafted = places.get(&old.origin.span.file).and_then(|place| self.whole_file(*place, old));
            drafted.is_some_and(|drafted| self.is_same(old, &drafted))
        })
    }

    /// The files of nodes that are a whole file.
    fn places<'b>(&self, nodes: impl Iterator<Item = &'b Node>) -> HashMap<FileId, Place<'_>> {
        let files: HashSet<FileId> = nodes.map(|node| node.origin.span.file).collect();
        let of_node = |(_, file): &Place<'_>| file.kind != FileKind::Properties;
        resources(self.edits.inputs.project)
            .filter(of_node)
            .filter_map(|place| Some((id(place.1)?, place)))
            .filter(|(id, _)| files.contains(id))
            .collect()
    }

    fn whole_file(&self, (package, file): Place<'_>, old: &Node) -> Option<Drafted> {
        if !old.kind.is_whole_file() {
            return None;
        }
        let mut sketch = whole_file(package, file, file.file.as_ref()?);
        if let Some(version) = old.version() {
            self.patches.settle_as(&mut sketch, &old.name, &version_text(version))?;
        }
        let patch = match old.origin.patch_path {
            None => None,
            Some(_) => Some(self.patches.find(&sketch)?),
        };
        Some(self.drafting.draft(sketch, patch))
    }

    /// The tests and sources of a property file.
    pub(super) fn of_property_file(
        &self,
        file: &Described<'_>,
        rendering: &Rendering<'_>,
    ) -> Option<Vec<Redrafted>> {
        let library = self.edits.engine.library();
        let drafted = file.drafted((library, rendering), self.drafting)?;
        let is_same_list = file.held().len() == drafted.len();
        let renewed = file.held().iter().zip(drafted).map(|(place, drafted)| self.renewed(*place, drafted));
        if is_same_list { renewed.collect() } else { None }
    }

    /// The data tests that read one of these nodes.
    fn tests_of(&self, nodes: &[(NodeId, &Node)]) -> HashMap<NodeId, Vec<&'a Node>> {
        let mut tests: HashMap<NodeId, Vec<&Node>> = nodes.iter().map(|(id, _)| (*id, Vec::new())).collect();
        let all = &self.manifest.nodes;
        let reads_one = |it: &Outline<'_>| it.needs().iter().any(|id| tests.contains_key(id));
        let found: Vec<(NodeId, &Node)> =
            all.chosen(|it| it.is(Sort::GenericTest) && reads_one(it)).collect();
        for (_, test) in found {
            for id in &test.depends_on.nodes {
                tests.entry(*id).and_modify(|tests| tests.push(test));
            }
        }
        tests
    }

    fn turned_off(&self) -> impl Iterator<Item = &'a Node> {
        let all = self.manifest.broken_tests.iter().chain(&self.manifest.disabled);
        all.filter(|node| is_generic_test(node))
    }

    /// The node in its old place; `None` where that concerns others.
    fn renewed(&self, (id, old): (NodeId, &Node), drafted: Drafted) -> Option<Redrafted> {
        let is_same = self.is_same(old, &drafted);
        let is_quiet = || drafted.findings.is_empty() && !self.is_seen_by_others(id, old, &drafted.node);
        (is_same || is_quiet()).then_some(Redrafted { id, drafted, is_same })
    }

    /// Whether a node that may come out otherwise in each run, did not, and what is questionable
    /// about it, too. That costs more than a look at what others see of it.
    fn is_same(&self, old: &Node, drafted: &Drafted) -> bool {
        let mut known = self.edits.head.learned.volatile.iter().filter(|it| it.node == old.unique_id);
        let (Some(known), None) = (known.next(), known.next()) else { return false };
        let calls = &drafted.node.depends_on.calls;
        if known.findings != drafted.findings || asks(calls) != asks(&old.depends_on.calls) {
            return false;
        }
        let nodes = old.depends_on.nodes.clone();
        let new = Node { depends_on: DependsOn { nodes, calls: calls.clone() }, ..drafted.node.clone() };
        // Debug leaves nothing out, and maps are equal in any order.
        format!("{old:?}") == format!("{new:?}")
    }

    /// Whether another node, or a check over all, may come out otherwise.
    fn is_seen_by_others(&self, id: NodeId, old: &Node, new: &Node) -> bool {
        let differs = |key: &&str| old.config.get(key) != new.config.get(key);
        let is_batched =
            |node: &Node| is_microbatch(node.config.materialized(), node.config.text("incremental_strategy"));
        let calls_others = || old.depends_on.calls.macros != new.depends_on.calls.macros;
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
            || self.unit_tested.contains(&id) && calls_others()
    }
}

fn is_generic_test(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Test(DataTest { generic: Some(_), .. }))
}
