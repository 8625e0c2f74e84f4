//! `model init`.

use std::path::{Path, PathBuf};

use serde_json::{Map, json};

use crate::cli::program_name::ProgramName;
use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::{Level, Record};
use crate::diagnostics::Diagnostic;
use crate::host::environment;
use crate::ops::init;

/// Start a project: a seed, two models and their tests, ready to build
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The project's name and folder; without it, this folder
    name: Option<String>,
    /// Accepted for command lines written for dbt: no profile is needed
    #[arg(long, short = 's', hide = true)]
    skip_profile_setup: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let here = session.global.project_dir.clone().map_or_else(environment::current_dir, Ok);
    let here = here.map_err(|error| vec![error.into()])?;
    let (folder, name) = if let Some(name) = &args.name {
        (here.join(name), name.clone())
    } else {
        let name = here.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (here, name.replace(['-', ' ', '.'], "_"))
    };
    let program_name = ProgramName::of_process();
    if program_name == ProgramName::Dbt
        && let Some(exit) = as_dbt(args, session, &folder)?
    {
        return Ok(exit);
    }
    // Programs that know dbt look for its name.
    let project_file = if program_name == ProgramName::Dbt { "dbt_project.yml" } else { "project.yml" };
    for path in init::init(&folder, &name, project_file).map_err(|problem| vec![problem])? {
        let shown: PathBuf = path.strip_prefix(&folder).map(PathBuf::from).unwrap_or(path);
        session.ui.say(&format!("wrote {}", shown.display()));
    }
    let go = args.name.as_ref().map_or_else(String::new, |name| format!("cd {name} && "));
    session.ui.say(&format!("\nnow build it: {go}{} build", program_name.name()));
    Ok(Exit::Success)
}

/// How dbt ends where there is a project already: in one, it only sets up a profile, which
/// nobody needs here.
fn as_dbt(args: &Args, session: &Session, folder: &Path) -> Result<Option<Exit>, Problems> {
    session.keep_log(&session.request(Map::new())?);
    let above = args.name.as_ref().and_then(|_| folder.parent()).unwrap_or(folder);
    if init::is_in_project(above) {
        if session.global.profile.is_some() {
            let message = "there is a project here already: it is not begun with another profile";
            let words = "Can not init existing project with specified profile, edit dbt_project.yml instead";
            return Err(vec![Diagnostic::error("project-exists", message).known_as(words)]);
        }
        return Ok(Some(Exit::Success));
    }
    let Some(name) = args.name.as_ref().filter(|_| init::is_taken(folder)) else { return Ok(None) };
    let message = format!("A project called {name} already exists here.");
    let data = json!({"name": name});
    session.ui.record(&Record::new("ProjectNameAlreadyExists", "A025", Level::Info, message, data));
    Ok(Some(Exit::Success))
}
