//! Values of templates as Python's `json.dumps` writes them.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::json::{Style, Writer};
use crate::template::error::raise_message;
use crate::template::python;
use crate::template::values::{Absorbing, PySet, pairs, text, type_name};

/// Lists and dicts may nest this deep.
const DEEPEST: usize = 500;

/// The JSON of a value.
///
/// # Errors
/// JSON has no form for it, such as for a set or a date.
pub(crate) fn value_json(value: &Value, style: Style) -> Result<String, Error> {
    let mut out = String::new();
    write(&mut Writer { out: &mut out, style }, value, 1)?;
    Ok(out)
}

fn write(writer: &mut Writer<'_>, value: &Value, depth: usize) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(raise_message("`tojson` of values that nest too deep"));
    }
    match value.kind() {
        _ if Absorbing::is_undefined(value) && !value.is_undefined() => writer.out.push_str("null"),
        ValueKind::None => writer.out.push_str("null"),
        ValueKind::Bool => writer.out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => writer.out.push_str(&number(value)),
        ValueKind::String => writer.string(value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable if value.downcast_object_ref::<PySet>().is_none() => {
            let items: Vec<Value> = value.try_iter()?.collect();
            writer.items('[', items.iter(), ']', depth, |writer, item| write(writer, item, depth + 1))?;
        }
        ValueKind::Map => {
            let mut entries = pairs(value)?;
            if writer.style.sort_keys {
                sort(&mut entries)?;
            }
            writer.items('{', entries.iter(), '}', depth, |writer, (key, value)| {
                writer.string(&key_text(key)?);
                writer.out.push_str(": ");
                write(writer, value, depth + 1)
            })?;
        }
        _ => return Err(raise_message(format!("JSON has no form for {}", type_name(value)))),
    }
    Ok(())
}

/// Numbers as Python prints them, but for those that are none.
fn number(value: &Value) -> String {
    match text(value).as_str() {
        "nan" => "NaN".to_owned(),
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        digits => digits.to_owned(),
    }
}

fn key_text(key: &Value) -> Result<String, Error> {
    match key.kind() {
        ValueKind::Bool => Ok(if key.is_true() { "true" } else { "false" }.to_owned()),
        ValueKind::None => Ok("null".to_owned()),
        ValueKind::Number => Ok(number(key)),
        ValueKind::String => Ok(text(key)),
        _ => Err(raise_message(format!("a key of JSON cannot be {}", type_name(key)))),
    }
}

/// By keys, which must have an order.
fn sort(entries: &mut [(Value, Value)]) -> Result<(), Error> {
    let mut failure = None;
    entries.sort_by(|(one, _), (other, _)| match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.cmp(other),
        _ => python::compare("<", one, other).unwrap_or_else(|error| {
            failure.get_or_insert(error);
            Ordering::Equal
        }),
    });
    failure.map_or(Ok(()), Err)
}
