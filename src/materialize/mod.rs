//! SQL to statements, in order.
