//! What templates hold: relations, columns, and the tables that queries give.
//!
//! Each is a minijinja object over plain data of [`crate::sql`], with the
//! attributes and methods that dbt's Python objects have. None of them talks to
//! a warehouse, so that parsing can hand them out too.

mod arguments;
mod column;
mod data_type;
mod index;
mod relation;
mod relation_class;
mod rows;
mod table;

use minijinja::Value;

pub use arguments::Arguments;
pub use column::{ColumnClass, ColumnObject, as_column, column};
pub use index::index;
pub use relation::{RelationObject, as_relation, information_schema, relation};
pub use relation_class::{CTE_PREFIX, RelationClass};
pub use rows::{RowObject, cell};
pub use table::{TableObject, as_rows, table};

use crate::sql::{Dialect, Policy};

/// `api`: the classes of relations and columns. `quoting` is what a project's
/// relations are quoted by unless a call says otherwise.
#[must_use]
pub fn api(dialect: &Dialect, quoting: Policy) -> Value {
    Value::from_pairs([
        ("Relation", Value::from_object(RelationClass::new(dialect, quoting))),
        ("Column", Value::from_object(ColumnClass::new(dialect))),
    ])
}
