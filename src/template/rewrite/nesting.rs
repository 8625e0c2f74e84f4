//! Refuses expressions that nest so deep that reading them would exhaust the
//! stack. No person writes such expressions, but a program may.

use crate::template::scan::{Fault, Segment, SegmentKind, Token, TokenKind};

/// How deep operators, brackets and members of one expression may nest.
const EXPRESSION: usize = 250;

/// How many `elif` one `if` may have; each is an `if` within the one before.
const BRANCHES: usize = 1000;

/// The first place that nests too deep.
pub(crate) fn too_deep(source: &str, segments: &[Segment]) -> Option<Fault> {
    let mut branches = 0;
    for segment in segments {
        if let Some(token) = deepest(source, &segment.tokens) {
            return Some(fault(token.start, token.end, "this expression nests too deep"));
        }
        if segment.kind == SegmentKind::Tag {
            match segment.tag_name(source) {
                "elif" => branches += 1,
                "endif" => branches = 0,
                _ => {}
            }
        }
        if branches > BRANCHES {
            return Some(fault(segment.start, segment.end, "this `if` has too many branches"));
        }
    }
    None
}

fn fault(start: usize, end: usize, message: &str) -> Fault {
    Fault { code: "template-nesting", start, end, message: message.to_owned(), label: "too much here" }
}

/// What is open at one level of brackets.
#[derive(Default, Clone, Copy)]
struct Level<'a> {
    depth: usize,
    operator: &'a str,
}

/// The token at which an expression becomes too deep.
fn deepest<'a>(source: &str, tokens: &'a [Token]) -> Option<&'a Token> {
    if tokens.len() <= EXPRESSION {
        return None;
    }
    let mut levels = vec![Level::default()];
    let mut depth = 0;
    let mut follows_value = false;
    for token in tokens {
        let text = if token.kind == TokenKind::String { "" } else { token.text(source) };
        let Some(level) = levels.last_mut() else { return Some(token) };
        let before = level.depth;
        match text {
            "(" | "[" | "{" => {
                level.depth += 1;
                levels.push(Level::default());
                depth += 1;
            }
            ")" | "]" | "}" => {
                depth -= before;
                if levels.len() > 1 {
                    levels.pop();
                }
            }
            "," | ":" => {
                depth -= before;
                *level = Level::default();
            }
            // The rewrite makes one call of a run of the same operator.
            "+" | "-" | "*" | "/" | "//" | "%" | "~" if follows_value && level.operator == text => {}
            "." | "|" | "+" | "-" | "*" | "/" | "//" | "%" | "~" | "**" | "not" | "and" | "or" | "if"
            | "else" | "is" | "in" | "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                level.depth += 1;
                depth += 1;
                if !matches!(text, "." | "|" | "is") {
                    level.operator = text;
                }
            }
            _ => {}
        }
        let is_value = matches!(token.kind, TokenKind::Name | TokenKind::Number | TokenKind::String);
        let is_word = matches!(text, "not" | "and" | "or" | "if" | "else" | "is" | "in");
        follows_value = (is_value && !is_word) || matches!(text, ")" | "]" | "}");
        if depth > EXPRESSION {
            return Some(token);
        }
    }
    None
}
