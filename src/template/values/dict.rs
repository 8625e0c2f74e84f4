//! A dict that templates can change.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use minijinja::value::{DynObject, Enumerator, Object, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};
use serde_json::{Map, Value as Json};

use super::arguments::Arguments;
use super::convert::{list, none, to_value};
use super::nesting::{self, hashable};
use super::repr::{repr, write_repr};
use crate::template::error::raise_message;

/// Python's `dict`: shared, changed in place, in the order of insertion.
#[derive(Debug, Default)]
pub struct MutDict {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    known: IndexMap<Value, Value>,
    /// Makes them when somebody looks at them for the first time.
    maker: Option<Box<dyn FnOnce() -> IndexMap<Value, Value> + Send>>,
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.known.fmt(f)
    }
}

impl Deref for Entries {
    type Target = IndexMap<Value, Value>;

    fn deref(&self) -> &Self::Target {
        &self.known
    }
}

impl DerefMut for Entries {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.known
    }
}

impl MutDict {
    /// A dict of these entries; of equal keys, the last one counts.
    pub fn new<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        let known = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Self { entries: Mutex::new(Entries { known, maker: None }) }
    }

    /// A dict whose entries are those of a JSON object, which is made when they are looked
    /// at for the first time.
    pub fn of_object(make: impl FnOnce() -> Map<String, Json> + Send + 'static) -> Self {
        let entries = |json: Map<String, Json>| {
            json.iter().map(|(key, item)| (Value::from(key.as_str()), to_value(item))).collect()
        };
        let maker: Box<dyn FnOnce() -> _ + Send> = Box::new(move || entries(make()));
        Self { entries: Mutex::new(Entries { known: IndexMap::new(), maker: Some(maker) }) }
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

    /// Equal where both have the same keys, in any order, with equal values.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let addresses = [self, other].map(|dict| std::ptr::from_ref(dict).addr());
        nesting::nested(addresses, || {
            let (own, others) = (self.entries(), other.entries());
            let keys = |entries: &[(Value, Value)]| -> Vec<Value> {
                let mut keys: Vec<Value> = entries.iter().map(|(key, _)| key.clone()).collect();
                keys.sort();
                keys
            };
            let by_keys = own.len().cmp(&others.len()).then_with(|| keys(&own).cmp(&keys(&others)));
            let value = |key: &Value| other.lock().get(key).cloned().unwrap_or_default();
            let mut by_values = own.iter().map(|(key, own)| nesting::order(own, &value(key)));
            by_keys.then_with(|| by_values.find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
        })
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(make) = entries.maker.take() {
            entries.known = make();
        }
        entries
    }

    /// Python's `dict.update`.
    pub(crate) fn update(&self, arguments: &Arguments<'_>) -> Result<(), Error> {
        let mut more = match arguments.positional().first() {
            Some(other) => pairs(other)?,
            None => Vec::new(),
        };
        more.extend(arguments.keywords().into_iter().map(|(key, value)| (Value::from(key), value)));
        self.lock().extend(more);
        Ok(())
    }

    fn pop(&self, arguments: &Arguments<'_>) -> Result<Value, Error> {
        let key = hashable(arguments.required(0, "key")?)?;
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
        return keys.map(|key| Ok((hashable(key.clone())?, value.get_item(&key)?))).collect();
    }
    let pair = |item: Value| {
        let both: Vec<Value> = item.try_iter()?.collect();
        match both.as_slice() {
            [key, value] => Ok((hashable(key.clone())?, value.clone())),
            _ => Err(raise_message("a dict is made of pairs of key and value")),
        }
    };
    value.try_iter()?.map(pair).collect()
}

impl Object for MutDict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(&hashable(key.clone()).ok()?).cloned()
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
                let key = hashable(arguments.required(0, "key")?)?;
                let found = self.lock().get(&key).cloned();
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
                let key = hashable(arguments.required(0, "key")?)?;
                let default = arguments.get(1, "default").unwrap_or_else(none);
                Ok(self.lock().entry(key).or_insert(default).clone())
            }
            "fromkeys" => {
                let value = arguments.get(1, "value").unwrap_or_else(none);
                let keys = arguments.required(0, "iterable")?.try_iter()?.map(hashable);
                let entries = keys.map(|key| Ok((key?, value.clone()))).collect::<Result<Vec<_>, Error>>()?;
                Ok(Value::from_object(Self::new(entries)))
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

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.order(other))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_repr(f, &Value::from_dyn_object(Arc::clone(self)), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_made_when_they_are_looked_at() {
        let dict = MutDict::of_object(|| Map::from_iter([("a".to_owned(), Json::from(1))]));
        assert!(dict.entries.lock().unwrap().is_empty());
        dict.insert("b", Value::from(2));
        assert_eq!(dict.entries(), [(Value::from("a"), Value::from(1)), (Value::from("b"), Value::from(2))]);
    }
}
