//! SQL as data: relations and how a dialect writes them, columns, result rows,
//! and what must be known about statement text.

mod column;
mod ctes;
mod dialect;
mod plain;
mod relation;
mod rows;
mod scan;
mod script;
mod subset;

pub use column::Column;
pub use ctes::{Cte, with_ctes};
pub use dialect::{Dialect, Placeholder};
pub use relation::{Part, Policy, Relation, RelationKind};
pub use rows::{Cell, Rows};
pub use script::{Statement, bind, first_end, has_code, leading_word, outline, statements, uncommented};
pub use subset::{Subset, Window};
