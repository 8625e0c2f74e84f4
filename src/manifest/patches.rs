//! Which entry of a property file describes which node.

use std::collections::HashMap;

use super::draft::Patch;
use super::properties::NodeKey;
use super::property_files::PropertyFile;
use super::sketch::Sketch;
use super::{NodeKind, ResourceType};
use crate::diagnostics::Diagnostic;

/// The entries that describe nodes, by package, list and name.
#[derive(Default)]
pub(super) struct Patches<'a> {
    entries: HashMap<(&'a str, NodeKey, &'a str), Patch<'a>>,
}

impl<'a> Patches<'a> {
    /// The entries of these files; of two for one node, the first.
    pub(super) fn new(files: &'a [PropertyFile]) -> Self {
        let mut entries = HashMap::new();
        for file in files {
            for properties in file.properties.nodes() {
                let key = (file.package.as_str(), properties.key, properties.name.value.as_str());
                entries.entry(key).or_insert(Patch { file, properties });
            }
        }
        Self { entries }
    }

    /// The entry that describes a sketch.
    pub(super) fn find(&self, sketch: &Sketch) -> Option<Patch<'a>> {
        let key = list_of(&sketch.kind)?;
        self.entries.get(&(sketch.package.as_str(), key, sketch.name.as_str())).copied()
    }

    /// A warning for each entry that describes nothing.
    ///
    /// dbt: `NoNodeForYamlKey` and `WrongResourceSchemaFile`.
    pub(super) fn unmatched(&self, sketches: &[Sketch]) -> Vec<Diagnostic> {
        let mut names: HashMap<(&str, &str), Vec<ResourceType>> = HashMap::new();
        let mut by_list: HashMap<(&str, NodeKey), Vec<&str>> = HashMap::new();
        for sketch in sketches {
            let Some(list) = list_of(&sketch.kind) else { continue };
            names.entry((&sketch.package, &sketch.name)).or_default().push(sketch.resource_type());
            by_list.entry((&sketch.package, list)).or_default().push(&sketch.name);
        }
        let mut findings = Vec::new();
        for ((package, list, name), patch) in &self.entries {
            let candidates = by_list.get(&(*package, *list)).map(Vec::as_slice).unwrap_or_default();
            if candidates.contains(name) {
                continue;
            }
            let elsewhere = names.get(&(*package, *name)).and_then(|kinds| kinds.first());
            let message = format!("there is no {} `{name}` to describe", list.noun());
            let finding = Diagnostic::warning("unknown-node", message)
                .at(patch.properties.name.span, format!("not found in the package `{package}`"));
            findings.push(match elsewhere {
                Some(kind) => finding.help(format!("`{name}` is a {kind}: describe it there")),
                None => finding.suggest(name, candidates.iter().copied()),
            });
        }
        findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
        findings
    }
}

/// The list that describes nodes of a kind.
fn list_of(kind: &NodeKind) -> Option<NodeKey> {
    match kind {
        NodeKind::Model(_) => Some(NodeKey::Models),
        NodeKind::Seed(_) => Some(NodeKey::Seeds),
        NodeKind::Snapshot(_) => Some(NodeKey::Snapshots),
        NodeKind::Analysis(_) => Some(NodeKey::Analyses),
        NodeKind::Test(_) => Some(NodeKey::DataTests),
        _ => None,
    }
}
