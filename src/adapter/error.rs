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
    /// The statement was stopped on request.
    pub is_cancelled: bool,
}

impl DatabaseError {
    /// An error that is not about a statement.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), sql: None, offset: None, is_cancelled: false }
    }
}
