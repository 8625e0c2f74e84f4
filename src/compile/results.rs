//! What statements gave, kept for templates under their names.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, Value};

use crate::adapter::Response;
use crate::objects;
use crate::template;

/// The results of one job's statements. dbt: a result can be loaded once, except `main`.
#[derive(Debug, Default)]
pub(super) struct Results {
    kept: Mutex<HashMap<String, Kept>>,
}

#[derive(Debug, Clone)]
enum Kept {
    Here(StatementResult),
    Loaded,
}

/// What a statement gave.
#[derive(Debug, Clone)]
pub(super) struct StatementResult {
    pub(super) response: Response,
    /// The table, or `none`.
    pub(super) table: Value,
}

/// The name of the statement that is the node's own.
pub(super) const MAIN: &str = "main";

impl Results {
    pub(super) fn store(&self, name: &str, result: StatementResult) {
        self.lock().insert(name.to_owned(), Kept::Here(result));
    }

    /// The result of the node's own statement.
    pub(super) fn main(&self) -> Option<StatementResult> {
        match self.lock().get(MAIN) {
            Some(Kept::Here(result)) => Some(result.clone()),
            _ => None,
        }
    }

    /// `load_result(name)`.
    pub(super) fn load(&self, name: &str) -> Result<Value, Error> {
        let mut kept = self.lock();
        let Some(slot) = kept.get_mut(name) else { return Ok(Value::from(())) };
        match slot.clone() {
            Kept::Loaded => {
                let message = format!(
                    "the result of the statement `{name}` was loaded before; it can be loaded once (dbt says: \
                         The 'statement' result named '{name}' has already been loaded into a variable)"
                );
                Err(template::raise_message(message))
            }
            Kept::Here(result) => {
                if name != MAIN {
                    *slot = Kept::Loaded;
                }
                Ok(result.value())
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StatementResult {
    fn value(&self) -> Value {
        Value::from_object(template::MutDict::new([
            ("response", response(&self.response)),
            ("data", objects::records(&self.table)),
            ("table", self.table.clone()),
        ]))
    }
}

/// A warehouse's answer as templates see it: it prints as its message.
#[derive(Debug)]
pub(super) struct ResponseObject(Response);

/// The answer as a template value.
pub(super) fn response(response: &Response) -> Value {
    Value::from_object(ResponseObject(response.clone()))
}

/// The answer behind a template value, or one that says the same.
#[must_use]
pub fn as_response(value: &Value) -> Response {
    match value.downcast_object_ref::<ResponseObject>() {
        Some(object) => object.0.clone(),
        None => Response { message: template::text(value), ..Response::default() },
    }
}

impl Object for ResponseObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let none = || Value::from(());
        match key.as_str()? {
            "_message" | "message" => Some(Value::from(self.0.message.as_str())),
            "code" => Some(self.0.code.as_deref().map_or_else(none, Value::from)),
            "rows_affected" => Some(self.0.rows_affected.map_or_else(none, Value::from)),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}
