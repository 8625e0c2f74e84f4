//! JSON, YAML and hashes.

use md5::{Digest, Md5};
use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, Value};

use super::dump::value_json;
use super::json::Style;
use super::read_json::read_json;
use crate::source::SourceMap;
use crate::template::datetime::type_name;
use crate::template::error::raise_message;
use crate::template::values::{Absorbing, Arguments, none, repr, text, yaml_value};
use crate::yaml;

/// The functions by name.
pub(super) fn functions() -> [(&'static str, Value); 5] {
    [
        ("fromjson", Value::from_function(|args: Rest<ValueOrKwargs>| from_json(&args.into_values()))),
        ("tojson", Value::from_function(|args: Rest<ValueOrKwargs>| json(&args.into_values()))),
        ("fromyaml", Value::from_function(|args: Rest<ValueOrKwargs>| from_yaml(&args.into_values()))),
        ("toyaml", Value::from_function(|args: Rest<ValueOrKwargs>| yaml_text(&args.into_values()))),
        ("local_md5", Value::from_function(local_md5)),
    ]
}

/// dbt: only a text has bytes to be summed.
fn local_md5(value: &Value) -> Result<Value, Error> {
    let refusal = || raise_message(format!("`local_md5` needs a text, not {}", repr(value)));
    value.as_str().map(|text| Value::from(md5_hex(text))).ok_or_else(refusal)
}

fn from_json(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("fromjson", args);
    let string = arguments.string(0, "string")?;
    Ok(read_json(&string).or_else(|| arguments.get(1, "default")).unwrap_or_else(none))
}

fn json(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("tojson", args);
    let value = arguments.required(0, "value")?;
    let style = Style { sort_keys: arguments.flag(2, "sort_keys"), ..Style::default() };
    value_json(&value, style).map(Value::from)
}

fn from_yaml(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("fromyaml", args);
    let string = arguments.string(0, "value")?;
    let file = SourceMap::new().add("fromyaml", string);
    match yaml::parse(&file) {
        Ok(parsed) => Ok(yaml_value(&parsed)),
        Err(_) => Ok(arguments.get(1, "default").unwrap_or_else(none)),
    }
}

fn yaml_text(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("toyaml", args);
    let value = arguments.required(0, "value")?;
    Ok(match yaml_node(&value, 0) {
        Some(node) => Value::from(yaml::node_text(&node, arguments.flag(2, "sort_keys"))),
        None => arguments.get(1, "default").unwrap_or_else(none),
    })
}

/// The value as YAML holds it; functions and objects such as `adapter` have no form there.
fn yaml_node(value: &Value, depth: usize) -> Option<yaml::Node> {
    const DEEPEST: usize = 128;
    let below = |value: &Value| yaml_node(value, depth + 1);
    Some(match value.kind() {
        ValueKind::String => yaml::Node::Text(value.as_str()?.to_owned()),
        ValueKind::None => yaml::Node::Word("null".to_owned()),
        ValueKind::Bool => yaml::Node::Word(value.is_true().to_string()),
        ValueKind::Number if value.is_integer() => yaml::Node::Word(text(value)),
        ValueKind::Number => yaml::Node::of_float(f64::try_from(value.clone()).ok()?),
        ValueKind::Seq | ValueKind::Iterable if depth < DEEPEST && !Absorbing::is_undefined(value) => {
            yaml::Node::Seq(value.try_iter().ok()?.map(|item| below(&item)).collect::<Option<_>>()?)
        }
        ValueKind::Map if depth < DEEPEST => {
            let entry = |key: Value| Some((below(&key)?, below(&value.get_item(&key).unwrap_or_default())?));
            yaml::Node::Map(value.try_iter().ok()?.map(entry).collect::<Option<_>>()?)
        }
        ValueKind::Plain if matches!(type_name(value), Some("a date" | "a datetime")) => {
            yaml::Node::Word(text(value))
        }
        _ => return None,
    })
}

/// The MD5 of a text, in hexadecimal.
pub(crate) fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
