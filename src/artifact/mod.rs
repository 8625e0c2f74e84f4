//! dbt's JSON files: manifest, run results, sources.
