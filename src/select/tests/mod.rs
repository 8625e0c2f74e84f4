//! Selections, held against dbt's own and against a plain evaluator.

mod against_dbt;
mod algebra;
mod named;
mod parsing;
mod state;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{NamedSelectors, SelectArgs, Selected, select};
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::manifest::{Manifest, ResourceType};
use crate::source::{SourceFile, SourceMap};

/// The texts as values of a flag.
fn flag(texts: &[&str]) -> Vec<Arc<SourceFile>> {
    let sources = SourceMap::new();
    texts.iter().map(|text| sources.add("--select", *text)).collect()
}

/// Everything of the package `shop`, to be narrowed by each test.
fn args(named: &NamedSelectors) -> SelectArgs<'_> {
    SelectArgs {
        select: Vec::new(),
        exclude: Vec::new(),
        selector: None,
        named,
        indirect: super::Indirect::Eager,
        resource_types: ResourceType::EVERY.into_iter().collect(),
        includes_empty: true,
        root_package: "shop",
        comparison: None,
    }
}

fn selected(manifest: &Manifest, args: &SelectArgs<'_>) -> Result<Selected, Vec<Diagnostic>> {
    select(manifest, &Graph::new(manifest).unwrap(), args)
}

fn ids(manifest: &Manifest, selected: &Selected) -> BTreeSet<String> {
    selected.nodes.iter().map(|id| manifest.node(*id).unwrap().unique_id.to_string()).collect()
}
