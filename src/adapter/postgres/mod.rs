//! PostgreSQL: a server, one connection for each session.

pub(super) mod connect;
mod copy;
mod decode;
pub(super) mod encryption;
mod fault;
mod inventory;
mod link;
mod macros;
mod member;
mod nested;
pub(super) mod session;
pub(super) mod settings;
mod tag;
mod times;
mod tls;
mod transaction;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use connect::Connector;
use session::PostgresSession;
use settings::Settings;
pub(super) use settings::{FORMS, fields};

use super::{Adapter, Capabilities, DatabaseError, Folders, MacroSet, MemberCall, Session};
use crate::sql::{Dialect, Placeholder, RelationKind};

/// The strategies that this engine has for incremental models.
const INCREMENTAL_STRATEGIES: &[&str] = &["append", "delete+insert", "merge", "microbatch"];

/// Standard SQL. A longer name would be cut off without a word, and could be that
/// of another relation. Tables are named as dbt names them, though the server
/// itself cannot replace them in place.
const DIALECT: Dialect = Dialect {
    longest_name: Some(63),
    replaceable: &[RelationKind::View, RelationKind::Table],
    names_subqueries: true,
    widthless_texts: &["text", "character varying"],
    placeholder: Placeholder::Format,
    ..Dialect::ANSI
};

/// A database on a PostgreSQL server.
pub(super) struct Postgres {
    connector: Arc<Connector>,
    capabilities: Capabilities,
}

impl Postgres {
    /// The adapter type in profiles.
    pub(super) const KIND: &'static str = "postgres";
    /// Its macros, which other adapters build upon.
    pub(super) const MACROS: MacroSet = MacroSet { kind: Self::KIND, files: macros::FILES };

    /// The database that a profile's output describes.
    pub(super) fn new(fields: &Map<String, Json>, folders: &Folders) -> Result<Self, DatabaseError> {
        let settings = Settings::read(fields, folders.home.as_deref()).map_err(|problems| {
            DatabaseError::new(format!("the profile cannot be used: {}", problems.join("; ")))
        })?;
        let capabilities = Capabilities {
            transactions: !settings.autocommit,
            operations_begin: false,
            transactional_ddl: true,
            materialized_views: true,
            drops_dependents: true,
            concurrent_batches: false,
            incremental_strategies: INCREMENTAL_STRATEGIES,
            foreign_keys_name_database: true,
            foreign_keys_survive_renames: true,
            indexes_survive_renames: true,
            missing_constraints: &[],
            unenforced_constraints: &[],
            combined_tests: false,
            loads_csv_files: false,
            refusal_title: "Database Error",
        };
        Ok(Self { connector: Arc::new(Connector::new(settings, folders.project.clone())), capabilities })
    }

    fn settings(&self) -> &Settings {
        &self.connector.settings
    }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("database", &self.settings().database).finish_non_exhaustive()
    }
}

impl Adapter for Postgres {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn dialect(&self) -> &Dialect {
        &DIALECT
    }

    fn target(&self) -> Map<String, Json> {
        self.settings().target()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn macros(&self) -> &'static [MacroSet] {
        &[Self::MACROS]
    }

    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError> {
        Ok(Box::new(PostgresSession::open(Arc::clone(&self.connector))?))
    }

    fn check_database(&self, database: &str) -> Result<(), DatabaseError> {
        self.settings().check_database(database)
    }

    fn source_location(&self, _: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
        Ok(None)
    }

    fn call_member(
        &self,
        session: Option<&mut dyn Session>,
        call: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>> {
        member::call(self.settings(), session, call)
    }
}
