//! From what is wanted to a folder that holds it.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::hub::{Hub, Picked, refused};
use super::wanted::{Repository, Source, Wanted, entry};
use super::{git, normal};
use crate::diagnostics::Diagnostic;
use crate::host::archive::{Scratch, unpack};
use crate::host::{FileError, files, network};
use crate::project::load::ProjectRoot;
use crate::project::read_file::RawFile;
use crate::project::render::Renderer;
use crate::project::request::LoadRequest;
use crate::source::Span;

/// A package that is at hand.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    /// Its project's name.
    pub(super) name: String,
    /// The folder that holds it.
    pub(super) folder: PathBuf,
    pub(super) is_local: bool,
    /// The folder that paths in it may start from, relative to the root project.
    pub(super) base: String,
    /// Where it comes from, for people: a path, a version, a commit.
    pub(super) told: String,
    /// Where it was asked for.
    pub(super) span: Span,
    /// The newest version at the hub that suits.
    newest: Option<String>,
    /// What the lock file says of it, without its name.
    entry: Map<String, Json>,
}

/// A package that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledPackage {
    /// Its project's name.
    pub name: String,
    /// Where it comes from, for people.
    pub told: String,
    /// What dbt calls it: its name at the hub, an address, a path.
    pub called: String,
    /// Which one it is, in dbt's words.
    pub version: String,
    /// The folder of the repository that holds it.
    pub subdirectory: Option<String>,
    /// Of a package of the hub: its version, and the newest one that suits.
    pub versions: Option<(String, String)>,
}

impl Fetched {
    /// What there is to tell of it.
    pub(super) fn installed(&self) -> InstalledPackage {
        let text = |key: &str| self.entry.get(key).and_then(Json::as_str).map(str::to_owned);
        let subdirectory = text("subdirectory");
        let repository = ["git", "private"].into_iter().find_map(text);
        let (called, version) = if let Some(path) = text("local") {
            (path.clone(), format!("<local @ {path}>"))
        } else if let Some(package) = text("package") {
            (package, format!("version {}", text("version").unwrap_or_default()))
        } else if let Some(address) = repository {
            let below = subdirectory.as_ref().map_or_else(String::new, |below| format!("/{below}"));
            (format!("{address}{below}"), format!("revision {}", text("revision").unwrap_or_default()))
        } else {
            let address = text("tarball").unwrap_or_default();
            (self.name.clone(), format!("tarball (url: {address})"))
        };
        let versions = text("version").zip(self.newest.clone());
        let (name, told) = (self.name.clone(), self.told.clone());
        InstalledPackage { name, told, called, version, subdirectory, versions }
    }

    /// What the lock file says of it.
    pub(super) fn locked(&self) -> Map<String, Json> {
        let mut fields = self.entry.clone();
        fields.insert("name".to_owned(), Json::from(self.name.as_str()));
        fields.sort_keys();
        fields
    }
}

/// Fetches packages, each once.
pub(super) struct Fetcher<'a> {
    project: &'a ProjectRoot,
    renderer: &'a Renderer,
    request: &'a LoadRequest,
    hub: Hub,
    scratch: Scratch,
    fetched: HashMap<String, Fetched>,
}

impl<'a> Fetcher<'a> {
    pub(super) fn new(
        project: &'a ProjectRoot,
        renderer: &'a Renderer,
        request: &'a LoadRequest,
    ) -> Result<Self, FileError> {
        let checks = request.flags.get("version_check").and_then(Json::as_bool).unwrap_or(true);
        let hub = Hub::new(request.environment.get("DBT_PACKAGE_HUB_URL"), checks);
        Ok(Self { project, renderer, request, hub, scratch: Scratch::new()?, fetched: HashMap::new() })
    }

    /// The package at hand; `diagnostics` takes what is questionable about it.
    pub(super) fn fetch(
        &mut self,
        wanted: &Wanted,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Fetched, Diagnostic> {
        match &wanted.source {
            Source::Local(path) => self.local(path, wanted),
            Source::Hub { package, bounds, takes_prereleases } => {
                let Picked { version, newest } =
                    self.hub.pick(package, bounds, *takes_prereleases, wanted.span)?;
                let key = format!("{package} {version}");
                if let Some(known) = self.fetched.get(&key) {
                    return Ok(known.clone());
                }
                let (bytes, doubt) = self.hub.download(package, &version, wanted.span)?;
                diagnostics.extend(doubt);
                let folder = self.unpacked(&bytes, &key, wanted.span)?;
                let entry = entry(&[("package", Some(package)), ("version", Some(&version))]);
                let fetched = self.keep(key.clone(), folder, key.clone(), entry, wanted.span)?;
                let fetched = Fetched { newest: Some(newest), ..fetched };
                self.fetched.insert(key, fetched.clone());
                Ok(fetched)
            }
            Source::Git(repository) => self.git(repository, wanted.span, diagnostics),
            Source::Tarball { address, written, name } => {
                if let Some(known) = self.fetched.get(address) {
                    return Ok(known.clone());
                }
                let bytes =
                    network::fetch(address).map_err(|refusal| refused(written, &refusal, wanted.span))?;
                let folder = self.unpacked(&bytes, written, wanted.span)?;
                let entry = entry(&[("tarball", Some(written)), ("name", Some(name))]);
                let mut fetched = self.keep(address.clone(), folder, written.clone(), entry, wanted.span)?;
                fetched.name.clone_from(name);
                self.fetched.insert(address.clone(), fetched.clone());
                Ok(fetched)
            }
        }
    }

    fn local(&self, path: &str, wanted: &Wanted) -> Result<Fetched, Diagnostic> {
        let (path, folder) = self.locate(path, &wanted.base, wanted.span)?;
        Ok(Fetched {
            name: self.name(&folder, &path, wanted.span)?,
            folder,
            is_local: true,
            base: path.clone(),
            told: path.clone(),
            span: wanted.span,
            newest: None,
            entry: entry(&[("local", Some(&path))]),
        })
    }

    /// dbt: a path starts at the root project, even in a package. What is not
    /// there is sought from the package that asks for it.
    fn locate(&self, path: &str, base: &str, span: Span) -> Result<(String, PathBuf), Diagnostic> {
        let from_package = normal(&Path::new(base).join(path));
        for candidate in [path.to_owned(), from_package] {
            let folder = self.project.root.join(&candidate);
            if let Ok(folder) = files::canonical(&folder)
                && files::is_folder(&folder)
            {
                return Ok((candidate, folder));
            }
        }
        let message = format!("the package folder `{path}` does not exist");
        let from = self.project.root.display();
        Err(Diagnostic::error("package", message).at(span, "").note(format!("sought from `{from}`")))
    }

    fn git(
        &mut self,
        repository: &Repository,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Fetched, Diagnostic> {
        let told = &repository.written;
        if repository.revisions.len() > 1 {
            let message = format!("the package `{told}` is wanted at several revisions");
            let asked = repository.revisions.join("`, `");
            let finding = Diagnostic::error("package-conflict", message).at(span, "");
            return Err(finding.note(format!("they are `{asked}`")).help("agree on one"));
        }
        let revision = repository.revisions.first().map_or("HEAD", String::as_str);
        let below = repository.subdirectory.as_deref().unwrap_or_default();
        let key = format!("{} {revision} {below}", repository.address);
        if let Some(known) = self.fetched.get(&key) {
            return Ok(known.clone());
        }
        let folder = self.new_folder(span)?;
        let commit = git::check_out(repository, revision, &folder, span)?;
        let is_name = revision.len() == 40 && revision.chars().all(|c| c.is_ascii_hexdigit());
        if is_name && !revision.eq_ignore_ascii_case(&commit) {
            let message = format!("the package `{told}` came as commit {commit} instead of {revision}");
            return Err(Diagnostic::error("package-lock", message).at(span, ""));
        }
        if repository.warns_unpinned && matches!(revision, "HEAD" | "main" | "master") {
            let message = format!("the package `{told}` is not pinned: its revision is {revision}");
            let finding = Diagnostic::warning("unpinned-package", message).at(span, "");
            let help = "name a tag or a commit with `revision:`, or set `warn-unpinned: false`";
            diagnostics.push(finding.help(help));
        }
        let is_inside = Path::new(below).components().all(|part| matches!(part, Component::Normal(_)));
        let project = folder.join(below);
        if !is_inside || !files::is_folder(&project) {
            let message = format!("the package `{told}` has no folder `{below}`");
            return Err(Diagnostic::error("package", message).at(span, ""));
        }
        files::remove(&folder.join(".git")).map_err(|error| problem(&error, span))?;
        let entry = entry(&[
            (repository.key, Some(&repository.written)),
            ("provider", repository.provider.as_deref()),
            ("revision", Some(&commit)),
            ("subdirectory", repository.subdirectory.as_deref()),
        ]);
        let short = commit.get(..12).unwrap_or(&commit);
        self.keep(key, project, format!("{told} at {short}"), entry, span)
    }

    /// The one folder in an archive.
    fn unpacked(&self, bytes: &[u8], told: &str, span: Span) -> Result<PathBuf, Diagnostic> {
        let folder = self.new_folder(span)?;
        unpack(bytes, &folder).map_err(|error| problem(&error, span))?;
        let entries = files::entries(&folder).map_err(|error| problem(&error, span))?;
        match entries.as_slice() {
            [only] if files::is_folder(only) => Ok(only.clone()),
            _ => {
                let message = format!("the archive of {told} does not hold one folder with a project");
                Err(Diagnostic::error("package", message).at(span, ""))
            }
        }
    }

    fn new_folder(&self, span: Span) -> Result<PathBuf, Diagnostic> {
        let folder = self.scratch.path().join(uuid::Uuid::new_v4().to_string());
        files::create_folder(&folder).map_err(|error| problem(&error, span))?;
        Ok(folder)
    }

    fn keep(
        &mut self,
        key: String,
        folder: PathBuf,
        told: String,
        entry: Map<String, Json>,
        span: Span,
    ) -> Result<Fetched, Diagnostic> {
        let name = self.name(&folder, &told, span)?;
        let (is_local, base, newest) = (false, String::new(), None);
        let fetched = Fetched { name, folder, is_local, base, told, span, newest, entry };
        self.fetched.insert(key, fetched.clone());
        Ok(fetched)
    }

    /// The name of the project in a folder.
    fn name(&self, folder: &Path, told: &str, span: Span) -> Result<String, Diagnostic> {
        let mut findings = Vec::new();
        let raw = RawFile::read(folder, Path::new(told), &self.request.sources, &mut findings);
        let file = raw.and_then(|raw| raw.check(self.renderer, &mut findings));
        let is_wrong = |finding: &Diagnostic| finding.is_error();
        match (file, findings.into_iter().find(is_wrong)) {
            (Some(file), None) => Ok(file.name),
            (_, Some(finding)) => Err(finding),
            (None, None) => {
                let message = format!("`{told}` is no package: it has no `dbt_project.yml`");
                Err(Diagnostic::error("package", message).at(span, ""))
            }
        }
    }
}

fn problem(error: &FileError, span: Span) -> Diagnostic {
    Diagnostic::error("deps", error.to_string()).at(span, "")
}
