//! What all workers of a run share.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::compiled::Compiled;
use super::names::Names;
use super::relations::RelationCache;
use crate::adapter::Adapter;
use crate::artifact::{self, Wire};
use crate::diagnostics::Diagnostic;
use crate::host::file_writer::FileWriter;
use crate::host::timings::Timings;
use crate::manifest::{Manifest, Node, NodeId, NodeKind, SearchOrder, UniqueId};
use crate::project::{Members, Project};
use crate::source::SourceMap;
use crate::sql::{Part, Policy, Relation};
use crate::template::{self, Engine, Value};

/// What a run is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The project, with the warehouse and what all templates see.
    pub project: Arc<Project>,
    /// Its nodes.
    pub manifest: Arc<Manifest>,
    /// Its macros.
    pub engine: Engine,
    /// All texts; compiled SQL is added where an error points into it.
    pub sources: Arc<SourceMap>,
    /// What the command line asks for.
    pub options: RunOptions,
    /// The nodes that were asked for, in order: `selected_resources`.
    pub selected: Vec<UniqueId>,
}

/// What the command line asks of compilation.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "a table of yes and no")]
pub struct RunOptions {
    /// `--empty`: `ref` and `source` give no rows.
    pub empty: bool,
    /// `--sample`: rows from here on and before there, as timestamps.
    pub sample: Option<(String, String)>,
    /// Whether compiling may ask the warehouse: `--introspect`.
    pub introspect: bool,
    /// Whether compiled and run SQL is written below the target folder.
    pub write: bool,
    /// Whether ephemeral models are put into the SQL that reads them.
    pub inject_ephemeral_ctes: bool,
    /// `--defer`: where nodes are in another environment.
    pub deferral: Option<Deferral>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            empty: false,
            sample: None,
            introspect: true,
            write: true,
            inject_ephemeral_ctes: true,
            deferral: None,
        }
    }
}

/// Relations of another environment that stand in for what is not built here.
#[derive(Debug, Clone, Default)]
pub struct Deferral {
    /// By unique id.
    pub relations: BTreeMap<UniqueId, Relation>,
    /// `--favor-state`: also for what is built here but was not selected.
    pub favor_state: bool,
}

/// What all workers of a run share. Immutable but for what it remembers.
#[derive(Debug)]
pub struct Runtime {
    /// What it was made of.
    pub parts: Parts,
    /// What is known to exist in the warehouse.
    pub relations: RelationCache,
    /// How relations are quoted that templates make from names.
    pub(super) quoting: Policy,
    pub(super) names: Names,
    /// Ephemeral models that were compiled already.
    pub(super) ephemerals: Mutex<HashMap<NodeId, Arc<Compiled>>>,
    /// Warnings that are given once in a run, as far as they were given.
    pub(super) warned: Mutex<HashSet<String>>,
    graph: OnceLock<Value>,
    /// Who writes what goes below the target folder.
    pub(super) file_writer: FileWriter,
}

impl Runtime {
    /// A run of these parts. Nothing is connected yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let root = &parts.project.root_package().file;
        let parts_of_name = [Part::Database, Part::Schema, Part::Identifier];
        let quoting = parts_of_name.into_iter().fold(
            parts.project.profile.adapter.dialect().default_quoting,
            |policy, part| {
                root.rules.quoting.get(part.as_str()).map_or(policy, |yes| policy.with(part, *yes))
            },
        );
        let names = Names::new(SearchOrder::of(&parts.project), &parts.manifest);
        Self {
            parts,
            relations: RelationCache::default(),
            quoting,
            names,
            ephemerals: Mutex::default(),
            warned: Mutex::default(),
            graph: OnceLock::new(),
            file_writer: FileWriter::default(),
        }
    }

    /// The warehouse.
    #[must_use]
    pub fn adapter(&self) -> &dyn Adapter {
        self.parts.project.profile.adapter.as_ref()
    }

    /// Where the time of the run goes.
    #[must_use]
    pub fn timings(&self) -> &Timings {
        &self.parts.project.invocation.timings
    }

    /// What all templates see.
    #[must_use]
    pub fn members(&self) -> &Members {
        &self.parts.project.members
    }

    /// The node; `None` only for an id of another manifest.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.parts.manifest.node(id)
    }

    /// How nodes are written as JSON.
    #[must_use]
    pub fn wire(&self) -> Wire<'_> {
        Wire::of(&self.parts.manifest, self.adapter().dialect())
    }

    /// `graph` in templates: made when it is first asked for.
    pub(super) fn graph(&self) -> Value {
        self.graph.get_or_init(|| template::to_value(&artifact::graph_json(&self.wire()))).clone()
    }

    /// Where the text of a node goes below the target folder. `folder` is
    /// `compiled` or `run`. dbt: `target/<folder>/<package>/<file>`; a node that is
    /// not named after its file gets a place in a folder of the file's name.
    #[must_use]
    pub fn output_path(&self, folder: &str, node: &Node) -> PathBuf {
        self.parts.project.target_path().join(output_file(folder, node))
    }

    /// Where an input of a unit test goes. dbt: it is an ephemeral model of the test's file and of
    /// the package that the real one is from.
    pub(super) fn input_path(&self, test: &Node, input: &Node) -> PathBuf {
        let folder = Path::new("compiled").join(&input.package).join(&test.origin.original_file_path);
        self.parts.project.target_path().join(folder).join(format!("{}.sql", input.name))
    }

    /// Waits until all texts of nodes are written; the finding where some could not be.
    #[must_use]
    pub fn finish_writing(&self) -> Option<Diagnostic> {
        let errors = self.file_writer.finish();
        let problem = Diagnostic::error("write", errors.first()?.to_string());
        Some(match errors.len() {
            1 => problem,
            many => problem.note(format!("so it was with {} more files", many - 1)),
        })
    }

    /// The ephemeral models that were compiled so far.
    #[must_use]
    pub fn ephemerals(&self) -> Vec<(NodeId, Arc<Compiled>)> {
        let known = self.ephemerals.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(id, compiled)| (*id, Arc::clone(compiled))).collect()
    }

    /// An ephemeral model that was compiled already.
    pub(super) fn known_ephemeral(&self, id: NodeId) -> Option<Arc<Compiled>> {
        self.ephemerals.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(super) fn remember_ephemeral(&self, id: NodeId, compiled: &Arc<Compiled>) {
        self.ephemerals.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(compiled));
    }
}

/// Where a text of a node goes, below the target path: `compiled/shop/models/orders.sql`.
#[must_use]
pub fn output_file(folder: &str, node: &Node) -> PathBuf {
    let file = Path::new(&node.origin.original_file_path);
    let own = Path::new(&node.origin.path);
    let path = Path::new(folder).join(&node.package).join(file);
    match &node.kind {
        // Its own path is that of the property file, which other tests share.
        NodeKind::UnitTest(_) => {
            let folder = file.parent().unwrap_or(Path::new(""));
            path.join(folder).join(format!("{}.sql", node.search_name()))
        }
        _ if file.file_name() == own.file_name() => path,
        _ => path.join(own),
    }
}
