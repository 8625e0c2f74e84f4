//! Amazon Redshift: a dialect over PostgreSQL's protocol, whose macros it descends from.
//!
//! No server was at hand when this was written: what is sent is tested as text.

mod inventory;
mod layout;
mod macros;
mod member;
mod session;
mod settings;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use session::{DropLock, RedshiftSession};
use settings::Settings;
pub(super) use settings::fields;

use super::postgres::Postgres;
use super::postgres::connect::Connector;
use super::{Adapter, Capabilities, DatabaseError, MacroSet, MemberCall, Session};
use crate::sql::{Dialect, Placeholder, RelationKind};

/// The strategies that this engine has for incremental models.
const INCREMENTAL_STRATEGIES: &[&str] = &["append", "delete+insert", "merge", "microbatch"];

const DIALECT: Dialect = Dialect {
    longest_name: Some(127),
    replaceable: &[RelationKind::View],
    measures_seed_texts: true,
    placeholder: Placeholder::Format,
    now: "getdate()",
    ..Dialect::ANSI
};

/// A database of a Redshift cluster or workgroup.
pub(super) struct Redshift {
    settings: Arc<Settings>,
    connector: Arc<Connector>,
    turns: Arc<DropLock>,
    capabilities: Capabilities,
}

impl Redshift {
    /// The adapter type in profiles.
    pub(super) const KIND: &'static str = "redshift";

    /// The database that a profile's output describes; relative paths mean files below `base`.
    pub(super) fn new(fields: &Map<String, Json>, base: &Path) -> Result<Self, DatabaseError> {
        let settings = Settings::read(fields).map_err(|problems| {
            DatabaseError::new(format!("the profile cannot be used: {}", problems.join("; ")))
        })?;
        let capabilities = Capabilities {
            transactions: true,
            operations_begin: false,
            // Drops that run side by side inside transactions end in errors, so the
            // predecessor of a table is dropped after the commit.
            transactional_ddl: false,
            materialized_views: true,
            drops_dependents: !settings.drop_without_cascade,
            concurrent_batches: false,
            incremental_strategies: INCREMENTAL_STRATEGIES,
            foreign_keys_name_database: true,
            foreign_keys_survive_renames: true,
            indexes_survive_renames: true,
            missing_constraints: &["check"],
            unenforced_constraints: &["unique", "primary_key", "foreign_key"],
            combined_tests: false,
            loads_csv_files: false,
            refusal_title: "Database Error",
        };
        Ok(Self {
            connector: Arc::new(Connector::new(settings.server.clone(), base.to_path_buf())),
            settings: Arc::new(settings),
            turns: Arc::default(),
            capabilities,
        })
    }
}

impl std::fmt::Debug for Redshift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redshift").field("database", &self.settings.server.database).finish_non_exhaustive()
    }
}

impl Adapter for Redshift {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn dialect(&self) -> &Dialect {
        &DIALECT
    }

    fn target(&self) -> Map<String, Json> {
        self.settings.target()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn macros(&self) -> &'static [MacroSet] {
        &[MacroSet { kind: Self::KIND, files: macros::FILES }, Postgres::MACROS]
    }

    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError> {
        let session = RedshiftSession::open(
            Arc::clone(&self.connector),
            Arc::clone(&self.settings),
            Arc::clone(&self.turns),
        )?;
        Ok(Box::new(session))
    }

    fn check_database(&self, database: &str) -> Result<(), DatabaseError> {
        self.settings.check_database(database)
    }

    fn source_location(&self, _: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
        Ok(None)
    }

    fn call_member(
        &self,
        _: Option<&mut dyn Session>,
        call: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>> {
        member::call(&self.settings, call)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redshift(more: &Json) -> Redshift {
        let mut fields = json!({"host": "h", "user": "u", "password": "p", "dbname": "dev", "schema": "s"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Redshift::new(fields.as_object().unwrap(), Path::new(".")).unwrap()
    }

    #[test]
    fn macros_are_its_own_and_then_those_of_its_parent() {
        let kinds: Vec<_> = redshift(&json!({})).macros().iter().map(|set| set.kind).collect();
        assert_eq!(kinds, ["redshift", "postgres"]);
    }

    #[test]
    fn capabilities_are_those_of_the_engine() {
        let adapter = redshift(&json!({}));
        let capabilities = adapter.capabilities();
        assert!(capabilities.transactions && capabilities.materialized_views);
        assert!(!capabilities.transactional_ddl && capabilities.drops_dependents);
        assert_eq!(capabilities.missing_constraints, ["check"]);
        assert_eq!(adapter.dialect().longest_name, Some(127));
        let alone = redshift(&json!({"drop_without_cascade": true}));
        assert!(!alone.capabilities().drops_dependents, "what is dropped takes nothing along");
    }
}
