//! What one running render knows, kept in minijinja's state.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::{Error, ErrorKind, State, Value};

use super::root::{Form, Root};
use crate::template::error::raise_message;
use crate::template::functions::Marking;

/// What one running render knows.
#[derive(Debug)]
pub(super) struct Render {
    pub(super) root: Arc<Root>,
    /// The bootstrap macro that imports a template into this state.
    pub(super) loader: Value,
    /// Macros that were imported, by their place in the library.
    pub(super) loaded: HashMap<usize, Value>,
    /// The module that the loader imported last.
    pub(super) module: Option<Value>,
    /// What `return(..)` was given, on its way to the macro's caller.
    pub(super) returned: Option<Value>,
    /// How many macros are running.
    pub(super) depth: usize,
    /// How many values the text itself printed, and the last of them.
    pub(super) printed: (usize, Value),
}

/// The render that `state` belongs to.
pub(super) fn render_of<'a>(state: &'a mut State<'_, '_>) -> Result<&'a mut Render, Error> {
    state
        .get_extension_mut::<Render>()
        .ok_or_else(|| raise_message("this can only be called while a text is rendered"))
}

/// Starts a render: each text begins with a call of this.
pub(super) fn boot(state: &mut State<'_, '_>, loader: Value) -> Result<Value, Error> {
    let root = state.lookup("__root").and_then(|root| root.downcast_object::<Root>());
    let Some(root) = root else { return Err(raise_message("the context has no root")) };
    let depth = usize::from(root.form() == Form::Body);
    state.get_or_insert_extension_with(|| Render {
        root,
        loader,
        loaded: HashMap::new(),
        module: None,
        returned: None,
        depth,
        printed: (0, Value::UNDEFINED),
    });
    Ok(Value::UNDEFINED)
}

/// Takes the module that the loader has imported.
pub(super) fn register(state: &mut State<'_, '_>, module: &Value) -> Result<Value, Error> {
    render_of(state)?.module = Some(module.clone());
    Ok(Value::UNDEFINED)
}

/// `return(value)`: unwinds to the call of the running macro.
pub(crate) fn return_value(state: &mut State<'_, '_>, value: Value) -> Result<Value, Error> {
    let render = render_of(state)?;
    if render.depth == 0 {
        return Err(raise_message("`return` stands outside of a macro"));
    }
    if render.depth == 1 && render.root.form() == Form::Body {
        render.root.set_returned(value.clone());
    }
    render.returned = Some(value);
    Err(Error::new(ErrorKind::InvalidOperation, "return"))
}

/// Marks a text, where the running one is rendered to a value; else it is `false`.
pub(crate) fn mark(state: &State<'_, '_>, text: &str, marking: Marking) -> bool {
    let root = state.get_extension::<Render>().map(|render| &render.root);
    let root = root.filter(|root| root.form() == Form::Value);
    root.inspect(|root| root.mark(text.to_owned(), marking)).is_some()
}
