//! Packages from git, by the program `git`.

use std::ffi::OsStr;
use std::path::Path;

use super::wanted::Repository;
use crate::diagnostics::Diagnostic;
use crate::host::process;
use crate::source::Span;

/// Puts a revision of a repository into an empty folder; gives its commit.
pub(super) fn check_out(
    repository: &Repository,
    revision: &str,
    folder: &Path,
    span: Span,
) -> Result<String, Diagnostic> {
    let git = Git { repository, folder, span };
    if revision.starts_with('-') || repository.address.starts_with('-') {
        return Err(git.refuse("a revision does not begin with `-`"));
    }
    git.run(&["init", "--quiet"])?;
    git.run(&["remote", "add", "origin", &repository.address])?;
    let shallow = ["fetch", "--quiet", "--depth", "1", "origin", revision];
    if git.run(&shallow).is_ok() {
        git.run(&["checkout", "--quiet", "--detach", "FETCH_HEAD"])?;
    } else {
        // Not every server gives a commit by its name; a shortened one needs all of them.
        git.run(&["fetch", "--quiet", "--tags", "origin"])?;
        git.run(&["checkout", "--quiet", "--detach", revision])?;
    }
    Ok(git.run(&["rev-parse", "HEAD"])?.trim().to_owned())
}

struct Git<'a> {
    repository: &'a Repository,
    folder: &'a Path,
    span: Span,
}

impl Git<'_> {
    fn run(&self, arguments: &[&str]) -> Result<String, Diagnostic> {
        let before: [&OsStr; 2] = [OsStr::new("-C"), self.folder.as_os_str()];
        let words: Vec<&OsStr> = before.into_iter().chain(arguments.iter().map(OsStr::new)).collect();
        // Nobody is asked for a password: there may be nobody.
        let variables = [("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")];
        let finished = process::run_with(Path::new("git"), &words, &variables, &|| false);
        let finished = finished.map_err(|error| {
            let message =
                if error.is_missing() { "there is no program `git`".to_owned() } else { error.to_string() };
            Diagnostic::error("git", message).at(self.span, "").help("install git, or use a `local:` package")
        })?;
        if finished.code == Some(0) { Ok(finished.stdout) } else { Err(self.refuse(&finished.stderr)) }
    }

    /// What went wrong. An address that holds a secret is told as it is written.
    fn refuse(&self, reason: &str) -> Diagnostic {
        let reason = reason.replace(&self.repository.address, &self.repository.written);
        let message = format!("cannot get the package `{}` by git", self.repository.written);
        Diagnostic::error("git", message).at(self.span, "").note(reason.trim().to_owned())
    }
}
