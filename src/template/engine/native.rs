//! dbt's native rendering: what a rendered text is worth.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use crate::template::error::raise_message;
use crate::template::functions::{Marking, literal};
use crate::template::values::text;

/// The value of a text that printed `printed.0` values, the last of them
/// `printed.1`, and that came out as `output`, which a filter may have marked.
pub(super) fn value(
    output: &str,
    (count, last): (usize, Value),
    marking: Option<Marking>,
) -> Result<Value, Error> {
    if count != 1 || text(&last) != output {
        return Ok(Value::from(output));
    }
    let Some(marking) = marking.filter(|_| last.as_str().is_some()) else {
        return Ok(if last.is_undefined() { Value::from("") } else { last });
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
