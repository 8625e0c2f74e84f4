//! Python's arithmetic.

use minijinja::value::{Tuple, ValueKind};
use minijinja::{Error, Value};

use super::{decimal, format};
use crate::template::datetime;
use crate::template::error::raise_message;
use crate::template::values::{Absorbing, PySet, list, type_name};

/// Repeated texts and lists may not grow beyond this.
const LARGEST: usize = 100_000_000;

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
}

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Pow => "**",
        }
    }
}

/// A number as Python has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Int(i128),
    Float(f64),
}

/// The value as a number; booleans count as 0 and 1.
pub(super) fn number(value: &Value) -> Option<Number> {
    match value.kind() {
        ValueKind::Bool => Some(Number::Int(i128::from(value.is_true()))),
        ValueKind::Number if value.is_integer() => i128::try_from(value.clone()).ok().map(Number::Int),
        ValueKind::Number => f64::try_from(value.clone()).ok().map(Number::Float),
        _ => None,
    }
}

impl Number {
    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }
}

/// `left operator right`.
pub(crate) fn calculate(operator: Operator, left: &Value, right: &Value) -> Result<Value, Error> {
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return numbers(operator, a, b);
    }
    if let Some(result) = datetime::arithmetic(operator, left, right) {
        return result;
    }
    if let Some(result) = decimal::arithmetic(operator, left, right) {
        return result;
    }
    match operator {
        Operator::Add => add(left, right),
        Operator::Mul => multiply(left, right),
        Operator::Mod if left.as_str().is_some() => {
            format::percent(left.as_str().unwrap_or_default(), right).map(Value::from)
        }
        Operator::Sub => subtract_sets(left, right),
        _ => Err(unsupported(operator, left, right)),
    }
}

fn unsupported(operator: Operator, left: &Value, right: &Value) -> Error {
    let symbol = operator.symbol();
    raise_message(format!("`{symbol}` does not work between {} and {}", type_name(left), type_name(right)))
}

fn add(left: &Value, right: &Value) -> Result<Value, Error> {
    if let (Some(a), Some(b)) = (left.as_str(), right.as_str()) {
        return Ok(Value::from([a, b].concat()));
    }
    let is_list = |value: &Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) && !Absorbing::is_undefined(value)
    };
    if !is_list(left) || !is_list(right) || left.is_tuple() != right.is_tuple() {
        return Err(unsupported(Operator::Add, left, right));
    }
    let items = left.try_iter()?.chain(right.try_iter()?);
    Ok(if left.is_tuple() { Value::from(Tuple::new(items.collect())) } else { list(items) })
}

fn multiply(left: &Value, right: &Value) -> Result<Value, Error> {
    let (what, times) = if number(right).is_some() { (left, right) } else { (right, left) };
    let Some(times) = times.as_i64().filter(|_| times.is_integer() || times.kind() == ValueKind::Bool) else {
        return Err(unsupported(Operator::Mul, left, right));
    };
    let times = usize::try_from(times).unwrap_or(0);
    let length = what.as_str().map(str::len).or_else(|| what.len()).unwrap_or(0);
    if length.saturating_mul(times) > LARGEST {
        return Err(raise_message("the repeated value is too large"));
    }
    if let Some(text) = what.as_str() {
        return Ok(Value::from(text.repeat(times)));
    }
    if !matches!(what.kind(), ValueKind::Seq | ValueKind::Iterable) || Absorbing::is_undefined(what) {
        return Err(unsupported(Operator::Mul, left, right));
    }
    let once: Vec<Value> = what.try_iter()?.collect();
    let items = once.iter().cycle().take(once.len() * times).cloned();
    Ok(if what.is_tuple() { Value::from(Tuple::new(items.collect())) } else { list(items) })
}

fn subtract_sets(left: &Value, right: &Value) -> Result<Value, Error> {
    match (left.downcast_object_ref::<PySet>(), right.downcast_object_ref::<PySet>()) {
        (Some(a), Some(b)) => {
            let items = a.combine("difference", &b.items()).unwrap_or_default();
            Ok(Value::from_object(PySet::new(items)))
        }
        _ => Err(unsupported(Operator::Sub, left, right)),
    }
}

fn numbers(operator: Operator, left: Number, right: Number) -> Result<Value, Error> {
    let is_zero = right.float() == 0.0;
    match (operator, left, right) {
        (Operator::Div | Operator::FloorDiv | Operator::Mod, ..) if is_zero => {
            Err(raise_message("division by zero"))
        }
        (Operator::Div, ..) => Ok(Value::from(left.float() / right.float())),
        (_, Number::Int(a), Number::Int(b)) => integers(operator, a, b),
        _ => floats(operator, left.float(), right.float()),
    }
}

fn integers(operator: Operator, a: i128, b: i128) -> Result<Value, Error> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::Mod => {
            a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        Operator::Pow if b < 0 => return floats(operator, a as f64, b as f64),
        Operator::Pow => u32::try_from(b).ok().and_then(|exponent| a.checked_pow(exponent)),
        Operator::Div | Operator::FloorDiv => floor_divide(a, b),
    };
    result.map(integer).ok_or_else(|| raise_message("the result of the calculation is too large"))
}

/// Division that rounds down, as Python's `//`.
pub(super) fn floor_divide(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let rest = a.checked_rem(b)?;
    if rest != 0 && (rest < 0) != (b < 0) { quotient.checked_sub(1) } else { Some(quotient) }
}

/// An integer in its smallest shape.
pub(crate) fn integer(value: i128) -> Value {
    i64::try_from(value).map_or_else(|_| Value::from(value), Value::from)
}

fn floats(operator: Operator, a: f64, b: f64) -> Result<Value, Error> {
    let floor_rest = || {
        let rest = a % b;
        if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
    };
    let result = match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::FloorDiv => ((a - floor_rest()) / b).round(),
        Operator::Mod => floor_rest(),
        Operator::Pow if a == 0.0 && b < 0.0 => return Err(raise_message("division by zero")),
        Operator::Pow => a.powf(b),
    };
    Ok(Value::from(result))
}

/// `-value`.
pub(crate) fn negate(value: &Value) -> Result<Value, Error> {
    match number(value) {
        Some(Number::Int(int)) => {
            int.checked_neg().map(integer).ok_or_else(|| raise_message("the number is too large"))
        }
        Some(Number::Float(float)) => Ok(Value::from(-float)),
        None => match datetime::negate(value).or_else(|| decimal::negate(value)) {
            Some(negated) => Ok(negated),
            None => Err(raise_message(format!("`-` does not work on {}", type_name(value)))),
        },
    }
}
