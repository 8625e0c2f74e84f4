//! dbt's JSON files: what catalogs, orchestrators and templates read.
//!
//! The types here are wire shapes with a version, apart from the types that the
//! program works with. Times and ids are inputs: nothing here looks at a clock,
//! an environment or a disk.
//!
//! | file | writer |
//! |---|---|
//! | `manifest.json`, version 12 | [`ManifestJson`] |
//! | `run_results.json`, version 6 | [`RunResults`] |
//! | `semantic_manifest.json` | [`semantic_manifest_json`] |
//! | `sources.json`, version 3 | [`SourcesResults`] |
//! | `catalog.json`, version 1 | [`Catalog`] |
//!
//! Those of an earlier invocation are read as [`EarlierManifest`], [`RunResults`] and
//! [`EarlierAges`].

mod catalog;
mod earlier;
mod edges_json;
mod graph_json;
mod json_text;
mod manifest_json;
mod metadata;
mod node_json;
mod object;
mod revision;
mod run_results;
mod semantic_json;
mod sources;
mod unit_test_json;
mod wire;

pub use catalog::{Catalog, CatalogColumn, CatalogKey, CatalogTable, Stat, TableMetadata};
pub use earlier::{EarlierManifest, Entry};
pub use graph_json::graph_json;
pub use manifest_json::{Compiled, ManifestDetails, ManifestJson};
pub use metadata::Metadata;
pub use node_json::{checksum, compiled_node_json, node_json, relation_name, source_freshness};
pub use revision::{Layout, Revision, RevisionTarget};
pub use run_results::{BatchResults, NodeResult, OneByOne, RunResults, Status, Timing, durations};
pub use semantic_json::semantic_manifest_json;
pub use sources::{EarlierAges, FreshnessMeasured, SourcesResults};
pub use wire::{Cte, Wire, group as group_name};

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
