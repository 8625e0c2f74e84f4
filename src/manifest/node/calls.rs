//! What the templates of nodes call.

use minijinja::Value;
use minijinja::value::{Kwargs, ValueKind};
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

impl RefCall {
    /// The version that a call asks for, and whether it is a text.
    #[must_use]
    pub fn version_in(options: &Kwargs) -> (Option<String>, bool) {
        let given = |key: &str| options.peek::<Value>(key).ok();
        let version = given("version").filter(|version| !version.is_none()).or_else(|| given("v"));
        let version = version.filter(|version| {
            matches!(version.kind(), ValueKind::String | ValueKind::Number | ValueKind::Bool)
        });
        let is_text = version.as_ref().is_some_and(|version| version.as_str().is_some());
        (version.map(|version| version.to_string()), is_text)
    }

    /// The version that is sought. dbt: version 0 is asked for like any other, but not looked for.
    #[must_use]
    pub fn sought_version(&self) -> Option<&str> {
        let counts = |version: &&str| match version.parse::<f64>() {
            Ok(number) if !self.version_is_text => number.abs() > 0.0,
            _ => !version.is_empty(),
        };
        self.version.as_deref().filter(counts)
    }
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
