//! Containers inside each other: how deep they are compared, and which may be keys.

use std::cell::Cell;
use std::cmp::Ordering;

use minijinja::{Error, Value};

use super::dict::MutDict;
use super::list::MutList;
use super::repr::type_name;
use super::set::PySet;
use crate::template::error::raise_message;

/// Containers inside each other are compared this deep. Python ends at its recursion limit,
/// which is 1,000 calls.
const DEPTH: u32 = 300;

thread_local! {
    static DEPTH_NOW: Cell<u32> = const { Cell::new(0) };
    static IS_TOO_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// The order of two containers, which looks at what is inside. Too deep, and in all that
/// is still to be compared then, it is that of their addresses.
pub(super) fn nested(addresses: [usize; 2], compare: impl FnOnce() -> Ordering) -> Ordering {
    let depth = DEPTH_NOW.get();
    if depth == 0 {
        IS_TOO_DEEP.set(false);
    }
    if depth >= DEPTH {
        IS_TOO_DEEP.set(true);
    }
    if IS_TOO_DEEP.get() {
        let [one, other] = addresses;
        return one.cmp(&other);
    }
    DEPTH_NOW.set(depth + 1);
    let ordering = compare();
    DEPTH_NOW.set(depth);
    ordering
}

/// The order of two items of containers. What is equal to minijinja is equal here: `1` and `1.0`.
pub(super) fn order(one: &Value, other: &Value) -> Ordering {
    if let (Some(one), Some(other)) =
        (one.downcast_object_ref::<MutList>(), other.downcast_object_ref::<MutList>())
    {
        return one.order(other);
    }
    if let (Some(one), Some(other)) =
        (one.downcast_object_ref::<MutDict>(), other.downcast_object_ref::<MutDict>())
    {
        return one.order(other);
    }
    if one == other { Ordering::Equal } else { one.cmp(other) }
}

/// The answer of a comparison that went as deep as it had to.
///
/// # Errors
/// It went too deep: a container may hold itself.
pub(crate) fn compared<T>(compare: impl FnOnce() -> T) -> Result<T, Error> {
    IS_TOO_DEEP.set(false);
    let answer = compare();
    if IS_TOO_DEEP.take() {
        return Err(raise_message("maximum recursion depth exceeded in comparison"));
    }
    Ok(answer)
}

/// The value as a key, or an item of a set.
///
/// # Errors
/// As in Python, what can be changed is no key.
pub(crate) fn hashable(value: Value) -> Result<Value, Error> {
    let can_change = value.downcast_object_ref::<MutList>().is_some()
        || value.downcast_object_ref::<MutDict>().is_some()
        || value.downcast_object_ref::<PySet>().is_some();
    if can_change {
        return Err(raise_message(format!("unhashable type: {}", type_name(&value))));
    }
    if value.is_tuple() {
        value.try_iter()?.try_for_each(|item| hashable(item).map(drop))?;
    }
    Ok(value)
}
