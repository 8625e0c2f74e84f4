//! A session that speaks PostgreSQL's protocol and asks for the catalog in Redshift's way.

use std::sync::{Arc, Mutex, PoisonError};

use super::inventory;
use super::settings::Settings;
use crate::adapter::postgres::connect::Connector;
use crate::adapter::postgres::session::PostgresSession;
use crate::adapter::{Cancel, DatabaseError, Response, Session};
use crate::sql::{self, Cell, Column, Relation, Rows};

/// Whose drops it is. Of two `drop … cascade` at a time one fails, because the other has
/// dropped what it was about to drop.
pub(super) type DropLock = Mutex<()>;

pub(super) struct RedshiftSession {
    inner: PostgresSession,
    settings: Arc<Settings>,
    turns: Arc<DropLock>,
}

impl RedshiftSession {
    pub(super) fn open(
        connector: Arc<Connector>,
        settings: Arc<Settings>,
        turns: Arc<DropLock>,
    ) -> Result<Self, DatabaseError> {
        Ok(Self { inner: PostgresSession::open(connector)?, settings, turns })
    }

    /// Another database than the connection's, where it can be seen.
    fn elsewhere<'a>(&self, database: Option<&'a str>) -> Result<Option<&'a str>, DatabaseError> {
        let other = database.filter(|database| !self.settings.is_own(database));
        other.map_or(Ok(()), |database| self.settings.check_database(database))?;
        Ok(other)
    }

    /// The rows of a query of the adapter's own.
    fn rows(&mut self, sql: &str) -> Result<Rows, DatabaseError> {
        self.inner.query(sql, None).map(|(_, rows)| rows)
    }
}

/// Whether a script is to wait for the drops of others. Inside a transaction it is not:
/// it may hold what they wait for.
fn waits(script: &str, in_transaction: bool) -> bool {
    let drops = |statement: sql::Statement<'_>| sql::leading_word(statement.text) == "drop";
    !in_transaction && sql::statements(script).into_iter().any(drops)
}

/// dbt: Redshift's driver tells the count alone.
fn response(mut told: Response) -> Response {
    "SUCCESS".clone_into(&mut told.message);
    told.code = None;
    told
}

impl Session for RedshiftSession {
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError> {
        let turns = Arc::clone(&self.turns);
        let takes_turns = !self.settings.allow_concurrent_drops && waits(sql, self.inner.in_transaction());
        let _turn = takes_turns.then(|| turns.lock().unwrap_or_else(PoisonError::into_inner));
        self.inner.execute(sql).map(response)
    }

    fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        self.inner.query(sql, limit).map(|(told, rows)| (response(told), rows))
    }

    fn query_untyped(&mut self, sql: &str) -> Result<(Response, Rows), DatabaseError> {
        self.inner.query_untyped(sql).map(|(told, rows)| (response(told), rows))
    }

    fn relations(&mut self, database: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        let elsewhere = self.elsewhere(database)?;
        let asked = elsewhere.map(inventory::relations_of);
        let rows = self.rows(asked.as_deref().unwrap_or(inventory::RELATIONS))?;
        Ok(inventory::relations(elsewhere.unwrap_or(&self.settings.server.database), &rows))
    }

    fn schemas(&mut self, database: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        let asked = self.elsewhere(database)?.map(inventory::schemas_of);
        let rows = self.rows(asked.as_deref().unwrap_or(inventory::SCHEMAS))?;
        let name = |cell: Cell| if let Cell::Text(name) = cell { Some(name) } else { None };
        Ok(rows.rows.into_iter().flatten().filter_map(name).collect())
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, DatabaseError> {
        let sql = match self.elsewhere(relation.database.as_deref())? {
            Some(database) => inventory::columns_of(database, relation),
            None => inventory::columns_sql(relation),
        };
        Ok(inventory::columns(&self.rows(&sql)?))
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        self.inner.cancel_handle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_wait_for_each_other_outside_of_transactions() {
        assert!(waits("drop table if exists a cascade", false));
        assert!(waits("create table a (b int); -- c\nDROP VIEW d", false));
        assert!(!waits("drop table a", true));
        assert!(!waits("alter table a drop column b", false));
    }

    #[test]
    fn responses_are_those_of_redshifts_driver() {
        let code = Some("INSERT".into());
        let told =
            Response { message: "INSERT 0 3".into(), code, rows_affected: Some(3), ..Response::default() };
        let expected = Response { message: "SUCCESS".into(), rows_affected: Some(3), ..Response::default() };
        assert_eq!(response(told), expected);
    }
}
