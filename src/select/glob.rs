//! Wildcards: `*`, `?`, `[abc]` and `[!abc]`, as Python's `fnmatch` has them.

use std::iter::Peekable;
use std::str::Chars;

/// Whether a text matches a pattern as a whole; upper and lower case differ.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    tokens_match(&tokens(pattern), &text.chars().collect::<Vec<_>>())
}

/// Whether the text has a character that wildcards are made of.
pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '[', ']'])
}

/// Whether a path with `/` matches a pattern: part by part, `**` being any
/// number of folders, none included.
pub(super) fn path_matches(pattern: &str, path: &str) -> bool {
    fn parts(path: &str) -> Vec<&str> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").collect()
    }
    parts_match(&parts(pattern), &parts(path))
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), first) => {
            parts_match(rest, path) || first.is_some_and(|(_, below)| parts_match(pattern, below))
        }
        (Some((part, rest)), Some((name, below))) => matches(part, name) && parts_match(rest, below),
        _ => false,
    }
}

/// A piece of a pattern.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// Any number of characters.
    Many,
    /// Any one character.
    One,
    /// This character.
    Exactly(char),
    /// One character of these ranges, or none of them.
    Among { ranges: Vec<(char, char)>, negated: bool },
}

impl Token {
    fn accepts(&self, found: char) -> bool {
        match self {
            Self::Many | Self::One => true,
            Self::Exactly(wanted) => *wanted == found,
            Self::Among { ranges, negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&found)) != *negated
            }
        }
    }
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        let token = match next {
            '*' => Token::Many,
            '?' => Token::One,
            '[' => bracket(&mut rest).unwrap_or(Token::Exactly('[')),
            other => Token::Exactly(other),
        };
        if token != Token::Many || tokens.last() != Some(&Token::Many) {
            tokens.push(token);
        }
    }
    tokens
}

/// What follows `[`, up to its `]`; `None`, with nothing taken, where there is
/// no `]`. A `]` that comes first is an ordinary character.
fn bracket(rest: &mut Peekable<Chars<'_>>) -> Option<Token> {
    let mut ahead = rest.clone();
    let negated = ahead.next_if_eq(&'!').is_some();
    let mut members = Vec::new();
    loop {
        match ahead.next()? {
            ']' if !members.is_empty() => break,
            other => members.push(other),
        }
    }
    *rest = ahead;
    let mut ranges = Vec::new();
    let mut members = members.as_slice();
    loop {
        members = match members {
            [] => return Some(Token::Among { ranges, negated }),
            [low, '-', high, after @ ..] => {
                ranges.push((*low, *high));
                after
            }
            [one, after @ ..] => {
                ranges.push((*one, *one));
                after
            }
        };
    }
}

/// Matches by going back, at most, to the last `*`: time is pattern times text.
fn tokens_match(tokens: &[Token], text: &[char]) -> bool {
    let (mut pattern, mut text) = (tokens, text);
    let mut last_star: Option<(&[Token], &[char])> = None;
    loop {
        match (pattern, text) {
            ([], []) => return true,
            ([Token::Many, after @ ..], _) => {
                last_star = Some((after, text));
                pattern = after;
            }
            ([token, after @ ..], [found, left @ ..]) if token.accepts(*found) => {
                (pattern, text) = (after, left);
            }
            _ => match last_star {
                Some((after, [_, left @ ..])) => {
                    last_star = Some((after, left));
                    (pattern, text) = (after, left);
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, path_matches};

    #[test]
    fn wildcards_match_as_in_fnmatch() {
        let check =
            |pattern, text, expected| assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        check("*", "", true);
        check("stg_*", "stg_orders", true);
        check("stg_*", "dim_date", false);
        check("*_a*b", "x_aab_ab", true);
        check("d?m", "dim", true);
        check("d?m", "dm", false);
        check("[ds]im", "sim", true);
        check("[!ds]im", "sim", false);
        check("v[1-3]", "v2", true);
        check("v[1-3]", "v4", false);
        check("a[", "a[", true);
        check("[]]", "]", true);
        check("a.b", "axb", false);
        check("é*", "étoile", true);
    }

    #[test]
    fn paths_match_part_by_part() {
        let check =
            |pattern, path, expected| assert_eq!(path_matches(pattern, path), expected, "{pattern} {path}");
        check("models/*.sql", "models/a.sql", true);
        check("models/*.sql", "models/deep/a.sql", false);
        check("models/**/*.sql", "models/a.sql", true);
        check("models/**/*.sql", "models/x/y/a.sql", true);
        check("./models/", "models", true);
        check("models", "models/a.sql", false);
    }
}
