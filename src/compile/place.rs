//! From an error in the SQL that was sent to the line that a user wrote.

use std::ops::Range;

use super::failure::{Failure, Refusal};
use super::state::JobState;
use super::subject::text_of;
use crate::adapter::DatabaseError;
use crate::diagnostics::{Diagnostic, Label};
use crate::source::Span;
use crate::sql;
use crate::template::{TemplateError, Text};

/// A refused statement as a failure: it points at the user's own line where
/// that line stands in the SQL, else at the SQL.
pub(super) fn failure(state: &JobState, error: DatabaseError) -> Failure {
    if error.is_cancelled {
        return Failure::Cancelled;
    }
    let mut diagnostic = Diagnostic::error("database-error", error.message.clone());
    if let (Some(sql), Some(offset)) = (&error.sql, error.offset) {
        let place = own_line(state, sql, offset).unwrap_or_else(|| sent_line(state, sql, offset));
        diagnostic = diagnostic.at(place, "");
    }
    if error.message.contains("syntax error") {
        diagnostic = explained(state, diagnostic);
    }
    Failure::Database(Box::new(Refusal { error, diagnostic }))
}

/// A syntax error that comes from putting a node's text into a larger statement.
fn explained(state: &JobState, diagnostic: Diagnostic) -> Diagnostic {
    let Some(compiled) = state.compiled() else { return diagnostic };
    if !sql::has_code(&compiled.sql) {
        let name = state.subject.name(&state.runtime);
        return diagnostic.help(format!("`{name}` holds no query, only comments: write one"));
    }
    let Some(end) = sql::first_end(&compiled.sql) else { return diagnostic };
    let diagnostic = match own_line(state, &compiled.sql, end).filter(|_| diagnostic.labels.is_empty()) {
        Some(place) => diagnostic.at(place, "the statement ends here"),
        None => diagnostic,
    };
    diagnostic.help("leave out the `;`: the query becomes part of a larger statement")
}

/// A failed render as a failure. What failed in Rust keeps its own places; the
/// template's places follow. Macros that came with the program are not shown: what goes wrong
/// in them is shown by the node that they serve, where there is one.
pub(super) fn template_failure(state: &JobState, error: &TemplateError) -> Failure {
    let mut outer = error.diagnostic();
    let mut failure = error.payload::<Failure>().cloned();
    let inner = failure.as_mut().and_then(Failure::diagnostic_mut);
    let has_place = inner.is_some_and(|inner| !inner.labels.is_empty());
    let labels = std::mem::take(&mut outer.labels);
    let own: Vec<Label> = labels.iter().filter(|label| !is_built_in(state, label.span)).cloned().collect();
    let is_placed = has_place || !own.is_empty();
    if !is_placed && let (Some(node), Some(Failure::Database(refusal))) = (state.node(), &failure) {
        let diagnostic = node.pointed(refusal.diagnostic.clone());
        return Failure::Database(Box::new(Refusal { error: refusal.error.clone(), diagnostic }));
    }
    let node = state.node().filter(|_| !is_placed);
    let pointed = |finding: Diagnostic| node.map_or(finding.clone(), |node| node.pointed(finding));
    outer.labels = match node {
        Some(_) => Vec::new(),
        None if is_placed => own,
        None => labels,
    };
    let Some(mut failure) = failure else { return pointed(outer).into() };
    if let Some(diagnostic) = failure.diagnostic_mut() {
        diagnostic.labels.extend(outer.labels);
        diagnostic.notes.extend(outer.notes);
        *diagnostic = pointed(diagnostic.clone());
    }
    failure
}

/// Whether a place is in a macro that came with the program.
fn is_built_in(state: &JobState, place: Span) -> bool {
    let mut macros = state.runtime.parts.engine.library().macros();
    macros.any(|info| info.is_internal && info.file.id() == place.file)
}

/// The place in the text of the node, or of an ephemeral model inside it, that
/// became this place of the SQL.
fn own_line(state: &JobState, sql: &str, offset: usize) -> Option<Span> {
    let line = line_at(sql, offset)?;
    let wanted = sql.get(line.clone())?;
    let column = offset.checked_sub(line.start)?;
    let occurrence = sql.get(..line.start)?.lines().filter(|other| other.trim() == wanted.trim()).count();
    texts(state).iter().find_map(|text| find_line(text, wanted, column, occurrence))
}

/// The node's own template first, then those of the ephemeral models in it.
fn texts(state: &JobState) -> Vec<Text> {
    let runtime = &state.runtime;
    let ctes = state.compiled().map(|compiled| compiled.ctes.clone()).unwrap_or_default();
    let inner =
        ctes.iter().rev().filter_map(|cte| runtime.parts.manifest.by_id(&cte.id)?.kind.body().map(text_of));
    state.subject.text(runtime).into_iter().chain(inner).collect()
}

/// The SQL itself, as a text of its own. Only what was compiled is in a file as it was sent.
fn sent_line(state: &JobState, sql: &str, offset: usize) -> Span {
    let runtime = &state.runtime;
    let is_compiled = state.compiled().is_some_and(|compiled| compiled.sql == sql);
    let path = match state.node().filter(|_| is_compiled) {
        Some(node) => state.output_path("compiled", node),
        None => format!("SQL of {}", state.subject.name(runtime)).into(),
    };
    let shown = path.strip_prefix(&runtime.parts.project.root).unwrap_or(&path).to_path_buf();
    let file = runtime.parts.sources.add(shown, sql);
    file.range(offset, word_end(sql, offset))
}

/// The range of the line that holds a byte, without its line break.
fn line_at(sql: &str, offset: usize) -> Option<Range<usize>> {
    let start = sql.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let length = sql.get(start..)?.find('\n').unwrap_or(sql.len() - start);
    Some(start..start + length)
}

/// The end of the word that begins at a byte.
fn word_end(sql: &str, offset: usize) -> usize {
    let rest = sql.get(offset..).unwrap_or_default();
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    offset + length.max(1).min(rest.len())
}

/// The place of a template's text that gave column `column` of a line: of those lines that could
/// have given it and have most of it as it is, the `occurrence`-th or the last one.
fn find_line(text: &Text, wanted: &str, column: usize, occurrence: usize) -> Option<Span> {
    let mut candidates = Vec::new();
    let mut start = 0;
    for line in text.text.split('\n') {
        if let Some(range) = align(line, wanted, column) {
            let literal: usize = pieces(line.trim())
                .iter()
                .filter(|piece| piece.is_literal)
                .map(|piece| piece.text.len())
                .sum();
            candidates.push((literal, start + range.start..start + range.end));
        }
        start += line.len() + 1;
    }
    let most = candidates.iter().map(|(literal, _)| *literal).max()?;
    let candidates: Vec<Range<usize>> =
        candidates.into_iter().filter(|(literal, _)| *literal == most).map(|(_, range)| range).collect();
    let chosen = candidates.get(occurrence).or(candidates.last())?;
    Some(Span { file: text.file, start: text.offset + chosen.start, end: text.offset + chosen.end })
}

/// Where in `source`, a line of a template, the byte `column` of `line` comes
/// from. The literal parts of the source must stand in the line in their order,
/// the first at its start and the last at its end; a byte between two of them
/// comes from the tag between them. A source without a word of its own fits nothing.
fn align(source: &str, line: &str, column: usize) -> Option<Range<usize>> {
    let indent = line.len() - line.trim_start().len();
    let (line, column) = (line.trim(), column.checked_sub(indent)?);
    let offset = source.len() - source.trim_start().len();
    let pieces = pieces(source.trim());
    if !pieces.iter().any(|piece| piece.is_literal && piece.text.contains(char::is_alphanumeric)) {
        return None;
    }
    let mut at = 0;
    let mut found = None;
    let last = pieces.len().saturating_sub(1);
    for (index, piece) in pieces.iter().enumerate() {
        if piece.is_literal {
            let rest = line.get(at..)?;
            let gap = if index == last {
                rest.len().checked_sub(piece.text.len())?
            } else {
                rest.find(piece.text)?
            };
            if (index == 0 && gap != 0) || rest.get(gap..gap + piece.text.len())? != piece.text {
                return None;
            }
            let begin = at + gap;
            at = begin + piece.text.len();
            if found.is_none() && (begin..at).contains(&column) {
                let here = offset + piece.start + (column - begin);
                found = Some(here..word_end(source, here));
            }
        } else if found.is_none() {
            // The tag's output ends where the next literal begins.
            let next = pieces.get(index + 1).and_then(|next| Some(at + line.get(at..)?.find(next.text)?));
            if (at..next.unwrap_or(line.len() + 1)).contains(&column) {
                let begin = offset + piece.start;
                found = Some(begin..begin + piece.text.len());
            }
        }
    }
    let is_whole = pieces.last().is_some_and(|piece| !piece.is_literal) || at == line.len();
    found.filter(|_| is_whole)
}

struct Piece<'a> {
    is_literal: bool,
    text: &'a str,
    start: usize,
}

/// A line cut at its template tags.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let tags = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
        let opened = tags.into_iter().filter_map(|(open, close)| Some((rest.find(open)?, close))).min();
        let (literal, tag) = match opened {
            None => (rest.len(), 0),
            Some((begin, close)) => {
                let length = rest.get(begin..).and_then(|tag| tag.find(close));
                (begin, length.map_or(rest.len() - begin, |length| length + close.len()))
            }
        };
        for (is_literal, start, length) in [(true, at, literal), (false, at + literal, tag)] {
            if length > 0 {
                pieces.push(Piece {
                    is_literal,
                    text: line.get(start..start + length).unwrap_or_default(),
                    start,
                });
            }
        }
        at += literal + tag;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_around_template_tags() {
        let check = |source: &str, line: &str, at: &str, expected: Option<&str>| {
            let column = line.find(at).unwrap();
            let found = align(source, line, column).and_then(|range| source.get(range));
            assert_eq!(found, expected, "{source}");
        };
        check("select nope", "select nope", "nope", Some("nope"));
        check("  select nope", "select nope", "nope", Some("nope"));
        check("select nope from {{ ref('a') }}", r#"select nope from "db"."a""#, "nope", Some("nope"));
        check("from {{ ref('a') }} as a where x", r#"from "db"."a" as a where x"#, "where", Some("where"));
        check("from {{ ref('a') }} as a", r#"from "db"."a" as a"#, r#""db""#, Some("{{ ref('a') }}"));
        check("from {{ ref('a') }}", r#"from "db"."a""#, r#""db""#, Some("{{ ref('a') }}"));
        check("{{ cents('x') }} as y,", "x / 100 as y,", "x", Some("{{ cents('x') }}"));
        check("{{ macro() }}", "select nope", "nope", None);
        check("select other", "select nope", "nope", None);
        check("select nope, {{ a }}", "select nope", "nope", None);
        check("select {{ a }} b", "select 1 bc", "bc", None);
    }

    #[test]
    fn lines_that_occur_twice_are_told_apart() {
        let file = crate::source::SourceMap::new().add("m.sql", "");
        let text = Text::new("select\n  nope,\n  b,\n  nope\n", file.id(), 10);
        let start = |occurrence| find_line(&text, "  nope", 2, occurrence).map(|span| span.start);
        assert_eq!(start(0), Some(10 + 24 - 2));
        assert_eq!(find_line(&text, "  nope,", 2, 0).map(|span| span.start), Some(10 + 9));
        assert_eq!(find_line(&text, "  gone", 2, 0), None);
    }

    #[test]
    fn a_line_as_it_is_comes_before_one_with_tags() {
        let file = crate::source::SourceMap::new().add("m.sql", "");
        let text = Text::new("select {{ x }}\nfrom a\nselect nope from x\n", file.id(), 0);
        assert_eq!(find_line(&text, "select nope from x", 7, 0).map(|span| span.start), Some(22 + 7));
    }
}
