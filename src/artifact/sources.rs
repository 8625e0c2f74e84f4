//! `sources.json`, version 3: how old the sources are.

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::metadata::Metadata;
use super::run_results::{Status, Timing};
use crate::diagnostics::Diagnostic;

/// `sources.json`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourcesResults {
    /// Who wrote it, and when.
    pub metadata: Metadata,
    /// One for each source whose age is known. dbt: what went wrong with the others is not told here.
    pub results: Vec<FreshnessMeasured>,
    /// Seconds.
    pub elapsed_time: f64,
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
    pub criteria: Json,
    /// What the warehouse said.
    pub adapter_response: Map<String, Json>,
    /// Its phases.
    pub timing: Vec<Timing>,
    /// `Thread-1 (worker)`.
    pub thread_id: String,
    /// Seconds.
    pub execution_time: f64,
}

impl SourcesResults {
    /// The artifact, with the address of its schema.
    #[must_use]
    pub fn stamped(self) -> Self {
        Self { metadata: self.metadata.of("sources", 3), ..self }
    }
}

/// Of an earlier `sources.json`: when the newest row of a source was loaded,
/// by unique id. Sources whose age was not found out are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierAges(pub HashMap<String, DateTime<FixedOffset>>);

#[derive(Deserialize)]
struct AgesFile {
    metadata: Metadata,
    results: Vec<Age>,
}

#[derive(Deserialize)]
struct Age {
    unique_id: String,
    #[serde(default)]
    max_loaded_at: Option<String>,
}

impl EarlierAges {
    /// Reads a `sources.json` of version 3.
    ///
    /// # Errors
    /// The text is not such an artifact.
    pub fn read(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        let refuse = |message: String| Diagnostic::error("bad-state", message).in_file(path);
        let file: AgesFile = serde_json::from_str(text)
            .map_err(|error| refuse(format!("these are no results of `source freshness`: {error}")))?;
        if file.metadata.version_of("sources") != Some(3) {
            return Err(refuse("these results have a version that cannot be read".to_owned())
                .note(format!("the file says `{}`", file.metadata.dbt_schema_version)));
        }
        let time = |age: Age| {
            let at = DateTime::parse_from_rfc3339(age.max_loaded_at.as_deref()?).ok()?;
            Some((age.unique_id, at))
        };
        Ok(Self(file.results.into_iter().filter_map(time).collect()))
    }
}
