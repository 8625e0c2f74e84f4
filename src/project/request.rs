//! What an invocation asks for.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use crate::host::Environment;
use crate::host::timings::Timings;
use crate::source::SourceMap;

/// What the command line says about the project to load. `None` is "not said":
/// the environment, then the files, then the defaults decide.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// The folder that relative paths of the request start from.
    pub current_dir: PathBuf,
    /// `--project-dir`.
    pub project_dir: Option<PathBuf>,
    /// `--profiles-dir`.
    pub profiles_dir: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--target`.
    pub target: Option<String>,
    /// `--threads`.
    pub threads: Option<usize>,
    /// `--vars`, as written.
    pub vars: Option<String>,
    /// Every other flag that was given, by its name with underscores.
    pub flags: Map<String, Json>,
    /// The command and when it was given.
    pub invocation: Invocation,
    /// The environment variables.
    pub environment: Environment,
    /// Where texts are added as they are read.
    pub sources: Arc<SourceMap>,
}

/// One run of the program.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// A UUID.
    pub id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The command: `build`, `run-operation`, …
    pub which: String,
    /// The whole command line, as people typed it.
    pub command_line: String,
    /// Where its time goes.
    pub timings: Arc<Timings>,
}

impl LoadRequest {
    /// A flag's environment variable: dbt's newer name for it counts first.
    pub(super) fn variable(&self, name: &str) -> Option<(String, &str)> {
        variable(&self.environment, name)
    }
}

/// The name and value of `DBT_ENGINE_<NAME>`, else of `DBT_<NAME>`; an empty one is not set.
pub(super) fn variable<'a>(environment: &'a Environment, name: &str) -> Option<(String, &'a str)> {
    let upper = name.to_uppercase();
    [format!("DBT_ENGINE_{upper}"), format!("DBT_{upper}")].into_iter().find_map(|variable| {
        let value = environment.get(&variable).filter(|value| !value.is_empty())?;
        Some((variable, value))
    })
}
