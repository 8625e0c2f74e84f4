//! SQL as data: relations and how a dialect writes them, columns, result rows,
//! and what must be known about statement text.

mod column;
mod dialect;
mod relation;
mod rows;

pub use column::Column;
pub use dialect::Dialect;
pub use relation::{Part, Policy, Relation, RelationKind};
pub use rows::{Cell, Rows};
