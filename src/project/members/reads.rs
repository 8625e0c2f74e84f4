//! What templates read that can be otherwise the next time, while no file changes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Notes of what the templates of a load read.
#[derive(Debug, Default)]
pub struct Reads {
    variables: Mutex<BTreeSet<String>>,
    is_volatile: AtomicBool,
}

/// Members whose values, or what they do, belong to one run of the program.
const VOLATILE: &[&str] = &[
    "dbt_metadata_envs",
    "exceptions",
    "flags",
    "invocation_args_dict",
    "invocation_id",
    "log",
    "modules",
    "print",
    "run_started_at",
];

impl Reads {
    /// Whether what a template makes of this member may be otherwise in the next run.
    #[must_use]
    pub fn changes_with_each_run(name: &str) -> bool {
        VOLATILE.contains(&name)
    }

    /// Something that concerns many nodes depends on the run.
    pub fn note_volatile(&self) {
        self.is_volatile.store(true, Ordering::Relaxed);
    }

    /// Whether something that concerns many nodes depends on the run.
    #[must_use]
    pub fn is_volatile(&self) -> bool {
        self.is_volatile.load(Ordering::Relaxed)
    }

    /// An environment variable was read, now or by the earlier run that this one goes by.
    pub fn note_variable(&self, name: &str) {
        let mut variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        if !variables.contains(name) {
            variables.insert(name.to_owned());
        }
    }

    /// The environment variables that were read, without secret ones.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        self.variables.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
