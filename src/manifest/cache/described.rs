//! A property file that holds something else than in the earlier run.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::key::Place;
use crate::manifest::draft::{Drafted, Drafting};
use crate::manifest::generic_sketch::GenericSketcher;
use crate::manifest::properties::{Properties, duplicates};
use crate::manifest::property_files::{PropertyFile, Rendering, property_file};
use crate::manifest::sources::Sources;
use crate::manifest::{DataTest, Manifest, Node, NodeKind};
use crate::template::Library;

/// A changed property file that tells of the same nodes as before, and of nothing but
/// models, tables of sources, and their tests.
pub(super) struct Described {
    pub(super) file: PropertyFile,
}

impl Described {
    /// Reads the file; `None` where it is faulty, or told or tells of something else.
    pub(super) fn read(
        manifest: &Manifest,
        (package, file): Place<'_>,
        rendering: &Rendering<'_>,
    ) -> Option<Self> {
        let (file, findings) = property_file(package, file, file.file.as_ref()?, rendering);
        let properties = &file.properties;
        let is_plain = findings.is_empty()
            && duplicates(&[properties]).is_empty()
            && tells_of_models_and_sources(properties)
            && properties.models.iter().all(|entry| entry.version.is_none());
        let described = Self { file };
        let named: HashSet<&str> =
            described.file.properties.models.iter().map(|entry| entry.name.value.as_str()).collect();
        let before: HashSet<&str> = described.models(manifest).map(|node| node.name.as_str()).collect();
        let is_same = named == before && !described.told_of_others(manifest);
        (is_plain && is_same).then_some(described)
    }

    /// The models that it describes.
    pub(super) fn models<'m>(&self, manifest: &'m Manifest) -> impl Iterator<Item = &'m Node> {
        let path = self.file.patch_path();
        manifest.nodes.iter().filter(move |node| node.origin.patch_path.as_deref() == Some(&path))
    }

    /// Whether a node stands in it: a table of a source, or a test of that or of a model.
    pub(super) fn holds(&self, node: &Node) -> bool {
        node.origin.span.file == self.file.source.id()
    }

    /// Whether it told of something that is not looked at here.
    fn told_of_others(&self, manifest: &Manifest) -> bool {
        let path = self.file.patch_path();
        let is_other = |node: &Node| {
            let is_known =
                matches!(&node.kind, NodeKind::Source(_) | NodeKind::Test(DataTest { generic: Some(_), .. }));
            self.holds(node) && !is_known
        };
        let is_patched = |node: &Node| node.origin.patch_path.as_deref() == Some(&path);
        let patches_others = self.models(manifest).any(|node| !matches!(node.kind, NodeKind::Model(_)));
        let mut turned_off = manifest.broken_tests.iter().chain(&manifest.disabled);
        let mut groups = manifest.groups.values();
        patches_others
            || manifest.nodes.iter().any(is_other)
            || turned_off.any(|node| self.holds(node) || is_patched(node))
            || manifest.macros.values().any(|it| it.patch_path.as_deref() == Some(&path))
            || groups
                .any(|group| group.package == self.file.package && group.original_file_path == self.file.path)
    }

    /// Its tests and tables, drafted, in the order of the manifest. `None` where
    /// something is wrong with them, or turned off.
    pub(super) fn drafted(
        &self,
        manifest: &Manifest,
        (library, rendering): (&Library, &Rendering<'_>),
        drafting: &Drafting<'_>,
    ) -> Option<Vec<Drafted>> {
        let name = |node: &Node| ((node.package.clone(), node.name.clone()), node.unique_id.clone());
        let nodes: HashMap<_, _> = self.models(manifest).map(name).collect();
        let tests = GenericSketcher {
            library,
            dialect: &drafting.surroundings.dialect,
            has_arguments: drafting.surroundings.tests_have_arguments,
            nodes,
        };
        let [of_nodes, of_sources] = rendering.with(&self.file.package, |render| {
            [tests.of_nodes(&self.file, render), tests.of_sources(&self.file, render)]
        });
        if !(of_nodes.1.is_empty() && of_sources.1.is_empty()) {
            return None;
        }
        let sketches: Vec<_> = of_nodes.0.into_iter().chain(of_sources.0).collect();
        let mut drafted: Vec<Drafted> =
            sketches.into_par_iter().map(|sketch| drafting.draft(sketch, None)).collect();
        let &Drafting { trees, describer, surroundings, .. } = drafting;
        let (tables, findings) = Sources { trees, surroundings, describer }.drafts(&self.file);
        let tables = tables.into_iter().map(|draft| draft.node);
        drafted.extend(tables.map(|node| Drafted { node, findings: Vec::new(), is_volatile: false }));
        let is_enabled = |drafted: &Drafted| drafted.node.config.enabled();
        (findings.is_empty() && drafted.iter().all(is_enabled)).then_some(drafted)
    }
}

/// Whether the lists of a property file are all empty but for those of models and sources.
fn tells_of_models_and_sources(properties: &Properties) -> bool {
    let Properties {
        models: _,
        sources: _,
        seeds,
        snapshots,
        analyses,
        data_tests,
        macros,
        source_patches,
        exposures,
        groups,
        unit_tests,
        semantic_models,
        metrics,
        saved_queries,
        functions,
    } = properties;
    [seeds, snapshots, analyses, data_tests, functions].into_iter().all(Vec::is_empty)
        && [semantic_models, metrics, saved_queries].into_iter().all(Vec::is_empty)
        && macros.is_empty()
        && source_patches.is_empty()
        && exposures.is_empty()
        && groups.is_empty()
        && unit_tests.is_empty()
}
