//! Macros that were changed, and what depends on them.

use std::collections::HashSet;

use crate::artifact::EarlierManifest;
use crate::manifest::Manifest;

/// The project's macros that are new or have another text.
///
/// dbt: built-in macros count too. Here they do not: each program and version
/// has its own, and a project would seem modified from top to bottom.
pub(super) fn changed<'a>(
    manifest: &'a Manifest,
    earlier: &EarlierManifest,
    packages: &[&str],
) -> HashSet<&'a str> {
    let macros = manifest.macros.values().filter(|it| packages.contains(&it.package.as_str()));
    macros
        .filter(|it| earlier.macros.get(&it.unique_id) != Some(&it.sql))
        .map(|it| it.unique_id.as_str())
        .collect()
}

/// Whether one of these macros is changed, or calls one that is.
pub(super) fn reach(manifest: &Manifest, macros: &[String], changed: &HashSet<&str>) -> bool {
    if changed.is_empty() {
        return false;
    }
    let mut seen: HashSet<&str> = HashSet::new();
    let mut waiting: Vec<&str> = macros.iter().map(String::as_str).collect();
    while let Some(id) = waiting.pop() {
        if changed.contains(id) {
            return true;
        }
        if seen.insert(id)
            && let Some(called) = manifest.macros.get(id)
        {
            waiting.extend(called.depends_on.iter().map(String::as_str));
        }
    }
    false
}
