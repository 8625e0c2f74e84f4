//! Entries of property files in the shape in which dbt's artifacts show them.
//!
//! Every key that dbt has is there, null or with dbt's default where nothing was
//! written.

use serde_json::{Map, Value as Json, json};

use crate::manifest::Config;
use crate::manifest::properties::GRAINS;

/// Collects what is wrong with one entry, in words.
pub(super) type Faults = Vec<String>;

const AGGREGATIONS: [&str; 9] =
    ["sum", "min", "max", "count_distinct", "sum_boolean", "average", "percentile", "median", "count"];
pub(super) const METRIC_TYPES: [&str; 5] = ["simple", "ratio", "cumulative", "derived", "conversion"];

/// The value of a key, or null.
pub(super) fn value(json: &Json, key: &str) -> Json {
    json.get(key).cloned().unwrap_or_default()
}

fn or(json: &Json, key: &str, default: Json) -> Json {
    match json.get(key) {
        None | Some(Json::Null) => default,
        Some(value) => value.clone(),
    }
}

/// A text, as Python writes a lone value; null where there is none.
fn text(json: &Json, key: &str) -> Json {
    match value(json, key) {
        Json::Null => Json::Null,
        Json::String(text) => text.into(),
        Json::Bool(true) => "True".into(),
        Json::Bool(false) => "False".into(),
        other => other.to_string().into(),
    }
}

/// One of some words, in lower case as dbt reads it.
fn word(json: &Json, key: &str, words: &[&str], faults: &mut Faults) -> Json {
    let found = value(json, key);
    let given = found.as_str().unwrap_or_default().to_lowercase();
    if !words.contains(&given.as_str()) {
        let name = json.get("name").and_then(Json::as_str).unwrap_or("one of its parts");
        faults.push(format!("`{key}` of `{name}` must be one of {}", words.join(", ")));
    }
    given.into()
}

/// One of some words; the first where there is none.
fn word_or(json: &Json, key: &str, (first, others): (&str, &[&str]), faults: &mut Faults) -> Json {
    match value(json, key) {
        Json::Null => first.into(),
        _ => word(json, key, &[&[first], others].concat(), faults),
    }
}

fn items(json: &Json, key: &str) -> Vec<Json> {
    json.get(key).and_then(Json::as_array).cloned().unwrap_or_default()
}

/// `filter`, `where`: one condition or several.
pub(super) fn filter(json: &Json) -> Json {
    let conditions = match json {
        Json::Null => return Json::Null,
        Json::Array(conditions) => conditions.clone(),
        one => vec![one.clone()],
    };
    let one = |condition: &Json| json!({ "where_sql_template": condition });
    json!({ "where_filters": conditions.iter().map(one).collect::<Json>() })
}

/// `28 days`.
fn window(json: &Json, key: &str, faults: &mut Faults) -> Json {
    let Some(text) = json.get(key).and_then(Json::as_str) else { return Json::Null };
    let lower = text.to_lowercase();
    let parsed = lower.split_once(' ').and_then(|(count, grain)| {
        let count: u64 = count.parse().ok()?;
        let single = grain.strip_suffix('s').filter(|single| GRAINS.contains(single)).unwrap_or(grain);
        (!grain.contains(' ')).then(|| json!({ "count": count, "granularity": single }))
    });
    parsed.unwrap_or_else(|| {
        faults.push(format!("`{key}` must be a count and a unit, such as `28 days`, not `{text}`"));
        Json::Null
    })
}

/// The config of a part of a semantic model: the model's `meta` with its own on top.
fn config(part: &Json, meta: &Map<String, Json>) -> Json {
    let mut all = meta.clone();
    let own = part.get("config").and_then(|config| config.get("meta")).and_then(Json::as_object);
    all.extend(own.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    json!({ "meta": all })
}

/// The parts of a semantic model under one of its keys.
pub(super) fn parts(entry: &Json, key: &str, meta: &Map<String, Json>, faults: &mut Faults) -> Json {
    let shape = match key {
        "entities" => entity,
        "measures" => measure,
        _ => dimension,
    };
    items(entry, key)
        .iter()
        .map(|part| {
            if part.get("name").and_then(Json::as_str).is_none() {
                faults.push(format!("each of its `{key}` needs a `name`"));
            }
            shape(part, meta, faults)
        })
        .collect()
}

fn entity(part: &Json, meta: &Map<String, Json>, faults: &mut Faults) -> Json {
    json!({
        "name": value(part, "name"),
        "type": word(part, "type", &["foreign", "natural", "primary", "unique"], faults),
        "description": value(part, "description"),
        "label": value(part, "label"),
        "role": value(part, "role"),
        "expr": text(part, "expr"),
        "config": config(part, meta),
    })
}

fn measure(part: &Json, meta: &Map<String, Json>, faults: &mut Faults) -> Json {
    let params = part.get("agg_params").filter(|params| params.is_object()).map(|params| {
        json!({
            "percentile": value(params, "percentile"),
            "use_discrete_percentile": or(params, "use_discrete_percentile", false.into()),
            "use_approximate_percentile": or(params, "use_approximate_percentile", false.into()),
        })
    });
    let non_additive = part.get("non_additive_dimension").filter(|it| it.is_object()).map(|it| {
        json!({
            "name": value(it, "name"),
            "window_choice": word(it, "window_choice", &AGGREGATIONS, faults),
            "window_groupings": or(it, "window_groupings", json!([])),
        })
    });
    json!({
        "name": value(part, "name"),
        "agg": word(part, "agg", &AGGREGATIONS, faults),
        "description": value(part, "description"),
        "label": value(part, "label"),
        "create_metric": false,
        "expr": text(part, "expr"),
        "agg_params": params,
        "non_additive_dimension": non_additive,
        "agg_time_dimension": value(part, "agg_time_dimension"),
        "config": config(part, meta),
    })
}

fn dimension(part: &Json, meta: &Map<String, Json>, faults: &mut Faults) -> Json {
    let params = part.get("type_params").filter(|params| params.is_object()).map(|params| {
        let validity = params.get("validity_params").filter(|it| it.is_object()).map(|it| {
            json!({
                "is_start": or(it, "is_start", false.into()),
                "is_end": or(it, "is_end", false.into()),
            })
        });
        json!({
            "time_granularity": word(params, "time_granularity", &GRAINS, faults),
            "validity_params": validity,
        })
    });
    json!({
        "name": value(part, "name"),
        "type": word(part, "type", &["categorical", "time"], faults),
        "description": value(part, "description"),
        "label": value(part, "label"),
        "is_partition": or(part, "is_partition", false.into()),
        "type_params": params,
        "expr": text(part, "expr"),
        "metadata": null,
        "config": config(part, meta),
    })
}

/// A measure as a metric takes it: its name, or a mapping.
fn input_measure(json: &Json) -> Json {
    if let Json::String(name) = json {
        return input_measure(&json!({ "name": name }));
    }
    if json.is_null() {
        return Json::Null;
    }
    json!({
        "name": value(json, "name"),
        "filter": filter(&value(json, "filter")),
        "alias": value(json, "alias"),
        "join_to_timespine": or(json, "join_to_timespine", false.into()),
        "fill_nulls_with": value(json, "fill_nulls_with"),
    })
}

/// A metric as another metric takes it: its name, or a mapping.
fn input_metric(json: &Json, faults: &mut Faults) -> Json {
    if let Json::String(name) = json {
        return input_metric(&json!({ "name": name }), faults);
    }
    if json.is_null() {
        return Json::Null;
    }
    json!({
        "name": value(json, "name"),
        "filter": filter(&value(json, "filter")),
        "alias": value(json, "alias"),
        "offset_window": window(json, "offset_window", faults),
        "offset_to_grain": value(json, "offset_to_grain"),
    })
}

/// `type_params` of a metric of some type.
pub(super) fn type_params(kind: &str, params: &Json, faults: &mut Faults) -> Json {
    let metrics: Json = items(params, "metrics").iter().map(|metric| input_metric(metric, faults)).collect();
    json!({
        "measure": input_measure(&value(params, "measure")),
        "input_measures": [],
        "numerator": input_metric(&value(params, "numerator"), faults),
        "denominator": input_metric(&value(params, "denominator"), faults),
        "expr": text(params, "expr"),
        "window": window(params, "window", faults),
        "grain_to_date": value(params, "grain_to_date"),
        "metrics": metrics,
        "conversion_type_params": conversion(params, faults),
        "cumulative_type_params": if kind == "cumulative" { cumulative(params, faults) } else { Json::Null },
        "metric_aggregation_params": null,
    })
}

fn conversion(params: &Json, faults: &mut Faults) -> Json {
    let Some(own) = params.get("conversion_type_params").filter(|own| own.is_object()) else {
        return Json::Null;
    };
    json!({
        "base_measure": input_measure(&value(own, "base_measure")),
        "conversion_measure": input_measure(&value(own, "conversion_measure")),
        "entity": value(own, "entity"),
        "calculation": word_or(own, "calculation", ("conversion_rate", &["conversions"]), faults),
        "window": window(own, "window", faults),
        "constant_properties": value(own, "constant_properties"),
    })
}

/// dbt: what stands beside counts where nothing stands inside.
fn cumulative(params: &Json, faults: &mut Faults) -> Json {
    let own = or(params, "cumulative_type_params", json!({}));
    let place = |key: &str| if value(&own, key).is_null() { params } else { &own };
    json!({
        "window": window(place("window"), "window", faults),
        "grain_to_date": value(place("grain_to_date"), "grain_to_date"),
        "period_agg": word_or(&own, "period_agg", ("first", &["last", "average"]), faults),
        "metric": null,
    })
}

/// `query_params` of a saved query.
pub(super) fn query_params(entry: &Json) -> Json {
    let params = value(entry, "query_params");
    json!({
        "metrics": or(&params, "metrics", json!([])),
        "group_by": or(&params, "group_by", json!([])),
        "where": filter(&value(&params, "where")),
        "order_by": or(&params, "order_by", json!([])),
        "limit": value(&params, "limit"),
    })
}

/// The exports of a saved query. `named` gives the parts of the place where they are stored
/// that they do not name themselves: of an export's name, its `schema` or `alias`.
pub(super) fn exports(
    entry: &Json,
    config: &Config,
    database: Option<&str>,
    named: &mut dyn FnMut(&Json, &'static str) -> Json,
) -> Json {
    let mut one = |export: &Json| {
        let own = or(export, "config", json!({}));
        let either = |key: &str| match value(&own, key) {
            Json::Null => config.get(key).cloned().unwrap_or_default(),
            given => given,
        };
        let mut given = |key: &'static str| match either(key) {
            Json::Null => named(export, key),
            found => found,
        };
        let (schema, alias) = (given("schema"), given("alias"));
        let found = either("database");
        let database = if found.is_null() { database.into() } else { found };
        json!({
            "name": value(export, "name"),
            "config": {
                "export_as": either("export_as").as_str().map(str::to_lowercase),
                "schema_name": schema,
                "alias": alias,
                "database": database,
            },
            "unrendered_config": own,
        })
    };
    items(entry, "exports").iter().map(&mut one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_a_count_and_a_unit() {
        let check = |text: &str, expected: Json| {
            let mut faults = Faults::new();
            let found = window(&json!({ "window": text }), "window", &mut faults);
            assert_eq!((found.clone(), faults.is_empty()), (expected, !found.is_null()), "{text}");
        };
        check("28 days", json!({ "count": 28, "granularity": "day" }));
        check("1 Month", json!({ "count": 1, "granularity": "month" }));
        check("2 fiscal_years", json!({ "count": 2, "granularity": "fiscal_years" }));
        check("days", Json::Null);
        check("x days", Json::Null);
    }

    #[test]
    fn what_is_not_written_is_null() {
        let mut faults = Faults::new();
        let found = type_params("cumulative", &json!({ "measure": "a", "window": "7 days" }), &mut faults);
        assert_eq!(found["measure"]["fill_nulls_with"], Json::Null);
        assert_eq!(found["cumulative_type_params"]["window"], json!({ "count": 7, "granularity": "day" }));
        assert_eq!(found["cumulative_type_params"]["period_agg"], "first");
        assert_eq!(faults, Faults::new());
        type_params("simple", &json!({ "window": "often" }), &mut faults);
        assert_eq!(faults.len(), 1);
    }
}
