//! The command line: the only code that prints.

use std::process::ExitCode;

/// Runs the process's command line.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
