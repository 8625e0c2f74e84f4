//! Names that may exist only once.

use foldhash::{HashMap, HashMapExt as _};
use rayon::prelude::*;

use super::{Node, NodeKind, ResourceType};
use crate::diagnostics::Diagnostic;
use crate::project::Flags;
use crate::source::Span;
use crate::sql::Dialect;

/// The findings about nodes that share a name, a relation, or a unique id, and
/// about names that are hard to use. `nodes` are the enabled ones.
pub(super) fn check_names(nodes: &[&Node], dialect: Dialect, flags: &Flags) -> Vec<Diagnostic> {
    let must_be_unique = flags.is_on("require_unique_project_resource_names");
    let mut findings = spaces(nodes, flags);
    let written = |node: &&Node| Some(node.relation.as_ref().filter(|_| is_stored(node))?.render(&dialect));
    let written: Vec<Option<String>> = nodes.par_iter().map(written).collect();
    let mut ids: HashMap<&str, &Node> = HashMap::with_capacity(nodes.len());
    let mut names: HashMap<(&str, &str), &Node> = HashMap::new();
    let mut relations: HashMap<&str, &Node> = HashMap::new();
    for (node, relation) in nodes.iter().copied().zip(&written) {
        if let Some(first) = ids.insert(node.unique_id.as_str(), node) {
            findings.push(same_id(first, node));
            continue;
        }
        if !is_stored(node) {
            continue;
        }
        match names.insert((&node.package, &node.name), node) {
            Some(first) if first.version().is_some() && node.version().is_some() => {}
            Some(first) if first.version().is_some() || node.version().is_some() => {
                findings.push(versioned_and_not(first, node));
            }
            Some(first) => findings.push(same_name(first, node, must_be_unique)),
            None => {}
        }
        let Some(relation) = relation else { continue };
        if let Some(first) = relations.insert(relation, node) {
            findings.push(same_relation(first, node, relation));
        }
    }
    findings
}

fn is_stored(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_))
}

/// Where a node begins.
fn start(node: &Node) -> Span {
    Span { end: node.origin.span.start, ..node.origin.span }
}

fn kind(node: &Node) -> String {
    node.kind.resource_type().as_str().replace('_', " ")
}

fn plural(node: &Node) -> String {
    match node.kind.resource_type() {
        ResourceType::Analysis => "analyses".to_owned(),
        ResourceType::Test => "data_tests".to_owned(),
        _ => format!("{}s", kind(node)),
    }
}

fn same_id(first: &Node, second: &Node) -> Diagnostic {
    let message =
        format!("the package `{}` has two {} named `{}`", second.package, plural(second), second.name);
    let words = format!("dbt found two {} with the name \"{}\".", plural(second), second.name);
    both(Diagnostic::error("duplicate-name", message), first, second)
        .known_as(words)
        .help("rename one of them, or disable one with `enabled: false`")
}

fn same_name(first: &Node, second: &Node, is_refused: bool) -> Diagnostic {
    let message = format!(
        "the package `{}` has a {} and a {} named `{}`",
        second.package,
        kind(first),
        kind(second),
        second.name
    );
    let finding = if is_refused {
        let words = format!("dbt found two resources with the name \"{}\"", second.name);
        Diagnostic::error("duplicate-name", message).known_as(words)
    } else {
        Diagnostic::warning("duplicate-name", message)
    };
    both(finding, first, second)
        .note(format!("`ref('{}')` stands for the {}", second.name, kind(second)))
        .help("rename one of them")
}

fn versioned_and_not(first: &Node, second: &Node) -> Diagnostic {
    let message = format!(
        "the package `{}` has the model `{}` with versions and a {} of this name without",
        second.package,
        second.name,
        kind(if first.version().is_some() { second } else { first })
    );
    both(Diagnostic::error("duplicate-name", message), first, second)
        .help("rename one of them, or list its file as `defined_in` of a version")
}

fn same_relation(first: &Node, second: &Node, relation: &str) -> Diagnostic {
    let message = format!("`{}` and `{}` would both be stored as {relation}", first.name, second.name);
    both(Diagnostic::error("ambiguous-alias", message), first, second)
        .known_as(format!("dbt found two resources with the database representation \"{relation}\""))
        .help("give one of them another `alias` or `schema`")
}

fn both(finding: Diagnostic, first: &Node, second: &Node) -> Diagnostic {
    finding.at(start(second), "the second one").at(start(first), "the first one").note(format!(
        "they are `{}` and `{}`",
        first.origin.original_file_path, second.origin.original_file_path
    ))
}

/// dbt 1.11 refuses names with spaces; with its flag off, it warns of the first of them,
/// with `--debug` of each, and tells how many there are.
fn spaces(nodes: &[&Node], flags: &Flags) -> Vec<Diagnostic> {
    let is_named = |node: &&&Node| {
        !matches!(node.kind, NodeKind::UnitTest(_) | NodeKind::Function(_)) && node.name.contains(' ')
    };
    let found: Vec<&Node> = nodes.iter().filter(is_named).copied().collect();
    if found.is_empty() {
        return Vec::new();
    }
    let pointed = |finding: Diagnostic| found.iter().fold(finding, |it, node| it.at(start(node), ""));
    let advice = "use `_` instead: a name with spaces must be quoted everywhere in SQL";
    let what = |node: &Node| format!("the name of the {} `{}` has spaces", kind(node), node.name);
    if flags.is_on("require_resource_names_without_spaces") {
        let message = match found.as_slice() {
            [one] => what(one),
            more => format!("the names of {} nodes have spaces", more.len()),
        };
        let finding = Diagnostic::error("name-with-spaces", message);
        return vec![
            pointed(finding)
                .known_as("Resource names cannot contain spaces")
                .help(advice)
                .help("the project's flag `require_resource_names_without_spaces: false` allows them"),
        ];
    }
    let one = |node: &Node| {
        Diagnostic::warning("name-with-spaces", what(node))
            .at(start(node), "")
            .known_as(format!("Found spaces in the name of `{}`", node.unique_id))
            .help(advice)
    };
    let tells_all = flags.is_on("debug");
    let hint = if tells_all || found.len() == 1 { "" } else { ". Run again with `--debug` to see them all." };
    let words_of_all = format!("Spaces found in {} resource name(s){hint}", found.len());
    let count = Diagnostic::warning("names-with-spaces", format!("names with spaces: {}", found.len()));
    let told = if tells_all { found.len() } else { 1 };
    let mut findings: Vec<Diagnostic> = found.iter().take(told).map(|node| one(node)).collect();
    findings.push(pointed(count).known_as(words_of_all));
    findings
}
