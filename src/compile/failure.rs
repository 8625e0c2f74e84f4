//! Why something could not be compiled or run.

use std::fmt;

use crate::adapter::DatabaseError;
use crate::diagnostics::Diagnostic;

/// What stopped a node: a mistake in the project, a refusal of the warehouse,
/// a request to stop, or that its time has not come.
#[derive(Debug, Clone)]
pub enum Failure {
    /// A mistake in what a user wrote.
    Diagnostic(Box<Diagnostic>),
    /// The warehouse refused a statement.
    Database(Box<Refusal>),
    /// The run was asked to stop.
    Cancelled,
    /// What was tried ahead of its turn came to where it needs the warehouse. It says nothing
    /// of the node, and is done again.
    OutOfTurn,
}

/// A refused statement, in the engine's words, and where in the project it comes from.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What the warehouse said.
    pub error: DatabaseError,
    /// The same as a finding, with the places that are known.
    pub diagnostic: Diagnostic,
}

impl Failure {
    /// The failure as a finding.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Diagnostic(diagnostic) => diagnostic.as_ref().clone(),
            Self::Database(refusal) => refusal.diagnostic.clone(),
            Self::Cancelled => Diagnostic::error("cancelled", "stopped before it was done"),
            Self::OutOfTurn => Diagnostic::error("out-of-turn", "asked for the warehouse ahead of its turn"),
        }
    }

    /// The finding, to add places and advice to; `None` where nothing is wrong.
    pub fn diagnostic_mut(&mut self) -> Option<&mut Diagnostic> {
        match self {
            Self::Diagnostic(diagnostic) => Some(diagnostic),
            Self::Database(refusal) => Some(&mut refusal.diagnostic),
            Self::Cancelled | Self::OutOfTurn => None,
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostic(Box::new(diagnostic))
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        if error.is_cancelled {
            return Self::Cancelled;
        }
        let diagnostic = Diagnostic::error("database-error", error.message.clone());
        Self::Database(Box::new(Refusal { error, diagnostic }))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic().message)
    }
}

impl std::error::Error for Failure {}
