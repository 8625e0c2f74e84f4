//! `as_native`, `as_bool`, `as_number` and `as_text`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::Object;
use minijinja::value::ObjectRepr;

/// What a rendered text is to be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marking {
    Text,
    Native,
    Bool,
    Number,
}

/// A value that a filter has marked, while a text is rendered to a value.
#[derive(Debug)]
pub(crate) struct Marked {
    pub(crate) marking: Marking,
    /// The value's text.
    pub(crate) text: String,
}

impl Object for Marked {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.text.is_empty()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
