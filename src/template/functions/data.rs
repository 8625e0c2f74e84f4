//! JSON, YAML and hashes.

use md5::{Digest, Md5};
use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, Value};

use super::json::{Style, write_json};
use crate::source::SourceMap;
use crate::template::datetime::type_name;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, none, text, to_json, to_value, yaml_value};
use crate::yaml;

/// The functions by name.
pub(super) fn functions() -> [(&'static str, Value); 5] {
    [
        ("fromjson", Value::from_function(|args: Rest<ValueOrKwargs>| from_json(&args.into_values()))),
        ("tojson", Value::from_function(|args: Rest<ValueOrKwargs>| json(&args.into_values()))),
        ("fromyaml", Value::from_function(|args: Rest<ValueOrKwargs>| from_yaml(&args.into_values()))),
        ("toyaml", Value::from_function(|args: Rest<ValueOrKwargs>| yaml_text(&args.into_values()))),
        ("local_md5", Value::from_function(|value: &Value| md5_hex(&text(value)))),
    ]
}

fn from_json(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("fromjson", args);
    let string = arguments.string(0, "string")?;
    match serde_json::from_str(&string) {
        Ok(json) => Ok(to_value(&json)),
        Err(_) => Ok(arguments.get(1, "default").unwrap_or_else(none)),
    }
}

fn json(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("tojson", args);
    let value = arguments.required(0, "value")?;
    let style = Style { sort_keys: arguments.flag(2, "sort_keys"), ..Style::default() };
    Ok(Value::from(write_json(&to_json(&value), style)))
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
    if value.is_undefined() {
        return Err(raise_message("`toyaml` of an undefined value"));
    }
    if !is_data(&value) {
        return Ok(arguments.get(1, "default").unwrap_or_else(none));
    }
    Ok(Value::from(yaml::to_text(&to_json(&value), arguments.flag(2, "sort_keys"))))
}

/// Whether YAML can hold a value: functions and objects such as `adapter` have no
/// form there.
fn is_data(value: &Value) -> bool {
    const DEEPEST: usize = 128;
    fn all(value: &Value, depth: usize) -> bool {
        let below = |value: &Value| all(value, depth + 1);
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable if depth < DEEPEST => {
                value.try_iter().is_ok_and(|mut items| items.all(|item| below(&item)))
            }
            ValueKind::Map if depth < DEEPEST => value
                .try_iter()
                .is_ok_and(|mut keys| keys.all(|key| below(&value.get_item(&key).unwrap_or_default()))),
            ValueKind::Plain => matches!(type_name(value), Some("a date" | "a datetime")),
            _ => true,
        }
    }
    all(value, 0)
}

/// The MD5 of a text, in hexadecimal.
pub(crate) fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
