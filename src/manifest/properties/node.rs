//! What property files say about models, seeds, snapshots, analyses and
//! singular tests.

use serde_json::{Value as Json, json};

use super::call::parse_call;
use super::column::{Column, columns};
use super::config_block::ConfigBlock;
use super::constraints::{check_primary_keys, constraints};
use super::entry::Entry;
use super::forms;
use super::function::{FunctionProperties, function};
use super::spanned::Spanned;
use super::versions::{ModelVersion, versions};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;
use crate::yaml::form::{Fields, names};

/// The list that an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NodeKey {
    Models,
    Seeds,
    Snapshots,
    Analyses,
    DataTests,
    Functions,
}

impl NodeKey {
    /// The key as written in YAML: `models`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Seeds => "seeds",
            Self::Snapshots => "snapshots",
            Self::Analyses => "analyses",
            Self::DataTests => "data_tests",
            Self::Functions => "functions",
        }
    }

    /// One of them, in words.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Models => "model",
            Self::Seeds => "seed",
            Self::Snapshots => "snapshot",
            Self::Analyses => "analysis",
            Self::DataTests => "data test",
            Self::Functions => "function",
        }
    }

    fn fields(self) -> Fields {
        match self {
            Self::Models => forms::MODEL,
            Self::Seeds | Self::Snapshots => forms::TESTABLE,
            Self::Analyses => forms::ANALYSIS,
            Self::DataTests => forms::DATA_TEST,
            Self::Functions => forms::FUNCTION,
        }
    }
}

/// Keys that dbt moves from an entry into its `config`.
const MOVABLE: [&str; 5] = ["meta", "docs", "group", "contract", "access"];

/// What a property file says about one node.
#[derive(Debug, Clone)]
pub struct NodeProperties {
    /// The list that it stands in.
    pub key: NodeKey,
    /// The node's name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Its configuration.
    pub config: ConfigBlock,
    /// Data tests as written, not rendered.
    pub tests: Vec<Yaml>,
    /// Whether the column names that tests get are quoted.
    pub quote_columns: Option<bool>,
    /// Of a snapshot that has no file: the `ref(...)` or `source(...)` it reads.
    pub relation: Option<Spanned<String>>,
    /// Constraints of a model, as written.
    pub constraints: Vec<Json>,
    /// Of a model with a row for each moment: how its rows are told apart, in dbt's shape.
    pub time_spine: Option<Json>,
    /// From when on a model should not be used: `2099-01-01T00:00:00+00:00`.
    pub deprecation_date: Option<String>,
    /// Of a function: its signature.
    pub function: Option<FunctionProperties>,
    /// Which version of a model this is about, where it has versions.
    pub version: Option<ModelVersion>,
}

/// One entry: once for each version of a model that has versions. `raw` is the
/// same before rendering.
pub(super) fn nodes(
    key: NodeKey,
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Vec<NodeProperties> {
    let Some(node) = node(key, yaml, raw, problems) else { return Vec::new() };
    if key != NodeKey::Models {
        return vec![node];
    }
    let subject = format!("model `{}`", node.name.value);
    let Some(mut entry) = Entry::open(subject, yaml, problems) else { return Vec::new() };
    let nodes = versions(node, &mut entry, raw);
    for node in &nodes {
        check_primary_keys(node, problems);
    }
    nodes
}

fn node(key: NodeKey, yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<NodeProperties> {
    let (mut entry, name) = Entry::open_named(key.noun(), yaml, problems)?;
    entry.warn_unknown_keys(&names(key.fields()));
    entry.check_known_forms(key.fields());
    let relation = if key == NodeKey::Snapshots { relation(&mut entry) } else { None };
    let is_testable = matches!(key, NodeKey::Models | NodeKey::Seeds | NodeKey::Snapshots);
    let description = entry.text("description");
    let columns = columns(&mut entry);
    let owner = entry.subject.clone();
    Some(NodeProperties {
        key,
        name,
        span: entry.span,
        time_spine: time_spine(&mut entry, &columns),
        function: (key == NodeKey::Functions).then(|| function(&mut entry)),
        description,
        columns,
        config: entry.config(raw, &MOVABLE),
        tests: if is_testable { entry.tests() } else { Vec::new() },
        quote_columns: entry.flag("quote_columns"),
        relation,
        constraints: constraints(&mut entry, &owner),
        deprecation_date: entry.deprecation_date(),
        version: None,
    })
}

/// How fine times can be.
pub const GRAINS: [&str; 11] = [
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
];

/// Which column of a time spine is the finest; that column says how fine it is.
fn time_spine(entry: &mut Entry<'_, '_>, columns: &[Column]) -> Option<Json> {
    let at = entry.get("time_spine")?.span;
    let written = Json::Object(entry.object("time_spine"));
    let column = written.get("standard_granularity_column").and_then(Json::as_str);
    let has_grain = |column: &Column| column.extra.contains_key("granularity");
    let found = column.and_then(|name| columns.iter().find(|column| column.name.value == name));
    if !found.is_some_and(has_grain) {
        let message = format!("the time spine of {} needs a column with a `granularity`", entry.subject);
        let words = if found.is_some() {
            "Parsing Error: Time spine standard granularity column must have a granularity defined."
        } else {
            "Parsing Error: Time spine standard granularity column must be defined on the model."
        };
        entry.problems.push(Diagnostic::error("bad-time-spine", message).at(at, "").known_as(words).help(
            "name it as `standard_granularity_column`, and give it `granularity: day` below `columns:`",
        ));
    }
    let grain = found.and_then(|column| column.extra.get("granularity")).and_then(Json::as_str);
    if let Some(grain) = grain.filter(|grain| !GRAINS.contains(&grain.to_lowercase().as_str())) {
        let message = format!("`{grain}` is not a known `granularity` of a column of {}", entry.subject);
        let problem = Diagnostic::error("unknown-value", message).at(at, "of this time spine");
        entry.problems.push(problem.suggest(grain, GRAINS));
    }
    let custom = written.get("custom_granularities").and_then(Json::as_array).into_iter().flatten();
    let is_missing = |name: &&str| !columns.iter().any(|column| column.name.value == *name);
    let column_of = |it: &Json| {
        ["column_name", "name"]
            .into_iter()
            .find_map(|key| it.get(key).and_then(Json::as_str))
            .map(str::to_owned)
    };
    for name in custom.clone().filter_map(column_of).filter(|name| is_missing(&name.as_str())) {
        let message = format!("the time spine of {} has no column `{name}`", entry.subject);
        let words = "Parsing Error: Time spine custom granularity columns do not exist in the model.";
        entry.problems.push(
            Diagnostic::error("bad-time-spine", message)
                .at(at, "")
                .known_as(words)
                .help("describe the column of each custom granularity below `columns:`"),
        );
    }
    let custom = custom.map(|it| json!({ "name": it.get("name"), "column_name": it.get("column_name") }));
    Some(json!({ "standard_granularity_column": column, "custom_granularities": custom.collect::<Json>() }))
}

fn relation(entry: &mut Entry<'_, '_>) -> Option<Spanned<String>> {
    let relation = entry.text("relation")?;
    if parse_call(&relation.value).is_none() {
        let message = format!("`relation` of {} must be a `ref` or a `source`", entry.subject);
        entry.problems.push(
            Diagnostic::error("bad-relation", message)
                .at(relation.span, "")
                .help("write `relation: ref('model')` or `relation: source('source', 'table')`"),
        );
    }
    Some(relation)
}
