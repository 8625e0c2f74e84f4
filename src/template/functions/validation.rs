//! `validation.any[..]`: what a config should be, for `config.get(.., validator=..)`.
//!
//! Configs are checked while a project is read; what is said here is taken and not asked.

use std::sync::Arc;

use minijinja::Error;
use minijinja::State;
use minijinja::Value;
use minijinja::value::Object;

use crate::template::values::none;

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

/// `any`, with kinds or values in brackets or without.
#[derive(Debug)]
struct Any;

impl Object for Any {
    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from_object(Self))
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _args: &[Value]) -> Result<Value, Error> {
        Ok(none())
    }
}
