//! Cuts a template text into segments and their tokens.
//!
//! It agrees with the engine on where a tag ends: strings hide the closing
//! mark, and so do open brackets. It never fails: what cannot be read becomes a
//! [`Fault`] and the rest of the text is data.

use super::token::{Fault, Segment, SegmentKind, Token, TokenKind};

/// All segments of `source`, in order and without gaps, and what is wrong.
pub(crate) fn segments(source: &str) -> (Vec<Segment>, Vec<Fault>) {
    let mut lexer = Lexer { source, at: 0, segments: Vec::new(), faults: Vec::new() };
    lexer.run();
    (lexer.segments, lexer.faults)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    segments: Vec<Segment>,
    faults: Vec<Fault>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.source.len() {
            let Some((start, mark)) = self.next_mark() else {
                self.push(SegmentKind::Data, self.at, self.source.len());
                break;
            };
            self.push(SegmentKind::Data, self.at, start);
            match mark {
                b'#' => self.comment(start),
                b'{' => self.code(start, SegmentKind::Expression),
                _ => match self.basic_tag(start, "raw") {
                    Some(body) => self.raw(start, body),
                    None => self.code(start, SegmentKind::Tag),
                },
            }
        }
    }

    fn push(&mut self, kind: SegmentKind, start: usize, end: usize) {
        if start < end {
            self.segments.push(Segment { kind, start, end, tokens: Vec::new() });
        }
        self.at = end.max(self.at);
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn rest(&self, at: usize) -> &str {
        self.source.get(at..).unwrap_or_default()
    }

    fn next_mark(&self) -> Option<(usize, u8)> {
        let mut from = self.at;
        loop {
            let brace = from + self.rest(from).find('{')?;
            match self.byte(brace + 1) {
                Some(mark @ (b'{' | b'%' | b'#')) => return Some((brace, mark)),
                _ => from = brace + 1,
            }
        }
    }

    fn comment(&mut self, start: usize) {
        if let Some(length) = self.rest(start + 2).find("#}") {
            self.push(SegmentKind::Comment, start, start + 2 + length + 2);
        } else {
            self.fault(
                "unclosed-comment",
                (start, start + 2),
                "this comment is never closed",
                "needs a `#}`",
            );
            self.push(SegmentKind::Comment, start, self.source.len());
        }
    }

    /// The end of a tag that is just `name`, if one starts at `start`.
    fn basic_tag(&self, start: usize, name: &str) -> Option<usize> {
        let rest = self.source.get(start..)?.strip_prefix("{%")?;
        let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        let rest = rest.trim_start().strip_prefix(name)?.trim_start();
        let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).strip_prefix("%}")?;
        Some(self.source.len() - rest.len())
    }

    fn raw(&mut self, start: usize, body: usize) {
        let mut from = body;
        while let Some(length) = self.rest(from).find("{%") {
            if let Some(end) = self.basic_tag(from + length, "endraw") {
                return self.push(SegmentKind::Raw, start, end);
            }
            from += length + 2;
        }
        self.fault("unclosed-block", (start, body), "`{% raw %}` is never closed", "needs an `{% endraw %}`");
        self.push(SegmentKind::Raw, start, self.source.len());
    }

    /// An expression or a tag: tokens up to the closing mark.
    fn code(&mut self, start: usize, kind: SegmentKind) {
        let close = if kind == SegmentKind::Expression { b'}' } else { b'%' };
        let mut tokens = Vec::new();
        let mut at = start + 2;
        if matches!(self.byte(at), Some(b'-' | b'+')) {
            at += 1;
        }
        let mut depth = 0_i32;
        while let Some(byte) = self.byte(at) {
            if depth == 0
                && let Some(end) = self.closing(at, close)
            {
                self.segments.push(Segment { kind, start, end, tokens });
                self.at = end;
                return;
            }
            let space = self.space(at, byte);
            if space > 0 {
                at += space;
                continue;
            }
            let Some(token) = self.token(at) else {
                self.fault("unclosed-string", (at, at + 1), "this string is never closed", "starts here");
                break;
            };
            depth += depth_change(byte, token.kind);
            at = token.end;
            tokens.push(token);
        }
        self.unclosed(start, kind);
        self.segments.push(Segment { kind, start, end: self.source.len(), tokens });
        self.at = self.source.len();
    }

    /// The length of the space that begins at `at` with `byte`: Python's are those of Unicode.
    fn space(&self, at: usize, byte: u8) -> usize {
        if byte.is_ascii() {
            return usize::from(byte.is_ascii_whitespace());
        }
        self.rest(at).chars().next().filter(|first| first.is_whitespace()).map_or(0, char::len_utf8)
    }

    fn unclosed(&mut self, start: usize, kind: SegmentKind) {
        let string_is_to_blame = self.faults.last().is_some_and(|fault| fault.code == "unclosed-string");
        if string_is_to_blame {
            return;
        }
        let (open, close) =
            if kind == SegmentKind::Expression { ("{{", "needs a `}}`") } else { ("{%", "needs a `%}`") };
        self.fault("unclosed-tag", (start, start + 2), format!("this `{open}` is never closed"), close);
    }

    /// One past the closing mark, if one stands at `at`.
    fn closing(&self, at: usize, close: u8) -> Option<usize> {
        let mark = match self.byte(at)? {
            b'-' | b'+' => at + 1,
            _ => at,
        };
        (self.byte(mark)? == close && self.byte(mark + 1)? == b'}').then_some(mark + 2)
    }

    /// The token at `at`; `None` for a string without an end.
    fn token(&self, at: usize) -> Option<Token> {
        let rest = self.rest(at);
        let first = rest.chars().next()?;
        let (kind, length) = if first.is_ascii_digit() {
            (TokenKind::Number, number_length(rest))
        } else if first == '\'' || first == '"' {
            (TokenKind::String, string_length(rest, first)?)
        } else if first == '_' || first.is_alphabetic() {
            let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
            (TokenKind::Name, length)
        } else if ["**", "//", "==", "!=", "<=", ">="].iter().any(|symbol| rest.starts_with(symbol)) {
            (TokenKind::Symbol, 2)
        } else if "()[]{}<>+-*/%~|.,:=".contains(first) {
            (TokenKind::Symbol, 1)
        } else {
            (TokenKind::Unknown, first.len_utf8())
        };
        Some(Token { kind, start: at, end: at + length })
    }

    fn fault(
        &mut self,
        code: &'static str,
        (start, end): (usize, usize),
        message: impl Into<String>,
        label: &'static str,
    ) {
        self.faults.push(Fault { code, start, end, message: message.into(), label });
    }
}

fn depth_change(byte: u8, kind: TokenKind) -> i32 {
    match (kind, byte) {
        (TokenKind::Symbol, b'(' | b'[' | b'{') => 1,
        (TokenKind::Symbol, b')' | b']' | b'}') => -1,
        _ => 0,
    }
}

fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut length = 0;
    let mut dotted = false;
    while let Some(byte) = bytes.get(length) {
        let next = bytes.get(length + 1).copied().unwrap_or_default();
        let previous =
            length.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or_default();
        match byte {
            b'.' if !dotted && next.is_ascii_digit() => dotted = true,
            b'+' | b'-' if matches!(previous, b'e' | b'E') && next.is_ascii_digit() => {}
            b'_' => {}
            byte if byte.is_ascii_alphanumeric() => {}
            _ => break,
        }
        length += 1;
    }
    length
}

/// The length of the string literal at the start of `rest`, quotes included.
fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}
