//! SQL to statements, in order.

/// How many failing rows of a test are fetched to be shown.
pub const SAMPLE_ROWS: usize = 5;
