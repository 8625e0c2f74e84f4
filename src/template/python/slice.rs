//! Python's slices.

use minijinja::value::{Tuple, ValueKind};
use minijinja::{Error, Value};

use crate::template::error::raise_message;
use crate::template::values::{list, type_name};

/// `value[from:to:step]`; missing parts are none. A slice of undefined or
/// none is an empty list, as in minijinja.
pub(crate) fn slice(value: &Value, from: &Value, to: &Value, step: &Value) -> Result<Value, Error> {
    let step = bound(step)?.unwrap_or(1);
    if step == 0 {
        return Err(raise_message("the step of a slice cannot be 0"));
    }
    let pick =
        |length: usize| -> Result<Vec<usize>, Error> { Ok(indices(length, bound(from)?, bound(to)?, step)) };
    if let Some(text) = value.as_str() {
        let chars: Vec<char> = text.chars().collect();
        let picked: String = pick(chars.len())?.into_iter().filter_map(|at| chars.get(at)).collect();
        return Ok(Value::from(picked));
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Vec<Value> = value.try_iter()?.collect();
            let picked = pick(items.len())?.into_iter().filter_map(|at| items.get(at).cloned());
            Ok(if value.is_tuple() { Value::from(Tuple::new(picked.collect())) } else { list(picked) })
        }
        ValueKind::Undefined | ValueKind::None => Ok(list([])),
        _ => Err(raise_message(format!("{} cannot be sliced", type_name(value)))),
    }
}

fn bound(value: &Value) -> Result<Option<i64>, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    let is_integer = value.is_integer() || value.kind() == ValueKind::Bool;
    match value.as_i64().filter(|_| is_integer) {
        Some(integer) => Ok(Some(integer)),
        None => Err(raise_message(format!("a slice is bounded by integers, not by {}", type_name(value)))),
    }
}

/// The places that a slice of `length` items takes, in order.
fn indices(length: usize, from: Option<i64>, to: Option<i64>, step: i64) -> Vec<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |bound: i64| if bound < 0 { bound.saturating_add(length).max(low) } else { bound.min(high) };
    let mut at = from.map_or(if step > 0 { low } else { high }, clamp);
    let end = to.map_or(if step > 0 { high } else { low }, clamp);
    let mut picked = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        picked.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::indices;

    #[test]
    fn takes_what_python_takes() {
        let check = |length, start, stop, step, expected: &[usize]| {
            assert_eq!(indices(length, start, stop, step), expected, "{length} {start:?} {stop:?} {step}");
        };
        check(4, None, None, 1, &[0, 1, 2, 3]);
        check(4, Some(1), Some(-1), 1, &[1, 2]);
        check(4, None, None, -1, &[3, 2, 1, 0]);
        check(4, Some(3), Some(0), -1, &[3, 2, 1]);
        check(4, Some(-10), Some(10), 2, &[0, 2]);
        check(4, Some(10), Some(-10), -2, &[3, 1]);
        check(0, None, None, -1, &[]);
        check(3, Some(2), Some(1), 1, &[]);
        check(3, None, None, i64::MAX, &[0]);
        check(3, None, None, i64::MIN, &[2]);
    }
}
