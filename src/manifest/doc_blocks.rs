//! Docs blocks.

use indexmap::IndexMap;

use super::DocBlock;
use crate::diagnostics::Diagnostic;
use crate::project::{FileKind, Project};
use crate::source::Span;
use crate::template::{self, BlockKind};

/// All docs blocks, by unique id, and the findings about them.
pub(super) fn doc_blocks(project: &Project) -> (IndexMap<String, DocBlock>, Vec<Diagnostic>) {
    let mut blocks: IndexMap<String, DocBlock> = IndexMap::new();
    let mut places: IndexMap<String, Span> = IndexMap::new();
    let mut findings = Vec::new();
    for package in &project.packages {
        for file in package.files.iter().filter(|file| file.kind == FileKind::Docs) {
            let Some(source) = &file.file else { continue };
            let (found, problems) = template::scan(source);
            findings.extend(problems);
            for block in found.into_iter().filter(|block| block.kind == BlockKind::Docs) {
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
                let contents = source.text().get(block.body.start..block.body.end).unwrap_or_default();
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
