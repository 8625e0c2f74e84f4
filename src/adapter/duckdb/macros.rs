//! The macros by which DuckDB differs: dbt's package `dbt_duckdb`.

/// As (path, text), sorted by path.
pub(super) const FILES: &[(&str, &str)] = &[
    ("macros/catalog.sql", include_str!("macros/catalog.sql")),
    ("macros/comments.sql", include_str!("macros/comments.sql")),
    ("macros/ducklake.sql", include_str!("macros/ducklake.sql")),
    ("macros/external.sql", include_str!("macros/external.sql")),
    ("macros/foreign_keys.sql", include_str!("macros/foreign_keys.sql")),
    ("macros/functions.sql", include_str!("macros/functions.sql")),
    ("macros/functions_of_projects.sql", include_str!("macros/functions_of_projects.sql")),
    ("macros/incremental.sql", include_str!("macros/incremental.sql")),
    ("macros/indexes.sql", include_str!("macros/indexes.sql")),
    ("macros/materializations.sql", include_str!("macros/materializations.sql")),
    ("macros/merge.sql", include_str!("macros/merge.sql")),
    ("macros/python.sql", include_str!("macros/python.sql")),
    ("macros/relations.sql", include_str!("macros/relations.sql")),
    ("macros/seeds.sql", include_str!("macros/seeds.sql")),
    ("macros/snapshots.sql", include_str!("macros/snapshots.sql")),
];
