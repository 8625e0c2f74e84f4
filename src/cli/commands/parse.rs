//! `model parse`.

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::count;
use crate::ops::execute;

/// Check the project and write manifest.json, without a database
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, session: &Session) -> Result<Exit, Problems> {
    let workspace = session.workspace(Map::new())?;
    execute::write_manifest(&workspace)?;
    session.ui.say(&format!("{} in order", count(workspace.manifest.nodes.len(), "node")));
    Ok(Exit::Success)
}
