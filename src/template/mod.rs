//! Jinja as dbt speaks it, on unmodified minijinja.
//!
//! [`scan`] cuts a file into [`Block`]s; a [`Library`] holds the macros of all
//! packages; an [`Engine`] renders [`Text`]s against a [`Scope`]. What differs
//! from minijinja (mutable containers, `return`, varargs, call-site packages) is
//! done by one source rewrite before compilation; positions survive it, so that
//! a [`TemplateError`] points into the user's own file, with the stack of macro
//! calls that led there.

mod scope;

pub use minijinja::Value;
pub use scope::{Notice, Notices, Scope};
