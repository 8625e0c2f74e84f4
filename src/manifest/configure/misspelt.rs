//! Keys of a configuration that look like misspelt ones.

use super::check::known_keys;
use super::merge::Merged;
use crate::diagnostics::{Diagnostic, nearest};
use crate::manifest::ResourceType;
use crate::source::Span;

/// Keys that no check looks at and that some materialization, strategy or
/// warehouse reads.
const READ_BY_MACROS: &[&str] = &[
    "auto_refresh",
    "backup",
    "bind",
    "catalog_name",
    "cluster_by",
    "clustered_by",
    "dist",
    "file_format",
    "format",
    "incremental_predicates",
    "indexes",
    "labels",
    "location",
    "location_root",
    "merge_clauses",
    "merge_condition",
    "merge_exclude_columns",
    "merge_insert_condition",
    "merge_on_using_columns",
    "merge_returning_columns",
    "merge_update_columns",
    "merge_update_condition",
    "merge_update_set_expressions",
    "on_error",
    "options",
    "overwrite",
    "parameters",
    "partition_by",
    "partitioned_by",
    "plugin",
    "post_hook",
    "pre_hook",
    "predicates",
    "quote",
    "sort",
    "sort_type",
    "tblproperties",
    "transient",
    "unlogged",
];

/// A warning for each key that nothing here reads and that is nearly one of
/// those that something reads. Keys of people's own are legal: one that
/// resembles nothing is not spoken of.
///
/// A setting of a folder reaches many nodes, so the warning names none of them.
pub(super) fn misspelt(kind: ResourceType, merged: &Merged) -> Vec<Diagnostic> {
    let known = || known_keys(kind).chain(READ_BY_MACROS.iter().copied());
    let is_known = |key: &str| known().any(|known| known == key);
    let mut unknown: Vec<(&String, &Span)> = merged.set_by.iter().filter(|(key, _)| !is_known(key)).collect();
    unknown.sort_by_key(|(key, place)| (place.start, *key));
    let finding = |(key, place): (&String, &Span)| {
        let near = nearest(key, known())?;
        let finding = Diagnostic::warning("unknown-config", format!("no config is called `{key}`"))
            .at(*place, "only a macro of your own could read this")
            .help(format!("did you mean `{near}`?"));
        Some(finding)
    };
    unknown.into_iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::{Layer, merge};
    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn keys_that_resemble_a_known_one_are_questioned() {
        use ResourceType::{Model, Snapshot, Test};

        let check = |kind, config: Json, expected: &[&str]| {
            let span = SourceMap::new().add("x", "").span();
            let merged = merge(kind, &[Layer::of_values(config.as_object().unwrap(), span)]);
            let found: Vec<String> =
                misspelt(kind, &merged).into_iter().flat_map(|finding| finding.help).collect();
            assert_eq!(found, expected, "{config}");
        };
        check(Model, json!({"materialised": "table"}), &["did you mean `materialized`?"]);
        check(Model, json!({"uniqe_key": "id"}), &["did you mean `unique_key`?"]);
        check(Model, json!({"tag": "x"}), &["did you mean `tags`?"]);
        check(Model, json!({"materialized": "table", "indexes": [], "pre_hook": "x", "group": "g"}), &[]);
        check(Model, json!({"owner": "amy", "sla": 3, "team": "core", "severity": "warn"}), &[]);
        check(Test, json!({"severty": "warn"}), &["did you mean `severity`?"]);
        check(
            Snapshot,
            json!({"check_columns": "all", "stratgy": "check"}),
            &["did you mean `check_cols`?", "did you mean `strategy`?"],
        );
    }
}
