//! From a request to a project.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Map as JsonMap, Value as Json};

use super::choose_profile::{self, Wanted};
use super::discover::{self, ResourceFile};
use super::file::ProjectFile;
use super::flags::Flags;
use super::locate::locate;
use super::members::{self, Facts, Members, Policy, Reads, Secrets};
use super::profile::Profile;
use super::read_file::RawFile;
use super::render::Renderer;
use super::request::{Invocation, LoadRequest};
use super::variables::under_both_names;
use super::vars::{self, Vars};
use super::{catalogs, installed, version};
use crate::diagnostics::Diagnostic;
use crate::host::timings::Phase;
use crate::host::{Environment, files};
use crate::yaml::{self, Map, Yaml};

/// Everything that an invocation knows before it reads templates.
#[derive(Debug)]
pub struct Project {
    /// The folder of the root project, absolute.
    pub root: PathBuf,
    /// The folder of logs, absolute.
    pub log_path: PathBuf,
    /// The root project first, then the installed packages by name.
    pub packages: Vec<Package>,
    /// Where it is built.
    pub profile: Profile,
    /// All flags.
    pub flags: Flags,
    /// What templates see of all this.
    pub members: Arc<Members>,
    /// `selectors.yml`, rendered.
    pub selectors: Option<Yaml>,
    /// The run of the program.
    pub invocation: Invocation,
    /// `--vars`, as read.
    pub command_line_vars: Json,
    /// Environment variables that artifacts tell.
    metadata: JsonMap<String, Json>,
}

/// The root project or an installed package.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, absolute.
    pub root: PathBuf,
    /// Its project file.
    pub file: ProjectFile,
    /// Its files.
    pub files: Vec<ResourceFile>,
}

/// The root project's file alone: what commands need that touch no nodes.
#[derive(Debug)]
pub struct ProjectRoot {
    /// The folder, absolute.
    pub root: PathBuf,
    /// The project file.
    pub file: ProjectFile,
    /// All flags.
    pub flags: Flags,
}

/// Where nodes are stored where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The database, where the engine has such.
    pub database: Option<String>,
    /// The schema.
    pub schema: String,
}

/// Loads a project with its profile, packages and files. The second part of the
/// result is what is questionable about it.
///
/// # Errors
/// Every problem that was found, with warnings among them.
pub fn load(request: &LoadRequest) -> Result<(Project, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let project = request.invocation.timings.during(Phase::Read, || {
        Loader::open(request, &mut diagnostics).and_then(|loader| loader.project(&mut diagnostics))
    });
    match project {
        Some(project) if !diagnostics.iter().any(Diagnostic::is_error) => Ok((project, diagnostics)),
        _ => Err(diagnostics),
    }
}

/// Loads the root project's file alone; no profile is read, so that
/// `target.anything` is an empty text in it, and a var that is not set is `None`.
///
/// # Errors
/// As [`load`].
pub fn load_root(request: &LoadRequest) -> Result<(ProjectRoot, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    match root_and_renderer(request, &mut diagnostics) {
        Some((root, _)) if !diagnostics.iter().any(Diagnostic::is_error) => Ok((root, diagnostics)),
        _ => Err(diagnostics),
    }
}

/// What a project rests on, each part as far as it can be read by itself.
#[derive(Debug)]
pub struct Foundation {
    /// The project file.
    pub root: Option<ProjectRoot>,
    /// The profile.
    pub profile: Option<Profile>,
    /// What is wrong or questionable.
    pub findings: Vec<Diagnostic>,
}

/// Reads the project file and the profile: no packages, and no files of nodes.
#[must_use]
pub fn load_foundation(request: &LoadRequest) -> Foundation {
    let mut findings = Vec::new();
    let Some(loader) = Loader::open(request, &mut findings) else {
        return Foundation { root: None, profile: None, findings };
    };
    let profile = loader.profile(&loader.profile_renderer(), &mut findings);
    let target = profile.as_ref().map(Profile::target);
    let root = loader.root_only(target, Policy::default(), &mut findings).map(|(root, _)| root);
    Foundation { root, profile, findings }
}

/// Where logs are written, and all flags: known before the project is read, so
/// that the log tells of that, too. `None` where there is no project.
#[must_use]
pub fn log_place(request: &LoadRequest) -> Option<(PathBuf, Flags)> {
    // What is wrong with the file is found again, and told, when it is loaded.
    let request = LoadRequest { sources: Arc::default(), ..request.clone() };
    let loader = Loader::open(&request, &mut Vec::new())?;
    Some((loader.log_folder(), loader.flags))
}

/// The flags where there is no project, or none that is known yet.
#[must_use]
pub fn flags_alone(given: &JsonMap<String, Json>, environment: &Environment) -> Flags {
    Flags::of(given, environment, &Map::default(), &mut Vec::new())
}

/// The root project's file, and what renders files that may hold secrets.
pub(super) fn root_and_renderer(
    request: &LoadRequest,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(ProjectRoot, Renderer)> {
    let policy = Policy { allows_missing_vars: true, ..Policy::default() };
    Loader::open(request, diagnostics)?.root_only(None, policy, diagnostics)
}

impl Project {
    /// The root project.
    ///
    /// # Panics
    /// Never: a project that [`load`] made has one, and nothing else makes projects.
    #[must_use]
    #[expect(clippy::expect_used, reason = "`load` puts it there and nobody else makes projects")]
    pub fn root_package(&self) -> &Package {
        self.packages.first().expect("the root project is the first package")
    }

    /// A package by name.
    #[must_use]
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// Reads the texts of all files that were not read yet.
    ///
    /// # Errors
    /// A finding for each file that cannot be read.
    pub fn read_texts(&self) -> Result<(), Vec<Diagnostic>> {
        let of_package = |package: &Package| discover::read_texts(&package.root, &package.files);
        let findings: Vec<Diagnostic> = self
            .invocation
            .timings
            .during(Phase::Read, || self.packages.iter().flat_map(of_package).collect());
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }

    /// Where nodes are stored where nothing else is said.
    #[must_use]
    pub fn target(&self) -> Target {
        let target = self.profile.adapter.target();
        let text = |key: &str| target.get(key).and_then(Json::as_str).map(str::to_owned);
        Target { database: text("database"), schema: text("schema").unwrap_or_default() }
    }

    /// Where results are written: the flag, the environment, the project file.
    #[must_use]
    pub fn target_path(&self) -> PathBuf {
        target_path(&self.root, &self.flags, &self.root_package().file)
    }

    /// The environment variables that artifacts tell, without their prefix `DBT_ENV_CUSTOM_ENV_`.
    #[must_use]
    pub fn metadata_env(&self) -> JsonMap<String, Json> {
        self.metadata.clone()
    }
}

impl ProjectRoot {
    /// Where results are written: the flag, the environment, the project file.
    #[must_use]
    pub fn target_path(&self) -> PathBuf {
        target_path(&self.root, &self.flags, &self.file)
    }
}

fn target_path(root: &Path, flags: &Flags, file: &ProjectFile) -> PathBuf {
    root.join(flags.text("target_path").unwrap_or(&file.paths.target))
}

/// A project of which only the text of its file is known.
struct Loader<'a> {
    request: &'a LoadRequest,
    root: PathBuf,
    raw: RawFile,
    flags: Flags,
    command_line_vars: Map,
    /// Those of the project that stand in a file of their own.
    file_vars: Map,
    secrets: Secrets,
    reads: Arc<Reads>,
}

impl<'a> Loader<'a> {
    fn open(request: &'a LoadRequest, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let root = locate(request).map_err(|finding| diagnostics.push(finding)).ok();
        let command_line_vars = command_line_vars(request).unwrap_or_else(|findings| {
            diagnostics.extend(findings);
            Map::default()
        });
        let root = root?;
        let mut raw = RawFile::read(&root, Path::new(""), &request.sources, diagnostics)?;
        let found = vars::read_file(&root, &request.sources, diagnostics);
        let file_vars = found.as_ref().and_then(|(_, vars)| vars.as_map()).cloned().unwrap_or_default();
        if let Some(found) = found {
            raw.adopt_vars(found, diagnostics);
        }
        let own = raw.get("flags").and_then(Yaml::as_map).cloned().unwrap_or_default();
        let written = choose_profile::flags(request, &root, own, diagnostics);
        let mut flags = Flags::of(&request.flags, &request.environment, &written, diagnostics);
        flags.settle_periods(request.invocation.started_at, diagnostics);
        let secrets = Secrets::of(&request.environment);
        let reads = Arc::default();
        Some(Self { request, root, raw, flags, command_line_vars, file_vars, secrets, reads })
    }

    fn members(&self, target: Option<JsonMap<String, Json>>, vars: Vars, policy: Policy) -> Members {
        let facts = Facts {
            told: Mutex::default(),
            environment: under_both_names(&self.request.environment),
            secrets: self.secrets.clone(),
            flags: self.flags.clone(),
            invocation: self.request.invocation.clone(),
            target,
            project_name: self.raw.name().unwrap_or_default().to_owned(),
            reads: Arc::clone(&self.reads),
        };
        Members::new(facts, vars, policy)
    }

    fn command_line(&self) -> Vars {
        Vars { command_line: self.command_line_vars.clone(), ..Vars::default() }
    }

    /// The vars that the project file may use: none of its own.
    fn known_first(&self) -> Vars {
        let mut vars = self.file_vars.clone();
        self.command_line_vars.iter().for_each(|(key, value)| vars.insert(key.clone(), value.clone()));
        Vars { command_line: vars, ..Vars::default() }
    }

    /// What renders files that may hold secrets.
    fn secret_renderer(&self, vars: Vars, policy: Policy) -> Renderer {
        let policy = Policy { allows_secrets: true, ..policy };
        Renderer::new(self.members(None, vars, policy), Some(self.secrets.clone()))
    }

    /// dbt: of vars a profile knows those of the command line.
    fn profile_renderer(&self) -> Renderer {
        self.secret_renderer(self.command_line(), Policy::default())
    }

    fn root_only(
        self,
        target: Option<JsonMap<String, Json>>,
        policy: Policy,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(ProjectRoot, Renderer)> {
        let secret_renderer = self.secret_renderer(self.known_first(), policy);
        let renderer = Renderer::new(self.members(target, self.known_first(), policy), None);
        let file = self.raw.check(&renderer, diagnostics)?;
        Some((ProjectRoot { root: self.root, file, flags: self.flags }, secret_renderer))
    }

    fn project(self, diagnostics: &mut Vec<Diagnostic>) -> Option<Project> {
        let profile_renderer = self.profile_renderer();
        let secret_renderer = self.secret_renderer(self.known_first(), Policy::default());
        let profile = self.profile(&profile_renderer, diagnostics);
        // Without a profile the project file is still read, for what is wrong in it.
        let target = profile.as_ref().map(Profile::target);
        let renderer =
            Renderer::new(self.members(target.clone(), self.known_first(), Policy::default()), None);
        let package_renderer =
            Renderer::new(self.members(target.clone(), Vars::default(), Policy::default()), None);
        let selectors = self.root_file("selectors.yml", &renderer, diagnostics);
        if let Some(yaml) = self.root_file(catalogs::FILE, &profile_renderer, diagnostics) {
            diagnostics.extend(catalogs::check(&yaml, &self.request.invocation.which));
        }
        let log_path = self.log_folder();
        let Self { request, root, raw, flags, command_line_vars, secrets, reads, .. } = self;
        let given_vars = command_line_vars.to_json();
        let file = raw.check(&renderer, diagnostics)?;
        check_version(&file, &flags, diagnostics);
        let mut root_package =
            Package { name: file.name.clone(), root: root.clone(), file, files: Vec::new() };
        let takes_jinja = flags.is_on("allow_jinja_file_extensions");
        let installed = installed::packages(
            (&root_package, takes_jinja),
            &package_renderer,
            &secret_renderer,
            &request.sources,
            diagnostics,
        );
        let mut packages = installed;
        for package in &mut packages {
            check_version(&package.file, &flags, diagnostics);
        }
        let paths = (&root_package.file.paths, takes_jinja);
        root_package.files = discover::discover(&root, Path::new(""), paths, &request.sources, diagnostics);
        packages.insert(0, root_package);
        let profile = profile?;
        let vars = Vars {
            command_line: command_line_vars,
            root: packages.first().map(|package| package.name.clone()).unwrap_or_default(),
            packages: packages
                .iter()
                .map(|package| (package.name.clone(), package.file.vars.clone()))
                .collect(),
        };
        let facts = Facts {
            told: Mutex::default(),
            environment: under_both_names(&request.environment),
            secrets,
            flags: flags.clone(),
            invocation: request.invocation.clone(),
            target,
            project_name: vars.root.clone(),
            reads,
        };
        Some(Project {
            root,
            log_path,
            packages,
            profile,
            flags,
            members: Arc::new(Members::new(facts, vars, Policy::default())),
            selectors,
            invocation: request.invocation.clone(),
            command_line_vars: Json::Object(members::told_vars(given_vars)),
            metadata: members::metadata(&request.environment),
        })
    }

    /// Where logs are written. dbt: `log-path` of the project file is not rendered.
    fn log_folder(&self) -> PathBuf {
        match self.flags.text("log_path") {
            Some(given) => self.request.current_dir.join(given),
            None => self.root.join(self.raw.get("log-path").and_then(Yaml::as_str).unwrap_or("logs")),
        }
    }

    fn profile(&self, renderer: &Renderer, diagnostics: &mut Vec<Diagnostic>) -> Option<Profile> {
        let written = self.raw.get("profile").map(|value| renderer.value(value, diagnostics));
        let wanted = Wanted {
            root: &self.root,
            project_name: self.raw.name().unwrap_or_default(),
            profile: written.and_then(|value| Some((value.as_str()?.to_owned(), value.span))),
        };
        choose_profile::choose(self.request, &wanted, renderer, diagnostics)
    }

    /// A file of the root project, rendered, where it is there.
    fn root_file(&self, name: &str, renderer: &Renderer, diagnostics: &mut Vec<Diagnostic>) -> Option<Yaml> {
        let path = self.root.join(name);
        if !files::is_file(&path) {
            return None;
        }
        match files::read_text(&path) {
            Ok(text) => {
                let file = self.request.sources.add(name, text);
                let yaml = yaml::collect(&file, diagnostics)?;
                Some(renderer.tree(&yaml, |_| false, diagnostics))
            }
            Err(error) => {
                diagnostics.push(Diagnostic::error("unreadable-file", error.to_string()));
                None
            }
        }
    }
}

/// `--vars`, else its environment variable.
fn command_line_vars(request: &LoadRequest) -> Result<Map, Vec<Diagnostic>> {
    match (&request.vars, request.variable("vars")) {
        (Some(text), _) => vars::read(text, "--vars", &request.sources),
        (None, Some((name, text))) => vars::read(text, &name, &request.sources),
        (None, None) => Ok(Map::default()),
    }
}

/// `require-dbt-version`, unless `--no-version-check` says otherwise.
fn check_version(file: &ProjectFile, flags: &Flags, diagnostics: &mut Vec<Diagnostic>) {
    let Some((ranges, span)) =
        file.rules.require_dbt_version.as_ref().filter(|_| flags.is_on("version_check"))
    else {
        return;
    };
    let finding = match version::is_within(super::DBT_VERSION, ranges) {
        Ok(true) => return,
        Ok(false) => {
            let message = format!("`{}` requires dbt {}", file.name, ranges.join(", "));
            Diagnostic::error("dbt-version", message)
                .at(*span, format!("this program speaks the language of dbt {}", super::DBT_VERSION))
                .help("change the range, or ignore it with `--no-version-check`")
        }
        Err(bound) => {
            let message = format!("`{bound}` is not a version: write three numbers, such as `>=1.3.0`");
            Diagnostic::error("dbt-version", message).at(*span, "")
        }
    };
    diagnostics.push(finding);
}

#[cfg(test)]
mod tests;
