//! SQL text in pieces: just enough to know what is code and what is not.

/// What a [`Piece`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space.
    Space,
    /// A comment with its marks.
    Comment,
    /// Letters, digits and underscores.
    Word,
    /// A string or quoted identifier with its quotes.
    Quoted,
    /// One other character.
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

/// The pieces of a text. What is opened and never closed reaches to the end.
pub(super) fn pieces(sql: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = sql.get(at..)?;
        let (kind, length) = measure(rest)?;
        let piece = Piece { kind, text: rest.get(..length)?, start: at };
        at += length;
        Some(piece)
    })
}

/// The kind and the length of the first piece; `None` for an empty text.
fn measure(text: &str) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    Some(match first {
        _ if first.is_whitespace() => (Kind::Space, while_holds(text, char::is_whitespace)),
        '-' if text.starts_with("--") => (Kind::Comment, text.find('\n').unwrap_or(text.len())),
        '/' if text.starts_with("/*") => (Kind::Comment, block_comment(text)),
        '\'' | '"' | '`' => (Kind::Quoted, quoted(text, first, false)),
        'e' | 'E' if text.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
            (Kind::Quoted, 1 + quoted(text.get(1..)?, '\'', true))
        }
        '$' => dollar_quoted(text).map_or((Kind::Symbol, 1), |length| (Kind::Quoted, length)),
        _ if is_word(first) => (Kind::Word, while_holds(text, |c| is_word(c) || c == '$')),
        _ => (Kind::Symbol, first.len_utf8()),
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn while_holds(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|character| !holds(character)).unwrap_or(text.len())
}

/// Block comments nest, as in PostgreSQL and DuckDB.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// A quoted piece; a doubled quote stands for itself, and so does one behind a
/// backslash where those `escape`.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

/// `$$…$$` or `$tag$…$tag$`; `None` where the dollar opens neither.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_length = text.get(1..)?.find('$')? + 2;
    let tag = text.get(..tag_length)?;
    let name = tag.trim_matches('$');
    if name.starts_with(|first: char| first.is_ascii_digit()) || !name.chars().all(is_word) {
        return None;
    }
    let close = text.get(tag_length..)?.find(tag);
    Some(close.map_or(text.len(), |at| at + 2 * tag_length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces that are code, separated by bars.
    fn check(sql: &str, expected: &str) {
        let code: Vec<&str> = pieces(sql).filter(Piece::is_code).map(|piece| piece.text).collect();
        assert_eq!(code.join("|"), expected, "{sql}");
    }

    #[test]
    fn quotes_and_comments_are_one_piece() {
        check("a -- b\n/* c /* d */ e */ f", "a|f");
        check("'it''s' \"a\"\"b\" `c`", "'it''s'|\"a\"\"b\"|`c`");
        check(r"E'a\'b' 'a\' c", r"E'a\'b'|'a\'|c");
        check("$$a;b$$ $t$ $$ $t$ $1 a$b", "$$a;b$$|$t$ $$ $t$|$|1|a$b");
        check("'open", "'open");
        check("/* open", "");
        check("größe_1.x", "größe_1|.|x");
    }

    proptest! {
        #[test]
        fn all_pieces_are_the_whole_text(sql in r#"[a'"$/*; \-\n\\eé`]{0,40}"#) {
            let joined: String = pieces(&sql).map(|piece| piece.text).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
