//! `model clean`.

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::ops::clean;
use crate::project;

/// Remove what other commands have written: the folders under `clean-targets`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Remove folders outside of the project too
    #[arg(long)]
    no_clean_project_files_only: bool,
    #[arg(long, hide = true, overrides_with = "no_clean_project_files_only")]
    clean_project_files_only: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let (project, _) = project::load_root(&session.request(Map::new())?)?;
    let paths = &project.file.paths;
    session
        .warn_under(&project.flags, clean::old_folder(&paths.clean_targets, &paths.packages).as_slice())?;
    let removed = clean::clean(&clean::Options {
        root: &project.root,
        targets: &paths.clean_targets,
        kept: &paths.sources(),
        outside: args.no_clean_project_files_only,
    })?;
    for folder in &removed {
        session.ui.say(&format!("removed {}", folder.display()));
    }
    if removed.is_empty() {
        session.ui.say("there is nothing to remove");
    }
    Ok(Exit::Success)
}
