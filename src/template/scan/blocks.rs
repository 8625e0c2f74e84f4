//! Finds the top-level blocks of a file.

use super::block::{Block, BlockKind};
use super::token::{Fault, Segment, SegmentKind};
use super::{balance, header, lexer};
use crate::diagnostics::Diagnostic;
use crate::source::{SourceFile, Span};

/// What a file is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Macros, generic tests and materializations.
    Macros,
    /// Snapshots.
    Snapshots,
    /// Docs blocks.
    Docs,
}

impl Holds {
    /// The tags that open a block in such a file.
    fn opening(self) -> &'static [&'static str] {
        match self {
            Self::Macros => &["macro", "materialization", "test", "data_test"],
            Self::Snapshots => &["snapshot"],
            Self::Docs => &["docs"],
        }
    }
}

/// What was found in a file.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The blocks that it declares, in order: those that could be read, even where others
    /// could not.
    pub blocks: Vec<Block>,
    /// All that is wrong with its tags.
    pub problems: Vec<Diagnostic>,
    /// Tags that belong to no block.
    pub strays: Vec<Stray>,
}

/// A tag that belongs to no block of its file: nothing comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its name.
    pub tag: String,
    /// Where it is.
    pub span: Span,
}

/// What a file declares.
pub fn scan(file: &SourceFile, holds: Holds) -> Scanned {
    let source = file.text();
    let (segments, faults) = lexer::segments(source);
    let opening = holds.opening();
    let mut finder =
        Finder { file, source, opening, faults, flow: Vec::new(), blocks: Vec::new(), strays: Vec::new() };
    let mut at = 0;
    while let Some(segment) = segments.get(at) {
        at += finder.segment(segment, segments.get(at + 1..).unwrap_or_default());
    }
    finder.faults.sort_by_key(|fault| fault.start);
    let problems = finder.faults.iter().map(|fault| fault.diagnostic(file)).collect();
    Scanned { blocks: finder.blocks, problems, strays: finder.strays }
}

struct Finder<'a> {
    file: &'a SourceFile,
    source: &'a str,
    opening: &'static [&'static str],
    faults: Vec<Fault>,
    /// What is open outside of blocks: `if` and `for`.
    flow: Vec<&'a str>,
    blocks: Vec<Block>,
    strays: Vec<Stray>,
}

impl<'a> Finder<'a> {
    /// Reads one top-level segment; returns how many segments it took.
    fn segment(&mut self, segment: &Segment, rest: &[Segment]) -> usize {
        let tag = if segment.kind == SegmentKind::Raw { "raw" } else { segment.tag_name(self.source) };
        match tag {
            "if" | "for" => self.flow.push(tag),
            "endif" | "endfor" => self.end_of_flow(tag, segment),
            _ => {}
        }
        if self.opening.contains(&tag) {
            if let Some(open) = self.flow.last() {
                let message = format!("`{{% {tag} %}}` stands within `{{% {open} %}}`");
                self.fault("nested-block", segment, message, "blocks stand at the top level of a file");
            }
            return 1 + self.block(tag, segment, rest);
        }
        if !tag.is_empty() {
            let span = self.file.range(segment.start, segment.end);
            self.strays.push(Stray { tag: tag.to_owned(), span });
        }
        1
    }

    fn end_of_flow(&mut self, tag: &'a str, segment: &Segment) {
        let open = self.flow.pop();
        if tag.strip_prefix("end") != open {
            let (message, label) = balance::closes_nothing(tag);
            self.fault("unbalanced-tags", segment, message, label);
        }
    }

    fn fault(&mut self, code: &'static str, segment: &Segment, message: String, label: &'static str) {
        self.faults.push(Fault { code, start: segment.start, end: segment.end, message, label });
    }

    /// Reads the block that `opening` opens; returns how many segments of
    /// `rest` belong to it.
    fn block(&mut self, tag: &str, opening: &Segment, rest: &[Segment]) -> usize {
        let Some(length) = self.block_length(tag, rest) else {
            let message = format!("`{{% {tag} %}}` is never closed");
            self.fault("unclosed-block", opening, message, "opened here");
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

    /// How many segments stand before the end tag of a block; `None` where another block
    /// begins before.
    fn block_length(&self, tag: &str, rest: &[Segment]) -> Option<usize> {
        let closes = |name: &str| match tag {
            "test" | "data_test" => matches!(name, "endtest" | "enddata_test"),
            _ => name.strip_prefix("end") == Some(tag),
        };
        let name = |segment: &Segment| segment.tag_name(self.source);
        let at = rest.iter().position(|it| closes(name(it)) || self.opening.contains(&name(it)))?;
        closes(name(rest.get(at)?)).then_some(at)
    }

    /// After a block without an end, reading goes on at the next opening tag.
    fn segments_before_next_block(&self, rest: &[Segment]) -> usize {
        let opens = |segment: &Segment| {
            segment.kind == SegmentKind::Tag && self.opening.contains(&segment.tag_name(self.source))
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
