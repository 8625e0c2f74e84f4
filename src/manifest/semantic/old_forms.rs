//! Semantic definitions that are written in a way that is to be gone.

use serde_json::Value as Json;

use super::Draft;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Node, NodeKind, Semantic, SemanticKind};
use crate::project::Flags;

/// The model that is a time spine by its name.
pub(super) const OLD_SPINE: &str = "metricflow_time_spine";

/// Findings about definitions in old forms. dbt: only where there are semantic models and
/// metrics, of which only the latter know windows.
pub(super) fn check(drafts: &[Draft], models: &[Node], flags: &Flags) -> Vec<Diagnostic> {
    let has = |kind| drafts.iter().any(|draft| semantic(draft).is_some_and(|it| it.kind == kind));
    if !has(SemanticKind::SemanticModel) || !has(SemanticKind::Metric) {
        return Vec::new();
    }
    let must_be_nested = flags.is_on("require_nested_cumulative_type_params");
    let must_be_described = flags.is_on("require_yaml_configuration_for_mf_time_spines");
    let metrics = drafts.iter().filter(|draft| is_flat(draft)).map(|metric| flat(metric, must_be_nested));
    let spine = models.iter().find(|model| !must_be_described && is_old_spine(model));
    let spine = spine.filter(|_| !models.iter().any(has_days)).map(undescribed);
    metrics.chain(spine).collect()
}

fn semantic(draft: &Draft) -> Option<&Semantic> {
    match &draft.node.kind {
        NodeKind::Semantic(semantic) => Some(semantic),
        _ => None,
    }
}

/// A metric whose window stands beside `cumulative_type_params`.
fn is_flat(draft: &Draft) -> bool {
    let params = semantic(draft)
        .filter(|it| it.kind == SemanticKind::Metric)
        .and_then(|metric| metric.fields.get("type_params"));
    params.is_some_and(|params| {
        ["window", "grain_to_date"].iter().any(|key| params.get(key).is_some_and(|value| !value.is_null()))
    })
}

fn flat(metric: &Draft, is_error: bool) -> Diagnostic {
    let make = if is_error { Diagnostic::error } else { Diagnostic::warning };
    let message = format!(
        "the metric `{}` has `window` or `grain_to_date` outside of `cumulative_type_params`",
        metric.node.name
    );
    make("flat-window", message)
        .at(metric.at, "")
        .known_as(
            "Cumulative fields `type_params.window` and `type_params.grain_to_date` should be nested under \
             `type_params.cumulative_type_params`",
        )
        .help("write them below `cumulative_type_params:`")
}

fn is_old_spine(model: &Node) -> bool {
    matches!(&model.kind, NodeKind::Model(it) if it.time_spine.is_none()) && model.name == OLD_SPINE
}

/// Whether this is a time spine of days.
fn has_days(model: &Node) -> bool {
    let NodeKind::Model(it) = &model.kind else { return false };
    let column = it.time_spine.as_ref().and_then(|spine| spine.get("standard_granularity_column"));
    let column = column.and_then(Json::as_str).and_then(|name| model.docs.columns.get(name));
    let grain = column.and_then(|column| column.extra.get("granularity")).and_then(Json::as_str);
    grain.is_some_and(|grain| grain.eq_ignore_ascii_case("day"))
}

fn undescribed(spine: &Node) -> Diagnostic {
    Diagnostic::warning("bare-time-spine", format!("`{}` is a time spine by its name alone", spine.name))
        .at(spine.origin.patch_span.unwrap_or(spine.origin.span), "")
        .help("give it `time_spine: {standard_granularity_column: …}` in a property file")
}
