//! Results as the hooks of `on-run-end` see them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ValueKind};
use minijinja::{Error, State};

use crate::template::{MutDict, MutList, Value};

/// An object of dbt's: its fields, and `to_dict()`, which makes a plain dict of
/// it and of such objects in it, with times as texts.
#[derive(Debug)]
pub(super) struct ToDict(Arc<MutDict>);

impl ToDict {
    /// An object with these fields.
    pub(super) fn value(fields: Vec<(&'static str, Value)>) -> Value {
        Value::from_object(Self(Arc::new(MutDict::new(fields))))
    }

    fn to_dict(&self) -> Value {
        let plain = self.0.entries().into_iter().map(|(key, value)| (key, plain(&value)));
        Value::from_object(MutDict::new(plain))
    }
}

fn plain(value: &Value) -> Value {
    if let Some(object) = value.downcast_object_ref::<ToDict>() {
        return object.to_dict();
    }
    if let Some(items) = value.downcast_object_ref::<MutList>() {
        return Value::from_object(MutList::new(items.items().iter().map(plain).collect::<Vec<_>>()));
    }
    // Times are objects that are neither lists nor dicts.
    match value.kind() {
        ValueKind::Plain => Value::from(value.to_string()),
        _ => value.clone(),
    }
}

impl Object for ToDict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get_value(key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.0.enumerate()
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "to_dict" => Ok(self.to_dict()),
            _ => self.0.call_method(state, method, args),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.render(f)
    }
}
