//! Which nodes rest on which macros.

use std::collections::HashSet;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::manifest::UniqueId;

/// The macros of projects that each node rests on, by their places in the library. Macros
/// that come with the program are the same in each run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::manifest) struct MacroUsers(HashMap<UniqueId, Vec<u32>>);

impl MacroUsers {
    /// A node rests on these. Of two nodes of one name, which are turned off, each counts.
    pub(in crate::manifest) fn note(&mut self, node: &UniqueId, macros: Vec<u32>) {
        if !macros.is_empty() {
            self.0.entry(node.clone()).or_default().extend(macros);
        }
    }

    /// A node rests on these and no others.
    pub(super) fn renew(&mut self, node: &UniqueId, macros: Vec<u32>) {
        self.0.remove(node);
        self.note(node, macros);
    }

    /// The nodes that rest on one of these.
    pub(super) fn of(&self, macros: &HashSet<u32>) -> HashSet<&UniqueId> {
        let found = self.0.iter().filter(|(_, used)| used.iter().any(|place| macros.contains(place)));
        found.map(|(node, _)| node).collect()
    }
}
