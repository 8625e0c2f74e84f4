//! Talk as JSON, one object a line: `info` says what happened and when, `data`
//! has the details. The shape is that of dbt's structured logs.

use serde_json::{Map, Value as Json, json};

use super::words;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::Style;
use crate::diagnostics::render;
use crate::host::clock;
use crate::manifest::{Manifest, NodeId, UniqueId};
use crate::run::{Event, NodeResult, Place};
use crate::source::SourceMap;

/// One line with these details.
pub(crate) fn line(name: &str, level: &str, message: &str, data: &Map<String, Json>) -> String {
    let time = clock::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    json!({
        "info": {"name": name, "level": level, "msg": message, "ts": time, "pid": std::process::id()},
        "data": data,
    })
    .to_string()
}

/// A finding as a line.
pub(crate) fn diagnostic_line(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let level = if diagnostic.is_error() { "error" } else { "warn" };
    let place = diagnostic.labels.first().and_then(|label| {
        let file = sources.get(label.span.file)?;
        let at = file.location(label.span.start);
        Some(json!({"path": file.path(), "line": at.line, "column": at.column}))
    });
    let mut data = Map::new();
    data.insert("code".to_owned(), Json::from(diagnostic.code));
    data.insert("place".to_owned(), place.unwrap_or(Json::Null));
    data.insert("rendered".to_owned(), Json::from(render(diagnostic, sources, Style::Plain)));
    data.insert("help".to_owned(), Json::from(diagnostic.help.clone()));
    line("Diagnostic", level, &diagnostic.message, &data)
}

/// An event as a line with its level; `None` for events that have no words.
pub(crate) fn event_line(
    event: &Event<'_>,
    manifest: &Manifest,
    sources: &SourceMap,
) -> Option<(String, &'static str)> {
    let told = |name: &str, level: &'static str, message: String, data: Map<String, Json>| {
        Some((line(name, level, &message, &data), level))
    };
    match event {
        Event::RunStarted { total, threads, target } => {
            let data =
                object([("total", json!(total)), ("threads", json!(threads)), ("target", json!(target))]);
            told("RunStarted", "info", words::count(*total, "node"), data)
        }
        Event::NodeStarted { node, place } => {
            told("NodeStart", "info", name(manifest, *node), node_data(manifest, *node, *place))
        }
        Event::NodeFinished { node, place, result } => {
            Some(node_ended("NodeFinished", manifest, *node, *place, result))
        }
        Event::NodeSkipped { node, place, result } => {
            Some(node_ended("SkippingDetails", manifest, *node, *place, result))
        }
        Event::HookFinished { node, place, result } => {
            Some(node_ended("LogHookEndLine", manifest, *node, *place, result))
        }
        Event::Statement { node, sql } => {
            let data = object([("node", json!(node.map(UniqueId::as_str))), ("sql", json!(sql))]);
            told("SQLQuery", "debug", (*sql).to_owned(), data)
        }
        Event::Warning { diagnostic } => Some((diagnostic_line(diagnostic, sources), "warn")),
        Event::Problem { diagnostic } => Some((diagnostic_line(diagnostic, sources), "error")),
        Event::RunFinished { summary, elapsed, .. } => {
            let data = object([
                ("passed", json!(summary.passed)),
                ("warned", json!(summary.warned)),
                ("failed", json!(summary.failed)),
                ("skipped", json!(summary.skipped)),
                ("no_op", json!(summary.no_op)),
                ("elapsed", json!(elapsed.as_secs_f64())),
            ]);
            told("EndRunResult", "info", format!("done in {}", words::seconds(*elapsed)), data)
        }
        _ => None,
    }
}

fn object<const N: usize>(pairs: [(&str, Json); N]) -> Map<String, Json> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn name(manifest: &Manifest, node: NodeId) -> String {
    manifest.node(node).map(words::name_of).unwrap_or_default()
}

fn node_data(manifest: &Manifest, node: NodeId, place: Place) -> Map<String, Json> {
    let info = manifest.node(node).map(|node| {
        json!({
            "unique_id": node.unique_id.as_str(),
            "node_name": node.name,
            "resource_type": node.kind.resource_type().as_str(),
            "node_path": node.origin.path,
            "materialized": node.config.materialized(),
        })
    });
    object([
        ("index", json!(place.index)),
        ("total", json!(place.total)),
        ("node_info", info.unwrap_or(Json::Null)),
    ])
}

fn node_ended(
    event: &str,
    manifest: &Manifest,
    node: NodeId,
    place: Place,
    result: &NodeResult,
) -> (String, &'static str) {
    let level =
        if matches!(words::status_word(result.status).0, "ERROR" | "FAIL") { "error" } else { "info" };
    let mut data = node_data(manifest, node, place);
    data.insert("status".to_owned(), json!(result.status.as_str()));
    data.insert("message".to_owned(), json!(result.message));
    data.insert("failures".to_owned(), json!(result.failures));
    data.insert("execution_time".to_owned(), json!(result.execution_time.as_secs_f64()));
    let message = format!("{} {}", words::status_word(result.status).0, name(manifest, node));
    (line(event, level, &message, &data), level)
}
