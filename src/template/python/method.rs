//! Methods of values that are not objects of ours.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::compare::equal;
use super::strings;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, dict, list, none, repr};

/// Calls a Python method on a string, number, tuple, or read-only list or dict.
///
/// # Errors
/// The value has no such method (kind `UnknownMethod`), or the call failed.
pub(crate) fn method(value: &Value, name: &str, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new(name, args);
    match value.kind() {
        ValueKind::String => strings::method(value.as_str().unwrap_or_default(), name, &arguments),
        ValueKind::Map => map_method(value, name, &arguments),
        ValueKind::Seq | ValueKind::Iterable => sequence_method(value, name, &arguments),
        ValueKind::Number => number_method(value, name).ok_or_else(|| Error::from(ErrorKind::UnknownMethod)),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn number_method(value: &Value, name: &str) -> Option<Value> {
    let integer = i128::try_from(value.clone()).ok().filter(|_| value.is_integer());
    let float = f64::try_from(value.clone()).ok()?;
    Some(match (name, integer) {
        ("conjugate", _) => value.clone(),
        ("is_integer", _) => Value::from(value.is_integer() || float.fract() == 0.0),
        ("bit_length", Some(integer)) => Value::from(i128::BITS - integer.unsigned_abs().leading_zeros()),
        ("bit_count", Some(integer)) => Value::from(integer.unsigned_abs().count_ones()),
        ("as_integer_ratio", Some(_)) => Value::from((value.clone(), 1)),
        _ => return None,
    })
}

fn map_method(value: &Value, name: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let entries = || -> Result<Vec<(Value, Value)>, Error> {
        value.try_iter()?.map(|key| Ok((key.clone(), value.get_item(&key)?))).collect()
    };
    match name {
        "get" => {
            let key = arguments.required(0, "key")?;
            let found = value.get_item(&key).ok().filter(|found| !found.is_undefined());
            Ok(found.or_else(|| arguments.get(1, "default")).unwrap_or_else(none))
        }
        "items" => Ok(list(entries()?.into_iter().map(|(key, value)| Value::from((key, value))))),
        "keys" => Ok(list(value.try_iter()?)),
        "values" => Ok(list(entries()?.into_iter().map(|(_, value)| value))),
        "copy" => Ok(dict(entries()?)),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn sequence_method(value: &Value, name: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    match name {
        "count" => {
            let wanted = arguments.required(0, "value")?;
            let mut equals = value.try_iter()?.map(|item| equal(&item, &wanted));
            equals.try_fold(0, |count, is_equal| Ok(count + usize::from(is_equal?))).map(Value::from)
        }
        "index" => {
            let wanted = arguments.required(0, "value")?;
            for (at, item) in value.try_iter()?.enumerate() {
                if equal(&item, &wanted)? {
                    return Ok(Value::from(at));
                }
            }
            Err(raise_message(format!("{} is not in the list", repr(&wanted))))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}
