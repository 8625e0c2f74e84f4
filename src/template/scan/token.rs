//! The pieces of a template text.

/// One stretch of a template: text between tags, or one tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) kind: SegmentKind,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// The tokens between the marks of an expression or a tag.
    pub(crate) tokens: Vec<Token>,
}

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentKind {
    /// Text that is copied to the output.
    Data,
    /// `{# … #}`.
    Comment,
    /// `{% raw %} … {% endraw %}`, tags included.
    Raw,
    /// `{{ … }}`.
    Expression,
    /// `{% … %}`.
    Tag,
}

/// One token of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Name,
    Number,
    String,
    /// An operator or a bracket.
    Symbol,
    /// A character that no expression holds.
    Unknown,
}

/// What the lexer could not read: a place and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) message: String,
    pub(crate) label: &'static str,
}

impl Token {
    /// The token's text in `source`.
    pub(crate) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// The value of a string literal without escapes; `None` for other tokens.
    pub(crate) fn literal<'a>(&self, source: &'a str) -> Option<&'a str> {
        if self.kind != TokenKind::String {
            return None;
        }
        source.get(self.start + 1..self.end.saturating_sub(1))
    }
}

impl Segment {
    /// The name that opens a tag, such as `if`; empty for other segments.
    pub(crate) fn tag_name<'a>(&self, source: &'a str) -> &'a str {
        match (self.kind, self.tokens.first()) {
            (SegmentKind::Tag, Some(token)) if token.kind == TokenKind::Name => token.text(source),
            _ => "",
        }
    }
}
