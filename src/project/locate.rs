//! Finding the project.

use std::path::{Path, PathBuf};

use super::request::LoadRequest;
use crate::diagnostics::Diagnostic;
use crate::host::files;

/// The names that a project file may have; the first that exists counts.
pub const PROJECT_FILE_NAMES: [&str; 2] = ["project.yml", DBT_FILE_NAME];
/// The name that dbt knows.
pub(super) const DBT_FILE_NAME: &str = "dbt_project.yml";

/// The project's folder, absolute: `--project-dir`, else `DBT_PROJECT_DIR`, else
/// the nearest folder from the current one upward that holds a project file.
///
/// # Errors
/// There is no project file, or the folder's path is not Unicode: names and artifacts are.
pub fn locate(request: &LoadRequest) -> Result<PathBuf, Diagnostic> {
    let root = found(request)?;
    if root.to_str().is_none() {
        let message = format!("the path `{}` of the project is not Unicode", root.display());
        return Err(Diagnostic::error("not-utf8", message).help("rename the folder"));
    }
    Ok(root)
}

fn found(request: &LoadRequest) -> Result<PathBuf, Diagnostic> {
    let from_variable = || request.variable("project_dir").map(|(_, value)| PathBuf::from(value));
    if let Some(given) = request.project_dir.clone().or_else(from_variable) {
        let folder = request.current_dir.join(given);
        return match project_file_in(&folder) {
            Some(_) => Ok(files::canonical(&folder).unwrap_or(folder)),
            None => Err(missing(&folder, "there is no project in the given folder")),
        };
    }
    let found = request.current_dir.ancestors().find(|folder| project_file_in(folder).is_some());
    found.map(Path::to_path_buf).ok_or_else(|| {
        missing(&request.current_dir, "there is no project in this folder or in one above it")
            .help("go to the project's folder, or name it with `--project-dir`")
            .help("start a new project with `model init`")
    })
}

/// The project file of a folder.
pub(super) fn project_file_in(folder: &Path) -> Option<PathBuf> {
    PROJECT_FILE_NAMES.iter().map(|name| folder.join(name)).find(|path| files::is_file(path))
}

fn missing(folder: &Path, message: &str) -> Diagnostic {
    Diagnostic::error("no-project", message)
        .note(format!("neither `project.yml` nor `dbt_project.yml` is in `{}`", folder.display()))
}
