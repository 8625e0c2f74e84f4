//! Resolved nodes: every name resolved, every config final. Immutable from here on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::config::Config;
use super::generic_tests::OldForm;
use super::lazy::Lazy;
use super::unit_test::UnitTest;
use crate::source::{FileId, Span};
use crate::sql::Relation;

/// Where a node stands in [`super::Manifest::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// dbt's `unique_id`, such as `model.shop.dim_date`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UniqueId(pub Arc<str>);

impl UniqueId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Anything in the graph: models, seeds, snapshots, tests, sources, exposures,
/// unit tests, analyses, functions and the run's own hooks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Node {
    /// Its identity.
    pub unique_id: UniqueId,
    /// The name that `ref` and selectors use; a source's is its table name.
    pub name: String,
    /// The package that it belongs to.
    pub package: String,
    /// Package, folders, name: what folder configs and the `fqn:` selector match.
    pub fqn: Vec<String>,
    /// The files behind it.
    pub origin: Origin,
    /// Its configuration, merged from every place that may set it.
    #[serde(skip)]
    pub config: Config,
    /// Its tags as selectors see them: those of its configuration, and for
    /// tests those of the columns and tables that they stand below.
    pub tags: Vec<String>,
    /// What people wrote about it.
    pub docs: Lazy<Docs>,
    /// Its name in the warehouse. As in dbt, every node that is written as a
    /// template has one, though analyses, hooks and most tests store nothing; an
    /// ephemeral model's alias names its CTE. Exposures and unit tests have none.
    pub relation: Option<Relation>,
    /// What it needs.
    pub depends_on: DependsOn,
    /// What kind of node it is, and what only that kind has.
    pub kind: NodeKind,
}

impl Node {
    /// Whether it is a model in Python, whose code runs outside the warehouse.
    #[must_use]
    pub fn is_python_model(&self) -> bool {
        self.origin.is_python() && matches!(self.kind, NodeKind::Model(_))
    }
}

/// The files behind a node.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Origin {
    /// The whole of what defines it: file, block, or YAML entry.
    pub span: Span,
    /// Path from the package root, with forward slashes: `models/staging/stg_orders.sql`.
    pub original_file_path: String,
    /// Path from the resource folder: `staging/stg_orders.sql`.
    pub path: String,
    /// The property file that describes it: `shop://models/schema.yml`.
    pub patch_path: Option<String>,
    /// Where that property file names it.
    pub patch_span: Option<Span>,
}

impl Origin {
    /// Whether the file holds code in Python.
    #[must_use]
    pub fn is_python(&self) -> bool {
        Path::new(&self.original_file_path).extension().is_some_and(|extension| extension == "py")
    }

    /// dbt's word for the language that the file is in.
    #[must_use]
    pub fn language(&self) -> &'static str {
        if self.is_python() { "python" } else { "sql" }
    }
}

/// What people wrote about a node.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Docs {
    /// The description, rendered.
    pub description: String,
    /// Its columns as described, by name, in order.
    pub columns: IndexMap<String, ColumnDocs>,
    /// unique ids of docs blocks that the description uses.
    pub doc_blocks: Vec<String>,
}

/// What people wrote about a column.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ColumnDocs {
    /// The name as written.
    pub name: String,
    /// The description, rendered.
    pub description: String,
    /// The declared type.
    pub data_type: Option<String>,
    /// Whether the name is to be quoted.
    pub quote: Option<bool>,
    /// Free data.
    pub meta: serde_json::Map<String, Json>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its constraints, each with all of dbt's keys (`type`, `name`, `expression`, …).
    pub constraints: Vec<Json>,
    /// unique ids of docs blocks that the description uses.
    pub doc_blocks: Vec<String>,
    /// Keys of its YAML that have no field here.
    pub extra: serde_json::Map<String, Json>,
}

/// What a node needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DependsOn {
    /// Nodes, each once, in the order of first mention.
    pub nodes: Vec<NodeId>,
    /// What it calls.
    pub calls: Lazy<Calls>,
}

/// What the templates of a node call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Calls {
    /// Macros that its own text calls, as unique ids.
    pub macros: Vec<String>,
    /// Macros that dbt finds in it only when it compiles it.
    pub macros_once_compiled: Vec<String>,
    /// The `ref` calls as written.
    pub refs: Vec<RefCall>,
    /// The `source` calls as written.
    pub sources: Vec<SourceCall>,
    /// The `function` calls as written.
    pub functions: Vec<FunctionCall>,
    /// The `metric` calls as written.
    pub metrics: Vec<MetricCall>,
}

/// One `metric(...)` as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricCall {
    /// The package, where it was named.
    pub package: Option<String>,
    /// The metric's name.
    pub name: String,
}

/// One `ref(...)` as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefCall {
    /// The package, in the form with two arguments.
    pub package: Option<String>,
    /// The model's name.
    pub name: String,
    /// The version, where one was asked for.
    pub version: Option<String>,
    /// Whether the version was written as a text: `v='2'`.
    pub version_is_text: bool,
}

/// One `source(...)` as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceCall {
    /// The source.
    pub source: String,
    /// Its table.
    pub table: String,
}

/// One `function(...)` as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FunctionCall {
    /// The package, in the form with two arguments.
    pub package: Option<String>,
    /// The function's name.
    pub name: String,
}

/// A template that a node was written as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Body {
    /// The template's text: a whole file, or what stands inside a block.
    pub text: Arc<str>,
    /// The file that holds it.
    pub file: FileId,
    /// Where `text` starts in that file.
    pub offset: usize,
    /// SHA-256 of the stripped text, in hex.
    pub checksum: String,
}

/// A select statement that becomes a relation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    /// The statement.
    pub body: Lazy<Body>,
    /// `v` as written, a number or a text; `None` for a model without versions.
    pub version: Option<Json>,
    /// The version that `ref` without a version means.
    pub latest_version: Option<Json>,
    /// Constraints of the model as a whole, each with all of dbt's keys.
    pub constraints: Vec<Json>,
    /// When it is to be gone: `2099-01-01T00:00:00+00:00`.
    pub deprecation_date: Option<String>,
    /// Columns that tell its rows apart: by constraint, else by tests.
    pub primary_key: Vec<String>,
    /// Sum over the columns that an enforced contract promises.
    pub contract_checksum: Option<String>,
    /// `time_spine` as written.
    pub time_spine: Option<Json>,
}

impl Model {
    /// A model that nobody described.
    #[must_use]
    pub fn of(body: impl Into<Lazy<Body>>) -> Self {
        Self {
            body: body.into(),
            version: None,
            latest_version: None,
            constraints: Vec::new(),
            deprecation_date: None,
            primary_key: Vec::new(),
            contract_checksum: None,
            time_spine: None,
        }
    }
}

/// The kinds of nodes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum NodeKind {
    /// A select statement that becomes a relation.
    Model(Box<Model>),
    /// A CSV file that becomes a table.
    Seed(Seed),
    /// A query whose history is kept.
    Snapshot(Lazy<Body>),
    /// A query that is compiled and never run.
    Analysis(Lazy<Body>),
    /// A function that queries can call.
    Function(Box<Function>),
    /// A query that returns failing rows.
    Test(DataTest),
    /// Inputs and expected rows for one model.
    UnitTest(Box<UnitTest>),
    /// A table that others load.
    Source(Box<Source>),
    /// Something outside that reads models.
    Exposure(Box<Exposure>),
    /// A part of the semantic layer.
    Semantic(Box<Semantic>),
    /// An `on-run-start` or `on-run-end` item.
    Hook(RunHook),
}

impl NodeKind {
    /// dbt's `resource_type`.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        match self {
            Self::Model(_) => ResourceType::Model,
            Self::Seed(_) => ResourceType::Seed,
            Self::Snapshot(_) => ResourceType::Snapshot,
            Self::Analysis(_) => ResourceType::Analysis,
            Self::Function(_) => ResourceType::Function,
            Self::Test(_) => ResourceType::Test,
            Self::UnitTest(_) => ResourceType::UnitTest,
            Self::Source(_) => ResourceType::Source,
            Self::Exposure(_) => ResourceType::Exposure,
            Self::Semantic(semantic) => semantic.kind.resource_type(),
            Self::Hook(_) => ResourceType::Operation,
        }
    }

    /// Whether the node is the whole of a file, which defines nothing else: a model, an
    /// analysis or a singular test.
    #[must_use]
    pub fn is_whole_file(&self) -> bool {
        matches!(self, Self::Model(_) | Self::Analysis(_) | Self::Test(DataTest { generic: None, .. }))
    }

    /// The template, for kinds that have one of their own.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        match self {
            Self::Model(model) => Some(&model.body),
            Self::Snapshot(body) | Self::Analysis(body) => Some(body),
            Self::Test(test) => Some(&test.body),
            Self::Function(function) => Some(&function.body),
            Self::Hook(hook) => Some(&hook.body),
            Self::Seed(_) | Self::UnitTest(_) | Self::Source(_) | Self::Exposure(_) | Self::Semantic(_) => {
                None
            }
        }
    }
}

/// dbt's `resource_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ResourceType {
    Model,
    Seed,
    Snapshot,
    Analysis,
    Test,
    UnitTest,
    Source,
    Exposure,
    Metric,
    SemanticModel,
    SavedQuery,
    Function,
    Operation,
}

impl ResourceType {
    /// All of them, in the order in which help texts name them.
    pub const EVERY: [Self; 13] = [
        Self::Model,
        Self::Seed,
        Self::Snapshot,
        Self::Test,
        Self::UnitTest,
        Self::Source,
        Self::Exposure,
        Self::Metric,
        Self::SemanticModel,
        Self::SavedQuery,
        Self::Function,
        Self::Analysis,
        Self::Operation,
    ];

    /// dbt's word: `unit_test`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Analysis => "analysis",
            Self::Test => "test",
            Self::UnitTest => "unit_test",
            Self::Source => "source",
            Self::Exposure => "exposure",
            Self::Metric => "metric",
            Self::SemanticModel => "semantic_model",
            Self::SavedQuery => "saved_query",
            Self::Function => "function",
            Self::Operation => "operation",
        }
    }

    /// The type that dbt's word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A function that queries can call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// What it does: a query or code.
    pub body: Lazy<Body>,
    /// What it takes, in order, each with all of dbt's keys (`name`, `data_type`, …).
    pub arguments: Vec<Json>,
    /// What it gives: `data_type` and `description`.
    pub returns: Json,
}

impl Function {
    /// A function that nobody described. dbt's word for its type says that there is none.
    #[must_use]
    pub fn of(body: impl Into<Lazy<Body>>) -> Self {
        let returns = serde_json::json!({ "data_type": "INVALID_TYPE", "description": null });
        Self { body: body.into(), arguments: Vec::new(), returns }
    }
}

/// A CSV file that becomes a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seed {
    /// The package root, absolute: the file is `root/original_file_path`.
    pub root_path: std::path::PathBuf,
    /// SHA-256 of the contents, or the path for files over the size limit.
    pub checksum: Checksum,
}

/// How a file's contents are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// `sha256`, `path` or `none`.
    pub name: Cow<'static, str>,
    /// The sum.
    pub value: String,
}

/// A query that returns failing rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DataTest {
    /// The query; for a generic test, the call that dbt would generate.
    pub body: Lazy<Body>,
    /// For a generic test: what it was made of.
    pub generic: Option<Lazy<GenericTest>>,
    /// What about the way it is written is to be gone.
    pub old_forms: Vec<OldForm>,
}

/// What a generic test was made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GenericTest {
    /// The test's name without package: `not_null`.
    pub name: String,
    /// The package named before the dot, where one was.
    pub namespace: Option<String>,
    /// The arguments, with `model` as dbt writes it.
    pub kwargs: serde_json::Map<String, Json>,
    /// The column, where the test stands below one.
    pub column_name: Option<String>,
    /// The node that it stands below.
    pub attached_node: Option<UniqueId>,
    /// `models.stg_orders`: the YAML key and entry that it stands below.
    pub file_key_name: String,
}

/// A table that others load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// The source's name; the table's is [`Node::name`].
    pub source_name: String,
    /// What people wrote about the source as a whole.
    pub source_description: String,
    /// Free data of the source as a whole.
    pub source_meta: serde_json::Map<String, Json>,
    /// Who loads it.
    pub loader: String,
    /// The table's name in the warehouse.
    pub identifier: String,
    /// The column or expression that tells when a row was loaded.
    pub loaded_at_field: Option<String>,
    /// A query that tells when the table was loaded.
    pub loaded_at_query: Option<String>,
    /// How old it may be.
    pub freshness: Option<Freshness>,
    /// Which name parts a project asked to quote.
    pub quoting: BTreeMap<String, bool>,
    /// The database before rendering, where one is named.
    pub unrendered_database: Option<String>,
    /// The schema before rendering, where one is named.
    pub unrendered_schema: Option<String>,
    /// Free data about where the table lies, as written.
    pub external: Option<Json>,
    /// The SQL that reads it where it is no table of the warehouse, or why there is none.
    pub location: Result<Option<String>, String>,
}

/// How old a source may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// Older is a warning.
    pub warn_after: Option<Age>,
    /// Older is an error.
    pub error_after: Option<Age>,
    /// A condition on the rows that are looked at.
    pub filter: Option<String>,
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// How many.
    pub count: u32,
    /// Of what.
    pub period: Period,
}

/// The unit of an [`Age`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Period {
    Minute,
    Hour,
    Day,
}

/// Something outside that reads models.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Exposure {
    /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
    pub exposure_type: String,
    /// A name for people.
    pub label: Option<String>,
    /// `low`, `medium` or `high`.
    pub maturity: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Who answers for it: `name`, `email` and more.
    pub owner: serde_json::Map<String, Json>,
}

/// A part of the semantic layer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Semantic {
    /// Which part.
    pub kind: SemanticKind,
    /// What only nodes of this kind have, as dbt's artifacts show it.
    pub fields: serde_json::Map<String, Json>,
}

/// The parts of the semantic layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SemanticKind {
    /// A number that is computed from measures.
    Metric,
    /// What the rows of a model are, and what can be measured on them.
    SemanticModel,
    /// A question about metrics that is asked again and again.
    SavedQuery,
}

impl SemanticKind {
    /// dbt's `resource_type`.
    #[must_use]
    pub fn resource_type(self) -> ResourceType {
        match self {
            Self::Metric => ResourceType::Metric,
            Self::SemanticModel => ResourceType::SemanticModel,
            Self::SavedQuery => ResourceType::SavedQuery,
        }
    }
}

/// An `on-run-start` or `on-run-end` item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunHook {
    /// What is run.
    pub body: Lazy<Body>,
    /// Before or after everything else.
    pub moment: HookMoment,
    /// Its place among the hooks of its project.
    pub index: usize,
}

/// When a [`RunHook`] runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HookMoment {
    /// `on-run-start`.
    Start,
    /// `on-run-end`.
    End,
}
