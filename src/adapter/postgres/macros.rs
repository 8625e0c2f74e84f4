//! The macros by which PostgreSQL differs: dbt's package `dbt_postgres`.

/// As (path, text), sorted by path.
pub(super) const FILES: &[(&str, &str)] = &[
    ("macros/catalog.sql", include_str!("macros/catalog.sql")),
    ("macros/comments.sql", include_str!("macros/comments.sql")),
    ("macros/functions.sql", include_str!("macros/functions.sql")),
    ("macros/grants.sql", include_str!("macros/grants.sql")),
    ("macros/incremental.sql", include_str!("macros/incremental.sql")),
    ("macros/indexes.sql", include_str!("macros/indexes.sql")),
    ("macros/materialized_view.sql", include_str!("macros/materialized_view.sql")),
    ("macros/metadata.sql", include_str!("macros/metadata.sql")),
    ("macros/names.sql", include_str!("macros/names.sql")),
    ("macros/relations.sql", include_str!("macros/relations.sql")),
    ("macros/seeds.sql", include_str!("macros/seeds.sql")),
    ("macros/snapshots.sql", include_str!("macros/snapshots.sql")),
];
