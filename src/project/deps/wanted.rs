//! What is wanted of a package, by everybody who asks for it.

use serde_json::{Map, Value as Json};

use crate::diagnostics::Diagnostic;
use crate::project::packages::{PackageOrigin, Requirement};
use crate::source::Span;

/// A package, and what is wanted of it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) source: Source,
    /// Where it was asked for.
    pub(super) span: Span,
    /// The folder that a local path may start from, relative to the root project.
    pub(super) base: String,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A folder, as written.
    Local(String),
    /// The hub: bounds of the version.
    Hub { package: String, bounds: Vec<String>, takes_prereleases: bool },
    /// A git repository.
    Git(Repository),
    /// An archive.
    Tarball {
        address: String,
        /// As written, without secrets.
        written: String,
        name: String,
    },
}

/// A git repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    pub(super) address: String,
    /// As written, without secrets, under its key.
    pub(super) written: String,
    /// The entry's other fields, for the lock: a provider.
    pub(super) key: &'static str,
    pub(super) provider: Option<String>,
    /// What is wanted: a branch, a tag or a commit. Several are a conflict.
    pub(super) revisions: Vec<String>,
    pub(super) subdirectory: Option<String>,
    pub(super) warns_unpinned: bool,
}

impl Wanted {
    /// What an entry asks for; `base` is the folder of who asks.
    pub(super) fn of(requirement: &Requirement, base: &str) -> Result<Self, Diagnostic> {
        let fields = Fields { requirement };
        let source = match &requirement.origin {
            PackageOrigin::Local(path) => Source::Local(path.clone()),
            PackageOrigin::Remote("package", name) => fields.hub(name)?,
            PackageOrigin::Remote("tarball", address) => fields.tarball(address)?,
            PackageOrigin::Remote("private", name) => fields.private(name)?,
            PackageOrigin::Remote(_, address) => fields.git("git", address.clone()),
        };
        Ok(Self { source, span: requirement.span, base: base.to_owned() })
    }

    /// Whether both are the same package.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.source, &other.source) {
            (Source::Git(own), Source::Git(other)) => {
                let bare = |address: &str| address.trim_end_matches(".git").to_owned();
                bare(&own.address) == bare(&other.address) && own.subdirectory == other.subdirectory
            }
            (Source::Hub { package: own, .. }, Source::Hub { package: other, .. })
            | (Source::Tarball { address: own, .. }, Source::Tarball { address: other, .. }) => own == other,
            // Local folders are compared when they have been found.
            _ => false,
        }
    }

    /// Takes on what another asks of the same package.
    pub(super) fn merge(&mut self, other: &Self) {
        match (&mut self.source, &other.source) {
            (Source::Hub { bounds, .. }, Source::Hub { bounds: more, .. }) => {
                let new: Vec<String> = more.iter().filter(|bound| !bounds.contains(bound)).cloned().collect();
                bounds.extend(new);
            }
            (Source::Git(own), Source::Git(other)) => {
                own.warns_unpinned &= other.warns_unpinned;
                for revision in &other.revisions {
                    if !own.revisions.contains(revision) {
                        own.revisions.push(revision.clone());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The fields of an entry.
struct Fields<'a> {
    requirement: &'a Requirement,
}

impl Fields<'_> {
    fn text(&self, key: &str) -> Option<String> {
        match self.requirement.fields.get(key)? {
            Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn written(&self, key: &str, rendered: &str) -> String {
        self.requirement.unrendered.get(key).and_then(Json::as_str).unwrap_or(rendered).to_owned()
    }

    fn refuse(&self, message: &str, help: &str) -> Diagnostic {
        Diagnostic::error("packages", message).at(self.requirement.span, "").help(help)
    }

    fn hub(&self, name: &str) -> Result<Source, Diagnostic> {
        let bounds: Vec<String> = match self.requirement.fields.get("version") {
            Some(Json::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect(),
            _ => self.text("version").into_iter().collect(),
        };
        if bounds.is_empty() {
            let message = format!("the package `{name}` has no `version`");
            return Err(
                self.refuse(&message, "give it one, or a range: `version: [\">=1.0.0\", \"<2.0.0\"]`")
            );
        }
        if name.split('/').filter(|part| !part.is_empty()).count() != 2 {
            let message = format!("`{name}` is no name of a package of the hub");
            return Err(self.refuse(&message, "write it as `organization/package`"));
        }
        let bounds = bounds.iter().flat_map(|bound| bound.split(',')).map(|bound| bound.trim().to_owned());
        let takes_prereleases = self.requirement.fields.get("install_prerelease") == Some(&Json::Bool(true));
        Ok(Source::Hub { package: name.to_owned(), bounds: bounds.collect(), takes_prereleases })
    }

    fn git(&self, key: &'static str, address: String) -> Source {
        let warns = self.requirement.fields.get("warn-unpinned") != Some(&Json::Bool(false));
        Source::Git(Repository {
            written: self.written(key, &address),
            address,
            key,
            provider: self.text("provider"),
            revisions: self.text("revision").into_iter().collect(),
            subdirectory: self.text("subdirectory"),
            warns_unpinned: warns,
        })
    }

    /// A repository of the organization, which the user's own key opens.
    fn private(&self, name: &str) -> Result<Source, Diagnostic> {
        let provider = self.text("provider").unwrap_or_else(|| "github".to_owned());
        let address = match provider.as_str() {
            "github" => format!("git@github.com:{name}.git"),
            "gitlab" => format!("git@gitlab.com:{name}.git"),
            "ado" | "azure_devops" | "azure_active_directory" => format!("git@ssh.dev.azure.com:v3/{name}"),
            other => {
                let message = format!("`{other}` is no provider of private packages");
                return Err(self.refuse(&message, "write `github`, `gitlab` or `ado`, or a `git:` entry"));
            }
        };
        Ok(self.git("private", address))
    }

    fn tarball(&self, address: &str) -> Result<Source, Diagnostic> {
        let Some(name) = self.text("name").filter(|name| is_folder_name(name)) else {
            let message = format!("the package at `{}` has no `name`", self.written("tarball", address));
            return Err(self.refuse(&message, "give it the name of its project: `name: …`"));
        };
        let written = self.written("tarball", address);
        Ok(Source::Tarball { address: address.to_owned(), written, name })
    }
}

fn is_folder_name(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) && !name.starts_with('.')
}

/// The entry of a lock file, with its keys in order.
pub(super) fn entry(fields: &[(&str, Option<&str>)]) -> Map<String, Json> {
    let mut fields: Vec<(&str, &str)> =
        fields.iter().filter_map(|(key, value)| Some((*key, (*value)?))).collect();
    fields.sort_unstable();
    fields.into_iter().map(|(key, value)| (key.to_owned(), Json::from(value))).collect()
}
