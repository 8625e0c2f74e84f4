//! Between template values, and JSON and YAML.

use minijinja::Value;
use minijinja::value::ValueKind;
use serde_json::{Map, Number, Value as Json};

use super::dict::MutDict;
use super::list::MutList;
use super::repr::{is_builtin, text};
use crate::template::datetime::{self, iso_value};
use crate::yaml::{self, Yaml};

/// A JSON value as a template sees it: objects and arrays become dicts and
/// lists that templates can change, each call making new ones.
#[must_use]
pub fn to_value(json: &Json) -> Value {
    match json {
        Json::Null => none(),
        Json::Bool(bool) => Value::from(*bool),
        Json::Number(number) => number_value(number),
        Json::String(string) => Value::from(string.as_str()),
        Json::Array(items) => list(items.iter().map(to_value)),
        Json::Object(entries) => dict(entries.iter().map(|(key, item)| (key.as_str(), to_value(item)))),
    }
}

/// A piece of YAML as a template sees it: as [`to_value`], with dates, and with keys that are
/// numbers, truths or nothing where YAML takes them for such.
#[must_use]
pub fn yaml_value(yaml: &Yaml) -> Value {
    match &yaml.value {
        yaml::Value::Seq(items) => list(items.iter().map(yaml_value)),
        yaml::Value::Map(entries) => {
            dict(entries.iter().map(|(key, item)| (scalar_value(key.value()), yaml_value(item))))
        }
        scalar => scalar_value(scalar.clone()),
    }
}

pub(super) fn scalar_value(scalar: yaml::Value) -> Value {
    match scalar {
        yaml::Value::Bool(flag) => Value::from(flag),
        yaml::Value::Int(number) => Value::from(number),
        yaml::Value::Float(number) => Value::from(number),
        yaml::Value::String(text) => Value::from(text),
        yaml::Value::Time(text) => iso_value(&text).unwrap_or_else(|| Value::from(text)),
        yaml::Value::Null | yaml::Value::Seq(_) | yaml::Value::Map(_) => none(),
    }
}

fn number_value(number: &Number) -> Value {
    match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => Value::from(integer),
        (None, Some(integer)) => Value::from(integer),
        (None, None) => Value::from(number.as_f64().unwrap_or_default()),
    }
}

/// A template value as JSON. Undefined becomes null, what JSON has no shape for
/// becomes its text, and containers deeper than 128 become null.
#[must_use]
pub fn to_json(value: &Value) -> Json {
    convert(value, 0)
}

fn convert(value: &Value, depth: usize) -> Json {
    match value.kind() {
        _ if depth > 128 => Json::Null,
        ValueKind::Undefined | ValueKind::None => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number => number_json(value),
        ValueKind::String => Json::String(value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Seq | ValueKind::Iterable => Json::Array(
            value.try_iter().into_iter().flatten().map(|item| convert(&item, depth + 1)).collect(),
        ),
        ValueKind::Map => {
            let mut entries = Map::new();
            for key in value.try_iter().into_iter().flatten() {
                let item = value.get_item(&key).unwrap_or_default();
                entries.insert(key_text(&key), convert(&item, depth + 1));
            }
            Json::Object(entries)
        }
        _ if datetime::type_name(value) == Some("a datetime") => {
            Json::String(text(value).replacen(' ', "T", 1))
        }
        _ => Json::String(text(value)),
    }
}

/// A dict's key as JSON writes it (Python: `true`, `null`, numbers as digits).
pub(super) fn key_text(key: &Value) -> String {
    match key.kind() {
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::None => "null".to_owned(),
        _ => text(key),
    }
}

fn number_json(value: &Value) -> Json {
    if let Some(integer) = value.as_i64().filter(|_| value.is_integer()) {
        return Json::from(integer);
    }
    if let Some(integer) = u64::try_from(value.clone()).ok().filter(|_| value.is_integer()) {
        return Json::from(integer);
    }
    let float = f64::try_from(value.clone()).ok();
    float.and_then(Number::from_f64).map_or(Json::Null, Json::Number)
}

/// A list that templates can change.
pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::from_object(MutList::new(items.into_iter().collect()))
}

/// A list of strings.
pub(crate) fn strings<S: Into<Value>>(items: impl IntoIterator<Item = S>) -> Value {
    list(items.into_iter().map(Into::into))
}

/// A dict that templates can change.
pub(crate) fn dict<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Value::from_object(MutDict::new(entries))
}

/// Python's `None`.
pub(crate) fn none() -> Value {
    Value::from(())
}

/// The value with minijinja's own lists and dicts, at any depth that it builds
/// itself, replaced by ones that templates can change. Other objects stay.
pub(crate) fn mutable(value: Value) -> Value {
    let is_own = value.as_object().is_some_and(|object| is_builtin(object.type_name()));
    if !is_own || value.is_tuple() || value.is_kwargs() {
        return value;
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => match value.try_iter() {
            Ok(items) => list(items.map(mutable)),
            Err(_) => value,
        },
        ValueKind::Map => match super::dict::pairs(&value) {
            Ok(entries) => dict(entries.into_iter().map(|(key, item)| (key, mutable(item)))),
            Err(_) => value,
        },
        _ => value,
    }
}
