//! What jobs say, passed on to the thread that owns the run.

use std::sync::Arc;
use std::time::Duration;

use super::dispatch::{Message, Outbox};
use super::plan::Stop;
use crate::compile::Listener;
use crate::diagnostics::Diagnostic;
use crate::manifest::UniqueId;
use crate::template::{Notice, Notices};

/// Hears one job.
#[derive(Debug)]
pub(super) struct JobListener {
    /// Where messages go.
    pub(super) outbox: Outbox,
    /// The node that the job is about.
    pub(super) node: Option<UniqueId>,
    /// The name of the worker that does it.
    pub(super) thread: Arc<str>,
    /// Whether the run is to stop.
    pub(super) halt: Stop,
}

impl Notices for JobListener {
    fn notice(&self, notice: Notice) {
        self.outbox.tell(Message::Notice(self.node.clone(), notice));
    }
}

impl Listener for JobListener {
    fn statement(&self, sql: &str) {
        let (node, thread) = (self.node.clone(), Arc::clone(&self.thread));
        self.outbox.tell(Message::Statement { node, thread, sql: sql.to_owned() });
    }

    fn answered(&self, is_refused: bool, elapsed: Duration) {
        self.outbox.tell(Message::Answered { thread: Arc::clone(&self.thread), is_refused, elapsed });
    }

    fn warning(&self, diagnostic: Diagnostic) {
        self.outbox.tell(Message::Warning(diagnostic));
    }

    fn is_stopping(&self) -> bool {
        self.halt.is_requested()
    }
}
