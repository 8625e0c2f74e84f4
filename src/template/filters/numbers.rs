//! Filters of numbers.

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value};

use crate::template::error::raise_message;
use crate::template::python::{self, Operator};
use crate::template::values::{Arguments, type_name};

/// Adds the filters.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("int", |state: &State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>| {
        defined(state, value)?;
        integer(value, &args.into_values())
    });
    environment.add_filter("float", |state: &State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>| {
        defined(state, value)?;
        Ok::<_, Error>(float(value, &args.into_values()))
    });
    environment
        .add_filter("round", |value: &Value, args: Rest<ValueOrKwargs>| round(value, &args.into_values()));
    environment.add_filter("abs", |value: &Value| match python::compare("<", value, &Value::from(0)) {
        Ok(std::cmp::Ordering::Less) => python::negate(value),
        Ok(_) => Ok(value.clone()),
        Err(_) => Err(raise_message(format!("`abs` does not work on {}", type_name(value)))),
    });
    environment.add_filter("sum", |value: &Value, args: Rest<ValueOrKwargs>| sum(value, &args.into_values()));
}

/// Refuses what is undefined, unless the text is only read for what it refers to.
pub(super) fn defined(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    let is_lenient = matches!(state.undefined_behavior(), UndefinedBehavior::Chainable);
    if value.is_undefined() && !is_lenient { Err(Error::from(ErrorKind::UndefinedError)) } else { Ok(()) }
}

/// `int(default=0, base=10)`: what cannot be read gives the default.
fn integer(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("int", args);
    let default = arguments.get(0, "default").unwrap_or_else(|| Value::from(0));
    let base = arguments.optional_integer(1, "base")?.unwrap_or(10);
    if let Some(text) = value.as_str() {
        return Ok(parse_integer(text, base).unwrap_or(default));
    }
    if value.is_integer() {
        return Ok(value.clone());
    }
    if let Some(decimal) = python::decimal_of(value) {
        return Ok(python::integer_value(decimal.truncated()));
    }
    match f64::try_from(value.clone()) {
        #[expect(clippy::cast_possible_truncation, reason = "fractions are cut off, as Python's `int` does")]
        Ok(float) if float.is_finite() => Ok(python::integer_value(float.trunc() as i128)),
        _ if value.kind() == ValueKind::Bool => Ok(Value::from(i64::from(value.is_true()))),
        _ => Ok(default),
    }
}

fn parse_integer(text: &str, base: i64) -> Option<Value> {
    let text = text.trim().replace('_', "");
    let radix = u32::try_from(base).ok().filter(|radix| (2..=36).contains(radix))?;
    let digits = match radix {
        16 => text.trim_start_matches("0x").trim_start_matches("0X"),
        8 => text.trim_start_matches("0o"),
        2 => text.trim_start_matches("0b"),
        _ => &text,
    };
    if let Ok(integer) = i128::from_str_radix(digits, radix) {
        return Some(python::integer_value(integer));
    }
    #[expect(clippy::cast_possible_truncation, reason = "fractions are cut off, as Python's `int` does")]
    let cut = |float: f64| python::integer_value(float.trunc() as i128);
    text.parse::<f64>().ok().filter(|float| float.is_finite()).map(cut)
}

/// `float(default=0.0)`.
fn float(value: &Value, args: &[Value]) -> Value {
    let default = Arguments::new("float", args).get(0, "default").unwrap_or_else(|| Value::from(0.0));
    if let Some(text) = value.as_str() {
        return text.trim().replace('_', "").parse::<f64>().map_or(default, Value::from);
    }
    python::float_of(value).map_or(default, Value::from)
}

/// `round(precision=0, method='common')`: a float, as in Jinja2.
fn round(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("round", args);
    let precision = arguments.optional_integer(0, "precision")?.unwrap_or(0);
    let method = arguments.optional_string(1, "method")?.unwrap_or_else(|| "common".to_owned());
    if let Some(integer) = value.as_i64().filter(|_| value.is_integer() && method == "common") {
        return Ok(Value::from(round_integer(integer, precision)));
    }
    let places = u32::try_from(precision).ok();
    if let (Some(decimal), Some(places), "common") = (python::decimal_of(value), places, method.as_str()) {
        return Ok(decimal.rounded(places).padded(places).value());
    }
    let Some(float) = python::float_of(value) else {
        return Err(raise_message(format!("`round` does not work on {}", type_name(value))));
    };
    let scale = 10_f64.powi(i32::try_from(precision.clamp(-300, 300)).unwrap_or(0));
    let rounded = match method.as_str() {
        "ceil" => (float * scale).ceil() / scale,
        "floor" => (float * scale).floor() / scale,
        "common" => match usize::try_from(precision) {
            // Printing rounds by the exact value, as Python does.
            Ok(places) => format!("{float:.places$}", places = places.min(300)).parse().unwrap_or(float),
            Err(_) => (float * scale).round_ties_even() / scale,
        },
        other => return Err(raise_message(format!("`round` has no method '{other}'"))),
    };
    Ok(Value::from(rounded))
}

/// Rounds to tens, hundreds … for a negative precision, half to even.
fn round_integer(integer: i64, precision: i64) -> i64 {
    let places = u32::try_from(precision.saturating_neg()).unwrap_or(0);
    let Some(unit) = 10_i64.checked_pow(places) else { return 0 };
    let (quotient, twice) = (integer.div_euclid(unit), integer.rem_euclid(unit).saturating_mul(2));
    let up = twice > unit || (twice == unit && quotient % 2 != 0);
    quotient.saturating_add(i64::from(up)).saturating_mul(unit)
}

/// `sum(attribute=None, start=0)`.
fn sum(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("sum", args);
    let attribute = arguments.get(0, "attribute").filter(|attribute| !attribute.is_none());
    let mut total = arguments.get(1, "start").unwrap_or_else(|| Value::from(0));
    for item in value.try_iter()? {
        let item = match &attribute {
            Some(attribute) => super::lists::member(&item, attribute)?,
            None => item,
        };
        total = python::calculate(Operator::Add, &total, &item)?;
    }
    Ok(total)
}
