//! `validation.any(..)`: what a config should be, for `config.get(.., validator=..)`.

use std::sync::Arc;

use minijinja::value::Object;
use minijinja::{Error, State, Value};

use crate::diagnostics::Diagnostic;
use crate::template::error::raise_diagnostic;
use crate::template::values::{none, text};

/// The name `validation`.
pub(super) fn validation() -> Value {
    Value::from_object(Validation)
}

#[derive(Debug)]
struct Validation;

impl Object for Validation {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("any")).then(|| Value::from_object(Any))
    }
}

/// `any`, which is called with the values that a config may have. With kinds in brackets,
/// as of old, it takes everything.
#[derive(Debug)]
struct Any;

impl Object for Any {
    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from_object(Self))
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        Ok(Value::from_object(OneOf(args.to_vec())))
    }
}

/// Takes one of these values, and refuses all others.
#[derive(Debug)]
struct OneOf(Vec<Value>);

impl Object for OneOf {
    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let value = args.first().cloned().unwrap_or_default();
        if self.0.contains(&value) {
            return Ok(none());
        }
        let (value, known) = (text(&value), self.0.iter().map(text).collect::<Vec<_>>());
        let message = format!("the value `{value}` is none of `{}`", known.join("`, `"));
        let words = format!("Expected value \"{value}\" to be one of {}", known.join(","));
        Err(raise_diagnostic(Diagnostic::error("wrong-config-value", message).known_as(words)))
    }
}
