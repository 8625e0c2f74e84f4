//! The events of a run as records: for `--log-format json` and for the log file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value as Json, json};

use super::record::{Level, Record};
use super::{closing, lines, words};
use crate::artifact::{checksum, group_name, relation_name};
use crate::compile::output_file;
use crate::diagnostics::{Style, render_all};
use crate::manifest::{Manifest, NodeId, NodeKind, ResourceType, UniqueId};
use crate::run::{BatchEnd, Detail, Event, NodeResult, Place, Status};
use crate::source::SourceMap;
use crate::sql::Dialect;
use crate::template::{Notice, text, to_value};

/// The level of the most telling record of an event: what nobody wants need not be made.
pub(crate) fn level(event: &Event<'_>) -> Level {
    match event {
        Event::Statement { .. }
        | Event::Answered { .. }
        | Event::NodeCompiled { .. }
        | Event::SchemaCreated { .. } => Level::Debug,
        _ => Level::Error,
    }
}

/// Makes the records of a run. Findings and what templates say are told by
/// [`super::Ui`], which hears them outside of runs, too.
pub(crate) struct EventRecords {
    manifest: Arc<Manifest>,
    sources: Arc<SourceMap>,
    dialect: Dialect,
    /// The target path, as seen from the project.
    target: PathBuf,
    /// Where the status of a line begins.
    width: usize,
    ended: Vec<Ended>,
    /// Whether somebody reads the results of all nodes at the end: those of a large project take
    /// much memory.
    has_readers: bool,
    /// Whether the last thing that happened was about a node.
    is_among_nodes: bool,
    /// What each thread asked the warehouse for last, and on behalf of which node.
    asked: HashMap<String, (String, Option<NodeId>)>,
}

impl EventRecords {
    pub(crate) fn new(
        manifest: &Arc<Manifest>,
        sources: &Arc<SourceMap>,
        (dialect, target, width): (Dialect, &Path, usize),
    ) -> Self {
        let (manifest, sources, target) = (Arc::clone(manifest), Arc::clone(sources), target.to_owned());
        let (ended, asked) = (Vec::new(), HashMap::new());
        let (has_readers, is_among_nodes) = (false, false);
        Self { manifest, sources, dialect, target, width, ended, has_readers, is_among_nodes, asked }
    }

    /// Tells the results of all nodes at the end, too.
    pub(crate) fn for_readers(mut self, has_readers: bool) -> Self {
        self.has_readers = has_readers;
        self
    }

    /// What is told of an event, in order.
    pub(crate) fn records(&mut self, event: &Event<'_>) -> Vec<Record> {
        self.remember(event);
        let mut records = self.about().records(event);
        match event {
            Event::Statement { node, thread, .. } => {
                records.splice(0..0, self.turn(node.map(UniqueId::as_str), thread));
            }
            Event::Answered { thread, .. } => {
                let node = self.asked.get(*thread).and_then(|(_, node)| *node);
                let info = node.map(|node| self.about().node_info(node, "executing", None));
                for record in &mut records {
                    record.data.extend(info.clone().map(|info| ("node_info".to_owned(), info)));
                }
            }
            Event::RunFinished { summary, elapsed, ending } => {
                if self.is_among_nodes {
                    records.push(Record::blank());
                }
                let end = closing::End { ended: &self.ended, summary: *summary, ending: *ending };
                records.extend(closing::records(&self.about(), &end, *elapsed));
            }
            Event::HookStarted { place, .. } if self.is_among_nodes && place.index == 1 => {
                records.insert(0, Record::blank());
            }
            Event::HookFinished { place, .. } if place.index == place.total => records.push(Record::blank()),
            _ => {}
        }
        self.is_among_nodes = match event {
            Event::HookStarted { .. } | Event::HookFinished { .. } | Event::RunStarted { .. } => false,
            Event::NodeStarted { .. } | Event::NodeFinished { .. } | Event::NodeSkipped { .. } => true,
            _ => self.is_among_nodes,
        };
        records
    }

    /// That a thread turns to another node with its connection.
    fn turn(&mut self, node: Option<&str>, thread: &str) -> Option<Record> {
        let new = node.unwrap_or("master");
        let known = self.asked.get_mut(thread);
        if known.as_ref().is_some_and(|(name, _)| name == new) {
            return None;
        }
        let place = node.and_then(|id| self.manifest.nodes.place_of(id));
        let Some(known) = known else {
            self.asked.insert(thread.to_owned(), (new.to_owned(), place));
            return None;
        };
        let (old, _) = std::mem::replace(known, (new.to_owned(), place));
        let message = format!("Re-using an available connection from the pool (formerly {old}, now {new})");
        let data = json!({"conn_name": new, "orig_conn_name": old});
        Some(Record::new("ConnectionReused", "E006", Level::Debug, message, data).by(thread))
    }

    fn about(&self) -> About<'_> {
        About { manifest: &self.manifest, sources: &self.sources, dialect: self.dialect, width: self.width }
    }

    /// What is worth knowing of a node.
    pub(super) fn remark(&self, node: Option<&UniqueId>, notice: &Notice) -> Option<Record> {
        let place = self.manifest.nodes.place_of(node?.as_str())?;
        let mut record = Record::remark(notice)?;
        record.data.insert("node_info".to_owned(), self.about().node_info(place, "executing", None));
        Some(record)
    }

    fn remember(&mut self, event: &Event<'_>) {
        let (Event::NodeFinished { node, result, .. }
        | Event::NodeSkipped { node, result, .. }
        | Event::HookFinished { node, result, .. }) = event
        else {
            return;
        };
        let message = about_failure(result, &self.sources);
        let stored_in = match &result.detail {
            Detail::FailingRows { stored_in, .. } => stored_in.clone(),
            _ => None,
        };
        let answer = result.message.clone();
        let found = self.manifest.node(*node).filter(|_| result.compiled.is_some());
        let compiled =
            found.map(|node| self.target.join(output_file("compiled", node)).display().to_string());
        let told = self.has_readers.then(|| run_result(result));
        self.ended.push(Ended {
            node: *node,
            status: result.status,
            message,
            answer,
            stored_in,
            compiled,
            told,
        });
    }
}

/// How a node ended.
pub(super) struct Ended {
    pub(super) node: NodeId,
    pub(super) status: Status,
    /// What is wrong, if anything is.
    pub(super) message: Option<String>,
    /// What `run_results.json` says of it.
    pub(super) answer: Option<String>,
    /// Where all failing rows are.
    pub(super) stored_in: Option<String>,
    /// The file that it was compiled to.
    pub(super) compiled: Option<String>,
    /// The result as dbt tells it, where somebody reads it.
    pub(super) told: Option<Json>,
}

/// A result as dbt tells it.
fn run_result(result: &NodeResult) -> Json {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Micros, true);
    let timing = |timing: &crate::run::Timing| {
        json!({
            "completed_at": time(timing.completed_at),
            "name": timing.name,
            "started_at": time(timing.started_at),
        })
    };
    json!({
        "adapter_response": result.adapter_response,
        "execution_time": result.execution_time.as_secs_f64(),
        "message": result.message.as_deref().unwrap_or_default(),
        "num_failures": result.failures.unwrap_or_default(),
        "status": result.status.as_str(),
        "thread": result.thread_id,
        "timing_info": result.timing.iter().map(timing).collect::<Vec<_>>(),
    })
}

/// What is wrong with a node, with its pictures.
fn about_failure(result: &NodeResult, sources: &SourceMap) -> Option<String> {
    if !result.diagnostics.is_empty() {
        return Some(render_all(&result.diagnostics, sources, Style::Plain).trim_end().to_owned());
    }
    let deserves = result.status.is_failure() || result.status == Status::Warn;
    result.message.clone().filter(|_| deserves && result.status != Status::Skipped)
}

/// What records say about nodes.
pub(super) struct About<'a> {
    pub(super) manifest: &'a Manifest,
    sources: &'a SourceMap,
    dialect: Dialect,
    width: usize,
}

impl About<'_> {
    fn records(&self, event: &Event<'_>) -> Vec<Record> {
        match event {
            Event::RunStarted { threads, target, total } => {
                let message = format!("Concurrency: {threads} threads (target='{target}')");
                let data = json!({"node_count": total, "num_threads": threads, "target_name": target});
                let line = Record::new("ConcurrencyLine", "Q027", Level::Info, message, data);
                vec![Record::blank(), line, Record::blank()]
            }
            Event::SchemaCreated { schema, elapsed } => {
                let message = format!("created schema {schema} in {}", words::seconds(*elapsed));
                let data = json!({"relation": schema});
                vec![Record::new("SchemaCreation", "E020", Level::Debug, message, data)]
            }
            Event::HookStarted { node, place } => self.hook_started(*node, *place),
            Event::HookFinished { node, place, result } => self.hook_finished(*node, *place, result),
            Event::NodeStarted { node, place } => self.node_started(*node, *place),
            Event::NodeCompiled { node } => {
                let (id, compiling) = (self.id(*node), self.node(*node, "compiling"));
                let written = format!("Writing injected SQL for node \"{id}\"");
                let began = format!("Began executing node {id}");
                let executing = self.node(*node, "executing");
                vec![
                    Record::new("WritingInjectedSQLForNode", "Q029", Level::Debug, written, compiling),
                    Record::new("NodeExecuting", "Q031", Level::Debug, began, executing),
                ]
            }
            Event::BatchFinished { node, batch } => self.batch_finished(*node, batch),
            Event::NodeFinished { node, place, result } => self.node_finished(*node, *place, result),
            Event::NodeSkipped { node, place, .. } => self.node_skipped(*node, *place),
            Event::Statement { node, thread, sql } => {
                let connection = node.map_or("master", |id| id.as_str());
                let place = node.and_then(|id| self.manifest.nodes.place_of(id.as_str()));
                let data = match place.map(|node| self.node_info(node, "executing", None)) {
                    Some(info) => json!({"conn_name": connection, "node_info": info, "sql": sql}),
                    None => json!({"conn_name": connection, "sql": sql}),
                };
                let message = format!("On {connection}: {sql}");
                vec![Record::new("SQLQuery", "E016", Level::Debug, message, data).by(thread)]
            }
            Event::Answered { thread, is_refused, elapsed } => {
                let status = if *is_refused { "ERROR" } else { "OK" };
                let seconds = elapsed.as_secs_f64();
                let data = json!({"elapsed": seconds, "query_id": "", "status": status});
                let message = format!("SQL status: {status} in {seconds:.3} seconds");
                vec![Record::new("SQLQueryStatus", "E017", Level::Debug, message, data).by(thread)]
            }
            Event::Stopping { running, .. } => {
                let message = format!("stopping: {} running", words::count(*running, "node"));
                vec![Record::note(&message)]
            }
            Event::RunFinished { .. }
            | Event::Notice { .. }
            | Event::Warning { .. }
            | Event::Problem { .. } => Vec::new(),
        }
    }

    fn id(&self, node: NodeId) -> &str {
        self.manifest.node(node).map_or("", |node| node.unique_id.as_str())
    }

    /// `shop.on-run-start.0`, as dbt tells hooks of the node `shop-on-run-start-0`.
    fn hook_name(&self, node: NodeId) -> String {
        let Some(node) = self.manifest.node(node) else { return String::new() };
        let rest = node.name.strip_prefix(node.package.as_str()).and_then(|rest| rest.strip_prefix('-'));
        match rest.and_then(|rest| rest.rsplit_once('-')) {
            Some((moment, number)) => format!("{}.{moment}.{number}", node.package),
            None => node.name.clone(),
        }
    }

    /// `sql view model staging.orders`.
    fn description(&self, node: NodeId) -> String {
        let Some(found) = self.manifest.node(node) else { return String::new() };
        let name = words::name_of(found);
        match &found.kind {
            NodeKind::Model(_) => {
                format!("{} {} model {name}", found.origin.language(), found.config.materialized())
            }
            NodeKind::Seed(_) => format!("seed file {name}"),
            NodeKind::Source(_) => format!("freshness of {name}"),
            NodeKind::UnitTest(test) => format!("unit_test {}::{name}", test.model),
            other => format!("{} {name}", other.resource_type()),
        }
    }

    /// `{"node_info": …}`.
    fn node(&self, node: NodeId, status: &str) -> Json {
        json!({"node_info": self.node_info(node, status, None)})
    }

    pub(super) fn node_info(&self, node: NodeId, status: &str, result: Option<&NodeResult>) -> Json {
        let Some(node) = self.manifest.node(node) else { return Json::Null };
        let moment = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
        let timing = result.map(|result| result.timing.as_slice()).unwrap_or_default();
        let relation = node.relation.as_ref();
        json!({
            "materialized": node.config.materialized(),
            "meta": node.config.get("meta").cloned().unwrap_or_else(|| json!({})),
            "node_checksum": checksum(node),
            "node_finished_at": timing.last().map(|last| moment(last.completed_at)).unwrap_or_default(),
            "node_name": node.name,
            "node_path": node.origin.path,
            "node_relation": {
                "alias": relation.and_then(|relation| relation.identifier.as_deref()).unwrap_or_default(),
                "database": relation.and_then(|relation| relation.database.as_deref()).unwrap_or_default(),
                "relation_name": relation_name(node, &self.dialect).unwrap_or_default(),
                "schema": relation.and_then(|relation| relation.schema.as_deref()).unwrap_or_default(),
            },
            "node_started_at": timing.first().map(|first| moment(first.started_at)).unwrap_or_default(),
            "node_status": status,
            "resource_type": node.kind.resource_type().as_str(),
            "unique_id": node.unique_id.as_str(),
        })
    }

    /// The group that a node is part of, with who answers for it.
    pub(super) fn group(&self, node: NodeId) -> Json {
        let name = self.manifest.node(node).and_then(|node| group_name(self.manifest, node));
        let group = name.and_then(|name| self.manifest.groups.values().find(|group| group.name == name));
        let Some(group) = group else { return json!({}) };
        // dbt: here all of an owner is text, as Python writes it.
        let owner = group.owner.iter().filter(|(_, value)| !value.is_null());
        let owner = owner.map(|(key, value)| (key.clone(), text(&to_value(value)).into()));
        let owner: Map<String, Json> = owner.collect();
        json!({"name": group.name, "owner": owner, "package_name": group.package})
    }

    fn hook_started(&self, node: NodeId, place: Place) -> Vec<Record> {
        let message =
            lines::progress(self.width, place, &format!("START hook: {}", self.hook_name(node)), "RUN", None);
        let data = json!({
            "index": place.index,
            "node_info": self.node_info(node, "started", None),
            "statement": self.hook_name(node),
            "total": place.total,
        });
        vec![Record::new("LogHookStartLine", "Q032", Level::Info, message, data)]
    }

    fn hook_finished(&self, node: NodeId, place: Place, result: &NodeResult) -> Vec<Record> {
        let word = words::status_word(result.status).0;
        let what = format!("{word} hook: {}", self.hook_name(node));
        let message = lines::progress(self.width, place, &what, word, Some(result.execution_time));
        let data = json!({
            "execution_time": result.execution_time.as_secs_f64(),
            "index": place.index,
            "node_info": self.node_info(node, result.status.as_str(), Some(result)),
            "statement": self.hook_name(node),
            "status": result.status.as_str(),
            "total": place.total,
        });
        let line = Record::new("LogHookEndLine", "Q033", level_of(result.status), message, data);
        self.with_problems(vec![line], node, result)
    }

    fn node_started(&self, node: NodeId, place: Place) -> Vec<Record> {
        let began = format!("Began running node {}", self.id(node));
        let compiling = format!("Began compiling node {}", self.id(node));
        let description = self.description(node);
        let start = lines::progress(self.width, place, &format!("START {description}"), "RUN", None);
        let data = json!({
            "description": description,
            "index": place.index,
            "node_info": self.node_info(node, "started", None),
            "total": place.total,
        });
        vec![
            Record::new("NodeStart", "Q024", Level::Debug, began, self.node(node, "started")),
            Record::new("LogStartLine", "Q011", Level::Info, start, data),
            Record::new("NodeCompiling", "Q030", Level::Debug, compiling, self.node(node, "compiling")),
        ]
    }

    fn node_finished(&self, node: NodeId, place: Place, result: &NodeResult) -> Vec<Record> {
        let kind = self.manifest.node(node).map(|node| node.kind.resource_type());
        let (name, code) = match kind {
            _ if result.status == Status::NoOp => ("LogNodeNoOpResult", "Q019"),
            Some(ResourceType::Test | ResourceType::UnitTest) => ("LogTestResult", "Q007"),
            Some(ResourceType::Seed) => ("LogSeedResult", "Q016"),
            Some(ResourceType::Snapshot) => ("LogSnapshotResult", "Q015"),
            Some(ResourceType::Source) => ("LogFreshnessResult", "Q018"),
            Some(ResourceType::Function) => ("LogFunctionResult", "Q047"),
            _ => ("LogModelResult", "Q012"),
        };
        let info = self.node_info(node, result.status.as_str(), Some(result));
        let (word, status) = outcome(kind, result);
        let description = self.description(node);
        // dbt: a result of these kinds is named without its kind.
        let what = match (kind, self.manifest.node(node)) {
            (Some(ResourceType::Test | ResourceType::Snapshot), Some(found)) => words::name_of(found),
            (Some(ResourceType::UnitTest), _) => description.trim_start_matches("unit_test ").to_owned(),
            _ => description.clone(),
        };
        let attached = self.manifest.node(node).and_then(|node| match &node.kind {
            NodeKind::Test(test) => test.generic.as_ref()?.attached_node.clone(),
            _ => None,
        });
        let line = json!({
            "attached_node": attached,
            "description": description,
            "execution_time": result.execution_time.as_secs_f64(),
            "index": place.index,
            "name": what,
            "node_info": info,
            "num_failures": result.failures,
            "group": self.group(node),
            "num_models": place.total,
            "result_message": result.message.as_deref().unwrap_or_default(),
            "status": result.status.as_str(),
            "total": place.total,
        });
        let message = lines::progress(
            self.width,
            place,
            &format!("{word} {what}"),
            &status,
            Some(result.execution_time),
        );
        let shown = vec![Record::new(name, code, level_of(result.status), message, line)];
        let mut records = self.with_problems(shown, node, result);
        let data = json!({"node_info": info, "run_result": run_result(result)});
        let finished = format!("Finished running node {}", self.id(node));
        records.push(Record::new("NodeFinished", "Q025", Level::Debug, finished, data));
        records.into_iter().map(|record| record.by(&result.thread_id)).collect()
    }

    fn batch_finished(&self, node: NodeId, batch: &BatchEnd) -> Vec<Record> {
        let name = self.manifest.node(node).map(words::name_of).unwrap_or_default();
        let description = format!("batch {} of {name}", batch.name);
        let (what, status) = match batch.status {
            Status::Success => ("OK created", "SUCCESS"),
            Status::Skipped => ("SKIP", "SKIPPED"),
            _ => ("ERROR creating", "ERROR"),
        };
        let line = lines::progress(
            self.width,
            batch.place,
            &format!("{what} {description}"),
            status,
            Some(batch.elapsed),
        );
        let info = self.node_info(node, batch.status.as_str(), None);
        let data = json!({
            "batch_index": batch.place.index,
            "description": description,
            "execution_time": batch.elapsed.as_secs_f64(),
            "group": self.group(node),
            "node_info": info,
            "status": batch.status.as_str(),
            "total_batches": batch.place.total,
        });
        let level = level_of(batch.status);
        let started = lines::progress(self.width, batch.place, &format!("START {description}"), "RUN", None);
        let began = json!({
            "batch_index": batch.place.index,
            "description": description,
            "node_info": info,
            "total_batches": batch.place.total,
        });
        let mut records = Vec::new();
        if batch.status != Status::Skipped {
            records.push(Record::new(
                "LogStartBatch",
                "Q045",
                Level::Info,
                format!("Batch {started}"),
                began,
            ));
        }
        records.push(Record::new("LogBatchResult", "Q046", level, format!("Batch {line}"), data));
        if let Some(problem) = &batch.problem {
            let message = format!("Exception on {description}: {problem}");
            let data = json!({"exc": problem, "node_info": info, "unique_id": self.id(node)});
            records.push(Record::new("GenericExceptionOnRun", "W004", Level::Error, message, data));
        }
        records
    }

    fn node_skipped(&self, node: NodeId, place: Place) -> Vec<Record> {
        let found = self.manifest.node(node);
        let data = json!({
            "index": place.index,
            "node_info": self.node_info(node, "skipped", None),
            "node_name": found.map(|node| node.name.as_str()),
            "resource_type": found.map(|node| node.kind.resource_type().as_str()),
            "schema": found.and_then(|node| node.relation.as_ref()?.schema.as_deref()),
            "total": place.total,
        });
        let what = match found {
            Some(found) => match &found.kind {
                NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_) => {
                    format!("SKIP relation {}", words::name_of(found))
                }
                other => format!("SKIP {} {}", other.resource_type(), found.name),
            },
            None => "SKIP".to_owned(),
        };
        let message = lines::progress(self.width, place, &what, "SKIP", None);
        vec![Record::new("SkippingDetails", "Q034", Level::Info, message, data)]
    }

    /// The records, and what is wrong with the node.
    fn with_problems(&self, mut records: Vec<Record>, node: NodeId, result: &NodeResult) -> Vec<Record> {
        if !result.diagnostics.is_empty() {
            let text = render_all(&result.diagnostics, self.sources, Style::Plain);
            let info = self.node_info(node, result.status.as_str(), Some(result));
            let data = json!({"exc": text.trim_end(), "node_info": info});
            records.push(Record::new("CatchableExceptionOnRun", "W002", Level::Debug, text.trim_end(), data));
        }
        records
    }
}

/// How a line about a result opens, and the status at its end.
fn outcome(kind: Option<ResourceType>, result: &NodeResult) -> (String, String) {
    let answer = || result.message.clone().unwrap_or_else(|| "OK".to_owned());
    let failures = result.failures.unwrap_or_default();
    let same = |word: String| (word.clone(), word);
    let (creating, created) = match kind {
        Some(ResourceType::Seed) => ("loading", "loaded"),
        Some(ResourceType::Snapshot) => ("snapshotting", "snapshotted"),
        _ => ("creating", "created"),
    };
    let is_old = kind == Some(ResourceType::Source);
    let is_test = matches!(kind, Some(ResourceType::Test | ResourceType::UnitTest));
    match result.status {
        Status::Error if is_old => same("ERROR STALE".to_owned()),
        Status::Error | Status::RuntimeError if is_old || is_test => same("ERROR".to_owned()),
        Status::Error | Status::RuntimeError => (format!("ERROR {creating}"), "ERROR".to_owned()),
        Status::PartialSuccess => (format!("PARTIALLY {created}"), answer()),
        Status::Success if kind == Some(ResourceType::Function) => {
            (format!("OK {created}"), "SUCCESS".to_owned())
        }
        Status::Success => (format!("OK {created}"), answer()),
        Status::Pass => same("PASS".to_owned()),
        Status::Warn if is_old => same("WARN".to_owned()),
        Status::Warn => same(format!("WARN {failures}")),
        Status::Fail => same(format!("FAIL {failures}")),
        Status::Skipped => same("SKIP".to_owned()),
        Status::NoOp => same("NO-OP".to_owned()),
    }
}

fn level_of(status: Status) -> Level {
    match status {
        Status::Error | Status::RuntimeError | Status::Fail | Status::PartialSuccess => Level::Error,
        Status::Warn => Level::Warn,
        _ => Level::Info,
    }
}
