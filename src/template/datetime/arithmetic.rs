//! Operators between dates, datetimes and timedeltas.

use std::cmp::Ordering;

use chrono::TimeDelta;
use minijinja::{Error, Value};

use super::date::{Date, Time};
use super::delta::{Delta, delta_value};
use super::moment::Moment;
use super::strftime::strftime;
use crate::template::error::raise_message;
use crate::template::python::Operator;

/// A value of this module.
#[derive(Clone, Copy)]
enum Temporal {
    Date(Date),
    Time(Time),
    Moment(Moment),
    Delta(Delta),
}

fn temporal(value: &Value) -> Option<Temporal> {
    let date = value.downcast_object_ref::<Date>().copied().map(Temporal::Date);
    date.or_else(|| value.downcast_object_ref::<Moment>().copied().map(Temporal::Moment))
        .or_else(|| value.downcast_object_ref::<Delta>().copied().map(Temporal::Delta))
        .or_else(|| value.downcast_object_ref::<Time>().copied().map(Temporal::Time))
}

/// `left operator right`, if it is for this module to say.
pub(crate) fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    match (temporal(left), temporal(right)) {
        (Some(left), Some(right)) => between(operator, left, right),
        (Some(Temporal::Delta(delta)), None) => scaled(operator, delta, f64::try_from(right.clone()).ok()?),
        (None, Some(Temporal::Delta(delta))) if operator == Operator::Mul => {
            scaled(operator, delta, f64::try_from(left.clone()).ok()?)
        }
        _ => None,
    }
}

fn between(operator: Operator, left: Temporal, right: Temporal) -> Option<Result<Value, Error>> {
    let is_mixed = |a: Moment, b: Moment| a.zone.is_some() != b.zone.is_some();
    Some(match (operator, left, right) {
        (Operator::Add, Temporal::Delta(delta), other @ (Temporal::Date(_) | Temporal::Moment(_))) => {
            return between(Operator::Add, other, Temporal::Delta(delta));
        }
        (Operator::Add, Temporal::Date(date), Temporal::Delta(delta)) => moved_date(date, delta.0),
        (Operator::Sub, Temporal::Date(date), Temporal::Delta(delta)) => moved_date(date, -delta.0),
        (Operator::Add, Temporal::Moment(moment), Temporal::Delta(delta)) => moved(moment, delta.0),
        (Operator::Sub, Temporal::Moment(moment), Temporal::Delta(delta)) => moved(moment, -delta.0),
        (Operator::Sub, Temporal::Moment(a), Temporal::Moment(b)) if is_mixed(a, b) => Err(raise_message(
            "a datetime with a time zone cannot be subtracted from one without, nor the other way",
        )),
        (Operator::Sub, Temporal::Moment(a), Temporal::Moment(b)) => Ok(delta_value(a.utc() - b.utc())),
        (Operator::Sub, Temporal::Date(a), Temporal::Date(b)) => Ok(delta_value(a.0 - b.0)),
        (Operator::Add, Temporal::Delta(a), Temporal::Delta(b)) => sum(a.0.checked_add(&b.0)),
        (Operator::Sub, Temporal::Delta(a), Temporal::Delta(b)) => sum(a.0.checked_sub(&b.0)),
        (Operator::Div | Operator::FloorDiv | Operator::Mod, Temporal::Delta(_), Temporal::Delta(b))
            if b.0.is_zero() =>
        {
            Err(raise_message("division by zero"))
        }
        (Operator::Div, Temporal::Delta(a), Temporal::Delta(b)) => Ok(Value::from(a.seconds() / b.seconds())),
        #[expect(clippy::cast_possible_truncation, reason = "spans of time are far smaller")]
        (Operator::FloorDiv, Temporal::Delta(a), Temporal::Delta(b)) => {
            Ok(Value::from((a.seconds() / b.seconds()).floor() as i64))
        }
        _ => return None,
    })
}

fn scaled(operator: Operator, delta: Delta, by: f64) -> Option<Result<Value, Error>> {
    let micros = delta.seconds() * 1e6;
    let result = match operator {
        Operator::Mul => micros * by,
        Operator::Div | Operator::FloorDiv if by == 0.0 => {
            return Some(Err(raise_message("division by zero")));
        }
        Operator::Div => micros / by,
        Operator::FloorDiv => (micros / by).floor(),
        _ => return None,
    };
    Some(Delta::of_micros(result).map(Value::from_object))
}

fn out_of_range() -> Error {
    raise_message("the date is out of range")
}

/// Dates move by whole days.
fn moved_date(date: Date, delta: TimeDelta) -> Result<Value, Error> {
    let days = TimeDelta::days(delta.num_seconds().div_euclid(86_400));
    let moved = date.0.checked_add_signed(days);
    moved.map(super::date_value).ok_or_else(out_of_range)
}

fn moved(moment: Moment, delta: TimeDelta) -> Result<Value, Error> {
    let local = moment.local.checked_add_signed(delta).ok_or_else(out_of_range)?;
    Ok(Moment { local, ..moment }.value())
}

fn sum(delta: Option<TimeDelta>) -> Result<Value, Error> {
    delta.map(delta_value).ok_or_else(out_of_range)
}

/// `-value`, if it is a span of time.
pub(crate) fn negate(value: &Value) -> Option<Value> {
    match temporal(value)? {
        Temporal::Delta(delta) => Some(delta_value(-delta.0)),
        _ => None,
    }
}

/// How two values of this module compare, if they do.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (temporal(left)?, temporal(right)?) {
        (Temporal::Date(a), Temporal::Date(b)) => Some(a.0.cmp(&b.0)),
        (Temporal::Time(a), Temporal::Time(b)) => Some(a.0.cmp(&b.0)),
        (Temporal::Moment(a), Temporal::Moment(b)) => Some(a.utc().cmp(&b.utc())),
        (Temporal::Delta(a), Temporal::Delta(b)) => Some(a.0.cmp(&b.0)),
        _ => None,
    }
}

/// A date or datetime by a `strftime` format, as `'{:%Y}'.format(date)` does.
pub(crate) fn formatted(value: &Value, spec: &str) -> Option<Result<String, Error>> {
    if !spec.contains('%') {
        return None;
    }
    match temporal(value)? {
        Temporal::Date(date) => Some(Ok(strftime(spec, date.0.into(), None))),
        Temporal::Moment(moment) => Some(Ok(strftime(spec, moment.local, moment.zone))),
        Temporal::Time(_) | Temporal::Delta(_) => None,
    }
}
