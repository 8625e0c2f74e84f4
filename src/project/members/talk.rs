//! `log(message, info)` and `print(message)`.

use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::Facts;
use crate::template::{self, Notice, Value};

/// The function `log`; secrets in the message become stars.
pub(super) fn log(facts: &Arc<Facts>) -> Value {
    let facts = Arc::clone(facts);
    Value::from_function(
        move |state: &mut State<'_, '_>,
              message: Value,
              info: Option<Value>,
              keywords: Kwargs|
              -> Result<Value, Error> {
            template::depends_on_run(state);
            let info = info.or_else(|| keywords.get::<Option<Value>>("info").ok().flatten());
            let message = facts.secrets.mask(&template::text(&message));
            let notice = Notice::Log { message, info: info.is_some_and(|info| info.is_true()) };
            template::scope(state)?.notices().notice(notice);
            Ok(Value::from(""))
        },
    )
}

/// The function `print`; silent under `--no-print`.
pub(super) fn print(facts: &Arc<Facts>) -> Value {
    let facts = Arc::clone(facts);
    Value::from_function(move |state: &mut State<'_, '_>, message: Value| -> Result<Value, Error> {
        template::depends_on_run(state);
        if facts.flags.is_on("print") {
            let message = facts.secrets.mask(&template::text(&message));
            template::scope(state)?.notices().notice(Notice::Print(message));
        }
        Ok(Value::from(""))
    })
}
