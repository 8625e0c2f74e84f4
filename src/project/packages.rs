//! `packages.yml` and `dependencies.yml`: which packages a project requires.

use std::path::Path;

use serde_json::{Map as Object, Value as Json};

use super::render::Renderer;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::source::{SourceMap, Span};
use crate::yaml::{self, Map, Yaml};

/// One required package.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// Where it comes from.
    pub origin: PackageOrigin,
    /// Where it was written.
    pub span: Span,
    /// The entry, rendered.
    pub fields: Object<String, Json>,
    /// The entry as written.
    pub unrendered: Object<String, Json>,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageOrigin {
    /// `local`: a folder, as written.
    Local(String),
    /// `package`, `git`, `tarball` or `private`: the key and its value.
    Remote(&'static str, String),
}

/// The keys that say where a package comes from.
const REMOTE: [&str; 4] = ["package", "git", "tarball", "private"];
/// All keys of an entry.
const KEYS: [&str; 12] = [
    "local",
    "package",
    "git",
    "tarball",
    "private",
    "name",
    "version",
    "revision",
    "subdirectory",
    "provider",
    "warn-unpinned",
    "install_prerelease",
];

/// The keys beside one that says where a package comes from. dbt refuses others.
fn keys_beside(origin: &str) -> &'static [&'static str] {
    match origin {
        "package" => &["name", "version", "install_prerelease"],
        "git" => &["name", "revision", "subdirectory", "warn-unpinned"],
        "private" => &["name", "provider", "revision", "subdirectory", "warn-unpinned"],
        _ => &["name"],
    }
}

/// The packages that the project in a folder requires, in order.
pub(super) fn read(
    folder: &Path,
    renderer: &Renderer,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Requirement> {
    let packages = document(folder, "packages.yml", sources, diagnostics);
    let dependencies = document(folder, "dependencies.yml", sources, diagnostics);
    let key = |file: &Option<Yaml>, name: &str| {
        let map = file.as_ref().and_then(Yaml::as_map)?;
        map.entry(name).map(|(key, value)| (key.span, value.clone()))
    };
    let top = packages.as_ref().and_then(Yaml::as_map).into_iter().flat_map(Map::iter);
    diagnostics.extend(top.filter(|(key, _)| key.text != "packages").map(
        |(key, _)| match key.text.as_str() {
            "projects" => {
                let message = "`projects` belongs into `dependencies.yml`";
                Diagnostic::error("packages", message).at(key.span, "")
            }
            other => unknown_key("`packages.yml` has no key", other, &["packages"]).at(key.span, ""),
        },
    ));
    let list = match (key(&packages, "packages"), key(&dependencies, "packages")) {
        (Some((span, _)), Some((other, _))) => {
            let message = "`packages` stands in `packages.yml` and in `dependencies.yml`";
            let finding = Diagnostic::error("packages", message).at(span, "").at(other, "and here");
            diagnostics.push(finding.help("keep one of the two"));
            return Vec::new();
        }
        // dbt: what stands in `packages.yml` is rendered, the other is not.
        (Some((_, list)), None) => Some((renderer.tree(&list, |_| false, diagnostics), list)),
        (None, Some((_, list))) => Some((list.clone(), list)),
        (None, None) => None,
    };
    let Some((list, written)) = list else { return Vec::new() };
    entries(&list, &written, diagnostics)
}

/// The entries of a list of packages, rendered and as written.
pub(super) fn entries(list: &Yaml, written: &Yaml, diagnostics: &mut Vec<Diagnostic>) -> Vec<Requirement> {
    let (Some(items), Some(written)) = (list.as_seq(), written.as_seq()) else {
        let finding = Diagnostic::error("packages", "`packages` must be a list").at(list.span, "");
        diagnostics.push(finding);
        return Vec::new();
    };
    let entries = items.iter().zip(written).filter_map(|(item, written)| {
        requirement(item, written).map_err(|finding| diagnostics.push(finding)).ok()
    });
    entries.collect()
}

pub(super) fn document(
    folder: &Path,
    name: &str,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Yaml> {
    let path = folder.join(name);
    if !files::is_file(&path) {
        return None;
    }
    match files::read_text(&path) {
        Ok(text) => yaml::collect(&sources.add(name, text), diagnostics),
        Err(error) => {
            diagnostics.push(Diagnostic::error("unreadable-file", error.to_string()));
            None
        }
    }
}

/// How dbt begins what it says of such a file, also where it is `dependencies.yml`.
const MALFORMED: &str = "The packages.yml file in this project is malformed";

fn unknown_key(message: &str, key: &str, known: &[&'static str]) -> Diagnostic {
    Diagnostic::error("packages", format!("{message} `{key}`"))
        .known_as(format!("{MALFORMED}: Additional properties are not allowed ('{key}' was unexpected)"))
        .suggest(key, known.iter().copied())
}

/// dbt's words for an entry that says nowhere where its package comes from.
fn missing(map: &Map) -> String {
    let empty = [("package", "hub"), ("git", "git"), ("local", "local")];
    match empty.into_iter().find(|(key, _)| map.get(key).is_some()) {
        Some((_, kind)) => {
            format!("{MALFORMED}: A {kind} package is missing the value. It is a required property.")
        }
        None => format!("{MALFORMED}: it is not valid under any of the given schemas"),
    }
}

fn requirement(item: &Yaml, written: &Yaml) -> Result<Requirement, Diagnostic> {
    let Some(map) = item.as_map() else {
        return Err(Diagnostic::error("packages", "an entry of `packages` must be a mapping")
            .at(item.span, format!("this is {}", item.kind()))
            .help("write `- local: path/to/package`"));
    };
    let value = |key: &str| map.get(key).filter(|value| value.as_str() != Some(""));
    let local = value("local").and_then(Yaml::as_str).map(|path| PackageOrigin::Local(path.to_owned()));
    let remote = || {
        let found = REMOTE.into_iter().find_map(|key| Some((key, value(key)?.scalar_text()?)));
        found.map(|(key, text)| PackageOrigin::Remote(key, text))
    };
    let Some(origin) = local.or_else(remote) else {
        let finding =
            Diagnostic::error("packages", "an entry of `packages` does not say where the package comes from");
        let unknown = map.iter().find(|(key, _)| !KEYS.contains(&key.text.as_str()));
        let finding = match unknown {
            Some((key, _)) => finding.at(key.span, "").suggest(&key.text, KEYS),
            None => finding.at(item.span, ""),
        };
        return Err(finding.known_as(missing(map)).help("give it `local: path/to/package`"));
    };
    let own = match &origin {
        PackageOrigin::Local(_) => "local",
        PackageOrigin::Remote(key, _) => key,
    };
    let known = keys_beside(own);
    if let Some((key, _)) = map.iter().find(|(key, _)| key.text != own && !known.contains(&key.text.as_str()))
    {
        let message = format!("a package from `{own}` has no key");
        return Err(unknown_key(&message, &key.text, known).at(key.span, ""));
    }
    Ok(Requirement {
        origin,
        span: item.span,
        fields: map.to_json(),
        unrendered: written.as_map().map(Map::to_json).unwrap_or_default(),
    })
}
