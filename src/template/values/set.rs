//! Python's set.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexSet;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::convert::none;
use super::nesting::hashable;
use super::repr::{repr, write_repr};
use super::set_order::ordered;
use crate::template::error::raise_message;

/// Python's `set`: whole numbers come in Python's order, others in that of insertion (Python's own
/// order of them is arbitrary).
#[derive(Debug, Default)]
pub struct PySet {
    items: Mutex<IndexSet<Value>>,
}

impl PySet {
    /// A set of these items.
    pub fn new(items: impl IntoIterator<Item = Value>) -> Self {
        Self { items: Mutex::new(items.into_iter().collect()) }
    }

    /// A set of what templates put into it.
    ///
    /// # Errors
    /// An item can be changed.
    pub(crate) fn checked(items: impl IntoIterator<Item = Value>) -> Result<Self, Error> {
        items.into_iter().map(hashable).collect::<Result<Vec<Value>, Error>>().map(Self::new)
    }

    /// The items as they are now.
    pub fn items(&self) -> IndexSet<Value> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, IndexSet<Value>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The combination of two sets that a method or operator names.
    pub(crate) fn combine(&self, method: &str, other: &IndexSet<Value>) -> Option<IndexSet<Value>> {
        let own = self.items();
        Some(match method {
            "union" => own.union(other).cloned().collect(),
            "intersection" => own.intersection(other).cloned().collect(),
            "difference" => own.difference(other).cloned().collect(),
            "symmetric_difference" => own.symmetric_difference(other).cloned().collect(),
            _ => return None,
        })
    }

    fn change(&self, method: &str, item: Value) -> Result<Value, Error> {
        match method {
            "add" => {
                self.lock().insert(item);
            }
            "remove" if !self.lock().shift_remove(&item) => {
                return Err(raise_message(format!("{} is not in the set", repr(&item))));
            }
            _ => {
                self.lock().shift_remove(&item);
            }
        }
        Ok(none())
    }
}

impl Object for PySet {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(ordered(&self.lock()))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.lock().len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        match method {
            "add" | "remove" | "discard" => {
                return self.change(method, hashable(arguments.required(0, "item")?)?);
            }
            "pop" => {
                let mut items = self.lock();
                let first = ordered(&items).into_iter().next();
                if let Some(first) = &first {
                    items.shift_remove(first);
                }
                return first.ok_or_else(|| raise_message("`pop` from an empty set"));
            }
            "clear" => {
                self.lock().clear();
                return Ok(none());
            }
            "copy" => return Ok(Value::from_object(Self::new(self.items()))),
            _ => {}
        }
        let mut others = IndexSet::new();
        for other in arguments.positional() {
            for item in other.try_iter()? {
                others.insert(hashable(item)?);
            }
        }
        match method {
            "update" => {
                self.lock().extend(others);
                Ok(none())
            }
            "issubset" => Ok(Value::from(self.items().is_subset(&others))),
            "issuperset" => Ok(Value::from(self.items().is_superset(&others))),
            "isdisjoint" => Ok(Value::from(self.items().is_disjoint(&others))),
            _ => match self.combine(method, &others) {
                Some(items) => Ok(Value::from_object(Self::new(items))),
                None => Err(Error::from(ErrorKind::UnknownMethod)),
            },
        }
    }

    /// Sets are equal whatever their order.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?.items();
        let own = self.items();
        if own == other {
            return Some(Ordering::Equal);
        }
        Some(if own.len() <= other.len() { Ordering::Less } else { Ordering::Greater })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_repr(f, &Value::from_dyn_object(Arc::clone(self)), 0)
    }
}
