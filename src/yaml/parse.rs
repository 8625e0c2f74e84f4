//! From a file to a tree, by the events of `saphyr-parser`.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::shift::Shifted;
use super::tree::{Node, Tree};
use super::{Value, Yaml, problem, scalar};
use crate::diagnostics::{Diagnostic, LOGGED_AS};
use crate::source::{SourceFile, Span};

/// Reads one YAML document; an empty text is [`Value::Null`].
///
/// # Errors
/// What keeps the text from being read. A key that stands twice is none: see
/// [`collect`].
pub fn parse(file: &SourceFile) -> Result<Yaml, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let read = read(file, file.text(), &mut diagnostics);
    read.ok_or_else(|| {
        diagnostics.retain(Diagnostic::is_error);
        diagnostics
    })
}

/// Reads a file with one YAML document and adds what is wrong with it to `diagnostics`:
/// errors (then there is no value) and warnings, such as a key that stands twice.
/// dbt: the blanks at its end are no part of a text that ends there.
pub fn collect(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Option<Yaml> {
    read(file, file.text().trim_end(), diagnostics)
}

fn read(file: &SourceFile, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Yaml> {
    let before = diagnostics.len();
    let mut text = Shifted::new(text);
    let tree = loop {
        let places = Places::new(file, &text);
        let mut reader = Reader { places: &places, tree: Tree::default(), documents: 0 };
        let Err(error) = reader.read() else { break reader.tree };
        let (tree, at) = (reader.tree, places.character(error.marker().index()));
        if text.make_room(error.info(), at) {
            continue;
        }
        diagnostics.push(problem::describe(file, text.in_file(at), error.info()));
        break tree;
    };
    let (root, found) = tree.finish();
    diagnostics.extend(found.into_iter().map(|found| in_words_of_logs(found, file)));
    if diagnostics.iter().skip(before).any(Diagnostic::is_error) {
        return None;
    }
    Some(root.unwrap_or(Yaml { span: file.range(0, 0), value: Value::Null }))
}

/// Gives a key that stands twice the words that readers of dbt's logs look for. dbt counts
/// lines from the first that is not blank.
fn in_words_of_logs(found: Diagnostic, file: &SourceFile) -> Diagnostic {
    let Some(label) = found.labels.first().filter(|_| found.code == "duplicate-key") else { return found };
    let text = file.text();
    let blank = text.len() - text.trim_start().len();
    let lines = text.get(..blank).unwrap_or_default().matches('\n').count();
    let place = file.location(label.span.start);
    let words = format!(
        "Duplicate key '{}' in \"<unicode string>\", line {}, column {} in file `{}`",
        text.get(label.span.start..label.span.end).unwrap_or_default().trim_matches(['"', '\'']),
        place.line.saturating_sub(lines),
        place.column,
        file.path().display(),
    );
    found.fact(LOGGED_AS, words)
}

/// Byte offsets for the parser's character offsets.
pub(super) struct Places<'a> {
    file: &'a SourceFile,
    text: &'a Shifted<'a>,
    /// Empty for ASCII, where both are the same.
    bytes: Vec<usize>,
}

impl<'a> Places<'a> {
    fn new(file: &'a SourceFile, shifted: &'a Shifted<'a>) -> Self {
        let text = shifted.text();
        let bytes =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { file, text: shifted, bytes }
    }

    /// The byte of the parsed text at which a character is.
    fn character(&self, character: usize) -> usize {
        let end = self.text.text().len();
        if self.bytes.is_empty() {
            character.min(end)
        } else {
            self.bytes.get(character).copied().unwrap_or(end)
        }
    }

    fn offset(&self, character: usize) -> usize {
        self.text.in_file(self.character(character))
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        self.file.range(self.offset(span.start.index()), self.offset(span.end.index()))
    }

    /// A `|` or `>` text that the end of the file cuts off has no last line
    /// break (PyYAML: the same), though the parser adds one.
    fn block_text<'t>(&self, text: Cow<'t, str>, span: Span, style: ScalarStyle) -> Cow<'t, str> {
        let (file, read) = (self.file.text(), self.text.text());
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if is_block && span.end >= file.trim_end().len() && !read.ends_with('\n') {
            return Cow::Owned(text.strip_suffix('\n').unwrap_or(&text).to_owned());
        }
        text
    }

    /// The span of a scalar's content: without quotes, block indicators and
    /// the white space around it.
    fn content(&self, span: Span, style: ScalarStyle) -> Span {
        let written = self.file.text().get(span.start..span.end).unwrap_or_default();
        let inner = match style {
            ScalarStyle::Plain => written,
            ScalarStyle::SingleQuoted => strip(written, '\''),
            ScalarStyle::DoubleQuoted => strip(written, '"'),
            ScalarStyle::Literal | ScalarStyle::Folded => match written.split_once('\n') {
                Some((header, rest)) if header.starts_with(['|', '>']) => rest.trim_start(),
                _ => written.trim_start(),
            },
        };
        let skipped = inner.as_ptr().addr().saturating_sub(written.as_ptr().addr());
        let start = span.start + skipped.min(written.len());
        self.file.range(start, start + inner.trim_end().len())
    }
}

fn strip(written: &str, quote: char) -> &str {
    let opened = written.strip_prefix(quote).unwrap_or(written);
    opened.trim_end().strip_suffix(quote).unwrap_or(opened)
}

struct Reader<'a> {
    places: &'a Places<'a>,
    tree: Tree,
    documents: usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), ScanError> {
        let mut parser = Parser::new_from_str(self.places.text.text());
        while let Some(event) = parser.next_event() {
            let (event, span) = event?;
            if event == Event::StreamEnd {
                break;
            }
            self.take(event, self.places.span(span));
            if self.tree.is_too_big() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.tree.report(
                        Diagnostic::error("yaml-documents", "the file holds more than one YAML document")
                            .at(span, "a second document starts here")
                            .help("move it to a file of its own, or remove the `---`"),
                    );
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let content = self.places.content(span, style);
                let text = self.places.block_text(text, span, style);
                let node = match tag {
                    Some(tag) => self.tagged(&tag, text.into_owned(), content),
                    None if style == ScalarStyle::Plain => Node::plain(content, text.into_owned()),
                    None => Node::text(content, text.into_owned()),
                };
                self.tree.scalar(node, anchor);
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), span);
                self.tree.open_seq(span, anchor);
            }
            Event::MappingStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), span);
                let doubled = self.places.file.text().get(span.start..).unwrap_or_default().starts_with("{{");
                self.tree.open_map(span, anchor, doubled);
            }
            Event::SequenceEnd | Event::MappingEnd => self.tree.close(span),
            Event::Alias(anchor) => self.tree.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }

    fn tagged(&mut self, tag: &saphyr_parser::Tag, text: String, span: Span) -> Node {
        // A lone `!` forbids conversion.
        let is_text =
            tag.handle == "!" && tag.suffix.is_empty() || tag.handle.is_empty() && tag.suffix == "!";
        let value = if is_text {
            Some(Value::String(text.clone()))
        } else if tag.is_yaml_core_schema() {
            scalar::tagged(&tag.suffix, &text)
        } else {
            None
        };
        if value.is_none() {
            self.tree.report(
                Diagnostic::error("yaml-tag", format!("the tag `{tag}` does not fit this value"))
                    .at(span, "")
                    .help("remove the tag; quote the value if it is a text"),
            );
        }
        Node::scalar(span, value.unwrap_or(Value::Null), text)
    }

    fn check_collection_tag(&mut self, tag: Option<&saphyr_parser::Tag>, span: Span) {
        let Some(tag) = tag else { return };
        if !(tag.is_yaml_core_schema() && matches!(tag.suffix.as_str(), "seq" | "map" | "omap" | "set")) {
            let first = self.places.file.range(span.start, span.start + 1);
            self.tree.report(
                Diagnostic::error("yaml-tag", format!("the tag `{tag}` is unknown"))
                    .at(first, "")
                    .help("remove the tag"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
