//! Functions of the run-time scope that need nothing but the job.

use std::sync::Arc;

use minijinja::value::Rest;
use minijinja::{Error, State, Value};

use super::results::{self, StatementResult, as_response};
use super::state::{JobState, RUN};
use crate::adapter::Response;
use crate::objects::Arguments;
use crate::template::{self, Text};

/// The function of this name.
pub(super) fn function(state: &Arc<JobState>, name: &str) -> Option<Value> {
    let state = Arc::clone(state);
    Some(match name {
        "load_result" => Value::from_function(move |name: String| {
            state.land().map_err(template::raise)?;
            state.results.load(&name)
        }),
        "store_result" => {
            Value::from_function(move |Rest(args): Rest<Value>, kwargs: minijinja::value::Kwargs| {
                store_result(&state, &with(args, kwargs))
            })
        }
        "store_raw_result" => {
            Value::from_function(move |Rest(args): Rest<Value>, kwargs: minijinja::value::Kwargs| {
                store_raw_result(&state, &with(args, kwargs))
            })
        }
        "write" => Value::from_function(move |payload: Value| -> Result<Value, Error> {
            state.write(RUN, &template::text(&payload)).map_err(template::raise)?;
            Ok(Value::from(""))
        }),
        "render" => Value::from_function(move |running: &mut State<'_, '_>, text: String| {
            render(running, &state, text)
        }),
        "try_or_compiler_error" => Value::from_function(guarded_call),
        "load_agate_table" => Value::from_function(move || -> Result<Value, Error> {
            Err(template::raise_message("`load_agate_table` gives the rows of a seed; this is none"))
        }),
        "submit_python_job" => Value::from_function(move |_model: Value, code: Value| {
            let response = state.python(&template::text(&code)).map_err(template::raise)?;
            Ok::<Value, Error>(results::response(&response))
        }),
        _ => return None,
    })
}

/// Arguments as they were, keywords behind the others.
fn with(mut args: Vec<Value>, kwargs: minijinja::value::Kwargs) -> Vec<Value> {
    args.push(kwargs.into());
    args
}

fn store_result(state: &JobState, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::bind("store_result", &["name", "response", "agate_table"], args)?;
    let name = template::text(arguments.require("store_result", "name")?);
    let response = as_response(arguments.require("store_result", "response")?);
    let table = arguments.get("agate_table").cloned().unwrap_or(Value::from(()));
    state.results.store(&name, StatementResult { response, table });
    Ok(Value::from(""))
}

fn store_raw_result(state: &JobState, args: &[Value]) -> Result<Value, Error> {
    let names = ["name", "message", "code", "rows_affected", "agate_table"];
    let arguments = Arguments::bind("store_raw_result", &names, args)?;
    let name = template::text(arguments.require("store_raw_result", "name")?);
    let response = Response {
        message: arguments.text("message").unwrap_or_default(),
        code: arguments.text("code"),
        rows_affected: arguments.text("rows_affected").and_then(|text| text.parse().ok()),
        ..Response::default()
    };
    let table = arguments.get("agate_table").cloned().unwrap_or(Value::from(()));
    state.results.store(&name, StatementResult { response, table });
    Ok(Value::from(""))
}

/// Errors in the text are said to stand where the node begins.
fn render(running: &mut State<'_, '_>, state: &JobState, text: String) -> Result<Value, Error> {
    let Some(place) = state.subject.span(&state.runtime) else {
        return Err(template::raise_message("`render` can only be called by the text of a node"));
    };
    template::render_text(running, &Text::new(text, place.file, place.start)).map(Value::from)
}

/// `try_or_compiler_error(message, function, *args)`.
fn guarded_call(
    running: &mut State<'_, '_>,
    message: String,
    function: &Value,
    Rest(args): Rest<Value>,
) -> Result<Value, Error> {
    function.call(running, &args).map_err(|error| template::raise_message(message).with_source(error))
}
