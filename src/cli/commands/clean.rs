//! `model clean`.

use serde_json::{Map, json};

use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::{Level, Record};
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
    let request = session.request(Map::new())?;
    session.keep_log(&request);
    let (project, _) = project::load_root(&request)?;
    let paths = &project.file.paths;
    session
        .warn_under(&project.flags, clean::old_folder(&paths.clean_targets, &paths.packages).as_slice())?;
    let removed = clean::clean(&clean::Options {
        root: &project.root,
        targets: &paths.clean_targets,
        kept: &paths.sources(),
        outside: args.no_clean_project_files_only,
    })?;
    for folder in &project.file.paths.clean_targets {
        report(session, &project.root.join(folder).display().to_string());
    }
    let message = "Finished cleaning all paths.";
    session.ui.record(&Record::new("FinishedCleanPaths", "Z015", Level::Info, message, json!({})));
    for folder in &removed {
        session.ui.say_to_people(&format!("removed {}", folder.display()));
    }
    if removed.is_empty() {
        session.ui.say_to_people("there is nothing to remove");
    }
    Ok(Exit::Success)
}

/// What dbt tells of a folder, also of one that is not there.
fn report(session: &Session, folder: &str) {
    let record = |name, code, verb: &str| {
        let message = format!("{verb} {folder}/*");
        session.ui.record(&Record::new(name, code, Level::Info, message, json!({"path": folder})));
    };
    record("CheckCleanPath", "Z012", "Checking");
    record("ConfirmCleanPath", "Z013", "Cleaned");
}
