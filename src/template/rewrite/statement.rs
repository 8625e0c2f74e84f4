//! Rewrites what stands in `{% … %}`.

use super::declaration;
use super::edits::Edits;
use super::expression::{Kind, Walker};
use crate::template::scan::{Segment, Token, TokenKind};

/// Rewrites one tag of a text or of a macro's body.
pub(super) fn rewrite(source: &str, segment: &Segment, edits: &mut Edits) {
    let (tokens, colon) = without_colon(source, segment);
    if let Some((name, rest)) = tokens.split_first() {
        tag(source, segment, (name, rest), edits);
    }
    // Last, as what is inserted before the colon must not be lost with it.
    if let Some(colon) = colon {
        edits.replace(colon.start, 1, "");
    }
}

fn tag(source: &str, segment: &Segment, (name, rest): (&Token, &[Token]), edits: &mut Edits) {
    match name.text(source) {
        "with" => with_tag(source, rest, edits),
        "if" | "elif" | "include" | "autoescape" | "print" => expression(source, rest, edits),
        "do" => do_tag(source, name, rest, edits),
        "set" => set_tag(source, rest, edits),
        "for" => for_tag(source, rest, edits),
        "call" => call_tag(source, rest, edits),
        "filter" => filter_tag(source, rest, edits),
        "macro" => declaration::local_macro(source, segment, rest, edits),
        _ => {}
    }
}

/// The tag's tokens and the colon at the end, which Jinja2 allows.
fn without_colon<'a>(source: &str, segment: &'a Segment) -> (&'a [Token], Option<&'a Token>) {
    match segment.tokens.split_last() {
        Some((last, rest)) if last.kind == TokenKind::Symbol && last.text(source) == ":" => {
            (rest, Some(last))
        }
        _ => (&segment.tokens, None),
    }
}

fn expression(source: &str, tokens: &[Token], edits: &mut Edits) {
    Walker::new(source, tokens, edits).all();
}

/// `with a = x, b = y`: Jinja2 looks for the names in all values outside of the block, so
/// that the names of the block come after all values.
fn with_tag(source: &str, tokens: &[Token], edits: &mut Edits) {
    let mut names: Vec<&Token> = Vec::new();
    let mut at = 0;
    while let Some(equals) =
        tokens.get(at..).and_then(|rest| rest.iter().position(|token| token.text(source) == "="))
    {
        let before = edits.len();
        let from = at + equals + 1;
        names.extend(tokens.get(..from - 1).and_then(<[Token]>::last));
        let mut walker = Walker::new(source, tokens.get(from..).unwrap_or_default(), edits);
        if walker.expression().is_err() {
            edits.truncate(before);
            return;
        }
        at = from + walker.at;
    }
    if let ([_, _, ..], Some(last)) = (names.as_slice(), tokens.last()) {
        let mut behind = String::new();
        for (number, name) in names.iter().enumerate() {
            edits.replace(name.start, name.end - name.start, format!("__with{number}"));
            behind.extend([", ", name.text(source), &format!(" = __with{number}")]);
        }
        edits.insert(last.end, behind);
    }
}

/// minijinja's `do` takes a call and nothing else.
fn do_tag(source: &str, name: &Token, rest: &[Token], edits: &mut Edits) {
    let walked = Walker::new(source, rest, edits).all();
    if walked.is_some_and(|walked| walked.kind != Kind::Call) {
        edits.replace(name.start, name.end - name.start, "set __done =");
    }
}

fn set_tag(source: &str, tokens: &[Token], edits: &mut Edits) {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text(source) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "=" if depth == 0 => {
                Walker::new(source, tokens.get(at + 1..).unwrap_or_default(), edits).all();
                return;
            }
            // A block: `{% set x | filter %}`.
            "|" if depth == 0 => return filter_tag(source, tokens.get(at + 1..).unwrap_or_default(), edits),
            _ => {}
        }
    }
}

/// `for a, b in items if condition recursive`.
fn for_tag(source: &str, tokens: &[Token], edits: &mut Edits) {
    let Some(at) =
        tokens.iter().position(|token| token.kind == TokenKind::Name && token.text(source) == "in")
    else {
        return;
    };
    let before = edits.len();
    let mut walker = Walker::new(source, tokens.get(at + 1..).unwrap_or_default(), edits);
    // The condition must not be read as `items if condition`.
    let mut result = walker.logical();
    match &result {
        Ok(items) if !walker.is(",") => walker.as_looped(*items),
        _ => {}
    }
    while result.is_ok() && walker.take(",") {
        result = walker.logical();
    }
    if result.is_ok() && walker.take("if") {
        result = walker.expression();
    }
    if result.is_err() {
        edits.truncate(before);
    }
}

/// `call(x) macro(y)`: the parameters of the block stay as they are.
fn call_tag(source: &str, tokens: &[Token], edits: &mut Edits) {
    let mut from = 0;
    if tokens.first().is_some_and(|token| token.text(source) == "(") {
        let mut depth = 0_usize;
        for (at, token) in tokens.iter().enumerate() {
            match token.text(source) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                from = at + 1;
                break;
            }
        }
    }
    Walker::new(source, tokens.get(from..).unwrap_or_default(), edits).all();
}

fn filter_tag(source: &str, tokens: &[Token], edits: &mut Edits) {
    let before = edits.len();
    let mut walker = Walker::new(source, tokens, edits);
    let start = super::expression::Walked { start: 0, end: 0, kind: Kind::Other };
    let result = walker.filter(start).and_then(|first| walker.filters(first));
    if result.is_err() {
        edits.truncate(before);
    }
}
