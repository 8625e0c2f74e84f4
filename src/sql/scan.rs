//! SQL text in pieces: just enough to know what is code and what is not.

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Location, Token, Tokenizer, Whitespace};

/// What a [`Piece`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space.
    Space,
    /// A comment with its marks.
    Comment,
    /// A name, a keyword, or a number.
    Word,
    /// A string or quoted identifier with its quotes.
    Quoted,
    /// An operator or a mark.
    Symbol,
}

/// A piece of SQL. All pieces in a row are the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Where it starts, in bytes.
    pub(super) start: usize,
}

impl Piece<'_> {
    /// Whether it is this keyword.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether a parser would see it.
    pub(super) fn is_code(&self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::Comment)
    }

    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The pieces of a text. What is opened and never closed, and whatever else
/// cannot be read, is one quoted piece up to the end.
pub(super) fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut tokens = Vec::new();
    // The tokens before the trouble are in the buffer; the rest is handled below.
    let _ = Tokenizer::new(&GenericDialect {}, sql)
        .with_unescape(false)
        .tokenize_with_location_into_buf(&mut tokens);
    let mut found = Vec::with_capacity(tokens.len() + 1);
    let mut reached = Reached { sql, offset: 0, line: 1, column: 1 };
    for token in tokens {
        let start = reached.offset;
        reached.advance(token.span.end);
        push(&mut found, sql, start..reached.offset, kind(&token.token));
    }
    push(&mut found, sql, reached.offset..sql.len(), Kind::Quoted);
    found
}

fn push<'a>(found: &mut Vec<Piece<'a>>, sql: &'a str, range: std::ops::Range<usize>, kind: Kind) {
    let start = range.start;
    if let Some(text) = sql.get(range).filter(|text| !text.is_empty()) {
        found.push(Piece { kind, text, start });
    }
}

fn kind(token: &Token) -> Kind {
    match token {
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
            Kind::Comment
        }
        Token::Whitespace(_) => Kind::Space,
        Token::Word(word) if word.quote_style.is_some() => Kind::Quoted,
        Token::Word(_) | Token::Number(..) => Kind::Word,
        Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::HexStringLiteral(_) => Kind::Quoted,
        _ => Kind::Symbol,
    }
}

/// How far a text has been walked, in bytes and as the tokenizer counts: lines
/// and characters from 1.
struct Reached<'a> {
    sql: &'a str,
    offset: usize,
    line: u64,
    column: u64,
}

impl Reached<'_> {
    fn advance(&mut self, to: Location) {
        let rest = self.sql.get(self.offset..).unwrap_or_default();
        for character in rest.chars() {
            if (self.line, self.column) >= (to.line, to.column) {
                return;
            }
            self.offset += character.len_utf8();
            if character == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces that are code, separated by bars.
    fn check(sql: &str, expected: &str) {
        let code: Vec<&str> =
            pieces(sql).into_iter().filter(Piece::is_code).map(|piece| piece.text).collect();
        assert_eq!(code.join("|"), expected, "{sql}");
    }

    #[test]
    fn quotes_and_comments_are_one_piece() {
        check("a -- b\n/* c /* d */ e */ f", "a|f");
        check("'it''s' \"a\"\"b\" `c`", "'it''s'|\"a\"\"b\"|`c`");
        check(r"E'a\'b' 'a\' c", r"E'a\'b'|'a\'|c");
        check("$$a;b$$ $t$ $$ $t$ $1 a$b", "$$a;b$$|$t$ $$ $t$|$1|a$b");
        check("'open", "'open");
        check("a /* open", "a|/* open");
        check("größe_1.x", "größe_1|.|x");
    }

    proptest! {
        #[test]
        fn all_pieces_are_the_whole_text(sql in r#"[a'"$/*; \-\n\\eé`]{0,40}"#) {
            let joined: String = pieces(&sql).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
