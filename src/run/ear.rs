//! What jobs say, passed on to the thread that owns the run.

use std::sync::Arc;
use std::time::Duration;

use super::dispatch::{Teller, Word};
use super::plan::Stop;
use crate::compile::Listener;
use crate::diagnostics::Diagnostic;
use crate::manifest::UniqueId;
use crate::template::{Notice, Notices};

/// Hears one job.
#[derive(Debug)]
pub(super) struct Ear {
    /// Where words go.
    pub(super) teller: Teller,
    /// The node that the job is about.
    pub(super) node: Option<UniqueId>,
    /// The name of the worker that does it.
    pub(super) thread: Arc<str>,
    /// Whether the run is to stop.
    pub(super) halt: Stop,
}

impl Notices for Ear {
    fn notice(&self, notice: Notice) {
        self.teller.tell(Word::Notice(self.node.clone(), notice));
    }
}

impl Listener for Ear {
    fn statement(&self, sql: &str) {
        let (node, thread) = (self.node.clone(), Arc::clone(&self.thread));
        self.teller.tell(Word::Statement { node, thread, sql: sql.to_owned() });
    }

    fn answered(&self, is_refused: bool, elapsed: Duration) {
        self.teller.tell(Word::Answered { thread: Arc::clone(&self.thread), is_refused, elapsed });
    }

    fn warning(&self, diagnostic: Diagnostic) {
        self.teller.tell(Word::Warning(diagnostic));
    }

    fn is_stopping(&self) -> bool {
        self.halt.is_requested()
    }
}
