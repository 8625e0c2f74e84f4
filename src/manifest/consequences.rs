//! Findings that only tell of a property file which cannot be read.

use std::collections::HashSet;

use super::load::UNUSED_CONFIG_PATH;
use crate::diagnostics::Diagnostic;
use crate::project::{FileKind, Project};
use crate::source::FileId;

/// The fact of a finding under which it says what was not found: dbt's name for it.
pub(super) const MISSING: &str = "target_name";

/// The findings without those about names that stand in a property file which is no YAML: they
/// may be defined there, and are looked for again once the file is in order. So are the nodes that
/// parts of project files are for.
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
    let may_be_defined =
        |name: &String| texts.iter().any(|text| name.split('.').all(|part| text.contains(part)));
    let is_consequence = |finding: &Diagnostic| {
        finding.code == UNUSED_CONFIG_PATH
            || finding.facts.iter().any(|(fact, name)| *fact == MISSING && may_be_defined(name))
    };
    findings.into_iter().filter(|finding| !is_consequence(finding)).collect()
}

fn words(text: &str) -> HashSet<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).collect()
}
