//! What query engines refuse: the rules of the semantic layer beyond names that
//! must be there.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::Draft;
use crate::diagnostics::Diagnostic;
use crate::manifest::{NodeKind, Semantic, SemanticKind};

const PARTS: [&str; 3] = ["entities", "dimensions", "measures"];

/// What a filter or a grouping can be asked for by.
const ASKED_BY: [&str; 4] = ["Dimension", "TimeDimension", "Entity", "Metric"];

/// Everything that is wrong with these nodes.
pub(super) fn check(drafts: &[Draft]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let is = |draft: &Draft, kind| matches!(&draft.node.kind, NodeKind::Semantic(it) if it.kind == kind);
    let has = |kind| drafts.iter().any(|draft| is(draft, kind));
    // dbt: what is not whole is not looked at.
    if !has(SemanticKind::SemanticModel) || !has(SemanticKind::Metric) {
        return findings;
    }
    let mut measures: HashMap<String, String> = HashMap::new();
    let mut labels: HashMap<String, String> = HashMap::new();
    for draft in drafts {
        let NodeKind::Semantic(semantic) = &draft.node.kind else { continue };
        let mut faults = Vec::new();
        // What no metric can be called is told by now.
        if semantic.kind != SemanticKind::Metric || metric_name(&draft.node.name).is_none() {
            name(&draft.node.name, &mut faults);
        }
        match semantic.kind {
            SemanticKind::SemanticModel => {
                model(semantic, &mut faults);
                for measure in names(semantic, "measures") {
                    if let Some(other) = measures.insert(measure.clone(), draft.node.name.clone()) {
                        faults.push(format!("the measure `{measure}` stands in `{other}`, too"));
                    }
                }
            }
            SemanticKind::Metric => {
                metric(semantic, &mut faults);
                let label = semantic.fields.get("label").and_then(Json::as_str).unwrap_or_default();
                if let Some(other) = labels.insert(label.to_owned(), draft.node.name.clone()) {
                    faults.push(format!("its label `{label}` is that of `{other}`"));
                }
            }
            SemanticKind::SavedQuery => query(semantic, &mut faults),
        }
        findings.extend(faults.into_iter().map(|fault| draft.fault(&fault)));
    }
    findings
}

/// What is wrong with the names of metrics. dbt looks at them also where there is nothing else of a
/// semantic layer, and where they are turned off.
pub(super) fn metric_names(drafts: &[Draft]) -> Vec<Diagnostic> {
    let is_metric = |draft: &&Draft| matches!(&draft.node.kind, NodeKind::Semantic(it) if it.kind == SemanticKind::Metric);
    let fault = |draft: &Draft| Some(draft.fault(&metric_name(&draft.node.name)?));
    drafts.iter().filter(is_metric).filter_map(fault).collect()
}

/// What is wrong with the name of a metric, and what dbt says of it.
fn metric_name(name: &str) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let rules = [
        (!name.contains(' '), "cannot contain spaces"),
        (name.chars().count() <= 250, "cannot contain more than 250 characters"),
        (name.starts_with(|c: char| c.is_ascii_alphabetic()), "must begin with a letter"),
        (!name.is_empty() && name.chars().all(is_part), "must contain only letters, numbers and underscores"),
    ];
    let broken: Vec<&str> = rules.into_iter().filter(|(holds, _)| !holds).map(|(_, rule)| rule).collect();
    (!broken.is_empty()).then(|| {
        format!(
            "the name `{name}` must be of letters, digits and `_`, begin with a letter, and have 250 \
             characters at most (dbt says: the name {})",
            broken.join(", ")
        )
    })
}

/// Lower case, at least two characters, nothing that looks like a path.
pub(super) fn name(name: &str, faults: &mut Vec<String>) {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fits = name.len() > 1
        && name.chars().all(is_part)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__");
    if !fits {
        faults.push(format!(
            "the name `{name}` must be of lower-case letters, digits and single `_`, \
             begin with a letter, and have two characters at least"
        ));
    }
}

fn parts<'a>(semantic: &'a Semantic, key: &str) -> impl Iterator<Item = &'a Json> {
    semantic.fields.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn text<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    json.get(key).and_then(Json::as_str)
}

fn names(semantic: &Semantic, key: &str) -> Vec<String> {
    parts(semantic, key).filter_map(|part| text(part, "name")).map(str::to_owned).collect()
}

fn model(semantic: &Semantic, faults: &mut Vec<String>) {
    let mut seen: Vec<String> = Vec::new();
    for part in PARTS.iter().flat_map(|key| names(semantic, key)) {
        name(&part, faults);
        if seen.contains(&part) {
            faults.push(format!("two of its parts have the name `{part}`"));
        }
        seen.push(part);
    }
    let primaries = parts(semantic, "entities").filter(|part| text(part, "type") == Some("primary")).count();
    let has_own = semantic.fields.get("primary_entity").is_some_and(|it| !it.is_null());
    if primaries > 1 {
        faults.push("it has more than one primary entity".to_owned());
    }
    if primaries == 0 && !has_own && parts(semantic, "dimensions").next().is_some() {
        faults.push("its dimensions need a primary entity".to_owned());
    }
    let is_time = |part: &&Json| text(part, "type") == Some("time");
    let times: Vec<&str> =
        parts(semantic, "dimensions").filter(is_time).filter_map(|part| text(part, "name")).collect();
    let usual = semantic.fields.get("defaults").and_then(|it| text(it, "agg_time_dimension"));
    for part in parts(semantic, "measures") {
        let measure = text(part, "name").unwrap_or_default();
        if !text(part, "agg_time_dimension").or(usual).is_some_and(|time| times.contains(&time)) {
            faults.push(format!("the measure `{measure}` needs a time dimension as `agg_time_dimension`"));
        }
        let percentile = part.get("agg_params").and_then(|params| params.get("percentile"));
        if text(part, "agg") == Some("percentile") && percentile.is_none_or(Json::is_null) {
            faults.push(format!("the measure `{measure}` needs `agg_params` with a `percentile`"));
        }
    }
}

fn metric(semantic: &Semantic, faults: &mut Vec<String>) {
    let params = semantic.fields.get("type_params").cloned().unwrap_or_default();
    let kind = semantic.fields.get("type").and_then(Json::as_str);
    if kind == Some("derived") && params.get("metrics").and_then(Json::as_array).is_none_or(Vec::is_empty) {
        faults.push("a derived metric needs other `metrics`".to_owned());
    }
    let own = params.get("cumulative_type_params");
    let is_set = |key: &str| own.and_then(|own| own.get(key)).is_some_and(|it| !it.is_null());
    if is_set("window") && is_set("grain_to_date") {
        faults.push("`window` and `grain_to_date` exclude each other".to_owned());
    }
    filters(semantic.fields.get("filter"), faults);
}

fn query(semantic: &Semantic, faults: &mut Vec<String>) {
    let params = semantic.fields.get("query_params");
    filters(params.and_then(|params| params.get("where")), faults);
}

/// Each call in a filter asks for something that the semantic layer has.
fn filters(filter: Option<&Json>, faults: &mut Vec<String>) {
    let filters = filter.and_then(|it| it.get("where_filters")).and_then(Json::as_array);
    for condition in filters.into_iter().flatten().filter_map(|it| text(it, "where_sql_template")) {
        for expression in condition.split("{{").skip(1) {
            let call = expression.split('(').next().unwrap_or_default().trim();
            if !ASKED_BY.contains(&call) {
                faults.push(format!("a filter asks for `{call}`; it can ask for {}", ASKED_BY.join(", ")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(kind: SemanticKind, fields: &Json) -> Vec<String> {
        let semantic = Semantic { kind, fields: fields.as_object().unwrap().clone() };
        let mut faults = Vec::new();
        match kind {
            SemanticKind::SemanticModel => model(&semantic, &mut faults),
            SemanticKind::Metric => metric(&semantic, &mut faults),
            SemanticKind::SavedQuery => query(&semantic, &mut faults),
        }
        faults
    }

    #[test]
    fn semantic_models_are_whole() {
        let whole = json!({
            "defaults": { "agg_time_dimension": "at" },
            "entities": [{ "name": "id", "type": "primary" }],
            "dimensions": [{ "name": "at", "type": "time", "type_params": { "time_granularity": "day" } }],
            "measures": [{ "name": "total", "agg": "sum" }],
        });
        let check = |change: &dyn Fn(&mut Json), expected: &str| {
            let mut fields = whole.clone();
            change(&mut fields);
            let found = faults(SemanticKind::SemanticModel, &fields);
            assert_eq!(found.len(), usize::from(!expected.is_empty()), "{found:?}");
            assert!(found.iter().all(|fault| fault.contains(expected)), "{found:?}");
        };
        check(&|_| {}, "");
        check(&|it| it["entities"][0]["type"] = "foreign".into(), "a primary entity");
        check(&|it| it["defaults"] = Json::Null, "agg_time_dimension");
        check(&|it| it["dimensions"][0]["type_params"] = Json::Null, "");
        check(&|it| it["measures"][0]["agg"] = "percentile".into(), "percentile");
        check(&|it| it["measures"][0]["name"] = "id".into(), "two of its parts");
        check(&|it| it["measures"][0]["name"] = "a__b".into(), "the name `a__b`");
        check(&|it| it["measures"][0]["name"] = "Total".into(), "the name `Total`");
    }

    #[test]
    fn questions_ask_for_what_there_is() {
        let filter = |text: &str| json!({ "where_filters": [{ "where_sql_template": text }] });
        let metric = |text: &str| faults(SemanticKind::Metric, &json!({ "filter": filter(text) })).len();
        assert_eq!(metric("{{ Dimension('id__a') }} and {{ TimeDimension('id__at', 'day') }} > 1"), 0);
        assert_eq!(metric("{{ Nothing('id__a') }}"), 1);
    }
}
