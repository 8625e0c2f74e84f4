//! Jinja2's tests.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Environment, Value};

use crate::template::python::{self, Decimal};
use crate::template::values::{Absorbing, PySet};

/// Adds the tests.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_test("defined", |value: &Value| !Absorbing::is_undefined(value));
    environment.add_test("undefined", Absorbing::is_undefined);
    environment.add_test("sequence", is_sequence);
    environment.add_test("iterable", is_iterable);
    environment.add_test("callable", is_callable);
    environment.add_test("number", |value: &Value| {
        value.is_number()
            || value.kind() == ValueKind::Bool
            || value.downcast_object_ref::<Decimal>().is_some()
    });
    for name in ["eq", "equalto", "=="] {
        environment.add_test(name, |value: &Value, other: &Value| python::equal(value, other));
    }
    for name in ["ne", "!="] {
        environment
            .add_test(name, |value: &Value, other: &Value| python::equal(value, other).map(|same| !same));
    }
    comparison(environment, &["lt", "lessthan", "<"], "<", Ordering::is_lt);
    comparison(environment, &["le", "<="], "<=", Ordering::is_le);
    comparison(environment, &["gt", "greaterthan", ">"], ">", Ordering::is_gt);
    comparison(environment, &["ge", ">="], ">=", Ordering::is_ge);
}

fn comparison(
    environment: &mut Environment<'_>,
    names: &[&'static str],
    symbol: &'static str,
    holds: fn(Ordering) -> bool,
) {
    for name in names {
        environment.add_test(*name, move |value: &Value, other: &Value| {
            python::compare(symbol, value, other).map(holds)
        });
    }
}

/// What has a length and items, strings, dicts and what is undefined included, as in Jinja2.
fn is_sequence(value: &Value) -> bool {
    let is_set = value.downcast_object_ref::<PySet>().is_some();
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Map | ValueKind::String | ValueKind::Iterable | ValueKind::Undefined
    ) && !is_set
        && !is_one_of(value, &["RelationObject"])
}

fn is_iterable(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Map | ValueKind::String | ValueKind::Iterable | ValueKind::Undefined
    )
}

/// Whether a value can be called: macros, functions, classes and, as in Jinja2, what is
/// undefined can. An object of ours is asked by name, as minijinja has no question for it.
fn is_callable(value: &Value) -> bool {
    const KINDS: &[&str] =
        &["MacroProxy", "Macro", "Function", "Class", "Callable", "ConfigObject", "EnvVar", "::Var"];
    Absorbing::is_undefined(value) || is_one_of(value, KINDS)
}

/// Whether a value is an object of these types.
fn is_one_of(value: &Value, types: &[&str]) -> bool {
    let Some(object) = value.as_object() else { return false };
    types.iter().any(|name| object.type_name().contains(name))
}
