//! Which entry of a property file describes which node.

use std::borrow::Cow;
use std::cell::LazyCell;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use indexmap::IndexSet;
use rayon::prelude::*;

use super::draft::Patch;
use super::properties::{ModelVersion, NodeKey, NodeProperties};
use super::property_files::PropertyFile;
use super::sketch::Sketch;
use super::version::{version_text, versioned_name};
use super::{Node, NodeKind, ResourceType};
use crate::diagnostics::Diagnostic;
use crate::yaml::Yaml;

/// The entries that describe nodes, by package, list and name.
#[derive(Default)]
pub(super) struct Patches<'a> {
    entries: HashMap<(&'a str, NodeKey, Cow<'a, str>), Patch<'a>>,
    /// Those of versions of models, by package and the file that holds the version.
    versions: HashMap<(&'a str, &'a str), Patch<'a>>,
}

impl<'a> Patches<'a> {
    /// The entries of these files; of two for one node, the first. A version is in
    /// a file of its own, or, where that is none of `sketches` and it is the latest
    /// one, in the file that is named like the model.
    pub(super) fn new(files: impl IntoIterator<Item = &'a PropertyFile>, sketches: &[Box<Sketch>]) -> Self {
        let models = LazyCell::new(|| {
            let sketches = sketches.iter().map(Box::as_ref);
            let models = sketches.filter(|sketch| matches!(sketch.kind, NodeKind::Model(_)));
            models.map(|sketch| (&*sketch.package, &*sketch.name)).collect::<HashSet<(&str, &str)>>()
        });
        let mut patches = Self::default();
        for file in files {
            let package = file.package.as_str();
            for properties in file.properties.nodes() {
                let patch = Patch { file, properties };
                let name = &properties.name.value;
                let search_name = match &properties.version {
                    Some(version) => versioned_name(name, &version.text()).into(),
                    None => Cow::Borrowed(name.as_str()),
                };
                patches.entries.entry((package, properties.key, search_name)).or_insert(patch);
                let Some(version) = &properties.version else { continue };
                let own = &version.file.value;
                let is_elsewhere = version.is_latest() && !models.contains(&(package, own.as_str()));
                let stem = if is_elsewhere { name } else { own };
                patches.versions.entry((package, stem.as_str())).or_insert(patch);
            }
        }
        patches
    }

    /// Makes a model a version, where its file is that of one.
    pub(super) fn settle_version(&self, sketch: &mut Sketch) {
        if !matches!(sketch.kind, NodeKind::Model(_)) {
            return;
        }
        let Some(patch) = self.versions.get(&(sketch.package.as_str(), sketch.name.as_str())) else { return };
        if let Some(version) = &patch.properties.version {
            sketch.become_version(&patch.properties.name.value, version);
        }
    }

    /// Makes a model this version of another, as its entry says; `None` where there is no entry.
    pub(super) fn settle_as(&self, sketch: &mut Sketch, name: &str, version: &str) -> Option<()> {
        let key = (sketch.package.as_str(), NodeKey::Models, versioned_name(name, version).into());
        sketch.become_version(name, self.entries.get(&key)?.properties.version.as_ref()?);
        Some(())
    }

    /// The entry that describes a sketch.
    pub(super) fn find(&self, sketch: &Sketch) -> Option<Patch<'a>> {
        let key = list_of(&sketch.kind)?;
        self.entries.get(&(sketch.package.as_str(), key, sketch.search_name())).copied()
    }

    /// The entries for what has no versions, with package, list and name.
    pub(super) fn unversioned(&self) -> impl Iterator<Item = (&'a str, NodeKey, &str, Patch<'a>)> {
        let is_whole = |patch: &Patch<'_>| patch.properties.version.is_none();
        let entries = self.entries.iter().filter(move |(_, patch)| is_whole(patch));
        entries.map(|((package, list, name), patch)| (*package, *list, name.as_ref(), *patch))
    }

    /// A warning for each entry that describes nothing.
    ///
    /// dbt: `NoNodeForYamlKey` and `WrongResourceSchemaFile`.
    pub(super) fn unmatched(&self, sketches: &[Box<Sketch>]) -> Vec<Diagnostic> {
        // Most sketches are tests, and hardly anybody describes one by its name.
        let has_tests = self.entries.keys().any(|(_, list, _)| *list == NodeKey::DataTests);
        let known = sketches.par_iter().filter_map(|sketch| match list_of(&sketch.kind)? {
            NodeKey::DataTests if !has_tests => None,
            list => Some((sketch.package.as_str(), list, sketch.search_name())),
        });
        let known: HashSet<(&str, NodeKey, Cow<'_, str>)> = known.collect::<Vec<_>>().into_iter().collect();
        let unknown: Vec<_> = self.entries.iter().filter(|(key, _)| !known.contains(*key)).collect();
        if unknown.is_empty() {
            return Vec::new();
        }
        let mut names: HashMap<(&str, &str), Vec<ResourceType>> = HashMap::new();
        let mut by_list: HashMap<(&str, NodeKey), IndexSet<Cow<'_, str>>> = HashMap::new();
        for sketch in sketches {
            let Some(list) = list_of(&sketch.kind) else { continue };
            names.entry((&sketch.package, &sketch.name)).or_default().push(sketch.resource_type());
            by_list.entry((&sketch.package, list)).or_default().insert(sketch.search_name());
        }
        let mut findings = Vec::new();
        for ((package, list, name), patch) in unknown {
            let candidates = by_list.get(&(*package, *list));
            if let Some(version) = &patch.properties.version {
                findings.push(no_version(patch.properties, version));
                continue;
            }
            let elsewhere = names.get(&(*package, name.as_ref())).and_then(|kinds| kinds.first());
            let finding = unmatched(package, (*list, name), *patch, elsewhere.copied());
            findings.push(match elsewhere {
                Some(kind) => finding.help(format!("`{name}` is a {kind}: describe it there")),
                None => finding.suggest(name, candidates.into_iter().flatten().map(AsRef::as_ref)),
            });
        }
        findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
        findings
    }
}

/// An entry that describes nothing. dbt looks among models, seeds and snapshots whether the name is
/// that of another sort.
fn unmatched(
    package: &str,
    (list, name): (NodeKey, &str),
    patch: Patch<'_>,
    elsewhere: Option<ResourceType>,
) -> Diagnostic {
    let (section, file) = (list.as_str(), &patch.file.path);
    let can_be_read = |kind: &ResourceType| {
        matches!(kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
    };
    let is_read = matches!(list, NodeKey::Models | NodeKey::Seeds | NodeKey::Snapshots);
    let (code, known_as) = match elsewhere.filter(|kind| is_read && can_be_read(kind)) {
        Some(kind) => (
            "misplaced-entry",
            format!("'{name}' is a {kind} node, but it is specified in the {section} section of {file}"),
        ),
        None => (
            "unknown-node",
            format!(
                "Did not find matching node for patch with name '{name}' in the '{section}' section of file '{file}'"
            ),
        ),
    };
    Diagnostic::warning(code, format!("there is no {} `{name}` to describe", list.noun()))
        .at(patch.properties.name.span, format!("not found in the package `{package}`"))
        .known_as(known_as)
}

fn no_version(properties: &NodeProperties, version: &ModelVersion) -> Diagnostic {
    let (name, file) = (&properties.name.value, &version.file.value);
    let message = format!("version {} of the model `{name}` has no file", version.text());
    Diagnostic::warning("unknown-node", message)
        .at(version.file.span, format!("`{file}.sql` was not found"))
        .help("name the file with `defined_in`, without its extension")
}

/// An error for each entry that turns on a node which is turned off in several files:
/// nothing says which of them is meant.
pub(super) fn check_choices(files: &[PropertyFile], enabled: &[&Node], disabled: &[Node]) -> Vec<Diagnostic> {
    let turns_on =
        |entry: &&NodeProperties| entry.config.get("enabled").and_then(Yaml::as_bool) == Some(true);
    let entries = files.iter().flat_map(|file| {
        file.properties.nodes().filter(turns_on).map(move |entry| (file.package.as_str(), entry))
    });
    let mut findings = Vec::new();
    for (package, entry) in entries {
        let version = entry.version.as_ref().map(ModelVersion::text);
        let is_meant = |node: &&Node| {
            node.name == entry.name.value
                && node.package == package
                && list_of(&node.kind) == Some(entry.key)
                && node.version().map(version_text) == version
        };
        let meant: Vec<&Node> = disabled.iter().filter(is_meant).collect();
        if meant.len() > 1 && !enabled.iter().copied().any(|node| is_meant(&node)) {
            findings.push(unclear(entry, &meant));
        }
    }
    findings
}

fn unclear(entry: &NodeProperties, meant: &[&Node]) -> Diagnostic {
    let (name, noun, count) = (&entry.name.value, entry.key.noun(), meant.len());
    let message = format!("the {noun} `{name}` is turned on, but {count} files that are turned off make it");
    let files: Vec<String> =
        meant.iter().map(|node| format!("`{}`", node.origin.original_file_path)).collect();
    Diagnostic::error("unclear-enabled", message)
        .at(entry.name.span, "")
        .known_as(format!("Found {count} matching disabled nodes for {noun} '{name}'."))
        .note(format!("they are {}", files.join(", ")))
        .help("turn one of them on in its file or in the project file")
}

/// The list that describes nodes of a kind.
pub(super) fn list_of(kind: &NodeKind) -> Option<NodeKey> {
    match kind {
        NodeKind::Model(_) => Some(NodeKey::Models),
        NodeKind::Seed(_) => Some(NodeKey::Seeds),
        NodeKind::Snapshot(_) => Some(NodeKey::Snapshots),
        NodeKind::Analysis(_) => Some(NodeKey::Analyses),
        NodeKind::Test(_) => Some(NodeKey::DataTests),
        NodeKind::Function(_) => Some(NodeKey::Functions),
        _ => None,
    }
}
