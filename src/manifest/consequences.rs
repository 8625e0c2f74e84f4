//! Findings that only tell of a property file which cannot be read.

use std::collections::HashSet;

use crate::diagnostics::Diagnostic;
use crate::project::{FileKind, Project};
use crate::source::FileId;

/// What is said of names whose definition may stand in a file that is no YAML.
const NOT_FOUND: &[&str] = &["unknown-group", "unknown-ref", "unknown-source"];

/// The findings without those about names that stand in a property file which is no YAML: they
/// may be defined there, and are looked for again once the file is in order.
pub(super) fn without_consequences(findings: Vec<Diagnostic>, project: &Project) -> Vec<Diagnostic> {
    let broken = findings.iter().filter(|finding| finding.code == "yaml-syntax");
    let broken: HashSet<FileId> =
        broken.flat_map(|finding| &finding.labels).map(|label| label.span.file).collect();
    if broken.is_empty() {
        return findings;
    }
    let files = project.packages.iter().flat_map(|package| &package.files);
    let files = files.filter(|file| file.kind == FileKind::Properties).filter_map(|file| file.file.as_ref());
    let texts: Vec<HashSet<&str>> =
        files.filter(|file| broken.contains(&file.id())).map(|file| words(file.text())).collect();
    let may_stand_in = |text: &HashSet<&str>, finding: &Diagnostic| {
        named(&finding.message).is_some_and(|name| name.split('.').all(|part| text.contains(part)))
    };
    let is_consequence = |finding: &Diagnostic| {
        NOT_FOUND.contains(&finding.code) && texts.iter().any(|text| may_stand_in(text, finding))
    };
    findings.into_iter().filter(|finding| !is_consequence(finding)).collect()
}

/// The name that is not found: the second one in a message.
fn named(message: &str) -> Option<&str> {
    message.split('`').nth(3)
}

fn words(text: &str) -> HashSet<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).collect()
}
