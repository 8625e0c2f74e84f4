//! Nodes by the names that templates call them.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::manifest::version::{compare_versions, version_text};
use crate::manifest::{
    FunctionCall, Manifest, MetricCall, Node, NodeId, NodeKind, RefCall, ResourceType, SearchOrder,
    SourceCall,
};

/// The targets of `ref`, `source`, `function` and `metric`.
#[derive(Debug)]
pub(super) struct Names {
    order: SearchOrder,
    refs: HashMap<String, Vec<NodeId>>,
    sources: HashMap<(String, String), Vec<NodeId>>,
    functions: HashMap<String, Vec<NodeId>>,
    metrics: HashMap<String, Vec<NodeId>>,
}

impl Names {
    pub(super) fn new(order: SearchOrder, manifest: &Manifest) -> Self {
        let mut names = Self {
            order,
            refs: HashMap::new(),
            sources: HashMap::new(),
            functions: HashMap::new(),
            metrics: HashMap::new(),
        };
        for (id, outline) in manifest.nodes.outlines() {
            let name = || outline.name().to_owned();
            match outline.resource_type() {
                ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot => {
                    names.refs.entry(name()).or_default().push(id);
                }
                ResourceType::Source => {
                    if let Some(Node { kind: NodeKind::Source(source), .. }) = manifest.node(id) {
                        let key = (source.source_name.clone(), name());
                        names.sources.entry(key).or_default().push(id);
                    }
                }
                ResourceType::Function => names.functions.entry(name()).or_default().push(id),
                ResourceType::Metric => names.metrics.entry(name()).or_default().push(id),
                _ => {}
            }
        }
        names
    }

    /// What a `ref` in a node of `package` means.
    pub(super) fn find_ref(&self, manifest: &Manifest, call: &RefCall, package: &str) -> Option<NodeId> {
        let named = self.refs.get(&call.name)?;
        let fits = |node: &Node| version_fits(node, call.sought_version());
        self.nearest(manifest, named, (call.package.as_deref(), package), fits)
    }

    /// What a `source` in a node of `package` means.
    pub(super) fn find_source(
        &self,
        manifest: &Manifest,
        call: &SourceCall,
        package: &str,
    ) -> Option<NodeId> {
        let named = self.sources.get(&(call.source.clone(), call.table.clone()))?;
        self.nearest(manifest, named, (None, package), |_| true)
    }

    /// What a `function` in a node of `package` means.
    pub(super) fn find_function(
        &self,
        manifest: &Manifest,
        call: &FunctionCall,
        package: &str,
    ) -> Option<NodeId> {
        let named = self.functions.get(&call.name)?;
        self.nearest(manifest, named, (call.package.as_deref(), package), |_| true)
    }

    /// The newest version of the models of this name.
    pub(super) fn newest_version(&self, manifest: &Manifest, name: &str) -> Option<Json> {
        let models = self.refs.get(name)?.iter().filter_map(|id| manifest.node(*id));
        models.filter_map(Node::version).max_by(|one, other| compare_versions(one, other)).cloned()
    }

    /// What a `metric` in a node of `package` means.
    pub(super) fn find_metric(
        &self,
        manifest: &Manifest,
        call: &MetricCall,
        package: &str,
    ) -> Option<NodeId> {
        let named = self.metrics.get(&call.name)?;
        self.nearest(manifest, named, (call.package.as_deref(), package), |_| true)
    }

    /// All names that `function` knows.
    pub(super) fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    fn nearest(
        &self,
        manifest: &Manifest,
        named: &[NodeId],
        (called, own): (Option<&str>, &str),
        fits: impl Fn(&Node) -> bool,
    ) -> Option<NodeId> {
        let is_in =
            |node: &Node, package: Option<&str>| package.is_none_or(|package| node.package == package);
        self.order
            .packages(called, own)
            .find_map(|package| first(manifest, named, |node| is_in(node, package) && fits(node)))
    }

    /// All names that `ref` knows.
    pub(super) fn refs(&self) -> impl Iterator<Item = &str> {
        self.refs.keys().map(String::as_str)
    }
}

fn first(manifest: &Manifest, ids: &[NodeId], fits: impl Fn(&Node) -> bool) -> Option<NodeId> {
    ids.iter().copied().find(|id| manifest.node(*id).is_some_and(&fits))
}

/// Without a version, the latest one is meant.
fn version_fits(node: &Node, wanted: Option<&str>) -> bool {
    match wanted {
        Some(wanted) => node.version().is_some_and(|version| version_text(version) == wanted),
        None => node.is_latest(),
    }
}
