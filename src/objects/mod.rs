//! What templates hold: relations, columns, and the tables that queries give.
//!
//! Each is a minijinja object over plain data of [`crate::sql`], with the
//! attributes and methods that dbt's Python objects have. None of them talks to
//! a warehouse, so that parsing can hand them out too.

mod arguments;
mod column;
mod data_type;
mod index;
mod printed;
mod relation;
mod relation_class;
mod rows;
mod table;

use minijinja::value::{Kwargs, Rest};
use minijinja::{Error, Value};

pub use arguments::Arguments;
pub use column::{ColumnClass, ColumnObject, as_column, column};
pub use index::index;
pub use relation::{RelationObject, as_relation, information_schema, relation};
pub use relation_class::{CTE_PREFIX, RelationClass};
pub use rows::{RowObject, cell, records};
pub use table::{TableObject, as_rows, preview, seed_table, table};

use crate::diagnostics::Diagnostic;
use crate::sql::{Dialect, Policy};
use crate::template;

/// `api`: the classes of relations and columns. `quoting` is what a project's
/// relations are quoted by unless a call says otherwise.
#[must_use]
pub fn api(dialect: &Dialect, quoting: Policy) -> Value {
    Value::from_pairs([
        ("Relation", Value::from_object(RelationClass::new(dialect, quoting))),
        ("Column", Value::from_object(ColumnClass::new(dialect))),
    ])
}

/// `adapter_macro(name, …)`, which dbt took away: every call fails and says what to write.
#[must_use]
pub fn adapter_macro() -> Value {
    Value::from_function(|Rest(args): Rest<Value>, _: Kwargs| -> Result<Value, Error> {
        let name = args.first().map(template::text).unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        let problem = Diagnostic::error("removed-function", "there is no `adapter_macro` any more")
            .known_as("The \"adapter_macro\" macro has been deprecated.")
            .help(format!("write `adapter.dispatch('{name}')(…)`"));
        Err(template::raise_diagnostic(problem))
    })
}
