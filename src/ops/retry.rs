//! `retry`: what the last command left undone.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::artifacts::UNFINISHED;
use super::execute::Options;
use crate::artifact::{BatchResults, RunResults, Status};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::manifest::UniqueId;
use crate::project::{Period, moment};
use crate::run::{Batches, Earlier, Mode};

/// The flags of the last command that are used again.
const USED_AGAIN: &[&str] = &[
    "cache_selected_only",
    "defer",
    "empty",
    "event_time_end",
    "event_time_start",
    "fail_fast",
    "favor_state",
    "full_refresh",
    "indirect_selection",
    "introspect",
    "maximum_seed_size_mib",
    "sample",
    "state",
    "store_failures",
    "version_check",
    "warn_error_options",
];

/// What the last command was and what it left undone.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Its flags, as it kept them.
    pub args: Map<String, Json>,
    /// What it left of its microbatch models.
    earlier: Arc<Earlier>,
    ended: Vec<(String, Status)>,
    again: Again,
}

/// How a command is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Nodes(Mode),
    Operation,
}

/// Reads the results of the last command from a folder: of one that was killed or could not begin,
/// that nothing is done.
///
/// # Errors
/// There are none, or they cannot be read, or the command cannot be repeated.
pub fn previous(folder: &Path) -> Result<Previous, Diagnostic> {
    let unfinished = folder.join(UNFINISHED);
    let path = if files::is_file(&unfinished) { unfinished } else { folder.join("run_results.json") };
    let text = files::read_text(&path).map_err(|error| {
        let shown = folder.file_name().unwrap_or_default().to_string_lossy();
        Diagnostic::error("nothing-to-retry", error.to_string())
            .known_as(format!("Could not find previous run in '{shown}' target directory"))
            .help("`retry` goes on where a command such as `build` has failed before")
    })?;
    let results = RunResults::read(&path, &text)?;
    let which = results.args.get("which").and_then(Json::as_str).unwrap_or_default();
    let again = again(which).ok_or_else(|| {
        Diagnostic::error("nothing-to-retry", format!("`{which}` cannot be retried")).in_file(&path)
    })?;
    let earlier = Arc::new(earlier(&results));
    let ended = results.results.into_iter().map(|result| (result.unique_id, result.status)).collect();
    Ok(Previous { earlier, ended, again, args: results.args })
}

impl Previous {
    /// unique ids of what failed or was skipped, and with `--warn-error` of what
    /// warned. dbt: hooks run again with whatever is done again, never alone.
    #[must_use]
    pub fn undone(&self, warnings_count: bool) -> Vec<String> {
        let is_undone = |status: Status| status.is_retried() || (warnings_count && status == Status::Warn);
        let is_hook = |id: &str| id.starts_with("operation.") && self.again != Again::Operation;
        let undone = self.ended.iter().filter(|(id, status)| is_undone(*status) && !is_hook(id));
        undone.map(|(id, _)| id.clone()).collect()
    }

    /// The flags of the command that are used again.
    pub fn flags(&self) -> impl Iterator<Item = (String, Json)> {
        let told = USED_AGAIN.iter().filter_map(|name| Some((*name, self.args.get(*name)?)));
        told.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value.clone()))
    }

    /// The command again, for some nodes.
    #[must_use]
    pub fn options(&self, nodes: Vec<String>) -> Options {
        let is_on = |name: &str| self.args.get(name).and_then(Json::as_bool).unwrap_or(false);
        Options {
            mode: match self.again {
                Again::Nodes(mode) => mode,
                Again::Operation => Mode::Run,
            },
            full_refresh: is_on("full_refresh"),
            empty: is_on("empty"),
            store_failures: is_on("store_failures"),
            exactly: Some(nodes),
            earlier: Arc::clone(&self.earlier),
            ..Options::default()
        }
    }

    /// The macro that was called, with its arguments, where that was the command.
    #[must_use]
    pub fn operation(&self) -> Option<(&str, Map<String, Json>)> {
        let name = self.text("macro").filter(|_| self.again == Again::Operation)?;
        let arguments = self.args.get("args").and_then(Json::as_object).cloned();
        Some((name, arguments.unwrap_or_default()))
    }

    /// The statement that was run, where that was the command.
    #[must_use]
    pub fn statement(&self) -> Option<&str> {
        self.text("sql").filter(|_| self.again == Again::Operation)
    }

    /// A text among the flags, such as `target`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
    }
}

/// dbt: only of models of which some batches were stored, so that the others are
/// done from the beginning.
fn earlier(results: &RunResults) -> Earlier {
    let metadata = &results.metadata;
    let began = metadata.invocation_started_at.as_deref().unwrap_or(&metadata.generated_at);
    let batches = results.results.iter().filter_map(|result| {
        let read = batches(result.batch_results.as_ref()?)?;
        let is_partly = !read.successful.is_empty() && !read.failed.is_empty();
        is_partly.then(|| (UniqueId(result.unique_id.as_str().into()), read))
    });
    Earlier { began: moment(began), batches: batches.collect(), ..Earlier::default() }
}

fn batches(written: &BatchResults) -> Option<Batches> {
    let read = |periods: &[(String, String)]| -> Option<Vec<Period>> {
        periods.iter().map(|(start, end)| Some((moment(start)?, moment(end)?))).collect()
    };
    Some(Batches { successful: read(&written.successful)?, failed: read(&written.failed)? })
}

fn again(which: &str) -> Option<Again> {
    Some(Again::Nodes(match which {
        "build" => Mode::Build,
        "run" | "seed" | "snapshot" => Mode::Run,
        "test" => Mode::Test,
        "compile" => Mode::Compile,
        "clone" => Mode::Clone,
        "run-operation" => return Some(Again::Operation),
        _ => return None,
    }))
}
