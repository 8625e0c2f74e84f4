//! Macros that replace what every node rests on: where one changes, dbt reads everything.

use super::cache_file::{CacheHead, CachedManifest};
use super::key::{Place, resources};
use crate::manifest::MacroNode;
use crate::project::{FileKind, Project};
use crate::template::{self, BlockKind, Holds};

/// Their names.
const NAMES: [&str; 7] = [
    "ref",
    "source",
    "config",
    "function",
    "generate_alias_name",
    "generate_database_name",
    "generate_schema_name",
];

/// Whether one of them is new, gone or in a file that holds something else than in the earlier run.
pub(super) fn have_changed(head: &CacheHead, earlier: &CachedManifest, project: &Project) -> bool {
    let (changed, is_one_gone) = head.files.changes_of(FileKind::Macro, project);
    if changed.iter().any(|place| declares_one(*place)) {
        return true;
    }
    if changed.is_empty() && !is_one_gone {
        return false;
    }
    let stays = |node: &MacroNode| {
        let is_home =
            |(package, file): Place<'_>| package.name == node.package && file.path == node.original_file_path;
        resources(project).any(is_home) && !changed.iter().any(|place| is_home(*place))
    };
    let is_of_project = |node: &&MacroNode| project.package(&node.package).is_some();
    earlier.manifest(head).is_some_and(|manifest| {
        let overrides = manifest.macros.values().filter(|node| NAMES.contains(&node.name.as_str()));
        overrides.filter(is_of_project).any(|node| !stays(node))
    })
}

fn declares_one((_, file): Place<'_>) -> bool {
    let Some(source) = &file.file else { return false };
    let blocks = template::scan(source, Holds::Macros).blocks;
    blocks.iter().any(|block| block.kind == BlockKind::Macro && NAMES.contains(&block.name.as_str()))
}
