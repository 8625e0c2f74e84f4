//! Python's comparisons.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::arithmetic::{Number, number};
use super::decimal;
use crate::template::datetime;
use crate::template::error::raise_message;
use crate::template::values::{Absorbing, PySet, compared, type_name};

/// `left == right`. Numbers and booleans are equal by value, values of
/// different types never are, undefined equals only undefined.
///
/// # Errors
/// They are containers that hold too many inside each other.
pub(crate) fn equal(left: &Value, right: &Value) -> Result<bool, Error> {
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return Ok(ordered(a, b) == Some(Ordering::Equal));
    }
    if let Some(ordering) = decimal::compare(left, right) {
        return Ok(ordering == Ordering::Equal);
    }
    match (Absorbing::is_undefined(left), Absorbing::is_undefined(right)) {
        (true, true) => Ok(true),
        (true, false) | (false, true) => Ok(false),
        (false, false) => compared(|| left == right),
    }
}

/// Which of two values is greater.
///
/// # Errors
/// They have no order.
pub(crate) fn compare(operator: &str, left: &Value, right: &Value) -> Result<Ordering, Error> {
    let unordered = || {
        raise_message(format!(
            "`{operator}` does not work between {} and {}",
            type_name(left),
            type_name(right)
        ))
    };
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        // Not a number is neither less nor greater; no comparison holds.
        return Ok(ordered(a, b).unwrap_or(if operator.starts_with('<') {
            Ordering::Greater
        } else {
            Ordering::Less
        }));
    }
    if let Some(ordering) = decimal::compare(left, right).or_else(|| datetime::compare(left, right)) {
        return Ok(ordering);
    }
    match (left.kind(), right.kind()) {
        (ValueKind::String, ValueKind::String) => Ok(left.as_str().cmp(&right.as_str())),
        (ValueKind::Seq | ValueKind::Iterable, ValueKind::Seq | ValueKind::Iterable) => {
            let is_undefined = Absorbing::is_undefined(left) || Absorbing::is_undefined(right);
            let is_set = left.downcast_object_ref::<PySet>().is_some();
            if is_undefined || is_set || left.is_tuple() != right.is_tuple() {
                return Err(unordered());
            }
            items(operator, left, right)
        }
        _ => Err(unordered()),
    }
}

/// Lists are ordered by their first items that differ.
fn items(operator: &str, left: &Value, right: &Value) -> Result<Ordering, Error> {
    let (mut a, mut b) = (left.try_iter()?, right.try_iter()?);
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ok(Ordering::Equal),
            (None, Some(_)) => return Ok(Ordering::Less),
            (Some(_), None) => return Ok(Ordering::Greater),
            (Some(a), Some(b)) if equal(&a, &b)? => {}
            (Some(a), Some(b)) => return compare(operator, &a, &b),
        }
    }
}

fn ordered(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (a, b) => a.float().partial_cmp(&b.float()),
    }
}
