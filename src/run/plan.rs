//! What is to be run, and how.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::result::Batches;
use crate::manifest::{NodeId, UniqueId};

/// What is done with the nodes of a [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `build`: materialize and test; what fails blocks all that is downstream.
    Build,
    /// `run`, `seed` and `snapshot`: materialize.
    Run,
    /// `test`: nothing blocks anything.
    Test,
    /// `compile`: to SQL, no further.
    Compile,
    /// `show`: the rows of each node's query.
    Show {
        /// At most so many; `None` is all.
        limit: Option<usize>,
    },
    /// `source freshness`.
    Freshness,
    /// `clone`: what is stored in another environment is made to be seen in this one.
    Clone,
}

impl Mode {
    /// Whether the schemas of the nodes are created first.
    #[must_use]
    pub fn creates_schemas(self) -> bool {
        matches!(self, Self::Build | Self::Run | Self::Test | Self::Clone)
    }

    /// Whether `on-run-start` and `on-run-end` hooks run. dbt: not for compile, show and clone.
    #[must_use]
    pub fn runs_hooks(self) -> bool {
        matches!(self, Self::Build | Self::Run | Self::Test | Self::Freshness)
    }

    /// Whether a failed test keeps back what is downstream of it.
    #[must_use]
    pub fn tests_block(self) -> bool {
        self == Self::Build
    }
}

/// What is to be run, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The selected nodes. Ephemeral models may be among them.
    pub nodes: Vec<NodeId>,
    /// What is done with them.
    pub mode: Mode,
    /// How many at a time; at least one.
    pub threads: usize,
    /// Stop at the first failure.
    pub fail_fast: bool,
    /// A test that warns fails: `--warn-error`.
    pub warn_error: bool,
    /// Generic tests on one relation may share a look at it.
    pub combined_tests: bool,
    /// Asks the run to stop.
    pub stop: Stop,
    /// What an earlier run left.
    pub earlier: Arc<Earlier>,
}

/// What an earlier run left: `retry` does only what is missing of its microbatch models.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// When that run began: batches reach up to then.
    pub began: Option<DateTime<Utc>>,
    /// The batches of models of which some were stored and some were not.
    pub batches: HashMap<UniqueId, Batches>,
    /// How long its nodes took. What is likely to hold up the end starts early.
    pub durations: HashMap<UniqueId, Duration>,
}

/// Asks a run to stop, from any thread. Clones share the request.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks. The run cancels what it is doing, skips the rest and returns.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
