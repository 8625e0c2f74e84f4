//! The kinds of nodes, and what only each kind has.

use std::borrow::Cow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Body, ResourceType, Source, UniqueId};
use crate::manifest::generic_tests::OldForm;
use crate::manifest::lazy::Lazy;
use crate::manifest::unit_test::UnitTest;
use crate::template::Forms;

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
    pub root_path: PathBuf,
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
    pub kwargs: Map<String, Json>,
    /// Which of them are no texts, where their JSON does not say it.
    pub forms: Forms,
    /// The column, where the test stands below one.
    pub column_name: Option<String>,
    /// The node that it stands below.
    pub attached_node: Option<UniqueId>,
    /// `models.stg_orders`: the YAML key and entry that it stands below.
    pub file_key_name: String,
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
    pub owner: Map<String, Json>,
}

/// A part of the semantic layer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Semantic {
    /// Which part.
    pub kind: SemanticKind,
    /// What only nodes of this kind have, as dbt's artifacts show it.
    pub fields: Map<String, Json>,
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
