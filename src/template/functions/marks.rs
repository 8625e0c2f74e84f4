//! `as_native`, `as_bool`, `as_number` and `as_text`.

/// What a rendered text is to be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marking {
    Text,
    Native,
    Bool,
    Number,
}
