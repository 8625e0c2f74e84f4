//! `list`: the selected nodes as lines.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::Workspace;
use crate::artifact::{Wire, node_json};
use crate::manifest::{Node, NodeId, NodeKind, Outline, ResourceType, Sort};
use crate::template;

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a selector that would choose it.
    Selector,
    /// Its name.
    Name,
    /// Its file.
    Path,
    /// An object with chosen keys.
    Json,
}

/// The keys of [`Form::Json`] unless others are asked for. dbt's.
const KEYS: &[&str] = &[
    "alias",
    "name",
    "package_name",
    "depends_on",
    "tags",
    "config",
    "resource_type",
    "source_name",
    "original_file_path",
    "unique_id",
];

/// These nodes as lines, by unique id.
#[must_use]
pub fn lines(workspace: &Workspace, nodes: &[NodeId], form: Form, keys: &[String]) -> Vec<String> {
    let manifest = workspace.manifest.as_ref();
    let chosen: HashSet<NodeId> = nodes.iter().copied().collect();
    let ids = manifest.nodes.by_unique_id().iter().filter(|id| chosen.contains(id));
    let wire = Wire::of(manifest, workspace.adapter().dialect());
    let line = |id: &NodeId| {
        let outline = manifest.outline(*id)?;
        let node = || manifest.node(*id);
        match form {
            Form::Selector => selector(&outline, node),
            Form::Name => name(&outline, node),
            Form::Path => Some(outline.original_file_path().to_owned()),
            Form::Json => Some(template::python_json(&object(&node_json(&wire, node()?), keys))),
        }
    };
    ids.filter_map(line).collect()
}

/// What the node is searched for by: a table by its source, too.
fn name<'a>(outline: &Outline<'_>, node: impl Fn() -> Option<&'a Node>) -> Option<String> {
    let is_plain = match outline.resource_type() {
        ResourceType::UnitTest | ResourceType::Source => false,
        _ => !outline.is(Sort::Versioned),
    };
    if is_plain {
        return Some(outline.name().to_owned());
    }
    match &node()?.kind {
        NodeKind::Source(source) => Some(format!("{}.{}", source.source_name, outline.name())),
        _ => Some(node()?.search_name()),
    }
}

/// The selector that chooses this node alone. dbt: a prefix for what is no
/// node of the graph proper, else the dotted FQN.
fn selector<'a>(outline: &Outline<'_>, node: impl Fn() -> Option<&'a Node>) -> Option<String> {
    let (package, name, resource_type) = (outline.package(), outline.name(), outline.resource_type());
    Some(match resource_type {
        ResourceType::Source => match &node()?.kind {
            NodeKind::Source(source) => format!("source:{package}.{}.{name}", source.source_name),
            _ => return None,
        },
        ResourceType::Exposure
        | ResourceType::Metric
        | ResourceType::SemanticModel
        | ResourceType::SavedQuery => format!("{resource_type}:{package}.{name}"),
        ResourceType::UnitTest => format!("unit_test:{package}.{}", node()?.search_name()),
        _ => outline.fqn().join("."),
    })
}

/// The chosen keys of a node, as far as it has them: dbt's in the node's order,
/// those that were asked for in theirs. `config.meta` is a key of a key.
fn object(node: &Json, keys: &[String]) -> Json {
    let Some(fields) = node.as_object() else { return Json::Null };
    let found: Map<String, Json> = if keys.is_empty() {
        let usual = fields.iter().filter(|(key, _)| KEYS.contains(&key.as_str()));
        usual.map(|(key, value)| (key.clone(), value.clone())).collect()
    } else {
        let inner = |key: &String| Some((key.clone(), value_at(node, key)?.clone()));
        keys.iter().filter_map(inner).collect()
    };
    Json::Object(found)
}

fn value_at<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(json, |json, key| json.get(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::object;

    #[test]
    fn keys_stand_in_the_order_in_which_they_are_asked_for() {
        let node = json!({"name": "a", "raw_code": "select 1", "config": {"meta": {"k": 1}}});
        let check = |keys: &[&str], expected: &str| {
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            assert_eq!(object(&node, &keys).to_string(), expected, "{keys:?}");
        };
        check(&[], r#"{"name":"a","config":{"meta":{"k":1}}}"#);
        check(&["config.meta", "gone", "name"], r#"{"config.meta":{"k":1},"name":"a"}"#);
        check(&["config.meta.k"], r#"{"config.meta.k":1}"#);
    }
}
