//! The command line as data: flags that every command takes, and the flags
//! that several commands share. A command's own flags are in `commands/`.

mod global;
mod period;
mod selection;

pub(crate) use global::{Global, one_of, whole_number};
pub(crate) use period::Period;
pub(crate) use selection::{ResourceTypes, Selection};

/// The value of a boolean flag with a negative form: the one that was given, or neither.
pub(crate) fn either(yes: bool, no: bool) -> Option<bool> {
    match (yes, no) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}
