//! What happens during a run, as data. Consumers choose the words.

use std::time::Duration;

use super::result::{Ending, NodeResult, Status, Summary};
use crate::diagnostics::Diagnostic;
use crate::manifest::{NodeId, UniqueId};
use crate::template::Notice;

/// Where a node stands in the count that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1, in the order of starting.
    pub index: usize,
    /// Of how many.
    pub total: usize,
}

/// How a batch of a microbatch model ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchEnd {
    /// Among the batches of its model.
    pub place: Place,
    /// The time that it covers: `2024-01-01`.
    pub name: String,
    /// Built, failed or not tried.
    pub status: Status,
    /// How long it took.
    pub elapsed: Duration,
    /// What went wrong.
    pub problem: Option<String>,
}

/// One thing that happened. Sent from one thread, in order.
#[derive(Debug)]
pub enum Event<'a> {
    /// The nodes are known and the first connection is about to be opened.
    RunStarted {
        /// Nodes that will be counted: the selected ones without ephemeral models.
        total: usize,
        /// How many may run at a time.
        threads: usize,
        /// The target's name.
        target: &'a str,
    },
    /// Schemas that were missing have been created.
    SchemaCreated {
        /// The schema, as SQL.
        schema: &'a str,
        /// How long it took.
        elapsed: Duration,
    },
    /// An `on-run-start` or `on-run-end` hook begins.
    HookStarted {
        /// The hook.
        node: NodeId,
        /// Among the hooks of its moment.
        place: Place,
    },
    /// A hook has ended.
    HookFinished {
        /// The hook.
        node: NodeId,
        /// Among the hooks of its moment.
        place: Place,
        /// What came of it.
        result: &'a NodeResult,
    },
    /// A node's turn has come.
    NodeStarted {
        /// The node.
        node: NodeId,
        /// Its number.
        place: Place,
    },
    /// A node is compiled, its first statement is about to run.
    NodeCompiled {
        /// The node.
        node: NodeId,
    },
    /// A batch of a microbatch model has ended.
    BatchFinished {
        /// The model.
        node: NodeId,
        /// The batch.
        batch: &'a BatchEnd,
    },
    /// A node has ended, in whatever way but skipped.
    NodeFinished {
        /// The node.
        node: NodeId,
        /// Its number.
        place: Place,
        /// What came of it.
        result: &'a NodeResult,
    },
    /// A node is not tried.
    NodeSkipped {
        /// The node.
        node: NodeId,
        /// Its number.
        place: Place,
        /// What came of it.
        result: &'a NodeResult,
    },
    /// A template has something to say: `log`, `print`, a warning.
    Notice {
        /// The node whose template it is; `None` for hooks and operations.
        node: Option<&'a UniqueId>,
        /// What it says.
        notice: &'a Notice,
    },
    /// A statement is sent: for the debug log.
    Statement {
        /// The node that it belongs to.
        node: Option<&'a UniqueId>,
        /// Who sends it: `Thread-1 (worker)`.
        thread: &'a str,
        /// The SQL.
        sql: &'a str,
    },
    /// A statement is over: for the debug log.
    Answered {
        /// Who sent it.
        thread: &'a str,
        /// Whether the warehouse refused it.
        is_refused: bool,
        /// How long it took.
        elapsed: Duration,
    },
    /// Something that is no error deserves attention.
    Warning {
        /// What it is.
        diagnostic: &'a Diagnostic,
    },
    /// Something went wrong outside of any node.
    Problem {
        /// What it is.
        diagnostic: &'a Diagnostic,
    },
    /// Somebody asked to stop, or `--fail-fast` does: running statements are
    /// cancelled, the rest is skipped.
    Stopping {
        /// Why.
        because: Ending,
        /// How many nodes are running.
        running: usize,
    },
    /// Everything is over.
    RunFinished {
        /// Counts of results.
        summary: Summary,
        /// How long it took.
        elapsed: Duration,
        /// Why it ended.
        ending: Ending,
    },
}
