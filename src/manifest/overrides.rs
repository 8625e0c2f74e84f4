//! Sources of packages that another package's property file changes.

use std::collections::HashMap;

use super::properties::{SourcePatch, Spanned};
use super::property_files::{PropertyFile, Rendering};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml;

/// Changes the sources that entries with `overrides` speak of, and tells of entries
/// that change nothing. dbt: only the first of two such entries would count, so that
/// a second one is an error.
pub(super) fn override_sources(files: &mut [PropertyFile], rendering: &Rendering<'_>) -> Vec<Diagnostic> {
    let patches: Vec<SourcePatch> =
        files.iter().flat_map(|file| &file.properties.source_patches).cloned().collect();
    let mut findings = Vec::new();
    let mut seen: HashMap<(&str, &str), Span> = HashMap::new();
    for patch in &patches {
        let (package, name) = (patch.package.value.as_str(), patch.name.value.as_str());
        match seen.insert((package, name), patch.name.span) {
            Some(first) => findings.push(twice(patch, first)),
            None => apply(patch, files, rendering, &mut findings),
        }
    }
    findings
}

fn twice(patch: &SourcePatch, first: Span) -> Diagnostic {
    let (package, name) = (&patch.package.value, &patch.name.value);
    Diagnostic::error("duplicate-override", format!("the source `{name}` of `{package}` is overridden twice"))
        .at(patch.name.span, "again")
        .at(first, "first")
        .known_as(format!(
            "dbt found two schema.yml entries for the same source named {name} in package {package}"
        ))
        .help("put both entries into one of these files")
}

fn apply(
    patch: &SourcePatch,
    files: &mut [PropertyFile],
    rendering: &Rendering<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let (package, name) = (patch.package.value.as_str(), patch.name.value.as_str());
    let mut unused: Vec<&Spanned<String>> = patch.tables.iter().collect();
    let mut is_used = false;
    for file in files.iter_mut().filter(|file| file.package == package) {
        let own = &mut file.properties.sources;
        if !own.iter().any(|source| source.name.value == name) {
            continue;
        }
        is_used = true;
        // What is wrong with the file was told when it was read.
        let Some(document) = yaml::collect(&file.source, &mut Vec::new()) else { continue };
        let changed = rendering.with(package, |render| patch.apply(&document, render, findings));
        let tables = || changed.iter().flat_map(|source| &source.tables);
        unused.retain(|table| !tables().any(|own| own.name.value == table.value));
        let places = own.iter_mut().filter(|source| source.name.value == name);
        places.zip(changed).for_each(|(place, changed)| *place = changed);
    }
    if !is_used {
        let message = format!("there is no source `{name}` of a package `{package}` to override");
        findings.push(Diagnostic::warning("unused-override", message).at(patch.package.span, ""));
        return;
    }
    findings.extend(unused.into_iter().map(|table| {
        let message = format!("the source `{package}.{name}` has no table `{}` to override", table.value);
        Diagnostic::warning("unused-override", message).at(table.span, "")
    }));
}
