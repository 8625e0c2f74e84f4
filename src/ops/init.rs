//! `init`: a small project to start from.

use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::project::PROJECT_FILE_NAMES;

/// Files of a new project beside its project file; `{name}` stands for its name.
const FILES: &[(&str, &str)] = &[
    ("seeds/raw_orders.csv", include_str!("starter/raw_orders.csv")),
    ("models/staging/stg_orders.sql", include_str!("starter/stg_orders.sql.txt")),
    ("models/marts/daily_revenue.sql", include_str!("starter/daily_revenue.sql.txt")),
    ("models/schema.yml", include_str!("starter/schema.yml.txt")),
    (".gitignore", include_str!("starter/gitignore.txt")),
];

/// The project file.
const PROJECT_FILE: &str = include_str!("starter/project.yml.txt");

/// Whether a folder is that of a project or lies in one.
#[must_use]
pub fn is_in_project(folder: &Path) -> bool {
    folder.ancestors().any(|folder| PROJECT_FILE_NAMES.iter().any(|name| files::is_file(&folder.join(name))))
}

/// Whether there is something at this place.
#[must_use]
pub fn is_taken(folder: &Path) -> bool {
    files::is_folder(folder) || files::is_file(folder)
}

/// Writes a project called `name` into `folder`, with a project file of this name; returns the
/// files, in order.
///
/// # Errors
/// The name is not an identifier, or the folder holds a project already, or a
/// file cannot be written.
pub fn init(folder: &Path, name: &str, project_file: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    check_name(name)?;
    let mut ours = PROJECT_FILE_NAMES.into_iter().chain(FILES.iter().map(|(path, _)| *path));
    if let Some(path) = ours.find(|path| files::is_file(&folder.join(path))) {
        let message = format!("`{}` exists already", folder.join(path).display());
        return Err(Diagnostic::error("project-exists", message).help("choose an empty folder"));
    }
    let mut written = Vec::new();
    for (path, text) in [(project_file, PROJECT_FILE)].iter().chain(FILES) {
        let path = folder.join(path);
        files::write(&path, text.replace("{name}", name))?;
        written.push(path);
    }
    Ok(written)
}

fn check_name(name: &str) -> Result<(), Diagnostic> {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word && name.chars().next().is_some_and(|c| !c.is_ascii_digit()) {
        return Ok(());
    }
    let suggestion: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let suggestion = match suggestion.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_') {
        "" => "my_project",
        word => word,
    };
    Err(Diagnostic::error("bad-name", format!("`{name}` cannot be the name of a project"))
        .note("letters, digits and underscores, not beginning with a digit")
        .help(format!("for example `{suggestion}`")))
}
