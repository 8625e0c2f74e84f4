//! Results as the hooks of `on-run-end` see them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ValueKind};
use minijinja::{Error, State};

use crate::template::{MutDict, MutList, Value};

/// An object of dbt's: its fields, and `to_dict()`, which makes a plain dict of
/// it and of such objects in it, with times as texts.
#[derive(Debug)]
pub(super) struct ToDict {
    fields: Arc<MutDict>,
    /// Whether a field that is not there is none: so it is in a configuration (dbt:
    /// `BaseConfig.__getitem__`).
    is_config: bool,
}

impl ToDict {
    /// An object with these fields.
    pub(super) fn value(fields: Vec<(&'static str, Value)>) -> Value {
        Value::from_object(Self { fields: Arc::new(MutDict::new(fields)), is_config: false })
    }

    /// A node, whose configuration has none for what it does not say.
    pub(super) fn node(node: Value) -> Value {
        let config = node.get_attr("config").ok();
        let fields = config.as_ref().and_then(Value::downcast_object::<MutDict>);
        if let (Some(fields), Some(node)) = (fields, node.downcast_object_ref::<MutDict>()) {
            node.insert(Value::from("config"), Value::from_object(Self { fields, is_config: true }));
        }
        node
    }

    fn to_dict(&self) -> Value {
        let plain = self.fields.entries().into_iter().map(|(key, value)| (key, plain(&value)));
        Value::from_object(MutDict::new(plain))
    }
}

fn plain(value: &Value) -> Value {
    if let Some(object) = value.downcast_object_ref::<ToDict>() {
        return object.to_dict();
    }
    if let Some(dict) = value.downcast_object_ref::<MutDict>() {
        let entries = dict.entries().into_iter().map(|(key, value)| (key, plain(&value)));
        return Value::from_object(MutDict::new(entries));
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
        let found = self.fields.get_value(key);
        if self.is_config { found.or_else(|| Some(Value::from(()))) } else { found }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.fields.enumerate()
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "to_dict" => Ok(self.to_dict()),
            _ => self.fields.call_method(state, method, args),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.render(f)
    }
}
