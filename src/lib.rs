//! `model` runs dbt projects: templated SQL in, tested tables out.
//!
//! The modules below are the layers, lowest first. A module imports only
//! modules of a strictly lower rank; `tests/cli/tidy.rs` holds the table and
//! fails the build's tests when an arrow points upward. Read as a sentence:
//! `host` and `source` give text; `project` and `manifest` give nodes; `graph`
//! and `select` choose; `compile` and `materialize` make SQL; `run` does it;
//! `artifact` and `cli` tell.
//!
//! | file on disk | type |
//! |---|---|
//! | `project.yml`, `dbt_project.yml` | [`project::ProjectFile`] |
//! | `profiles.yml` | [`project::Profile`] |
//! | `packages.yml`, `package-lock.yml` | [`project::packages`] |
//! | `selectors.yml` | [`select::NamedSelectors`] |
//! | `*.sql`, `*.csv`, `*.yml`, `*.md` under a resource path | [`manifest::Node`] and its kin |
//! | `target/manifest.json`, `run_results.json`, `sources.json` | [`artifact`] |

pub mod source; // rank 0: text with addresses
pub mod host; // rank 0: the only door to disk, environment and clock
pub mod diagnostics; // rank 1: what is wrong, where, and what to do
pub mod yaml; // rank 2: YAML whose values keep their place
pub mod sql; // rank 2: relations, columns, rows, dialects, statement text
pub mod builtin; // rank 2: the macros that ship inside the binary
pub mod template; // rank 3: Jinja as dbt speaks it, on minijinja
pub mod adapter; // rank 3: warehouses
pub mod objects; // rank 4: what templates hold: relations, columns, tables
pub mod project; // rank 5: project file, profile, packages, flags, files
pub mod manifest; // rank 6: files to nodes
pub mod graph; // rank 7: nodes to a graph without cycles
pub mod artifact; // rank 7: dbt's JSON files
pub mod select; // rank 8: the selection language
pub mod compile; // rank 9: nodes to SQL
pub mod materialize; // rank 10: SQL to statements, in order
pub mod run; // rank 11: statements to results
pub mod ops; // rank 12: one function for each command
pub mod cli; // rank 13: the only code that prints
