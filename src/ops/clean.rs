//! `clean`: removes what other commands have written.

use std::path::{Component, Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::host::files;

/// What is to be cleaned.
#[derive(Debug)]
pub struct Options<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// `clean-targets` of the project file.
    pub targets: &'a [String],
    /// Folders that hold what people wrote: these and what is above them stay.
    pub kept: &'a [String],
    /// Whether folders outside the project may be removed.
    pub outside: bool,
}

/// Removes the folders; returns those that were there.
///
/// # Errors
/// Folders that are protected (nothing is removed then), or that cannot be removed.
pub fn clean(options: &Options<'_>) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let root = plain(options.root);
    let targets: Vec<PathBuf> = options.targets.iter().map(|target| plain(&root.join(target))).collect();
    let refused: Vec<Diagnostic> =
        targets.iter().filter_map(|target| protected(options, &root, target)).collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut removed = Vec::new();
    for target in targets {
        if files::is_folder(&target) || files::is_file(&target) {
            files::remove(&target).map_err(|error| vec![error.into()])?;
            removed.push(target);
        }
    }
    Ok(removed)
}

/// A warning where packages were cleaned in the folder that dbt once had for them, and
/// are not where they are now.
#[must_use]
pub fn old_folder(targets: &[String], packages: &str) -> Option<Diagnostic> {
    const OLD: &str = "dbt_modules";
    let is_target = |folder: &str| targets.iter().any(|target| target == folder);
    if !is_target(OLD) || is_target(packages) {
        return None;
    }
    let message = format!("packages are installed in `{packages}`, which `clean-targets` does not name");
    let words = "The default package install path has changed from `dbt_modules` to `dbt_packages`.";
    let finding = Diagnostic::warning("old-packages-path", message).known_as(words);
    Some(finding.help(format!("replace `{OLD}` there, or keep it with `packages-install-path: {OLD}`")))
}

fn protected(options: &Options<'_>, root: &Path, target: &Path) -> Option<Diagnostic> {
    let outside = "dbt will not clean the following directories outside the project";
    let refuse = |why: &str, words: &str| {
        Some(
            Diagnostic::error("protected-folder", format!("`{}` is not removed: {why}", target.display()))
                .known_as(format!("{words}: ['{}']", target.display()))
                .help("change `clean-targets` in the project file"),
        )
    };
    if root.starts_with(target) {
        return refuse("the project is inside it", outside);
    }
    if options.kept.iter().any(|kept| plain(&root.join(kept)).starts_with(target)) {
        return refuse("it holds sources of the project", "dbt will not clean the following source paths");
    }
    if !target.starts_with(root) && !options.outside {
        return refuse("it is outside of the project", outside);
    }
    None
}

/// The path without `.` and `..`, as text: the folders need not exist.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_old_is_told() {
        let told = |targets: &[&str], packages: &str| {
            let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
            old_folder(&targets, packages).is_some()
        };
        assert!(told(&["target", "dbt_modules"], "dbt_packages"));
        assert!(!told(&["dbt_modules", "dbt_packages"], "dbt_packages"));
        assert!(!told(&["dbt_modules"], "dbt_modules"));
        assert!(!told(&["target"], "dbt_packages"));
    }

    #[test]
    fn sources_and_what_is_above_them_stay() {
        let refused = |target: &str, outside: bool| {
            let targets = [target.to_owned()];
            let options =
                Options { root: Path::new("/p"), targets: &targets, kept: &["models".to_owned()], outside };
            clean(&options).is_err()
        };
        assert!(refused("models", false));
        assert!(refused(".", false));
        assert!(refused("../p/models/..", false));
        assert!(refused("..", true));
        assert!(refused("../elsewhere", false));
        assert!(!refused("../elsewhere-that-is-not-there", true));
        assert!(!refused("target-that-is-not-there", false));
    }
}
