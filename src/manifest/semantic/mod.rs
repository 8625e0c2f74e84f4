//! Semantic models, metrics and saved queries as nodes. Nothing is built from
//! them; other programs read them.

mod check;
mod drafts;
mod edges;
mod old_forms;
mod rules;
mod shape;

use indexmap::IndexMap;

use super::describe::Describer;
use super::layers::Trees;
use super::naming::Naming;
use super::property_files::PropertyFile;
use super::resolve::Resolved;
use super::unique::check_names;
use super::world::World;
use super::{Node, NodeKind, SearchOrder, SemanticKind};
use crate::diagnostics::Diagnostic;
use crate::project::Project;
use crate::source::Span;
use crate::sql::Dialect;

/// Adds what property files say of the semantic layer to what is resolved.
pub(super) struct SemanticLayer<'a> {
    pub(super) project: &'a Project,
    pub(super) trees: &'a Trees<'a>,
    pub(super) describer: &'a Describer<'a>,
    pub(super) dialect: Dialect,
    pub(super) naming: &'a Naming<'a>,
    pub(super) world: &'a World<'a>,
}

/// A node that is not connected yet.
struct Draft {
    node: Node,
    /// Where its name stands.
    at: Span,
}

impl Draft {
    /// Something that is wrong with the node.
    fn fault(&self, fault: &str) -> Diagnostic {
        self::fault(&self.node, self.at, fault)
    }
}

/// Something that is wrong with a node, whose name stands somewhere.
fn fault(node: &Node, at: Span, fault: &str) -> Diagnostic {
    let kind = node.kind.resource_type().as_str().replace('_', " ");
    Diagnostic::error("bad-semantics", format!("the {kind} `{}` is wrong: {fault}", node.name)).at(at, "")
}

impl SemanticLayer<'_> {
    /// Adds the nodes of all property files: metrics, semantic models, saved
    /// queries, in dbt's order.
    pub(super) fn add(&self, files: &[PropertyFile], resolved: &mut Resolved) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let mut drafts: Vec<Draft> = files.iter().flat_map(|file| self.drafts(file, &mut findings)).collect();
        drafts.sort_by_key(|draft| draft.node.kind.resource_type());
        findings.extend(check::metric_names(&drafts));
        let (drafts, disabled): (Vec<Draft>, Vec<Draft>) =
            drafts.into_iter().partition(|draft| draft.node.config.enabled());
        let named: Vec<&Node> = drafts.iter().map(|draft| &draft.node).collect();
        let errors = |findings: &[Diagnostic]| findings.iter().filter(|finding| finding.is_error()).count();
        let found_before = errors(&findings);
        findings.extend(check_names(&named, self.dialect, &self.project.flags));
        findings.extend(check::check(&drafts));
        findings.extend(old_forms::check(&drafts, &resolved.nodes, &self.project.flags));
        let order = SearchOrder::of(self.project);
        let nodes = edges::connect(&order, drafts, &disabled, resolved, &mut findings);
        if errors(&findings) == found_before {
            findings.extend(rules::check(&nodes, resolved.nodes.as_slice()));
        }
        resolved.disabled.extend(disabled.into_iter().map(|draft| draft.node));
        resolved.nodes.extend(nodes);
        findings.extend(check_time_spine(resolved));
        findings
    }
}

/// Semantic models need a model with days. dbt: one of the name
/// `metricflow_time_spine`, or one with `time_spine`.
fn check_time_spine(resolved: &Resolved) -> Option<Diagnostic> {
    let is_spine = |node: &Node| match &node.kind {
        NodeKind::Model(model) => model.time_spine.is_some() || node.name == old_forms::OLD_SPINE,
        _ => false,
    };
    let first = resolved.nodes.iter().find(|node| is_semantic_model(node))?;
    if resolved.nodes.iter().any(is_spine) {
        return None;
    }
    let message = "the semantic layer needs a model with a row for each day, a time spine";
    let problem = Diagnostic::error("no-time-spine", message).at(first.origin.span, "needed because of this");
    let words =
        "Parsing Error: The semantic layer requires a time spine model with granularity DAY or smaller";
    Some(
        problem
            .known_as(words)
            .help("give a model `time_spine: {standard_granularity_column: …}` in its property file"),
    )
}

fn is_semantic_model(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Semantic(it) if it.kind == SemanticKind::SemanticModel)
}

/// Places by name, then by package.
type Names = IndexMap<String, Vec<(String, usize)>>;
