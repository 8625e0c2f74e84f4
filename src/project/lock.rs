//! `package-lock.yml`, in dbt's format.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};
use sha1::{Digest as _, Sha1};

use super::packages::Requirement;
use crate::template;
use crate::yaml;

/// The file's name.
pub(super) const FILE_NAME: &str = "package-lock.yml";

/// The text of the lock file: the packages to install, as (path, name), and what asked for them.
pub(super) fn text(packages: &[(String, String)], requested: &[Requirement]) -> String {
    let entries: Vec<Json> =
        packages.iter().map(|(local, name)| json!({"local": local, "name": name})).collect();
    let list = yaml::to_text(&Json::Array(entries), true);
    let indented: Vec<String> = list.lines().map(|line| format!("  {line}")).collect();
    format!("packages:\n{}\nsha1_hash: {}\n", indented.join("\n"), hash(requested))
}

/// dbt: the SHA-1 of the requested entries as JSON, sorted, one on a line.
pub(super) fn hash(requested: &[Requirement]) -> String {
    let mut entries: Vec<String> = requested.iter().map(entry).collect();
    entries.sort_unstable();
    let digest = Sha1::digest(entries.join("\n"));
    digest.iter().fold(String::new(), |mut hex, byte| {
        let written = write!(hex, "{byte:02x}");
        debug_assert!(written.is_ok(), "a text takes every write");
        hex
    })
}

fn entry(requirement: &Requirement) -> String {
    let mut fields = requirement.fields.clone();
    fields.insert("unrendered".to_owned(), Json::Object(requirement.unrendered.clone()));
    template::sorted_python_json(&Json::Object(fields))
}

/// The hash in the text of a lock file.
pub(super) fn hash_in(lock: &Map<String, Json>) -> Option<&str> {
    lock.get("sha1_hash").and_then(Json::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::packages::PackageOrigin;
    use crate::source::SourceMap;

    #[test]
    fn the_lock_file_is_the_one_that_dbt_writes() {
        let object = |json: Json| json.as_object().cloned().unwrap_or_default();
        let requested = Requirement {
            origin: PackageOrigin::Local("../pk2".to_owned()),
            span: SourceMap::new().add("packages.yml", "").span(),
            fields: object(json!({"local": "../pk2"})),
            unrendered: object(json!({"local": "../pk2"})),
        };
        let packages = [("../pk2".to_owned(), "pk2".to_owned()), ("../pk".to_owned(), "pk".to_owned())];
        let expected = "packages:\n  - local: ../pk2\n    name: pk2\n  - local: ../pk\n    name: pk\n\
                        sha1_hash: 42013d04728c8cc45b556057baa8c3beaf2c09ac\n";
        assert_eq!(text(&packages, &[requested]), expected);
    }
}
