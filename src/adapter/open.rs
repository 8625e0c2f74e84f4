//! From a profile's output to an adapter.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::duckdb::DuckDb;
use super::postgres::Postgres;
use super::redshift::Redshift;
use super::{Adapter, DatabaseError, duckdb, postgres, redshift};
use crate::diagnostics::{Diagnostic, nearest};
use crate::source::Span;
use crate::yaml::form::{self, Fields};
use crate::yaml::{Key, Map, Yaml};

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

/// A warehouse that can be connected to.
struct Engine {
    /// The adapter type, as profiles name it.
    kind: &'static str,
    /// The version of dbt's adapter that is followed.
    version: &'static str,
    /// The names of the fields that an output may have.
    fields: fn() -> Vec<&'static str>,
    /// What the fields must be, as far as dbt's adapter checks it.
    forms: Fields,
    open: Opener,
}

const ENGINES: &[Engine] = &[
    Engine {
        kind: DuckDb::KIND,
        version: "1.11.1",
        fields: duckdb::fields,
        forms: duckdb::FORMS,
        open: |fields, folders| Ok(Arc::new(DuckDb::new(fields, &folders.project)?)),
    },
    Engine {
        kind: Postgres::KIND,
        version: "1.11.0",
        fields: postgres::fields,
        forms: postgres::FORMS,
        open: |fields, folders| Ok(Arc::new(Postgres::new(fields, folders)?)),
    },
    Engine {
        kind: Redshift::KIND,
        version: "1.11.0",
        fields: redshift::fields,
        forms: &[],
        open: |fields, folders| Ok(Arc::new(Redshift::new(fields, &folders.project)?)),
    },
];

/// The adapter types that [`open`] knows.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    releases().map(|(kind, _)| kind)
}

/// The adapter types, each with the version of dbt's adapter that it follows.
pub fn releases() -> impl Iterator<Item = (&'static str, &'static str)> {
    ENGINES.iter().map(|engine| (engine.kind, engine.version))
}

/// The behaviour flags of dbt's adapters, all of them off unless the project says otherwise.
/// `adapter.behavior` has them besides those of the project itself.
pub const BEHAVIOR_FLAGS: &[&str] = &["enable_truthy_nulls_equals_macro", "redshift_grants_extended"];

/// The adapter for a profile's output. Nothing is connected yet.
///
/// # Errors
/// The type is unknown, or a field is missing or has a wrong value.
pub fn open(credentials: &Credentials, folders: &Folders) -> Opened {
    let kind = credentials.kind.as_str();
    if let Some(engine) = ENGINES.iter().find(|engine| engine.kind == kind) {
        return (engine.open)(&credentials.fields, folders);
    }
    let known: Vec<&str> = kinds().collect();
    let hint = nearest(kind, known.iter().copied());
    let hint = hint.map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default();
    let known = known.join("`, `");
    let message = format!("there is no adapter of type `{kind}`; this program has: `{known}`{hint}");
    Err(DatabaseError::new(message))
}

/// What is questionable about an output: the names of fields that look like misspelt ones. dbt
/// passes over all that it does not know, and people keep there what other programs read.
#[must_use]
pub fn misspelt_fields(credentials: &Credentials) -> Vec<String> {
    let Some(engine) = ENGINES.iter().find(|engine| engine.kind == credentials.kind) else {
        return Vec::new();
    };
    let known = (engine.fields)();
    let names = credentials.fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name);
    let unknown = names.filter(|name| !known.contains(&name.as_str()));
    let doubt = |name: &String| {
        let meant = nearest(name, known.iter().copied())?;
        Some(format!("`{name}` is no field of a {} output, did you mean `{meant}`?", engine.kind))
    };
    unknown.filter_map(doubt).collect()
}

/// What of an output has not the form that dbt's adapter asks for. `span` is where all of it stands.
#[must_use]
pub fn wrong_fields(credentials: &Credentials, span: Span) -> Vec<Diagnostic> {
    let Some(engine) = ENGINES.iter().find(|engine| engine.kind == credentials.kind) else {
        return Vec::new();
    };
    let field = |(name, value): (&String, _)| (Key::of_text(name, span), Yaml::from_json(value, span));
    let fields: Map = credentials.fields.iter().map(field).collect();
    let mut problems = Vec::new();
    form::check("the target", (engine.forms, true), &fields, |_| true, &mut problems);
    problems
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
