//! Unit tests: given rows, a model, expected rows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::node::{NodeId, RefCall, SourceCall};
use crate::diagnostics::Diagnostic;

/// Inputs and expected rows for one model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnitTest {
    /// The model under test, as written.
    pub model: String,
    /// The model under test.
    pub tested: NodeId,
    /// The version of it, where it has versions.
    pub version: Option<Json>,
    /// Which versions of it are tested, as written.
    pub versions: Option<Json>,
    /// The inputs.
    pub given: Vec<Given>,
    /// What the model must give.
    pub expect: Fixture,
    /// The name of the fixture file that this comes from.
    pub expect_fixture: Option<String>,
    /// What is replaced while the model is rendered.
    pub overrides: Overrides,
    /// SHA-256 over everything above, as dbt computes it for state comparison.
    pub checksum: String,
}

/// One input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Given {
    /// As written: `ref('stg_orders')`.
    pub input_text: String,
    /// What it stands for.
    pub input: GivenInput,
    /// Its rows.
    pub rows: Fixture,
    /// The name of the fixture file that they come from.
    pub fixture: Option<String>,
}

/// What a [`Given`] stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GivenInput {
    /// `ref(...)` and the node that it names.
    Ref(RefCall, NodeId),
    /// `source(...)` and the node that it names.
    Source(SourceCall, NodeId),
    /// `this`.
    This,
    /// Nothing has this name, and what is told of it. dbt: only the test fails.
    Unknown(Box<Diagnostic>),
}

/// Rows as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fixture {
    /// `format: dict`, or `csv` read into the same form: column to value.
    Rows(Vec<Map<String, Json>>, FixtureFormat),
    /// `format: sql`.
    Sql(String),
}

/// How the rows of a [`Fixture::Rows`] were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FixtureFormat {
    Dict,
    Csv,
}

/// What is replaced while the model is rendered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Overrides {
    /// Macro name (qualified or not) to the value that it gives.
    pub macros: Map<String, Json>,
    /// Variables.
    pub vars: Map<String, Json>,
    /// Environment variables.
    pub env_vars: Map<String, Json>,
}
