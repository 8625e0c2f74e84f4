//! `model debug`.

use std::path::Path;

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::ops::debug;
use crate::project;

/// Show which project, profile and database are used, and try the connection
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Accepted for command lines written for dbt: the connection is tried anyway
    #[arg(long, hide = true)]
    connection: bool,
    /// Show in which folder `profiles.yml` is, and nothing else
    #[arg(long)]
    config_dir: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    if args.config_dir {
        let file = project::profiles_file(&session.request(Map::new())?).map_err(|problem| vec![problem])?;
        let folder = file.as_deref().and_then(Path::parent).map(|folder| folder.display().to_string());
        session.ui.answer(&folder.unwrap_or_else(|| "there is no `profiles.yml`".to_owned()));
        return Ok(Exit::Success);
    }
    let workspace = session.workspace(Map::new())?;
    let project = &workspace.project;
    let tell = |what: &str, value: &str| session.ui.answer(&format!("{what:<12}{value}"));
    tell("model", env!("CARGO_PKG_VERSION"));
    tell("language", &format!("dbt {}", project::DBT_VERSION));
    tell("project", &format!("{} in {}", project.root_package().name, project.root.display()));
    tell("profile", &project.profile.name);
    tell("target", &project.profile.target_name);
    tell("adapter", workspace.adapter().kind());
    tell("nodes", &workspace.manifest.nodes.len().to_string());
    debug::connect(&workspace).map_err(|problem| vec![problem])?;
    tell("connection", "works");
    Ok(Exit::Success)
}
