//! The packages in the install folder.

use std::path::Path;

use super::load::Package;
use super::read_file::RawFile;
use super::render::Renderer;
use super::{discover, packages};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::source::SourceMap;

/// All installed packages by name, with their files. Findings are packages that
/// are required and not there, folders that hold no project, and names that
/// stand for two projects.
pub(super) fn packages(
    (root, takes_jinja): (&Package, bool),
    renderer: &Renderer,
    secret_renderer: &Renderer,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Package> {
    let folder = root.root.join(&root.file.paths.packages);
    let mut found: Vec<Package> = Vec::new();
    for path in package_folders(&folder) {
        let shown = Path::new(&root.file.paths.packages).join(path.file_name().unwrap_or_default());
        let before = diagnostics.len();
        let file = RawFile::read(&path, &shown, sources, diagnostics)
            .and_then(|raw| raw.check(renderer, diagnostics));
        let Some(file) = file else {
            if diagnostics.len() == before {
                let message = format!("`{}` is no package: it has no `dbt_project.yml`", shown.display());
                diagnostics.push(
                    Diagnostic::error("package", message)
                        .help("run `model deps` to install all packages anew"),
                );
            }
            continue;
        };
        let twin = std::iter::once(root).chain(&found).find(|package| package.name == file.name);
        if let Some(twin) = twin {
            let message = format!("two projects are named `{}`", file.name);
            diagnostics.push(
                Diagnostic::error("package-name", message)
                    .at(file.span, "")
                    .at(twin.file.span, "the other one")
                    .help("each package needs a name of its own"),
            );
            continue;
        }
        let files = discover::discover(&path, &shown, (&file.paths, takes_jinja), sources, diagnostics);
        found.push(Package { name: file.name.clone(), root: path, file, files });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let required = packages::read(&root.root, secret_renderer, sources, diagnostics);
    missing(root, &required, found.len(), diagnostics);
    found
}

/// dbt: folders that begin with `__` hold no packages.
fn package_folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let is_package = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files::is_folder(path) && !name.starts_with("__") && !name.starts_with('.')
    };
    let entries = files::entries(folder).unwrap_or_default();
    entries.into_iter().filter(is_package).collect()
}

/// dbt compares numbers: fewer packages than required means that some are not installed.
fn missing(
    root: &Package,
    required: &[packages::Requirement],
    installed: usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(first) = required.first().filter(|_| required.len() > installed) else { return };
    let message = match required.len() {
        1 => "the project requires a package that is not installed".to_owned(),
        wanted => format!("the project requires {wanted} packages, of which {installed} are installed"),
    };
    diagnostics.push(
        Diagnostic::error("packages-not-installed", message)
            .at(first.span, "")
            .note(format!("packages are installed in `{}`", root.file.paths.packages))
            .help("run `model deps`"),
    );
}
