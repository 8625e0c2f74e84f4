//! A dict that templates can change.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use indexmap::IndexMap;
use minijinja::Error;
use minijinja::ErrorKind;
use minijinja::State;
use minijinja::Value;
use minijinja::value::Enumerator;
use minijinja::value::Object;
use minijinja::value::ValueKind;

use crate::template::error::raise_message;

use super::arguments::Arguments;
use super::convert::list;
use super::convert::none;
use super::repr::repr;
use super::repr::write_repr;

/// Python's `dict`: shared, changed in place, in the order of insertion.
#[derive(Debug, Default)]
pub struct MutDict {
    entries: Mutex<IndexMap<Value, Value>>,
}

impl MutDict {
    /// A dict of these entries; of equal keys, the last one counts.
    pub fn new<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self { entries: Mutex::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()) }
    }

    /// The entries as they are now.
    pub fn entries(&self) -> Vec<(Value, Value)> {
        self.lock().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The value under a string key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.lock().get(&Value::from(key)).cloned()
    }

    /// Puts a value under a key.
    pub fn insert(&self, key: impl Into<Value>, value: Value) {
        self.lock().insert(key.into(), value);
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<Value, Value>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, arguments: &Arguments<'_>) -> Result<(), Error> {
        let mut more = match arguments.positional().first() {
            Some(other) => pairs(other)?,
            None => Vec::new(),
        };
        more.extend(arguments.keywords().into_iter().map(|(key, value)| (Value::from(key), value)));
        self.lock().extend(more);
        Ok(())
    }

    fn pop(&self, arguments: &Arguments<'_>) -> Result<Value, Error> {
        let key = arguments.required(0, "key")?;
        let removed = self.lock().shift_remove(&key);
        removed
            .or_else(|| arguments.get(1, "default"))
            .ok_or_else(|| raise_message(format!("`pop`: the dict has no key {}", repr(&key))))
    }
}

/// The entries of a dict, or of a list of pairs.
pub(crate) fn pairs(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    if value.kind() == ValueKind::Map {
        let keys = value.try_iter()?;
        return keys.map(|key| Ok((key.clone(), value.get_item(&key)?))).collect();
    }
    let pair = |item: Value| {
        let both: Vec<Value> = item.try_iter()?.collect();
        match both.as_slice() {
            [key, value] => Ok((key.clone(), value.clone())),
            _ => Err(raise_message("a dict is made of pairs of key and value")),
        }
    };
    value.try_iter()?.map(pair).collect()
}

impl Object for MutDict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().keys().cloned().collect())
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
            "get" => {
                let found = self.lock().get(&arguments.required(0, "key")?).cloned();
                Ok(found.or_else(|| arguments.get(1, "default")).unwrap_or_else(none))
            }
            "items" => Ok(list(self.entries().into_iter().map(|(key, value)| Value::from((key, value))))),
            "keys" => Ok(list(self.entries().into_iter().map(|(key, _)| key))),
            "values" => Ok(list(self.entries().into_iter().map(|(_, value)| value))),
            "update" => self.update(&arguments).map(|()| none()),
            "pop" => self.pop(&arguments),
            "popitem" => {
                let last = self.lock().pop();
                last.map(Value::from).ok_or_else(|| raise_message("`popitem` from an empty dict"))
            }
            "setdefault" => {
                let key = arguments.required(0, "key")?;
                let default = arguments.get(1, "default").unwrap_or_else(none);
                Ok(self.lock().entry(key).or_insert(default).clone())
            }
            // dbt's own objects, which are dicts here, have `to_dict`.
            "copy" | "to_dict" => Ok(Value::from_object(Self::new(self.entries()))),
            "clear" => {
                self.lock().clear();
                Ok(none())
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_repr(f, &Value::from_dyn_object(Arc::clone(self)), 0)
    }
}
