//! From `profiles.yml` to the one target that is used.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::profile::Profile;
use super::render::Renderer;
use super::request::LoadRequest;
use crate::adapter::{self, Credentials, Folders};
use crate::diagnostics::Diagnostic;
use crate::host::{environment, files};
use crate::source::{SourceFile, Span};
use crate::yaml::{self, Map, Yaml};

/// dbt: the target of a profile that names none.
const DEFAULT_TARGET: &str = "default";
/// The name of the target that stands in for a missing profile.
const EMBEDDED_TARGET: &str = "dev";
/// dbt: threads of a profile that names none.
const DEFAULT_THREADS: usize = 1;

/// What the project says about its profile.
pub(super) struct Wanted<'a> {
    pub(super) root: &'a Path,
    pub(super) project_name: &'a str,
    /// The project file's `profile`, rendered, and its place.
    pub(super) profile: Option<(String, Span)>,
}

/// The profile, or `None` with findings about why there is none. A project
/// without any profile is built in the embedded database.
pub(super) fn choose(
    request: &LoadRequest,
    wanted: &Wanted<'_>,
    renderer: &Renderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Profile> {
    let from_variable = || request.variable("profile").map(|(_, name)| name.to_owned());
    let asked_for = request.profile.clone().or_else(from_variable);
    let path = match profiles_file(request) {
        Ok(path) => path,
        Err(finding) => {
            diagnostics.push(finding);
            return None;
        }
    };
    let from_file = || wanted.profile.clone().map(|(name, span)| (name, Some(span)));
    match (asked_for.map(|name| (name, None)).or_else(from_file), path) {
        (None, _) => embedded(request, wanted, wanted.project_name.to_owned(), diagnostics),
        (Some((name, None)), None) => {
            let message = format!("there is no `profiles.yml`, so that there is no profile `{name}`");
            diagnostics.push(Diagnostic::error("no-profiles", message).help(WRITE_PROFILES));
            None
        }
        (Some((name, Some(span))), None) => {
            let note = format!("there is no `profiles.yml`, so that the profile `{name}` is not used");
            let finding = Diagnostic::warning("no-profiles", note)
                .at(span, "the embedded database is used")
                .help(format!("{WRITE_PROFILES}, or remove `profile` from it"));
            diagnostics.push(finding);
            embedded(request, wanted, name, diagnostics)
        }
        (Some((name, place)), Some(path)) => {
            let file = read(request, wanted.root, &path, diagnostics)?;
            Chooser { request, root: wanted.root, renderer, file: &file, diagnostics }.profile(&name, place)
        }
    }
}

const WRITE_PROFILES: &str = "write a `profiles.yml` next to the project file";

/// Where `profiles.yml` is missed when there is none.
#[must_use]
pub fn missed_profiles_file(request: &LoadRequest) -> Option<PathBuf> {
    let at_home = || request.environment.home().map(|home| home.join(".dbt"));
    Some(named_folder(request).or_else(at_home)?.join("profiles.yml"))
}

/// The folder that the flag or the environment names.
fn named_folder(request: &LoadRequest) -> Option<PathBuf> {
    let from_variable = || request.variable("profiles_dir").map(|(_, value)| PathBuf::from(value));
    request.profiles_dir.clone().or_else(from_variable)
}

/// dbt's order: the flag, the environment, the current folder, then `~/.dbt`;
/// before the last one we look next to the project file. `None` where there is none.
///
/// # Errors
/// A folder was named that has no such file.
pub fn profiles_file(request: &LoadRequest) -> Result<Option<PathBuf>, Diagnostic> {
    if let Some(folder) = named_folder(request) {
        let path = request.current_dir.join(&folder).join("profiles.yml");
        if files::is_file(&path) {
            return Ok(Some(path));
        }
        let message = format!("there is no `profiles.yml` in `{}`", folder.display());
        return Err(Diagnostic::error("no-profiles", message)
            .known_as(format!("dbt looked for a profiles.yml file in {}", folder.display()))
            .help("check `--profiles-dir` and the environment variable `DBT_PROFILES_DIR`"));
    }
    let home = request.environment.home().map(|home| home.join(".dbt"));
    let project = super::locate(request).ok();
    let folders = [Some(request.current_dir.clone()), project, home];
    let found = folders.into_iter().flatten().map(|folder| folder.join("profiles.yml"));
    Ok(found.into_iter().find(|path| files::is_file(path)))
}

/// The flags of the project file, or those that stand below `config` in `profiles.yml`, as
/// they did before dbt 1.8.
pub(super) fn flags(request: &LoadRequest, root: &Path, own: Map, diagnostics: &mut Vec<Diagnostic>) -> Map {
    // What is wrong with the file is told where the profile is chosen.
    let old = || {
        let file = read(request, root, &profiles_file(request).ok()??, &mut Vec::new())?;
        let yaml = yaml::collect(&file, &mut Vec::new())?;
        let (key, config) = yaml.as_map()?.entry("config")?;
        let flags = config.as_map().filter(|flags| !flags.is_empty())?;
        Some((key.span, flags.clone()))
    };
    let Some((at, old)) = old() else { return own };
    if !own.is_empty() {
        diagnostics.push(
            Diagnostic::error("flags-twice", "flags stand in the project file and in `profiles.yml`")
                .at(at, "here, below `config`")
                .known_as("Do not specify both 'config' in profiles.yml and 'flags' in dbt_project.yml.")
                .help("keep those of the project file"),
        );
        return own;
    }
    diagnostics.push(
        Diagnostic::warning("moved-flags", "flags have their place in the project file")
            .at(at, "these are used")
            .known_as(
                "User config should be moved from the 'config' key in profiles.yml to the 'flags' key in \
                 dbt_project.yml.",
            )
            .help("write them below `flags:` there"),
    );
    old
}

fn read(
    request: &LoadRequest,
    root: &Path,
    path: &Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<SourceFile>> {
    let shown = path.strip_prefix(root).unwrap_or(path);
    match files::read_text(path) {
        Ok(text) => Some(request.sources.add(shown, text)),
        Err(error) => {
            diagnostics.push(Diagnostic::error("unreadable-file", error.to_string()));
            None
        }
    }
}

/// The profile of a project without one.
fn embedded(
    request: &LoadRequest,
    wanted: &Wanted<'_>,
    name: String,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Profile> {
    // Who names a target means a warehouse, and not this one.
    if let Some(name) = target_asked_for(request).filter(|name| name != EMBEDDED_TARGET) {
        let message = format!("there is no target `{name}`: the project has no profile");
        let finding = Diagnostic::error("unknown-target", message).note(format!(
            "without a profile it is built in the embedded database, under the target `{EMBEDDED_TARGET}`"
        ));
        diagnostics.push(finding.help(format!("{WRITE_PROFILES}, and name its profile there")));
        return None;
    }
    let target_name = EMBEDDED_TARGET.to_owned();
    let credentials = adapter::embedded_default(wanted.project_name, wanted.root);
    let threads = threads(request, None, environment::cores(), diagnostics)?;
    let adapter = adapter::open(&credentials, &folders(request, wanted.root))
        .map_err(|error| diagnostics.push(Diagnostic::error("bad-profile", error.message)))
        .ok()?;
    Some(Profile { name, target_name, credentials, adapter, threads, is_embedded: true })
}

/// `--target`, else the environment.
fn target_asked_for(request: &LoadRequest) -> Option<String> {
    request.target.clone().or_else(|| request.variable("target").map(|(_, name)| name.to_owned()))
}

fn folders(request: &LoadRequest, root: &Path) -> Folders {
    Folders { project: root.to_path_buf(), home: request.environment.home() }
}

/// `--threads`, else the environment, else the profile, else the default.
fn threads(
    request: &LoadRequest,
    written: Option<&Yaml>,
    default: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let finding = match (request.threads, request.variable("threads"), written) {
        (Some(0), _, _) => Diagnostic::error("threads", "`--threads` must be at least 1"),
        (Some(threads), _, _) => return Some(threads),
        (None, Some((name, text)), _) => match text.parse::<usize>() {
            Ok(threads) if threads > 0 => return Some(threads),
            _ => Diagnostic::error(
                "threads",
                format!("the environment variable `{name}` must be a number from 1, not `{text}`"),
            ),
        },
        (None, None, None) => return Some(default),
        (None, None, Some(yaml)) => match yaml.as_int().map(usize::try_from) {
            Some(Ok(threads)) if threads > 0 => return Some(threads),
            _ => Diagnostic::error("threads", "`threads` must be a whole number from 1").at(yaml.span, ""),
        },
    };
    diagnostics.push(finding);
    None
}

struct Chooser<'a> {
    request: &'a LoadRequest,
    root: &'a Path,
    renderer: &'a Renderer,
    file: &'a SourceFile,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Chooser<'_> {
    fn profile(&mut self, name: &str, place: Option<Span>) -> Option<Profile> {
        let yaml = yaml::collect(self.file, self.diagnostics)?;
        let empty = Map::default();
        let profiles = match yaml.as_map() {
            Some(map) => map,
            None if yaml.is_null() => &empty,
            None => return self.fail(wrong(&yaml, "`profiles.yml` must be a mapping of profiles")),
        };
        let Some((key, profile)) = profiles.entry(name) else {
            let names: Vec<&str> = profiles.keys().filter(|key| *key != "config").collect();
            let mut finding = Diagnostic::error("unknown-profile", format!("there is no profile `{name}`"));
            if let Some(span) = place {
                finding = finding.at(span, "");
            }
            let path = self.file.path().display();
            finding = if names.is_empty() {
                finding.note(format!("`{path}` has no profiles"))
            } else {
                finding.note(format!("`{path}` has `{}`", names.join("`, `")))
            };
            let finding = finding.known_as(format!("Could not find profile named '{name}'"));
            return self.fail(finding.suggest(name, names.iter().copied()));
        };
        let Some(profile) = profile.as_map() else {
            return self
                .fail(wrong(profile, &format!("the profile `{name}` must be a mapping with `outputs`")));
        };
        let Some(outputs) = profile.get("outputs").and_then(Yaml::as_map) else {
            let finding =
                Diagnostic::error("profile-outputs", format!("the profile `{name}` has no `outputs`"));
            return self.fail(
                finding.at(key.span, "").help("give it a mapping `outputs` with one entry for each target"),
            );
        };
        let target_name = self.target_name(profile)?;
        let Some((target_key, output)) = outputs.entry(&target_name) else {
            let known: Vec<&str> = outputs.keys().collect();
            let finding = Diagnostic::error(
                "unknown-target",
                format!("the profile `{name}` has no target `{target_name}`"),
            )
            .at(self.target_place(profile).unwrap_or(key.span), "")
            .note(format!("it has `{}`", known.join("`, `")))
            .known_as(format!("The profile '{name}' does not have a target named '{target_name}'."));
            return self.fail(finding.suggest(&target_name, known));
        };
        let (credentials, threads) = self.output(output, &target_name, target_key.span)?;
        for doubt in adapter::misspelt_fields(&credentials) {
            let warning = Diagnostic::warning("misspelt-field", doubt);
            self.diagnostics.push(self.in_target(warning, target_key.span));
        }
        let wrong = adapter::wrong_fields(&credentials, target_key.span);
        if !wrong.is_empty() {
            let placed = wrong.into_iter().map(|finding| self.in_target(unplaced(finding), target_key.span));
            let placed: Vec<Diagnostic> = placed.collect();
            self.diagnostics.extend(placed);
            return None;
        }
        match adapter::open(&credentials, &folders(self.request, self.root)) {
            Ok(adapter) => Some(Profile {
                name: name.to_owned(),
                target_name,
                credentials,
                adapter,
                threads,
                is_embedded: false,
            }),
            Err(error) => {
                self.fail(self.in_target(Diagnostic::error("bad-profile", error.message), target_key.span))
            }
        }
    }

    /// Points at a target, unless its fields stand in the same line: a password may be there.
    fn in_target(&self, finding: Diagnostic, key: Span) -> Diagnostic {
        let rest = self.file.text().get(key.end..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim_start_matches([':', ' ']);
        if line.is_empty() || line.starts_with(['#', '&']) {
            finding.at(key, "in this target")
        } else {
            finding.in_file(self.file.path())
        }
    }

    /// The place of the profile's `target`, unless the flag or the environment decides.
    fn target_place(&self, profile: &Map) -> Option<Span> {
        profile.get("target").filter(|_| target_asked_for(self.request).is_none()).map(|target| target.span)
    }

    fn target_name(&mut self, profile: &Map) -> Option<String> {
        if let Some(name) = target_asked_for(self.request) {
            return Some(name);
        }
        let Some(written) = profile.get("target").filter(|target| !target.is_null()) else {
            return Some(DEFAULT_TARGET.to_owned());
        };
        let before = self.diagnostics.len();
        let rendered = self.renderer.value(written, self.diagnostics);
        if self.diagnostics.len() > before {
            return None;
        }
        match rendered.as_str() {
            Some(name) => Some(name.to_owned()),
            None => self.fail(wrong(&rendered, "`target` must be the name of a target")),
        }
    }

    fn output(&mut self, output: &Yaml, target_name: &str, key: Span) -> Option<(Credentials, usize)> {
        let Some(written) = output.as_map() else {
            return self
                .fail(wrong(output, &format!("the target `{target_name}` must be a mapping with `type`")));
        };
        let mut fields = serde_json::Map::new();
        let mut threads_written = None;
        let before = self.diagnostics.iter().filter(|finding| finding.is_error()).count();
        for (key, value) in written.iter() {
            let mut findings = Vec::new();
            let rendered = self.renderer.tree(value, |_| false, &mut findings);
            // dbt: a password may hold what looks like a template.
            if !key.text.contains("password") {
                self.diagnostics.append(&mut findings);
            }
            match key.text.as_str() {
                "threads" => threads_written = Some(rendered),
                _ => {
                    fields.insert(key.text.clone(), rendered.to_json());
                }
            }
        }
        let Some(Json::String(kind)) = fields.shift_remove("type") else {
            let finding =
                Diagnostic::error("profile-type", format!("the target `{target_name}` has no `type`"));
            let kinds: Vec<&str> = adapter::kinds().collect();
            let help = format!("name the adapter: one of `{}`", kinds.join("`, `"));
            return self.fail(finding.at(key, "").help(help));
        };
        let threads = threads(self.request, threads_written.as_ref(), DEFAULT_THREADS, self.diagnostics)?;
        let after = self.diagnostics.iter().filter(|finding| finding.is_error()).count();
        (after == before).then_some((Credentials { kind, fields }, threads))
    }

    fn fail<T>(&mut self, finding: Diagnostic) -> Option<T> {
        self.diagnostics.push(finding);
        None
    }
}

/// A finding with what its places say as notes.
fn unplaced(mut finding: Diagnostic) -> Diagnostic {
    let labels = std::mem::take(&mut finding.labels);
    labels.into_iter().fold(finding, |finding, label| finding.note(label.text))
}

fn wrong(yaml: &Yaml, message: &str) -> Diagnostic {
    Diagnostic::error("profile-type", message).at(yaml.span, format!("this is {}", yaml.kind()))
}
