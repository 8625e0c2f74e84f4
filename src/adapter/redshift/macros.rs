//! The macros by which Redshift differs from PostgreSQL: dbt's package `dbt_redshift`.

/// As (path, text), sorted by path.
pub(super) const FILES: &[(&str, &str)] = &[
    ("macros/catalog.sql", include_str!("macros/catalog.sql")),
    ("macros/columns.sql", include_str!("macros/columns.sql")),
    ("macros/comments.sql", include_str!("macros/comments.sql")),
    ("macros/functions.sql", include_str!("macros/functions.sql")),
    ("macros/grants.sql", include_str!("macros/grants.sql")),
    ("macros/incremental.sql", include_str!("macros/incremental.sql")),
    ("macros/materialized_view.sql", include_str!("macros/materialized_view.sql")),
    ("macros/metadata.sql", include_str!("macros/metadata.sql")),
    ("macros/relations.sql", include_str!("macros/relations.sql")),
    ("macros/seeds.sql", include_str!("macros/seeds.sql")),
    ("macros/snapshots.sql", include_str!("macros/snapshots.sql")),
];
