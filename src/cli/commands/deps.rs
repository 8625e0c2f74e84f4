//! `model deps`.

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::project;
use crate::project::DepsOptions;

/// Install the packages that the project asks for
#[derive(Debug, clap::Args)]
#[command(after_help = "Writes package-lock.yml. Local packages only, in this version.")]
pub(crate) struct Args {
    /// Resolve again although the lock file is up to date
    #[arg(long)]
    upgrade: bool,
    /// Write the lock file and install nothing
    #[arg(long)]
    lock: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let request = session.request(Map::new())?;
    let installed = project::deps(&request, DepsOptions { lock_only: args.lock, upgrade: args.upgrade })?;
    session.ui.diagnostics(&installed.warnings, &session.sources);
    for (name, path) in &installed.packages {
        session.ui.say(&format!("{name} from {path}"));
    }
    if installed.packages.is_empty() {
        session.ui.say("the project asks for no packages");
    }
    Ok(Exit::Success)
}
