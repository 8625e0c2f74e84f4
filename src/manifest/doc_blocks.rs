//! Docs blocks.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use super::DocBlock;
use crate::diagnostics::Diagnostic;
use crate::project::{FileKind, Members, Project};
use crate::source::Span;
use crate::template::{self, Engine, Holds, Notices, Scanned, Scope, Text, Value};

/// All docs blocks, by unique id, and the findings about them.
///
/// dbt: their text is a template that knows no names; `{% raw %}` keeps the rest
/// of them as they are.
pub(super) fn doc_blocks(
    project: &Project,
    engine: &Engine,
    notices: &Arc<dyn Notices>,
) -> (IndexMap<String, DocBlock>, Vec<Diagnostic>) {
    let mut blocks: IndexMap<String, DocBlock> = IndexMap::new();
    let mut places: IndexMap<String, Span> = IndexMap::new();
    let mut findings = Vec::new();
    for package in &project.packages {
        for file in package.files.iter().filter(|file| file.kind == FileKind::Docs) {
            let Some(source) = &file.file else { continue };
            let Scanned { blocks: found, problems, .. } = template::scan(source, Holds::Docs);
            findings.extend(problems);
            for block in found {
                let unique_id = format!("doc.{}.{}", package.name, block.name);
                if let Some(first) = places.get(&unique_id) {
                    findings.push(
                        Diagnostic::error(
                            "duplicate-name",
                            format!(
                                "the package `{}` has two docs blocks named `{}`",
                                package.name, block.name
                            ),
                        )
                        .at(block.name_span, "the second one")
                        .at(*first, "the first one")
                        .help("rename one of them"),
                    );
                    continue;
                }
                places.insert(unique_id.clone(), block.name_span);
                let body = source.text().get(block.body.start..block.body.end).unwrap_or_default();
                let text = Text::new(body, source.id(), block.body.start);
                let scope = Nameless {
                    package: package.name.clone(),
                    members: Arc::clone(&project.members),
                    notices: Arc::clone(notices),
                };
                let contents = engine.render(&text, Arc::new(scope)).unwrap_or_else(|error| {
                    findings.push(error.diagnostic());
                    String::new()
                });
                blocks.insert(
                    unique_id.clone(),
                    DocBlock {
                        unique_id,
                        name: block.name,
                        package: package.name.clone(),
                        path: file.resource_path.clone(),
                        original_file_path: file.path.clone(),
                        contents: contents.trim().to_owned(),
                    },
                );
            }
        }
    }
    (blocks, findings)
}

/// What the text of a docs block sees: no members.
struct Nameless {
    package: String,
    members: Arc<Members>,
    notices: Arc<dyn Notices>,
}

impl fmt::Debug for Nameless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nameless")
    }
}

impl Scope for Nameless {
    fn lookup(&self, _: &str) -> Option<Value> {
        None
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn macro_ran(&self, place: usize) {
        self.members.reads().note_macro(place);
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.notices)
    }
}
