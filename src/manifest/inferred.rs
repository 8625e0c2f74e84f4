//! What follows from a model's descriptions and tests.

use foldhash::{HashMap, HashMapExt as _};
use indexmap::IndexSet;
use rayon::prelude::*;
use serde_json::Value as Json;

use super::generic_tests::repr;
use super::sketch::sha256;
use super::{DataTest, GenericTest, Node, NodeKind, UniqueId};

/// Fills in what is derived of models: the columns that tell their rows apart
/// and the sum over what an enforced contract promises.
pub(super) fn complete_models(nodes: &mut [Node], turned_off: &[&[Node]]) {
    let mut tests: HashMap<&UniqueId, Vec<&Node>> = HashMap::new();
    for node in nodes.iter().chain(turned_off.iter().copied().flatten()) {
        if let Some((attached, _)) = tested_key(node) {
            tests.entry(attached).or_default().push(node);
        }
    }
    let is_model = |node: &&Node| matches!(node.kind, NodeKind::Model(_));
    let derive = |node: &Node| Derived::of(node, tests.get(&node.unique_id).into_iter().flatten().copied());
    let derived: Vec<Option<Derived>> =
        nodes.par_iter().map(|node| Some(node).filter(is_model).map(derive)).collect();
    for (node, derived) in nodes.iter_mut().zip(derived) {
        if let Some(derived) = derived {
            derived.fill(node);
        }
    }
}

/// The same for one node; all tests of it are among these.
pub(super) fn complete_again<'a>(node: &mut Node, tests: impl Iterator<Item = &'a Node>) {
    let is_of_it = |test: &&Node| tested_key(test).is_some_and(|(attached, _)| *attached == node.unique_id);
    Derived::of(node, tests.filter(is_of_it)).fill(node);
}

/// What is derived of a model.
struct Derived {
    contract_checksum: Option<String>,
    primary_key: Vec<String>,
}

impl Derived {
    /// What a model says, and those of these tests that tell its rows apart.
    fn of<'a>(node: &Node, tests: impl Iterator<Item = &'a Node>) -> Self {
        let mut keys = TestedKeys::default();
        for (test, (_, generic)) in tests.filter_map(|test| Some((test, tested_key(test)?))) {
            keys.note(generic, test.config.enabled());
        }
        Self { contract_checksum: contract_checksum(node), primary_key: primary_key(node, keys) }
    }

    fn fill(self, node: &mut Node) {
        if let NodeKind::Model(model) = &mut node.kind {
            model.contract_checksum = self.contract_checksum;
            model.primary_key = self.primary_key;
        }
    }
}

/// The model that a test is of, where the test tells its rows apart.
fn tested_key(node: &Node) -> Option<(&UniqueId, &GenericTest)> {
    let NodeKind::Test(DataTest { generic: Some(generic), .. }) = &node.kind else { return None };
    let attached = generic.attached_node.as_ref()?;
    tells_apart(generic).then_some((attached, generic))
}

/// Columns of a model by what they are tested for.
#[derive(Default)]
struct TestedKeys {
    unique: IndexSet<String>,
    /// By tests that are turned off.
    once_unique: IndexSet<String>,
    not_null: IndexSet<String>,
}

impl TestedKeys {
    fn note(&mut self, test: &GenericTest, is_enabled: bool) {
        let set = match (test.name.as_str(), is_enabled) {
            ("not_null", _) => &mut self.not_null,
            (_, true) => &mut self.unique,
            (_, false) => &mut self.once_unique,
        };
        set.extend(tested_columns(test));
    }

    /// Those that are unique and not null; else those that are unique.
    fn columns(self) -> Vec<String> {
        let Self { unique, once_unique, not_null } = self;
        let both = not_null.iter().filter(|column| unique.contains(*column) || once_unique.contains(*column));
        let both: IndexSet<String> = both.cloned().collect();
        let found = [both, unique, once_unique].into_iter().find(|columns| !columns.is_empty());
        found.into_iter().flatten().collect()
    }
}

fn tells_apart(test: &GenericTest) -> bool {
    matches!(test.name.as_str(), "unique" | "unique_combination_of_columns" | "not_null")
}

/// The columns that tell a model's rows apart. dbt: by a constraint; else those
/// that are tested to be unique and not null; else those tested to be unique.
fn primary_key(node: &Node, tested: TestedKeys) -> Vec<String> {
    let NodeKind::Model(model) = &node.kind else { return Vec::new() };
    let is_key = |constraint: &&Json| constraint.get("type").and_then(Json::as_str) == Some("primary_key");
    if let Some(constraint) = model.constraints.iter().find(is_key) {
        let columns = constraint.get("columns").and_then(Json::as_array).into_iter().flatten();
        let mut columns: Vec<String> = columns.filter_map(Json::as_str).map(str::to_owned).collect();
        columns.sort();
        return columns;
    }
    let mut columns = node.docs.columns.values();
    if let Some(column) =
        columns.find(|column| column.constraints.iter().any(|constraint| is_key(&constraint)))
    {
        return vec![column.name.clone()];
    }
    let mut columns = tested.columns();
    columns.sort();
    columns
}

fn tested_columns(test: &GenericTest) -> Vec<String> {
    match (test.kwargs.get("column_name"), test.kwargs.get("combination_of_columns")) {
        (Some(Json::String(column)), _) => vec![column.clone()],
        (_, Some(Json::Array(columns))) => {
            columns.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// SHA-256 over the promised columns, as dbt writes them in Python.
fn contract_checksum(node: &Node) -> Option<String> {
    let NodeKind::Model(model) = &node.kind else { return None };
    let contract = node.config.get("contract")?;
    if contract.get("enforced").and_then(Json::as_bool) != Some(true) {
        return None;
    }
    let mut columns: Vec<_> = node.docs.columns.values().collect();
    columns.sort_by(|left, right| left.name.cmp(&right.name));
    let mut state = String::new();
    for column in columns {
        let data_type = column.data_type.as_deref().unwrap_or("None");
        let constraints = constraints("ColumnLevelConstraint", &column.constraints);
        state.extend(["|", &column.name, data_type, &constraints]);
    }
    if matches!(node.config.materialized(), "table" | "incremental") {
        state += node.config.materialized();
        state += &constraints("ModelLevelConstraint", &model.constraints);
    }
    Some(sha256(&state))
}

/// A list of constraints as Python prints it.
fn constraints(class: &str, all: &[Json]) -> String {
    let shown = all.iter().map(|constraint| {
        let fields =
            constraint.as_object().into_iter().flatten().map(|(key, value)| match (key.as_str(), value) {
                ("type", Json::String(kind)) => format!("type=<ConstraintType.{kind}: '{kind}'>"),
                _ => format!("{key}={}", repr(value)),
            });
        format!("{class}({})", fields.collect::<Vec<String>>().join(", "))
    });
    format!("[{}]", shown.collect::<Vec<String>>().join(", "))
}
