//! The rows that a query gave.

/// One value of a result. Exact numbers and times keep their text, because
/// templates print them.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of up to 128 bits.
    Integer(i128),
    /// A binary floating-point number.
    Float(f64),
    /// An exact number, as its digits: `12.50`.
    Decimal(String),
    /// Text, and everything that has no case of its own, as the warehouse prints it.
    Text(String),
    /// `YYYY-MM-DD`.
    Date(String),
    /// `YYYY-MM-DD HH:MM:SS[.ffffff]`, without a zone.
    Timestamp(String),
    /// `YYYY-MM-DD HH:MM:SS[.ffffff]+ZZ`, with a zone.
    TimestampTz(String),
}

/// The result of a query: column names with their warehouse types, and rows of
/// as many cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Names, in order.
    pub columns: Vec<super::Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}
