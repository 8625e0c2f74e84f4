//! Sets up minijinja.

use std::sync::Arc;

use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};

use super::render::{self, Render};
use super::root::Form;
use super::sources::Sources;
use crate::template::values::{Absorbing, write_text};
use crate::template::{filters, python};

/// How much a template may nest. A macro call costs about six.
const RECURSION_LIMIT: usize = 6000;

/// An environment that loads the macros of `sources` when they are called.
pub(super) fn environment(sources: Arc<Sources>, behavior: UndefinedBehavior) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_loader(move |name| Ok(sources.load(name)));
    environment.set_auto_reload(false);
    environment.set_undefined_behavior(behavior);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_recursion_limit(RECURSION_LIMIT);
    environment.set_debug(true);
    environment.set_formatter(print);
    environment.set_unknown_method_callback(method);
    // The root object knows all functions; see `Root::find`.
    for global in ["range", "dict", "debug", "namespace"] {
        environment.remove_global(global);
    }
    environment.add_function("__boot", render::boot);
    environment.add_filter("__register", |state: &mut State<'_, '_>, module: &Value| {
        render::register(state, module)
    });
    filters::add(&mut environment);
    environment
}

/// Prints a value as Python does, and notes what the text itself prints.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let render = state.get_extension_mut::<Render>();
    if let Some(render) = render.filter(|render| render.depth == 0 && render.root.form() == Form::Value) {
        render.printed = (render.printed.0 + 1, value.clone());
    }
    match value.as_str() {
        Some(text) => out.write_str(text)?,
        None => write_text(out, value)?,
    }
    Ok(())
}

/// Methods that minijinja's own values lack.
fn method(state: &mut State<'_, '_>, value: &Value, name: &str, args: &[Value]) -> Result<Value, Error> {
    let is_chainable = || matches!(state.undefined_behavior(), UndefinedBehavior::Chainable);
    if value.is_undefined() && is_chainable() {
        return Ok(Absorbing::value());
    }
    python::method(value, name, args)
}
