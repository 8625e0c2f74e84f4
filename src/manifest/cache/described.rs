//! Property files that are looked at again: those that hold something else than in the
//! earlier run, and those with tests that rest on changed macros.

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

use crate::diagnostics::Diagnostic;
use crate::manifest::draft::{Drafted, Drafting};
use crate::manifest::generic_sketch::GenericSketcher;
use crate::manifest::generic_tests::KnownTests;
use crate::manifest::properties::{Properties, duplicates};
use crate::manifest::property_files::{PropertyFile, Rendering};
use crate::manifest::sources::Sources;
use crate::manifest::{Manifest, Node, NodeId, Outline, ResourceType, Sort};
use crate::source::FileId;
use crate::template::Library;

/// What a property file told of in the earlier run.
#[derive(Default)]
struct Told<'m> {
    /// The models that it described.
    models: Vec<&'m Node>,
    /// What stands in it: tables of sources, and tests of those and of models.
    held: Vec<(NodeId, &'m Node)>,
    /// Whether it told of something that is not looked at here.
    has_others: bool,
}

impl<'m> Told<'m> {
    /// What each of these files told of.
    fn of(manifest: &'m Manifest, files: &[PropertyFile]) -> HashMap<FileId, Self> {
        let mut told: HashMap<FileId, Self> =
            files.iter().map(|file| (file.source.id(), Self::default())).collect();
        let paths: HashMap<String, FileId> =
            files.iter().map(|file| (file.patch_path(), file.source.id())).collect();
        let describing = |node: &Node| node.origin.patch_path.as_ref().and_then(|path| paths.get(path));
        for (id, outline) in manifest.nodes.outlines() {
            let describing = outline.patch_path().and_then(|path| paths.get(path));
            if let Some(told) = describing.and_then(|file| told.get_mut(file)) {
                told.has_others |= outline.resource_type() != ResourceType::Model;
                told.models.extend(manifest.node(id));
            }
            if let Some(told) = told.get_mut(&outline.file()) {
                told.has_others |= !is_known(&outline);
                told.held.extend(manifest.node(id).map(|node| (id, node)));
            }
        }
        let turned_off = manifest.broken_tests.iter().chain(&manifest.disabled);
        let of_nodes =
            turned_off.flat_map(|node| describing(node).into_iter().chain([&node.origin.span.file]));
        let of_macros =
            manifest.macros.values().filter_map(|it| it.patch_path.as_ref().and_then(|path| paths.get(path)));
        let path_of_group = |package: &str, path: &str| paths.get(&format!("{package}://{path}"));
        let groups = manifest.groups.values();
        let of_groups = groups.filter_map(|it| path_of_group(&it.package, &it.original_file_path));
        for file in of_nodes.chain(of_macros).chain(of_groups) {
            if let Some(told) = told.get_mut(file) {
                told.has_others = true;
            }
        }
        told
    }
}

/// Whether a node that stands in a property file can be drafted from it alone.
fn is_known(outline: &Outline<'_>) -> bool {
    outline.resource_type() == ResourceType::Source || outline.is(Sort::GenericTest)
}

/// A property file that tells of the same nodes as before, and of nothing but models,
/// tables of sources, and their tests.
pub(super) struct Described<'a> {
    file: &'a PropertyFile,
    told: Told<'a>,
}

impl<'a> Described<'a> {
    /// These files, with what is wrong with them; `None` where one is faulty, or told or
    /// tells of something else.
    pub(super) fn read(
        manifest: &'a Manifest,
        files: &'a [PropertyFile],
        findings: &[Diagnostic],
    ) -> Option<Vec<Self>> {
        let mut told = Told::of(manifest, files);
        let described = |file: &'a PropertyFile| {
            let told = told.remove(&file.source.id())?;
            let named: HashSet<&str> =
                file.properties.models.iter().map(|entry| entry.name.value.as_str()).collect();
            let before: HashSet<&str> = told.models.iter().map(|node| node.name.as_str()).collect();
            let is_plain = !told.has_others && named == before && tells_of_known(&file.properties);
            is_plain.then_some(Self { file, told })
        };
        if findings.is_empty() { files.iter().map(described).collect() } else { None }
    }

    /// The file.
    pub(super) fn id(&self) -> FileId {
        self.file.source.id()
    }

    /// The models that it describes.
    pub(super) fn models(&self) -> &[&'a Node] {
        &self.told.models
    }

    /// What stands in it.
    pub(super) fn held(&self) -> &[(NodeId, &'a Node)] {
        &self.told.held
    }

    /// Its tests and tables, drafted, in the order of the manifest. `None` where
    /// something is wrong with them, or turned off.
    pub(super) fn drafted(
        &self,
        (library, rendering): (&Library, &Rendering<'_>),
        drafting: &Drafting<'_>,
    ) -> Option<Vec<Drafted>> {
        let name = |node: &&Node| ((node.package.clone(), node.name.clone()), node.unique_id.clone());
        let nodes: HashMap<_, _> = self.told.models.iter().map(name).collect();
        let tests = GenericSketcher {
            library,
            known: KnownTests::of(library, [self.file.package.as_str()]),
            dialect: &drafting.surroundings.dialect,
            has_arguments: drafting.surroundings.tests_have_arguments,
            nodes,
        };
        let [of_nodes, of_sources] = rendering.with(&self.file.package, |render| {
            [tests.of_nodes(self.file, render), tests.of_sources(self.file, render)]
        });
        if !(of_nodes.1.is_empty() && of_sources.1.is_empty()) {
            return None;
        }
        let sketches: Vec<_> = of_nodes.0.into_iter().chain(of_sources.0).collect();
        let mut drafted: Vec<Drafted> =
            sketches.into_par_iter().map(|sketch| drafting.draft(sketch, None)).collect();
        let &Drafting { trees, describer, surroundings, .. } = drafting;
        let (tables, findings) = Sources { trees, surroundings, describer }.drafts(self.file);
        drafted.extend(tables.into_iter().map(|draft| Drafted::plain(draft.node)));
        let is_enabled = |drafted: &Drafted| drafted.node.config.enabled();
        (findings.is_empty() && drafted.iter().all(is_enabled)).then_some(drafted)
    }
}

/// Whether a property file tells of nothing but models without versions and sources, and
/// of each once.
fn tells_of_known(properties: &Properties) -> bool {
    let Properties {
        models,
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
        && models.iter().all(|entry| entry.version.is_none())
        && duplicates(&[properties]).is_empty()
}
