//! From a profile's output to an adapter.

use std::path::Path;
use std::sync::Arc;

use super::duckdb::DuckDb;
use super::postgres::Postgres;
use super::{Adapter, DatabaseError};

/// The chosen output of a profile, rendered. Values may be secret: the type
/// does not print them.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The adapter type, one of [`KINDS`].
    pub kind: String,
    /// Every other key of the output.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The adapter types that [`open`] knows.
pub const KINDS: &[&str] = &[DuckDb::KIND, Postgres::KIND];

/// The adapter for a profile's output. Nothing is connected yet; relative paths
/// mean files below `base`, the project's folder.
///
/// # Errors
/// The type is unknown, or a field is missing, unknown or has a wrong value.
pub fn open(credentials: &Credentials, base: &Path) -> Result<Arc<dyn Adapter>, DatabaseError> {
    match credentials.kind.as_str() {
        DuckDb::KIND => Ok(Arc::new(DuckDb::new(&credentials.fields, base)?)),
        Postgres::KIND => Ok(Arc::new(Postgres::new(&credentials.fields, base)?)),
        kind => {
            let known = KINDS.join("`, `");
            let message = format!("there is no adapter of type `{kind}`; this program has: `{known}`");
            Err(DatabaseError::new(message))
        }
    }
}

/// The output that stands in for a profile where a project has none: a database
/// file in `folder`, named after the project.
#[must_use]
pub fn embedded_default(project_name: &str, folder: &Path) -> Credentials {
    let path = folder.join(format!("{project_name}.duckdb"));
    let fields =
        [("path".to_owned(), path.display().to_string().into()), ("schema".to_owned(), "main".into())];
    Credentials { kind: DuckDb::KIND.to_owned(), fields: fields.into_iter().collect() }
}
