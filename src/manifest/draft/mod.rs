//! From sketches to nodes without edges.

mod checks;
mod plain;
mod seen;
mod settle;
mod text;

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use checks::{check_contract, check_seed};
use settle::keep_what_was_known;

use super::config::SharedConfigs;
use super::describe::{Describer, constraint};
use super::layers::Trees;
use super::naming::{Named, Naming};
use super::parse::{Recorder, Surroundings};
use super::properties::NodeProperties;
use super::property_files::PropertyFile;
use super::sketch::Sketch;
use super::world::World;
use super::{Calls, Config, DependsOn, Docs, Node, NodeKind, Origin, SourceCall};
use crate::diagnostics::Diagnostic;
use crate::sql::Relation;
use crate::template::Engine;

pub(super) use plain::PlainConfigs;
pub(super) use seen::SeenMacros;

/// What a property file says about one node.
#[derive(Clone, Copy)]
pub(super) struct Patch<'a> {
    pub(super) file: &'a PropertyFile,
    pub(super) properties: &'a NodeProperties,
}

/// Turns sketches into drafts. Shared by all threads.
pub(super) struct Drafting<'a> {
    pub(super) engine: &'a Engine,
    pub(super) naming: &'a Naming<'a>,
    pub(super) surroundings: &'a Arc<Surroundings>,
    pub(super) describer: &'a Describer<'a>,
    pub(super) world: &'a World<'a>,
    pub(super) trees: &'a Trees<'a>,
    pub(super) plain: PlainConfigs,
    pub(super) seen: SeenMacros,
    pub(super) shared: SharedConfigs,
}

/// A node without edges.
pub(super) struct Drafted {
    pub(super) node: Node,
    /// Everything that is wrong with it.
    pub(super) findings: Vec<Diagnostic>,
    /// It may come out otherwise in the next run, while no file changes.
    pub(super) is_volatile: bool,
    /// The macros of projects that it rests on, by their places in the library.
    pub(super) macros: Vec<u32>,
}

impl Drafted {
    /// A node with which nothing is wrong and that rests on no macro.
    pub(super) fn plain(node: Node) -> Self {
        Self { node, findings: Vec::new(), is_volatile: false, macros: Vec::new() }
    }
}

impl Drafting<'_> {
    /// Renders the sketch once and completes it, with everything that is wrong
    /// with it.
    pub(super) fn draft(&self, sketch: Sketch, patch: Option<Patch<'_>>) -> Drafted {
        let layers = Arc::new(self.layers(&sketch, patch));
        let sketch = Arc::new(sketch);
        let notes = Arc::new(Recorder::with_config(sketch.options.to_json()));
        let scope = self.lazy_scope(&sketch, &layers, &notes);
        let mut findings = self.render_body(&sketch, (&layers, &notes), &scope);
        findings.extend(self.render_foreign_keys(&sketch, patch, &scope));
        let layers = Arc::unwrap_or_clone(layers);
        let layers = notes.with_options(|call| self.with_call(layers, (&sketch, patch), call));
        let mut config = self.config(&sketch, &layers, &scope, &mut findings);
        let emptied = keep_what_was_known(&sketch, &layers, &mut config);
        findings.extend(check_contract(&sketch, patch, &config));
        let relation = self.relation(&sketch, (&config, &emptied), &mut findings);
        let describer = self.describer.of_enabled(config.enabled());
        let docs = docs(describer, &sketch, patch, &mut findings);
        drop(scope);
        let recorded = notes.taken();
        findings.extend(check_seed(&sketch, patch, &recorded));
        let sources = self.sources(&sketch, recorded.sources);
        let sketch = Arc::unwrap_or_clone(sketch);
        let calls = Calls {
            macros: recorded.macros,
            macros_once_compiled: sketch.test.and_then(|call| call.where_macro).into_iter().collect(),
            refs: recorded.refs,
            sources,
            functions: recorded.functions,
            metrics: recorded.metrics,
        };
        let node = Node {
            tags: layers.tags(&sketch.tags),
            unique_id: sketch.unique_id,
            name: sketch.name,
            package: sketch.package,
            fqn: sketch.fqn,
            origin: patched_origin(sketch.origin, patch),
            config: self.shared.share(config.with_call(recorded.config)),
            docs: docs.into(),
            relation,
            depends_on: DependsOn { nodes: Vec::new(), calls: calls.into() },
            kind: patched_kind(sketch.kind, patch),
        };
        Drafted { node, findings, is_volatile: recorded.is_volatile, macros: recorded.macros_run }
    }

    /// Where the node lies in the warehouse, or would lie.
    fn relation(
        &self,
        sketch: &Sketch,
        (config, emptied): (&Config, &[String]),
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Relation> {
        let named = Named {
            name: &sketch.name,
            version: sketch.version(),
            package: &sketch.package,
            kind: sketch.resource_type(),
            config,
            emptied,
            node: &|| node_json(sketch, config, &sketch.tags),
        };
        let named = self.naming.relation(&named).map_err(|finding| findings.push(finding));
        named.ok()
    }

    /// The sources that a node asks for. dbt: each once where it renders no text.
    fn sources(&self, sketch: &Sketch, mut calls: Vec<SourceCall>) -> Vec<SourceCall> {
        if calls.len() > 1 && self.is_unrendered(sketch) {
            let mut seen = HashSet::new();
            calls.retain(|call| seen.insert(call.clone()));
        }
        calls
    }
}

/// What is said of the node: beside its text, or else in a property file.
fn docs(
    describer: Describer<'_>,
    sketch: &Sketch,
    patch: Option<Patch<'_>>,
    findings: &mut Vec<Diagnostic>,
) -> Docs {
    let mut docs = Docs::default();
    let properties = patch.map(|patch| patch.properties);
    let mut say = |text| describer.or_report(text, &sketch.package, findings);
    if let Some(properties) = properties {
        (docs.description, docs.doc_blocks) = say(properties.description.as_ref());
    }
    if sketch.description.is_some() {
        (docs.description, docs.doc_blocks) = say(sketch.description.as_ref());
    }
    if let Some(properties) = properties {
        docs.columns = describer.columns(&properties.columns, &sketch.package, findings);
    }
    docs
}

/// Where the node comes from, and what describes it.
fn patched_origin(mut origin: Origin, patch: Option<Patch<'_>>) -> Origin {
    if let Some(patch) = patch {
        origin.patch_path = Some(patch.file.patch_path());
        origin.patch_span = Some(patch.properties.name.span);
    }
    origin
}

/// With what only models and functions have in a property file.
fn patched_kind(mut kind: NodeKind, patch: Option<Patch<'_>>) -> NodeKind {
    match (&mut kind, patch.map(|patch| patch.properties)) {
        (NodeKind::Model(model), Some(properties)) => {
            let written = properties.constraints.iter();
            model.constraints = written.map(|written| constraint(written, true)).collect();
            model.time_spine.clone_from(&properties.time_spine);
            model.deprecation_date.clone_from(&properties.deprecation_date);
        }
        (NodeKind::Function(function), Some(NodeProperties { function: Some(written), .. })) => {
            function.arguments.clone_from(&written.arguments);
            function.returns.clone_from(&written.returns);
        }
        _ => {}
    }
    kind
}

fn is_python_model(sketch: &Sketch) -> bool {
    sketch.origin.is_python() && matches!(sketch.kind, NodeKind::Model(_))
}

/// A node as templates see it before it is finished: dbt's keys.
fn node_json(sketch: &Sketch, config: &Config, tags: &[String]) -> Json {
    let origin = &sketch.origin;
    json!({
        "name": sketch.name,
        "resource_type": sketch.resource_type().as_str(),
        "package_name": sketch.package,
        "path": origin.path,
        "original_file_path": origin.original_file_path,
        "unique_id": sketch.unique_id.as_str(),
        "fqn": sketch.fqn,
        "alias": sketch.name,
        "version": sketch.version(),
        "latest_version": sketch.latest_version(),
        "config": config.values.to_object(),
        "unrendered_config": *config.unrendered,
        "tags": tags.iter().cloned().chain(config.tags()).collect::<Vec<String>>(),
        "meta": config.get("meta"),
        "description": "",
        "columns": {},
        "language": origin.language(),
        "raw_code": sketch.kind.body().map(|body| body.text.to_string()).unwrap_or_default(),
        "refs": [],
        "sources": [],
        "depends_on": { "macros": [], "nodes": [] },
    })
}
