//! The functions that every template can call, whatever the project.

mod collections;
mod cycler;
mod data;
mod dump;
mod itertools;
mod json;
pub(super) mod literal;
mod marks;
mod modules;
mod pattern;
mod read_json;
mod regex;
mod validation;

use std::collections::BTreeMap;

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, State, Value};

use super::engine;
use super::error::raise_message;
use super::values::{Arguments, dict, pairs};

pub(crate) use data::md5_hex;
pub(crate) use dump::value_json;
pub(crate) use json::Style;
pub use json::{python_json, sorted_python_json};
pub(crate) use marks::Marking;

/// The functions by name.
pub(crate) fn all() -> BTreeMap<&'static str, Value> {
    // What is undefined remains so: a loop over it is empty, one over none is an error.
    let leave = |state: &mut State<'_, '_>, values: Rest<Value>| {
        engine::return_value(state, values.first().cloned().unwrap_or_else(super::values::none))
    };
    let mut functions = BTreeMap::from([
        ("return", Value::from_function(leave)),
        ("range", Value::from_function(|bounds: Rest<Value>| range(&bounds))),
        ("namespace", Value::from_function(|args: Rest<ValueOrKwargs>| namespace(&args.into_values()))),
        ("cycler", Value::from_function(|args: Rest<Value>| cycler::cycler(&args))),
        ("joiner", Value::from_function(minijinja_contrib::globals::joiner)),
        ("modules", modules::modules()),
        ("validation", validation::validation()),
    ]);
    functions.extend(collections::functions());
    functions.extend(data::functions());
    functions
}

/// `range(start, stop, step)` of whole numbers.
fn range(bounds: &[Value]) -> Result<Value, Error> {
    let whole = |value: &Value| match value.kind() {
        ValueKind::Number if !value.is_integer() => {
            Err(raise_message("`range` takes whole numbers, not a float"))
        }
        _ => isize::try_from(value.clone()),
    };
    let bounds = bounds.iter().map(whole).collect::<Result<Vec<_>, Error>>()?;
    match bounds.as_slice() {
        [first, others @ ..] if others.len() < 3 => {
            minijinja::functions::range(*first, others.first().copied(), others.get(1).copied())
        }
        _ => Err(raise_message("`range` takes from one to three numbers")),
    }
}

/// `namespace(entries, name=value)`.
fn namespace(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("namespace", args);
    let first = arguments.positional().first().map(pairs).transpose()?.unwrap_or_default();
    let keywords = arguments.keywords().into_iter().map(|(key, value)| (Value::from(key), value));
    minijinja::functions::namespace(Some(dict(first.into_iter().chain(keywords)).into()))
}

#[cfg(test)]
mod tests;
