//! The events of a run as records: for `--log-format json` and for the log file.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::record::{Level, Record};
use super::words;
use crate::diagnostics::{Style, render_all};
use crate::manifest::{Manifest, NodeId, ResourceType};
use crate::run::{Event, NodeResult, Place, Status, Summary};
use crate::source::SourceMap;

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

/// What is told of an event. Findings and what templates say are told by
/// [`super::Ui`], which hears them outside of runs, too.
pub(crate) fn records(event: &Event<'_>, manifest: &Manifest, sources: &SourceMap) -> Vec<Record> {
    let about = About { manifest, sources };
    match event {
        Event::RunStarted { total, threads, target } => {
            let message = format!(
                "{}, {}, target `{target}`",
                words::count(*total, "node"),
                words::count(*threads, "thread")
            );
            let data = json!({"node_count": total, "num_threads": threads, "target_name": target});
            vec![Record::new("ConcurrencyLine", "Q027", Level::Info, message, data)]
        }
        Event::SchemaCreated { schema, elapsed } => {
            let message = format!("created schema {schema} in {}", words::seconds(*elapsed));
            vec![Record::new("SchemaCreation", "E020", Level::Debug, message, json!({"relation": schema}))]
        }
        Event::HookStarted { node, place } => about.hook_started(*node, *place),
        Event::HookFinished { node, place, result } => about.hook_finished(*node, *place, result),
        Event::NodeStarted { node, place } => about.node_started(*node, *place),
        Event::NodeCompiled { node } => {
            let message = format!("Began executing node {}", about.id(*node));
            vec![Record::new("NodeExecuting", "Q031", Level::Debug, message, about.node(*node, "executing"))]
        }
        Event::NodeFinished { node, place, result } => about.node_finished(*node, *place, result),
        Event::NodeSkipped { node, place, result } => about.node_skipped(*node, *place, result),
        Event::Statement { node, thread, sql } => {
            let connection = node.map_or("master", |id| id.as_str());
            let data = json!({"conn_name": connection, "sql": sql});
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
        Event::RunFinished { summary, elapsed, .. } => run_finished(*summary, *elapsed),
        Event::Notice { .. } | Event::Warning { .. } | Event::Problem { .. } => Vec::new(),
    }
}

fn run_finished(summary: Summary, elapsed: std::time::Duration) -> Vec<Record> {
    let seconds = elapsed.as_secs_f64();
    let total = words::count(summary.total(), "node");
    let finished = format!("Finished running {total} in {}", words::seconds(elapsed));
    let (passed, failed) = (summary.passed, summary.failed);
    let stats = json!({
        "error": failed,
        "noop": summary.no_op,
        "pass": passed,
        "skip": summary.skipped,
        "total": summary.total(),
        "warn": summary.warned,
    });
    let line = format!(
        "Done. PASS={passed} WARN={} ERROR={failed} SKIP={} NO-OP={} TOTAL={}",
        summary.warned,
        summary.skipped,
        summary.no_op,
        summary.total()
    );
    let statistics = json!({"execution_time": seconds, "stat_line": total});
    let result = json!({"elapsed_time": seconds, "success": failed == 0 && summary.skipped == 0});
    vec![
        Record::new("FinishedRunningStats", "E047", Level::Info, finished, statistics),
        Record::new("EndRunResult", "Q037", Level::Debug, "Command end result", result),
        Record::new("StatsLine", "Z023", Level::Info, line, json!({"stats": stats})),
    ]
}

/// What records say about nodes.
struct About<'a> {
    manifest: &'a Manifest,
    sources: &'a SourceMap,
}

impl About<'_> {
    fn id(&self, node: NodeId) -> &str {
        self.manifest.node(node).map_or("", |node| node.unique_id.as_str())
    }

    fn name(&self, node: NodeId) -> String {
        self.manifest.node(node).map(words::name_of).unwrap_or_default()
    }

    /// `view model staging.orders`.
    fn description(&self, node: NodeId) -> String {
        let Some(found) = self.manifest.node(node) else { return String::new() };
        format!("{} {}", words::kind_word(found), words::name_of(found))
    }

    /// `{"node_info": …}`.
    fn node(&self, node: NodeId, status: &str) -> Json {
        json!({"node_info": self.node_info(node, status, None)})
    }

    fn node_info(&self, node: NodeId, status: &str, result: Option<&NodeResult>) -> Json {
        let Some(node) = self.manifest.node(node) else { return Json::Null };
        let moment = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
        let timing = result.map(|result| result.timing.as_slice()).unwrap_or_default();
        let relation = node.relation.as_ref();
        json!({
            "materialized": node.config.materialized(),
            "meta": node.config.get("meta").cloned().unwrap_or_else(|| json!({})),
            "node_finished_at": timing.last().map(|last| moment(last.completed_at)).unwrap_or_default(),
            "node_name": node.name,
            "node_path": node.origin.path,
            "node_relation": {
                "alias": relation.and_then(|relation| relation.identifier.as_deref()).unwrap_or_default(),
                "database": relation.and_then(|relation| relation.database.as_deref()).unwrap_or_default(),
                "schema": relation.and_then(|relation| relation.schema.as_deref()).unwrap_or_default(),
            },
            "node_started_at": timing.first().map(|first| moment(first.started_at)).unwrap_or_default(),
            "node_status": status,
            "resource_type": node.kind.resource_type().as_str(),
            "unique_id": node.unique_id.as_str(),
        })
    }

    fn hook_started(&self, node: NodeId, place: Place) -> Vec<Record> {
        let message = format!("{} of {} START hook: {}", place.index, place.total, self.name(node));
        let data = json!({
            "index": place.index,
            "node_info": self.node_info(node, "started", None),
            "statement": self.name(node),
            "total": place.total,
        });
        vec![Record::new("LogHookStartLine", "Q032", Level::Info, message, data)]
    }

    fn hook_finished(&self, node: NodeId, place: Place, result: &NodeResult) -> Vec<Record> {
        let message = self.ended(place, result, &format!("hook: {}", self.name(node)));
        let data = json!({
            "execution_time": result.execution_time.as_secs_f64(),
            "index": place.index,
            "node_info": self.node_info(node, result.status.as_str(), Some(result)),
            "statement": self.name(node),
            "status": result.status.as_str(),
            "total": place.total,
        });
        let line = Record::new("LogHookEndLine", "Q033", level_of(result.status), message, data);
        self.with_problems(vec![line], node, result)
    }

    fn node_started(&self, node: NodeId, place: Place) -> Vec<Record> {
        let began = format!("Began running node {}", self.id(node));
        let description = self.description(node);
        let start = format!("{} of {} START {description} [RUN]", place.index, place.total);
        let data = json!({
            "description": description,
            "index": place.index,
            "node_info": self.node_info(node, "started", None),
            "total": place.total,
        });
        vec![
            Record::new("NodeStart", "Q024", Level::Debug, began, self.node(node, "started")),
            Record::new("LogStartLine", "Q011", Level::Info, start, data),
        ]
    }

    fn node_finished(&self, node: NodeId, place: Place, result: &NodeResult) -> Vec<Record> {
        let (name, code) = match self.manifest.node(node).map(|node| node.kind.resource_type()) {
            Some(ResourceType::Test | ResourceType::UnitTest) => ("LogTestResult", "Q007"),
            Some(ResourceType::Seed) => ("LogSeedResult", "Q016"),
            Some(ResourceType::Snapshot) => ("LogSnapshotResult", "Q015"),
            Some(ResourceType::Source) => ("LogFreshnessResult", "Q018"),
            _ => ("LogModelResult", "Q012"),
        };
        let info = self.node_info(node, result.status.as_str(), Some(result));
        let description = self.description(node);
        let line = json!({
            "description": description,
            "execution_time": result.execution_time.as_secs_f64(),
            "index": place.index,
            "node_info": info,
            "num_failures": result.failures,
            "status": words::status_word(result.status).0,
            "total": place.total,
        });
        let message = self.ended(place, result, &description);
        let lines = vec![Record::new(name, code, level_of(result.status), message, line)];
        let mut records = self.with_problems(lines, node, result);
        let timing = |timing: &crate::run::Timing| {
            let time = |time: DateTime<Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            json!({
                "completed_at": time(timing.completed_at),
                "name": timing.name,
                "started_at": time(timing.started_at),
            })
        };
        let run_result = json!({
            "adapter_response": result.adapter_response,
            "execution_time": result.execution_time.as_secs_f64(),
            "message": result.message.as_deref().unwrap_or_default(),
            "num_failures": result.failures.unwrap_or_default(),
            "status": result.status.as_str(),
            "thread": result.thread_id,
            "timing_info": result.timing.iter().map(timing).collect::<Vec<_>>(),
        });
        let data = json!({"node_info": info, "run_result": run_result});
        let finished = format!("Finished running node {}", self.id(node));
        records.push(Record::new("NodeFinished", "Q025", Level::Debug, finished, data));
        records.into_iter().map(|record| record.by(&result.thread_id)).collect()
    }

    fn node_skipped(&self, node: NodeId, place: Place, result: &NodeResult) -> Vec<Record> {
        let found = self.manifest.node(node);
        let data = json!({
            "index": place.index,
            "node_info": self.node_info(node, "skipped", None),
            "node_name": found.map(|node| node.name.as_str()),
            "resource_type": found.map(|node| node.kind.resource_type().as_str()),
            "schema": found.and_then(|node| node.relation.as_ref()?.schema.as_deref()),
            "total": place.total,
        });
        let message = self.ended(place, result, &self.description(node));
        vec![Record::new("SkippingDetails", "Q034", Level::Info, message, data)]
    }

    /// `3 of 7 OK view staging.orders [OK in 0.04s]`.
    fn ended(&self, place: Place, result: &NodeResult, what: &str) -> String {
        let word = words::status_word(result.status).0;
        let time = match result.status {
            Status::Skipped | Status::NoOp => String::new(),
            _ => format!(" in {}", words::seconds(result.execution_time)),
        };
        let remark =
            words::remark(self.manifest, result).map_or_else(String::new, |remark| format!(" ({remark})"));
        format!("{} of {} {word} {what}{remark} [{word}{time}]", place.index, place.total)
    }

    /// The records, and what is wrong with the node.
    fn with_problems(&self, mut records: Vec<Record>, node: NodeId, result: &NodeResult) -> Vec<Record> {
        if !result.diagnostics.is_empty() {
            let text = render_all(&result.diagnostics, self.sources, Style::Plain);
            let info = self.node_info(node, result.status.as_str(), Some(result));
            let data = json!({"msg": text.trim_end(), "node_info": info});
            records.push(Record::new("RunResultError", "Z024", Level::Error, text.trim_end(), data));
        }
        records
    }
}

fn level_of(status: Status) -> Level {
    match status {
        Status::Error | Status::RuntimeError | Status::Fail | Status::PartialSuccess => Level::Error,
        Status::Warn => Level::Warn,
        _ => Level::Info,
    }
}
