//! `metadata`: which program wrote an artifact, when, in which invocation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The `metadata` that all artifacts have. Times are ISO 8601 texts in UTC, as
/// in `2026-11-21T00:57:21.855959Z`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Address of the schema; writers set it.
    #[serde(default)]
    pub dbt_schema_version: String,
    /// The version of dbt whose behaviour this is.
    #[serde(default)]
    pub dbt_version: String,
    /// When the artifact was written.
    #[serde(default)]
    pub generated_at: String,
    /// Which invocation wrote it.
    #[serde(default)]
    pub invocation_id: Option<String>,
    /// When that invocation began.
    #[serde(default)]
    pub invocation_started_at: Option<String>,
    /// What `DBT_ENV_CUSTOM_ENV_*` variables said, without that prefix.
    #[serde(default)]
    pub env: Map<String, Json>,
}

impl Metadata {
    /// The same for an artifact by this name and version.
    pub(super) fn of(self, artifact: &str, version: u32) -> Self {
        let address = format!("https://schemas.getdbt.com/dbt/{artifact}/v{version}.json");
        Self { dbt_schema_version: address, ..self }
    }

    /// The version in the schema's address: 6 of `…/run-results/v6.json`.
    pub(super) fn version_of(&self, artifact: &str) -> Option<u32> {
        let (_, tail) = self.dbt_schema_version.split_once(&format!("/{artifact}/v"))?;
        tail.strip_suffix(".json")?.parse().ok()
    }
}
