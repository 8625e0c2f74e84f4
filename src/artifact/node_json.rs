//! A node as dbt's JSON: in `manifest.json`, as `model` in templates, in `graph`.

use serde_json::{Map, Value as Json, json};

use super::manifest_json::Compiled;
use super::semantic_json::semantic_json;
use super::unit_test_json::unit_test_json;
use super::wire::{
    Wire, columns, config, constraints, default_docs, functions, group, metrics, object, owner, refs, sources,
};
use crate::manifest::{
    Age, DataTest, Exposure, Freshness, GenericTest, Model, Node, NodeKind, Period, ResourceType, Source,
};
use crate::sql::Dialect;

/// The node in dbt's shape for its resource type, before compilation.
#[must_use]
pub fn node_json(wire: &Wire<'_>, node: &Node) -> Json {
    compiled_node_json(wire, node, None)
}

/// The node in dbt's shape for its resource type, with what compiling it gave.
#[must_use]
pub fn compiled_node_json(wire: &Wire<'_>, node: &Node, compiled: Option<&Compiled>) -> Json {
    let json = match &node.kind {
        NodeKind::Source(source) => source_json(wire, node, source),
        NodeKind::Exposure(exposure) => exposure_json(wire, node, exposure),
        NodeKind::UnitTest(test) => unit_test_json(wire, node, test),
        NodeKind::Semantic(semantic) => semantic_json(wire, node, semantic),
        NodeKind::Seed(seed) => {
            let mut json = common(wire, node, compiled);
            json.insert("root_path".into(), seed.root_path.display().to_string().into());
            json.insert("depends_on".into(), json!({ "macros": node.depends_on.calls.macros }));
            json
        }
        NodeKind::Model(model) => {
            let mut json = templated(wire, node, compiled);
            json.extend(model_fields(node, model));
            if let Some(compiled) = compiled {
                point_at_relations(&mut json, &compiled.foreign_keys);
            }
            json
        }
        NodeKind::Test(DataTest { generic: Some(test), .. }) => {
            let mut json = templated(wire, node, compiled);
            json.extend(generic_test_fields(test));
            if compiled.is_some() {
                let macros =
                    node.depends_on.calls.macros.iter().chain(&node.depends_on.calls.macros_once_compiled);
                let macros: Vec<&String> = macros.collect();
                json.insert("depends_on".into(), json!({ "macros": macros, "nodes": wire.parents(node) }));
            }
            json
        }
        NodeKind::Function(function) => {
            let mut json = object([("returns", function.returns.clone())]);
            json.extend(templated(wire, node, compiled));
            json.insert("arguments".into(), function.arguments.clone().into());
            json
        }
        NodeKind::Hook(hook) => {
            let mut json = templated(wire, node, compiled);
            let counted = compiled.and_then(|compiled| compiled.index);
            json.insert("index".into(), counted.unwrap_or(hook.index).into());
            json
        }
        NodeKind::Snapshot(_) | NodeKind::Analysis(_) | NodeKind::Test(_) => templated(wire, node, compiled),
    };
    Json::Object(json)
}

/// What every entry of `nodes` has.
fn common(wire: &Wire<'_>, node: &Node, compiled: Option<&Compiled>) -> Map<String, Json> {
    let relation = node.relation.as_ref();
    object([
        ("database", relation.and_then(|relation| relation.database.clone()).into()),
        ("schema", relation.and_then(|relation| relation.schema.clone()).unwrap_or_default().into()),
        ("name", node.name.as_str().into()),
        ("resource_type", node.kind.resource_type().as_str().into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", node.fqn.clone().into()),
        ("alias", relation.and_then(|it| it.identifier.as_deref()).unwrap_or(&node.name).into()),
        ("checksum", checksum_json(node)),
        ("config", node.config.values.to_object().into()),
        ("tags", node.tags.clone().into()),
        ("description", node.docs.description.as_str().into()),
        ("columns", columns(node)),
        ("meta", config(node, "meta", || json!({}))),
        ("group", group(wire.manifest, node).into()),
        ("docs", config(node, "docs", default_docs)),
        ("patch_path", node.origin.patch_path.clone().into()),
        ("build_path", compiled.and_then(|compiled| compiled.build_path.clone()).into()),
        ("unrendered_config", Json::Object((*node.config.unrendered).clone())),
        ("created_at", wire.created_at.into()),
        ("relation_name", relation_name(node, wire.dialect).into()),
        ("raw_code", raw_code(node).into()),
        ("doc_blocks", node.docs.doc_blocks.clone().into()),
    ])
}

/// What every entry of `nodes` has that is written as a template.
fn templated(wire: &Wire<'_>, node: &Node, compiled: Option<&Compiled>) -> Map<String, Json> {
    let mut json = common(wire, node, compiled);
    json.extend(object([
        ("language", node.origin.language().into()),
        ("refs", refs(&node.depends_on.calls.refs)),
        ("sources", sources(&node.depends_on.calls.sources)),
        ("metrics", metrics(&node.depends_on.calls.metrics)),
        ("functions", functions(&node.depends_on.calls.functions)),
        ("depends_on", wire.depends_on(node)),
        ("compiled_path", compiled.and_then(|compiled| compiled.compiled_path.clone()).into()),
    ]));
    if let Some(compiled) = compiled {
        if compiled.relation_name.is_some() {
            json.insert("relation_name".into(), compiled.relation_name.clone().into());
        }
        let ctes = compiled.ctes.iter().map(|cte| json!({ "id": cte.id, "sql": cte.sql }));
        json.extend(object([
            ("compiled", true.into()),
            ("compiled_code", compiled.code.as_str().into()),
            ("extra_ctes_injected", true.into()),
            ("extra_ctes", ctes.collect()),
        ]));
    }
    json.insert("contract".into(), contract(node));
    json
}

/// The sum of what the node is written as, under dbt's keys.
fn checksum_json(node: &Node) -> Json {
    match &node.kind {
        NodeKind::Seed(seed) => json!({ "name": seed.checksum.name, "checksum": seed.checksum.value }),
        NodeKind::Test(DataTest { generic: Some(_), .. }) => json!({ "name": "none", "checksum": "" }),
        kind => match kind.body() {
            Some(body) => json!({ "name": "sha256", "checksum": body.checksum }),
            None => json!({ "name": "none", "checksum": "" }),
        },
    }
}

/// The sum of what the node is written as; empty where there is none.
#[must_use]
pub fn checksum(node: &Node) -> String {
    let found = checksum_json(node);
    found.get("checksum").and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// A file's text without surrounding blanks; that of a snapshot block or a hook as it stands.
fn raw_code(node: &Node) -> &str {
    match &node.kind {
        NodeKind::Snapshot(body) => &body.text,
        NodeKind::Hook(hook) => &hook.body.text,
        kind => kind.body().map(|body| body.text.trim()).unwrap_or_default(),
    }
}

/// The relation as SQL; `None` for what has no place in the warehouse, or none
/// that lasts.
#[must_use]
pub fn relation_name(node: &Node, dialect: &Dialect) -> Option<String> {
    let lasts = match node.kind.resource_type() {
        ResourceType::Model => node.config.materialized() != "ephemeral",
        ResourceType::Seed | ResourceType::Snapshot | ResourceType::Source => true,
        ResourceType::Test => {
            let kind = node.config.text("store_failures_as");
            kind.map_or(node.config.flag("store_failures") == Some(true), |kind| kind != "ephemeral")
        }
        _ => false,
    };
    if let NodeKind::Source(source) = &node.kind
        && let Ok(Some(location)) = &source.location
    {
        return Some(location.clone());
    }
    let relation = node.relation.as_ref().filter(|_| lasts);
    relation.map(|relation| relation.render(dialect))
}

fn contract(node: &Node) -> Json {
    let checksum = match &node.kind {
        NodeKind::Model(model) => model.contract_checksum.clone(),
        _ => None,
    };
    let flag = |key, default| {
        let set = node.config.get("contract").and_then(|contract| contract.get(key));
        set.and_then(Json::as_bool).unwrap_or(default)
    };
    json!({
        "enforced": flag("enforced", false),
        "alias_types": flag("alias_types", true),
        "checksum": checksum,
    })
}

fn model_fields(node: &Node, model: &Model) -> Map<String, Json> {
    let mut constraints = constraints(&model.constraints);
    for constraint in constraints.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        constraint.entry("columns").or_insert_with(|| json!([]));
    }
    object([
        ("access", config(node, "access", || "protected".into())),
        ("constraints", constraints),
        ("version", model.version.clone().into()),
        ("latest_version", model.latest_version.clone().into()),
        ("deprecation_date", model.deprecation_date.clone().into()),
        ("primary_key", model.primary_key.clone().into()),
        ("time_spine", model.time_spine.clone().into()),
    ])
}

/// dbt: once a model is compiled, its foreign keys name relations.
fn point_at_relations(json: &mut Map<String, Json>, relations: &[(String, String)]) {
    if relations.is_empty() {
        return;
    }
    let point = |constraints: &mut Json| {
        for constraint in constraints.as_array_mut().into_iter().flatten() {
            let to = constraint.get("to").and_then(Json::as_str);
            let found = relations.iter().find(|(written, _)| Some(written.as_str()) == to);
            if let Some((_, relation)) = found {
                constraint["to"] = relation.as_str().into();
            }
        }
    };
    json.get_mut("constraints").map(point);
    let columns = json.get_mut("columns").and_then(Json::as_object_mut).into_iter().flatten();
    columns.filter_map(|(_, column)| column.get_mut("constraints")).for_each(point);
}

fn generic_test_fields(test: &GenericTest) -> Map<String, Json> {
    let attached = test.attached_node.as_ref().map(ToString::to_string);
    object([
        ("column_name", test.column_name.clone().into()),
        ("file_key_name", test.file_key_name.as_str().into()),
        ("attached_node", attached.into()),
        ("test_metadata", json!({ "name": test.name, "kwargs": test.kwargs, "namespace": test.namespace })),
    ])
}

fn source_json(wire: &Wire<'_>, node: &Node, source: &Source) -> Map<String, Json> {
    let relation = node.relation.as_ref();
    let quoting = |part| source.quoting.get(part).copied();
    object([
        ("database", relation.and_then(|relation| relation.database.clone()).into()),
        ("schema", relation.and_then(|relation| relation.schema.clone()).unwrap_or_default().into()),
        ("name", node.name.as_str().into()),
        ("resource_type", "source".into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.original_file_path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", node.fqn.clone().into()),
        ("source_name", source.source_name.as_str().into()),
        ("source_description", source.source_description.as_str().into()),
        ("loader", source.loader.as_str().into()),
        ("identifier", source.identifier.as_str().into()),
        (
            "quoting",
            json!({
                "database": quoting("database"),
                "schema": quoting("schema"),
                "identifier": quoting("identifier"),
                "column": quoting("column"),
            }),
        ),
        ("loaded_at_field", source.loaded_at_field.clone().into()),
        ("loaded_at_query", source.loaded_at_query.clone().into()),
        ("freshness", source_freshness(node, source)),
        ("external", source.external.as_ref().map(external).into()),
        ("description", node.docs.description.as_str().into()),
        ("columns", columns(node)),
        ("meta", config(node, "meta", || json!({}))),
        ("source_meta", source.source_meta.clone().into()),
        ("tags", node.tags.clone().into()),
        ("config", node.config.values.to_object().into()),
        ("patch_path", node.origin.patch_path.clone().into()),
        ("unrendered_config", Json::Object((*node.config.unrendered).clone())),
        ("relation_name", relation_name(node, wire.dialect).into()),
        ("created_at", wire.created_at.into()),
        ("unrendered_database", source.unrendered_database.clone().into()),
        ("unrendered_schema", source.unrendered_schema.clone().into()),
        ("doc_blocks", node.docs.doc_blocks.clone().into()),
    ])
}

/// `external` with all of dbt's keys, whichever were written.
fn external(written: &Json) -> Json {
    let mut json = object([
        ("location", Json::Null),
        ("file_format", Json::Null),
        ("row_format", Json::Null),
        ("tbl_properties", Json::Null),
        ("partitions", Json::Null),
    ]);
    let keys = written.as_object().into_iter().flatten();
    json.extend(keys.map(|(key, value)| (key.clone(), value.clone())));
    json.into()
}

/// The rule, or, where no limit is set, what the configuration says: limits of
/// nothing, or null where it was turned off.
pub fn source_freshness(node: &Node, source: &Source) -> Json {
    let config = config(node, "freshness", || Json::Null);
    match &source.freshness {
        Some(freshness) if !config.is_object() => freshness_json(freshness),
        _ => config,
    }
}

/// A freshness rule in dbt's shape: what is not set is null inside, never absent.
pub(super) fn freshness_json(freshness: &Freshness) -> Json {
    let age = |age: Option<Age>| {
        let period = age.map(|age| match age.period {
            Period::Minute => "minute",
            Period::Hour => "hour",
            Period::Day => "day",
        });
        json!({ "count": age.map(|age| age.count), "period": period })
    };
    json!({
        "warn_after": age(freshness.warn_after),
        "error_after": age(freshness.error_after),
        "filter": freshness.filter,
    })
}

fn exposure_json(wire: &Wire<'_>, node: &Node, exposure: &Exposure) -> Map<String, Json> {
    object([
        ("name", node.name.as_str().into()),
        ("resource_type", "exposure".into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", node.fqn.clone().into()),
        ("type", exposure.exposure_type.as_str().into()),
        ("owner", owner(&exposure.owner)),
        ("description", node.docs.description.as_str().into()),
        ("label", exposure.label.clone().into()),
        ("maturity", exposure.maturity.clone().into()),
        ("meta", config(node, "meta", || json!({}))),
        ("tags", node.tags.clone().into()),
        ("config", node.config.values.to_object().into()),
        ("unrendered_config", Json::Object((*node.config.unrendered).clone())),
        ("url", exposure.url.clone().into()),
        ("depends_on", wire.depends_on(node)),
        ("refs", refs(&node.depends_on.calls.refs)),
        ("sources", sources(&node.depends_on.calls.sources)),
        ("metrics", metrics(&node.depends_on.calls.metrics)),
        ("created_at", wire.created_at.into()),
    ])
}
