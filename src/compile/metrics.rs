//! `metric` while a node is compiled and run.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Rest};
use minijinja::{Error, ErrorKind, State, Value};

use super::metric_parts;
use super::runtime::Runtime;
use super::state::JobState;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Node, NodeId, NodeKind, SemanticKind, metric_call};
use crate::template;

/// `metric(name)`, `metric(package, name)`.
pub(super) fn metric_function(state: &Arc<JobState>) -> Value {
    let state = Arc::clone(state);
    Value::from_function(move |Rest(names): Rest<Value>| -> Result<Value, Error> {
        let call = metric_call(&names)?;
        let runtime = &state.runtime;
        let package = state.subject.package(runtime);
        let Some(id) = runtime.names.find_metric(&runtime.parts.manifest, &call, &package) else {
            let asker = state.subject.name(runtime);
            let message = format!("`{asker}` needs the metric `{}`, which does not exist", call.name);
            return Err(template::raise_diagnostic(Diagnostic::error("unknown-metric", message)));
        };
        Ok(Value::from_object(Metric { runtime: Arc::clone(runtime), id }))
    })
}

/// A metric in a template: its name as a text, all that the manifest says of it, and
/// which metrics it is made of.
struct Metric {
    runtime: Arc<Runtime>,
    id: NodeId,
}

/// Which of the metrics that one is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    Derived,
    Base,
}

impl Metric {
    fn node(&self, id: NodeId) -> Option<&Node> {
        self.runtime.node(id)
    }

    fn name(&self) -> &str {
        self.node(self.id).map_or("", |node| node.name.as_str())
    }

    /// This metric and those that it is made of, with how far each is from this one.
    fn ancestors(&self) -> Vec<(&Node, usize)> {
        let mut found: Vec<(&Node, usize)> = Vec::new();
        let mut next = vec![(self.id, 1)];
        while let Some((id, depth)) = next.pop() {
            let Some(node) = self.node(id).filter(|node| is_metric(node)) else { continue };
            if !found.iter().any(|(known, _)| known.unique_id == node.unique_id) {
                found.push((node, depth));
                next.extend(node.depends_on.nodes.iter().rev().map(|id| (*id, depth + 1)));
            }
        }
        found
    }

    fn names(&self, wanted: Wanted) -> Value {
        let fits = |node: &Node| match wanted {
            Wanted::All => true,
            Wanted::Derived => is_derived(node),
            Wanted::Base => !is_derived(node),
        };
        let names = self.ancestors().into_iter().filter(|(node, _)| fits(node));
        names.map(|(node, _)| Value::from(node.name.as_str())).collect()
    }

    fn depths(&self) -> Value {
        let derived = self.ancestors().into_iter().filter(|(node, _)| is_derived(node));
        derived.map(|(node, depth)| Value::from(BTreeMap::from([(node.name.clone(), depth)]))).collect()
    }
}

fn is_metric(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Semantic(semantic) if semantic.kind == SemanticKind::Metric)
}

/// dbt: metrics that are made of others by an expression or a division.
fn is_derived(node: &Node) -> bool {
    let NodeKind::Semantic(semantic) = &node.kind else { return false };
    matches!(semantic.fields.get("type").and_then(serde_json::Value::as_str), Some("derived" | "ratio"))
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Metric").field(&self.name()).finish()
    }
}

impl Object for Metric {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if matches!(name, "metric_name" | "package_name") {
            let node = self.node(self.id)?;
            return Some(Value::from(
                if name == "metric_name" { &node.name } else { &node.package }.as_str(),
            ));
        }
        if let NodeKind::Semantic(semantic) = &self.node(self.id)?.kind
            && let Some(part) = semantic.fields.get(name).and_then(|field| metric_parts::part(name, field))
        {
            return Some(part);
        }
        let metrics = self.runtime.graph().get_attr("metrics").ok()?;
        let own = metrics.get_item(&Value::from(self.node(self.id)?.unique_id.as_str())).ok()?;
        own.get_attr(name).ok().filter(|value| !value.is_undefined())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        _: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "full_metric_dependency" => Ok(self.names(Wanted::All)),
            "base_metric_dependency" => Ok(self.names(Wanted::Base)),
            "derived_metric_dependency" => Ok(self.names(Wanted::Derived)),
            "derived_metric_dependency_depth" => Ok(self.depths()),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
