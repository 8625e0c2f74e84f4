//! `model init`.

use std::path::PathBuf;

use crate::cli::program_name::ProgramName;
use crate::cli::session::{Exit, Problems, Session};
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
    // Programs that know dbt look for its name.
    let program_name = ProgramName::of_process();
    let project_file = if program_name == ProgramName::Dbt { "dbt_project.yml" } else { "project.yml" };
    for path in init::init(&folder, &name, project_file).map_err(|problem| vec![problem])? {
        let shown: PathBuf = path.strip_prefix(&folder).map(PathBuf::from).unwrap_or(path);
        session.ui.say(&format!("wrote {}", shown.display()));
    }
    let go = args.name.as_ref().map_or_else(String::new, |name| format!("cd {name} && "));
    session.ui.say(&format!("\nnow build it: {go}{} build", program_name.name()));
    Ok(Exit::Success)
}
