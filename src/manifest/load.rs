//! The stages, one after the other.

use std::path::Path;
use std::sync::Arc;

use foldhash::{HashMap, HashSet, HashSetExt as _};
use indexmap::IndexMap;
use rayon::prelude::*;

use super::access::check_access;
use super::cache::{self, Basis, CacheNotes, Descent, Volatile};
use super::config::SharedConfigs;
use super::consequences::without_consequences;
use super::deprecation::{check_deprecations, old_tests};
use super::describe::Describer;
use super::doc_blocks::doc_blocks;
use super::draft::{Drafted, Drafting, PlainConfigs, SeenMacros};
use super::exposures::{exposures, groups};
use super::foreign_patches::ForeignPatches;
use super::generic_sketch::GenericSketcher;
use super::generic_tests::KnownTests;
use super::inferred::complete_models;
use super::layers::{Trees, tree_key};
use super::macros::{self, MacroPatch};
use super::naming::Naming;
use super::parse::Surroundings;
use super::patches::{Patches, check_choices};
use super::property_files::{PropertyFile, Rendering, property_files};
use super::resolve::{Draft, Resolved, resolve};
use super::semantic::SemanticLayer;
use super::sketch::{Sketch, Sketches, boxed, sketches, yaml_snapshot};
use super::sources::Sources;
use super::unique::check_names;
use super::unit_test_nodes::UnitTests;
use super::world::{World, check_batch_inputs, check_freshness, check_own_batch_macro, check_side_by_side};
use super::{Docs, Manifest, Node, NodeKind, ResourceType, SearchOrder, UniqueId, configure};
use crate::diagnostics::Diagnostic;
use crate::host::timings::Phase;
use crate::project::Project;
use crate::source::{FileId, SourceMap, Span};
use crate::sql::{Part, Policy};
use crate::template::{Engine, Library, Notices};

/// What a manifest is loaded from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The project and its packages. Its warehouse is not connected to.
    pub project: &'a Project,
    /// Where the texts of the macros that come with the program are added.
    pub sources: &'a SourceMap,
    /// Where `log` and `print` of templates go.
    pub notices: &'a Arc<dyn Notices>,
    /// The file in which an earlier run left what it understood.
    pub cache: Option<&'a Path>,
}

/// A project that is understood as a whole.
#[derive(Debug)]
pub struct Loaded {
    /// All its nodes.
    pub manifest: Manifest,
    /// The macros of all packages, ready to be called.
    pub engine: Engine,
    /// What is questionable.
    pub warnings: Vec<Diagnostic>,
    /// What is questionable today and may not have been yesterday.
    pub outdated: Vec<Diagnostic>,
    /// How much of it was not known from an earlier run.
    pub reparsed: Reparsed,
    /// How it goes back to what an earlier run understood.
    pub descent: Descent,
}

/// How much of a project was not known from an earlier run.
#[derive(Debug)]
pub enum Reparsed {
    /// Nothing.
    Nothing,
    /// A few files, which are quickly read again.
    Little,
    /// So much that the next run had better know it.
    Much(Basis),
}

/// Reads every file of a project and its packages, or takes what an earlier run
/// understood where that still holds.
///
/// # Errors
/// All problems that were found in any file, with the warnings among them.
pub fn load(inputs: &Inputs<'_>) -> Result<Loaded, Vec<Diagnostic>> {
    let surroundings = Arc::new(surroundings(inputs));
    let basis = Basis::of(inputs.project, inputs.sources);
    let timings = &inputs.project.invocation.timings;
    let adapter = inputs.project.profile.adapter.as_ref();
    let recall = || match timings.during(Phase::Recall, || cache::recall(inputs, &basis)) {
        Some(recollection) => Ok(Some(recollection)),
        None => inputs.project.read_texts().map(|()| None),
    };
    let mut library = None;
    let recollection = rayon::in_place_scope(|scope| {
        scope.spawn(|_| library = Some(macros::library(inputs.project, adapter, inputs.sources)));
        recall()
    })?;
    let Some((library, findings)) = library else { unreachable!("the scope has ended") };
    let engine = Engine::new(Arc::new(library));
    let recalled =
        recollection.and_then(|it| it.renewed(inputs, &surroundings, (&engine, &findings), &basis));
    let mut loaded = match recalled {
        Some(recalled) => recalled,
        None => whole(inputs, &surroundings, (engine, findings), basis)?,
    };
    let started_at = inputs.project.invocation.started_at;
    let is_each = inputs.project.flags.is_on("show_all_deprecations");
    loaded.outdated = old_tests(&loaded.manifest, is_each);
    loaded.outdated.extend(check_deprecations(&loaded.manifest.nodes, started_at));
    Ok(loaded)
}

/// Reads everything, with macros that are read already, and what is wrong with their files.
fn whole(
    inputs: &Inputs<'_>,
    surroundings: &Arc<Surroundings>,
    (engine, mut findings): (Engine, Vec<Diagnostic>),
    basis: Basis,
) -> Result<Loaded, Vec<Diagnostic>> {
    inputs.project.read_texts()?;
    let broken: HashSet<FileId> = findings.iter().filter(|it| it.is_error()).filter_map(file_of).collect();
    findings.extend(
        engine
            .check_macros()
            .into_iter()
            .filter(|found| file_of(found).is_none_or(|file| !broken.contains(&file))),
    );
    let mut loading = Loading {
        project: inputs.project,
        engine: &engine,
        surroundings,
        findings,
        learned: CacheNotes::default(),
    };
    let manifest = loading.manifest();
    let basis = basis.with(loading.learned);
    let warnings = without_consequences(each_once(loading.findings), inputs.project);
    if warnings.iter().any(Diagnostic::is_error) {
        return Err(warnings);
    }
    let descent = basis.first();
    Ok(Loaded { manifest, engine, warnings, outdated: Vec::new(), reparsed: Reparsed::Much(basis), descent })
}

/// The file that a finding points into.
fn file_of(finding: &Diagnostic) -> Option<FileId> {
    Some(finding.labels.first()?.span.file)
}

/// The findings without repetitions: two nodes of one name share their description.
fn each_once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut is_new = |finding: &Diagnostic| {
        let places: Vec<Span> = finding.labels.iter().map(|label| label.span).collect();
        seen.insert((finding.code, finding.message.clone(), places))
    };
    findings.into_iter().filter(|finding| is_new(finding)).collect()
}

/// A load that is going on.
struct Loading<'a> {
    project: &'a Project,
    engine: &'a Engine,
    surroundings: &'a Arc<Surroundings>,
    findings: Vec<Diagnostic>,
    learned: CacheNotes,
}

/// Nodes without edges, in dbt's order.
#[derive(Default)]
struct Drafts {
    enabled: Vec<Draft>,
    disabled: Vec<Node>,
}

impl Drafts {
    fn extend(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            self.push(draft);
        }
    }

    fn push(&mut self, draft: Draft) {
        if draft.node.config.enabled() {
            self.enabled.push(draft);
        } else {
            self.disabled.push(draft.node);
        }
    }
}

impl Loading<'_> {
    /// Adds findings and returns what they came with.
    fn keep<T>(&mut self, (value, findings): (T, Vec<Diagnostic>)) -> T {
        self.findings.extend(findings);
        value
    }

    fn manifest(&mut self) -> Manifest {
        let blocks = Arc::new(self.keep(doc_blocks(self.project, self.engine, &self.surroundings.notices)));
        let rendering = Rendering::new(self.engine, self.surroundings);
        let files = self.keep(property_files(self.project, &rendering));
        self.learned.has_overrides = files.iter().any(|file| !file.properties.source_patches.is_empty());
        let describer = Describer::new(self.engine, &blocks, self.surroundings);
        let trees = Trees::of(self.project);
        let groups = groups(&files, &trees);
        let drafting = Drafting {
            engine: self.engine,
            naming: &Naming::new(self.project, self.engine, self.surroundings),
            surroundings: self.surroundings,
            describer: &describer,
            world: &World { library: self.engine.library(), groups: &groups },
            trees: &trees,
            plain: PlainConfigs::default(),
            seen: SeenMacros::default(),
            shared: SharedConfigs::default(),
        };
        let drafted = self.drafted(&files, &rendering, &drafting);
        let enabled: Vec<&Node> = drafted.enabled.iter().map(|draft| &draft.node).collect();
        let (of_names, (of_choices, of_paths)) = rayon::join(
            || check_names(&enabled, self.surroundings.dialect, &self.project.flags),
            || {
                let choices = check_choices(&files, &enabled, &drafted.disabled);
                (choices, unused_config_paths(self.project, &enabled, &drafted.disabled))
            },
        );
        self.findings.extend(of_names.into_iter().chain(of_choices).chain(of_paths));
        let mut resolved =
            self.project.invocation.timings.during(Phase::Resolve, || {
                resolve(&self.surroundings.order, drafted.enabled, drafted.disabled)
            });
        let semantics = SemanticLayer {
            project: self.project,
            trees: &trees,
            describer: &describer,
            dialect: self.surroundings.dialect,
            naming: drafting.naming,
            world: drafting.world,
        };
        self.findings.extend(semantics.add(&files, &mut resolved));
        let unit_tests = UnitTests { project: self.project, trees: &trees, describer: &describer }
            .add(&files, &mut resolved);
        let Resolved { mut nodes, broken_tests, disabled, diagnostics } = resolved;
        self.findings.extend(check_access(self.project, nodes.as_slice(), &nodes));
        self.findings.extend(check_batch_inputs(&nodes));
        let adapter = self.surroundings.adapter.as_ref();
        self.findings.extend(check_side_by_side(&nodes, adapter));
        self.findings.extend(check_freshness(&nodes));
        self.findings.extend(check_own_batch_macro(&nodes, self.project, self.engine.library()));
        complete_models(&mut nodes, &[&broken_tests, &disabled]);
        self.findings.extend(diagnostics);
        self.findings.extend(unit_tests);
        let macros = self.macros(&files, &describer);
        // They are many small pieces of memory.
        rayon::spawn(move || drop(files));
        let doc_blocks = Arc::unwrap_or_clone(blocks);
        let made_at = self.project.invocation.started_at.timestamp_micros();
        Manifest { nodes: nodes.into(), broken_tests, disabled, macros, doc_blocks, groups, made_at }
    }

    fn macros(
        &mut self,
        files: &[PropertyFile],
        describer: &Describer<'_>,
    ) -> IndexMap<String, super::MacroNode> {
        let patches: Vec<MacroPatch<'_>> = files
            .iter()
            .flat_map(|file| {
                file.properties.macros.iter().map(move |properties| MacroPatch { file, properties })
            })
            .collect();
        let nodes = macros::macro_nodes(self.engine.library(), self.project, &patches, describer);
        self.keep(nodes)
    }

    /// All nodes: those of files package by package, then what property files
    /// define, in dbt's order.
    fn drafted(
        &mut self,
        files: &[PropertyFile],
        rendering: &Rendering<'_>,
        drafting: &Drafting<'_>,
    ) -> Drafts {
        let mut all = Sketches::new();
        for package in &self.project.packages {
            all.extend(self.keep(sketches(package)));
        }
        let patches = Patches::new(files, &all);
        for sketch in &mut all {
            patches.settle_version(sketch);
        }
        let more = self.described(files, rendering, &all);
        all.extend(more);
        let foreign_patches = ForeignPatches::new(&patches, &all);
        let unmatched = patches.unmatched(&all);
        let mut made: Vec<Drafted> = all
            .into_par_iter()
            .map(|sketch| {
                let patch = patches.find(&sketch);
                drafting.draft(*sketch, patch)
            })
            .collect();
        let (settled, twice) =
            foreign_patches.settle(&mut made, |sketch, patch| drafting.draft(sketch, patch));
        self.findings.extend(twice);
        self.learned.has_overrides |= !settled.is_empty();
        let is_settled = |found: &Diagnostic| found.labels.iter().any(|label| settled.contains(&label.span));
        self.findings.extend(unmatched.into_iter().filter(|found| !is_settled(found)));
        let mut drafts = self.drafts(made);
        let &Drafting { trees, describer, .. } = drafting;
        let sources = Sources { trees, surroundings: self.surroundings, describer };
        for file in files {
            drafts.extend(self.keep(sources.drafts(file)));
        }
        for file in files {
            drafts.extend(self.keep(exposures(trees, file, describer)));
        }
        drafts
    }

    /// What was drafted, without what was found and learned on the way.
    fn drafts(&mut self, made: Vec<Drafted>) -> Drafts {
        let mut disabled = Vec::new();
        let draft = |Drafted { node, findings, is_volatile, macros }| {
            self.learned.macros.note(&node.unique_id, macros);
            if is_volatile {
                let node = node.unique_id.clone();
                self.learned.volatile.push(Volatile { node, findings: findings.clone() });
            }
            self.findings.extend(findings);
            if node.config.enabled() {
                return Some(Draft { node, sites: Vec::new() });
            }
            disabled.push(node);
            None
        };
        // The list is large, and this makes no other beside it.
        let enabled: Vec<Draft> = made.into_iter().filter_map(draft).collect();
        forget_entries_of_twins(&enabled, &mut disabled);
        Drafts { enabled, disabled }
    }

    /// What property files define and what is rendered: tests of nodes and
    /// snapshots, file by file, and then the tests of sources.
    fn described(
        &mut self,
        files: &[PropertyFile],
        rendering: &Rendering<'_>,
        nodes: &[Box<Sketch>],
    ) -> Sketches {
        let mut snapshots: Vec<Vec<Sketch>> = Vec::new();
        for file in files {
            let of_file = file.properties.snapshots.iter();
            let made = of_file.filter_map(|entry| Some(yaml_snapshot(file, entry, entry.relation.as_ref()?)));
            snapshots.push(made.collect());
        }
        let named = nodes.iter().map(Box::as_ref).chain(snapshots.iter().flatten());
        let is_read = |sketch: &&Sketch| {
            matches!(sketch.kind, NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_))
        };
        let called = |sketch: &Sketch| {
            let is_latest = sketch.version().is_some() && sketch.version() == sketch.latest_version();
            let bare = is_latest.then(|| sketch.name.clone());
            let id = &sketch.unique_id;
            let all = [Some(sketch.search_name().into_owned()), bare].into_iter().flatten();
            all.map(|name| ((sketch.package.clone(), name), id.clone())).collect::<Vec<_>>()
        };
        let ids: HashMap<(String, String), UniqueId> = named.filter(is_read).flat_map(called).collect();
        let library: &Library = self.engine.library();
        let tests = GenericSketcher {
            library,
            known: KnownTests::of(library, self.project.packages.iter().map(|it| it.name.as_str())),
            dialect: &self.surroundings.dialect,
            has_arguments: self.surroundings.tests_have_arguments,
            nodes: ids,
        };
        let made: Vec<[(Sketches, Vec<Diagnostic>); 2]> = files
            .par_iter()
            .map(|file| {
                rendering.with(&file.package, |render| {
                    [boxed(tests.of_nodes(file, render)), boxed(tests.of_sources(file, render))]
                })
            })
            .collect();
        let (mut sketches, mut of_sources) = (Sketches::new(), Vec::new());
        for ([on_nodes, on_sources], snapshots) in made.into_iter().zip(snapshots) {
            sketches.extend(self.keep(on_nodes));
            sketches.extend(snapshots.into_iter().map(Box::new));
            of_sources.push(on_sources);
        }
        for made in of_sources {
            sketches.extend(self.keep(made));
        }
        sketches
    }
}

/// What all nodes of the load see alike.
fn surroundings(inputs: &Inputs<'_>) -> Surroundings {
    let project = inputs.project;
    let adapter = &project.profile.adapter;
    let dialect = *adapter.dialect();
    let target = project.target();
    Surroundings {
        tests_have_arguments: project.flags.is_on("require_generic_test_arguments_property"),
        order: SearchOrder::of(project),
        members: Arc::clone(&project.members),
        parse_members: project.members.for_parsing(),
        notices: Arc::clone(inputs.notices),
        adapter: Arc::clone(adapter),
        dialect,
        quoting: quoting(project, dialect.default_quoting),
        database: target.database,
        schema: target.schema,
    }
}

/// The project's quoting over the dialect's.
fn quoting(project: &Project, default: Policy) -> Policy {
    [Part::Database, Part::Schema, Part::Identifier].into_iter().fold(default, |policy, part| {
        project
            .root_package()
            .file
            .rules
            .quoting
            .get(part.as_str())
            .map_or(policy, |yes| policy.with(part, *yes))
    })
}

/// The code of the warning that parts of project files configure nothing.
pub(super) const UNUSED_CONFIG_PATH: &str = "unused-config-path";

/// dbt: an entry of a property file describes the enabled node of its name, and a disabled one
/// only where there is none.
fn forget_entries_of_twins(enabled: &[Draft], disabled: &mut [Node]) {
    let ids: HashSet<UniqueId> = disabled.iter().map(|node| node.unique_id.clone()).collect();
    let twins: HashSet<&UniqueId> =
        enabled.iter().map(|draft| &draft.node.unique_id).filter(|id| ids.contains(*id)).collect();
    for node in disabled.iter_mut().filter(|node| twins.contains(&node.unique_id)) {
        node.docs = Docs::default().into();
        (node.origin.patch_path, node.origin.patch_span) = (None, None);
    }
}

/// One warning for all parts of the root project file that configure nothing.
fn unused_config_paths(project: &Project, enabled: &[&Node], disabled: &[Node]) -> Option<Diagnostic> {
    let kinds = [
        ResourceType::Model,
        ResourceType::Seed,
        ResourceType::Snapshot,
        ResourceType::Test,
        ResourceType::Source,
        ResourceType::Exposure,
        ResourceType::Function,
    ];
    let mut unused = Vec::new();
    for kind in kinds {
        let key = tree_key(kind);
        let Some(tree) = project.root_package().file.configs(key) else { continue };
        let all = enabled.iter().copied().chain(disabled);
        let fqns =
            all.filter(|node| tree_key(node.kind.resource_type()) == key).map(|node| node.fqn.as_slice());
        unused.extend(configure::unused_paths(key, &tree.rendered, fqns));
    }
    let count = unused.len();
    let names: Vec<&str> = unused.iter().map(|(path, _)| path.as_str()).collect();
    let names = names.join(" - ");
    let mut paths = unused.into_iter();
    let (first, at) = paths.next()?;
    let message = match count {
        1 => format!("the configuration of `{first}` applies to nothing"),
        _ => format!("{count} parts of the project file configure nothing"),
    };
    let finding =
        Diagnostic::warning(UNUSED_CONFIG_PATH, message).at(at, format!("no node is below `{first}`"));
    let finding =
        paths.fold(finding, |finding, (path, at)| finding.at(at, format!("no node is below `{path}`")));
    let finding = finding.known_as(format!(
        "Configuration paths exist in your dbt_project.yml file which do not apply to any resources. There are \
         {count} unused configuration paths: - {names}"
    ));
    Some(finding.help("check the spelling of the folders, or remove what is not needed"))
}

#[cfg(test)]
mod tests;
