//! The macros by which PostgreSQL differs: dbt's package `dbt_postgres`.

/// As (path, text), sorted by path.
pub(super) const FILES: &[(&str, &str)] = &[("macros/seeds.sql", include_str!("macros/seeds.sql"))];
