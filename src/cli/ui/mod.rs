//! What people and programs read.
//!
//! [`Ui`] owns both streams: answers go to stdout, talk beside them to stderr. Where
//! the report of what was done is all that a command answers, it goes to stdout. A run
//! is told by a [`Reporter`], which takes the run's events one by one. What happens is put
//! into [`Record`]s once, for programs that read the talk and for the [`LogFile`].

mod closing;
mod events;
mod lines;
mod log_file;
mod progress;
mod record;
mod report;
mod screen;
mod style;
mod summary;
mod table;
mod tally;
mod timings;
mod words;

/// JSON as dbt prints it: over several lines.
pub(crate) fn indented(json: &serde_json::Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

pub(crate) use log_file::{LogFile, LogOptions};
pub(crate) use record::{Form, Level, Record, Signature};
pub(crate) use report::Reporter;
pub(crate) use screen::{Format, Look, TalkStream, Ui, Verbosity};
pub(crate) use table::rows_as_table;
pub(crate) use words::count;
