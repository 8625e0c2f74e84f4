//! From a profile's output to an adapter.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::duckdb::DuckDb;
use super::postgres::Postgres;
use super::redshift::Redshift;
use super::{Adapter, DatabaseError};
use crate::diagnostics::nearest;

/// The chosen output of a profile, rendered. Values may be secret: the type
/// does not print them.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The adapter type, one of [`kinds`].
    pub kind: String,
    /// Every other key of the output.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Where an adapter finds files.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// The project's: relative paths mean files below it.
    pub project: PathBuf,
    /// The user's own, where it is known.
    pub home: Option<PathBuf>,
}

/// Makes an adapter from the fields of an output.
type Opener = fn(&serde_json::Map<String, serde_json::Value>, &Folders) -> Opened;
type Opened = Result<Arc<dyn Adapter>, DatabaseError>;

/// The warehouses: the adapter type as profiles name it, the version of dbt's adapter
/// that is followed, and what makes one.
const ENGINES: &[(&str, &str, Opener)] = &[
    (DuckDb::KIND, "1.11.1", |fields, folders| Ok(Arc::new(DuckDb::new(fields, &folders.project)?))),
    (Postgres::KIND, "1.11.0", |fields, folders| Ok(Arc::new(Postgres::new(fields, folders)?))),
    (Redshift::KIND, "1.11.0", |fields, folders| Ok(Arc::new(Redshift::new(fields, &folders.project)?))),
];

/// The adapter types that [`open`] knows.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    releases().map(|(kind, _)| kind)
}

/// The adapter types, each with the version of dbt's adapter that it follows.
pub fn releases() -> impl Iterator<Item = (&'static str, &'static str)> {
    ENGINES.iter().map(|(kind, version, _)| (*kind, *version))
}

/// The behaviour flags of dbt's adapters, all of them off unless the project says otherwise.
/// `adapter.behavior` has them besides those of the project itself.
pub const BEHAVIOR_FLAGS: &[&str] = &["enable_truthy_nulls_equals_macro", "redshift_grants_extended"];

/// The adapter for a profile's output. Nothing is connected yet.
///
/// # Errors
/// The type is unknown, or a field is missing, unknown or has a wrong value.
pub fn open(credentials: &Credentials, folders: &Folders) -> Opened {
    let kind = credentials.kind.as_str();
    if let Some((_, _, opener)) = ENGINES.iter().find(|(known, ..)| *known == kind) {
        return opener(&credentials.fields, folders);
    }
    let known: Vec<&str> = kinds().collect();
    let hint = nearest(kind, known.iter().copied());
    let hint = hint.map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default();
    let known = known.join("`, `");
    let message = format!("there is no adapter of type `{kind}`; this program has: `{known}`{hint}");
    Err(DatabaseError::new(message))
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
