//! Who hears what a job does.

use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::template::Notices;

/// Hears what a job does while it works, and tells it when to stop.
pub trait Listener: Notices {
    /// A statement is about to be sent, by the job itself or by one of its templates.
    fn statement(&self, sql: &str);

    /// That statement is over.
    fn answered(&self, _is_refused: bool, _elapsed: Duration) {}

    /// Something deserves attention and is no error.
    fn warning(&self, diagnostic: Diagnostic);

    /// Whether no further statement may be sent.
    fn is_stopping(&self) -> bool {
        false
    }
}
