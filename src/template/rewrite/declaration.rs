//! Rewrites the opening tags of macros.

use super::edits::{Edits, Rewritten};
use super::expression::{self, Walker};
use super::nesting::too_deep;
use super::statement;
use crate::template::scan::{Parameter, Segment, SegmentKind, Token, TokenKind, parameters, segments};

/// Stands before a macro's name in its template, so that calls of the name go
/// through the context, even a macro's calls of itself (dbt does the same).
pub(crate) const LOCAL_PREFIX: &str = "dbt_macro__";

/// Rewrites a whole block (`source` is its text, tags included) into a template
/// that declares the macro `dbt_macro__<name>` and nothing else.
pub(crate) fn declaration(source: &str, name: &str, is_variadic: bool) -> Rewritten {
    let mut edits = Edits::default();
    let segments = segments(source).0;
    if too_deep(source, &segments).is_some() {
        return Rewritten::refused();
    }
    let last = segments.len().saturating_sub(1);
    for (at, segment) in segments.iter().enumerate() {
        match segment.kind {
            SegmentKind::Tag if at == 0 => opening(source, segment, name, is_variadic, &mut edits),
            SegmentKind::Tag if at == last => closing(segment, &mut edits),
            SegmentKind::Data | SegmentKind::Raw => edits.unix_newlines(source, segment.start, segment.end),
            SegmentKind::Comment => {}
            SegmentKind::Expression => expression::rewrite(source, &segment.tokens, &mut edits),
            SegmentKind::Tag => statement::rewrite(source, segment, &mut edits),
        }
        edits.plain_spaces(source, segment);
    }
    edits.apply(source)
}

/// `macro x(a)`, `test x(a)` or `materialization x, …` becomes a macro's tag.
fn opening(source: &str, segment: &Segment, name: &str, is_variadic: bool, edits: &mut Edits) {
    let (Some(first), Some(last)) = (segment.tokens.first(), segment.tokens.last()) else { return };
    let rest = segment.tokens.get(2..).unwrap_or_default();
    let read = parameters(source, rest).unwrap_or_default();
    if read.is_empty() {
        let surplus = if is_variadic { SURPLUS } else { "" };
        let text = format!("macro {LOCAL_PREFIX}{name}({surplus})");
        edits.replace(first.start, last.end - first.start, text);
        return;
    }
    let name_end = segment.tokens.get(1).map_or(first.end, |token| token.end);
    edits.replace(first.start, name_end - first.start, format!("macro {LOCAL_PREFIX}{name}"));
    signature(source, segment, rest, &read, edits);
    if is_variadic {
        let close = rest.iter().rev().find(|token| token.text(source) == ")");
        let has_comma = close.is_some_and(|close| {
            rest.iter()
                .rev()
                .find(|token| token.end <= close.start)
                .is_some_and(|token| token.text(source) == ",")
        });
        let comma = if has_comma { "" } else { ", " };
        if let Some(close) = close {
            edits.insert(close.start, format!("{comma}{SURPLUS}"));
        }
    }
    if last.text(source) == ":" {
        edits.replace(last.start, 1, "");
    }
}

/// The parameters that take what a call has too much.
const SURPLUS: &str = "varargs=none, kwargs=none";

fn closing(segment: &Segment, edits: &mut Edits) {
    if let (Some(first), Some(last)) = (segment.tokens.first(), segment.tokens.last()) {
        edits.replace(first.start, last.end - first.start, "endmacro");
    }
}

/// A macro inside of a text or of another macro: `list` follows the word `macro`.
pub(super) fn local_macro(source: &str, segment: &Segment, list: &[Token], edits: &mut Edits) {
    let list = list.get(1..).unwrap_or_default();
    if let Ok(read) = parameters(source, list) {
        signature(source, segment, list, &read, edits);
    }
}

/// Strips annotations, rewrites defaults, and moves defaults that use other
/// parameters into the body.
fn signature(source: &str, segment: &Segment, list: &[Token], read: &[Parameter], edits: &mut Edits) {
    annotations(source, list, edits);
    let mut moved = String::new();
    for (at, parameter) in read.iter().enumerate() {
        let Some((start, end)) = parameter.default else { continue };
        let tokens = within(list, start, end);
        let uses_earlier = tokens.iter().any(|token| {
            let earlier = read.get(..at).unwrap_or_default();
            token.kind == TokenKind::Name
                && earlier.iter().any(|earlier| earlier.argument.name == token.text(source))
        });
        if uses_earlier {
            let name = &parameter.argument.name;
            let mut value = Edits::default();
            Walker::new(source, tokens, &mut value).all();
            let value = value.apply_within(source, start, end);
            edits.replace(start, end - start, "(none|__undefined)");
            let set = format!("{{% if {name} is undefined %}}{{% set {name} = {value} %}}{{% endif %}}");
            moved.push_str(&set);
        } else {
            Walker::new(source, tokens, edits).all();
        }
    }
    if !moved.is_empty() {
        edits.insert(segment.end, with_trim(source, segment, moved));
    }
}

/// A `-%}` of the opening tag trims what follows it; the tags that now follow
/// must trim in its place.
fn with_trim(source: &str, segment: &Segment, moved: String) -> String {
    let trims = source.get(..segment.end).is_some_and(|text| text.ends_with("-%}"));
    match moved.strip_suffix("%}").filter(|_| trims) {
        Some(start) => format!("{start}-%}}"),
        None => moved,
    }
}

fn within(tokens: &[Token], start: usize, end: usize) -> &[Token] {
    let first = tokens.iter().position(|token| token.start >= start).unwrap_or(tokens.len());
    let last = tokens.iter().position(|token| token.start >= end).unwrap_or(tokens.len());
    tokens.get(first..last).unwrap_or_default()
}

/// Deletes `: type` after parameters.
fn annotations(source: &str, list: &[Token], edits: &mut Edits) {
    let mut depth = 0_usize;
    let mut colon: Option<usize> = None;
    for token in list {
        let text = if token.kind == TokenKind::String { "" } else { token.text(source) };
        match text {
            ":" if depth == 1 && colon.is_none() => colon = Some(token.start),
            "," | "=" | ")" if depth == 1 => {
                if let Some(start) = colon.take() {
                    edits.replace(start, token.start - start, "");
                }
            }
            _ => {}
        }
        match text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}
