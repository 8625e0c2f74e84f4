//! Installing packages. Only local ones: a folder that holds a project.

use std::collections::VecDeque;
use std::path::{Component, Path, PathBuf};

use super::load::{ProjectRoot, root_and_renderer};
use super::lock;
use super::packages::{self, PackageOrigin, Requirement};
use super::read_file::RawFile;
use super::render::Renderer;
use super::request::LoadRequest;
use crate::diagnostics::Diagnostic;
use crate::host::{FileError, files};
use crate::source::{SourceMap, Span};
use crate::yaml;

/// What `deps` is asked to do beyond installing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DepsOptions {
    /// Write the lock file and install nothing.
    pub lock_only: bool,
    /// Write the lock file even if nothing changed.
    pub upgrade: bool,
}

/// What `deps` did.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// Names and paths, as the lock file has them.
    pub packages: Vec<(String, String)>,
    /// Whether the lock file was written.
    pub is_lock_written: bool,
    /// What is questionable.
    pub warnings: Vec<Diagnostic>,
}

/// Resolves the packages of a project and of its packages, writes
/// `package-lock.yml`, and links each package into the install folder.
///
/// # Errors
/// Every package that cannot be installed; then nothing was changed.
pub fn deps(request: &LoadRequest, options: DepsOptions) -> Result<Installed, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let Some((project, renderer)) = root_and_renderer(request, &mut diagnostics) else {
        return Err(diagnostics);
    };
    let mut resolver = Resolver {
        project: &project,
        renderer: &renderer,
        sources: &request.sources,
        found: Vec::new(),
        diagnostics,
    };
    let requested = packages::read(&project.root, &renderer, &request.sources, &mut resolver.diagnostics);
    resolver.resolve(&requested);
    let Resolver { found, diagnostics, .. } = resolver;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let mut installed = Installed { warnings: diagnostics, ..Installed::default() };
    installed.packages = found.iter().map(|package| (package.name.clone(), package.path.clone())).collect();
    let done =
        write_lock(&project.root, &found, &requested, options, &request.sources).and_then(|is_written| {
            installed.is_lock_written = is_written;
            if options.lock_only { Ok(()) } else { install(&project, &found) }
        });
    done.map(|()| installed).map_err(|error| vec![Diagnostic::error("deps", error.to_string())])
}

/// A package to install.
struct Found {
    name: String,
    /// From the root project, as the lock file has it.
    path: String,
    /// The real folder.
    folder: PathBuf,
    span: Span,
}

struct Resolver<'a> {
    project: &'a ProjectRoot,
    renderer: &'a Renderer,
    sources: &'a SourceMap,
    found: Vec<Found>,
    diagnostics: Vec<Diagnostic>,
}

impl Resolver<'_> {
    /// Breadth first, as dbt does.
    fn resolve(&mut self, requested: &[Requirement]) {
        let mut queue: VecDeque<(Requirement, String)> =
            requested.iter().map(|requirement| (requirement.clone(), String::new())).collect();
        while let Some((requirement, base)) = queue.pop_front() {
            let path = match &requirement.origin {
                PackageOrigin::Local(path) => path.clone(),
                PackageOrigin::Remote(kind, name) => {
                    self.diagnostics.push(remote(kind, name, requirement.span));
                    continue;
                }
            };
            let Some((path, folder)) = self.locate(&path, &base, requirement.span) else { continue };
            if self.found.iter().any(|found| found.folder == folder) {
                continue;
            }
            if let Some(name) = self.name(&folder, &path, requirement.span) {
                let below = packages::read(&folder, self.renderer, self.sources, &mut self.diagnostics);
                queue.extend(below.into_iter().map(|requirement| (requirement, path.clone())));
                self.found.push(Found { name, path, folder, span: requirement.span });
            }
        }
    }

    /// dbt: a path starts at the root project, even in a package. What is not
    /// there is sought from the package that asks for it.
    fn locate(&mut self, path: &str, base: &str, span: Span) -> Option<(String, PathBuf)> {
        let from_package = normal(&Path::new(base).join(path));
        for candidate in [path.to_owned(), from_package] {
            let folder = self.project.root.join(&candidate);
            if let Ok(folder) = files::canonical(&folder)
                && files::is_folder(&folder)
            {
                return Some((candidate, folder));
            }
        }
        let message = format!("the package folder `{path}` does not exist");
        let from = self.project.root.display();
        self.diagnostics
            .push(Diagnostic::error("package", message).at(span, "").note(format!("sought from `{from}`")));
        None
    }

    fn name(&mut self, folder: &Path, path: &str, span: Span) -> Option<String> {
        let before = self.diagnostics.len();
        let raw = RawFile::read(folder, Path::new(path), self.sources, &mut self.diagnostics);
        let file = raw.and_then(|raw| raw.check(self.renderer, &mut self.diagnostics));
        let Some(file) = file else {
            if self.diagnostics.len() == before {
                let message = format!("`{path}` is no package: it has no `dbt_project.yml`");
                self.diagnostics.push(Diagnostic::error("package", message).at(span, ""));
            }
            return None;
        };
        let twin = self.found.iter().find(|found| found.name == file.name).map(|found| found.span);
        let is_root = file.name == self.project.file.name;
        if twin.is_none() && !is_root {
            return Some(file.name);
        }
        let message = format!("two projects are named `{}`", file.name);
        let other = twin.unwrap_or(self.project.file.span);
        self.diagnostics.push(
            Diagnostic::error("package-name", message)
                .at(span, "")
                .at(other, "the other one")
                .help("each package needs a name of its own"),
        );
        None
    }
}

fn remote(kind: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "remote-package",
        format!("the package `{name}` cannot be installed: this version installs local packages only"),
    )
    .at(span, format!("`{kind}` packages come from the network"))
    .help("download the package, and require it with `local: path/to/package`")
}

/// A path without `.` and, where something stands before it, `..`.
fn normal(path: &Path) -> String {
    let mut parts: Vec<&std::ffi::OsStr> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other.as_os_str()),
        }
    }
    parts.iter().collect::<PathBuf>().display().to_string()
}

/// Writes the lock file where it is missing or out of date.
fn write_lock(
    root: &Path,
    found: &[Found],
    requested: &[Requirement],
    options: DepsOptions,
    sources: &SourceMap,
) -> Result<bool, FileError> {
    let path = root.join(lock::FILE_NAME);
    let current = files::read_text(&path).ok().and_then(|text| {
        let yaml = yaml::parse(&sources.add(lock::FILE_NAME, text)).ok()?;
        lock::hash_in(&yaml.as_map()?.to_json()).map(str::to_owned)
    });
    let is_current = current.as_deref() == Some(lock::hash(requested).as_str());
    if found.is_empty() || is_current && !options.upgrade {
        return Ok(false);
    }
    let packages: Vec<(String, String)> =
        found.iter().map(|package| (package.path.clone(), package.name.clone())).collect();
    files::write(&path, lock::text(&packages, requested))?;
    Ok(true)
}

/// Empties the install folder and links the packages into it. A folder that
/// does not lie inside the project is not emptied: only links in it are replaced.
fn install(project: &ProjectRoot, found: &[Found]) -> Result<(), FileError> {
    let install_path = Path::new(&project.file.paths.packages);
    let folder = project.root.join(install_path);
    let is_inside = install_path.components().all(|part| matches!(part, Component::Normal(_)))
        && install_path.components().next().is_some();
    if is_inside {
        files::remove(&folder)?;
    }
    files::create_folder(&folder)?;
    for package in found {
        let link = folder.join(&package.name);
        files::remove(&link)?;
        files::link_or_copy(&package.folder, &link)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
