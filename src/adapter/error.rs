//! What a warehouse said when it refused.

/// A refused statement or connection, in the engine's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    /// The engine's message, without secrets.
    pub message: String,
    /// The SQL that was sent, where a statement was the cause.
    pub sql: Option<String>,
    /// Byte offset in [`DatabaseError::sql`] where the engine points.
    pub offset: Option<usize>,
    /// Where in a data file the engine found what it refuses.
    pub cell: Option<BadCell>,
    /// The statement was stopped on request.
    pub is_cancelled: bool,
}

/// A value in a data file that does not fit its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// In which row.
    pub row: RowPlace,
    /// The value, where the engine tells it.
    pub value: Option<String>,
}

/// Which row of a file an engine means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPlace {
    /// The one in this line of the file that it read, from 1.
    Line(usize),
    /// This one of those that were sent, from 1.
    Sent(usize),
}

impl DatabaseError {
    /// An error that is not about a statement.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), sql: None, offset: None, cell: None, is_cancelled: false }
    }
}
