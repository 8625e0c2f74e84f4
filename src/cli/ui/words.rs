//! The words for what happens: shared by all reporters for people.

use std::time::Duration;

use chrono::Datelike as _;

use super::style::{Meaning, paint};
use crate::manifest::{Manifest, Node, NodeKind};
use crate::run::{Detail, Freshness, NodeResult, Place, Status};

/// The word of a status, and what it means.
pub(crate) fn status_word(status: Status) -> (&'static str, Meaning) {
    match status {
        Status::Success => ("OK", Meaning::Good),
        Status::Pass => ("PASS", Meaning::Good),
        Status::Warn => ("WARN", Meaning::Doubtful),
        Status::Fail => ("FAIL", Meaning::Bad),
        Status::Error | Status::RuntimeError => ("ERROR", Meaning::Bad),
        Status::Skipped => ("SKIP", Meaning::Doubtful),
        Status::NoOp => ("NO-OP", Meaning::Quiet),
        Status::PartialSuccess => ("PART", Meaning::Bad),
    }
}

/// What kind of thing a node is, in one word: a model by its materialization.
pub(crate) fn kind_word(node: &Node) -> String {
    match &node.kind {
        NodeKind::Model(_) => node.config.materialized().to_owned(),
        NodeKind::UnitTest(_) => "unit test".to_owned(),
        NodeKind::Hook(_) => "hook".to_owned(),
        other => other.resource_type().as_str().to_owned(),
    }
}

/// The name under which people know a node: a relation with its schema, a test by its name.
pub(crate) fn name_of(node: &Node) -> String {
    match (&node.kind, &node.relation) {
        (NodeKind::Source(source), _) => format!("{}.{}", source.source_name, node.name),
        (
            NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_) | NodeKind::Function(_),
            Some(relation),
        ) => {
            let parts = [relation.schema.as_deref(), relation.identifier.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(".")
        }
        _ => node.name.clone(),
    }
}

/// Seconds for people: `0.04s`, `75.3s`.
pub(crate) fn seconds(elapsed: Duration) -> String {
    format!("{:.2}s", elapsed.as_secs_f64())
}

/// `1 model`, `2 models`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    count_of(number, noun, &format!("{noun}s"))
}

fn count_of(number: usize, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}

/// One line for a node that has ended: status, time, number, kind, name, remark.
/// All but the name and what follows it have a fixed width, so that names stand
/// below each other.
pub(crate) fn finished_line(
    colors: bool,
    manifest: &Manifest,
    place: Place,
    node: &Node,
    result: &NodeResult,
) -> String {
    let (word, meaning) = status_word(result.status);
    let status = paint(colors, meaning, &format!("{word:>5}"));
    let time = match result.status {
        Status::Skipped | Status::NoOp => String::new(),
        _ => seconds(result.execution_time),
    };
    let width = place.total.to_string().len();
    let before = format!("{time:>8}  {:>width$}/{}  {:<11}", place.index, place.total, kind_word(node));
    let remark = match remark(manifest, result) {
        Some(remark) => paint(colors, Meaning::Quiet, &format!("  ({remark})")),
        None => String::new(),
    };
    format!("{status} {}  {}{remark}", paint(colors, Meaning::Quiet, &before), name_of(node))
}

/// What is worth saying beside the name.
pub(crate) fn remark(manifest: &Manifest, result: &NodeResult) -> Option<String> {
    match (&result.detail, result.status) {
        (Detail::SkippedBecause(cause), _) => {
            let name = manifest.by_id(cause.as_str()).map_or(cause.as_str(), |node| node.name.as_str());
            Some(format!("{name} failed"))
        }
        (Detail::Freshness(measured), _) => Some(age(measured)),
        (_, Status::Success | Status::PartialSuccess) if result.batches.is_some() => {
            let batches = result.batches.as_ref()?;
            let total = batches.successful.len() + batches.failed.len();
            let of = if batches.failed.is_empty() {
                String::new()
            } else {
                format!("{} of ", batches.successful.len())
            };
            Some(format!("{of}{}", count_of(total, "batch", "batches")))
        }
        (_, Status::Fail | Status::Warn) => {
            result.failures.map(|failures| count(usize::try_from(failures).unwrap_or(0), "row"))
        }
        (_, Status::Success) => {
            let rows = result.adapter_response.get("rows_affected")?.as_i64().filter(|rows| *rows > 0)?;
            Some(count(usize::try_from(rows).unwrap_or(0), "row"))
        }
        _ => None,
    }
}

/// How old the newest row of a source is, in the largest unit of which there is one.
fn age(measured: &Freshness) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    if measured.max_loaded_at.year() == 1 {
        return "no rows".to_owned();
    }
    let seconds = measured.age.as_secs();
    let (length, unit) = UNITS.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1, "second"));
    let many = usize::try_from(seconds / length).unwrap_or(usize::MAX);
    format!("{} old", count(many, unit))
}
