//! Nodes for tests.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::manifest::{Body, Config, DependsOn, Lazy, Model, Node, NodeKind, Origin, UniqueId};
use crate::source::{SourceMap, Span};
use crate::sql::Relation;

fn span() -> Span {
    SourceMap::new().add("models/a.sql", "select 1").span()
}

/// A query.
pub(crate) fn body() -> Lazy<Body> {
    Body { text: Arc::from("select 1"), file: span().file, offset: 0, checksum: String::new() }.into()
}

/// The node `a` of the package `shop`, stored as `db.main.a`.
pub(crate) fn node(kind: NodeKind, config: &Json) -> Node {
    let values = config.as_object().cloned().unwrap_or_default();
    Node {
        unique_id: UniqueId(format!("{}.shop.a", kind.resource_type()).into()),
        name: "a".to_owned(),
        tags: Vec::new(),
        package: "shop".to_owned(),
        fqn: vec!["shop".to_owned(), "a".to_owned()],
        origin: Origin {
            span: span(),
            original_file_path: "models/a.sql".to_owned(),
            path: "a.sql".to_owned(),
            patch_path: None,
            patch_span: None,
        },
        config: Config { values: Arc::new(values.into()), ..Config::default() },
        docs: Lazy::default(),
        relation: Some(Relation::new(Some("db"), "main", "a")),
        depends_on: DependsOn::default(),
        kind,
    }
}

/// The model `a` with this configuration.
pub(crate) fn model(config: &Json) -> Node {
    node(NodeKind::Model(Box::new(Model::of(body()))), config)
}
