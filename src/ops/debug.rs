//! `debug`: whether the warehouse can be reached.

use super::Workspace;
use crate::diagnostics::Diagnostic;

/// Opens a session and runs the smallest query.
///
/// # Errors
/// What the warehouse says.
pub fn connect(workspace: &Workspace) -> Result<(), Diagnostic> {
    let session = workspace.adapter().connect();
    session.and_then(|mut session| session.execute("select 1 as id").map(drop)).map_err(|error| {
        Diagnostic::error("no-connection", error.message)
            .note(format!("target `{}`", workspace.project.profile.target_name))
    })
}
