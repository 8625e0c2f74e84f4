//! The flags of a command to its nodes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::evaluate::Evaluator;
use super::expression::{Expression, Indirect};
use super::named::NamedSelectors;
use super::parse::parse;
use super::state::Comparison;
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::manifest::{Manifest, Node, NodeId, NodeKind, ResourceType};
use crate::source::SourceFile;

/// Chosen nodes, each after its parents, else in the manifest's order.
pub type Selection = Vec<NodeId>;

/// What a command's flags say about its nodes.
#[derive(Debug, Clone)]
pub struct SelectArgs<'a> {
    /// The values of `--select`; none at all means everything.
    pub select: Vec<Arc<SourceFile>>,
    /// The values of `--exclude`.
    pub exclude: Vec<Arc<SourceFile>>,
    /// The value of `--selector`.
    pub selector: Option<Arc<SourceFile>>,
    /// What `selectors.yml` defines.
    pub named: &'a NamedSelectors,
    /// `--indirect-selection`.
    pub indirect: Indirect,
    /// The types that the command takes; looked at after relatives were added.
    pub resource_types: BTreeSet<ResourceType>,
    /// Whether models without any text count, as they do for `ls`.
    pub includes_empty: bool,
    /// The root project's name: `package:this`, and where paths begin.
    pub root_package: &'a str,
    /// The earlier invocation that `--state` names.
    pub comparison: Option<&'a Comparison<'a>>,
}

/// What was chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selected {
    /// The nodes.
    pub nodes: Selection,
    /// About parts of the flags that match nothing or are not used.
    pub warnings: Vec<Diagnostic>,
    /// The selection of `selectors.yml` that was used because no flag said
    /// otherwise.
    pub default_selector: Option<String>,
}

/// The nodes that a command is about.
///
/// `--selector` wins over `--select` and `--exclude`; without any of the three,
/// the selection of `selectors.yml` that says `default: true` is used, if there
/// is one, else everything.
///
/// # Errors
/// Every criterion that cannot be understood, selector names that do not exist,
/// comparisons that lack what they compare with, and broken contracts of models
/// with versions.
pub fn select(
    manifest: &Manifest,
    graph: &Graph,
    args: &SelectArgs<'_>,
) -> Result<Selected, Vec<Diagnostic>> {
    let mut selected = Selected::default();
    let expression = match (&args.selector, args.select.is_empty() && args.exclude.is_empty()) {
        (Some(name), flags_are_unset) => {
            if !flags_are_unset {
                let message = "`--select` and `--exclude` are not used together with `--selector`";
                selected.warnings.push(Diagnostic::warning("unused-flag", message));
            }
            args.named.find(name.text().trim(), name.span()).map_err(|problem| vec![problem])?.clone()
        }
        (None, true) => match args.named.default_selector() {
            Some((name, expression)) => {
                selected.default_selector = Some(name.to_owned());
                expression.clone()
            }
            None => Expression::All,
        },
        (None, false) => from_flags(args)?,
    };
    let unknown = args.named.unknown_names(&expression);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let SelectArgs { named, root_package, indirect, comparison, .. } = *args;
    let evaluator = Evaluator { manifest, graph, named, root_package, indirect, comparison };
    let nodes = evaluator.nodes(&expression, &mut selected.warnings);
    if selected.warnings.iter().any(Diagnostic::is_error) {
        selected.warnings.retain(Diagnostic::is_error);
        return Err(selected.warnings);
    }
    let is_taken = |id: &NodeId| {
        let outline = manifest.outline(*id).filter(|_| nodes.contains(id));
        outline.is_some_and(|outline| args.resource_types.contains(&outline.resource_type()))
            && (args.includes_empty || manifest.node(*id).is_some_and(|node| !is_empty(node)))
    };
    selected.nodes = graph.order().iter().copied().filter(is_taken).collect();
    Ok(selected)
}

fn from_flags(args: &SelectArgs<'_>) -> Result<Expression, Vec<Diagnostic>> {
    let included = if args.select.is_empty() { Ok(Expression::All) } else { parse(&args.select) };
    match (included, parse(&args.exclude)) {
        (Ok(included), Ok(excluded)) => Ok(included.without(excluded)),
        (included, excluded) => {
            let problems = [included.err(), excluded.err()].into_iter().flatten().flatten();
            Err(problems.collect())
        }
    }
}

/// Whether there is nothing in it that could be run.
fn is_empty(node: &Node) -> bool {
    let has_text = |body: &crate::manifest::Body| !body.text.trim().is_empty();
    match &node.kind {
        NodeKind::Seed(_) => false,
        kind => kind.body().is_some_and(|body| !has_text(body)),
    }
}
