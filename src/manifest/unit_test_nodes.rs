//! Unit tests as nodes. They come last, because they name other nodes.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::describe::Describer;
use super::index::{Found, Index};
use super::layers::{Trees, patch_layer};
use super::properties::{Home, UnitTestProperties};
use super::property_files::PropertyFile;
use super::resolve::Resolved;
use super::unit_tests::{Names, RowFiles, UnitTestDraft, build};
use super::version::version_text;
use super::{
    DependsOn, Docs, Node, NodeId, NodeKind, Origin, RefCall, ResourceType, SearchOrder, SourceCall,
    UniqueId, UnitTest, configure,
};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::project::{FileKind, Package, Project, plain_name};
use crate::source::SourceFile;

/// Builds unit tests and adds them to what is resolved.
pub(super) struct UnitTests<'a> {
    pub(super) project: &'a Project,
    pub(super) trees: &'a Trees<'a>,
    pub(super) describer: &'a Describer<'a>,
}

impl UnitTests<'_> {
    /// Adds the unit tests of all property files. A test of a model that is
    /// turned off is left out (dbt: the same).
    pub(super) fn add(&self, files: &[PropertyFile], resolved: &mut Resolved) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let mut made = Vec::new();
        if files.iter().all(|file| file.properties.unit_tests.is_empty()) {
            return findings;
        }
        findings.extend(self.project.packages.iter().flat_map(fixtures_of_one_name));
        let order = SearchOrder::of(self.project);
        let index = Index::new(&order, resolved.nodes.as_slice(), &resolved.disabled);
        for file in files {
            let Some(package) = self.project.packages.iter().find(|package| package.name == file.package)
            else {
                continue;
            };
            let place = Place { package, project: self.project, index: &index, nodes: &resolved.nodes };
            for test in &file.properties.unit_tests {
                match self.nodes(test, file, &place, &mut findings) {
                    Ok(nodes) => made.extend(nodes),
                    Err(problems) => findings.extend(problems),
                }
            }
        }
        for node in made {
            if node.config.enabled() {
                resolved.nodes.push(node);
            } else {
                resolved.disabled.push(node);
            }
        }
        findings
    }

    /// The test, or one for each version of the model.
    fn nodes(
        &self,
        test: &UnitTestProperties,
        file: &PropertyFile,
        place: &Place<'_>,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Node>, Vec<Diagnostic>> {
        if place.is_turned_off(&test.model.value) {
            return Ok(Vec::new());
        }
        let home = Home { package: &file.package, original_file_path: &file.path };
        let draft = build(test, home, place)?;
        let nodes = draft.resolve(place)?.into_iter().map(|unit_test| {
            let mut draft = draft.clone();
            if let Some(version) = &unit_test.version {
                draft.unique_id = format!("{}_v{}", draft.unique_id, version_text(version));
            }
            self.finish(draft, unit_test, file, findings)
        });
        Ok(nodes.collect())
    }

    fn finish(
        &self,
        draft: UnitTestDraft,
        unit_test: UnitTest,
        file: &PropertyFile,
        findings: &mut Vec<Diagnostic>,
    ) -> Node {
        let patch = patch_layer(&draft.config);
        let layers = self.trees.layers(&file.package, ResourceType::UnitTest, &draft.fqn, patch);
        let mut merged = configure::merge(ResourceType::UnitTest, layers.in_order());
        let name = draft.name.value;
        findings.extend(configure::check(ResourceType::UnitTest, &name, &mut merged, draft.name.span));
        let (description, doc_blocks) =
            self.describer.or_report(draft.description.as_ref(), &file.package, findings);
        Node {
            unique_id: UniqueId(draft.unique_id.into()),
            name,
            package: file.package.clone(),
            fqn: draft.fqn,
            origin: Origin {
                span: draft.name.span,
                original_file_path: file.path.clone(),
                path: file.resource_path.clone(),
                patch_path: None,
                patch_span: Some(draft.name.span),
            },
            tags: layers.tags(&[]),
            config: merged.config,
            docs: Docs { description, doc_blocks, ..Docs::default() }.into(),
            relation: None,
            depends_on: DependsOn { nodes: vec![unit_test.tested], ..DependsOn::default() },
            kind: NodeKind::UnitTest(Box::new(unit_test)),
        }
    }
}

/// Where a unit test stands: what its names and row files are.
struct Place<'a> {
    package: &'a Package,
    project: &'a Project,
    index: &'a Index,
    nodes: &'a [Node],
}

impl Place<'_> {
    fn id(found: &Found) -> Option<NodeId> {
        match found {
            Found::Node(place) => u32::try_from(*place).ok().map(NodeId),
            _ => None,
        }
    }

    fn call(name: &str) -> RefCall {
        RefCall { package: None, name: name.to_owned(), version: None, version_is_text: false }
    }

    fn is_turned_off(&self, model: &str) -> bool {
        matches!(self.index.find_ref(&Self::call(model), &self.package.name), Found::Disabled(_))
    }
}

impl Names for Place<'_> {
    fn models(&self, name: &str) -> Vec<(NodeId, Option<Json>)> {
        let is_it = |node: &Node| {
            matches!(node.kind, NodeKind::Model(_)) && node.package == self.package.name && node.name == name
        };
        let found = self.nodes.iter().enumerate().filter(|(_, node)| is_it(node));
        found
            .filter_map(|(at, node)| Some((NodeId(u32::try_from(at).ok()?), node.version().cloned())))
            .collect()
    }

    fn reference(&self, call: &RefCall) -> Option<NodeId> {
        Self::id(&self.index.find_ref(call, &self.package.name))
    }

    fn source(&self, call: &SourceCall) -> Option<NodeId> {
        Self::id(&self.index.find_source(call, &self.package.name))
    }

    fn is_incremental(&self, model: NodeId) -> bool {
        let node = self.nodes.get(model.0 as usize);
        node.is_some_and(|node| {
            node.depends_on.calls.macros.iter().any(|name| name == "macro.dbt.is_incremental")
        })
    }

    fn reference_names(&self) -> Vec<String> {
        self.index.ref_names().map(str::to_owned).collect()
    }

    fn source_names(&self) -> Vec<String> {
        self.index.source_names().map(str::to_owned).collect()
    }
}

/// The files of a package that hold rows for unit tests.
fn fixtures(package: &Package) -> impl Iterator<Item = &Arc<SourceFile>> {
    let fixtures = package.files.iter().filter(|file| file.kind == FileKind::Fixture);
    fixtures.filter_map(|file| file.file.as_ref())
}

/// dbt: files of rows are found by their names, in whatever folder they are.
fn fixtures_of_one_name(package: &Package) -> Vec<Diagnostic> {
    let mut known: HashMap<String, &Arc<SourceFile>> = HashMap::new();
    let mut findings = Vec::new();
    for file in fixtures(package) {
        let Some(first) = known.insert(stem(file), file) else { continue };
        let name = stem(file);
        let message = format!("the package `{}` has two fixtures named `{name}`", package.name);
        let note = format!("they are `{}` and `{}`", first.path().display(), file.path().display());
        findings.push(
            Diagnostic::error("duplicate-name", message)
                .in_file(file.path())
                .known_as(format!("dbt found two fixtures with the name \"{name}\"."))
                .note(note)
                .help("rename one of them"),
        );
    }
    findings
}

impl RowFiles for Place<'_> {
    fn package(&self) -> &str {
        &self.package.name
    }

    fn fixture(&self, name: &str) -> Option<Arc<SourceFile>> {
        fixtures(self.package).find(|file| stem(file) == name).cloned()
    }

    fn fixture_names(&self) -> Vec<String> {
        fixtures(self.package).map(|file| stem(file)).collect()
    }

    fn seed(&self, call: &RefCall) -> Option<String> {
        let Found::Node(place) = self.index.find_ref(call, &self.package.name) else { return None };
        let node = self.nodes.get(place).filter(|node| matches!(node.kind, NodeKind::Seed(_)))?;
        let package = self.project.packages.iter().find(|package| package.name == node.package)?;
        files::read_text(&package.root.join(&node.origin.original_file_path)).ok()
    }
}

fn stem(file: &SourceFile) -> String {
    let name = file.path().file_name().unwrap_or_default().to_string_lossy();
    let name = plain_name(&name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}
