//! Rules of metrics.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{Definition, Layer, is_given, items, text};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::GRAINS;
use crate::manifest::semantic::check;

pub(super) fn check(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for metric in &layer.metrics {
        let faults = [
            offsets(layer, metric),
            inputs(metric),
            cumulative(layer, metric),
            conversion(layer, metric),
            unnamed_inputs(metric),
        ];
        findings.extend(faults.concat().iter().map(|words| metric.fault(words)));
    }
    findings.extend(aliases(layer));
    findings
}

fn params<'a>(metric: &Definition<'a>) -> &'a Json {
    metric.fields.get("type_params").unwrap_or(&Json::Null)
}

/// A span of time with a granularity that is known; most places know only dbt's own.
fn window(layer: &Layer<'_>, json: &Json, key: &str, may_be_own: bool) -> Option<String> {
    let written = text(json.get(key)?, "granularity")?;
    let single = written.strip_suffix('s').filter(|single| layer.knows_grain(single));
    let grain = single.unwrap_or(written);
    if GRAINS.contains(&grain) || may_be_own && layer.knows_grain(grain) {
        return None;
    }
    Some(format!("`{key}` has the granularity `{grain}`, which cannot stand there"))
}

fn wrong_grain(json: &Json, key: &str) -> Option<String> {
    let grain = text(json, key)?;
    let is_known = GRAINS.iter().any(|known| known.eq_ignore_ascii_case(grain));
    (!is_known).then(|| format!("`{key}` must be one of dbt's own granularities, not `{grain}`"))
}

fn offsets(layer: &Layer<'_>, metric: &Definition<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for input in items(params(metric).get("metrics")) {
        faults.extend(window(layer, input, "offset_window", true));
        faults.extend(wrong_grain(input, "offset_to_grain"));
        if is_given(input, "offset_window") && is_given(input, "offset_to_grain") {
            faults.push("`offset_window` and `offset_to_grain` exclude each other".to_owned());
        }
    }
    faults
}

/// The names under which a derived metric knows its inputs.
fn inputs(metric: &Definition<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if metric.text("type") != Some("derived") {
        return faults;
    }
    let inputs = || items(params(metric).get("metrics"));
    for alias in inputs().filter_map(|input| text(input, "alias")) {
        check::name(alias, &mut faults);
        if inputs().any(|input| text(input, "name") == Some(alias)) {
            faults.push(format!("the alias `{alias}` is the name of another input"));
        }
    }
    faults
}

fn cumulative(layer: &Layer<'_>, metric: &Definition<'_>) -> Vec<String> {
    if metric.text("type") != Some("cumulative") {
        return Vec::new();
    }
    // What stands outside is there, too.
    let own = params(metric).get("cumulative_type_params").unwrap_or(&Json::Null);
    let mut faults: Vec<String> = window(layer, own, "window", false).into_iter().collect();
    faults.extend(wrong_grain(own, "grain_to_date"));
    let outside = params(metric).get("window").filter(|outside| !outside.is_null());
    if outside.is_some_and(|outside| own.get("window") != Some(outside)) {
        faults.push("`window` differs from that of `cumulative_type_params`: keep the latter".to_owned());
    }
    faults
}

/// What becomes of what, told by an entity that both have.
fn conversion(layer: &Layer<'_>, metric: &Definition<'_>) -> Vec<String> {
    let own = params(metric).get("conversion_type_params").filter(|own| own.is_object());
    let Some(own) = own.filter(|_| metric.text("type") == Some("conversion")) else { return Vec::new() };
    let mut faults: Vec<String> = window(layer, own, "window", false).into_iter().collect();
    let entity = text(own, "entity").unwrap_or_default();
    for (key, property) in [("base_measure", "base_property"), ("conversion_measure", "conversion_property")]
    {
        let name = own.get(key).and_then(|measure| text(measure, "name")).unwrap_or_default();
        // One that does not exist is told elsewhere.
        let Some(model) = layer.models.iter().find(|model| model.has(&["measures"], name)) else { continue };
        if !model.has(&["entities"], entity) {
            faults.push(format!("the semantic model `{}` has no entity `{entity}`", model.name()));
        }
        if !model.part("measures", name).is_some_and(is_count) {
            faults
                .push(format!("the measure `{name}` must count: `count`, `count_distinct`, or a `sum` of 1"));
        }
        for constant in items(own.get("constant_properties")) {
            let found = text(constant, property).unwrap_or_default();
            if !model.has(&["entities", "dimensions"], found) {
                let model = model.name();
                faults.push(format!("`{property}` is `{found}`, which the semantic model `{model}` has not"));
            }
        }
    }
    faults
}

fn is_count(measure: &Json) -> bool {
    match text(measure, "agg") {
        Some("count" | "count_distinct") => true,
        Some("sum") => text(measure, "expr") == Some("1"),
        _ => false,
    }
}

/// The measures that a metric needs, be it through others.
fn measures<'a>(metric: &Definition<'a>) -> impl Iterator<Item = &'a Json> + use<'a> {
    items(params(metric).get("input_measures"))
}

/// A measure that is needed twice, differently, needs names.
fn unnamed_inputs(metric: &Definition<'_>) -> Vec<String> {
    let mut faults: Vec<String> = Vec::new();
    for measure in measures(metric) {
        let name = text(measure, "name").unwrap_or_default();
        let is_told = faults.iter().any(|fault| fault.contains(&format!("`{name}`")));
        let differs = measures(metric).any(|other| text(other, "name") == Some(name) && other != measure);
        if differs && !is_told && is_given(measure, "filter") && !is_given(measure, "alias") {
            faults.push(format!(
                "it needs the measure `{name}` in several ways: each filtered one needs an `alias`"
            ));
        }
    }
    faults
}

/// Aliases of measures are different from each other and from measures.
fn aliases(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut known = HashMap::new();
    for metric in &layer.metrics {
        for alias in measures(metric).filter_map(|measure| text(measure, "alias")) {
            let mut faults = Vec::new();
            check::name(alias, &mut faults);
            if layer.models.iter().any(|model| model.has(&["measures"], alias)) {
                faults.push(format!("the alias `{alias}` is the name of a measure"));
            }
            if let Some(other) = known.insert(alias, metric.name()) {
                faults.push(format!("the alias `{alias}` is needed by `{other}`, too"));
            }
            findings.extend(faults.iter().map(|words| metric.fault(words)));
        }
    }
    findings
}
