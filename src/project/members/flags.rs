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
    /// Whether it is noted which flags are read.
    is_noted: bool,
}

pub(super) fn value(facts: &Arc<Facts>, is_noted: bool) -> Value {
    Value::from_object(FlagsObject { facts: Arc::clone(facts), is_noted })
}

/// A flag by its upper-case name.
pub(super) fn flag(facts: &Facts, name: &str) -> Option<Json> {
    match name {
        "WHICH" => Some(facts.invocation.which.as_str().into()),
        "INVOCATION_COMMAND" => Some(facts.invocation.command_line.as_str().into()),
        _ => facts.flags.setting(&name.to_lowercase()).map(|setting| setting.value.clone()),
    }
}

impl Object for FlagsObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str().filter(|name| !name.contains(|c: char| c.is_lowercase()))?;
        if self.is_noted {
            self.facts.reads.note_flag(name);
        }
        match flag(&self.facts, name)? {
            Json::Null => Some(Value::from(())),
            value => Some(template::to_value(&value)),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        if self.is_noted {
            self.facts.reads.note_volatile();
        }
        let own = ["WHICH", "INVOCATION_COMMAND"].into_iter().map(Value::from);
        let flags = self.facts.flags.iter().map(|(name, _)| Value::from(name.to_uppercase()));
        Enumerator::Values(own.chain(flags).collect())
    }
}
