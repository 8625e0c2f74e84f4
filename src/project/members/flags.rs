//! `flags`: settings by their upper-case names.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object};
use serde_json::Value as Json;

use super::Facts;
use crate::template::{self, Value};

/// The object `flags`. dbt: `flags.full_refresh` is undefined, `flags.FULL_REFRESH` is not.
#[derive(Debug)]
struct FlagsObject {
    facts: Arc<Facts>,
}

pub(super) fn value(facts: &Arc<Facts>) -> Value {
    Value::from_object(FlagsObject { facts: Arc::clone(facts) })
}

impl Object for FlagsObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str().filter(|name| !name.contains(|c: char| c.is_lowercase()))?;
        match name {
            "WHICH" => Some(Value::from(self.facts.invocation.which.as_str())),
            "INVOCATION_COMMAND" => Some(Value::from(self.facts.invocation.command_line.as_str())),
            _ => {
                let setting = self.facts.flags.setting(&name.to_lowercase())?;
                match &setting.value {
                    Json::Null => Some(Value::from(())),
                    value => Some(template::to_value(value)),
                }
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let own = ["WHICH", "INVOCATION_COMMAND"].into_iter().map(Value::from);
        let flags = self.facts.flags.iter().map(|(name, _)| Value::from(name.to_uppercase()));
        Enumerator::Values(own.chain(flags).collect())
    }
}
