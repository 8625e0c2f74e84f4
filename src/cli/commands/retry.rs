//! `model retry`.

use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use crate::cli::session::{Exit, Problems, Session};
use crate::ops::retry;
use crate::project;

/// Do again what failed or was skipped in the last command
#[derive(Debug, clap::Args)]
#[command(after_help = "The flags and variables of that command are used again, unless others are given.")]
pub(crate) struct Args {
    /// Read the results of the last command from this folder instead of the target path
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let folder = match &args.state {
        Some(folder) => folder.clone(),
        None => project::load_root(&session.request(Map::new())?)?.0.target_path(),
    };
    let previous = retry::previous(&folder).map_err(|problem| vec![problem])?;
    if previous.undone.is_empty() {
        session.ui.say("the last command left nothing undone");
        return Ok(Exit::Success);
    }
    let options = previous.options();
    let mut request = session.request(options.flags())?;
    // dbt: the command that is done again, also for `flags.WHICH` and the next retry.
    if let Some(which) = previous.text("which") {
        which.clone_into(&mut request.invocation.which);
    }
    request.target = request.target.or_else(|| previous.text("target").map(str::to_owned));
    request.profile = request.profile.or_else(|| previous.text("profile").map(str::to_owned));
    request.vars = request
        .vars
        .or_else(|| previous.args.get("vars").filter(|vars| has_entries(vars)).map(Json::to_string));
    let workspace = session.open(&request)?;
    session.execute_in(&workspace, &options)
}

fn has_entries(vars: &Json) -> bool {
    vars.as_object().is_some_and(|vars| !vars.is_empty())
}
