//! What makes a node a modified one. The lists of fields are dbt's.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::{Comparison, macros};
use crate::artifact::Entry;
use crate::diagnostics::Diagnostic;
use crate::manifest::{DataTest, Node, NodeKind, SemanticKind};
use crate::select::method::StateCheck;

/// Configs that do not make a node a modified one by themselves: names are
/// compared on their own.
const NOT_COMPARED: &[&str] = &["alias", "schema", "database", "tags", "group"];

/// The only configs that make a test a modified one.
const OF_TESTS: &[&str] = &[
    "severity",
    "where",
    "limit",
    "fail_calc",
    "warn_if",
    "error_if",
    "store_failures",
    "store_failures_as",
];

/// One node, as it was and as it is.
pub(super) struct Changes<'c, 'a> {
    pub(super) comparison: &'c Comparison<'a>,
    pub(super) node: &'c Node,
    pub(super) old: Option<&'c Entry>,
    pub(super) new: &'c Entry,
    pub(super) findings: &'c mut Vec<Diagnostic>,
}

impl Changes<'_, '_> {
    /// Whether the node is what a criterion asks for.
    pub(super) fn are(&mut self, check: StateCheck) -> bool {
        match check {
            StateCheck::New => self.old.is_none(),
            StateCheck::Old => self.old.is_some(),
            StateCheck::Modified => self.any(),
            StateCheck::Unmodified => !self.any(),
            StateCheck::Macros => self.of_macros(),
            StateCheck::Contract => {
                self.is_plain()
                    && match self.old {
                        None => true,
                        Some(old) => self.of_contract(old),
                    }
            }
            StateCheck::Body => self.is_plain() && self.old.is_none_or(|old| self.of_body(old)),
            StateCheck::Descriptions => {
                self.is_plain() && self.old.is_none_or(|old| self.of_descriptions(old))
            }
            StateCheck::Configs => {
                !matches!(self.node.kind, NodeKind::UnitTest(_))
                    && self.old.is_none_or(|old| self.of_configs(old))
            }
            StateCheck::Relation => {
                let has_place = self.is_plain() || matches!(self.node.kind, NodeKind::Source(_));
                has_place && self.old.is_none_or(|old| self.of_relation(old))
            }
        }
    }

    /// dbt: what is written as a template, and seeds.
    fn is_plain(&self) -> bool {
        !matches!(
            self.node.kind,
            NodeKind::Source(_) | NodeKind::Exposure(_) | NodeKind::Semantic(_) | NodeKind::UnitTest(_)
        )
    }

    fn any(&mut self) -> bool {
        // All of it is looked at: a broken contract is told in any case.
        let contents = match self.old {
            // dbt: a new source or exposure is new, but not modified.
            None => self.is_plain() || matches!(self.node.kind, NodeKind::UnitTest(_)),
            Some(old) => self.of_contents(old),
        };
        contents | self.of_macros()
    }

    fn of_contents(&mut self, old: &Entry) -> bool {
        match &self.node.kind {
            NodeKind::Source(_) => {
                self.of_relation(old)
                    || self.of_configs(old)
                    || self.differs(old, &["fqn", "quoting", "freshness", "loaded_at_field", "external"])
            }
            NodeKind::Exposure(_) => {
                let fields = ["fqn", "type", "owner", "maturity", "url", "description", "label"];
                self.differs(old, &fields) || self.of_parents(old) || self.of_configs(old)
            }
            NodeKind::Semantic(semantic) => self.of_semantics(old, semantic.kind),
            NodeKind::UnitTest(_) => self.differs(old, &["checksum"]),
            NodeKind::Test(DataTest { generic: Some(_), .. }) => {
                self.of_configs(old) || self.differs(old, &["fqn"])
            }
            kind => {
                let is_model = matches!(kind, NodeKind::Model(_));
                let is_function = matches!(kind, NodeKind::Function(_));
                self.of_contract(old)
                    | (self.of_body(old)
                        || self.of_configs(old)
                        || self.of_descriptions(old)
                        || self.of_relation(old)
                        || self.differs(old, &["fqn"])
                        || is_model && self.differs(old, &["latest_version", "deprecation_date"])
                        || is_model && self.of_access(old)
                        || is_function && self.differs(old, &["arguments", "returns"]))
            }
        }
    }

    fn of_semantics(&self, old: &Entry, kind: SemanticKind) -> bool {
        match kind {
            SemanticKind::Metric => {
                self.differs(old, &["type", "description", "label"]) || self.of_configs(old)
            }
            SemanticKind::SemanticModel => {
                let parts = ["model", "defaults", "entities", "dimensions", "measures", "primary_entity"];
                self.differs(old, &parts) || self.differs(old, &["description", "config", "group"])
            }
            SemanticKind::SavedQuery => {
                let asked = ["metrics", "group_by", "where"].into_iter();
                asked
                    .map(|key| (self.new.inner("query_params", key), old.inner("query_params", key)))
                    .any(|(new, old)| !is_same(new, old))
                    || exports(self.new) != exports(old)
                    || self.differs(old, &["description", "label", "config", "group", "tags"])
            }
        }
    }

    /// dbt: models of manifests from before there was `access` were protected.
    fn of_access(&self, old: &Entry) -> bool {
        let before = old.get("access").as_str().unwrap_or("protected");
        self.new.get("access").as_str().is_some_and(|now| now != before)
    }

    fn of_body(&mut self, old: &Entry) -> bool {
        if !matches!(self.node.kind, NodeKind::Seed(_)) {
            return self.differs(old, &["raw_code"]);
        }
        if self.new.inner("checksum", "name") == "path" {
            let message =
                format!("the seed `{}` is too large to be compared: its path is compared", self.node.name);
            let warning =
                Diagnostic::warning("large-seed", message).known_as("Found a seed that is >1MB in size");
            if !self.findings.contains(&warning) {
                self.findings.push(warning);
            }
        }
        self.differs(old, &["checksum"])
    }

    fn of_configs(&self, old: &Entry) -> bool {
        let mut keys: BTreeSet<&str> = [self.new, old]
            .into_iter()
            .flat_map(|it| it.map("unrendered_config"))
            .map(|it| it.0.as_str())
            .collect();
        match self.node.kind {
            NodeKind::Test(_) => keys.retain(|key| OF_TESTS.contains(key)),
            // dbt leaves nothing out of theirs.
            NodeKind::Source(_) | NodeKind::Exposure(_) => {}
            _ => keys.retain(|key| !NOT_COMPARED.contains(key)),
        }
        keys.into_iter().any(|key| self.config_differs(old, key))
    }

    /// A key that was not set differs from one that was set to null.
    fn config_differs(&self, old: &Entry, key: &str) -> bool {
        self.new.get("unrendered_config").get(key) != old.get("unrendered_config").get(key)
    }

    /// Descriptions count where they are written to the warehouse.
    fn of_descriptions(&self, old: &Entry) -> bool {
        let persists = |part: &str| {
            let wanted = self.new.inner("config", "persist_docs").get(part);
            wanted.and_then(Json::as_bool).unwrap_or(false)
        };
        persists("relation") && self.differs(old, &["description"])
            || persists("columns") && column_descriptions(self.new) != column_descriptions(old)
    }

    fn of_relation(&self, old: &Entry) -> bool {
        if !matches!(self.node.kind, NodeKind::Source(_)) {
            return ["database", "schema", "alias"]
                .into_iter()
                .any(|key| self.new.inner("unrendered_config", key) != old.inner("unrendered_config", key));
        }
        let place = if self.comparison.compares_unrendered {
            ["unrendered_database", "unrendered_schema"]
        } else {
            ["database", "schema"]
        };
        self.differs(old, &place) || self.differs(old, &["identifier"])
    }

    fn of_contract(&mut self, old: &Entry) -> bool {
        if !matches!(self.node.kind, NodeKind::Model(_)) {
            return false;
        }
        let (differs, finding) = self.comparison.contracts.differ(old, self.new);
        if let Some(finding) = finding.map(|finding| finding.at(self.node.origin.span, ""))
            && !self.findings.contains(&finding)
        {
            self.findings.push(finding);
        }
        differs
    }

    fn of_macros(&mut self) -> bool {
        self.check_test_macro();
        macros::reach(
            self.comparison.manifest(),
            &self.node.depends_on.calls.macros,
            &self.comparison.changed_macros,
        )
    }

    /// dbt: whether the macros of a test changed cannot be told where it has none.
    fn check_test_macro(&mut self) {
        let NodeKind::Test(DataTest { generic: Some(test), .. }) = &self.node.kind else { return };
        let name = format!(".test_{}", test.name);
        if self.node.depends_on.calls.macros.iter().any(|id| id.ends_with(&name)) {
            return;
        }
        let words = format!("Node '{}' depends on a macro or test that does not exist.", self.node.name);
        let problem = Diagnostic::error("unknown-test", format!("there is no generic test `{}`", test.name))
            .at(self.node.origin.span, "whether it changed cannot be told")
            .known_as(words)
            .help("is its package installed, and is its name spelled in full?");
        if !self.findings.contains(&problem) {
            self.findings.push(problem);
        }
    }

    fn of_parents(&self, old: &Entry) -> bool {
        let parents = |entry: &Entry| -> BTreeSet<String> {
            let ids = entry.inner("depends_on", "nodes").as_array().into_iter().flatten();
            ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
        };
        parents(self.new) != parents(old)
    }

    fn differs(&self, old: &Entry, fields: &[&str]) -> bool {
        fields.iter().any(|field| !is_same(self.new.get(field), old.get(field)))
    }
}

/// Names and places of exports, as written.
fn exports(entry: &Entry) -> Vec<Vec<Json>> {
    let exports = entry.get("exports").as_array().into_iter().flatten();
    let places = exports.map(|export| {
        let written = export.get("unrendered_config");
        let of = |key: &str| written.and_then(|config| config.get(key)).cloned().unwrap_or_default();
        let name = export.get("name").cloned().unwrap_or_default();
        [name].into_iter().chain(["export_as", "schema", "alias"].map(of)).collect()
    });
    places.collect()
}

fn column_descriptions(entry: &Entry) -> BTreeSet<(&str, Option<&str>)> {
    let columns = entry.map("columns");
    columns.map(|(name, column)| (name.as_str(), column.get("description").and_then(Json::as_str))).collect()
}

/// Equal values; a key that is null counts as one that is not there, since
/// versions of the artifact differ in which they write.
fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            let value = |map: &Map<String, Json>, key: &String| map.get(key).cloned().unwrap_or_default();
            keys.into_iter().all(|key| is_same(&value(one, key), &value(other, key)))
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (one, other) => one == other,
    }
}
