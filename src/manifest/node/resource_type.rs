//! dbt's types of nodes.

use std::fmt;

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
