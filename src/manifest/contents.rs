//! What a manifest holds besides its nodes.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::node::{Node, NodeId};
use super::nodes::{Nodes, Outline};

/// Everything that a project and its packages define. Immutable.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    /// All enabled nodes; a [`NodeId`] is a place in here. In dbt's order: the
    /// order of `graph.nodes` in templates.
    pub nodes: Nodes,
    /// Tests that read what does not exist or is turned off: they are turned off,
    /// but artifacts list them among the nodes. What they could find is in
    /// `depends_on.nodes`.
    pub broken_tests: Vec<Node>,
    /// Nodes that configuration turned off. Their `depends_on.nodes` is empty.
    pub disabled: Vec<Node>,
    /// Macros, by unique id.
    pub macros: IndexMap<String, MacroNode>,
    /// Docs blocks, by unique id.
    pub doc_blocks: IndexMap<String, DocBlock>,
    /// Groups, by unique id.
    pub groups: IndexMap<String, Group>,
    /// When files were read as a whole for it, in microseconds since 1970. What was edited
    /// since does not count, as long as most of it is recalled.
    pub made_at: i64,
}

impl Manifest {
    /// The node at a place that this manifest gave out.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The node with this unique id.
    #[must_use]
    pub fn by_id(&self, unique_id: &str) -> Option<&Node> {
        self.node(self.nodes.place_of(unique_id)?)
    }

    /// What graphs and selections look at of the node at a place.
    #[must_use]
    pub fn outline(&self, id: NodeId) -> Option<Outline<'_>> {
        self.nodes.outline(id.0 as usize)
    }

    /// Every node with its place. To look at some of each, see [`Nodes::outlines`].
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(self.nodes.iter())
    }
}

/// A macro as artifacts and templates see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MacroNode {
    /// `macro.shop.cents`.
    pub unique_id: String,
    /// Name; tests and materializations carry dbt's prefix.
    pub name: String,
    /// The package.
    pub package: String,
    /// Path from the package root.
    pub original_file_path: String,
    /// The whole block, tags included.
    pub sql: String,
    /// Macros that it calls, as unique ids.
    pub depends_on: Vec<String>,
    /// From its property file.
    pub description: String,
    /// From its property file.
    pub meta: Map<String, Json>,
    /// How documentation shows it: `show` and `node_color`.
    pub docs: Json,
    /// From its property file or its signature.
    pub arguments: Vec<MacroArgument>,
    /// `pkg://path` of the property file.
    pub patch_path: Option<String>,
    /// Languages that a materialization supports.
    pub supported_languages: Option<Vec<String>>,
}

/// An argument of a macro as described.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MacroArgument {
    /// Its name.
    pub name: String,
    /// Its type, in words.
    pub data_type: Option<String>,
    /// What it is for.
    pub description: String,
}

/// A `{% docs %}` block.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocBlock {
    /// `doc.shop.order_status`.
    pub unique_id: String,
    /// Its name.
    pub name: String,
    /// The package.
    pub package: String,
    /// Path from the resource folder.
    pub path: String,
    /// Path from the package root.
    pub original_file_path: String,
    /// The text between the tags, stripped.
    pub contents: String,
}

/// A group of nodes and who answers for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// `group.shop.finance`.
    pub unique_id: String,
    /// Its name.
    pub name: String,
    /// The package.
    pub package: String,
    /// Path of the property file from the resource folder.
    pub path: String,
    /// Path of the property file from the package root.
    pub original_file_path: String,
    /// `name`, `email` and more.
    pub owner: Map<String, Json>,
    /// What people wrote about it.
    pub description: Option<String>,
    /// `meta` and more.
    pub config: Map<String, Json>,
}
