//! `deps --add-package`: one more package in `packages.yml`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::source::SourceMap;
use crate::yaml;

/// A package to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// `organization/package`, an address, or a path.
    pub name: String,
    /// A version, bounds of one with commas, or a revision.
    pub version: Option<String>,
    /// `hub`, `git` or `local`.
    pub source: String,
}

impl Addition {
    /// `name@version` from a source. An `@` of an address is not one before a version.
    #[must_use]
    pub fn parse(text: &str, source: &str) -> Self {
        let split = text.rsplit_once('@').filter(|(_, version)| !version.contains(['/', ':']));
        let (name, version) = split.map_or((text, None), |(name, version)| (name, Some(version.to_owned())));
        Self { name: name.to_owned(), version, source: source.to_owned() }
    }

    fn entry(&self) -> Json {
        let (key, version_key) = match self.source.as_str() {
            "hub" => ("package", "version"),
            "git" => ("git", "revision"),
            other => (other, "version"),
        };
        let mut entry = Map::new();
        entry.insert(key.to_owned(), Json::from(self.name.as_str()));
        if let Some(version) = &self.version {
            let version = match version.split_once(',') {
                Some(_) => version.split(',').map(str::trim).collect::<Json>(),
                None => Json::from(version.as_str()),
            };
            entry.insert(version_key.to_owned(), version);
        }
        Json::Object(entry)
    }

    /// Whether an entry is about the same package: it has the name, `-` and `_` being the
    /// same, between slashes or dots.
    fn replaces(&self, entry: &Json) -> bool {
        let keys = ["package", "git", "local", "tarball", "private"];
        let Some(place) = keys.iter().find_map(|key| entry.get(key)?.as_str()) else { return false };
        let plain = |text: &str| text.replace('-', "_");
        let name = plain(self.name.trim_end_matches(".git"));
        let name = name.rsplit('/').next().unwrap_or_default();
        !name.is_empty() && plain(place).split(['/', '.']).any(|part| part == name)
    }
}

/// What was written into the file that lists packages.
#[derive(Debug, Clone)]
pub struct Added {
    /// What was asked for.
    pub addition: Addition,
    /// The file.
    pub path: PathBuf,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The entries that it stands in for.
    pub removed: Vec<Json>,
}

/// Writes the package into the file that lists packages.
pub(super) fn add(root: &Path, addition: &Addition, sources: &SourceMap) -> Result<Added, Diagnostic> {
    if addition.source == "hub" && addition.version.is_none() {
        let message = format!("`{}` needs a version", addition.name);
        let help = format!("write `--add-package {}@1.0.0`", addition.name);
        return Err(Diagnostic::error("bad-flag", message).help(help));
    }
    let read = |name: &str| -> Result<Option<Json>, Diagnostic> {
        let path = root.join(name);
        if !files::is_file(&path) {
            return Ok(None);
        }
        let text = files::read_text(&path)?;
        let parsed = yaml::parse(&sources.add(name, text));
        parsed.map(|yaml| Some(yaml.to_json())).map_err(|_| {
            Diagnostic::error("packages", format!("`{name}` cannot be read"))
                .help("`model parse` tells where")
        })
    };
    let other = read("dependencies.yml")?.filter(|json| json.get("packages").is_some());
    let (name, mut document) = match other {
        Some(document) => ("dependencies.yml", document),
        None => ("packages.yml", read("packages.yml")?.unwrap_or_else(|| json!({"packages": []}))),
    };
    let mut removed = Vec::new();
    if let Some(fields) = document.as_object_mut() {
        let list = fields.entry("packages").or_insert_with(|| json!([]));
        let entries = list.as_array().cloned().unwrap_or_default();
        let (replaced, mut entries): (Vec<Json>, Vec<Json>) =
            entries.into_iter().partition(|entry| addition.replaces(entry));
        removed = replaced;
        entries.push(addition.entry());
        *list = Json::Array(entries);
    }
    let path = root.join(name);
    let is_new = !files::is_file(&path);
    files::write(&path, yaml::to_text(&document, false))?;
    Ok(Added { addition: addition.clone(), path, is_new, removed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_replaces_its_namesakes() {
        let check = |name: &str, entry: Json, expected: bool| {
            let addition = Addition::parse(name, "hub");
            assert_eq!(addition.replaces(&entry), expected, "{name} {entry}");
        };
        check("dbt-labs/dbt_utils@1.0.0", json!({"package": "dbt-labs/dbt_utils"}), true);
        check("dbt-labs/dbt_utils@1.0.0", json!({"git": "https://x/dbt-labs/dbt-utils.git"}), true);
        check("dbt-labs/dbt_core@1.0.0", json!({"git": "https://x/dbt-core-utils.git"}), false);
    }

    #[test]
    fn versions_follow_the_last_at() {
        let check = |text: &str, name: &str, version: Option<&str>| {
            let parsed = Addition::parse(text, "git");
            assert_eq!((parsed.name.as_str(), parsed.version.as_deref()), (name, version), "{text}");
        };
        check("a/b@1.0.0", "a/b", Some("1.0.0"));
        check("git@host:a/b.git", "git@host:a/b.git", None);
        check("git@host:a/b.git@v1", "git@host:a/b.git", Some("v1"));
    }
}
