//! Things that are described more than once in a package.

use std::borrow::Cow;
use std::collections::HashMap;

use super::file::Properties;
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// An error for each thing that the property files of one package describe
/// twice, pointing at both places.
#[must_use]
pub fn duplicates(files: &[&Properties]) -> Vec<Diagnostic> {
    let mut seen = Seen::default();
    for file in files {
        for node in file.nodes() {
            seen.add(node.key.noun(), node.name.value.as_str(), node.name.span);
        }
        for entry in &file.macros {
            seen.add("macro", entry.name.value.as_str(), entry.name.span);
        }
        for source in &file.sources {
            for table in &source.tables {
                let name = format!("{}.{}", source.name.value, table.name.value);
                seen.add("source table", name, table.name.span);
            }
        }
        for entry in &file.exposures {
            seen.add("exposure", entry.name.value.as_str(), entry.name.span);
        }
        for entry in &file.groups {
            seen.add("group", entry.name.value.as_str(), entry.name.span);
        }
        for test in &file.unit_tests {
            seen.add("unit test", format!("{}.{}", test.model.value, test.name.value), test.name.span);
        }
    }
    seen.problems
}

#[derive(Default)]
struct Seen<'a> {
    first: HashMap<(&'static str, Cow<'a, str>), Span>,
    problems: Vec<Diagnostic>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, noun: &'static str, name: impl Into<Cow<'a, str>>, span: Span) {
        let name = name.into();
        let first = *self.first.entry((noun, name.clone())).or_insert(span);
        if first != span {
            self.problems.push(
                Diagnostic::error("described-twice", format!("{noun} `{name}` is described twice"))
                    .at(span, "here")
                    .at(first, "and here before")
                    .help("merge the two entries into one"),
            );
        }
    }
}
