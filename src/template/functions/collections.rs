//! Functions that make and compare collections.

use minijinja::value::{Rest, Tuple, ValueKind, ValueOrKwargs};
use minijinja::{Error, Value};

use crate::template::error::raise_message;
use crate::template::values::{Absorbing, Arguments, PySet, dict, list, none, pairs, text, type_name};

/// The functions by name.
pub(super) fn functions() -> [(&'static str, Value); 6] {
    [
        ("dict", Value::from_function(|args: Rest<ValueOrKwargs>| make_dict(&args.into_values()))),
        ("set", Value::from_function(|args: Rest<ValueOrKwargs>| set(&args.into_values()))),
        ("set_strict", Value::from_function(|value: &Value| strict_set(value))),
        ("zip", Value::from_function(|args: Rest<ValueOrKwargs>| zip(&args.into_values()))),
        ("zip_strict", Value::from_function(|args: Rest<ValueOrKwargs>| strict_zip(&args.into_values()))),
        ("diff_of_two_dicts", Value::from_function(diff_of_two_dicts)),
    ]
}

/// `dict(pairs, key=value)`.
fn make_dict(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("dict", args);
    let mut entries = match arguments.positional().first() {
        Some(first) => pairs(first)?,
        None => Vec::new(),
    };
    entries.extend(arguments.keywords().into_iter().map(|(key, value)| (Value::from(key), value)));
    Ok(dict(entries))
}

/// The items of what Python can iterate.
fn items(value: &Value) -> Option<Vec<Value>> {
    match value.kind() {
        _ if Absorbing::is_undefined(value) => Some(Vec::new()),
        ValueKind::String => {
            Some(value.as_str().unwrap_or_default().chars().map(|c| Value::from(c.to_string())).collect())
        }
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => Some(value.try_iter().ok()?.collect()),
        _ => None,
    }
}

fn set(args: &[Value]) -> Value {
    let arguments = Arguments::new("set", args);
    let Some(value) = arguments.get(0, "value") else { return Value::from_object(PySet::default()) };
    match items(&value).map(PySet::checked) {
        Some(Ok(set)) => Value::from_object(set),
        _ => arguments.get(1, "default").unwrap_or_else(none),
    }
}

fn strict_set(value: &Value) -> Result<Value, Error> {
    match items(value) {
        Some(items) => PySet::checked(items).map(Value::from_object),
        None => Err(raise_message(format!("{} cannot be made into a set", type_name(value)))),
    }
}

fn zip(args: &[Value]) -> Value {
    let arguments = Arguments::new("zip", args);
    zipped(arguments.positional()).unwrap_or_else(|_| arguments.keyword("default").unwrap_or_else(none))
}

fn strict_zip(args: &[Value]) -> Result<Value, Error> {
    zipped(Arguments::new("zip_strict", args).positional())
        .map_err(|value| raise_message(format!("{} cannot be zipped", type_name(&value))))
}

/// Tuples of the first items, the second items …, up to the shortest; or the
/// value that has no items.
fn zipped(values: &[Value]) -> Result<Value, Value> {
    let columns: Vec<Vec<Value>> =
        values.iter().map(|value| items(value).ok_or_else(|| value.clone())).collect::<Result<_, _>>()?;
    let length = columns.iter().map(Vec::len).min().unwrap_or(0);
    let row = |at: usize| {
        Value::from(Tuple::new(columns.iter().filter_map(|column| column.get(at).cloned()).collect()))
    };
    Ok(list((0..length).map(row)))
}

/// What the lists of one dict hold and those of another do not, by key; upper
/// and lower case are equal, and what is empty is left out.
fn diff_of_two_dicts(first: &Value, second: &Value) -> Result<Value, Error> {
    let lower = |value: &Value| text(value).to_lowercase();
    let mut others = Vec::new();
    for (key, values) in pairs(second)? {
        let values: Vec<String> = values.try_iter()?.map(|value| lower(&value)).collect();
        others.push((lower(&key), values));
    }
    let mut left = Vec::new();
    for (key, values) in pairs(first)? {
        let other = others.iter().find(|(other, _)| *other == lower(&key)).map(|(_, values)| values);
        let is_new = |value: &Value| other.is_none_or(|other| !other.contains(&lower(value)));
        let new: Vec<Value> = values.try_iter()?.filter(is_new).collect();
        if !new.is_empty() {
            left.push((key, list(new)));
        }
    }
    Ok(dict(left))
}
