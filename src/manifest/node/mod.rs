//! Resolved nodes: every name resolved, every config final. Immutable from here on.

mod calls;
mod kind;
mod resource_type;
mod source;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::config::Config;
use super::lazy::Lazy;
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use crate::sql::Relation;

pub use calls::{Calls, FunctionCall, MetricCall, RefCall, SourceCall};
pub use kind::{
    Checksum, DataTest, Exposure, Function, GenericTest, HookMoment, Model, NodeKind, RunHook, Seed,
    Semantic, SemanticKind,
};
pub use resource_type::ResourceType;
pub use source::{Age, Freshness, Period, Source};

/// Where a node stands in [`super::Manifest::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// dbt's `unique_id`, such as `model.shop.dim_date`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UniqueId(pub Arc<str>);

impl UniqueId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Anything in the graph: models, seeds, snapshots, tests, sources, exposures,
/// unit tests, analyses, functions and the run's own hooks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Node {
    /// Its identity.
    pub unique_id: UniqueId,
    /// The name that `ref` and selectors use; a source's is its table name.
    pub name: String,
    /// The package that it belongs to.
    pub package: String,
    /// Package, folders, name: what folder configs and the `fqn:` selector match.
    pub fqn: Vec<String>,
    /// The files behind it.
    pub origin: Origin,
    /// Its configuration, merged from every place that may set it.
    #[serde(skip)]
    pub config: Config,
    /// Its tags as selectors see them: those of its configuration, and for
    /// tests those of the columns and tables that they stand below.
    pub tags: Vec<String>,
    /// What people wrote about it.
    pub docs: Lazy<Docs>,
    /// Its name in the warehouse. As in dbt, every node that is written as a
    /// template has one, though analyses, hooks and most tests store nothing; an
    /// ephemeral model's alias names its CTE. Exposures and unit tests have none.
    pub relation: Option<Relation>,
    /// What it needs.
    pub depends_on: DependsOn,
    /// What kind of node it is, and what only that kind has.
    pub kind: NodeKind,
}

impl Node {
    /// The finding, pointing at the node: at its file where that is all of it. A seed's is no text
    /// that is read with the project.
    #[must_use]
    pub fn pointed(&self, finding: Diagnostic) -> Diagnostic {
        if self.kind.is_whole_file() || matches!(self.kind, NodeKind::Seed(_)) {
            return finding.in_file(self.origin.original_file_path.as_str());
        }
        finding.at(self.origin.span, "")
    }

    /// Whether it is a model in Python, whose code runs outside the warehouse.
    #[must_use]
    pub fn is_python_model(&self) -> bool {
        self.origin.is_python() && matches!(self.kind, NodeKind::Model(_))
    }
}

/// The files behind a node.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Origin {
    /// The whole of what defines it: file, block, or YAML entry.
    pub span: Span,
    /// Path from the package root, with forward slashes: `models/staging/stg_orders.sql`.
    pub original_file_path: String,
    /// Path from the resource folder: `staging/stg_orders.sql`.
    pub path: String,
    /// The property file that describes it: `shop://models/schema.yml`.
    pub patch_path: Option<String>,
    /// Where that property file names it.
    pub patch_span: Option<Span>,
}

impl Origin {
    /// Whether the file holds code in Python.
    #[must_use]
    pub fn is_python(&self) -> bool {
        Path::new(&self.original_file_path).extension().is_some_and(|extension| extension == "py")
    }

    /// dbt's word for the language that the file is in.
    #[must_use]
    pub fn language(&self) -> &'static str {
        if self.is_python() { "python" } else { "sql" }
    }
}

/// What people wrote about a node.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Docs {
    /// The description, rendered.
    pub description: String,
    /// Its columns as described, by name, in order.
    pub columns: IndexMap<String, ColumnDocs>,
    /// unique ids of docs blocks that the description uses.
    pub doc_blocks: Vec<String>,
}

/// What people wrote about a column.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ColumnDocs {
    /// The name as written.
    pub name: String,
    /// The description, rendered.
    pub description: String,
    /// The declared type.
    pub data_type: Option<String>,
    /// Whether the name is to be quoted.
    pub quote: Option<bool>,
    /// Free data.
    pub meta: Map<String, Json>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its constraints, each with all of dbt's keys (`type`, `name`, `expression`, …).
    pub constraints: Vec<Json>,
    /// unique ids of docs blocks that the description uses.
    pub doc_blocks: Vec<String>,
    /// Keys of its YAML that have no field here.
    pub extra: Map<String, Json>,
}

/// What a node needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DependsOn {
    /// Nodes, each once, in the order of first mention.
    pub nodes: Vec<NodeId>,
    /// What it calls.
    pub calls: Lazy<Calls>,
}

/// A template that a node was written as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Body {
    /// The template's text: a whole file, or what stands inside a block.
    pub text: Arc<str>,
    /// The file that holds it.
    pub file: FileId,
    /// Where `text` starts in that file.
    pub offset: usize,
    /// SHA-256 of the stripped text, in hex.
    pub checksum: String,
}
