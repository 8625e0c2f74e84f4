//! Values as Python has them.
//!
//! minijinja's own lists and dicts never change, Python's do, and templates
//! count on it: [`MutList`] and [`MutDict`] stand for them. Literals in
//! templates and all results of the engine's functions are made of these.

mod absorbing;
mod arguments;
mod convert;
mod dict;
mod forms;
mod list;
mod nesting;
mod repr;
mod set;
mod set_order;

pub use convert::{to_json, to_value, yaml_value};
pub use dict::MutDict;
pub use forms::Forms;
pub use list::MutList;
pub use repr::{repr, text};
pub use set::PySet;

pub(crate) use absorbing::Absorbing;
pub(crate) use arguments::Arguments;
pub(crate) use convert::{dict, list, mutable, none, strings};
pub(crate) use dict::pairs;
pub(crate) use nesting::{compared, hashable};
pub(crate) use repr::{float_text, type_name, write_text};
