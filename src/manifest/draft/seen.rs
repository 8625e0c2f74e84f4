//! The macros that generic tests see.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::template::{Library, MacroInfo};

/// What the tests that are made of one macro see. dbt reads a test and its arguments with the
/// macros that its own one reaches, and with the one that reads a table under a `where`.
#[derive(Debug)]
pub(super) struct Seen {
    /// By their unique ids.
    pub(super) ids: HashSet<String>,
    /// Those of projects, by their places in the library, in order.
    pub(super) of_projects: Vec<usize>,
}

/// The same, looked up once for each macro.
#[derive(Debug, Default)]
pub(in crate::manifest) struct SeenMacros(Mutex<HashMap<Option<usize>, Arc<Seen>>>);

impl SeenMacros {
    /// What is seen in a test that is made of this macro.
    pub(super) fn of(&self, library: &Library, test_macro: Option<&MacroInfo>) -> Arc<Seen> {
        let key = test_macro.map(|info| info.index);
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = known().get(&key) {
            return Arc::clone(seen);
        }
        let reached =
            library.reached_from(test_macro.into_iter().chain(library.find("get_where_subquery", "")));
        let mut of_projects: Vec<usize> =
            reached.values().filter(|info| !info.is_internal).map(|info| info.index).collect();
        of_projects.sort_unstable();
        let seen = Arc::new(Seen { ids: reached.into_keys().map(str::to_owned).collect(), of_projects });
        Arc::clone(known().entry(key).or_insert(seen))
    }
}
