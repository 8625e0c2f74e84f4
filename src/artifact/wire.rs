//! What every writer of node JSON needs, and the small shapes they share.

use serde_json::{Map, Value as Json};

use super::object::{Field, Object, object};
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

impl<'a> Wire<'a> {
    /// The nodes of a manifest, for a warehouse.
    #[must_use]
    pub fn of(manifest: &'a Manifest, dialect: &'a Dialect) -> Self {
        Self { manifest, dialect, created_at: manifest.made_at as f64 / 1e6 }
    }
}

/// A common table expression that an ephemeral model became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cte {
    /// unique id of the ephemeral model.
    pub id: String,
    /// The expression with its name.
    pub sql: String,
}

impl<'a> Wire<'a> {
    /// unique ids of a node's parents, in the order of first mention.
    pub(super) fn parents(&self, node: &Node) -> Field<'a> {
        let outlines = node.depends_on.nodes.iter().filter_map(|id| self.manifest.outline(*id));
        outlines.map(|parent| Field::Text(parent.unique_id())).collect()
    }

    /// `depends_on` with macros and nodes.
    pub(super) fn depends_on(&self, node: &'a Node) -> Field<'a> {
        let macros = (&node.depends_on.calls.macros).into();
        object([("macros", macros), ("nodes", self.parents(node))]).into()
    }
}

/// A config's value, or `default` where it has none.
pub(super) fn config<'a>(node: &'a Node, key: &str, default: impl FnOnce() -> Field<'a>) -> Field<'a> {
    match node.config.get(key) {
        Some(value) if !value.is_null() => value.into(),
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
    let Some(attached) = attached else { return node.config.text("group") };
    // It is among the few that the test needs, but for one that is turned off.
    let mut needed = node.depends_on.nodes.iter().filter_map(|id| manifest.node(*id));
    let found = needed.find(|needed| needed.unique_id == *attached);
    found.or_else(|| manifest.by_id(attached.as_str()))?.config.text("group")
}

/// `docs` of a node that says nothing about it.
pub(super) fn default_docs<'a>() -> Field<'a> {
    object([("show", true.into()), ("node_color", Field::Null)]).into()
}

/// The columns of a node by name.
pub(super) fn columns(node: &Node) -> Field<'_> {
    let columns = node.docs.columns.iter();
    Field::Object(columns.map(|(name, column)| (name.as_str(), column_json(column).into())).collect())
}

fn column_json(column: &ColumnDocs) -> Object<'_> {
    let (meta, tags) = (Field::from(&column.meta), Field::from(&column.tags));
    let mut json = object([
        ("name", (&column.name).into()),
        ("description", (&column.description).into()),
        ("meta", (&column.meta).into()),
        ("data_type", column.data_type.as_ref().into()),
        ("constraints", constraints(&column.constraints).map(Field::from).collect()),
        ("quote", column.quote.into()),
        ("config", object([("meta", meta), ("tags", tags)]).into()),
        ("tags", (&column.tags).into()),
        ("granularity", column.extra.get("granularity").into()),
        ("doc_blocks", (&column.doc_blocks).into()),
    ]);
    // dbt: what is written as `doc_blocks` does not count.
    let extra = column.extra.iter().filter(|(key, _)| !matches!(key.as_str(), "granularity" | "doc_blocks"));
    extra.for_each(|(key, value)| json.insert(key, value.into()));
    json
}

/// Constraints with all of dbt's keys, in its order, whichever were written.
pub(super) fn constraints(written: &[Json]) -> impl Iterator<Item = Object<'_>> {
    written.iter().map(|constraint| {
        let mut json = object([
            ("type", Field::Null),
            ("name", Field::Null),
            ("expression", Field::Null),
            ("warn_unenforced", true.into()),
            ("warn_unsupported", true.into()),
            ("to", Field::Null),
            ("to_columns", Field::List(Vec::new())),
        ]);
        let written = Json::as_object(constraint).into_iter().flatten();
        written.for_each(|(key, value)| json.insert(key, value.into()));
        json
    })
}

/// `refs`: each call as an object.
pub(super) fn refs(calls: &[RefCall]) -> Field<'_> {
    calls.iter().map(|call| ref_call(call).into()).collect()
}

fn ref_call(call: &RefCall) -> Object<'_> {
    let given = call.version.as_deref();
    let version = given.map(|text| if call.version_is_text { text.into() } else { version(text) });
    object([
        ("name", (&call.name).into()),
        ("package", call.package.as_ref().into()),
        ("version", version.into()),
    ])
}

/// `metrics`: each call as a list of its arguments.
pub(super) fn metrics(calls: &[MetricCall]) -> Field<'_> {
    calls.iter().map(|call| names(call.package.as_ref(), &call.name)).collect()
}

/// `sources`: each call as a pair.
pub(super) fn sources(calls: &[SourceCall]) -> Field<'_> {
    calls.iter().map(|call| names(Some(&call.source), &call.table)).collect()
}

/// `functions`: each call as its names.
pub(super) fn functions(calls: &[FunctionCall]) -> Field<'_> {
    calls.iter().map(|call| names(call.package.as_ref(), &call.name)).collect()
}

fn names<'a>(first: Option<&'a String>, second: &'a String) -> Field<'a> {
    first.into_iter().chain([second]).map(Field::from).collect()
}

/// A version is written as a number where it is one.
fn version(text: &str) -> Field<'_> {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => Field::Made(whole.into()),
        (_, Ok(number)) => number.into(),
        _ => text.into(),
    }
}

/// `email` and `name` first, as dbt writes owners; then the rest.
pub(super) fn owner(owner: &Map<String, Json>) -> Field<'_> {
    let mut json = object([("email", Field::Null), ("name", Field::Null)]);
    owner.iter().for_each(|(key, value)| json.insert(key, value.into()));
    json.into()
}
