//! What a command leaves under the target path: dbt's JSON files, compiled SQL.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::execute::Options;
use super::graph_summary::GraphSummary;
use super::{Workspace, manifest_file};
use crate::artifact::{self, FreshnessMeasured, ManifestDetails, ManifestJson, Metadata, OneByOne, Wire};
use crate::compile::Runtime;
use crate::diagnostics::Diagnostic;
use crate::host::timings::Phase;
use crate::host::{clock, files};
use crate::manifest::{HookMoment, Node, NodeId, NodeKind};
use crate::project::{self, Period};
use crate::run::{self, Detail, Mode, RunOutcome};
use crate::sql::Part;
use crate::template::{Audience, Notice};

/// The results of a command that has not come to its end, in the form of `run_results.json`.
pub(super) const UNFINISHED: &str = "unfinished_run.json";

/// What dbt calls the kinds of its artifacts.
const KINDS: [(&str, &str); 5] = [
    ("manifest.json", "WritableManifest"),
    ("semantic_manifest.json", "SemanticManifest"),
    ("run_results.json", "RunExecutionResult"),
    ("sources.json", "FreshnessResult"),
    ("catalog.json", "CatalogArtifact"),
];

/// Writes artifacts of one invocation.
pub(super) struct Writer<'a> {
    workspace: &'a Workspace,
}

impl<'a> Writer<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace }
    }

    /// `manifest.json`, with what was compiled, and `graph_summary.json` beside it.
    pub(super) fn manifest(&self, compiled: HashMap<NodeId, artifact::Compiled>) -> Result<(), Diagnostic> {
        let project = &self.workspace.project;
        let started = project.invocation.started_at;
        let wire = Wire::of(&self.workspace.manifest, self.workspace.adapter().dialect());
        let details = ManifestDetails {
            metadata: self.metadata(),
            project_name: project.root_package().name.clone(),
            adapter_type: Some(self.workspace.adapter().kind().to_owned()),
            quoting: self.quoting(),
            run_started_at: Some(started.to_rfc3339_opts(SecondsFormat::Micros, false)),
            selectors: self.workspace.selectors.json(),
            compiled,
        };
        self.write("semantic_manifest.json", &artifact::semantic_manifest_json(&wire))?;
        let path = project.target_path().join("manifest.json");
        let json = ManifestJson { wire, details: &details };
        let write = || manifest_file::write(&path, json, &self.workspace.descent);
        let (written, summary) =
            project.invocation.timings.during(Phase::Write, || rayon::join(write, || self.graph_summary()));
        written?;
        self.tell("manifest.json");
        summary
    }

    /// dbt: `parse` links no nodes, and `build` tells also of the order that it keeps.
    fn graph_summary(&self) -> Result<(), Diagnostic> {
        let Workspace { project, manifest, .. } = self.workspace;
        let which = project.invocation.which.as_str();
        if which == "parse" {
            return Ok(());
        }
        let for_build = (which == "build").then(|| self.workspace.graph().for_build(manifest));
        let path = project.target_path().join("graph_summary.json");
        let summary = serde_json::to_vec(&GraphSummary::of(self.workspace, for_build.as_ref()));
        let summary = summary.map_err(|error| Diagnostic::error("file", error.to_string()))?;
        Ok(files::renew(&path, &summary)?)
    }

    /// The project's quoting, and the warehouse's where it says nothing.
    fn quoting(&self) -> Map<String, Json> {
        let policy = self.workspace.adapter().dialect().default_quoting;
        let mut quoting = Map::new();
        for part in [Part::Database, Part::Schema, Part::Identifier] {
            quoting.insert(part.as_str().to_owned(), policy.get(part).into());
        }
        quoting.extend(self.workspace.project.root_package().file.quoting_json());
        quoting
    }

    /// What `retry` finds until the command has come to its end: nothing is done yet.
    pub(super) fn unfinished(&self, nodes: &[NodeId], options: &Options) -> Result<(), Diagnostic> {
        let manifest = &self.workspace.manifest;
        let skipped = |node: &Node| {
            self.node_result(&run::NodeResult::new(node.unique_id.clone(), run::Status::Skipped))
        };
        let results = artifact::RunResults {
            metadata: self.metadata(),
            results: OneByOne(|| nodes.iter().filter_map(|id| manifest.node(*id)).map(skipped)),
            elapsed_time: 0.0,
            args: self.args(options),
        };
        self.write(UNFINISHED, &results.stamped())
    }

    /// The command has come to its end.
    pub(super) fn finished(&self) -> Result<(), Diagnostic> {
        Ok(files::remove(&self.workspace.project.target_path().join(UNFINISHED))?)
    }

    /// `run_results.json`.
    pub(super) fn run_results(&self, outcome: &RunOutcome, options: &Options) -> Result<(), Diagnostic> {
        let results = artifact::RunResults {
            metadata: self.metadata(),
            results: OneByOne(|| self.told(outcome, options).map(|result| self.node_result(result))),
            elapsed_time: outcome.elapsed.as_secs_f64(),
            args: self.args(options),
        };
        self.write("run_results.json", &results.stamped())
    }

    /// The results that are told of. dbt: of ephemeral models only where `compile` was asked for them.
    fn told<'o>(
        &'o self,
        outcome: &'o RunOutcome,
        options: &Options,
    ) -> impl Iterator<Item = &'o run::NodeResult> {
        let is_compile = self.workspace.project.invocation.which == "compile";
        let all = options.mode != Mode::Compile || (is_compile && options.selection.is_narrow());
        let is_ephemeral = |result: &&run::NodeResult| {
            let node = self.workspace.manifest.by_id(result.unique_id.as_str());
            node.is_some_and(|node| {
                matches!(node.kind, NodeKind::Model(_)) && node.config.materialized() == "ephemeral"
            })
        };
        outcome.results.iter().filter(move |result| all || !is_ephemeral(result))
    }

    /// `sources.json`, under the target path or where it is asked for.
    pub(super) fn sources(&self, outcome: &RunOutcome, path: Option<&Path>) -> Result<(), Diagnostic> {
        let results = artifact::SourcesResults {
            metadata: self.metadata(),
            results: outcome.results.iter().filter_map(|result| self.freshness(result)).collect(),
            elapsed_time: outcome.elapsed.as_secs_f64(),
        };
        match path {
            Some(path) => write(path, &results.stamped()),
            None => self.write("sources.json", &results.stamped()),
        }
    }

    /// `catalog.json`.
    pub(super) fn catalog(&self, catalog: artifact::Catalog) -> Result<(), Diagnostic> {
        let masked = |errors: Vec<String>| errors.iter().map(|error| self.masked(error)).collect();
        let errors = catalog.errors.map(masked);
        let catalog = artifact::Catalog { metadata: self.metadata(), errors, ..catalog };
        self.write("catalog.json", &catalog.stamped())
    }

    /// What `retry` needs to do the same again, and what dbt's readers look for:
    /// all flags, the command and its criteria.
    fn args(&self, options: &Options) -> Map<String, Json> {
        let project = &self.workspace.project;
        let mut args = project.flags.arguments();
        for (name, value) in options.flags() {
            args.entry(name).or_insert(value);
        }
        let settings = [
            ("project_dir", json!(project.root)),
            ("log_path", json!(project.log_path)),
            ("which", json!(project.invocation.which)),
            ("invocation_command", json!(project.invocation.command_line)),
            ("profile", json!((!project.profile.is_embedded).then_some(&project.profile.name))),
            ("target", json!(project.profile.target_name)),
            ("vars", project.command_line_vars.clone()),
            ("select", json!(options.selection.select)),
            ("exclude", json!(options.selection.exclude)),
            ("selector", json!(options.selection.selector)),
        ];
        let told = settings.into_iter().filter(|(_, value)| !value.is_null());
        args.extend(told.map(|(name, value)| (name.to_owned(), value)));
        args
    }

    fn node_result(&self, result: &run::NodeResult) -> artifact::NodeResult {
        let manifest = &self.workspace.manifest;
        let node = manifest.by_id(result.unique_id.as_str());
        // A macro that `run-operation` called is a hook to dbt.
        let has_sql = node.is_none_or(|node| node.kind.body().is_some());
        // dbt: the result of a unit test that could not be run is that of its definition.
        let is_definition = result.status == run::Status::Error
            && node.is_some_and(|node| matches!(node.kind, NodeKind::UnitTest(_)));
        let compiled = result.compiled.as_ref().filter(|_| !is_definition);
        let relation_name = match (compiled, node) {
            (Some(compiled), _) => compiled.relation_name.clone(),
            (None, Some(node)) if has_sql => {
                artifact::relation_name(node, self.workspace.adapter().dialect())
            }
            _ => None,
        };
        artifact::NodeResult {
            status: status(result.status),
            timing: result.timing.iter().map(timing).collect(),
            thread_id: result.thread_id.clone(),
            execution_time: result.execution_time.as_secs_f64(),
            adapter_response: result.adapter_response.clone(),
            message: result.message.as_deref().map(|message| self.masked(message)),
            failures: result.failures,
            unique_id: result.unique_id.to_string(),
            compiled: (has_sql || compiled.is_some()).then_some(compiled.is_some()),
            compiled_code: compiled.map(|compiled| compiled.code.to_string()),
            relation_name,
            batch_results: result.batches.as_ref().map(batch_results),
        }
    }

    fn freshness(&self, result: &run::NodeResult) -> Option<FreshnessMeasured> {
        let node = self.workspace.manifest.by_id(result.unique_id.as_str())?;
        let NodeKind::Source(source) = &node.kind else { return None };
        let Detail::Freshness(measured) = &result.detail else { return None };
        Some(FreshnessMeasured {
            unique_id: result.unique_id.to_string(),
            max_loaded_at: loaded_at(measured.max_loaded_at),
            snapshotted_at: loaded_at(measured.snapshotted_at),
            max_loaded_at_time_ago_in_s: measured.age.as_secs_f64(),
            status: status(result.status),
            criteria: artifact::source_freshness(node, source),
            adapter_response: result.adapter_response.clone(),
            timing: result.timing.iter().map(timing).collect(),
            thread_id: result.thread_id.clone(),
            execution_time: result.execution_time.as_secs_f64(),
        })
    }

    /// A message without secrets. The warehouse may repeat what the profile or a template told it.
    fn masked(&self, message: &str) -> String {
        self.workspace.project.members.secrets().mask(message)
    }

    fn metadata(&self) -> Metadata {
        let invocation = &self.workspace.project.invocation;
        Metadata {
            dbt_schema_version: String::new(),
            dbt_version: project::DBT_VERSION.to_owned(),
            generated_at: time(clock::now()),
            invocation_id: Some(invocation.id.clone()),
            invocation_started_at: Some(time(invocation.started_at)),
            env: self.workspace.project.metadata_env(),
        }
    }

    fn write(&self, name: &str, json: &impl Serialize) -> Result<(), Diagnostic> {
        let project = &self.workspace.project;
        let path = project.target_path().join(name);
        let written = project.invocation.timings.during(Phase::Write, || write(&path, json));
        written.map_err(|refused| refused.help("name another folder with `--target-path`"))?;
        self.tell(name);
        Ok(())
    }

    /// Tells that an artifact of dbt's is written, by the name that dbt has for its kind.
    fn tell(&self, name: &str) {
        let Some((_, kind)) = KINDS.iter().find(|(file, _)| *file == name) else { return };
        let path = self.workspace.project.target_path().join(name).display().to_string();
        self.workspace.notices.notice(Notice::Remark {
            name: "ArtifactWritten",
            code: "P001",
            message: format!("Wrote artifact {kind} to {path}"),
            facts: vec![("artifact_path", path), ("artifact_type", (*kind).to_owned())],
            audience: Audience::Debug,
        });
    }
}

fn write(path: &Path, json: &impl Serialize) -> Result<(), Diagnostic> {
    let written = files::write_with(path, |out| serde_json::to_writer(out, json).map_err(io::Error::from));
    Ok(written?)
}

fn timing(timing: &run::Timing) -> artifact::Timing {
    artifact::Timing {
        name: timing.name.to_owned(),
        started_at: Some(time(timing.started_at)),
        completed_at: Some(time(timing.completed_at)),
    }
}

fn status(status: run::Status) -> artifact::Status {
    match status {
        run::Status::Success => artifact::Status::Success,
        run::Status::Error => artifact::Status::Error,
        run::Status::Skipped => artifact::Status::Skipped,
        run::Status::Pass => artifact::Status::Pass,
        run::Status::Fail => artifact::Status::Fail,
        run::Status::Warn => artifact::Status::Warn,
        run::Status::RuntimeError => artifact::Status::RuntimeError,
        run::Status::NoOp => artifact::Status::NoOp,
        run::Status::PartialSuccess => artifact::Status::PartialSuccess,
    }
}

fn batch_results(batches: &run::Batches) -> artifact::BatchResults {
    let period = |(start, end): &Period| (loaded_at(*start), loaded_at(*end));
    artifact::BatchResults {
        successful: batches.successful.iter().map(period).collect(),
        failed: batches.failed.iter().map(period).collect(),
    }
}

/// `2026-11-21T00:57:21.855959Z`.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// `2026-11-21T00:57:21.855959+00:00`: a time of rows, as Python writes it.
fn loaded_at(at: DateTime<Utc>) -> String {
    let precision =
        if at.timestamp_subsec_micros() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
    at.to_rfc3339_opts(precision, false)
}

/// What the nodes of a run were compiled to, and where that was written, for
/// `manifest.json`.
pub(super) fn compiled(
    runtime: &Runtime,
    outcome: &RunOutcome,
    mode: Mode,
) -> HashMap<NodeId, artifact::Compiled> {
    let mut found = HashMap::new();
    for (id, ephemeral) in runtime.ephemerals() {
        let Some(node) = runtime.node(id) else { continue };
        let result = run::Compiled::new(&ephemeral, None);
        let (code, ctes) = (result.code.to_string(), result.ctes);
        let compiled_path = (!code.is_empty()).then(|| written_path(runtime, "compiled", node));
        found.insert(id, artifact::Compiled { code, compiled_path, ctes, ..artifact::Compiled::default() });
    }
    let mut hooks = [0; 2];
    for result in &outcome.results {
        let Some(id) = runtime.parts.manifest.nodes.place_of(result.unique_id.as_str()) else { continue };
        let Some(node) = runtime.node(id) else { continue };
        let index = match &node.kind {
            NodeKind::Hook(hook) if mode.runs_hooks() => {
                let [start, end] = &mut hooks;
                let count = if hook.moment == HookMoment::Start { start } else { end };
                *count += 1;
                Some(*count)
            }
            _ => None,
        };
        let compiled = compiled_by(runtime, (node, result), mode);
        found.extend(compiled.map(|compiled| (id, artifact::Compiled { index, ..compiled })));
    }
    found
}

/// What one node was compiled to; `None` where it came to no SQL.
fn compiled_by(
    runtime: &Runtime,
    (node, result): (&Node, &run::NodeResult),
    mode: Mode,
) -> Option<artifact::Compiled> {
    let build_path = is_built(node, result, mode).then(|| written_path(runtime, "run", node));
    let Some(compiled) = &result.compiled else {
        return build_path.map(|path| artifact::Compiled {
            build_path: Some(path),
            is_only_built: mode == Mode::Clone,
            ..artifact::Compiled::default()
        });
    };
    let has_text = !compiled.code.is_empty() && !matches!(node.kind, NodeKind::Snapshot(_));
    let is_test = matches!(node.kind, NodeKind::Test(_));
    Some(artifact::Compiled {
        code: compiled.code.to_string(),
        compiled_path: has_text.then(|| written_path(runtime, "compiled", node)),
        build_path,
        ctes: compiled.ctes.clone(),
        foreign_keys: compiled.foreign_keys.clone(),
        relation_name: compiled.relation_name.clone().filter(|_| is_test),
        index: None,
        is_only_built: false,
    })
}

/// Whether what was sent for a node is written among what ran. dbt: of a seed once its rows are in,
/// of a model or test when its own statement is sent.
fn is_built(node: &Node, result: &run::NodeResult, mode: Mode) -> bool {
    let is_missing = match &node.kind {
        NodeKind::Hook(_) => true,
        NodeKind::Seed(_) => result.status.is_failure(),
        NodeKind::Model(_) | NodeKind::Snapshot(_) => {
            result.status.is_failure() && !result.is_written && result.batches.is_none()
        }
        NodeKind::Test(_) => result.status == run::Status::Error && !result.is_written,
        _ => false,
    };
    let is_cloned = mode != Mode::Clone || result.is_written;
    mode.creates_schemas()
        && is_cloned
        && !is_missing
        && result.timing.iter().any(|timing| timing.name == "execute")
}

/// Where the text of a node was written in a folder of the target path, seen from the project.
fn written_path(runtime: &Runtime, folder: &str, node: &Node) -> String {
    let path = runtime.output_path(folder, node);
    path.strip_prefix(&runtime.parts.project.root).unwrap_or(&path).display().to_string()
}
