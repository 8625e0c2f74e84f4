//! `config` at parse time.

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, ErrorKind, State, Value};
use serde_json::{Map, Value as Json};

use super::Recorder;
use crate::template::{self, Forms};

/// `config(...)` notes its options. Its readers answer with an empty text,
/// because no value is final yet (dbt: `ParseConfigObject`).
#[derive(Debug)]
pub(super) struct ConfigObject {
    pub(super) recorder: Arc<Recorder>,
}

impl ConfigObject {
    fn note(&self, mut options: Map<String, Json>, forms: &Forms) -> Result<Value, Error> {
        for (alias, key) in [("pre_hook", "pre-hook"), ("post_hook", "post-hook")] {
            if options.contains_key(alias) && options.contains_key(key) {
                let message = format!("`config` was given both `{alias}` and `{key}`, which are the same");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
            if let Some(hooks) = options.shift_remove(alias) {
                options.insert(key.to_owned(), hooks);
            }
        }
        self.recorder.configured(&options, forms);
        Ok(Value::from(""))
    }
}

impl Object for ConfigObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (Rest(positional), options): (Rest<Value>, Kwargs) = from_args(args)?;
        let names: Vec<&str> = options.args().collect();
        match (positional.as_slice(), names.as_slice()) {
            ([], []) => self.note(Map::new(), &Forms::default()),
            ([], names) => {
                let (mut noted, mut forms) = (Map::new(), Forms::default());
                for name in names {
                    let value: Value = options.get(name)?;
                    noted.insert((*name).to_owned(), option_value(name, &value)?);
                    forms.set(name, Forms::of_value(&value));
                }
                self.note(noted, &forms)
            }
            ([options], []) => match option_value("the mapping", options)? {
                Json::Object(noted) => self.note(noted, &Forms::of_value(options)),
                _ => Err(wrong_arguments()),
            },
            _ => Err(wrong_arguments()),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match (name, args) {
            ("get" | "require" | "meta_get" | "meta_require", _) => Ok(Value::from("")),
            ("persist_relation_docs" | "persist_column_docs", _) => Ok(Value::from(false)),
            ("set", [key, value]) => {
                let (key, mut forms) = (key.to_string(), Forms::default());
                forms.set(&key, Forms::of_value(value));
                let noted = option_value(&key, value)?;
                self.note(Map::from_iter([(key, noted)]), &forms)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// The value of an option. dbt: what is undefined cannot be remembered, nor what holds such.
fn option_value(name: &str, value: &Value) -> Result<Json, Error> {
    if template::holds_undefined(value) {
        let message = format!("`config` was given an undefined value in `{name}`");
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    Ok(template::to_json(value))
}

fn wrong_arguments() -> Error {
    let message = "`config` takes either named options or one mapping of options";
    Error::new(ErrorKind::InvalidOperation, message)
}
