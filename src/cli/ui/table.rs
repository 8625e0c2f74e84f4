//! Rows of a query as a table for people.

use comfy_table::{ContentArrangement, Table, presets};

use crate::sql::{Cell, Rows};

/// The rows under their column names, fitted to `width` where it is known.
pub(crate) fn rows_as_table(rows: &Rows, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(rows.columns.iter().map(|column| column.name.as_str()));
    for row in &rows.rows {
        table.add_row(row.iter().map(shown));
    }
    table.to_string()
}

/// A value as a person reads it; NULL is told from an empty text.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Decimal(text)
        | Cell::Text(text)
        | Cell::Date(text)
        | Cell::Timestamp(text)
        | Cell::TimestampTz(text) => text.clone(),
    }
}
