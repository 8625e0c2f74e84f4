//! dbt's native rendering: what a rendered text is worth.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use crate::template::error::raise_message;
use crate::template::functions::{Marking, literal};
use crate::template::scan::{SegmentKind, Token, TokenKind, segments};
use crate::template::values::text;

/// The value of `source`, a text that printed `printed.0` values, the last of them
/// `printed.1`, and that came out as `output`, which a filter may have marked.
pub(super) fn value(
    source: &str,
    output: &str,
    (count, last): (usize, Value),
    marking: Option<Marking>,
) -> Result<Value, Error> {
    if count != 1 || text(&last) != output {
        return Ok(Value::from(output));
    }
    let Some(marking) = marking.filter(|_| last.as_str().is_some()) else {
        let is_text = last.is_undefined() || is_constant(source);
        return Ok(if is_text { Value::from(output) } else { last });
    };
    let literal = literal::evaluate(output).unwrap_or_else(|| Value::from(output));
    match marking {
        Marking::Text => Ok(Value::from(output)),
        Marking::Native => Ok(literal),
        Marking::Bool if literal.kind() == ValueKind::Bool => Ok(literal),
        Marking::Number if literal.is_number() => Ok(literal),
        Marking::Bool => Err(raise_message(format!("`as_bool` cannot read '{output}' as a boolean"))),
        Marking::Number => Err(raise_message(format!("`as_number` cannot read '{output}' as a number"))),
    }
}

/// Filters whose results Jinja2 does not know before a template is rendered.
const CALCULATED_LATE: [&str; 10] = [
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "random",
    "as_bool",
    "as_native",
    "as_number",
    "as_text",
];

/// Whether the text is one expression that needs no names: Jinja2 calculates it when it compiles
/// the template, and puts the text of it there.
fn is_constant(source: &str) -> bool {
    let segments = segments(source).0;
    let mut printed = segments.iter().filter(|segment| segment.kind != SegmentKind::Comment);
    match (printed.next(), printed.next()) {
        (Some(only), None) if only.kind == SegmentKind::Expression => {
            (0..only.tokens.len()).all(|at| is_constant_token(source, &only.tokens, at))
        }
        _ => false,
    }
}

/// Whether the token at a place is no variable and no call.
fn is_constant_token(source: &str, tokens: &[Token], at: usize) -> bool {
    let text = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.text(source));
    let (before, own, after) = (text(at.checked_sub(1)), text(Some(at)), text(Some(at + 1)));
    if tokens.get(at).is_none_or(|token| token.kind != TokenKind::Name) {
        return !(own == "(" && matches!(before, ")" | "]"));
    }
    match own {
        _ if before == "|" => !CALCULATED_LATE.contains(&own),
        _ if before == "." => after != "(",
        "true" | "True" | "false" | "False" | "none" | "None" | "and" | "or" | "not" | "in" | "is" | "if"
        | "else" => true,
        _ => before == "is" || (before == "not" && text(at.checked_sub(2)) == "is") || after == "=",
    }
}
