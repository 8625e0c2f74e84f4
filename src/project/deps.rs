//! Installing packages: from the hub, from git, from archives, and from folders.

mod add;
mod fetch;
mod git;
mod hub;
mod wanted;

use std::collections::{HashSet, VecDeque};
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value as Json};

pub use add::{Added, Addition};
pub use fetch::InstalledPackage;
use fetch::{Fetched, Fetcher};
use wanted::Wanted;

use super::load::{ProjectRoot, root_and_renderer};
use super::lock::{self, Lock};
use super::packages::{self, Requirement};
use super::render::Renderer;
use super::request::LoadRequest;
use crate::diagnostics::Diagnostic;
use crate::host::{FileError, files};
use crate::source::SourceMap;

/// What `deps` is asked to do beyond installing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DepsOptions {
    /// Write the lock file and install nothing.
    pub lock_only: bool,
    /// Resolve again although the lock file fits.
    pub upgrade: bool,
    /// Ask for one more package first.
    pub add: Option<Addition>,
}

/// What `deps` did.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// The packages, in order.
    pub packages: Vec<InstalledPackage>,
    /// Whether the project asks for packages.
    pub asks: bool,
    /// What was written into the file that lists packages.
    pub added: Option<Added>,
    /// The lock file, where it was written.
    pub written_lock: Option<PathBuf>,
    /// What is questionable.
    pub warnings: Vec<Diagnostic>,
}

/// Installs what `package-lock.yml` names. Where it does not fit what the project
/// asks for, or does not exist, the packages of the project and of its packages are
/// resolved first, and it is written.
///
/// # Errors
/// Every package that cannot be installed; then nothing that is installed was changed.
pub fn deps(request: &LoadRequest, options: &DepsOptions) -> Result<Installed, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let Some((project, renderer)) = root_and_renderer(request, &mut diagnostics) else {
        return Err(diagnostics);
    };
    let add = |addition| add::add(&project.root, addition, &request.sources);
    let added = options.add.as_ref().map(add).transpose().map_err(|finding| vec![finding])?;
    let sources = &request.sources;
    let requested = packages::read(&project.root, &renderer, sources, &mut diagnostics);
    let lock = lock::read(&project.root, &renderer, sources, &mut diagnostics);
    let lock = lock.filter(|lock| lock.hash == lock::hash(&requested) && !options.upgrade);
    let fetcher = Fetcher::new(&project, &renderer, request).map_err(|error| vec![file_problem(&error)])?;
    let mut resolver = Resolver { project: &project, renderer: &renderer, sources, fetcher, diagnostics };
    let found = match &lock {
        Some(lock) => resolver.follow(lock),
        None => resolver.resolve(&requested),
    };
    let warnings = std::mem::take(&mut resolver.diagnostics);
    if warnings.iter().any(Diagnostic::is_error) {
        return Err(warnings);
    }
    let packages = found.iter().map(Fetched::installed).collect();
    let path = project.root.join(lock::FILE_NAME);
    let written_lock = Some(path).filter(|_| lock.is_none() && !found.is_empty());
    let written = written_lock.as_ref().map_or(Ok(()), |path| write_lock(path, &found, &requested));
    let done = written.and_then(|()| if options.lock_only { Ok(()) } else { install(&project, &found) });
    done.map_err(|error| vec![file_problem(&error)])?;
    Ok(Installed { packages, asks: !requested.is_empty(), added, written_lock, warnings })
}

fn file_problem(error: &FileError) -> Diagnostic {
    Diagnostic::error("deps", error.to_string())
}

struct Resolver<'a> {
    project: &'a ProjectRoot,
    renderer: &'a Renderer,
    sources: &'a SourceMap,
    fetcher: Fetcher<'a>,
    diagnostics: Vec<Diagnostic>,
}

impl Resolver<'_> {
    /// Breadth first, as dbt does: what is asked of a package later narrows it.
    fn resolve(&mut self, requested: &[Requirement]) -> Vec<Fetched> {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut seen: HashSet<PathBuf> = HashSet::new();
        let mut queue = VecDeque::new();
        self.ask(requested, "", &mut queue);
        while let Some(new) = queue.pop_front() {
            let asked = if let Some(known) = wanted.iter_mut().find(|known| known.is_same(&new)) {
                known.merge(&new);
                known.clone()
            } else {
                wanted.push(new.clone());
                new
            };
            let Some(fetched) = self.fetch(&asked) else { continue };
            if seen.insert(fetched.folder.clone()) {
                let below =
                    packages::read(&fetched.folder, self.renderer, self.sources, &mut self.diagnostics);
                self.ask(&below, &fetched.base, &mut queue);
            }
        }
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return Vec::new();
        }
        self.all(&wanted)
    }

    /// What a lock file names, and nothing else.
    fn follow(&mut self, lock: &Lock) -> Vec<Fetched> {
        let mut queue = VecDeque::new();
        self.ask(&lock.entries, "", &mut queue);
        let found = self.all(&Vec::from(queue));
        for (entry, package) in lock.entries.iter().zip(&found) {
            let name = entry.fields.get("name").and_then(Json::as_str);
            if let Some(name) = name.filter(|name| *name != package.name) {
                let message = format!("the package is named `{}`, in the lock file `{name}`", package.name);
                let finding = Diagnostic::error("package-lock", message).at(entry.span, "");
                self.diagnostics.push(finding.help("`model deps --upgrade` writes the lock file anew"));
            }
        }
        found
    }

    fn ask(&mut self, requirements: &[Requirement], base: &str, queue: &mut VecDeque<Wanted>) {
        for requirement in requirements {
            match Wanted::of(requirement, base) {
                Ok(wanted) => queue.push_back(wanted),
                Err(finding) => self.diagnostics.push(finding),
            }
        }
    }

    fn fetch(&mut self, wanted: &Wanted) -> Option<Fetched> {
        let fetched = self.fetcher.fetch(wanted, &mut self.diagnostics);
        fetched.map_err(|finding| self.diagnostics.push(finding)).ok()
    }

    /// Each package once, under a name of its own.
    fn all(&mut self, wanted: &[Wanted]) -> Vec<Fetched> {
        let mut found: Vec<Fetched> = Vec::new();
        for wanted in wanted {
            let Some(fetched) = self.fetch(wanted) else { continue };
            if found.iter().any(|known| known.folder == fetched.folder) {
                continue;
            }
            let twin = found.iter().find(|known| known.name == fetched.name).map(|known| known.span);
            let is_root = fetched.name == self.project.file.name;
            if twin.is_some() || is_root {
                let message = format!("two projects are named `{}`", fetched.name);
                let other = twin.unwrap_or(self.project.file.span);
                self.diagnostics.push(
                    Diagnostic::error("package-name", message)
                        .at(fetched.span, "")
                        .at(other, "the other one")
                        .help("each package needs a name of its own"),
                );
            }
            found.push(fetched);
        }
        found
    }
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

fn write_lock(path: &Path, found: &[Fetched], requested: &[Requirement]) -> Result<(), FileError> {
    let entries: Vec<Map<String, Json>> = found.iter().map(Fetched::locked).collect();
    files::write(path, lock::text(entries, requested))
}

/// Empties the install folder and puts the packages into it: links to folders, copies
/// of what was fetched. A folder that does not lie inside the project is not emptied:
/// only what is replaced is removed from it.
fn install(project: &ProjectRoot, found: &[Fetched]) -> Result<(), FileError> {
    let install_path = Path::new(&project.file.paths.packages);
    let folder = project.root.join(install_path);
    let is_inside = install_path.components().all(|part| matches!(part, Component::Normal(_)))
        && install_path.components().next().is_some();
    if is_inside {
        files::remove(&folder)?;
    }
    files::create_folder(&folder)?;
    for package in found {
        let place = folder.join(&package.name);
        files::remove(&place)?;
        if package.is_local {
            files::link_or_copy(&package.folder, &place)?;
        } else {
            files::copy_folder(&package.folder, &place)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
