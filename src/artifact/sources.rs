//! `sources.json`, version 3: how old the sources are.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::metadata::Metadata;
use super::node_json::freshness_json;
use super::run_results::{Status, Timing};
use crate::manifest::Freshness;

/// `sources.json`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourcesResults {
    /// Who wrote it, and when.
    pub metadata: Metadata,
    /// One for each source that has a rule.
    pub results: Vec<FreshnessResult>,
    /// Seconds.
    pub elapsed_time: f64,
}

/// How one check ended.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum FreshnessResult {
    /// The age is known.
    Measured(Box<FreshnessMeasured>),
    /// The age could not be found out.
    Unknown(FreshnessUnknown),
}

/// A source whose age is known. Times are ISO 8601 texts in UTC.
#[derive(Debug, Clone, Serialize)]
pub struct FreshnessMeasured {
    /// The source.
    pub unique_id: String,
    /// When the newest row was loaded.
    pub max_loaded_at: String,
    /// When that was asked.
    pub snapshotted_at: String,
    /// Seconds between the two.
    pub max_loaded_at_time_ago_in_s: f64,
    /// [`Status::Pass`], [`Status::Warn`] or [`Status::Error`].
    pub status: Status,
    /// The rule.
    #[serde(serialize_with = "write_rule")]
    pub criteria: Freshness,
    /// What the warehouse said.
    pub adapter_response: Map<String, Json>,
    /// Its phases.
    pub timing: Vec<Timing>,
    /// `Thread-1 (worker)`.
    pub thread_id: String,
    /// Seconds.
    pub execution_time: f64,
}

/// A source whose age could not be found out.
#[derive(Debug, Clone, Serialize)]
pub struct FreshnessUnknown {
    /// The source.
    pub unique_id: String,
    /// Why not.
    pub error: Option<String>,
    /// [`Status::RuntimeError`].
    pub status: Status,
}

impl SourcesResults {
    /// The artifact.
    #[must_use]
    pub fn json(&self) -> Json {
        let stamped = Self { metadata: self.metadata.of("sources", 3), ..self.clone() };
        serde_json::to_value(stamped).unwrap_or(Json::Null)
    }
}

fn write_rule<S: serde::Serializer>(rule: &Freshness, serializer: S) -> Result<S::Ok, S::Error> {
    freshness_json(rule).serialize(serializer)
}
