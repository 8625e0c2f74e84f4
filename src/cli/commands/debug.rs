//! `model debug`.

use std::path::Path;

use serde_json::Map;

use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::count;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::ops::debug;
use crate::project::{self, LoadRequest, Profile, ProjectRoot};

/// Show which project, profile and database are used, and try the connection
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Try the connection, and look at nothing else
    #[arg(long)]
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
    let request = session.request(Map::new())?;
    session.keep_log(&request);
    let found = project::load_foundation(&request);
    let (mut findings, warnings): (Vec<Diagnostic>, Vec<Diagnostic>) =
        found.findings.into_iter().partition(Diagnostic::is_error);
    let given = request.project_dir.as_deref().map(|folder| request.current_dir.join(folder));
    if given.is_some_and(|folder| !files::is_folder(&folder)) {
        // A mistake on the command line, as for any other command, and not a check that fails.
        return Err(findings);
    }
    // dbt: a var that the project file lacks ends the command, as any other.
    let is_about_vars = |finding: &Diagnostic| finding.code == "unknown-var";
    if !args.connection && found.profile.is_some() && findings.iter().any(is_about_vars) {
        return Err(findings);
    }
    if let Some(root) = found.root.as_ref().filter(|_| !args.connection) {
        session.warn_under(&root.flags, &warnings)?;
    }
    tell(session, "model", env!("CARGO_PKG_VERSION"));
    tell(session, "language", &format!("dbt {}", project::DBT_VERSION));
    if args.connection {
        session.ui.answer("Skipping steps before connection verification");
        findings.retain(|_| found.profile.is_none());
    } else {
        tell_files(session, &request, found.root.as_ref());
    }
    if let Some(profile) = &found.profile {
        tell_profile(session, profile);
        match debug::connect(profile) {
            Ok(()) => tell(session, "connection", "works"),
            Err(problem) => findings.push(problem),
        }
    }
    if !findings.is_empty() {
        // Scripts look for dbt's words.
        let is_reached = findings.iter().all(|it| it.code != "no-connection");
        let failed = [found.profile.is_some(), found.root.is_some(), is_reached];
        let failed = failed.into_iter().filter(|is_fine| !is_fine).count().max(1);
        session.ui.answer(&format!("{} failed:", count(failed, "check")));
        if found.profile.is_none() {
            session.ui.answer("Profile loading failed for the following reason:");
        }
        session.ui.diagnostics(&findings, &session.sources);
        return Ok(Exit::Failure);
    }
    session.ui.answer("All checks passed!");
    Ok(Exit::Success)
}

fn tell(session: &Session, what: &str, value: &str) {
    session.ui.answer(&format!("{what:<12}{value}"));
}

fn tell_files(session: &Session, request: &LoadRequest, root: Option<&ProjectRoot>) {
    let found = project::profiles_file(request).ok().flatten();
    let missing = if found.is_some() { "" } else { ", which is not there" };
    if let Some(file) = found.or_else(|| project::missed_profiles_file(request)) {
        tell(session, "profiles", &format!("Using profiles.yml file at {}{missing}", file.display()));
    }
    if let Some(root) = root {
        tell(session, "project", &format!("{} in {}", root.file.name, root.root.display()));
    }
}

fn tell_profile(session: &Session, profile: &Profile) {
    session.ui.hide_texts(profile.secret_values());
    tell(session, "profile", &profile.name);
    tell(session, "target", &profile.target_name);
    tell(session, "adapter", profile.adapter.kind());
}
