//! How a node's configuration comes about.
//!
//! Every place that may configure a node gives a [`Layer`]; [`merge`] lays them
//! over dbt's defaults, lowest first: the node's own project file, its property
//! file, the `config()` calls in its text, and for a package's node the root
//! project file on top. [`check`] then holds the result against what each key
//! allows and points at the place that set a wrong value.

mod begin;
mod build_after;
mod calls;
mod check;
mod colour;
mod hooks;
mod layer;
mod merge;
mod misspelt;
mod plain;
mod tree;
mod unused;
mod written;

pub(super) use calls::{merge_call, merge_forms, with_tuples_as_items};
pub(super) use check::check;
pub(super) use layer::{Layer, Setting};
pub(super) use merge::{Merged, keep_where_null, merge};
pub(super) use plain::needs_no_rendering;
pub(super) use tree::LayerTree;
pub(super) use unused::unused_paths;
pub(super) use written::written_options;
