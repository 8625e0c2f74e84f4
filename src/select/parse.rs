//! Text of flags to expressions: a space is a union, a comma an intersection.

use std::sync::Arc;

use super::criterion::criterion;
use super::expression::{Expression, Operator, SetOperation};
use crate::diagnostics::Diagnostic;
use crate::source::SourceFile;

/// Parses the texts of `--select` or `--exclude`, one for each value that was
/// given; they are united. Commas bind tighter than spaces.
///
/// # Errors
/// One diagnostic for each criterion that cannot be understood.
pub fn parse(texts: &[Arc<SourceFile>]) -> Result<Expression, Vec<Diagnostic>> {
    let mut members = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        for (start, word) in pieces(text.text(), 0, |letter| letter.is_ascii_whitespace()) {
            if !word.is_empty() {
                members.push(intersection(text, start, word, &mut problems));
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let union = SetOperation { operator: Operator::Union, members, rechecks_tests: true, expected: None };
    Ok(Expression::Set(union))
}

fn intersection(text: &SourceFile, start: usize, word: &str, problems: &mut Vec<Diagnostic>) -> Expression {
    let mut members = Vec::new();
    for (start, part) in pieces(word, start, |letter| letter == ',') {
        match criterion(part, text.range(start, start + part.len())) {
            Ok(criterion) => members.push(Expression::Criterion(criterion)),
            Err(problem) => problems.push(problem),
        }
    }
    Expression::Set(SetOperation {
        operator: Operator::Intersection,
        members,
        rechecks_tests: true,
        expected: Some(text.range(start, start + word.len())),
    })
}

/// The pieces between separators of one byte, each with its place in a text in
/// which the whole begins at `start`.
fn pieces(text: &str, start: usize, separator: fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    text.split(separator).scan(start, |next, piece| {
        let start = *next;
        *next += piece.len() + 1;
        Some((start, piece))
    })
}
