//! `state:`, `result:` and `source_status:`: nodes by what is different from an
//! earlier invocation.

mod changes;
mod contract;
mod macros;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use changes::Changes;
pub use contract::Contracts;

use super::expression::Criterion;
use super::method::StateCheck;
use crate::artifact::{EarlierAges, EarlierManifest, Entry, Wire, node_json};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Manifest, Node, NodeId};

/// What an earlier invocation left in a folder; `None` for files that are not there.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Where it left them.
    pub folder: PathBuf,
    /// `manifest.json`.
    pub manifest: Option<EarlierManifest>,
    /// Of `run_results.json`: dbt's word for how each node ended.
    pub statuses: Option<HashMap<String, String>>,
    /// `sources.json`.
    pub ages: Option<EarlierAges>,
    /// `sources.json` of this project's own target path.
    pub ages_now: Option<EarlierAges>,
}

/// An earlier invocation and how this one is held against it.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// What it left.
    pub earlier: &'a Earlier,
    /// How nodes are written today.
    pub wire: Wire<'a>,
    /// Whether databases and schemas of sources are compared as written:
    /// `state_modified_compare_more_unrendered_values`.
    pub compares_unrendered: bool,
    /// What breaks a contract.
    pub contracts: Contracts<'a>,
    changed_macros: HashSet<&'a str>,
}

impl<'a> Comparison<'a> {
    /// A comparison of the nodes of a project's packages. Macros of others came with the
    /// program that wrote the manifest, and are no concern of the project.
    #[must_use]
    pub fn new(
        earlier: &'a Earlier,
        wire: Wire<'a>,
        packages: &[&str],
        compares_unrendered: bool,
        contracts: Contracts<'a>,
    ) -> Self {
        let macros = |manifest| macros::changed(wire.manifest, manifest, packages);
        let changed_macros = earlier.manifest.as_ref().map(macros).unwrap_or_default();
        Self { earlier, wire, compares_unrendered, contracts, changed_macros }
    }

    /// The nodes that a `state:` criterion picks. Findings are about contracts
    /// that are broken; they are errors for models with versions.
    pub(super) fn by_state(
        &self,
        check: StateCheck,
        criterion: &Criterion,
        findings: &mut Vec<Diagnostic>,
    ) -> BTreeSet<NodeId> {
        let Some(earlier) = &self.earlier.manifest else {
            findings.push(self.missing("manifest.json", criterion));
            return BTreeSet::new();
        };
        let mut found = BTreeSet::new();
        for (id, node) in self.manifest().iter() {
            let old = earlier.entries.get(node.unique_id.as_str());
            let is_picked = match check {
                StateCheck::New => old.is_none(),
                StateCheck::Old => old.is_some(),
                _ => {
                    let new = Entry::of(node_json(&self.wire, node));
                    let mut changes = Changes { comparison: self, node, old, new: &new, findings };
                    changes.are(check)
                }
            };
            if is_picked {
                found.insert(id);
            }
        }
        if matches!(check, StateCheck::Modified | StateCheck::Unmodified | StateCheck::Contract) {
            self.removed(earlier, findings);
        }
        found
    }

    /// Models that promised columns and are gone.
    fn removed(&self, earlier: &EarlierManifest, findings: &mut Vec<Diagnostic>) {
        let disabled = |id: &str| -> Option<&Node> {
            self.manifest().disabled.iter().find(|node| node.unique_id.as_str() == id)
        };
        let mut gone: Vec<(&String, &Entry)> = earlier
            .entries
            .iter()
            .filter(|(_, old)| old.text("resource_type") == Some("model"))
            .filter(|(id, _)| self.manifest().by_id(id).is_none())
            .collect();
        gone.sort_by_key(|(id, _)| *id);
        for (id, old) in gone {
            let now = disabled(id).map(|node| Entry::of(node_json(&self.wire, node)));
            findings.extend(self.contracts.removed(now.as_ref().unwrap_or(old), now.is_some()));
        }
    }

    /// The nodes that ended with a status.
    pub(super) fn by_result(
        &self,
        criterion: &Criterion,
        findings: &mut Vec<Diagnostic>,
    ) -> BTreeSet<NodeId> {
        let Some(statuses) = &self.earlier.statuses else {
            findings.push(self.missing("run_results.json", criterion));
            return BTreeSet::new();
        };
        self.ids(|node| statuses.get(node.unique_id.as_str()).is_some_and(|it| it == criterion.text()))
    }

    /// The sources that have newer rows than they had.
    pub(super) fn fresher(&self, criterion: &Criterion, findings: &mut Vec<Diagnostic>) -> BTreeSet<NodeId> {
        let Earlier { ages: Some(before), ages_now: Some(now), .. } = self.earlier else {
            let problem = self.missing("sources.json", criterion);
            let known =
                |which: &str| format!("No {which} state comparison freshness results in sources.json");
            findings.push(match self.earlier.ages {
                None => problem.known_as(known("previous")),
                Some(_) => problem
                    .known_as(known("current"))
                    .note("it is the one under the target path that is not there")
                    .help("run `source freshness` first"),
            });
            return BTreeSet::new();
        };
        self.ids(|node| {
            let id = node.unique_id.as_str();
            now.0.get(id).is_some_and(|now| before.0.get(id).is_none_or(|before| now > before))
        })
    }

    fn ids(&self, is_picked: impl Fn(&Node) -> bool) -> BTreeSet<NodeId> {
        self.manifest().iter().filter(|(_, node)| is_picked(node)).map(|(id, _)| id).collect()
    }

    fn manifest(&self) -> &'a Manifest {
        self.wire.manifest
    }

    /// A criterion needs a file that the earlier invocation did not leave.
    fn missing(&self, file: &str, criterion: &Criterion) -> Diagnostic {
        let path = self.earlier.folder.join(file);
        let message = format!("there is no `{}` to compare with", path.display());
        Diagnostic::error("no-state", message).at(criterion.span, "")
    }
}

/// A criterion needs an earlier invocation, and none was named.
pub(super) fn unnamed(criterion: &Criterion) -> Diagnostic {
    Diagnostic::error("no-state", "this compares with an earlier run, and none was named")
        .at(criterion.span, "")
        .known_as("Got a state selector method, but no comparison manifest")
        .help("give the folder of its artifacts with `--state DIR`")
}
