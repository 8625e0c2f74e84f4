//! `model deps`.

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::project::{self, Addition, DepsOptions};

/// Install the packages that the project asks for
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Installs what package-lock.yml names, and writes it where it does not fit the project."
)]
pub(crate) struct Args {
    /// Resolve again although the lock file is up to date
    #[arg(long)]
    upgrade: bool,
    /// Write the lock file and install nothing
    #[arg(long)]
    lock: bool,
    /// Ask for one more package first: `acme/tools@1.0.0`, `acme/tools@\">=1.0.0,<2.0.0\"`
    #[arg(long, value_name = "PACKAGE")]
    add_package: Option<String>,
    /// Where the package to add comes from
    #[arg(long, value_name = "SOURCE", value_parser = ["hub", "git", "local"], default_value = "hub")]
    source: String,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let request = session.request(Map::new())?;
    let add = args.add_package.as_deref().map(|text| Addition::parse(text, &args.source));
    let installed =
        project::deps(&request, &DepsOptions { lock_only: args.lock, upgrade: args.upgrade, add })?;
    session.ui.diagnostics(&installed.warnings, &session.sources);
    for (name, place) in &installed.packages {
        session.ui.say(&format!("{name} from {place}"));
    }
    if installed.packages.is_empty() {
        session.ui.say("the project asks for no packages");
    }
    Ok(Exit::Success)
}
