//! Rules of semantic models and their parts.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{Definition, Layer, is_given, text, texts};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::GRAINS;

/// What a name cannot be: other warehouses read these as SQL.
const RESERVED: [&str; 26] = [
    "and", "as", "create", "distinct", "for", "from", "full", "having", "in", "inner", "into", "is", "join",
    "left", "like", "natural", "not", "null", "on", "or", "right", "select", "union", "using", "where",
    "with",
];

const PARTS: [(&str, &str); 3] =
    [("entities", "entity"), ("dimensions", "dimension"), ("measures", "measure")];

pub(super) fn check(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for model in &layer.models {
        let faults =
            [names(model), labels(model), entities(model), validity(model), measures(model)].concat();
        findings.extend(faults.iter().map(|words| model.fault(words)));
    }
    findings.extend(shared_labels(layer));
    findings.extend(shared_parts(layer));
    findings.extend(pairs(layer));
    findings.extend(without_time(layer));
    findings
}

fn names(model: &Definition<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for name in PARTS.iter().flat_map(|(key, _)| model.parts(key)).filter_map(|part| text(part, "name")) {
        if RESERVED.contains(&name.to_lowercase().as_str()) {
            faults.push(format!("the name `{name}` is a word of SQL"));
        }
        if GRAINS.contains(&name.to_lowercase().as_str()) {
            faults.push(format!("the name `{name}` is that of a granularity"));
        }
        if name.eq_ignore_ascii_case("metric_time") {
            faults.push(format!("the name `{name}` stands for the time of any metric"));
        }
    }
    faults
}

/// Of the parts of one kind, each label is that of one.
fn labels(model: &Definition<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for (key, kind) in PARTS {
        let mut seen = Vec::new();
        for label in model.parts(key).filter_map(|part| text(part, "label")) {
            if seen.contains(&label) {
                faults.push(format!("two of its {key} have the label `{label}`; each {kind} needs its own"));
            }
            seen.push(label);
        }
    }
    faults
}

fn of_type<'a>(model: &Definition<'a>, word: &'static str) -> Vec<&'a str> {
    let found = model.parts("entities").filter(|entity| text(entity, "type") == Some(word));
    found.filter_map(|entity| text(entity, "name")).collect()
}

fn entities(model: &Definition<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let (primary, natural) = (of_type(model, "primary"), of_type(model, "natural"));
    if let (Some(own), [entity, ..]) = (model.text("primary_entity"), primary.as_slice()) {
        faults.push(format!("`primary_entity` is `{own}`, and the entity `{entity}` is primary, too"));
    }
    if natural.len() > 1 {
        faults.push("it has more than one natural entity".to_owned());
    }
    if let ([entity, ..], true) = (natural.as_slice(), windows(model).is_empty()) {
        faults.push(format!("the natural entity `{entity}` needs dimensions with `validity_params`"));
    }
    faults
}

/// The dimensions between which a row is valid.
fn windows<'a>(model: &Definition<'a>) -> Vec<&'a Json> {
    let params = |dimension: &'a Json| dimension.get("type_params").and_then(|it| it.get("validity_params"));
    model.parts("dimensions").filter_map(params).filter(|it| !it.is_null()).collect()
}

fn validity(model: &Definition<'_>) -> Vec<String> {
    let windows = windows(model);
    if windows.is_empty() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let count = |key: &str| windows.iter().filter(|params| is_given(params, key)).count();
    if windows.len() != 2 || count("is_start") != 1 || count("is_end") != 1 {
        faults.push(
            "`validity_params` belong to two dimensions, one with `is_start` and one with `is_end`"
                .to_owned(),
        );
    }
    if of_type(model, "natural").is_empty() {
        faults.push("dimensions with `validity_params` need a natural entity".to_owned());
    }
    if !of_type(model, "primary").is_empty() || !of_type(model, "unique").is_empty() {
        faults.push("beside dimensions with `validity_params` no entity is primary or unique".to_owned());
    }
    if model.parts("measures").next().is_some() {
        faults.push("beside dimensions with `validity_params` there are no measures".to_owned());
    }
    faults
}

fn measures(model: &Definition<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let usual = model.fields.get("defaults").and_then(|it| text(it, "agg_time_dimension"));
    if let Some(usual) = usual
        && model.part("dimensions", usual).is_none_or(|it| text(it, "type") != Some("time"))
    {
        faults.push(format!("`agg_time_dimension` of `defaults` is `{usual}`, which is no time dimension"));
    }
    for measure in model.parts("measures") {
        let name = text(measure, "name").unwrap_or_default();
        let found = [counted(measure), aggregated(measure), non_additive(model, measure, usual)].concat();
        faults.extend(found.into_iter().map(|words| format!("the measure `{name}` {words}")));
    }
    faults
}

fn counted(measure: &Json) -> Vec<String> {
    if text(measure, "agg") != Some("count") {
        return Vec::new();
    }
    match text(measure, "expr") {
        None => vec!["counts nothing: give it an `expr`, which is 1 where all rows count".to_owned()],
        Some(expr) if expr.to_lowercase().starts_with("distinct ") => {
            vec!["counts what is distinct: that is `agg: count_distinct`".to_owned()]
        }
        Some(_) => Vec::new(),
    }
}

/// `agg_params` belong to percentiles. One that is missing is told elsewhere.
fn aggregated(measure: &Json) -> Vec<String> {
    let Some(params) = measure.get("agg_params") else { return Vec::new() };
    let percentile = params.get("percentile").and_then(Json::as_f64);
    let is = |key: &str| is_given(params, key);
    match (text(measure, "agg"), percentile) {
        (Some("percentile"), Some(share)) if share <= 0.0 || share >= 1.0 => {
            vec!["needs a `percentile` between 0 and 1; at the ends it is `min` or `max`".to_owned()]
        }
        (Some("median"), Some(share)) if (share - 0.5).abs() > f64::EPSILON => {
            vec!["is a median, whose `percentile` is 0.5".to_owned()]
        }
        (Some("median"), _) if is("use_discrete_percentile") => {
            vec!["is a median, which is not discrete".to_owned()]
        }
        (Some("percentile" | "median"), _) => Vec::new(),
        (_, share)
            if share.is_some_and(|share| share != 0.0)
                || is("use_discrete_percentile")
                || is("use_approximate_percentile") =>
        {
            vec!["has `agg_params`, which belong to percentiles".to_owned()]
        }
        _ => Vec::new(),
    }
}

fn grain(dimension: &Json) -> Option<&str> {
    text(dimension.get("type_params")?, "time_granularity")
}

fn non_additive(model: &Definition<'_>, measure: &Json, usual: Option<&str>) -> Vec<String> {
    let Some(own) = measure.get("non_additive_dimension").filter(|own| own.is_object()) else {
        return Vec::new();
    };
    let time = text(measure, "agg_time_dimension").or(usual);
    let Some(time) = time.and_then(|time| model.part("dimensions", time)) else { return Vec::new() };
    let name = text(own, "name").unwrap_or_default();
    let mut faults = Vec::new();
    match model.part("dimensions", name) {
        None => faults.push(format!("has the `non_additive_dimension` `{name}`, which is no dimension")),
        Some(found) if text(found, "type") != Some("time") => {
            faults.push(format!("has the `non_additive_dimension` `{name}`, which is no time"));
        }
        Some(found) => {
            if let (Some(own), Some(other)) = (grain(found), grain(time))
                && own != other
            {
                faults.push(format!(
                    "has the `non_additive_dimension` `{name}` by {own}, and is measured by {other}"
                ));
            }
        }
    }
    if !matches!(text(own, "window_choice"), Some("min" | "max")) {
        faults.push("needs `min` or `max` as `window_choice`".to_owned());
    }
    for grouping in texts(own.get("window_groupings")).filter(|name| !model.has(&["entities"], name)) {
        faults.push(format!("has `window_groupings` with `{grouping}`, which is no entity"));
    }
    faults
}

/// Labels of semantic models are different, those of entities of one name are equal.
fn shared_labels(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let (mut models, mut entities) = (HashMap::new(), HashMap::new());
    for model in &layer.models {
        if let Some(label) = model.text("label")
            && let Some(other) = models.insert(label, model.name())
        {
            findings.push(model.fault(&format!("its label `{label}` is that of `{other}`")));
        }
        for entity in model.parts("entities") {
            let (Some(name), Some(label)) = (text(entity, "name"), text(entity, "label")) else { continue };
            let (first, other) = *entities.entry(name).or_insert((label, model.name()));
            if first != label {
                let words =
                    format!("its entity `{name}` has the label `{label}`, and `{first}` in `{other}`");
                findings.push(model.fault(&words));
            }
        }
    }
    findings
}

/// A name stands for one kind of part, and a dimension is the same everywhere.
fn shared_parts(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let (mut kinds, mut dimensions) = (HashMap::new(), HashMap::new());
    for model in &layer.models {
        for (key, kind) in PARTS {
            for name in model.parts(key).filter_map(|part| text(part, "name")) {
                let (first, other) = *kinds.entry(name).or_insert((kind, model.name()));
                // Twice in one model is told elsewhere.
                if first != kind && other != model.name() {
                    findings.push(model.fault(&format!("its {kind} `{name}` is the {first} of `{other}`")));
                }
            }
        }
        for dimension in model.parts("dimensions") {
            let name = text(dimension, "name").unwrap_or_default();
            let own = (text(dimension, "type"), is_given(dimension, "is_partition"));
            let (first, other) = *dimensions.entry(name).or_insert((own, model.name()));
            if first != own {
                let words = format!("its dimension `{name}` has another type or `is_partition` in `{other}`");
                findings.push(model.fault(&words));
            }
        }
    }
    findings
}

/// A dimension is found by the primary entity and its name.
fn pairs(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut known = HashMap::new();
    for model in &layer.models {
        let own = model.text("primary_entity");
        let Some(entity) = own.or_else(|| of_type(model, "primary").first().copied()) else { continue };
        for name in model.parts("dimensions").filter_map(|part| text(part, "name")) {
            if let Some(other) = known.insert((entity, name), model.name())
                && other != model.name()
            {
                let words = format!(
                    "its dimension `{name}` of the primary entity `{entity}` stands in `{other}`, too"
                );
                findings.push(model.fault(&words));
            }
        }
    }
    findings
}

/// dbt breaks off where no dimension has a granularity to compare with those of time spines.
fn without_time(layer: &Layer<'_>) -> Option<Diagnostic> {
    if !layer.has_spine {
        return None;
    }
    let mut dimensions = layer.models.iter().flat_map(|model| model.parts("dimensions"));
    if dimensions.any(|dimension| grain(dimension).is_some()) {
        return None;
    }
    let first = layer.models.first()?;
    Some(first.fault("neither it nor another one has a dimension with a `time_granularity`"))
}
