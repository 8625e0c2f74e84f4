//! `config` while a node is compiled and run: everything is decided.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};
use serde_json::Value as Json;

use super::state::JobState;
use crate::diagnostics::Diagnostic;
use crate::manifest::Values;
use crate::objects::Arguments;
use crate::template;

/// `config(...)` does nothing any more; its readers give the final values.
#[derive(Debug)]
pub(super) struct ConfigObject {
    state: Arc<JobState>,
}

impl ConfigObject {
    pub(super) fn new(state: &Arc<JobState>) -> Self {
        Self { state: Arc::clone(state) }
    }

    fn values(&self) -> Option<&Values> {
        self.state.node().map(|node| &*node.config.values)
    }

    /// The value of a key, null included; hooks are found under both spellings.
    fn find(&self, place: Place, key: &str) -> Option<Json> {
        let values = self.values()?;
        match place {
            Place::Config => values.get(key).or_else(|| values.get(&key.replace("_hook", "-hook"))).cloned(),
            Place::Meta => values.get("meta").and_then(|meta| meta.get(key)).cloned(),
        }
    }

    /// The same as templates see it.
    fn value(&self, place: Place, key: &str) -> Option<Value> {
        let json = self.find(place, key)?;
        let forms = self.values()?.forms();
        let forms = match place {
            Place::Config => forms,
            Place::Meta => forms.below("meta"),
        };
        Some(forms.below(key).value(&json))
    }

    fn get(
        &self,
        running: &mut State<'_, '_>,
        place: Place,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::bind(name, &["name", "default", "validator"], args)?;
        let key = template::text(arguments.require(name, "name")?);
        let default = arguments.get("default").cloned().unwrap_or(Value::from(()));
        let value = self.value(place, &key).unwrap_or(default);
        // dbt: without a default nothing is asked.
        let validator = arguments.given("validator").filter(|_| arguments.given("default").is_some());
        if let Some(validator) = validator {
            validator.call(running, std::slice::from_ref(&value))?;
        }
        Ok(value)
    }

    fn require(
        &self,
        running: &mut State<'_, '_>,
        place: Place,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::bind(name, &["name", "validator"], args)?;
        let key = template::text(arguments.require(name, "name")?);
        let Some(value) = self.value(place, &key) else {
            let subject = self.state.subject.name(&self.state.runtime);
            let message = format!("`{subject}` does not configure `{key}`, which is required here");
            let words = format!("{subject} does not define a required config parameter '{key}'");
            let finding = Diagnostic::error("missing-config", message).known_as(words);
            return Err(template::raise_diagnostic(finding));
        };
        if let Some(validator) = arguments.given("validator") {
            validator.call(running, std::slice::from_ref(&value))?;
        }
        Ok(value)
    }

    fn persists(&self, what: &str) -> Result<Value, Error> {
        match self.find(Place::Config, "persist_docs") {
            None | Some(Json::Null) => Ok(Value::from(false)),
            Some(Json::Object(docs)) => {
                Ok(Value::from(docs.get(what).and_then(Json::as_bool).unwrap_or(false)))
            }
            Some(other) => {
                let message =
                    format!("`persist_docs` must be a mapping with `relation` and `columns`, not `{other}`");
                Err(template::raise_diagnostic(Diagnostic::error("persist-docs", message)))
            }
        }
    }
}

/// Where a key is sought.
#[derive(Debug, Clone, Copy)]
enum Place {
    Config,
    Meta,
}

impl Object for ConfigObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(Value::from(""))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "model").then(|| self.state.model())
    }

    fn call_method(
        self: &Arc<Self>,
        running: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "get" => self.get(running, Place::Config, name, args),
            "meta_get" => self.get(running, Place::Meta, name, args),
            "require" => self.require(running, Place::Config, name, args),
            "meta_require" => self.require(running, Place::Meta, name, args),
            "set" => Ok(Value::from("")),
            "persist_relation_docs" => self.persists("relation"),
            "persist_column_docs" => self.persists("columns"),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
