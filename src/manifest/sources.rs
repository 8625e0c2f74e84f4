//! Source tables: nodes that stand in property files.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::describe::Describer;
use super::layers::{Trees, patch_layer};
use super::parse::Surroundings;
use super::properties::{SourceProperties, TableProperties, freshness_from_config};
use super::property_files::PropertyFile;
use super::resolve::Draft;
use super::{DependsOn, Docs, Node, NodeKind, Origin, ResourceType, Source, UniqueId, configure};
use crate::diagnostics::Diagnostic;
use crate::sql::{Part, Policy, Relation};

/// Makes source tables into nodes.
pub(super) struct Sources<'a> {
    pub(super) trees: &'a Trees<'a>,
    pub(super) surroundings: &'a Surroundings,
    pub(super) describer: &'a Describer<'a>,
}

impl Sources<'_> {
    /// The tables of all sources of a property file, those that are turned off included.
    pub(super) fn drafts(&self, file: &PropertyFile) -> (Vec<Draft>, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let mut drafts = Vec::new();
        for source in &file.properties.sources {
            for table in &source.tables {
                let node = self.node(file, source, table, &mut findings);
                drafts.push(Draft { node, sites: Vec::new() });
            }
        }
        (drafts, findings)
    }

    fn node(
        &self,
        file: &PropertyFile,
        source: &SourceProperties,
        table: &TableProperties,
        findings: &mut Vec<Diagnostic>,
    ) -> Node {
        let (source_name, name) = (&source.name.value, &table.name.value);
        let mut fqn = file.folders();
        fqn.extend([source_name.clone(), name.clone()]);
        let patch = patch_layer(&table.config);
        let layers = self.trees.layers(&file.package, ResourceType::Source, &fqn, patch);
        let mut merged = configure::merge(ResourceType::Source, layers.in_order());
        let title = format!("{source_name}.{name}");
        findings.extend(configure::check(ResourceType::Source, &title, &mut merged, table.name.span));
        let config = merged.config;
        let describer = self.describer.of_enabled(config.enabled());
        let (description, doc_blocks) =
            describer.or_report(table.description.as_ref(), &file.package, findings);
        let (source_description, _) =
            describer.or_report(source.description.as_ref(), &file.package, findings);
        let text = |key: &str| config.text(key).map(str::to_owned);
        let kind = NodeKind::Source(Box::new(Source {
            source_name: source_name.clone(),
            source_description,
            source_meta: source.meta.clone(),
            loader: source.loader.clone(),
            identifier: table.identifier.clone().unwrap_or_else(|| name.clone()),
            loaded_at_field: text("loaded_at_field"),
            loaded_at_query: text("loaded_at_query"),
            freshness: config.get("freshness").and_then(freshness_from_config),
            quoting: table.quoting.clone(),
            shown_quoting: quoting(self.surroundings.quoting, &table.quoting),
            unrendered_database: source.place.unrendered_database.clone(),
            unrendered_schema: source.place.unrendered_schema.clone(),
            external: table.external.clone(),
            location: Ok(None),
        }));
        let mut node = Node {
            unique_id: UniqueId(format!("source.{}.{source_name}.{name}", file.package).into()),
            name: name.clone(),
            package: file.package.clone(),
            fqn,
            origin: Origin {
                span: table.span,
                original_file_path: file.path.clone(),
                path: file.path.clone(),
                patch_path: None,
                patch_span: Some(table.name.span),
            },
            tags: config.tags(),
            config,
            docs: Docs {
                description,
                columns: describer.columns(&table.columns, &file.package, findings),
                doc_blocks,
            }
            .into(),
            relation: Some(self.relation(source, table)),
            depends_on: DependsOn::default(),
            kind,
        };
        self.locate(&mut node);
        node
    }

    fn locate(&self, node: &mut Node) {
        let NodeKind::Source(source) = &node.kind else { return };
        let found = self.surroundings.adapter.source_location(&location_properties(node, source));
        if let NodeKind::Source(source) = &mut node.kind {
            source.location = found.map_err(|error| error.to_string());
        }
    }

    /// dbt: a project's `quoting` reaches what artifacts show of a source, not where it is read.
    fn relation(&self, source: &SourceProperties, table: &TableProperties) -> Relation {
        Relation {
            database: source.place.database.clone().or_else(|| self.surroundings.database.clone()),
            schema: Some(source.place.schema.clone().unwrap_or_else(|| source.name.value.clone())),
            identifier: Some(table.identifier.clone().unwrap_or_else(|| table.name.value.clone())),
            kind: None,
            quote: quoting(self.surroundings.dialect.default_quoting, &table.quoting),
            include: Policy::ALL,
        }
    }
}

/// What a place of data may be described by: the source's own names, then its
/// `meta`, then its `config`.
fn location_properties(node: &Node, source: &Source) -> Map<String, Json> {
    let part = |part: Option<&String>| part.cloned().map_or(Json::Null, Json::from);
    let relation = node.relation.as_ref();
    let mut properties: Map<String, Json> = [
        ("name", Json::from(node.name.as_str())),
        ("identifier", Json::from(source.identifier.as_str())),
        ("schema", part(relation.and_then(|relation| relation.schema.as_ref()))),
        ("database", part(relation.and_then(|relation| relation.database.as_ref()))),
        ("tags", Json::from(node.tags.clone())),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let meta = node.config.get("meta").and_then(Json::as_object).into_iter().flatten();
    properties.extend(source.source_meta.iter().chain(meta).map(|(key, value)| (key.clone(), value.clone())));
    let config = node.config.values.iter().filter(|(key, _)| !matches!(*key, "meta" | "tags"));
    properties.extend(config.map(|(key, value)| (key.to_owned(), value.clone())));
    properties
}

/// A policy with the answers of a `quoting:` over it.
fn quoting(policy: Policy, answers: &BTreeMap<String, bool>) -> Policy {
    [Part::Database, Part::Schema, Part::Identifier]
        .into_iter()
        .fold(policy, |policy, part| answers.get(part.as_str()).map_or(policy, |yes| policy.with(part, *yes)))
}
