//! Models that are to be gone, and tests that are written in a way that is.

use chrono::{DateTime, Utc};

use super::access::call_of;
use super::generic_tests::OldForm;
use super::resolve::site_of_ref;
use super::version::version_text;
use super::{Manifest, Node, NodeKind, Nodes, Sort};
use crate::diagnostics::{Diagnostic, LOGGED_AS};
use crate::project::moment;
use crate::source::Span;
use crate::template::Stray;

/// A warning for each model whose time is over, and for each model that reads one
/// that is to be gone.
///
/// dbt: `DeprecatedModel`, `DeprecatedReference` and `UpcomingReferenceDeprecation`.
pub(super) fn check_deprecations(nodes: &Nodes, now: DateTime<Utc>) -> Vec<Diagnostic> {
    if !nodes.have(Sort::Deprecated) {
        return Vec::new();
    }
    let is_model = |node: &&Node| matches!(node.kind, NodeKind::Model(_));
    let date_of = |node: &Node| match &node.kind {
        NodeKind::Model(model) => model.deprecation_date.as_deref().and_then(moment),
        _ => None,
    };
    let mut findings = Vec::new();
    for node in nodes.iter().filter(is_model) {
        if date_of(node).is_some_and(|date| date < now) {
            findings.push(over(node));
        }
    }
    for node in nodes.iter().filter(is_model) {
        for target in node.depends_on.nodes.iter().filter_map(|id| nodes.get(id.0 as usize)) {
            findings.extend(date_of(target).map(|date| read(node, target, date < now)));
        }
    }
    findings
}

fn day(node: &Node) -> String {
    let NodeKind::Model(model) = &node.kind else { return String::new() };
    let date = model.deprecation_date.as_deref().unwrap_or_default();
    date.strip_suffix("T00:00:00+00:00").unwrap_or(date).to_owned()
}

fn over(node: &Node) -> Diagnostic {
    let message = format!("the time of `{}` was over on {}", node.spoken_name(), day(node));
    let at = node.origin.patch_span.unwrap_or(node.origin.span);
    Diagnostic::warning("deprecated-model", message)
        .at(at, "its `deprecation_date` has passed")
        .known_as(format!("Model {} has passed its deprecation date of {}", node.name, day(node)))
        .help("disable or remove the model")
        .fact("model_name", node.name.as_str())
        .fact("deprecation_date", day(node))
}

fn read(node: &Node, target: &Node, is_over: bool) -> Diagnostic {
    let (reader, read, day) = (node.spoken_name(), target.spoken_name(), day(target));
    let (code, message) = if is_over {
        ("deprecated-reference", format!("`{reader}` reads `{read}`, whose time was over on {day}"))
    } else {
        ("upcoming-deprecation", format!("`{reader}` reads `{read}`, whose time is over on {day}"))
    };
    let at = match call_of(node, target) {
        Some(call) => site_of_ref(node, call),
        None => Span { end: node.origin.span.start, ..node.origin.span },
    };
    let finding = Diagnostic::warning(code, message)
        .at(at, "read here")
        .fact("model_name", node.name.as_str())
        .fact("ref_model_name", target.name.as_str())
        .fact("ref_model_deprecation_date", day);
    let latest = match &target.kind {
        NodeKind::Model(model) if !target.is_latest() => model.latest_version.as_ref(),
        _ => None,
    };
    match latest {
        Some(latest) => {
            finding.help(format!("read the latest version: `ref('{}', v={})`", target.name, literal(latest)))
        }
        None => finding,
    }
}

fn literal(version: &serde_json::Value) -> String {
    if version.is_string() { format!("'{}'", version_text(version)) } else { version_text(version) }
}

/// A warning for each old way in which data tests are written: about the first test, or with
/// `all` about each.
///
/// dbt: `MissingArgumentsPropertyInGenericTestDeprecation`,
/// `ArgumentsPropertyInGenericTestDeprecation` and `PropertyMovedToConfigDeprecation`.
pub(super) fn old_tests(manifest: &Manifest, all: bool) -> Vec<Diagnostic> {
    let Manifest { nodes, broken_tests, disabled, .. } = manifest;
    let mut findings = Vec::new();
    for sort in [Sort::BareArguments, Sort::OwnArguments, Sort::BareConfig] {
        let off: Vec<&Node> = broken_tests.iter().chain(disabled).filter(|node| sort.holds(node)).collect();
        let is_there = nodes.have(sort);
        let on = if is_there { nodes.outlines().filter(|(_, outline)| outline.is(sort)).count() } else { 0 };
        let count = on + off.len();
        let told = if all { count } else { 1 };
        let enabled = is_there.then(|| nodes.chosen(|outline| outline.is(sort)).map(|(_, node)| node));
        for node in enabled.into_iter().flatten().chain(off).take(told) {
            let NodeKind::Test(test) = &node.kind else { continue };
            let forms = test.old_forms.iter().filter(|form| form.sort() == sort);
            let each = if all { usize::MAX } else { 1 };
            let of_node = forms.take(each).map(|form| old_test(node, form, code_of(form)));
            findings.extend(of_node.map(|finding| counted(finding, if all { 1 } else { count })));
        }
    }
    findings
}

fn code_of(form: &OldForm) -> &'static str {
    match form {
        OldForm::BareArguments => "bare-arguments",
        OldForm::OwnArguments => "own-arguments",
        OldForm::BareConfig(_) => "bare-config",
    }
}

fn old_test(node: &Node, form: &OldForm, code: &'static str) -> Diagnostic {
    let (name, at) = (&node.name, node.origin.patch_span.unwrap_or(node.origin.span));
    let file = node.origin.original_file_path.as_str();
    match form {
        OldForm::BareArguments => {
            Diagnostic::warning(code, format!("the arguments of the test `{name}` stand beside its settings"))
                .at(at, "this test")
                .known_as("Arguments to generic tests should be nested under the `arguments` property")
                .help("write them below `arguments:`")
                .fact("test_name", name.as_str())
        }
        OldForm::OwnArguments => {
            Diagnostic::warning(code, format!("the test `{name}` has an argument `arguments`"))
                .at(at, "this test")
                .help("remove the flag `require_generic_test_arguments_property`, or rename the argument")
                .fact("test_name", name.as_str())
        }
        OldForm::BareConfig(key) => {
            Diagnostic::warning(code, format!("`{key}` of the test `{name}` stands beside `config:`"))
                .at(at, "this test")
                .help(format!("write `{key}` below `config:`"))
                .fact("key", key.as_str())
                .fact("file", file)
        }
    }
}

/// The code of a warning about a tag that belongs to no block.
const STRAY_TAG: &str = "stray-tag";

/// A warning for each tag that belongs to no block of a file.
///
/// dbt: `UnexpectedJinjaBlockDeprecation`.
pub(super) fn stray_tags<'a>(strays: &'a [Stray], path: &'a str) -> impl Iterator<Item = Diagnostic> + 'a {
    strays.iter().map(move |Stray { tag, span }| {
        let words = format!("Found unexpected '{tag}' block tag.");
        Diagnostic::warning(STRAY_TAG, format!("`{{% {tag} %}}` stands outside of the blocks of its file"))
            .at(*span, "nothing comes of it")
            .help("remove it, or move it into a block")
            .fact(LOGGED_AS, format!("{words} in file `{path}`"))
            .fact("msg", words)
            .fact("file", path)
    })
}

/// The warnings, with the first stray tag in the place of all, unless `all` are wanted.
#[must_use]
pub fn first_strays(warnings: Vec<Diagnostic>, all: bool) -> Vec<Diagnostic> {
    let is_stray = |it: &Diagnostic| it.code == STRAY_TAG;
    let count = warnings.iter().filter(|it| is_stray(it)).count();
    if all || count == 0 {
        return warnings;
    }
    let (strays, mut others): (Vec<_>, Vec<_>) = warnings.into_iter().partition(is_stray);
    others.extend(strays.into_iter().next().map(|first| counted(first, count)));
    others
}

/// The finding, which stands for so many.
fn counted(finding: Diagnostic, count: usize) -> Diagnostic {
    let finding = if count > 1 {
        let more = count - 1;
        let tests = if more == 1 { "is 1 more" } else { "are more" };
        let number = if more == 1 { String::new() } else { format!(" ({more})") };
        finding.note(format!("there {tests}{number}: `--show-all-deprecations` shows each"))
    } else {
        finding
    };
    finding.fact("occurrences", count.to_string())
}
