//! The undefined value of parse time.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, ValueKind};
use minijinja::{Error, State, Value};

/// What an unknown name stands for while a project is parsed: it renders empty,
/// is false and empty, and swallows attributes, items and calls (dbt: the
/// undefined value of `capture_macros`).
#[derive(Debug)]
pub(crate) struct Absorbing;

impl Absorbing {
    pub(crate) fn value() -> Value {
        Value::from_object(Self)
    }

    /// Whether `value` stands for nothing: undefined, in either of its shapes.
    pub(crate) fn is_undefined(value: &Value) -> bool {
        value.is_undefined() || value.downcast_object_ref::<Self>().is_some()
    }

    /// Whether `value` is undefined, or holds what is.
    pub(crate) fn is_within(value: &Value) -> bool {
        const DEEPEST: usize = 128;
        fn is_within(value: &Value, depth: usize) -> bool {
            if depth > DEEPEST || Absorbing::is_undefined(value) {
                return true;
            }
            let below = |item: &Value| is_within(item, depth + 1);
            match value.kind() {
                ValueKind::Seq | ValueKind::Iterable => {
                    value.try_iter().into_iter().flatten().any(|item| below(&item))
                }
                ValueKind::Map => {
                    let mut keys = value.try_iter().into_iter().flatten();
                    keys.any(|key| value.get_item(&key).is_ok_and(|item| below(&item)))
                }
                _ => false,
            }
        }
        is_within(value, 0)
    }
}

impl Object for Absorbing {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Self::value())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _args: &[Value]) -> Result<Value, Error> {
        Ok(Self::value())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        _method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        Ok(Self::value())
    }

    fn custom_cmp(self: &Arc<Self>, _other: &DynObject) -> Option<Ordering> {
        Some(Ordering::Equal)
    }

    fn render(self: &Arc<Self>, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
