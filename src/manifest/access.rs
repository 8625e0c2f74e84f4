//! Who may read which model.

use super::nodes::Listed;
use super::resolve::site_of_ref;
use super::version::version_text;
use super::{Node, NodeKind, Outline, RefCall, ResourceType, Sort};
use crate::diagnostics::Diagnostic;
use crate::project::Project;

/// The findings about those of `readers` that read a model which is not for them. dbt: a
/// private model is for its own group; where a package restricts access, its
/// private and protected models are for itself.
pub(super) fn check_access<'a>(
    project: &Project,
    nodes: &'a (impl Listed + ?Sized),
    readers: impl IntoIterator<Item = &'a Node>,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for node in readers {
        for id in &node.depends_on.nodes {
            let target = nodes.outline(id.0 as usize).filter(|target| may_be_closed(target, node));
            let target = target.and_then(|_| nodes.node(id.0 as usize));
            findings.extend(target.and_then(|target| refusal(project, nodes, node, target)));
        }
    }
    findings
}

/// Whether a closer look at a target is needed.
fn may_be_closed(target: &Outline<'_>, node: &Node) -> bool {
    target.is(Sort::Private)
        || target.resource_type() == ResourceType::Model && target.package() != node.package
}

fn refusal(
    project: &Project,
    nodes: &(impl Listed + ?Sized),
    node: &Node,
    target: &Node,
) -> Option<Diagnostic> {
    if matches!(node.kind, NodeKind::UnitTest(_)) {
        return None;
    }
    let owner = project.packages.iter().find(|package| package.name == target.package);
    let is_closed =
        node.package != target.package && owner.is_some_and(|package| package.file.rules.restrict_access);
    let target_group = target.config.text("group");
    let (access, why) = match target.config.text("access") {
        Some("private") if is_closed => ("private", "its package restricts access".to_owned()),
        Some("protected") if is_closed => ("protected", "its package restricts access".to_owned()),
        Some("private") if target_group.is_none() || group(nodes, node) != target_group => {
            let group = target_group.unwrap_or_default();
            ("private", format!("only nodes of the group `{group}` may read it"))
        }
        _ => return None,
    };
    let call = call_of(node, target)?;
    let message = format!("`{}` reads the {access} model `{}`", node.name, target.spoken_name());
    Some(Diagnostic::error("no-access", message).at(site_of_ref(node, call), why))
}

/// The `ref` by which a node reads another.
pub(super) fn call_of<'a>(node: &'a Node, target: &Node) -> Option<&'a RefCall> {
    let version = target.version().map(version_text);
    let named = || node.depends_on.calls.refs.iter().filter(|call| call.name == target.name);
    named()
        .find(|call| match &call.version {
            Some(asked) => version.as_ref() == Some(asked),
            None => target.is_latest(),
        })
        .or_else(|| named().next())
}

/// The group of a node; of a generic test, that of what it stands below.
fn group<'a>(nodes: &'a (impl Listed + ?Sized), node: &'a Node) -> Option<&'a str> {
    let tested = match &node.kind {
        NodeKind::Test(test) => test.generic.as_ref().and_then(|test| test.attached_node.as_ref()),
        _ => None,
    };
    let tested =
        tested.and_then(|id| nodes.node(nodes.all().position(|outline| outline.unique_id() == id.as_str())?));
    tested.unwrap_or(node).config.text("group")
}
