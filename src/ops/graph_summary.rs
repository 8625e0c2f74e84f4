//! `graph_summary.json`: which node comes before which, for those who look at a
//! project's shape.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Workspace;
use crate::graph::Graph;
use crate::manifest::{Manifest, NodeId};

/// The whole file.
#[derive(Serialize)]
pub(super) struct GraphSummary<'a> {
    #[serde(rename = "_invocation_id")]
    invocation_id: &'a str,
    linked: Linked<'a>,
    /// With the order that `build` keeps added.
    #[serde(skip_serializing_if = "Option::is_none")]
    with_test_edges: Option<Linked<'a>>,
}

impl<'a> GraphSummary<'a> {
    /// What is told of a workspace; `for_build` is the graph that `build` follows.
    pub(super) fn of(workspace: &'a Workspace, for_build: Option<&'a Graph>) -> Self {
        let manifest = workspace.manifest.as_ref();
        let linked = |graph| Linked { manifest, graph };
        Self {
            invocation_id: &workspace.project.invocation.id,
            linked: linked(workspace.graph()),
            with_test_edges: for_build.map(linked),
        }
    }
}

/// The nodes by number, each with the numbers of those that need it.
struct Linked<'a> {
    manifest: &'a Manifest,
    graph: &'a Graph,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    succ: Vec<u32>,
}

impl Serialize for Linked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, outline) in self.manifest.nodes.outlines() {
            let mut succ: Vec<u32> = self.graph.children(id).map(|NodeId(child)| child).collect();
            succ.sort_unstable();
            let entry = Entry { name: outline.unique_id(), kind: outline.resource_type().as_str(), succ };
            map.serialize_entry(&id.0, &entry)?;
        }
        map.end()
    }
}
