//! `model retry`.

use serde_json::{Map, Value as Json};

use crate::cli::session::{Exit, Problems, Session};
use crate::ops::alone;
use crate::ops::retry::{self, Previous};
use crate::project::{self, LoadRequest};

/// Do again what failed or was skipped in the last command
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The flags and variables of that command are used again, unless others are given.\nWith --state DIR, that folder holds the results of the last command, instead of the target path."
)]
pub(crate) struct Args {
    /// Build incremental models and seeds anew, whatever the last command did
    #[arg(short, long)]
    full_refresh: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let root = project::load_root(&session.request(Map::new())?)?.0;
    let folder = match &session.global.state {
        Some(folder) => root.root.join(folder),
        None => root.target_path(),
    };
    let previous = retry::previous(&folder).map_err(|problem| vec![problem])?;
    let undone = previous.undone(root.flags.is_on("warn_error"));
    if undone.is_empty() {
        session.ui.say("the last command left nothing undone");
        return Ok(Exit::Success);
    }
    let mut request = request(session, &previous)?;
    if args.full_refresh {
        request.flags.insert("full_refresh".to_owned(), Json::from(true));
    }
    let workspace = session.open(&request)?;
    if let Some((name, arguments)) = previous.operation() {
        let outcome = session.alone(&workspace, |stop, on_event| {
            alone::operation(&workspace, name, &arguments, stop, on_event)
        })?;
        return Ok(Exit::of(&outcome));
    }
    if let Some(sql) = previous.statement() {
        let outcome =
            session.alone(&workspace, |stop, on_event| alone::statement(&workspace, sql, stop, on_event))?;
        return Ok(Exit::of(&outcome));
    }
    session.execute_in(&workspace, &previous.options(undone))
}

/// The last command's request, with what this one says otherwise.
fn request(session: &Session, previous: &Previous) -> Result<LoadRequest, Problems> {
    let mut request = session.request(Map::new())?;
    // dbt: it says where the results are; what was compared with is that of the last command.
    request.flags.remove("state");
    let is_strict = request.flags.contains_key("warn_error");
    for (name, value) in previous.flags().filter(|(name, _)| !(is_strict && name == "warn_error_options")) {
        request.flags.entry(name).or_insert(value);
    }
    // dbt: the command that is done again, also for `flags.WHICH` and the next retry.
    if let Some(which) = previous.text("which") {
        which.clone_into(&mut request.invocation.which);
    }
    let threads = previous.args.get("threads").and_then(Json::as_u64);
    request.threads = request.threads.or_else(|| threads.and_then(|threads| usize::try_from(threads).ok()));
    if let Some(threads) = request.threads {
        request.flags.insert("threads".to_owned(), threads.into());
    }
    request.target = request.target.or_else(|| previous.text("target").map(str::to_owned));
    request.profile = request.profile.or_else(|| previous.text("profile").map(str::to_owned));
    request.vars = request
        .vars
        .or_else(|| previous.args.get("vars").filter(|vars| has_entries(vars)).map(Json::to_string));
    Ok(request)
}

fn has_entries(vars: &Json) -> bool {
    vars.as_object().is_some_and(|vars| !vars.is_empty())
}
