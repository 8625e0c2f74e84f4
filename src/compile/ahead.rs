//! Compiling a node before its turn, while the warehouse is busy with others.
//!
//! Most nodes need nothing but the project to become SQL. A node that wants more
//! is left for its turn: what it would ask the warehouse may be different by then,
//! and what it would say comes with its own lines. So a job ahead of its turn has
//! a worker without a session, sees only the names of [`NAMES`] and the methods of
//! [`METHODS`], writes nothing, and counts for nothing as soon as it wants more.

use std::sync::Arc;

use super::compiled::Compiled;
use super::job::Job;
use super::listener::Listener;
use super::runtime::Runtime;
use super::worker::Worker;
use crate::adapter::{Cancel, DatabaseError, Response, Session};
use crate::diagnostics::Diagnostic;
use crate::manifest::NodeId;
use crate::sql::{Column, Relation, Rows};
use crate::template::{Notice, Notices, Value};

/// The names of the run-time scope that mean the same at any time.
pub(super) const NAMES: &[&str] = &[
    "adapter",
    "api",
    "column",
    "config",
    "database",
    "defer_relation",
    "execute",
    "function",
    "graph",
    "model",
    "post_hooks",
    "pre_hooks",
    "ref",
    "render",
    "schema",
    "selected_resources",
    "source",
    "sql_now",
    "this",
    "try_or_compiler_error",
];

/// Members of the project that do not: a template may ask `modules` what time it is.
pub(super) const LATER_MEMBERS: &[&str] = &["modules"];

/// The methods of `adapter` that ask nothing of the warehouse.
pub(super) const METHODS: &[&str] = &[
    "Column",
    "Relation",
    "behavior",
    "convert_datetimes_to_strs",
    "dispatch",
    "quote",
    "quote_as_configured",
    "quote_seed_column",
    "type",
];

/// A job on a node before its turn, without the warehouse. Once it wants more than
/// there is, it gives nothing more. Unit tests and microbatches need their turn.
#[derive(Debug)]
pub struct EarlyJob {
    job: Job,
    worker: Worker,
}

impl EarlyJob {
    /// A job on a node.
    #[must_use]
    pub fn new(runtime: &Arc<Runtime>, node: NodeId) -> Self {
        let worker = Worker::absent();
        let listener = Arc::new(Silent { worker: worker.clone() });
        Self { job: Job::new(runtime, &worker, node, listener), worker }
    }

    /// The node as SQL.
    #[must_use]
    pub fn compile(&self) -> Option<Arc<Compiled>> {
        self.job.compile().ok().filter(|_| !self.worker.is_wanted())
    }

    /// What a macro gives, as [`Job::call`] calls it.
    #[must_use]
    pub fn call(&self, name: &str, args: &[Value]) -> Option<Value> {
        self.job.call(name, args, &[]).ok().filter(|_| !self.worker.is_wanted())
    }
}

/// Hears that the job has something to say.
#[derive(Debug)]
struct Silent {
    worker: Worker,
}

impl Notices for Silent {
    fn notice(&self, _: Notice) {
        self.worker.want();
    }
}

impl Listener for Silent {
    fn statement(&self, _: &str) {
        self.worker.want();
    }

    fn warning(&self, _: Diagnostic) {
        self.worker.want();
    }
}

/// No session.
pub(super) struct Absent;

impl Absent {
    fn refuse<T>() -> Result<T, DatabaseError> {
        Err(DatabaseError::new("this is not the time to ask the warehouse"))
    }
}

impl Session for Absent {
    fn execute(&mut self, _: &str) -> Result<Response, DatabaseError> {
        Self::refuse()
    }

    fn query(&mut self, _: &str, _: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        Self::refuse()
    }

    fn relations(&mut self, _: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        Self::refuse()
    }

    fn schemas(&mut self, _: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        Self::refuse()
    }

    fn columns(&mut self, _: &Relation) -> Result<Vec<Column>, DatabaseError> {
        Self::refuse()
    }

    fn in_transaction(&self) -> bool {
        false
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::new(Nothing)
    }
}

struct Nothing;

impl Cancel for Nothing {
    fn cancel(&self) {}
}
