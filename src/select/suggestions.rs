//! What people are told when a selection matches nothing.

use super::expression::{Criterion, Expression, SetOperation};
use super::glob::has_wildcard;
use super::method::Method;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Manifest, NodeKind};
use crate::source::Span;

/// A warning about a part of a flag that matches nothing. The nearest name is
/// given where the part is a single criterion.
pub(super) fn unmatched(manifest: &Manifest, set: &SetOperation, span: Span) -> Diagnostic {
    let warning = Diagnostic::warning("no-nodes-selected", "this selects nothing").at(span, "");
    match set.members.as_slice() {
        [Expression::Criterion(criterion)] if !has_wildcard(criterion.text()) => {
            suggest(warning, manifest, criterion)
        }
        _ => warning,
    }
}

fn suggest(warning: Diagnostic, manifest: &Manifest, criterion: &Criterion) -> Diagnostic {
    let nodes = manifest.nodes.iter();
    let names: Vec<&str> = match criterion.method {
        Method::Fqn => {
            let named = nodes.filter(|node| !matches!(node.kind, NodeKind::Source(_) | NodeKind::Test(_)));
            named.map(|node| node.name.as_str()).collect()
        }
        Method::Tag => nodes.flat_map(|node| node.tags.iter().map(String::as_str)).collect(),
        Method::Group => manifest.groups.values().map(|group| group.name.as_str()).collect(),
        Method::Package => nodes.map(|node| node.package.as_str()).collect(),
        Method::Exposure => {
            let exposures = nodes.filter(|node| matches!(node.kind, NodeKind::Exposure(_)));
            exposures.map(|node| node.name.as_str()).collect()
        }
        _ => return warning,
    };
    warning.suggest(criterion.text(), names)
}
