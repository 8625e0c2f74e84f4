//! Rules of saved queries.

use serde_json::Value as Json;

use super::{Definition, Layer, texts};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::GRAINS;

/// The time of any metric.
const METRIC_TIME: &str = "metric_time";

pub(super) fn check(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let faults = |query: &Definition<'_>| {
        let params = query.fields.get("query_params").unwrap_or(&Json::Null);
        let mut faults = grouped(layer, params);
        if faults.is_empty() {
            faults.extend(ordered(params));
        }
        if params.get("limit").and_then(Json::as_i64).is_some_and(|limit| limit < 0) {
            faults.push("`limit` is less than nothing".to_owned());
        }
        faults
    };
    let findings = |query| faults(query).into_iter().map(|words| query.fault(&words));
    layer.queries.iter().flat_map(findings).collect()
}

fn grouped(layer: &Layer<'_>, params: &Json) -> Vec<String> {
    let is_there = |element: &str| {
        element == METRIC_TIME
            || layer.metrics.iter().any(|metric| metric.name() == element)
            || layer.models.iter().any(|model| model.has(&["dimensions", "entities"], element))
    };
    let mut faults = Vec::new();
    for item in texts(params.get("group_by")) {
        match element(item) {
            None => faults.push(format!(
                "`{item}` is nothing to group by: write `Dimension('entity__name')`, `TimeDimension(…)` or \
                 `Entity('name')`"
            )),
            Some(element) if !is_there(&element) => {
                faults.push(format!("`{item}` groups by `{element}`, which does not exist"));
            }
            Some(_) => {}
        }
    }
    faults
}

/// The call at the beginning of an item: what is called, and its first argument.
fn call(item: &str) -> Option<(&str, &str)> {
    let (function, rest) = item.trim().split_once('(')?;
    let inside = rest.trim_end().strip_suffix(')')?.trim_start();
    let quote = inside.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    let name = inside.strip_prefix(quote)?.split(quote).next()?;
    Some((function.trim(), name))
}

/// What is grouped by, without the entity before it and the granularity after it.
fn element(item: &str) -> Option<String> {
    let (function, name) = call(item)?;
    let name = name.to_lowercase();
    let mut parts: Vec<&str> = name.split("__").collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| GRAINS.contains(last)) {
        parts.pop();
    }
    let last = *parts.last()?;
    match function {
        "Dimension" | "TimeDimension" => (parts.len() == 2 || last == METRIC_TIME).then(|| last.to_owned()),
        "Entity" => Some(last.to_owned()),
        "Metric" => item.contains("group_by").then_some(name),
        _ => None,
    }
}

/// Without spaces, quotes of one kind.
fn plain(item: &str) -> String {
    item.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c }).collect()
}

fn ordered(params: &Json) -> Vec<String> {
    let metrics = texts(params.get("metrics")).map(|metric| format!("Metric('{metric}')"));
    let known: Vec<String> = metrics.chain(texts(params.get("group_by")).map(plain)).collect();
    let is_known = |item: &&str| {
        let plain = plain(item);
        let ascending = plain.split(".descending(").next().unwrap_or_default();
        known.iter().any(|known| known == ascending)
    };
    let unknown = texts(params.get("order_by")).filter(|item| !is_known(item));
    unknown
        .map(|item| {
            format!("`{item}` orders by what is neither a metric nor grouped by: write `Metric('name')`")
        })
        .collect()
}
