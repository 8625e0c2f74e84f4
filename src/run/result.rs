//! What came of each node.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use crate::artifact;
use crate::compile;
use crate::diagnostics::Diagnostic;
use crate::manifest::UniqueId;
use crate::project::Period;
use crate::sql::{self, Rows};
use crate::template::Value;

/// dbt's status of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// A model, seed, snapshot or hook was done.
    Success,
    /// Something was refused or could not be compiled.
    Error,
    /// It was not tried.
    Skipped,
    /// A test found nothing, or a source is fresh.
    Pass,
    /// A test found too much.
    Fail,
    /// A test or a source deserves a look.
    Warn,
    /// A source's freshness could not be told.
    RuntimeError,
    /// There is nothing to do for it: an exposure in a build.
    NoOp,
    /// Some batches of a microbatch model were stored, others were not.
    PartialSuccess,
}

impl Status {
    /// dbt's word: `runtime error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::RuntimeError => "runtime error",
            Self::NoOp => "no-op",
            Self::PartialSuccess => "partial success",
        }
    }

    /// The status that dbt's word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let every = [
            Self::Success,
            Self::Error,
            Self::Skipped,
            Self::Pass,
            Self::Fail,
            Self::Warn,
            Self::RuntimeError,
            Self::NoOp,
            Self::PartialSuccess,
        ];
        every.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether the command ends with exit code 1 because of it. A skipped node
    /// counts: something it needs has failed.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Error | Self::Fail | Self::RuntimeError | Self::Skipped | Self::PartialSuccess)
    }
}

/// When one phase of a node began and ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// `compile` or `execute`.
    pub name: &'static str,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: DateTime<Utc>,
}

/// What came of one node: a line of `run_results.json`.
#[derive(Debug, Clone)]
pub struct NodeResult {
    /// The node; `macro.pkg.name` for a run operation.
    pub unique_id: UniqueId,
    /// How it ended.
    pub status: Status,
    /// What there is to say about it, in one line or a few: the warehouse's
    /// answer, a test's finding, the reason of a skip.
    pub message: Option<String>,
    /// What a test's `fail_calc` gave; for hooks 0 or 1.
    pub failures: Option<i64>,
    /// The warehouse's answer under dbt's keys: `_message`, `code`, `rows_affected`.
    pub adapter_response: Map<String, Json>,
    /// `compile`, then `execute`; as far as it came.
    pub timing: Vec<Timing>,
    /// Wall-clock time from start to end.
    pub execution_time: Duration,
    /// `Thread-1 (worker)`; `main` for hooks.
    pub thread_id: String,
    /// What the node was compiled to; `None` where it was not.
    pub compiled: Option<Compiled>,
    /// Whether it came so far that what is run for it was written.
    pub is_written: bool,
    /// Problems, with their places; empty unless the status is an error.
    pub diagnostics: Vec<Diagnostic>,
    /// More, for nodes of some kinds.
    pub detail: Detail,
    /// The batches of a microbatch model.
    pub batches: Option<Batches>,
}

/// The batches of a microbatch model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batches {
    /// Those that were stored.
    pub successful: Vec<Period>,
    /// Those that were not.
    pub failed: Vec<Period>,
}

impl NodeResult {
    /// A result that tells no more than how it ended.
    pub fn new(unique_id: UniqueId, status: Status) -> Self {
        Self {
            unique_id,
            status,
            message: None,
            failures: None,
            adapter_response: Map::new(),
            timing: Vec::new(),
            execution_time: Duration::ZERO,
            thread_id: String::new(),
            compiled: None,
            is_written: false,
            diagnostics: Vec::new(),
            detail: Detail::None,
            batches: None,
        }
    }

    /// An error; its message is that of the first problem.
    pub fn error(unique_id: UniqueId, diagnostics: Vec<Diagnostic>) -> Self {
        let message = diagnostics.first().map(|problem| problem.message.clone());
        Self { message, diagnostics, ..Self::new(unique_id, Status::Error) }
    }

    /// Notes that what was compiled was sent as this statement.
    pub(super) fn sent(&mut self, sql: &str) {
        if let Some(compiled) = &mut self.compiled {
            compiled.code = Arc::from(sql);
        }
    }
}

/// The texts that a node was compiled to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The SQL, with the CTEs of ephemeral models.
    pub code: Arc<str>,
    /// The ephemeral models inside it.
    pub ctes: Vec<artifact::Cte>,
    /// The relation that it builds, as SQL.
    pub relation_name: Option<String>,
    /// The relations that its foreign keys point at, by what is written: `ref('a')`.
    pub foreign_keys: Vec<(String, String)>,
}

impl Compiled {
    /// The texts of what was compiled, for something that builds this relation.
    #[must_use]
    pub fn new(compiled: &compile::Compiled, relation_name: Option<String>) -> Self {
        let cte = |cte: &sql::Cte| artifact::Cte { id: cte.id.clone(), sql: cte.text() };
        Self {
            code: Arc::from(compiled.sql.as_str()),
            ctes: compiled.ctes.iter().map(cte).collect(),
            relation_name,
            foreign_keys: Vec::new(),
        }
    }
}

/// What nodes of one kind have to tell beyond the rest.
#[derive(Debug, Clone, Default)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// The first failing rows of a test.
    FailingRows {
        /// The rows, at most as many as [`crate::materialize::SAMPLE_ROWS`].
        rows: Rows,
        /// The relation that holds all of them, where failures are stored.
        stored_in: Option<String>,
    },
    /// How a unit test's actual rows differ from the expected ones, as a table
    /// for people; it is the message too.
    Difference(String),
    /// The rows of a preview.
    Preview(Rows),
    /// What a macro returned that was asked for it.
    Returned(Value),
    /// How old a source is.
    Freshness(Freshness),
    /// The node whose failure is the reason of the skip.
    SkippedBecause(UniqueId),
}

/// How old a source is.
#[derive(Debug, Clone, PartialEq)]
pub struct Freshness {
    /// The newest row's time; the year 1 where there is no row.
    pub max_loaded_at: DateTime<Utc>,
    /// When it was looked at, by the warehouse's clock.
    pub snapshotted_at: DateTime<Utc>,
    /// The difference.
    pub age: Duration,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every node had its turn.
    Completed,
    /// `--fail-fast` and a failure.
    FailedFast,
    /// Somebody asked it to stop.
    Cancelled,
    /// It could not begin: no node had its turn, and there are no results.
    NotBegun,
}

impl Ending {
    /// Why nodes were skipped at the end, as results say it; dbt's word where it has one.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Completed => "nothing was left to do",
            Self::FailedFast => "Skipping due to fail_fast",
            Self::Cancelled => "the run was interrupted",
            Self::NotBegun => "the run could not begin",
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct RunOutcome {
    /// Results in the order of their completion, hooks included. Ephemeral
    /// models have none.
    pub results: Vec<NodeResult>,
    /// From the first connection to the last hook.
    pub elapsed: Duration,
    /// When it ended.
    pub generated_at: DateTime<Utc>,
    /// Why it ended.
    pub ending: Ending,
    /// What went wrong outside of any node: the warehouse cannot be reached, a
    /// schema cannot be created, a hook cannot be rendered.
    pub problems: Vec<Diagnostic>,
}

impl RunOutcome {
    /// Whether everything went well: exit code 0.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.ending == Ending::Completed
            && self.problems.is_empty()
            && !self.results.iter().any(|result| result.status.is_failure())
    }

    /// How many results there are of each status, in dbt's order of the last
    /// line: pass (and success), warn, error (and fail), skip, no-op.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for result in &self.results {
            match result.status {
                Status::Success | Status::Pass => summary.passed += 1,
                Status::Warn => summary.warned += 1,
                Status::Error | Status::Fail | Status::RuntimeError | Status::PartialSuccess => {
                    summary.failed += 1;
                }
                Status::Skipped => summary.skipped += 1,
                Status::NoOp => summary.no_op += 1,
            }
        }
        summary
    }
}

/// Counts of results by what they mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// `success` and `pass`.
    pub passed: usize,
    /// `warn`.
    pub warned: usize,
    /// `error`, `fail`, `runtime error` and `partial success`.
    pub failed: usize,
    /// `skipped`.
    pub skipped: usize,
    /// `no-op`.
    pub no_op: usize,
}

impl Summary {
    /// All results.
    #[must_use]
    pub fn total(&self) -> usize {
        self.passed + self.warned + self.failed + self.skipped + self.no_op
    }
}
