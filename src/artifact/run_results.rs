//! `run_results.json`, version 6: written after a run, read by `retry`.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::metadata::Metadata;
use crate::diagnostics::Diagnostic;

/// The oldest version that can be read; older files lack nothing but fields
/// that are optional here.
const OLDEST: u32 = 4;
const NEWEST: u32 = 6;

/// `run_results.json`; its results are a list that was read, or one that is made while it is
/// [written](OneByOne).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunResults<R = Vec<NodeResult>> {
    /// Who wrote it, and when.
    pub metadata: Metadata,
    /// A [`NodeResult`] for each node, in the order in which they ended.
    pub results: R,
    /// Seconds.
    #[serde(default)]
    pub elapsed_time: f64,
    /// The invocation's flags and `which` command it was: `retry` runs it again.
    #[serde(default)]
    pub args: Map<String, Json>,
}

/// How one node ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeResult {
    /// The outcome.
    pub status: Status,
    /// Its phases.
    #[serde(default)]
    pub timing: Vec<Timing>,
    /// `Thread-1 (worker)`.
    #[serde(default)]
    pub thread_id: String,
    /// Seconds.
    #[serde(default)]
    pub execution_time: f64,
    /// What the warehouse said: `_message`, `code`, `rows_affected`.
    #[serde(default)]
    pub adapter_response: Map<String, Json>,
    /// What people are told.
    #[serde(default)]
    pub message: Option<String>,
    /// How many rows failed a test.
    #[serde(default)]
    pub failures: Option<i64>,
    /// The node.
    pub unique_id: String,
    /// Whether it got as far as being compiled; null for what is not compiled.
    #[serde(default)]
    pub compiled: Option<bool>,
    /// The statement.
    #[serde(default)]
    pub compiled_code: Option<String>,
    /// Its name in the warehouse.
    #[serde(default)]
    pub relation_name: Option<String>,
    /// Which batches of a microbatch model went well.
    #[serde(default)]
    pub batch_results: Option<BatchResults>,
}

/// How a node, or a freshness check, ended. dbt's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Status {
    Success,
    Error,
    Fail,
    Warn,
    Skipped,
    #[serde(rename = "partial success")]
    PartialSuccess,
    Pass,
    #[serde(rename = "runtime error")]
    RuntimeError,
    #[serde(rename = "no-op")]
    NoOp,
}

impl Status {
    /// Whether `retry` runs the node again.
    #[must_use]
    pub fn is_retried(self) -> bool {
        matches!(self, Self::Error | Self::Fail | Self::Skipped | Self::RuntimeError | Self::PartialSuccess)
    }
}

/// One phase of a node's work. Times are ISO 8601 texts in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// `compile` or `execute`.
    pub name: String,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
}

/// The batches of a microbatch model, each from its start to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchResults {
    /// Those that were stored.
    #[serde(default)]
    pub successful: Vec<(String, String)>,
    /// Those that were not.
    #[serde(default)]
    pub failed: Vec<(String, String)>,
}

/// A list in an artifact that is made while it is written, so that it never stands in memory
/// as a whole.
pub struct OneByOne<F>(pub F);

impl<F, I> Serialize for OneByOne<F>
where
    F: Fn() -> I,
    I: IntoIterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

impl<R> RunResults<R> {
    /// The artifact, with the address of its schema.
    #[must_use]
    pub fn stamped(self) -> Self {
        Self { metadata: self.metadata.of("run-results", NEWEST), ..self }
    }
}

impl RunResults {
    /// Reads a `run_results.json` of version 4, 5 or 6.
    ///
    /// # Errors
    /// The text is not such an artifact.
    pub fn read(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        let read: Self = serde_json::from_str(text).map_err(|error| {
            Diagnostic::error("bad-run-results", format!("these are not the results of a run: {error}"))
                .in_file(path)
                .help("run the command again, so that the file is written anew")
        })?;
        match read.metadata.version_of("run-results") {
            Some(OLDEST..=NEWEST) => Ok(read),
            _ => {
                Err(Diagnostic::error("bad-run-results", "these results have a version that cannot be read")
                    .in_file(path)
                    .note(format!("the file says `{}`", read.metadata.dbt_schema_version))
                    .help(format!("versions {OLDEST} to {NEWEST} can be read")))
            }
        }
    }
}

/// How long the nodes took that a `run_results.json` tells of as done; none where it cannot be
/// read, or is not of a command that does something in the warehouse.
#[must_use]
pub fn durations(text: &str) -> HashMap<String, Duration> {
    #[derive(Deserialize)]
    struct Results {
        results: Vec<Done>,
        args: Args,
    }
    #[derive(Deserialize)]
    struct Done {
        unique_id: String,
        status: Status,
        execution_time: f64,
    }
    #[derive(Deserialize)]
    struct Args {
        which: String,
    }
    const DOING: [&str; 5] = ["build", "run", "seed", "snapshot", "test"];
    let read = serde_json::from_str(text).ok();
    let read = read.filter(|read: &Results| DOING.contains(&read.args.which.as_str()));
    let done = read.into_iter().flat_map(|read| read.results).filter(|done| !done.status.is_retried());
    done.filter_map(|done| Some((done.unique_id, Duration::try_from_secs_f64(done.execution_time).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_took_time() {
        let text = |which: &str| {
            format!(
                r#"{{"metadata": {{}}, "args": {{"which": "{which}"}}, "results": [
                {{"unique_id": "model.shop.a", "status": "success", "execution_time": 1.5, "timing": []}},
                {{"unique_id": "model.shop.b", "status": "error", "execution_time": 0.1}},
                {{"unique_id": "model.shop.c", "status": "success", "execution_time": -1.0}},
                {{"unique_id": "model.shop.d", "status": "skipped", "execution_time": 0.0}}]}}"#
            )
        };
        let expected = HashMap::from([("model.shop.a".to_owned(), Duration::from_millis(1500))]);
        assert_eq!(durations(&text("build")), expected);
        for nothing in [text("compile"), "{}".to_owned(), "[".to_owned()] {
            assert_eq!(durations(&nothing), HashMap::new());
        }
    }
}
