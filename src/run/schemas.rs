//! The schemas that nodes are stored in.

use std::collections::BTreeMap;

use super::steps::{Action, Step};
use crate::compile::{Failure, Job, Runtime};
use crate::diagnostics::Diagnostic;
use crate::manifest::{NodeId, NodeKind};
use crate::materialize::{self, Flags};
use crate::sql::{Policy, Relation};

/// The schemas of what will be stored, as relations without a name, each once.
pub(super) fn wanted(runtime: &Runtime, steps: &[Step], flags: Flags) -> Vec<Relation> {
    let mut schemas: BTreeMap<(String, String), Relation> = BTreeMap::new();
    let is_stored = |id: NodeId| {
        runtime.node(id).is_some_and(|node| match node.kind {
            NodeKind::Test(_) => materialize::stores_failures(&node.config, flags),
            _ => true,
        })
    };
    for step in steps {
        let builds = match step.action {
            Action::Materialize | Action::Clone => true,
            Action::Judge => is_stored(step.node),
            Action::Compile | Action::Preview | Action::Measure | Action::Nothing => false,
        };
        let node =
            runtime.node(step.node).filter(|node| builds && !matches!(node.kind, NodeKind::UnitTest(_)));
        let Some(relation) = node.and_then(|node| node.relation.as_ref()) else { continue };
        if relation.schema.is_some() {
            let (database, schema, _) = relation.key();
            let include = Policy { identifier: false, ..relation.include };
            let place = Relation { identifier: None, kind: None, include, ..relation.clone() };
            schemas.entry((database, schema)).or_insert(place);
        }
    }
    schemas.into_values().collect()
}

/// dbt: nothing begins where a model, seed or snapshot stands in a database that sessions do
/// not reach.
pub(super) fn check_databases(runtime: &Runtime, steps: &[Step]) -> Result<(), Failure> {
    for step in steps {
        let Some(node) = runtime.node(step.node) else { continue };
        let is_stored = match node.kind {
            NodeKind::Model(_) => node.config.materialized() != "ephemeral",
            NodeKind::Seed(_) | NodeKind::Snapshot(_) => true,
            _ => false,
        };
        let relation = node.relation.as_ref().filter(|_| is_stored);
        let Some(database) = relation.and_then(|relation| relation.database.as_deref()) else { continue };
        runtime.adapter().check_database(database).map_err(|error| {
            let message = format!("`{}` cannot be stored: {}", node.name, error.message);
            node.pointed(Diagnostic::error("unseen-database", message))
        })?;
    }
    Ok(())
}

/// Creates those that do not exist yet, and returns them. Names are compared
/// without regard to case, as dbt does.
pub(super) fn create(job: &Job, wanted: Vec<Relation>) -> Result<Vec<Relation>, Failure> {
    let mut known: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    let mut created = Vec::new();
    for schema in wanted {
        if !known.contains_key(&schema.database) {
            known.insert(schema.database.clone(), job.schemas(schema.database.as_deref())?);
        }
        let name = schema.schema.clone().unwrap_or_default();
        let is_same = |other: &String| other.to_lowercase() == name.to_lowercase();
        if known.get(&schema.database).is_some_and(|names| names.iter().any(is_same)) {
            continue;
        }
        job.call("create_schema", &[job.value(&schema)], &[])?;
        job.commit()?;
        created.push(schema);
    }
    Ok(created)
}
