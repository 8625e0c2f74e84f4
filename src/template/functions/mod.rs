//! The functions that every template can call, whatever the project.

mod collections;
mod cycler;
mod data;
mod itertools;
mod json;
pub(super) mod literal;
mod marks;
mod modules;
mod pattern;
mod regex;
mod validation;

use std::collections::BTreeMap;

use minijinja::value::Rest;
use minijinja::{State, Value};

use super::engine;

pub(crate) use data::md5_hex;
pub(crate) use json::{Style, write_json};
pub use json::{python_json, sorted_python_json};
pub(crate) use marks::Marking;

/// The functions by name.
pub(crate) fn all() -> BTreeMap<&'static str, Value> {
    let leave = |state: &mut State<'_, '_>, value: Option<Value>| {
        engine::return_value(state, value.unwrap_or_else(super::values::none))
    };
    let mut functions = BTreeMap::from([
        ("return", Value::from_function(leave)),
        ("range", Value::from_function(minijinja::functions::range)),
        ("namespace", Value::from_function(minijinja::functions::namespace)),
        ("cycler", Value::from_function(|args: Rest<Value>| cycler::cycler(&args))),
        ("joiner", Value::from_function(minijinja_contrib::globals::joiner)),
        ("modules", modules::modules()),
        ("validation", validation::validation()),
    ]);
    functions.extend(collections::functions());
    functions.extend(data::functions());
    functions
}

#[cfg(test)]
mod tests;
