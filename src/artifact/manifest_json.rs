//! `manifest.json`, version 12.

use std::collections::HashMap;

use md5::{Digest as _, Md5};
use serde_json::{Map, Value as Json, json};

use super::edges_json::{Direction, edges_text};
use super::json_text::write_text;
use super::metadata::Metadata;
use super::node_json::{node_json, node_object};
use super::object::{Object, object};
use super::wire::{Cte, Wire, group, owner};
use crate::manifest::{Group, MacroNode, Manifest, Node, NodeId, ResourceType};

/// What `manifest.json` says beyond the manifest itself.
#[derive(Debug, Clone, Default)]
pub struct ManifestDetails {
    /// Who writes it, and when.
    pub metadata: Metadata,
    /// The root project.
    pub project_name: String,
    /// Which kind of warehouse: `adapter.type()`.
    pub adapter_type: Option<String>,
    /// `quoting` of the project: `database`, `schema`, `identifier`, `column`.
    pub quoting: Map<String, Json>,
    /// When the run began: `2026-11-21T00:57:21.369222+00:00`.
    pub run_started_at: Option<String>,
    /// `selectors.yml` as its definitions read when written out, by name.
    pub selectors: Map<String, Json>,
    /// What the nodes compiled so far became.
    pub compiled: HashMap<NodeId, Compiled>,
}

/// What compiling a node gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    /// The statement.
    pub code: String,
    /// Where it was written: `target/compiled/shop/models/orders.sql`.
    pub compiled_path: Option<String>,
    /// Where the statement that ran was written: `target/run/shop/models/orders.sql`.
    pub build_path: Option<String>,
    /// The ephemeral models inside it.
    pub ctes: Vec<Cte>,
    /// The relations that its foreign keys point at, by what is written: `ref('a')`.
    pub foreign_keys: Vec<(String, String)>,
    /// The relation that was made, where only the command says that there is one.
    pub relation_name: Option<String>,
    /// Where a hook stood among all hooks of its moment, if it ran. dbt counts them
    /// anew, from 1, over all packages.
    pub index: Option<usize>,
    /// Nothing was compiled: what ran is not the node's own text.
    pub is_only_built: bool,
}

/// The whole of `manifest.json`, made while it is written: a large project as
/// one tree of JSON would take many times the memory of the file. Nodes stand
/// in the manifest's order.
#[derive(Debug, Clone, Copy)]
pub struct ManifestJson<'a> {
    /// The nodes.
    pub wire: Wire<'a>,
    /// What else is said.
    pub details: &'a ManifestDetails,
}

/// A part of the file. All of them, one after the other, are the file.
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    /// What stands between two others.
    Mark(&'static str),
    /// `metadata`.
    Metadata,
    /// A node behind its unique id, with a comma before it or not.
    Node { comma: bool, node: Subject<'a> },
    /// `macros`.
    Macros,
    /// What no single node says.
    Value(fn(&ManifestJson<'_>) -> Json),
    /// `parent_map` or `child_map`.
    Edges(Direction),
}

/// A node of the file.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    /// One of the graph.
    Enabled(NodeId),
    /// A test that reads what is not there.
    Broken(&'a Node),
}

impl<'a> ManifestJson<'a> {
    /// The parts of the file in order. Which there are follows from the nodes that there
    /// are, and from nothing else.
    pub(super) fn pieces(&self) -> Vec<Piece<'a>> {
        let mut pieces = vec![Piece::Mark("{\"metadata\":"), Piece::Metadata];
        self.section(&mut pieces, ",\"nodes\":{", &PLAIN);
        self.section(&mut pieces, ",\"sources\":{", &[ResourceType::Source]);
        pieces.extend([Piece::Mark(",\"macros\":"), Piece::Macros]);
        pieces.extend([Piece::Mark(",\"docs\":"), Piece::Value(|it| docs(it.wire.manifest))]);
        self.section(&mut pieces, ",\"exposures\":{", &[ResourceType::Exposure]);
        self.section(&mut pieces, ",\"metrics\":{", &[ResourceType::Metric]);
        pieces.extend([Piece::Mark(",\"groups\":"), Piece::Value(|it| groups_json(it.wire.manifest))]);
        pieces
            .extend([Piece::Mark(",\"selectors\":"), Piece::Value(|it| it.details.selectors.clone().into())]);
        pieces.extend([Piece::Mark(",\"disabled\":"), Piece::Value(|it| disabled(&it.wire))]);
        pieces.extend([Piece::Mark(",\"parent_map\":"), Piece::Edges(Direction::ToParents)]);
        pieces.extend([Piece::Mark(",\"child_map\":"), Piece::Edges(Direction::ToChildren)]);
        pieces.extend([Piece::Mark(",\"group_map\":"), Piece::Value(|it| group_map(it.wire.manifest))]);
        self.section(&mut pieces, ",\"saved_queries\":{", &[ResourceType::SavedQuery]);
        self.section(&mut pieces, ",\"semantic_models\":{", &[ResourceType::SemanticModel]);
        self.section(&mut pieces, ",\"unit_tests\":{", &[ResourceType::UnitTest]);
        self.section(&mut pieces, ",\"functions\":{", &[ResourceType::Function]);
        pieces.push(Piece::Mark("}"));
        pieces
    }

    /// The nodes of some types by unique id.
    fn section(&self, pieces: &mut Vec<Piece<'a>>, opening: &'static str, types: &[ResourceType]) {
        pieces.push(Piece::Mark(opening));
        let manifest = self.wire.manifest;
        let mut ids: Vec<NodeId> =
            types.iter().flat_map(|of| manifest.nodes.places_of_type(*of)).copied().collect();
        ids.sort();
        let broken = manifest.broken_tests.iter().filter(|node| types.contains(&node.kind.resource_type()));
        let members = ids.into_iter().map(Subject::Enabled).chain(broken.map(Subject::Broken));
        pieces.extend(members.enumerate().map(|(place, node)| Piece::Node { comma: place > 0, node }));
        pieces.push(Piece::Mark("}"));
    }

    /// What this part of the file says.
    pub(super) fn text(&self, piece: &Piece<'_>) -> serde_json::Result<Vec<u8>> {
        let mut text = Vec::new();
        match piece {
            Piece::Mark(mark) => text.extend_from_slice(mark.as_bytes()),
            Piece::Metadata => serde_json::to_writer(&mut text, &metadata(self.details))?,
            Piece::Node { comma, node } => self.write_node(&mut text, *comma, *node),
            Piece::Macros => macros(&self.wire).write(&mut text),
            Piece::Value(value) => serde_json::to_writer(&mut text, &value(self))?,
            Piece::Edges(direction) => text = edges_text(self.wire.manifest, *direction),
        }
        Ok(text)
    }

    fn write_node(&self, text: &mut Vec<u8>, comma: bool, subject: Subject<'_>) {
        /// Most nodes need no more than that.
        const USUAL: usize = 4096;
        text.reserve(USUAL);
        if comma {
            text.push(b',');
        }
        let (id, node) = match subject {
            Subject::Enabled(id) => (Some(id), self.wire.manifest.node(id)),
            Subject::Broken(node) => (None, Some(node)),
        };
        let Some(node) = node else { return };
        write_text(text, node.unique_id.as_str());
        text.push(b':');
        let compiled = id.and_then(|id| self.details.compiled.get(&id));
        node_object(&self.wire, node, compiled).write(text);
    }
}

/// The types whose nodes stand under `nodes`.
const PLAIN: [ResourceType; 6] = [
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Analysis,
    ResourceType::Test,
    ResourceType::Operation,
];

fn is_plain(of: ResourceType) -> bool {
    PLAIN.contains(&of)
}

fn is_semantic(of: ResourceType) -> bool {
    matches!(of, ResourceType::Metric | ResourceType::SemanticModel | ResourceType::SavedQuery)
}

fn metadata(details: &ManifestDetails) -> Json {
    let common = details.metadata.clone().of("manifest", 12);
    let quoting = |part: &str| details.quoting.get(part).cloned().unwrap_or(Json::Null);
    json!({
        "dbt_schema_version": common.dbt_schema_version,
        "dbt_version": common.dbt_version,
        "generated_at": common.generated_at,
        "invocation_id": common.invocation_id,
        "invocation_started_at": common.invocation_started_at,
        "env": common.env,
        "project_name": details.project_name,
        "project_id": md5_hex(&details.project_name),
        "user_id": null,
        "send_anonymous_usage_stats": false,
        "adapter_type": details.adapter_type,
        "quoting": {
            "database": quoting("database"),
            "schema": quoting("schema"),
            "identifier": quoting("identifier"),
            "column": quoting("column"),
        },
        "run_started_at": details.run_started_at,
    })
}

fn md5_hex(text: &str) -> String {
    let number = Md5::digest(text).iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    format!("{number:032x}")
}

fn macros<'a>(wire: &Wire<'a>) -> Object<'a> {
    let macros = wire.manifest.macros.iter();
    macros.map(|(id, it)| (id.as_str(), macro_object(it, wire.created_at).into())).collect()
}

fn macro_object(it: &MacroNode, created_at: f64) -> Object<'_> {
    let arguments = it.arguments.iter().map(|argument| {
        let fields = object([
            ("name", (&argument.name).into()),
            ("type", argument.data_type.as_ref().into()),
            ("description", (&argument.description).into()),
        ]);
        fields.into()
    });
    object([
        ("name", (&it.name).into()),
        ("resource_type", "macro".into()),
        ("package_name", (&it.package).into()),
        ("path", (&it.original_file_path).into()),
        ("original_file_path", (&it.original_file_path).into()),
        ("unique_id", (&it.unique_id).into()),
        ("macro_sql", (&it.sql).into()),
        ("depends_on", object([("macros", (&it.depends_on).into())]).into()),
        ("description", (&it.description).into()),
        ("meta", (&it.meta).into()),
        ("docs", (&it.docs).into()),
        ("config", object([("meta", (&it.meta).into()), ("docs", (&it.docs).into())]).into()),
        ("patch_path", it.patch_path.as_ref().into()),
        ("arguments", arguments.collect()),
        ("created_at", created_at.into()),
        ("supported_languages", it.supported_languages.as_ref().into()),
    ])
}

fn docs(manifest: &Manifest) -> Json {
    let blocks = manifest.doc_blocks.iter().map(|(id, block)| {
        let json = json!({
            "name": block.name,
            "resource_type": "doc",
            "package_name": block.package,
            "path": block.path,
            "original_file_path": block.original_file_path,
            "unique_id": block.unique_id,
            "block_contents": block.contents,
        });
        (id.clone(), json)
    });
    Json::Object(blocks.collect())
}

/// `groups`, by unique id.
pub(super) fn groups_json(manifest: &Manifest) -> Json {
    let one = |group: &Group| {
        json!({
            "name": group.name,
            "resource_type": "group",
            "package_name": group.package,
            "path": group.path,
            "original_file_path": group.original_file_path,
            "unique_id": group.unique_id,
            "owner": Json::from(owner(&group.owner)),
            "description": group.description,
            "config": group.config,
        })
    };
    Json::Object(manifest.groups.iter().map(|(id, group)| (id.clone(), one(group))).collect())
}

fn disabled(wire: &Wire<'_>) -> Json {
    let mut disabled = Map::new();
    for node in &wire.manifest.disabled {
        let same_id = disabled.entry(node.unique_id.to_string()).or_insert_with(|| json!([]));
        if let Some(list) = same_id.as_array_mut() {
            list.push(node_json(wire, node));
        }
    }
    disabled.into()
}

/// `group_map`: a group's name to the unique ids of its members.
fn group_map(manifest: &Manifest) -> Json {
    let mut map: Map<String, Json> =
        manifest.groups.values().map(|group| (group.name.clone(), json!([]))).collect();
    if manifest.groups.is_empty() {
        return map.into();
    }
    let can_be_member = |of: ResourceType| is_plain(of) || is_semantic(of);
    for node in manifest.nodes.iter().filter(|node| can_be_member(node.kind.resource_type())) {
        let members = group(manifest, node).and_then(|group| map.get_mut(group)?.as_array_mut());
        if let Some(members) = members {
            members.push(node.unique_id.as_str().into());
        }
    }
    for members in map.values_mut().filter_map(Json::as_array_mut) {
        members.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    map.into()
}
