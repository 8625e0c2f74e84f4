//! The name under which the program was started. Linked or installed as `dbt`, it
//! answers in the forms that programs around dbt read.

use std::fmt::Write as _;

use crate::adapter;
use crate::host::environment;
use crate::project::DBT_VERSION;

/// The name under which the program was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgramName {
    /// Its own: talk is for people.
    Own,
    /// `dbt`: talk has dbt's lines and goes to stdout, as orchestrators expect.
    Dbt,
}

impl ProgramName {
    /// What this process was started as.
    pub(crate) fn of_process() -> Self {
        if environment::program_name() == "dbt" { Self::Dbt } else { Self::Own }
    }

    /// What the program is called in usage and hints.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Own => "model",
            Self::Dbt => "dbt",
        }
    }

    /// What `--version` prints. Nothing is looked up: the newest version that this
    /// program knows of is the one that it follows.
    pub(crate) fn version(self) -> String {
        let own = env!("CARGO_PKG_VERSION");
        if self == Self::Own {
            return format!("model {own}\n");
        }
        let mut text = format!(
            "Core:\n  - installed: {DBT_VERSION}\n  - latest:    {DBT_VERSION} - Up to date!\n\nPlugins:\n"
        );
        let width = adapter::releases().map(|(kind, _)| kind.len()).max().unwrap_or_default() + 1;
        for (kind, version) in adapter::releases() {
            let _ = writeln!(text, "  - {:<width$} {version} - Up to date!", format!("{kind}:"));
        }
        let _ = writeln!(text, "\nProgram:\n  - model {own}");
        text
    }
}
