//! `ref`, `source` and their like at parse time: they note what was asked for.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest};
use minijinja::{Error, ErrorKind, State, Value};

use super::Recorder;
use crate::manifest::{FunctionCall, MetricCall, RefCall, SourceCall};
use crate::source::Span;
use crate::template::{self, Text};

/// `ref(name)`, `ref(package, name)`, both with `version=` or `v=`. Gives the
/// relation of the node itself, as dbt does: the target is not known yet.
pub(super) fn ref_function(recorder: Arc<Recorder>, this: Value) -> Value {
    Value::from_function(move |Rest(names): Rest<Value>, options: Kwargs| {
        recorder.reference(ref_call(&names, &options)?);
        Ok::<Value, Error>(this.clone())
    })
}

/// A function that takes anything and gives one value.
pub(super) fn giving(value: Value) -> Value {
    Value::from_function(move |_: Rest<Value>, _: Kwargs| value.clone())
}

/// `source(source, table)`.
pub(super) fn source_function(recorder: Arc<Recorder>, this: Value) -> Value {
    Value::from_function(move |Rest(names): Rest<Value>| {
        recorder.source(source_call(&names)?);
        Ok::<Value, Error>(this.clone())
    })
}

/// `function(name)`, `function(package, name)`.
pub(super) fn function_function(recorder: Arc<Recorder>, this: Value) -> Value {
    Value::from_function(move |Rest(names): Rest<Value>| {
        recorder.function(function_call(&names)?);
        Ok::<Value, Error>(this.clone())
    })
}

/// `metric(name)`, `metric(package, name)`: its name, of which nothing more is known yet.
pub(super) fn metric_function(recorder: Arc<Recorder>) -> Value {
    Value::from_function(move |Rest(names): Rest<Value>| {
        let call = metric_call(&names)?;
        recorder.metric(call.clone());
        Ok::<Value, Error>(Value::from_object(NamedMetric(call)))
    })
}

/// The arguments of `metric`.
pub(crate) fn metric_call(names: &[Value]) -> Result<MetricCall, Error> {
    match names {
        [name] => Ok(MetricCall { package: None, name: text("metric", name)? }),
        [package, name] => {
            let package = if package.is_none() { None } else { Some(text("metric", package)?) };
            Ok(MetricCall { package, name: text("metric", name)? })
        }
        _ => Err(wrong_count("metric", "a name, or a package and a name", names.len())),
    }
}

/// A metric that is known by its name alone: all else that is asked of it gives nothing.
#[derive(Debug)]
struct NamedMetric(MetricCall);

impl Object for NamedMetric {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "metric_name" => Some(Value::from(self.0.name.as_str())),
            "package_name" => Some(Value::from(self.0.package.clone())),
            _ => None,
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, _: &str, _: &[Value]) -> Result<Value, Error> {
        Ok(template::absorbing())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

/// `render(text)`: the text in the running scope. Errors in it point at `place`.
pub(super) fn render_function(place: Span) -> Value {
    Value::from_function(move |state: &mut State<'_, '_>, text: String| {
        template::render_text(state, &Text::new(text, place.file, place.start))
    })
}

/// `try_or_compiler_error(message, function, *args, **kwargs)`: the call's
/// result, or an error with this message.
pub(super) fn guarded_call() -> Value {
    Value::from_function(
        |state: &mut State<'_, '_>, message: String, function: Value, Rest(args): Rest<Value>| {
            function.call(state, &args).map_err(|error| template::raise_message(message).with_source(error))
        },
    )
}

fn ref_call(names: &[Value], options: &Kwargs) -> Result<RefCall, Error> {
    let (version, version_is_text) = RefCall::version_in(options);
    match names {
        [name] => Ok(RefCall { package: None, name: text("ref", name)?, version, version_is_text }),
        [package, name] => {
            let package = if package.is_none() { None } else { Some(text("ref", package)?) };
            Ok(RefCall { package, name: text("ref", name)?, version, version_is_text })
        }
        _ => Err(wrong_count("ref", "a name, or a package and a name", names.len())),
    }
}

fn source_call(names: &[Value]) -> Result<SourceCall, Error> {
    match names {
        [source, table] => Ok(SourceCall { source: text("source", source)?, table: text("source", table)? }),
        _ => Err(wrong_count("source", "the name of a source and the name of a table", names.len())),
    }
}

fn function_call(names: &[Value]) -> Result<FunctionCall, Error> {
    match names {
        [name] => Ok(FunctionCall { package: None, name: text("function", name)? }),
        [package, name] => {
            Ok(FunctionCall { package: Some(text("function", package)?), name: text("function", name)? })
        }
        _ => Err(wrong_count("function", "a name, or a package and a name", names.len())),
    }
}

fn text(function: &str, value: &Value) -> Result<String, Error> {
    value.as_str().map(str::to_owned).ok_or_else(|| {
        let message = format!("a name given to `{function}` must be a text in quotes");
        Error::new(ErrorKind::InvalidOperation, message)
    })
}

fn wrong_count(function: &str, expected: &str, given: usize) -> Error {
    let message = format!("`{function}` takes {expected}; {given} arguments were given");
    Error::new(ErrorKind::InvalidOperation, message)
}
