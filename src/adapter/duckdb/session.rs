//! One connection.

use std::sync::Arc;

use duckdb::{Connection, InterruptHandle};

use super::{decode, fault, python};
use crate::adapter::{Cancel, DatabaseError, PythonJob, Response, Session};
use crate::sql::{self, Cell, Column, Dialect, Relation, RelationKind, Rows, Statement};

pub(super) struct DuckDbSession {
    connection: Connection,
    in_transaction: bool,
}

impl DuckDbSession {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, in_transaction: false }
    }

    /// Another connection to the same database, with a transaction of its own.
    pub(super) fn another(&self) -> Result<Connection, DatabaseError> {
        self.connection.try_clone().map_err(|error| fault::from_setup(&error))
    }

    /// Runs one statement of a script; `read` says how many rows are wanted.
    fn run(
        &mut self,
        script: &str,
        statement: Statement<'_>,
        read: Option<usize>,
    ) -> Result<(Response, Rows), DatabaseError> {
        let describe =
            |error: &duckdb::Error| fault::from_statement(error, script, statement.text, statement.offset);
        let mut query = self.connection.prepare(statement.text).map_err(|error| describe(&error))?;
        let affected = query.raw_execute().map_err(|error| {
            // A commit that fails has rolled back.
            self.in_transaction &= sql::leading_word(statement.text) != "commit";
            describe(&error)
        })?;
        let word = sql::leading_word(statement.text);
        match word.as_str() {
            "begin" | "start" => self.in_transaction = true,
            "commit" | "end" | "rollback" | "abort" => self.in_transaction = false,
            _ => {}
        }
        let changes = matches!(word.as_str(), "insert" | "update" | "delete" | "merge" | "copy");
        let rows_affected = changes.then(|| i64::try_from(affected).ok()).flatten();
        let response = Response { message: "OK".to_owned(), rows_affected, ..Response::default() };
        let rows = match read {
            Some(limit) => decode::rows(&query, limit).map_err(|error| describe(&error))?,
            None => Rows::default(),
        };
        Ok((response, rows))
    }

    fn run_all(&mut self, script: &str, read: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        let statements = sql::statements(script);
        let last = statements.len().saturating_sub(1);
        let mut result = (Response { message: "OK".to_owned(), ..Response::default() }, Rows::default());
        for (at, statement) in statements.into_iter().enumerate() {
            result = self.run(script, statement, read.filter(|_| at == last))?;
        }
        Ok(result)
    }

    /// The texts of a query of the adapter's own.
    fn texts(&mut self, sql: &str) -> Result<Vec<Vec<String>>, DatabaseError> {
        let (_, rows) = self.query(sql, None)?;
        let text = |cell: Cell| match cell {
            Cell::Text(text) => text,
            _ => String::new(),
        };
        Ok(rows.rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
    }
}

/// A condition on a catalog column; all databases where none is named.
fn is_database(column: &str, database: Option<&str>) -> String {
    match database {
        Some(database) => format!("lower({column}) = lower({})", Dialect::ANSI.literal(database)),
        None => format!("{column} = current_database()"),
    }
}

impl Session for DuckDbSession {
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError> {
        self.run_all(sql, None).map(|(response, _)| response)
    }

    fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        self.run_all(sql, Some(limit.unwrap_or(usize::MAX)))
    }

    fn relations(&mut self, database: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        let condition = is_database("database_name", database);
        let found = self.texts(&format!(
            "select database_name, schema_name, table_name, 'table' from duckdb_tables() \
             where {condition} and not internal \
             union all select database_name, schema_name, view_name, 'view' from duckdb_views() \
             where {condition} and not internal"
        ))?;
        let relation = |row: Vec<String>| {
            let [database, schema, name, kind] = <[String; 4]>::try_from(row).ok()?;
            let kind = RelationKind::parse(&kind)?;
            Some(Relation::new(Some(database), schema, name).with_kind(kind))
        };
        Ok(found.into_iter().filter_map(relation).collect())
    }

    fn schemas(&mut self, database: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        let condition = is_database("database_name", database);
        let found =
            self.texts(&format!("select schema_name from duckdb_schemas() where {condition} order by 1"))?;
        Ok(found.into_iter().flatten().collect())
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, DatabaseError> {
        let name = relation.render(&Dialect::ANSI);
        let described = self.texts(&format!("select column_name, column_type from (describe {name})"));
        let rows = match described {
            Err(error) if error.message.contains("does not exist") => Vec::new(),
            described => described?,
        };
        let column = |row: Vec<String>| {
            let [name, data_type] = <[String; 2]>::try_from(row).ok()?;
            Some(Column::new(name, data_type))
        };
        Ok(rows.into_iter().filter_map(column).collect())
    }

    fn python(&mut self, job: &PythonJob<'_>) -> Result<Response, DatabaseError> {
        python::run(self, job)
    }

    fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::new(Interrupt(self.connection.interrupt_handle()))
    }
}

struct Interrupt(Arc<InterruptHandle>);

impl Cancel for Interrupt {
    fn cancel(&self) {
        self.0.interrupt();
    }
}
