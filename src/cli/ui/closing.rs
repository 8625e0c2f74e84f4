//! What is told when a run is over: counts, and what went wrong.

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::{Value as Json, json};

use super::events::{About, Ended};
use super::lines;
use super::record::{Level, Record};
use crate::host::clock;
use crate::manifest::{Node, ResourceType};
use crate::run::{Ending, Status, Summary};

/// How a run ended.
pub(super) struct End<'a> {
    /// Its nodes and hooks, in order.
    pub(super) ended: &'a [Ended],
    pub(super) summary: Summary,
    pub(super) ending: Ending,
}

/// The records of the end of a run.
pub(super) fn records(about: &About<'_>, end: &End<'_>, elapsed: Duration) -> Vec<Record> {
    let nodes: Vec<&Node> = end.ended.iter().filter_map(|ended| about.manifest.node(ended.node)).collect();
    let mut records = finished(&nodes, end, elapsed);
    // dbt goes on with the error that kept it from beginning.
    if end.ending == Ending::NotBegun {
        return records;
    }
    let is_about_sources = nodes.iter().any(|node| node.kind.resource_type() == ResourceType::Source);
    if is_about_sources {
        let failed = |ended: &&Ended| matches!(ended.status, Status::Error | Status::RuntimeError);
        let told = end.ended.iter().filter(failed).flat_map(|ended| failure(about, ended));
        // dbt: no line stands above what is wrong with the freshness of a source.
        records.extend(told.filter(|record| record.name != "RunResultFailure"));
        records.push(Record::new("FreshnessCheckComplete", "Q006", Level::Info, "Done.", json!({})));
        return records;
    }
    let is_bad = |ended: &&Ended| ended.status.is_failure() && ended.status != Status::Skipped;
    let bad: Vec<&Ended> = end.ended.iter().filter(is_bad).collect();
    let doubtful: Vec<&Ended> = end.ended.iter().filter(|ended| ended.status == Status::Warn).collect();
    records.push(Record::blank());
    records.push(conclusion(&bad, &doubtful, end.ending));
    for ended in bad.into_iter().chain(doubtful) {
        records.extend(failure(about, ended));
    }
    records.push(Record::blank());
    records.push(counts(end.summary));
    records
}

fn finished(nodes: &[&Node], end: &End<'_>, elapsed: Duration) -> Vec<Record> {
    let total = lines::kinds_that_ran(nodes.iter().copied());
    let seconds = elapsed.as_secs_f64();
    let whole = elapsed.as_secs();
    let took = format!(
        " in {} hours {} minutes and {:.2} seconds",
        whole / 3600,
        whole / 60 % 60,
        seconds - (whole / 60 * 60) as f64
    );
    let message = format!("Finished running {total}{took} ({seconds:.2}s).");
    let statistics = json!({"execution": took, "execution_time": seconds, "stat_line": total});
    let success = end.summary.failed == 0 && end.summary.skipped == 0;
    let results: Vec<&Json> = end.ended.iter().filter_map(|ended| ended.told.as_ref()).collect();
    let now = clock::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let result =
        json!({"elapsed_time": seconds, "generated_at": now, "results": results, "success": success});
    vec![
        Record::new("FinishedRunningStats", "E047", Level::Info, message, statistics),
        Record::new("EndRunResult", "Q037", Level::Debug, "Command end result", result),
    ]
}

fn conclusion(bad: &[&Ended], doubtful: &[&Ended], ending: Ending) -> Record {
    let partial = bad.iter().filter(|ended| ended.status == Status::PartialSuccess).count();
    let errors = bad.len() - partial;
    let told_errors = lines::number_of(errors, "error", "errors");
    let told_partial = lines::number_of(partial, "partial success", "partial successes");
    let told_warnings = lines::number_of(doubtful.len(), "warning", "warnings");
    let message = if ending == Ending::Cancelled {
        "Exited because of keyboard interrupt".to_owned()
    } else if errors > 0 {
        format!("Completed with {told_errors}, {told_partial}, and {told_warnings}:")
    } else if partial > 0 {
        format!("Completed with {told_partial} and {told_warnings}")
    } else if !doubtful.is_empty() {
        format!("Completed with {told_warnings}:")
    } else {
        "Completed successfully".to_owned()
    };
    let data = json!({
        "keyboard_interrupt": ending == Ending::Cancelled,
        "num_errors": errors,
        "num_partial_success": partial,
        "num_warnings": doubtful.len(),
    });
    Record::new("EndOfRunSummary", "Z030", Level::Info, message, data)
}

/// What went wrong with one node.
fn failure(about: &About<'_>, ended: &Ended) -> Vec<Record> {
    let Some(node) = about.manifest.node(ended.node) else { return Vec::new() };
    let info = about.node_info(ended.node, ended.status.as_str(), None);
    let (kind, path) = (node.kind.resource_type().as_str(), &node.origin.original_file_path);
    let group = about.group(ended.node);
    let heading = json!({
        "group": group,
        "node_info": info,
        "node_name": node.name,
        "path": path,
        "resource_type": kind,
    });
    let message = ended.message.as_deref().unwrap_or(ended.status.as_str());
    let answer = ended.answer.as_deref().unwrap_or(message);
    let text = json!({"group": group, "msg": answer, "node_info": info});
    let place = format!("in {kind} {} ({path})", node.name);
    let mut records = vec![Record::blank()];
    if ended.status == Status::Warn {
        records.extend([
            Record::new("RunResultWarning", "Z021", Level::Warn, format!("Warning {place}"), heading),
            Record::new("RunResultWarningMessage", "Z046", Level::Warn, message, text),
        ]);
    } else {
        records.extend([
            Record::new("RunResultFailure", "Z022", Level::Error, format!("Failure {place}"), heading),
            Record::new(
                "RunResultError",
                "Z024",
                Level::Error,
                format!("  {}{message}", title(answer)),
                text,
            ),
        ]);
    }
    if let Some(path) =
        ended.compiled.as_ref().filter(|_| matches!(ended.status, Status::Fail | Status::Warn))
    {
        let message = format!("  compiled code at {path}");
        records.push(Record::blank());
        let data = json!({"node_info": info, "path": path});
        records.push(Record::new("SQLCompiledPath", "Z026", Level::Info, message, data));
    }
    if let Some(relation) = &ended.stored_in {
        let query = format!("select * from {relation}");
        let border = "-".repeat(query.chars().count());
        let message = format!("  See test failures:\n  {border}\n  {query}\n  {border}");
        let data = json!({"node_info": info, "relation_name": relation});
        records.push(Record::blank());
        records.push(Record::new("CheckNodeTestFailure", "Z027", Level::Info, message, data));
    }
    records
}

/// The line above a finding that dbt's readers look for, such as `Compilation Error in model a
/// (models/a.sql)`, with a break; empty where the answer has none.
fn title(answer: &str) -> String {
    let first = answer.lines().next().unwrap_or_default();
    let is_title = first.contains(" Error in ") || first.ends_with(" failed, error:");
    if is_title { format!("{first}\n  ") } else { String::new() }
}

fn counts(summary: Summary) -> Record {
    let stats = json!({
        "error": summary.failed,
        "noop": summary.no_op,
        "pass": summary.passed,
        "skip": summary.skipped,
        "total": summary.total(),
        "warn": summary.warned,
    });
    let line = format!(
        "Done. PASS={} WARN={} ERROR={} SKIP={} NO-OP={} TOTAL={}",
        summary.passed,
        summary.warned,
        summary.failed,
        summary.skipped,
        summary.no_op,
        summary.total()
    );
    Record::new("StatsLine", "Z023", Level::Info, line, json!({"stats": stats}))
}
