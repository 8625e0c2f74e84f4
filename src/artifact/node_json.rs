//! A node as dbt's JSON: in `manifest.json`, as `model` in templates, in `graph`.

use serde_json::{Value as Json, json};

use super::manifest_json::Compiled;
use super::object::{Field, Object, object};
use super::semantic_json::semantic_json;
use super::unit_test_json::unit_test_json;
use super::wire::{
    Cte, Wire, columns, config, constraints, default_docs, functions, group, metrics, owner, refs, sources,
};
use crate::manifest::{
    Age, DataTest, Exposure, Freshness, GenericTest, Model, Node, NodeKind, Period, ResourceType, Source,
    UniqueId,
};
use crate::sql::{Dialect, Relation};

/// The node in dbt's shape for its resource type, before compilation.
#[must_use]
pub fn node_json(wire: &Wire<'_>, node: &Node) -> Json {
    compiled_node_json(wire, node, None)
}

/// The node in dbt's shape for its resource type, with what compiling it gave.
#[must_use]
pub fn compiled_node_json(wire: &Wire<'_>, node: &Node, compiled: Option<&Compiled>) -> Json {
    node_object(wire, node, compiled).into()
}

/// The same, without copies.
pub(super) fn node_object<'a>(wire: &Wire<'a>, node: &'a Node, compiled: Option<&'a Compiled>) -> Object<'a> {
    match &node.kind {
        NodeKind::Source(source) => source_json(wire, node, source),
        NodeKind::Exposure(exposure) => exposure_json(wire, node, exposure),
        NodeKind::UnitTest(test) => unit_test_json(wire, node, test),
        NodeKind::Semantic(semantic) => semantic_json(wire, node, semantic),
        NodeKind::Seed(seed) => {
            let mut json = common(wire, node, compiled);
            let macros = Field::from(&node.depends_on.calls.macros);
            json.extend([
                ("root_path", seed.root_path.display().to_string().into()),
                ("depends_on", object([("macros", macros)]).into()),
            ]);
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
                let macros = macros.map(Field::from).collect();
                json.insert("depends_on", object([("macros", macros), ("nodes", wire.parents(node))]).into());
            }
            json
        }
        NodeKind::Function(function) => {
            let mut json = object([("returns", (&function.returns).into())]);
            json.extend(templated(wire, node, compiled));
            json.extend([("arguments", function.arguments.iter().map(Field::from).collect())]);
            json
        }
        NodeKind::Hook(hook) => {
            let mut json = templated(wire, node, compiled);
            let counted = compiled.and_then(|compiled| compiled.index);
            json.extend([("index", counted.unwrap_or(hook.index).into())]);
            json
        }
        NodeKind::Snapshot(_) | NodeKind::Analysis(_) | NodeKind::Test(_) => templated(wire, node, compiled),
    }
}

/// No entry of `nodes` has more fields than these.
const USUAL_FIELDS: usize = 48;

/// What every entry of `nodes` has.
fn common<'a>(wire: &Wire<'a>, node: &'a Node, compiled: Option<&'a Compiled>) -> Object<'a> {
    let relation = node.relation.as_ref();
    let mut json = Object::with_room(USUAL_FIELDS);
    json.extend([
        ("database", relation.and_then(|relation| relation.database.as_ref()).into()),
        ("schema", relation.and_then(|relation| relation.schema.as_deref()).unwrap_or_default().into()),
        ("name", node.name.as_str().into()),
        ("resource_type", node.kind.resource_type().as_str().into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", (&node.fqn).into()),
        ("alias", relation.and_then(|it| it.identifier.as_deref()).unwrap_or(&node.name).into()),
        ("checksum", checksum_json(node)),
        ("config", (&*node.config.values).into()),
        ("tags", (&node.tags).into()),
        ("description", node.docs.description.as_str().into()),
        ("columns", columns(node)),
        ("meta", config(node, "meta", || Object::default().into())),
        ("group", group(wire.manifest, node).into()),
        ("docs", config(node, "docs", default_docs)),
        ("patch_path", node.origin.patch_path.as_ref().into()),
        ("build_path", compiled.and_then(|compiled| compiled.build_path.as_ref()).into()),
        ("unrendered_config", (&*node.config.unrendered).into()),
        ("created_at", wire.created_at.into()),
        ("relation_name", relation_name(node, wire.dialect).into()),
        ("raw_code", raw_code(node).into()),
        ("doc_blocks", (&node.docs.doc_blocks).into()),
    ]);
    json
}

/// What every entry of `nodes` has that is written as a template.
fn templated<'a>(wire: &Wire<'a>, node: &'a Node, compiled: Option<&'a Compiled>) -> Object<'a> {
    let mut json = common(wire, node, compiled);
    json.extend([
        ("language", node.origin.language().into()),
        ("refs", refs(&node.depends_on.calls.refs)),
        ("sources", sources(&node.depends_on.calls.sources)),
        ("metrics", metrics(&node.depends_on.calls.metrics)),
        ("functions", functions(&node.depends_on.calls.functions)),
        ("depends_on", wire.depends_on(node)),
        ("compiled_path", compiled.and_then(|compiled| compiled.compiled_path.as_ref()).into()),
    ]);
    if let Some(compiled) = compiled.filter(|compiled| !compiled.is_only_built) {
        if compiled.relation_name.is_some() {
            json.insert("relation_name", compiled.relation_name.as_ref().into());
        }
        let cte = |Cte { id, sql }: &'a Cte| object([("id", id.into()), ("sql", sql.into())]).into();
        json.extend([
            ("compiled", true.into()),
            ("compiled_code", compiled.code.as_str().into()),
            ("extra_ctes_injected", true.into()),
            ("extra_ctes", compiled.ctes.iter().map(cte).collect()),
        ]);
    }
    json.extend([("contract", contract(node))]);
    json
}

/// How what the node is written as was summed up, and to what.
fn sum(node: &Node) -> (&str, &str) {
    match &node.kind {
        NodeKind::Seed(seed) => (&seed.checksum.name, &seed.checksum.value),
        NodeKind::Test(DataTest { generic: Some(_), .. }) => ("none", ""),
        kind => kind.body().map_or(("none", ""), |body| ("sha256", &body.checksum)),
    }
}

fn checksum_json(node: &Node) -> Field<'_> {
    let (name, checksum) = sum(node);
    object([("name", name.into()), ("checksum", checksum.into())]).into()
}

/// The sum of what the node is written as; empty where there is none.
#[must_use]
pub fn checksum(node: &Node) -> String {
    sum(node).1.to_owned()
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
    relation.map(|relation| match &node.kind {
        NodeKind::Source(source) => {
            Relation { quote: source.shown_quoting, ..relation.clone() }.render(dialect)
        }
        _ => relation.render(dialect),
    })
}

fn contract(node: &Node) -> Field<'_> {
    let checksum = match &node.kind {
        NodeKind::Model(model) => model.contract_checksum.as_ref(),
        _ => None,
    };
    let flag = |key, default| {
        let set = node.config.get("contract").and_then(|contract| contract.get(key));
        set.and_then(Json::as_bool).unwrap_or(default)
    };
    object([
        ("enforced", flag("enforced", false).into()),
        ("alias_types", flag("alias_types", true).into()),
        ("checksum", checksum.into()),
    ])
    .into()
}

fn model_fields<'a>(node: &'a Node, model: &'a Model) -> [(&'a str, Field<'a>); 7] {
    let with_columns = |mut constraint: Object<'a>| {
        if !constraint.has("columns") {
            constraint.extend([("columns", Field::List(Vec::new()))]);
        }
        constraint.into()
    };
    [
        ("access", config(node, "access", || "protected".into())),
        ("constraints", constraints(&model.constraints).map(with_columns).collect()),
        ("version", model.version.as_ref().into()),
        ("latest_version", model.latest_version.as_ref().into()),
        ("deprecation_date", model.deprecation_date.as_ref().into()),
        ("primary_key", (&model.primary_key).into()),
        ("time_spine", model.time_spine.as_ref().into()),
    ]
}

/// dbt: once a model is compiled, its foreign keys name relations.
fn point_at_relations(json: &mut Object<'_>, relations: &[(String, String)]) {
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
    json.change("constraints", point);
    json.change("columns", |columns| {
        let columns = columns.as_object_mut().into_iter().flatten();
        columns.filter_map(|(_, column)| column.get_mut("constraints")).for_each(point);
    });
}

fn generic_test_fields(test: &GenericTest) -> [(&str, Field<'_>); 4] {
    let metadata = object([
        ("name", (&test.name).into()),
        ("kwargs", (&test.kwargs).into()),
        ("namespace", test.namespace.as_ref().into()),
    ]);
    [
        ("column_name", test.column_name.as_ref().into()),
        ("file_key_name", (&test.file_key_name).into()),
        ("attached_node", test.attached_node.as_ref().map(UniqueId::as_str).into()),
        ("test_metadata", metadata.into()),
    ]
}

fn source_json<'a>(wire: &Wire<'a>, node: &'a Node, source: &'a Source) -> Object<'a> {
    let relation = node.relation.as_ref();
    let quoting = ["database", "schema", "identifier", "column"]
        .map(|part| (part, source.quoting.get(part).copied().into()));
    object([
        ("database", relation.and_then(|relation| relation.database.as_ref()).into()),
        ("schema", relation.and_then(|relation| relation.schema.as_deref()).unwrap_or_default().into()),
        ("name", node.name.as_str().into()),
        ("resource_type", "source".into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.original_file_path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", (&node.fqn).into()),
        ("source_name", source.source_name.as_str().into()),
        ("source_description", source.source_description.as_str().into()),
        ("loader", source.loader.as_str().into()),
        ("identifier", source.identifier.as_str().into()),
        ("quoting", object(quoting).into()),
        ("loaded_at_field", source.loaded_at_field.as_ref().into()),
        ("loaded_at_query", source.loaded_at_query.as_ref().into()),
        ("freshness", source_freshness(node, source).into()),
        ("external", source.external.as_ref().map(external).into()),
        ("description", node.docs.description.as_str().into()),
        ("columns", columns(node)),
        ("meta", config(node, "meta", || Object::default().into())),
        ("source_meta", (&source.source_meta).into()),
        ("tags", (&node.tags).into()),
        ("config", (&*node.config.values).into()),
        ("patch_path", node.origin.patch_path.as_ref().into()),
        ("unrendered_config", (&*node.config.unrendered).into()),
        ("relation_name", relation_name(node, wire.dialect).into()),
        ("created_at", wire.created_at.into()),
        ("unrendered_database", source.unrendered_database.as_ref().into()),
        ("unrendered_schema", source.unrendered_schema.as_ref().into()),
        ("doc_blocks", (&node.docs.doc_blocks).into()),
    ])
}

/// `external` with all of dbt's keys, whichever were written.
fn external(written: &Json) -> Object<'_> {
    let keys = ["location", "file_format", "row_format", "tbl_properties", "partitions"];
    let mut json = object(keys.map(|key| (key, Field::Null)));
    let written = written.as_object().into_iter().flatten();
    written.for_each(|(key, value)| json.insert(key, value.into()));
    json
}

/// The rule, or, where no limit is set, what the configuration says: limits of
/// nothing, or null where it was turned off.
pub fn source_freshness(node: &Node, source: &Source) -> Json {
    let config = node.config.get("freshness");
    match &source.freshness {
        Some(freshness) if !config.is_some_and(Json::is_object) => freshness_json(freshness),
        _ => config.cloned().unwrap_or_default(),
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

fn exposure_json<'a>(wire: &Wire<'a>, node: &'a Node, exposure: &'a Exposure) -> Object<'a> {
    object([
        ("name", node.name.as_str().into()),
        ("resource_type", "exposure".into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", (&node.fqn).into()),
        ("type", exposure.exposure_type.as_str().into()),
        ("owner", owner(&exposure.owner)),
        ("description", node.docs.description.as_str().into()),
        ("label", exposure.label.as_ref().into()),
        ("maturity", exposure.maturity.as_ref().into()),
        ("meta", config(node, "meta", || Object::default().into())),
        ("tags", (&node.tags).into()),
        ("config", (&*node.config.values).into()),
        ("unrendered_config", (&*node.config.unrendered).into()),
        ("url", exposure.url.as_ref().into()),
        ("depends_on", wire.depends_on(node)),
        ("refs", refs(&node.depends_on.calls.refs)),
        ("sources", sources(&node.depends_on.calls.sources)),
        ("metrics", metrics(&node.depends_on.calls.metrics)),
        ("created_at", wire.created_at.into()),
    ])
}
