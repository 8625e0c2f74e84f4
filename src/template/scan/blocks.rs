//! Finds the top-level blocks of a file.

use super::block::{Block, BlockKind};
use super::token::{Fault, Segment, SegmentKind};
use super::{balance, header, lexer};
use crate::diagnostics::Diagnostic;
use crate::source::SourceFile;

/// Tags that open a block at the top level of a file.
const OPENING: [&str; 6] = ["macro", "test", "data_test", "materialization", "snapshot", "docs"];

/// The blocks that a file declares, in order, and all that is wrong with its
/// tags. Blocks that could be read are returned even where others could not.
pub fn scan(file: &SourceFile) -> (Vec<Block>, Vec<Diagnostic>) {
    let source = file.text();
    let (segments, faults) = lexer::segments(source);
    let mut finder = Finder { file, source, blocks: Vec::new(), faults };
    let mut at = 0;
    while let Some(segment) = segments.get(at) {
        at += finder.segment(segment, segments.get(at + 1..).unwrap_or_default());
    }
    finder.faults.sort_by_key(|fault| fault.start);
    let diagnostics = finder.faults.iter().map(|fault| fault.diagnostic(file)).collect();
    (finder.blocks, diagnostics)
}

struct Finder<'a> {
    file: &'a SourceFile,
    source: &'a str,
    blocks: Vec<Block>,
    faults: Vec<Fault>,
}

impl Finder<'_> {
    /// Reads one top-level segment; returns how many segments it took.
    fn segment(&mut self, segment: &Segment, rest: &[Segment]) -> usize {
        let tag = segment.tag_name(self.source);
        if OPENING.contains(&tag) {
            return 1 + self.block(tag, segment, rest);
        }
        // dbt: the end of a block that was not begun is passed over.
        1
    }

    /// Reads the block that `opening` opens; returns how many segments of
    /// `rest` belong to it.
    fn block(&mut self, tag: &str, opening: &Segment, rest: &[Segment]) -> usize {
        let Some(length) = self.block_length(tag, rest) else {
            self.faults.push(Fault {
                code: "unclosed-block",
                start: opening.start,
                end: opening.end,
                message: format!("`{{% {tag} %}}` is never closed"),
                label: "opened here",
            });
            return self.segments_before_next_block(rest);
        };
        let inside = rest.get(..length).unwrap_or_default();
        let body_end = rest.get(length).map_or(opening.end, |end| end.start);
        let end = rest.get(length).map_or(opening.end, |end| end.end);
        match header::header(self.source, &opening.tokens) {
            Ok(header) => {
                if header.kind != BlockKind::Docs {
                    self.faults.extend(balance::unbalanced(self.source, inside));
                }
                let (name_start, name_end) = header.name_range;
                self.blocks.push(Block {
                    kind: header.kind,
                    name: header.name,
                    name_span: self.file.range(name_start, name_end),
                    span: self.file.range(opening.start, end),
                    body: self.file.range(opening.end, body_end),
                    arguments: header.arguments.into_iter().map(|parameter| parameter.argument).collect(),
                });
            }
            Err(fault) => self.faults.push(fault),
        }
        length + 1
    }

    /// How many segments stand before the end tag of a block.
    fn block_length(&self, tag: &str, rest: &[Segment]) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, segment) in rest.iter().enumerate() {
            let name = segment.tag_name(self.source);
            let closes = match tag {
                "test" | "data_test" => matches!(name, "endtest" | "enddata_test"),
                _ => name.strip_prefix("end") == Some(tag),
            };
            if closes && depth == 0 {
                return Some(at);
            } else if closes {
                depth -= 1;
            } else if name == tag && tag != "docs" {
                depth += 1;
            }
        }
        None
    }

    /// After a block without an end, reading goes on at the next opening tag.
    fn segments_before_next_block(&self, rest: &[Segment]) -> usize {
        let opens = |segment: &Segment| {
            segment.kind == SegmentKind::Tag && OPENING.contains(&segment.tag_name(self.source))
        };
        rest.iter().position(opens).unwrap_or(rest.len())
    }
}

impl Fault {
    /// The fault as a finding about `file`.
    pub(crate) fn diagnostic(&self, file: &SourceFile) -> Diagnostic {
        Diagnostic::error(self.code, self.message.clone()).at(file.range(self.start, self.end), self.label)
    }
}
