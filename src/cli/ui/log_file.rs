//! `dbt.log`: everything that happens, for those who look later.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::record::{Form, Level, Record, Signature};
use crate::diagnostics::Diagnostic;
use crate::host::rolling::RollingFile;
use crate::host::{FileError, clock};

/// The name that orchestrators look for.
const NAME: &str = "dbt.log";

/// The log file of an invocation. Threads share it; a record is never torn.
#[derive(Debug)]
pub(crate) struct LogFile {
    level: Level,
    form: Form,
    run: Signature,
    /// `None` once it could not be written.
    file: Mutex<Option<RollingFile>>,
}

/// What goes into a log file, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogOptions {
    pub(crate) level: Level,
    pub(crate) form: Form,
    /// A file is put aside before it gets longer; 0 is no limit.
    pub(crate) max_bytes: u64,
}

impl LogFile {
    /// The log in a folder, which is made where it is missing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn open(folder: &Path, options: LogOptions, run: &Signature) -> Result<Self, Diagnostic> {
        let file =
            RollingFile::open(&folder.join(NAME), options.max_bytes).map_err(|error| refused(&error))?;
        let (level, form, run) = (options.level, options.form, run.clone());
        Ok(Self { level, form, run, file: Mutex::new(Some(file)) })
    }

    /// The least level that it takes.
    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// The form of its lines.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Takes a record, if its level is wanted. What matters to people is on the disk
    /// at once, and so is the statement that runs now; the rest follows.
    ///
    /// # Errors
    /// The file cannot be written; nothing more will be tried.
    pub(crate) fn take(&self, record: &Record) -> Result<(), Diagnostic> {
        if record.level < self.level {
            return Ok(());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = file.as_mut() else { return Ok(()) };
        let now = clock::now();
        let mut lines = record.line(self.form, now, &self.run);
        if record.name == "MainReportVersion" && self.form == Form::Debug {
            let (bar, moment) = ("=".repeat(30), now.format("%H:%M:%S%.6f"));
            lines.insert_str(0, &format!("\n\n{bar} {moment} | {} {bar}\n", self.run.invocation_id));
        }
        let is_urgent = record.level > Level::Debug || record.name == "SQLQuery";
        let written = open.line(&lines).and_then(|()| if is_urgent { open.flush() } else { Ok(()) });
        written.map_err(|error| {
            *file = None;
            refused(&error)
        })
    }
}

fn refused(error: &FileError) -> Diagnostic {
    Diagnostic::warning("log-file", error.to_string())
        .note("the run goes on without a log file")
        .help("name another folder with `--log-path`, or turn the log off with `--log-level-file none`")
}
