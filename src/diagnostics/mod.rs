//! What is wrong, where, and what to do about it.
//!
//! A stage that finds user mistakes returns [`Diagnostic`]s, all of them, never
//! just the first. They are turned into text in one place, [`render`].

mod diagnostic;
mod render;
mod suggest;

pub use diagnostic::{DBT_SAYS, Diagnostic, LOGGED_AS, Label, Severity};
pub use render::{Style, render, render_all};
pub use suggest::nearest;
