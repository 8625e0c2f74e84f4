//! The filters that the source rewrite puts in place of operators and literals.

use std::cmp::Ordering;

use minijinja::value::Rest;
use minijinja::{Environment, Error, Value};

use crate::template::error::raise_message;
use crate::template::python::{self, Operator};
use crate::template::values::{hashable, mutable, text};

/// Adds the filters.
pub(super) fn add(environment: &mut Environment<'_>) {
    let operators = [
        ("__add", Operator::Add),
        ("__sub", Operator::Sub),
        ("__mul", Operator::Mul),
        ("__div", Operator::Div),
        ("__floordiv", Operator::FloorDiv),
        ("__mod", Operator::Mod),
        ("__pow", Operator::Pow),
    ];
    for (name, operator) in operators {
        environment.add_filter(name, move |first: Value, others: Rest<Value>| {
            others.iter().try_fold(first, |left, right| python::calculate(operator, &left, right))
        });
    }
    environment.add_filter("__neg", |value: &Value| python::negate(value));
    environment.add_filter("__eq", |left: &Value, right: &Value| python::equal(left, right));
    environment.add_filter("__ne", |left: &Value, right: &Value| {
        python::equal(left, right).map(|is_equal| !is_equal)
    });
    comparison(environment, "__lt", "<", Ordering::is_lt);
    comparison(environment, "__le", "<=", Ordering::is_le);
    comparison(environment, "__gt", ">", Ordering::is_gt);
    comparison(environment, "__ge", ">=", Ordering::is_ge);
    environment.add_filter("__concat", |first: &Value, others: Rest<Value>| concatenate(first, &others));
    environment.add_filter("__slice", |value: &Value, start: &Value, stop: &Value, step: Option<Value>| {
        python::slice(value, start, stop, &step.unwrap_or_default())
    });
    environment.add_filter("__plain", |value: &Value| python::plain(value).unwrap_or_else(|| value.clone()));
    environment.add_filter("__list", mutable);
    environment.add_filter("__dict", |value: Value| -> Result<Value, Error> {
        value
            .try_iter()?
            .filter(|key| key.as_object().is_some())
            .try_for_each(|key| hashable(key).map(drop))?;
        Ok(mutable(value))
    });
    environment.add_filter("__each", |value: &Value| {
        if value.is_none() { Err(raise_message("None cannot be looped over")) } else { Ok(value.clone()) }
    });
    environment.add_filter("__undefined", |_: &Value| Value::UNDEFINED);
}

fn comparison(
    environment: &mut Environment<'_>,
    name: &'static str,
    symbol: &'static str,
    holds: fn(Ordering) -> bool,
) {
    environment.add_filter(name, move |left: &Value, right: &Value| -> Result<bool, Error> {
        python::compare(symbol, left, right).map(holds)
    });
}

fn concatenate(first: &Value, others: &[Value]) -> String {
    let mut joined = text(first);
    for other in others {
        match other.as_str() {
            Some(text) => joined.push_str(text),
            None => joined.push_str(&text(other)),
        }
    }
    joined
}
