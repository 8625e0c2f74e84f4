//! What templates hold: relations, columns, tables, the adapter.
