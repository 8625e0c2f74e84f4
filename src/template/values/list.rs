//! A list that templates can change.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::convert::none;
use super::nesting::{self, compared};
use super::repr::{repr, write_repr};
use crate::template::error::raise_message;
use crate::template::python;

/// Python's `list`: shared, changed in place.
///
/// The lock is never held while another value is looked at, so that a list may
/// be compared with, extended by, or put into itself.
#[derive(Debug, Default)]
pub struct MutList {
    items: Mutex<Vec<Value>>,
}

impl MutList {
    /// A list of these items.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self { items: Mutex::new(items) }
    }

    /// Appends an item.
    pub fn push(&self, item: Value) {
        self.lock().push(item);
    }

    /// The items as they are now.
    pub fn items(&self) -> Vec<Value> {
        self.lock().clone()
    }

    /// By the first items that differ.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let addresses = [self, other].map(|list| std::ptr::from_ref(list).addr());
        nesting::nested(addresses, || {
            let (own, others) = (self.items(), other.items());
            let mut orders = own.iter().zip(&others).map(|(one, other)| nesting::order(one, other));
            orders.find(|order| order.is_ne()).unwrap_or_else(|| own.len().cmp(&others.len()))
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Value>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn position(&self, wanted: &Value) -> Result<usize, Error> {
        let found = compared(|| self.items().iter().position(|item| item == wanted))?;
        found.ok_or_else(|| raise_message(format!("{} is not in the list", repr(wanted))))
    }

    fn pop(&self, index: Option<i64>) -> Result<Value, Error> {
        let mut items = self.lock();
        let length = items.len();
        let at = resolve(index.unwrap_or(-1), length).filter(|at| *at < length);
        match at {
            Some(at) => Ok(items.remove(at)),
            None if length == 0 => Err(raise_message("`pop` from an empty list")),
            None => Err(raise_message("`pop`: the index is outside of the list")),
        }
    }

    fn insert(&self, index: i64, item: Value) {
        let mut items = self.lock();
        let length = items.len();
        let at = resolve(index, length).unwrap_or(0).min(length);
        items.insert(at, item);
    }

    fn sort(&self, state: &mut State<'_, '_>, arguments: &Arguments<'_>) -> Result<(), Error> {
        let key = arguments.keyword("key").filter(|key| !key.is_none());
        let mut keyed = Vec::new();
        for item in self.items() {
            let by = match &key {
                Some(key) => key.call(state, std::slice::from_ref(&item))?,
                None => item.clone(),
            };
            keyed.push((by, item));
        }
        let is_reverse = arguments.keyword("reverse").is_some_and(|reverse| reverse.is_true());
        let mut failure = None;
        let mut order = |left: &Value, right: &Value| match python::compare("<", left, right) {
            Ok(order) => order,
            Err(error) => {
                failure.get_or_insert(error);
                left.cmp(right)
            }
        };
        // What is equal stays in its order, also in reverse.
        keyed.sort_by(
            |(left, _), (right, _)| if is_reverse { order(right, left) } else { order(left, right) },
        );
        if let Some(failure) = failure {
            return Err(failure);
        }
        *self.lock() = keyed.into_iter().map(|(_, item)| item).collect();
        Ok(())
    }
}

/// A Python index as an offset; `None` before the start.
fn resolve(index: i64, length: usize) -> Option<usize> {
    let magnitude = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 { length.checked_sub(magnitude) } else { Some(magnitude) }
}

/// Goes on to items that are appended meanwhile, as Python's loops do.
struct Live {
    list: Arc<MutList>,
    at: usize,
}

impl Iterator for Live {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let item = self.list.lock().get(self.at).cloned();
        self.at += 1;
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.list.lock().len().saturating_sub(self.at);
        (left, Some(left))
    }
}

impl Object for MutList {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = usize::try_from(key.as_i64()?).ok()?;
        self.lock().get(index).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(Live { list: Arc::clone(self), at: 0 }))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.lock().len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        match method {
            "append" => self.push(arguments.required(0, "object")?),
            "extend" => {
                let more: Vec<Value> = arguments.required(0, "iterable")?.try_iter()?.collect();
                self.lock().extend(more);
            }
            "insert" => {
                let index = arguments.optional_integer(0, "index")?.unwrap_or(0);
                self.insert(index, arguments.required(1, "object")?);
            }
            "pop" => return self.pop(arguments.optional_integer(0, "index")?),
            "remove" => {
                let at = self.position(&arguments.required(0, "value")?)?;
                self.lock().remove(at);
            }
            "index" => return Ok(Value::from(self.position(&arguments.required(0, "value")?)?)),
            "count" => {
                let wanted = arguments.required(0, "value")?;
                let items = self.items();
                return Ok(Value::from(compared(|| items.iter().filter(|item| **item == wanted).count())?));
            }
            "sort" => self.sort(state, &arguments)?,
            "reverse" => self.lock().reverse(),
            "clear" => self.lock().clear(),
            "copy" => return Ok(Value::from_object(Self::new(self.items()))),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(none())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.order(other))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_repr(f, &Value::from_dyn_object(Arc::clone(self)), 0)
    }
}
