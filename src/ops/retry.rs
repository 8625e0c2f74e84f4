//! `retry`: what the last command left undone.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::execute::Options;
use crate::artifact::RunResults;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::run::Mode;

/// What the last command was and what it left undone.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Its flags, as it kept them.
    pub args: Map<String, Json>,
    /// unique ids of nodes that failed or were skipped.
    pub undone: Vec<String>,
    mode: Mode,
}

/// Reads the results of the last command from a folder.
///
/// # Errors
/// There are none, or they cannot be read, or the command cannot be repeated.
pub fn previous(folder: &Path) -> Result<Previous, Diagnostic> {
    let path = folder.join("run_results.json");
    let text = files::read_text(&path).map_err(|error| {
        Diagnostic::error("nothing-to-retry", error.to_string())
            .help("`retry` goes on where a command such as `build` has failed before")
    })?;
    let results = RunResults::read(&path, &text)?;
    let which = results.args.get("which").and_then(Json::as_str).unwrap_or_default();
    let mode = mode(which).ok_or_else(|| {
        Diagnostic::error("nothing-to-retry", format!("`{which}` cannot be retried")).in_file(&path)
    })?;
    let warns_fail = results.args.get("warn_error").and_then(Json::as_bool).unwrap_or(false);
    let is_undone = |status: crate::artifact::Status| {
        status.is_retried() || (warns_fail && status == crate::artifact::Status::Warn)
    };
    let undone = results.results.iter().filter(|result| is_undone(result.status));
    let undone = undone.map(|result| result.unique_id.clone()).collect();
    Ok(Previous { undone, mode, args: results.args })
}

impl Previous {
    /// The command again, for what is undone.
    #[must_use]
    pub fn options(&self) -> Options {
        let is_on = |name: &str| self.args.get(name).and_then(Json::as_bool).unwrap_or(false);
        Options {
            mode: self.mode,
            full_refresh: is_on("full_refresh"),
            empty: is_on("empty"),
            store_failures: is_on("store_failures"),
            exactly: Some(self.undone.clone()),
            ..Options::default()
        }
    }

    /// A text among the flags, such as `target`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
    }
}

fn mode(which: &str) -> Option<Mode> {
    match which {
        "build" => Some(Mode::Build),
        "run" | "seed" | "snapshot" => Some(Mode::Run),
        "test" => Some(Mode::Test),
        "compile" => Some(Mode::Compile),
        _ => None,
    }
}
