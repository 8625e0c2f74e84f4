//! What a job is about.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::runtime::Runtime;
use crate::manifest::{Body, MacroNode, Node, NodeId, NodeKind};
use crate::source::Span;
use crate::template::Text;

/// What a job is about.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// A node of the manifest.
    Node(NodeId),
    /// A node that is in no manifest.
    Apart(Arc<Node>),
    /// A macro that is called from the command line, by unique id.
    Operation(String),
    /// A query from the command line.
    Inline(Text),
}

impl Subject {
    pub(super) fn node<'a>(&'a self, runtime: &'a Runtime) -> Option<&'a Node> {
        match self {
            Self::Node(id) => runtime.node(*id),
            Self::Apart(node) => Some(node),
            Self::Operation(_) | Self::Inline(_) => None,
        }
    }

    pub(super) fn macro_node<'a>(&self, runtime: &'a Runtime) -> Option<&'a MacroNode> {
        match self {
            Self::Operation(id) => runtime.parts.manifest.macros.get(id),
            Self::Node(_) | Self::Apart(_) | Self::Inline(_) => None,
        }
    }

    /// The package whose macros are sought first.
    pub(super) fn package(&self, runtime: &Runtime) -> String {
        let own = self.node(runtime).map(|node| node.package.clone());
        let own = own.or_else(|| self.macro_node(runtime).map(|found| found.package.clone()));
        own.unwrap_or_else(|| runtime.parts.project.root_package().name.clone())
    }

    /// Its id in dbt's terms.
    pub(super) fn unique_id(&self, runtime: &Runtime) -> String {
        match self {
            Self::Node(_) | Self::Apart(_) => {
                self.node(runtime).map(|node| node.unique_id.to_string()).unwrap_or_default()
            }
            Self::Operation(id) => id.clone(),
            Self::Inline(_) => format!("sql_operation.{}.inline_query", self.package(runtime)),
        }
    }

    /// What people call it.
    pub(super) fn name(&self, runtime: &Runtime) -> String {
        match self {
            Self::Node(_) | Self::Apart(_) => {
                self.node(runtime).map(|node| node.name.clone()).unwrap_or_default()
            }
            Self::Operation(id) => id.clone(),
            Self::Inline(_) => "the query".to_owned(),
        }
    }

    /// Where it stands.
    pub(super) fn span(&self, runtime: &Runtime) -> Option<Span> {
        match self {
            Self::Node(_) | Self::Apart(_) => self.node(runtime).map(|node| node.origin.span),
            Self::Operation(_) => None,
            Self::Inline(text) => Some(text.span()),
        }
    }

    /// The template that compiling renders.
    pub(super) fn text(&self, runtime: &Runtime) -> Option<Text> {
        match self {
            Self::Node(_) => self.node(runtime).and_then(|node| node.kind.body()).map(text_of),
            Self::Apart(_) | Self::Operation(_) => None,
            Self::Inline(text) => Some(text.clone()),
        }
    }

    /// `model` for what is no node.
    pub(super) fn json(&self, runtime: &Runtime) -> Json {
        match self.macro_node(runtime) {
            Some(found) => json!({
                "name": found.name,
                "resource_type": "macro",
                "package_name": found.package,
                "path": found.original_file_path,
                "original_file_path": found.original_file_path,
                "unique_id": found.unique_id,
                "macro_sql": found.sql,
                "depends_on": {"macros": found.depends_on},
                "description": found.description,
                "meta": found.meta,
            }),
            None => json!({
                "name": "inline_query",
                "resource_type": "sql_operation",
                "package_name": self.package(runtime),
                "unique_id": self.unique_id(runtime),
                "config": {"materialized": "view"},
            }),
        }
    }

    /// Whether a name may be built here: there is a `this`.
    pub(super) fn has_relation(node: &Node) -> bool {
        !matches!(node.kind, NodeKind::Hook(_) | NodeKind::Exposure(_) | NodeKind::Semantic(_))
    }
}

/// A node's template with its address.
pub(super) fn text_of(body: &Body) -> Text {
    Text { text: Arc::clone(&body.text), file: body.file, offset: body.offset }
}
