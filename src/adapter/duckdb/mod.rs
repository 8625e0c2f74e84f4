//! DuckDB, embedded: one database in this process, one connection for each session.

mod attach;
mod database;
mod decode;
mod external;
mod fault;
mod macros;
mod member;
mod python;
mod secret;
mod session;
mod settings;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value as Json};

use database::Database;
use session::DuckDbSession;
use settings::Settings;
pub(super) use settings::{FORMS, fields};

use super::{Adapter, Capabilities, DatabaseError, MacroSet, MemberCall, Session};
use crate::sql::Dialect;

/// A DuckDB database. It is opened by the first session and stays open, so that
/// a database in memory lives as long as the adapter.
pub(super) struct DuckDb {
    settings: Settings,
    base: PathBuf,
    capabilities: Capabilities,
    root: Mutex<Option<Database>>,
}

impl DuckDb {
    /// The adapter type in profiles.
    pub(super) const KIND: &'static str = "duckdb";

    /// The database that a profile's output describes; relative paths mean files below `base`.
    pub(super) fn new(fields: &Map<String, Json>, base: &Path) -> Result<Self, DatabaseError> {
        let settings = Settings::read(fields).map_err(|problems| {
            DatabaseError::new(format!("the profile cannot be used: {}", problems.join("; ")))
        })?;
        let capabilities = Capabilities {
            transactions: !settings.disable_transactions,
            operations_begin: true,
            transactional_ddl: true,
            materialized_views: false,
            drops_dependents: false,
            concurrent_batches: true,
            incremental_strategies: &["append", "delete+insert", "merge", "microbatch"],
            foreign_keys_name_database: false,
            foreign_keys_survive_renames: false,
            indexes_survive_renames: false,
            missing_constraints: &[],
            unenforced_constraints: &[],
            combined_tests: true,
            loads_csv_files: true,
            refusal_title: "Runtime Error",
        };
        Ok(Self { settings, base: base.to_path_buf(), capabilities, root: Mutex::new(None) })
    }

    /// Opens the database and prepares what all sessions share.
    fn open(&self) -> Result<Database, DatabaseError> {
        let path = self.settings.file(&self.base);
        if let Some(folder) = path.as_deref().and_then(Path::parent)
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            let message = format!("the folder `{}` of the database file does not exist", folder.display());
            return Err(DatabaseError::new(message));
        }
        let target = path.as_deref().unwrap_or(Path::new(&self.settings.path));
        let mut attempt = 0;
        let database = loop {
            match Database::open(target, &self.options()) {
                Ok(database) => break database,
                Err(error) => {
                    let error = fault::connecting(&error, path.as_deref());
                    attempt += 1;
                    if attempt >= self.settings.connect_attempts || !fault::is_locked(&error) {
                        return Err(error);
                    }
                    std::thread::sleep(Duration::from_secs(1 << attempt.min(6)));
                }
            }
        };
        for sql in self.settings.setup(&self.base) {
            database.connection.execute_batch(&sql).map_err(|error| fault::from_setup(&error))?;
        }
        Ok(database)
    }

    /// Extensions that a profile does not name are not fetched from the network
    /// in passing, unless it asks for that.
    fn options(&self) -> Vec<(&str, &str)> {
        let named = self.settings.config_options.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        std::iter::once(("autoinstall_known_extensions", "false")).chain(named).collect()
    }
}

impl std::fmt::Debug for DuckDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DuckDb").field("database", &self.settings.database).finish_non_exhaustive()
    }
}

impl Adapter for DuckDb {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn dialect(&self) -> &Dialect {
        &Dialect::ANSI
    }

    fn target(&self) -> Map<String, Json> {
        self.settings.target()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn macros(&self) -> &'static [MacroSet] {
        &[MacroSet { kind: Self::KIND, files: macros::FILES }]
    }

    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError> {
        let mut root = self.root.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match root.as_ref() {
            Some(database) => database.connection.try_clone(),
            None => root.insert(self.open()?).connection.try_clone(),
        };
        let connection = connection.map_err(|error| fault::connecting(&error, None))?;
        for sql in self.settings.session_setup() {
            connection.execute_batch(&sql).map_err(|error| fault::from_setup(&error))?;
        }
        Ok(Box::new(DuckDbSession::new(connection)))
    }

    fn source_location(&self, source: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
        external::location(source)
    }

    fn call_member(
        &self,
        session: Option<&mut dyn Session>,
        call: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>> {
        member::call(&self.settings, session, call)
    }
}
