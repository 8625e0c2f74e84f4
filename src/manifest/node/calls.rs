//! What the templates of nodes call.

use serde::{Deserialize, Serialize};

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
