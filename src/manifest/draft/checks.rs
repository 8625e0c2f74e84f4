//! What a drafted node cannot have.

use serde_json::Value as Json;

use super::Patch;
use crate::diagnostics::Diagnostic;
use crate::manifest::parse::Recorded;
use crate::manifest::sketch::Sketch;
use crate::manifest::{Config, NodeKind};

/// What a described model cannot promise: nothing at all, or, where nothing is
/// stored, constraints.
pub(super) fn check_contract(
    sketch: &Sketch,
    patch: Option<Patch<'_>>,
    config: &Config,
) -> Option<Diagnostic> {
    let properties = patch?.properties;
    let contract = config.get("contract").and_then(|contract| contract.get("enforced"));
    let is_enforced = contract.and_then(Json::as_bool).unwrap_or(false) && config.enabled();
    if !is_enforced || !matches!(sketch.kind, NodeKind::Model(_)) {
        return None;
    }
    let (name, at) = (&sketch.name, properties.name.span);
    if properties.columns.is_empty() {
        let message = format!("`{name}` has an enforced contract, but no columns");
        let finding = Diagnostic::error("empty-contract", message).at(at, "described here");
        let words = "This model has an enforced contract, and its 'columns' specification is missing. \
                     Constraints must be defined in a `yml` schema configuration file";
        return Some(finding.known_as(words).help("list its `columns`, each with its `data_type`"));
    }
    if sketch.origin.is_python() {
        let message = format!("`{name}` has an enforced contract, but is written in Python");
        let finding = Diagnostic::error("python-contract", message).at(at, "described here");
        return Some(
            finding
                .known_as("Language Error: Expected 'sql' but found 'python'")
                .help("take `contract` out, and read the model by one in SQL that has the contract"),
        );
    }
    let kind = config.materialized();
    let warns =
        |constraint: &Json| constraint.get("warn_unsupported").and_then(Json::as_bool).unwrap_or(true);
    let of_columns = properties.columns.iter().flat_map(|column| &column.constraints);
    if matches!(kind, "table" | "incremental") || !of_columns.chain(&properties.constraints).any(warns) {
        return None;
    }
    let message = format!("the constraints of `{name}` are left out: it is materialized as `{kind}`");
    let finding = Diagnostic::warning("unsupported-constraints", message).at(at, "described here");
    let words = format!("Constraint types are not supported for {kind} materializations");
    Some(finding.known_as(words).help("set `warn_unsupported: false` on each constraint, or make it a table"))
}

/// dbt: seeds are the roots of the graph, so their hooks read no other node.
pub(super) fn check_seed(
    sketch: &Sketch,
    patch: Option<Patch<'_>>,
    recorded: &Recorded,
) -> Option<Diagnostic> {
    let is_root = recorded.refs.is_empty() && recorded.sources.is_empty() && recorded.metrics.is_empty();
    if !matches!(sketch.kind, NodeKind::Seed(_)) || is_root {
        return None;
    }
    let message =
        format!("a hook of the seed `{}` reads another node, which a seed cannot need", sketch.name);
    let finding = Diagnostic::error("seed-hook", message);
    let finding = match patch {
        Some(patch) => finding.at(patch.properties.name.span, ""),
        None => finding.in_file(sketch.origin.original_file_path.as_str()),
    };
    let words = "Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook that calls \
                 'ref', 'source', or 'metric'";
    Some(finding.known_as(words).help("move it to a model's hook, or to `on-run-end`"))
}
