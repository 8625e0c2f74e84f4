//! `debug`: whether the warehouse can be reached.

use crate::diagnostics::Diagnostic;
use crate::project::Profile;

/// Opens a session and runs the smallest query.
///
/// # Errors
/// What the warehouse says.
pub fn connect(profile: &Profile) -> Result<(), Diagnostic> {
    let session = profile.adapter.connect();
    session.and_then(|mut session| session.execute("select 1 as id").map(drop)).map_err(|error| {
        Diagnostic::error("no-connection", error.message).note(format!("target `{}`", profile.target_name))
    })
}
