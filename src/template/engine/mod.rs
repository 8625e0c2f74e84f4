//! Renders texts against a [`Scope`](super::Scope) with the macros of a
//! [`Library`](super::Library).
//!
//! Each macro is one minijinja template. The names that a text can see come
//! from one [`root::Root`] object, made for each render; a macro's name stands
//! for a shared [`callable::MacroProxy`] that imports the macro's template into the
//! running state when it is first called. Nothing is copied for a render, so
//! that a text without calls costs a few microseconds whatever the project.

mod access;
mod callable;
mod checks;
mod environment;
mod locate;
mod native;
mod render;
mod root;
mod run;
mod sources;
mod wording;

pub use access::{depends_on_run, dispatch, lookup, macro_value, render_text, scope};
pub use run::Engine;

pub(crate) use render::{mark, return_value};

#[cfg(test)]
mod tests;
