//! The macros that ship inside the binary, as text: dbt's package `dbt`.
//!
//! Names, arguments and results are dbt's, since projects and packages call
//! these macros, override them by name and refine them with
//! `<adapter>__<name>`. The bodies called `default__<name>` are plain SQL; what
//! an engine says differently lies beside its adapter. Of the built-in
//! materializations only the SQL is here: the order of their statements is
//! program code.

/// Texts of files beside this one, as (path, text).
macro_rules! files {
    ($($path:literal),* $(,)?) => { &[$(($path, include_str!($path))),*] };
}

/// The built-in macros, as (path, text), sorted by path.
pub const FILES: &[(&str, &str)] = files![
    "macros/functions/functions.sql",
    "macros/incremental/columns.sql",
    "macros/incremental/merge.sql",
    "macros/incremental/schema_changes.sql",
    "macros/incremental/strategies.sql",
    "macros/introspection/catalog.sql",
    "macros/introspection/freshness.sql",
    "macros/introspection/metadata.sql",
    "macros/introspection/show.sql",
    "macros/names/alias.sql",
    "macros/names/database.sql",
    "macros/names/schema.sql",
    "macros/python/model.sql",
    "macros/relations/clone.sql",
    "macros/relations/columns.sql",
    "macros/relations/comments.sql",
    "macros/relations/contract.sql",
    "macros/relations/grants.sql",
    "macros/relations/indexes.sql",
    "macros/relations/materialized_view.sql",
    "macros/relations/names.sql",
    "macros/relations/replace.sql",
    "macros/relations/schema.sql",
    "macros/relations/table.sql",
    "macros/relations/view.sql",
    "macros/run/configs.sql",
    "macros/run/hooks.sql",
    "macros/run/materializations.sql",
    "macros/run/statement.sql",
    "macros/seeds/csv.sql",
    "macros/snapshots/keys.sql",
    "macros/snapshots/merge.sql",
    "macros/snapshots/staging.sql",
    "macros/snapshots/strategies.sql",
    "macros/snapshots/tables.sql",
    "macros/sql/aggregates.sql",
    "macros/sql/arrays.sql",
    "macros/sql/comparisons.sql",
    "macros/sql/dates.sql",
    "macros/sql/partitions.sql",
    "macros/sql/strings.sql",
    "macros/sql/timestamps.sql",
    "macros/sql/types.sql",
    "macros/tests/data_test.sql",
    "macros/tests/generic.sql",
    "macros/tests/unit_test.sql",
];

#[cfg(test)]
mod tests;
