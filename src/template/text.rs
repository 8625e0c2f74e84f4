//! A template and where it stands in its file.

use std::sync::Arc;

use crate::source::{FileId, SourceFile, Span};

/// A template text and its address: what an error in it points at.
///
/// The text is normally a verbatim part of the file. Where it is not (a YAML
/// string with escapes, say), positions are off by as much as the two differ,
/// which can mislead but never fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The template.
    pub text: Arc<str>,
    /// The file it stands in.
    pub file: FileId,
    /// Where it starts in that file, in bytes.
    pub offset: usize,
}

impl Text {
    /// A template that starts `offset` bytes into `file`.
    pub fn new(text: impl Into<Arc<str>>, file: FileId, offset: usize) -> Self {
        Self { text: text.into(), file, offset }
    }

    /// A whole file as a template.
    #[must_use]
    pub fn of_file(file: &SourceFile) -> Self {
        Self::new(file.shared_text(), file.id(), 0)
    }

    /// A part of a file as a template; empty for a span that is not part of it.
    #[must_use]
    pub fn of_span(file: &SourceFile, span: Span) -> Self {
        Self::new(file.text().get(span.start..span.end).unwrap_or_default(), file.id(), span.start)
    }

    /// Whether it holds no template syntax: rendering returns it unchanged,
    /// final newline included (dbt: the same).
    #[must_use]
    pub fn is_plain(&self) -> bool {
        is_plain(&self.text)
    }

    /// The span of the whole text in its file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.range(0, self.text.len())
    }

    /// A span of the file, by offsets into this text.
    pub(crate) fn range(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: self.offset + start, end: self.offset + end.max(start) }
    }
}

/// Whether a text holds none of `{{`, `{%` and `{#`.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.windows(2).any(|pair| matches!(pair, [b'{', b'{' | b'%' | b'#']))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_opening_marks_make_a_template() {
        for plain in ["", "select 1", "{ {", "}}", "{", "a { b"] {
            assert!(is_plain(plain), "{plain}");
        }
        for template in ["{{", "a {% b", "{#", "{{{"] {
            assert!(!is_plain(template), "{template}");
        }
    }
}
