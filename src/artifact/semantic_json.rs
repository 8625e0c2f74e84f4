//! Semantic models, metrics and saved queries: in `manifest.json`, and in the
//! file of their own that query engines read.

use serde_json::{Map, Value as Json, json};

use super::node_json::relation_name;
use super::object::{Field, Object, object};
use super::wire::{Wire, config, refs};
use crate::manifest::{Manifest, Node, NodeId, NodeKind, Outline, Semantic, SemanticKind, Sort};

/// The entry of `manifest.json`.
pub(super) fn semantic_json<'a>(wire: &Wire<'a>, node: &'a Node, semantic: &'a Semantic) -> Object<'a> {
    let mut json = object([
        ("name", node.name.as_str().into()),
        ("resource_type", node.kind.resource_type().as_str().into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", (&node.fqn).into()),
    ]);
    semantic.fields.iter().for_each(|(key, value)| json.insert(key, value.into()));
    match semantic.kind {
        SemanticKind::SemanticModel => {
            json.insert("node_relation", node_relation(wire, node).into());
        }
        SemanticKind::Metric => json.extend(object([
            ("tags", (&node.tags).into()),
            ("sources", Field::List(Vec::new())),
            ("metrics", Field::List(Vec::new())),
        ])),
        SemanticKind::SavedQuery => {
            json.insert("tags", (&node.tags).into());
        }
    }
    json.extend(object([
        ("config", (&*node.config.values).into()),
        ("unrendered_config", (&*node.config.unrendered).into()),
        ("depends_on", wire.depends_on(node)),
        ("refs", refs(&node.depends_on.calls.refs)),
        ("created_at", wire.created_at.into()),
        ("group", config(node, "group", || Field::Null)),
    ]));
    json
}

/// Where the model of a semantic model is stored.
fn node_relation(wire: &Wire<'_>, node: &Node) -> Json {
    let model = node.depends_on.nodes.first().and_then(|id| wire.manifest.node(*id));
    model.map_or(Json::Null, |model| place(wire, model))
}

fn place(wire: &Wire<'_>, model: &Node) -> Json {
    let relation = model.relation.as_ref();
    json!({
        "alias": relation.and_then(|it| it.identifier.clone()),
        "schema_name": relation.and_then(|it| it.schema.clone()),
        "database": relation.and_then(|it| it.database.clone()),
        "relation_name": relation_name(model, wire.dialect),
    })
}

/// `semantic_manifest.json`.
#[must_use]
pub fn semantic_manifest_json(wire: &Wire<'_>) -> Json {
    let of = |kind: SemanticKind, shape: fn(&Json) -> Json| -> Json {
        let nodes = wire.manifest.nodes.of_type(kind.resource_type());
        let one = |(_, node): (NodeId, &Node)| match &node.kind {
            NodeKind::Semantic(semantic) => Some(shape(&semantic_json(wire, node, semantic).into())),
            _ => None,
        };
        nodes.filter_map(one).collect()
    };
    let models = of(SemanticKind::SemanticModel, model);
    let has_models = models.as_array().is_some_and(|models| !models.is_empty());
    json!({
        "semantic_models": models,
        "metrics": of(SemanticKind::Metric, metric),
        "project_configuration": {
            "time_spine_table_configurations": if has_models { old_spines(wire) } else { json!([]) },
            "metadata": null,
            "dsi_package_version": { "major_version": "0", "minor_version": "9", "patch_version": "0" },
            "time_spines": time_spines(wire),
        },
        "saved_queries": of(SemanticKind::SavedQuery, saved_query),
    })
}

/// The fields of an object, null where it lacks one.
fn picked(json: &Json, keys: &[&str]) -> Map<String, Json> {
    let value = |key: &&str| ((*key).to_owned(), json.get(*key).cloned().unwrap_or_default());
    keys.iter().map(value).collect()
}

fn each(json: &Json, key: &str, keys: &[&str]) -> Json {
    let items = json.get(key).and_then(Json::as_array).into_iter().flatten();
    items.map(|item| Json::Object(picked(item, keys))).collect()
}

fn only_meta(json: &Json) -> Json {
    json!({ "meta": json.get("config").and_then(|config| config.get("meta")) })
}

const ENTITY: &[&str] = &["name", "description", "type", "role", "expr", "metadata", "label", "config"];
const MEASURE: &[&str] = &[
    "name",
    "agg",
    "description",
    "create_metric",
    "expr",
    "agg_params",
    "metadata",
    "non_additive_dimension",
    "agg_time_dimension",
    "label",
    "config",
];
const DIMENSION: &[&str] =
    &["name", "description", "type", "is_partition", "type_params", "expr", "metadata", "label", "config"];

fn model(json: &Json) -> Json {
    let fields = ["name", "defaults", "description", "node_relation", "primary_entity", "label", "metadata"];
    let mut model = picked(json, &fields);
    for (key, keys) in [("entities", ENTITY), ("measures", MEASURE), ("dimensions", DIMENSION)] {
        model.insert(key.to_owned(), each(json, key, keys));
    }
    model.insert("config".to_owned(), only_meta(json));
    model.into()
}

fn metric(json: &Json) -> Json {
    let fields = ["name", "description", "type", "filter", "metadata", "label", "time_granularity"];
    let mut metric = picked(json, &fields);
    let mut params = json.get("type_params").cloned().unwrap_or_default();
    if let Some(params) = params.as_object_mut() {
        params.remove("metric_aggregation_params");
        if let Some(own) = params.get_mut("cumulative_type_params").and_then(Json::as_object_mut) {
            own.remove("metric");
        }
    }
    metric.insert("type_params".to_owned(), params);
    metric.insert("config".to_owned(), only_meta(json));
    metric.into()
}

fn saved_query(json: &Json) -> Json {
    let mut query = picked(json, &["name", "query_params", "description", "metadata", "label", "tags"]);
    let exports = json.get("exports").and_then(Json::as_array).into_iter().flatten();
    let export = |export: &Json| {
        let config = export.get("config").cloned().unwrap_or_default();
        json!({
            "name": export.get("name"),
            "config": picked(&config, &["export_as", "schema_name", "alias"]),
        })
    };
    query.insert("exports".to_owned(), exports.map(export).collect());
    query.into()
}

/// The model of days that need not say what it is.
const OLD_SPINE: &str = "metricflow_time_spine";

/// dbt: the model of this name, where it says nothing more about itself.
fn old_spines(wire: &Wire<'_>) -> Json {
    let spine = spines(wire.manifest, |node, spine| node.name == OLD_SPINE && spine.is_none());
    let one = |(node, _): (&Node, _)| json!({ "location": relation_name(node, wire.dialect), "column_name": "date_day", "grain": "day" });
    spine.take(1).map(one).collect()
}

fn time_spines(wire: &Wire<'_>) -> Json {
    let one = |(node, spine): (&Node, Option<&Json>)| {
        let spine = spine.cloned().unwrap_or_default();
        let column = spine.get("standard_granularity_column").and_then(Json::as_str).unwrap_or_default();
        let grain = node.docs.columns.get(column).and_then(|column| column.extra.get("granularity"));
        let custom = spine.get("custom_granularities").and_then(Json::as_array).into_iter().flatten();
        let custom = custom.map(|it| {
            let name = it.get("name");
            json!({ "name": name, "column_name": it.get("column_name").filter(|it| !it.is_null()) })
        });
        json!({
            "node_relation": place(wire, node),
            "primary_column": { "name": column, "time_granularity": grain },
            "custom_granularities": custom.collect::<Json>(),
        })
    };
    spines(wire.manifest, |_, spine| spine.is_some()).map(one).collect()
}

fn spines<'a>(
    manifest: &'a Manifest,
    is_wanted: impl Fn(&Node, Option<&Json>) -> bool + 'a,
) -> impl Iterator<Item = (&'a Node, Option<&'a Json>)> {
    let may_be = |outline: &Outline<'_>| outline.is(Sort::TimeSpine) || outline.name() == OLD_SPINE;
    manifest.nodes.chosen(may_be).filter_map(move |(_, node)| match &node.kind {
        NodeKind::Model(model) => {
            let spine = model.time_spine.as_ref().filter(|spine| spine.is_object());
            is_wanted(node, spine).then_some((node, spine))
        }
        _ => None,
    })
}
