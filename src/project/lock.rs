//! `package-lock.yml`, in dbt's format.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value as Json};
use sha1::{Digest as _, Sha1};

use super::packages::{self, Requirement};
use super::render::Renderer;
use crate::diagnostics::Diagnostic;
use crate::source::SourceMap;
use crate::template;
use crate::yaml::{self, Yaml};

/// The file's name.
pub(super) const FILE_NAME: &str = "package-lock.yml";

/// What a lock file says.
pub(super) struct Lock {
    /// The packages to install.
    pub(super) entries: Vec<Requirement>,
    /// The hash of what asked for them.
    pub(super) hash: String,
}

/// The lock file of a project, if it has one. Its entries are rendered: they hold no secrets.
pub(super) fn read(
    root: &Path,
    renderer: &Renderer,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Lock> {
    let document = packages::document(root, FILE_NAME, sources, diagnostics)?;
    let map = document.as_map()?;
    let hash = map.get("sha1_hash").and_then(Yaml::scalar_text)?;
    let written = map.get("packages").filter(|list| !list.is_null())?;
    let list = renderer.tree(written, |_| false, diagnostics);
    Some(Lock { entries: packages::entries(&list, written, diagnostics), hash })
}

/// The text of the lock file: the packages to install, and what asked for them.
pub(super) fn text(packages: Vec<Map<String, Json>>, requested: &[Requirement]) -> String {
    let entries: Vec<Json> = packages.into_iter().map(Json::Object).collect();
    let list = yaml::to_text(&Json::Array(entries), true);
    let indented: Vec<String> = list.lines().map(|line| format!("  {line}")).collect();
    format!("packages:\n{}\nsha1_hash: {}\n", indented.join("\n"), hash(requested))
}

/// dbt: the SHA-1 of the requested entries as JSON, sorted, one on a line.
pub(super) fn hash(requested: &[Requirement]) -> String {
    let mut entries: Vec<String> = requested.iter().map(entry).collect();
    entries.sort_unstable();
    sha1(entries.join("\n").as_bytes())
}

/// The SHA-1 of bytes, in hexadecimal digits.
pub(super) fn sha1(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let written = write!(hex, "{byte:02x}");
        debug_assert!(written.is_ok(), "a text takes every write");
        hex
    })
}

fn entry(requirement: &Requirement) -> String {
    let mut fields = requirement.fields.clone();
    // dbt: what an entry does not say is in it all the same.
    let (is_git, is_private) = (fields.contains_key("git"), fields.contains_key("private"));
    let unsaid: &[(&str, Json)] = match () {
        () if fields.contains_key("package") => &[("install_prerelease", Json::Bool(false))],
        () if is_git => {
            &[("revision", Json::Null), ("subdirectory", Json::Null), ("warn-unpinned", Json::Null)]
        }
        () if is_private => &[
            ("provider", Json::Null),
            ("revision", Json::Null),
            ("subdirectory", Json::Null),
            ("warn-unpinned", Json::Null),
        ],
        () => &[],
    };
    for (key, value) in unsaid {
        fields.entry(*key).or_insert_with(|| value.clone());
    }
    fields.insert("unrendered".to_owned(), Json::Object(requirement.unrendered.clone()));
    template::sorted_python_json(&Json::Object(fields))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::project::packages::PackageOrigin;

    #[test]
    fn the_lock_file_is_the_one_that_dbt_writes() {
        let object = |json: Json| json.as_object().cloned().unwrap_or_default();
        let requested = Requirement {
            origin: PackageOrigin::Local("../pk2".to_owned()),
            span: SourceMap::new().add("packages.yml", "").span(),
            fields: object(json!({"local": "../pk2"})),
            unrendered: object(json!({"local": "../pk2"})),
        };
        let entry = |path: &str, name: &str| object(json!({"local": path, "name": name}));
        let packages = vec![entry("../pk2", "pk2"), entry("../pk", "pk")];
        let expected = "packages:\n  - local: ../pk2\n    name: pk2\n  - local: ../pk\n    name: pk\n\
                        sha1_hash: 42013d04728c8cc45b556057baa8c3beaf2c09ac\n";
        assert_eq!(text(packages, &[requested]), expected);
    }

    #[test]
    fn the_hash_is_the_one_of_dbt() {
        let check = |entries: &[(&'static str, Json)], expected: &str| {
            let requirement = |(key, entry): &(&'static str, Json)| {
                let fields = entry.as_object().cloned().unwrap_or_default();
                Requirement {
                    origin: PackageOrigin::Remote(key, String::new()),
                    span: SourceMap::new().add("packages.yml", "").span(),
                    unrendered: fields.clone(),
                    fields,
                }
            };
            let requested: Vec<Requirement> = entries.iter().map(requirement).collect();
            assert_eq!(hash(&requested), expected);
        };
        let range = json!({"package": "acme/tools", "version": [">=1.0.0", "<2.0.0"]});
        check(&[("package", range)], "10e9024ad59f10075eedabafce8d7ca4eb872bbf");
        let many = [
            ("git", json!({"git": "https://x/y.git", "revision": "v1", "subdirectory": "sub"})),
            ("tarball", json!({"tarball": "http://t/x.tgz", "name": "t"})),
            ("private", json!({"private": "org/repo"})),
            ("package", json!({"package": "a/b", "version": 1.0})),
        ];
        check(&many, "0e9f9d4530007691a3657fa494957f65b37b12de");
    }
}
