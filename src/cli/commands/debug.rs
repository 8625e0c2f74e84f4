//! `model debug`.

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
}

pub(crate) fn run(_: &Args, session: &Session) -> Result<Exit, Problems> {
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
