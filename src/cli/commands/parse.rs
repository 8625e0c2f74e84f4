//! `model parse`.

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::ops::execute;

/// Check the project and write manifest.json, without a database
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, session: &Session) -> Result<Exit, Problems> {
    let workspace = session.workspace(Map::new())?;
    execute::write_manifest(&workspace)?;
    let nodes = workspace.manifest.nodes.len();
    session.ui.say(&format!("{nodes} nodes and {} macros are in order", workspace.manifest.macros.len()));
    Ok(Exit::Success)
}
