//! `build` and everything like it: choose nodes, run them, leave artifacts.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::artifacts::{Writer, compiled};
use super::{Criteria, Kinds, Workspace, earlier};
use crate::artifact;
use crate::compile::{Deferral, Parts, RunOptions, Runtime};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::host::timings::Phase;
use crate::manifest::{NodeId, UniqueId};
use crate::project::{TEST_WARNING, Treatment, moment_text};
use crate::run::{self, Earlier, Ending, Event, Mode, Plan, RunOutcome, Stop};

/// What a command line asks for.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "a table of yes and no")]
pub struct Options {
    /// What is done with the nodes.
    pub mode: Mode,
    /// Which nodes.
    pub selection: Criteria,
    /// Of which types.
    pub kinds: Kinds,
    /// Flags of the command that templates see, beyond those below.
    pub given: Map<String, Json>,
    /// `--full-refresh`.
    pub full_refresh: bool,
    /// `--empty`.
    pub empty: bool,
    /// `--store-failures`.
    pub store_failures: bool,
    /// Whether generic tests on one relation may share a look at it.
    pub combined_tests: bool,
    /// Exactly these nodes, by unique id, whatever the selection says: for `retry`.
    pub exactly: Option<Vec<String>>,
    /// What the command that is done again left.
    pub earlier: Arc<Earlier>,
    /// Where `sources.json` goes, if not under the target path.
    pub output: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Build,
            selection: Criteria::default(),
            kinds: Kinds::default(),
            given: Map::new(),
            full_refresh: false,
            empty: false,
            store_failures: false,
            combined_tests: true,
            exactly: None,
            earlier: Arc::default(),
            output: None,
        }
    }
}

impl Options {
    /// Whether the command prints what it finds out about nodes that were named:
    /// their rows or their SQL.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        match self.mode {
            Mode::Show { .. } => true,
            Mode::Compile => self.selection.is_narrow(),
            _ => false,
        }
    }

    /// Whether nodes are only cloned.
    #[must_use]
    pub fn only_clones(&self) -> bool {
        matches!(self.mode, Mode::Clone)
    }

    /// Whether nodes are turned into SQL, and at most looked at. One that fails is then a
    /// command that fails: no results are written, and the exit code is 2.
    #[must_use]
    pub fn only_compiles(&self) -> bool {
        matches!(self.mode, Mode::Compile | Mode::Show { .. })
    }

    /// Whether `retry` can repeat the command.
    #[must_use]
    pub fn can_be_retried(&self) -> bool {
        !matches!(self.mode, Mode::Show { .. } | Mode::Freshness)
    }

    /// The flags that templates see: those that were given.
    #[must_use]
    pub fn flags(&self) -> Map<String, Json> {
        let mut flags = self.given.clone();
        let switches = [
            ("full_refresh", self.full_refresh),
            ("empty", self.empty),
            ("store_failures", self.store_failures),
        ];
        for (name, _) in switches.into_iter().filter(|(_, given)| *given) {
            flags.insert(name.to_owned(), Json::from(true));
        }
        flags
    }
}

/// Chosen nodes, and what is questionable about the choice.
#[derive(Debug)]
pub struct Prepared {
    /// The nodes.
    pub nodes: Vec<NodeId>,
    /// What is questionable.
    pub warnings: Vec<Diagnostic>,
}

/// Chooses nodes.
///
/// # Errors
/// Criteria that cannot be understood.
pub fn prepare(workspace: &Workspace, options: &Options) -> Result<Prepared, Vec<Diagnostic>> {
    if let Some(exactly) = &options.exactly {
        let exactly: HashSet<&str> = exactly.iter().map(String::as_str).collect();
        let wanted = |id: &&NodeId| {
            workspace.manifest.node(**id).is_some_and(|node| exactly.contains(node.unique_id.as_str()))
        };
        let nodes = workspace.graph().order().iter().filter(wanted).copied().collect();
        return Ok(Prepared { nodes, warnings: Vec::new() });
    }
    let selected = workspace.select(&options.selection, &options.kinds, false)?;
    Ok(Prepared { nodes: selected.nodes, warnings: selected.warnings })
}

/// Runs nodes and leaves artifacts: `run_results.json` and `manifest.json`, or
/// `sources.json` after a look at sources.
///
/// # Errors
/// An artifact cannot be written, or that of an environment to defer to cannot be
/// read. What goes wrong with nodes is in the outcome.
pub fn execute(
    workspace: &Workspace,
    prepared: Prepared,
    options: &Options,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<RunOutcome, Vec<Diagnostic>> {
    let deferral = deferral(workspace, options.mode).map_err(|problem| vec![problem])?;
    let runtime = runtime(workspace, &prepared.nodes, options, deferral);
    let flags = &workspace.project.flags;
    let plan = Plan {
        nodes: prepared.nodes,
        mode: options.mode,
        threads: workspace.project.profile.threads.max(1),
        fail_fast: flags.is_on("fail_fast"),
        warn_error: flags.treatment(Some(TEST_WARNING)) == Treatment::IsError,
        combined_tests: options.combined_tests,
        stop: stop.clone(),
        earlier: Arc::new(Earlier {
            durations: durations(workspace, options.mode),
            ..options.earlier.as_ref().clone()
        }),
    };
    let writer = flags.is_on("write_json").then(|| Writer::new(workspace));
    if let Some(writer) = writer.as_ref().filter(|_| is_retried(options.mode)) {
        // Where nothing can be written, that is told before anything is built.
        writer.unfinished(&plan.nodes, options).map_err(|problem| vec![problem])?;
    }
    let outcome = run::execute(&runtime, workspace.graph(), &plan, on_event);
    if let Some(writer) = &writer {
        let timings = &workspace.project.invocation.timings;
        let write = || write_results(writer, &runtime, options, &outcome);
        timings.during(Phase::Write, write).map_err(|problem| vec![problem])?;
    }
    Ok(outcome)
}

/// How long nodes took in the last run, where that changes the order of this one: one
/// thread keeps to dbt's.
fn durations(workspace: &Workspace, mode: Mode) -> HashMap<UniqueId, Duration> {
    let has_order = matches!(mode, Mode::Build | Mode::Run);
    if !has_order || workspace.project.profile.threads <= 1 {
        return HashMap::new();
    }
    let text = files::read_text(&workspace.project.target_path().join("run_results.json"));
    let known = text.map(|text| artifact::durations(&text)).unwrap_or_default();
    known.into_iter().map(|(id, duration)| (UniqueId(id.into()), duration)).collect()
}

/// Whether `retry` goes on with what was done in this mode.
fn is_retried(mode: Mode) -> bool {
    !matches!(mode, Mode::Show { .. } | Mode::Freshness)
}

fn write_results(
    writer: &Writer<'_>,
    runtime: &Runtime,
    options: &Options,
    outcome: &RunOutcome,
) -> Result<(), Diagnostic> {
    // dbt ends at the first error, with what it wrote before it began to compile. `retry` does
    // all of it.
    if outcome.ending == Ending::NotBegun {
        return writer.manifest(HashMap::new());
    }
    if options.only_compiles() && !outcome.is_success() {
        writer.manifest(HashMap::new())?;
    } else if options.mode == Mode::Freshness {
        writer.manifest(HashMap::new())?;
        writer.sources(outcome, options.output.as_deref())?;
    } else {
        writer.manifest(compiled(runtime, outcome, options.mode))?;
        writer.run_results(outcome, options)?;
    }
    if is_retried(options.mode) { writer.finished() } else { Ok(()) }
}

/// `manifest.json` as it is before anything is compiled.
///
/// # Errors
/// The file cannot be written.
pub fn write_manifest(workspace: &Workspace) -> Result<(), Vec<Diagnostic>> {
    if !workspace.project.flags.is_on("write_json") {
        return Ok(());
    }
    Writer::new(workspace).manifest(HashMap::new()).map_err(|problem| vec![problem])
}

/// Where nodes are found that are not built here, if `--defer` or the command asks for it.
pub(super) fn deferral(workspace: &Workspace, mode: Mode) -> Result<Option<Deferral>, Diagnostic> {
    let is_asked_for = mode == Mode::Clone || workspace.project.flags.is_on("defer");
    is_asked_for.then(|| earlier::deferral(workspace)).transpose()
}

/// What the workers of a run share.
#[must_use]
pub fn runtime(
    workspace: &Workspace,
    nodes: &[NodeId],
    options: &Options,
    deferral: Option<Deferral>,
) -> Arc<Runtime> {
    let selected = nodes.iter().filter_map(|id| workspace.manifest.node(*id));
    let flags = &workspace.project.flags;
    let sample = flags.sample();
    let sample = sample.map(|(start, end)| (moment_text(start), moment_text(end)));
    Arc::new(Runtime::new(Parts {
        project: Arc::clone(&workspace.project),
        manifest: Arc::clone(&workspace.manifest),
        engine: workspace.engine.clone(),
        sources: Arc::clone(&workspace.sources),
        options: RunOptions {
            empty: options.empty || flags.is_on("empty"),
            introspect: options.mode != Mode::Compile || flags.is_on("introspect"),
            sample,
            deferral,
            inject_ephemeral_ctes: flags.get("inject_ephemeral_ctes").as_bool().unwrap_or(true),
            ..RunOptions::default()
        },
        selected: selected.map(|node| node.unique_id.clone()).collect(),
    }))
}
