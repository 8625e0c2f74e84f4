//! What templates read that can be otherwise the next time, while no file changes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Notes of what the templates of a load read.
#[derive(Debug, Default)]
pub struct Reads {
    consulted: Mutex<Consulted>,
    is_volatile: AtomicBool,
}

/// What templates asked for by name, without secret variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consulted {
    /// Environment variables.
    pub variables: BTreeSet<String>,
    /// Flags, by their upper-case names.
    pub flags: BTreeSet<String>,
    /// Macros of projects that something ran which is no node, by their places in the library.
    pub macros: BTreeSet<u32>,
}

/// Members that belong to one run of the program. Functions whose work does so tell when
/// they are called, see [`Scope::depends_on_run`](crate::template::Scope::depends_on_run).
const VOLATILE: &[&str] =
    &["dbt_metadata_envs", "flags", "invocation_args_dict", "invocation_id", "run_started_at"];

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

    /// An environment variable was read.
    pub fn note_variable(&self, name: &str) {
        self.note(|consulted| &mut consulted.variables, name);
    }

    /// A flag was read.
    pub fn note_flag(&self, name: &str) {
        self.note(|consulted| &mut consulted.flags, name);
    }

    /// Something that concerns many nodes ran a macro of a project.
    pub fn note_macro(&self, place: usize) {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.consulted.lock().unwrap_or_else(PoisonError::into_inner).macros.insert(place);
    }

    /// The earlier run that this one goes by had asked for this.
    pub fn note_all(&self, earlier: &Consulted) {
        let mut consulted = self.consulted.lock().unwrap_or_else(PoisonError::into_inner);
        consulted.variables.extend(earlier.variables.iter().cloned());
        consulted.flags.extend(earlier.flags.iter().cloned());
        consulted.macros.extend(&earlier.macros);
    }

    /// What was asked for.
    #[must_use]
    pub fn consulted(&self) -> Consulted {
        self.consulted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, names: impl FnOnce(&mut Consulted) -> &mut BTreeSet<String>, name: &str) {
        let mut consulted = self.consulted.lock().unwrap_or_else(PoisonError::into_inner);
        let names = names(&mut consulted);
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }
}
