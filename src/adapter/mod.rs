//! Warehouses. The only place that knows engines by name.
//!
//! An [`Adapter`] is one warehouse of one profile; it opens [`Session`]s, one
//! for each worker. What differs between engines is stated as [`Capabilities`]
//! and as the [`Dialect`]; layers above ask for those, never for a name.

mod duckdb;
mod error;
mod fields;
mod index;
mod member;
mod open;
mod postgres;
mod redshift;
mod span;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

pub use error::{BadCell, DatabaseError, RowPlace};
pub use member::MemberCall;
pub use open::{
    BEHAVIOR_FLAGS, Credentials, Folders, embedded_default, kinds, misspelt_fields, open, releases,
    wrong_fields,
};

use crate::sql::{Column, Dialect, Relation, Rows};

/// What an engine can do, as far as plans depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a table of yes and no")]
pub struct Capabilities {
    /// Statements of a node run inside a transaction.
    pub transactions: bool,
    /// What templates run outside of a node may begin a transaction of its own,
    /// which is kept only if they commit it.
    pub operations_begin: bool,
    /// DDL takes part in transactions, drops as well, so that a table can be dropped and
    /// its successor take its name at once. Elsewhere it is moved aside and dropped later.
    pub transactional_ddl: bool,
    /// A view can store its rows.
    pub materialized_views: bool,
    /// What is dropped takes the views with it that read it.
    pub drops_dependents: bool,
    /// Batches of one model can be stored side by side.
    pub concurrent_batches: bool,
    /// Incremental strategies that are valid, besides custom ones.
    pub incremental_strategies: &'static [&'static str],
    /// The target of a foreign key may be named with its database.
    pub foreign_keys_name_database: bool,
    /// A table keeps its foreign keys in order when it is renamed.
    pub foreign_keys_survive_renames: bool,
    /// A table that has indexes can be renamed, and keeps them.
    pub indexes_survive_renames: bool,
    /// Types of constraints that a table cannot have.
    pub missing_constraints: &'static [&'static str],
    /// Types of constraints that a table can have, and that nobody checks.
    pub unenforced_constraints: &'static [&'static str],
    /// Several generic tests on a relation are told quicker by one query.
    pub combined_tests: bool,
    /// Seeds are read from their files by the engine itself.
    pub loads_csv_files: bool,
    /// What results call a refused statement: dbt's adapters differ in it.
    pub refusal_title: &'static str,
}

/// What a statement did, in the engine's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The message of the adapter response, such as `OK` or `INSERT 0 3`.
    pub message: String,
    /// The command word, where the engine tells it.
    pub code: Option<String>,
    /// Rows that were changed, where the engine tells it.
    pub rows_affected: Option<i64>,
    /// What else the engine said meanwhile.
    pub remarks: Vec<Remark>,
}

/// A word of an engine beside its answers, such as PostgreSQL's `NOTICE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The text.
    pub message: String,
    /// The engine calls it a warning.
    pub is_warning: bool,
}

/// The macros of one adapter type.
#[derive(Debug, Clone, Copy)]
pub struct MacroSet {
    /// The type: the prefix of dispatched macros.
    pub kind: &'static str,
    /// The files, as (path, text).
    pub files: &'static [(&'static str, &'static str)],
}

impl MacroSet {
    /// The package that they make up, by dbt's name for it.
    #[must_use]
    pub fn package(&self) -> String {
        format!("dbt_{}", self.kind)
    }
}

/// One warehouse, as one output of a profile describes it.
pub trait Adapter: Send + Sync + std::fmt::Debug {
    /// The adapter type as profiles name it; the prefix of dispatched macros.
    fn kind(&self) -> &'static str;
    /// Names and literals.
    fn dialect(&self) -> &Dialect;
    /// What templates see as `target`, except for `name`, `profile_name`,
    /// `target_name`, `threads` and `type`: the connection's settings with their
    /// defaults, and always `database` and `schema`. No secrets.
    fn target(&self) -> Map<String, Json>;
    /// What plans depend on.
    fn capabilities(&self) -> &Capabilities;
    /// The macros that add to the built-in ones or override them: those of this type, then
    /// those of the types that it descends from, nearest first. A dispatched macro is sought
    /// under their prefixes in this order.
    fn macros(&self) -> &'static [MacroSet];
    /// A new session. Sessions of one adapter see each other's committed work.
    ///
    /// # Errors
    /// The warehouse cannot be reached or refuses the credentials.
    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError>;
    /// Checks that sessions reach a database: nodes cannot be stored in another one.
    ///
    /// # Errors
    /// They do not.
    fn check_database(&self, _database: &str) -> Result<(), DatabaseError> {
        Ok(())
    }
    /// What a source is read from where that is not the relation of its name:
    /// SQL for the place that its `meta` and `config` name, as `{name, identifier,
    /// schema, database, tags, …meta}`.
    ///
    /// # Errors
    /// The place is described wrongly.
    fn source_location(&self, source: &Map<String, Json>) -> Result<Option<String>, DatabaseError>;
    /// Calls a method that only this engine's `adapter` object has in templates;
    /// `None` where it has no such method. While parsing there is no session, and
    /// what needs one gives null.
    ///
    /// # Errors
    /// The arguments are wrong, or as [`Session::execute`].
    fn call_member(
        &self,
        session: Option<&mut dyn Session>,
        call: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>>;
}

/// A model in Python that is to be run.
#[derive(Clone, Copy)]
pub struct PythonJob<'a> {
    /// The model's name.
    pub name: &'a str,
    /// The whole code, with what writes the model's table.
    pub code: &'a str,
    /// The model's own relation.
    pub this: &'a Relation,
    /// The relations that the code may read.
    pub inputs: &'a [Relation],
    /// A folder for what is exchanged with Python meanwhile.
    pub folder: &'a Path,
    /// Whether somebody asked to stop.
    pub is_stopping: &'a dyn Fn() -> bool,
}

/// One connection, used by one thread at a time.
pub trait Session: Send {
    /// Runs a script of one or more statements; rows are dropped.
    ///
    /// # Errors
    /// The engine's error, with the place in `sql` where it tells one.
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError>;
    /// Begins a script whose answer is wanted later. `None` where the engine takes other
    /// statements meanwhile, which take effect after it: then [`Session::answer`] gives the answer.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn start(&mut self, sql: &str) -> Result<Option<Response>, DatabaseError> {
        self.execute(sql).map(Some)
    }
    /// Waits for what was started and is not answered. A refusal that a statement
    /// in between has told is not told again.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn answer(&mut self) -> Result<Response, DatabaseError> {
        Ok(Response::default())
    }
    /// Runs a script and returns the rows of its last statement, at most `limit` of them.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), DatabaseError>;
    /// The same where nobody looks at the types of the columns: cells may be texts
    /// as the engine writes them. For an engine that tells types only when it is
    /// asked one more time.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn query_untyped(&mut self, sql: &str) -> Result<(Response, Rows), DatabaseError> {
        self.query(sql, None)
    }
    /// Every table and view of a database, with its schema; empty where the
    /// database does not exist.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn relations(&mut self, database: Option<&str>) -> Result<Vec<Relation>, DatabaseError>;
    /// Schema names of a database.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn schemas(&mut self, database: Option<&str>) -> Result<Vec<String>, DatabaseError>;
    /// Adds rows to a table in one go: `table` and its `columns` are written as
    /// SQL, each row has a cell for each column. Only macros of an engine that can
    /// do it ask for it. A cell that is refused is told by its row.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn load(&mut self, table: &str, columns: &str, rows: &Rows) -> Result<Response, DatabaseError> {
        let message = format!("cannot send {} rows to {table} ({columns}) in one go", rows.rows.len());
        Err(DatabaseError::new(message))
    }
    /// Runs the code of a Python model, which writes its table.
    ///
    /// # Errors
    /// The code fails, the machine has no Python for it, or the engine runs none.
    fn python(&mut self, job: &PythonJob<'_>) -> Result<Response, DatabaseError> {
        Err(DatabaseError::new(format!("the warehouse cannot run `{}`, a model in Python", job.name)))
    }
    /// The columns of a relation in order; empty where it does not exist.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, DatabaseError>;
    /// Whether a transaction is open on this session.
    fn in_transaction(&self) -> bool;
    /// Something that stops the running statement from another thread.
    fn cancel_handle(&self) -> Arc<dyn Cancel>;
}

/// Stops what a session is running.
pub trait Cancel: Send + Sync {
    /// Asks the engine to stop; the running call then returns an error whose
    /// [`DatabaseError::is_cancelled`] holds. Does nothing when idle.
    fn cancel(&self);
}
