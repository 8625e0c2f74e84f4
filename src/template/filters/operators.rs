//! The filters that the source rewrite puts in place of operators and literals.

use std::cmp::Ordering;

use minijinja::Environment;
use minijinja::Error;
use minijinja::Value;

use crate::template::python;
use crate::template::python::Operator;
use crate::template::values::mutable;
use crate::template::values::text;

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
        environment
            .add_filter(name, move |left: &Value, right: &Value| python::calculate(operator, left, right));
    }
    environment.add_filter("__neg", |value: &Value| python::negate(value));
    environment.add_filter("__eq", |left: &Value, right: &Value| python::equal(left, right));
    environment.add_filter("__ne", |left: &Value, right: &Value| !python::equal(left, right));
    comparison(environment, "__lt", "<", Ordering::is_lt);
    comparison(environment, "__le", "<=", Ordering::is_le);
    comparison(environment, "__gt", ">", Ordering::is_gt);
    comparison(environment, "__ge", ">=", Ordering::is_ge);
    environment.add_filter("__concat", |left: &Value, right: &Value| concatenate(left, right));
    environment.add_filter("__slice", |value: &Value, start: &Value, stop: &Value, step: Option<Value>| {
        python::slice(value, start, stop, &step.unwrap_or_default())
    });
    environment.add_filter("__list", mutable);
    environment.add_filter("__dict", mutable);
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

fn concatenate(left: &Value, right: &Value) -> String {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => [left, right].concat(),
        _ => text(left) + &text(right),
    }
}
