//! Python's tokens, as far as they matter.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or a keyword.
    Name,
    /// A number.
    Number,
    /// A text in quotes, with its prefix.
    Text,
    /// Anything else, one character.
    Mark,
}

/// A token by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tokens of a text without blank space and comments.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = token(rest);
        if let Some(kind) = kind {
            found.push(Token { kind, start, end: start + length });
        }
        start += length;
    }
    found
}

/// The first token of a text and its length; blank space and comments are none.
fn token(rest: &str) -> (Option<Kind>, usize) {
    let Some(first) = rest.chars().next() else { return (None, 0) };
    if first == '#' {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if first.is_whitespace() || first == '\\' {
        return (None, first.len_utf8());
    }
    if let Some(length) = text_length(rest) {
        return (Some(Kind::Text), length);
    }
    let run = |belongs: fn(char) -> bool| rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
    if first.is_alphabetic() || first == '_' {
        return (Some(Kind::Name), run(|c| c.is_alphanumeric() || c == '_'));
    }
    if first.is_ascii_digit() {
        return (Some(Kind::Number), run(|c| c.is_alphanumeric() || c == '_' || c == '.'));
    }
    (Some(Kind::Mark), first.len_utf8())
}

/// The length of a text in quotes, where one begins here.
fn text_length(rest: &str) -> Option<usize> {
    let before = rest.find(['\'', '"'])?;
    let prefix = rest.get(..before)?;
    if before > 2 || !prefix.chars().all(|c| "rRbBuUfF".contains(c)) {
        return None;
    }
    let quoted = rest.get(before..)?;
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| quoted.starts_with(quote))?;
    let mut at = quote.len();
    while let Some(tail) = quoted.get(at..) {
        if tail.starts_with(quote) {
            return Some(before + at + quote.len());
        }
        let mut characters = tail.chars();
        at += match characters.next() {
            Some('\\') => 1 + characters.next().map_or(0, char::len_utf8),
            // A text that is not closed ends with its line.
            Some('\n') if quote.len() == 1 => return Some(before + at),
            Some(other) => other.len_utf8(),
            None => break,
        };
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_whole_and_comments_are_none() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> =
                tokens(text).iter().filter_map(|token| text.get(token.start..token.end)).collect();
            assert_eq!(found, expected);
        };
        check("a.b(1_0, -2.5) # c", &["a", ".", "b", "(", "1_0", ",", "-", "2.5", ")"]);
        check(r#"f'it\'s' """a "b" c""" r'\'"#, &[r"f'it\'s'", r#""""a "b" c""""#, r"r'\'"]);
        check("'open\nx", &["'open", "x"]);
        check("é = 'ü' \\\n+ x", &["é", "=", "'ü'", "+", "x"]);
        check("'''a", &["'''a"]);
    }
}
