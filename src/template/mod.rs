//! Jinja as dbt speaks it, on unmodified minijinja.
//!
//! [`scan`] cuts a file into [`Block`]s; a [`Library`] holds the macros of all
//! packages; an [`Engine`] renders [`Text`]s against a [`Scope`]. What differs
//! from minijinja (mutable containers, `return`, varargs, Python's operators) is
//! done by one source rewrite before compilation; positions survive it, so that
//! a [`TemplateError`] points into the user's own file, with the stack of macro
//! calls that led there.
//!
//! Rust code that is called by a template gets minijinja's `State`; what it can
//! do with the running render is in [`dispatch`], [`lookup`], [`macro_value`],
//! [`render_text`] and [`scope`]. It fails with [`raise`] and its kin.

mod calls;
mod datetime;
mod engine;
mod error;
mod filters;
mod functions;
mod library;
mod python;
mod rewrite;
mod scan;
mod scope;
mod text;
mod values;

pub(crate) use calls::spoken_names;
pub use calls::{MacroCall, called_macros, names};
pub use datetime::{date_value, datetime_value, delta_value, has_zone, time_value, utc_value};
pub use engine::{Engine, depends_on_run, dispatch, lookup, macro_value, render_text, scope};
pub use error::{Frame, TemplateError, raise, raise_diagnostic, raise_message};
pub(crate) use functions::md5_hex;
pub use functions::{python_json, sorted_python_json};
pub use library::{Library, LibraryBuilder, MacroInfo, MaterializationFound};
pub use minijinja::Value;
pub use python::Decimal;
pub use scan::{Argument, Block, BlockKind, Holds, Scanned, Stray, scan};
pub use scope::{Audience, Deprecated, Notice, Notices, Scope};
pub use text::Text;
pub use values::{Forms, MutDict, MutList, PySet, repr, text, to_json, to_value, yaml_value};

/// What gives nothing, whatever is asked of it.
pub(crate) fn absorbing() -> Value {
    values::Absorbing::value()
}

/// Whether a value is undefined, or holds what is.
pub(crate) fn holds_undefined(value: &Value) -> bool {
    values::Absorbing::is_within(value)
}
