//! What every writer of node JSON needs, and the small shapes they share.

use serde_json::{Map, Value as Json, json};

use crate::manifest::{
    ColumnDocs, DataTest, FunctionCall, Manifest, MetricCall, Node, NodeKind, RefCall, SourceCall,
};
use crate::sql::Dialect;

/// What the JSON of a node says beyond the node itself.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a> {
    /// Where the node's parents are found by place.
    pub manifest: &'a Manifest,
    /// How relation names are written.
    pub dialect: &'a Dialect,
    /// When the nodes were made, in seconds since 1970: dbt's `created_at`.
    pub created_at: f64,
}

/// A common table expression that an ephemeral model became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cte {
    /// unique id of the ephemeral model.
    pub id: String,
    /// The expression with its name.
    pub sql: String,
}

impl Wire<'_> {
    /// unique ids of a node's parents, in the order of first mention.
    pub(super) fn parents(&self, node: &Node) -> Vec<Json> {
        let ids = node.depends_on.nodes.iter().filter_map(|id| self.manifest.node(*id));
        ids.map(|parent| Json::from(parent.unique_id.as_str())).collect()
    }

    /// `depends_on` with macros and nodes.
    pub(super) fn depends_on(&self, node: &Node) -> Json {
        json!({ "macros": node.depends_on.calls.macros, "nodes": self.parents(node) })
    }
}

/// An object from pairs: cheaper than `json!` where values are moved in.
pub(super) fn object<const N: usize>(pairs: [(&str, Json); N]) -> Map<String, Json> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A config's value, or `default` where it has none.
pub(super) fn config(node: &Node, key: &str, default: impl FnOnce() -> Json) -> Json {
    match node.config.get(key) {
        Some(value) if !value.is_null() => value.clone(),
        _ => default(),
    }
}

/// The group that a node counts as part of: a generic test is part of that of
/// the node that it stands below.
#[must_use]
pub fn group<'a>(manifest: &'a Manifest, node: &'a Node) -> Option<&'a str> {
    let attached = match &node.kind {
        NodeKind::Test(DataTest { generic: Some(test), .. }) => test.attached_node.as_ref(),
        _ => None,
    };
    match attached {
        Some(id) => manifest.by_id(id.as_str())?.config.text("group"),
        None => node.config.text("group"),
    }
}

/// `docs` of a node that says nothing about it.
pub(super) fn default_docs() -> Json {
    json!({ "show": true, "node_color": null })
}

/// The columns of a node by name.
pub(super) fn columns(node: &Node) -> Json {
    let columns = node.docs.columns.iter();
    Json::Object(columns.map(|(name, column)| (name.clone(), column_json(column))).collect())
}

fn column_json(column: &ColumnDocs) -> Json {
    let mut granularity = Json::Null;
    let mut extra = Map::new();
    for (key, value) in &column.extra {
        match key.as_str() {
            "granularity" => granularity = value.clone(),
            // dbt: what is written here does not count.
            "doc_blocks" => {}
            _ => drop(extra.insert(key.clone(), value.clone())),
        }
    }
    let mut json = object([
        ("name", column.name.as_str().into()),
        ("description", column.description.as_str().into()),
        ("meta", column.meta.clone().into()),
        ("data_type", column.data_type.clone().into()),
        ("constraints", constraints(&column.constraints)),
        ("quote", column.quote.into()),
        ("config", json!({ "meta": column.meta, "tags": column.tags })),
        ("tags", column.tags.clone().into()),
        ("granularity", granularity),
        ("doc_blocks", column.doc_blocks.clone().into()),
    ]);
    json.extend(extra);
    json.into()
}

/// Constraints with all of dbt's keys, in its order, whichever were written.
pub(super) fn constraints(written: &[Json]) -> Json {
    let complete = |constraint: &Json| {
        let mut json = object([
            ("type", Json::Null),
            ("name", Json::Null),
            ("expression", Json::Null),
            ("warn_unenforced", true.into()),
            ("warn_unsupported", true.into()),
            ("to", Json::Null),
            ("to_columns", json!([])),
        ]);
        let keys = constraint.as_object().into_iter().flatten();
        json.extend(keys.map(|(key, value)| (key.clone(), value.clone())));
        Json::Object(json)
    };
    written.iter().map(complete).collect()
}

/// `refs`: each call as an object.
pub(super) fn refs(calls: &[RefCall]) -> Json {
    let one = |call: &RefCall| {
        let given = call.version.as_deref();
        let version = given.map(|text| if call.version_is_text { text.into() } else { version(text) });
        json!({ "name": call.name, "package": call.package, "version": version })
    };
    calls.iter().map(one).collect()
}

/// `metrics`: each call as a list of its arguments.
pub(super) fn metrics(calls: &[MetricCall]) -> Json {
    calls
        .iter()
        .map(|call| call.package.iter().chain([&call.name]).collect::<Vec<_>>())
        .map(|names| json!(names))
        .collect()
}

/// `sources`: each call as a pair.
pub(super) fn sources(calls: &[SourceCall]) -> Json {
    calls.iter().map(|call| json!([call.source, call.table])).collect()
}

/// `functions`: each call as its names.
pub(super) fn functions(calls: &[FunctionCall]) -> Json {
    let names = |call: &FunctionCall| call.package.iter().chain([&call.name]).cloned().collect::<Json>();
    calls.iter().map(names).collect()
}

/// A version is written as a number where it is one.
fn version(text: &str) -> Json {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(number)) => number.into(),
        _ => text.into(),
    }
}

/// `email` and `name` first, as dbt writes owners; then the rest.
pub(super) fn owner(owner: &Map<String, Json>) -> Json {
    let mut json = object([("email", Json::Null), ("name", Json::Null)]);
    json.extend(owner.iter().map(|(key, value)| (key.clone(), value.clone())));
    json.into()
}
