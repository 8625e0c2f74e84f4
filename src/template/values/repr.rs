//! How Python prints values.

use std::fmt::{self, Write};

use minijinja::Value;
use minijinja::value::ValueKind;

use super::dict::MutDict;
use super::list::MutList;
use super::set::PySet;
use crate::template::{datetime, python};

/// Containers inside each other are printed this deep; a list that holds
/// itself ends here.
const DEPTH: usize = 64;

/// Python's `str()`: what `{{ value }}` prints. Undefined prints nothing.
#[must_use]
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_text(&mut out, value);
    out
}

/// Python's `repr()`: as [`text`], with quoted strings.
#[must_use]
pub fn repr(value: &Value) -> String {
    let mut out = String::new();
    let _ = write_repr(&mut out, value, 0);
    out
}

/// Writes Python's `str()` of a value.
pub(crate) fn write_text(out: &mut dyn Write, value: &Value) -> fmt::Result {
    match (value.as_str(), value.kind()) {
        (Some(string), _) => out.write_str(string),
        (None, ValueKind::Undefined) => Ok(()),
        (None, ValueKind::Plain) => write!(out, "{value}"),
        _ => write_repr(out, value, 0),
    }
}

/// Writes Python's `repr()` of a value that stands `depth` containers deep.
pub(crate) fn write_repr(out: &mut dyn Write, value: &Value, depth: usize) -> fmt::Result {
    match value.kind() {
        ValueKind::Undefined => out.write_str("Undefined"),
        ValueKind::None => out.write_str("None"),
        ValueKind::Bool => out.write_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number if !value.is_integer() => match f64::try_from(value.clone()) {
            Ok(float) => write_float(out, float),
            Err(_) => write!(out, "{value}"),
        },
        ValueKind::String => write_string(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map if is_plain_container(value) => {
            write_container(out, value, depth)
        }
        _ => match datetime::repr(value).or_else(|| python::decimal_repr(value)) {
            Some(repr) => out.write_str(&repr),
            None => write!(out, "{value}"),
        },
    }
}

/// Whether a value prints its items, rather than in a way of its own.
fn is_plain_container(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    object.is::<MutList>()
        || object.is::<MutDict>()
        || object.is::<PySet>()
        || value.is_tuple()
        || is_builtin(object.type_name())
}

/// Whether a type is one of minijinja's containers or of the standard library.
pub(crate) fn is_builtin(type_name: &str) -> bool {
    ["minijinja::", "alloc::", "indexmap::", "std::"].iter().any(|root| type_name.starts_with(root))
        && !["::Loop", "::Macro", "::Namespace", "::Module", "Function"]
            .iter()
            .any(|own| type_name.contains(own))
}

fn write_container(out: &mut dyn Write, value: &Value, depth: usize) -> fmt::Result {
    let is_set = value.downcast_object_ref::<PySet>().is_some();
    let is_map = value.kind() == ValueKind::Map;
    let (open, close) = match (is_map, is_set, value.is_tuple()) {
        (true, ..) => ("{", "}"),
        (_, true, _) if value.len() == Some(0) => return out.write_str("set()"),
        (_, true, _) => ("{", "}"),
        (.., true) => ("(", ")"),
        _ => ("[", "]"),
    };
    out.write_str(open)?;
    if depth >= DEPTH {
        out.write_str("...")?;
        return out.write_str(close);
    }
    let mut count = 0;
    for key in value.try_iter().into_iter().flatten() {
        if count > 0 {
            out.write_str(", ")?;
        }
        count += 1;
        write_repr(out, &key, depth + 1)?;
        if is_map {
            out.write_str(": ")?;
            write_repr(out, &value.get_item(&key).unwrap_or_default(), depth + 1)?;
        }
    }
    if value.is_tuple() && count == 1 {
        out.write_str(",")?;
    }
    out.write_str(close)
}

/// Python's `repr(float)`: the shortest digits that read back as the same
/// number, with an exponent below 1e-4 and from 1e16.
pub(crate) fn write_float(out: &mut dyn Write, float: f64) -> fmt::Result {
    if float.is_nan() {
        return out.write_str("nan");
    }
    if float.is_infinite() {
        return out.write_str(if float > 0.0 { "inf" } else { "-inf" });
    }
    let magnitude = float.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let shown = format!("{float:e}");
        let (digits, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        return write!(out, "{digits}e{sign}{exponent:0>2}");
    }
    write!(out, "{float:?}")
}

/// As [`write_float`], as a string.
pub(crate) fn float_text(float: f64) -> String {
    let mut out = String::new();
    let _ = write_float(&mut out, float);
    out
}

/// Python's `repr(str)`: single quotes, unless the string holds one and no
/// double quotes.
fn write_string(out: &mut dyn Write, string: &str) -> fmt::Result {
    let quote = if string.contains('\'') && !string.contains('"') { '"' } else { '\'' };
    out.write_char(quote)?;
    for c in string.chars() {
        match c {
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            c if c == quote => write!(out, "\\{c}")?,
            c if c.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(c))?,
            c => out.write_char(c)?,
        }
    }
    out.write_char(quote)
}

/// What a value is, with an article, for messages.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "an undefined value",
        ValueKind::None => "None",
        ValueKind::Bool => "a boolean",
        ValueKind::Number if value.is_integer() => "an integer",
        ValueKind::Number => "a float",
        ValueKind::String => "a string",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq if value.is_tuple() => "a tuple",
        ValueKind::Seq | ValueKind::Iterable if super::Absorbing::is_undefined(value) => "an undefined value",
        ValueKind::Iterable if value.downcast_object_ref::<PySet>().is_some() => "a set",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a dict",
        _ if python::decimal_of(value).is_some() => "a decimal",
        _ => datetime::type_name(value).unwrap_or("an object"),
    }
}
