//! What a materialization works with.

use std::sync::Arc;

use serde_json::Value as Json;

use super::batches::Slice;
use crate::adapter::{Capabilities, Response};
use crate::compile::Failure;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Config, Node};
use crate::objects;
use crate::source::SourceFile;
use crate::sql::{Column, Dialect, Relation, RelationKind, Rows};
use crate::template::{self, Value};

/// What is to be made. Does not change while it is made.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The node.
    pub node: &'a Node,
    /// The SQL that it was compiled to; empty for seeds.
    pub sql: &'a str,
    /// How the warehouse writes names.
    pub dialect: &'a Dialect,
    /// What the warehouse can do.
    pub capabilities: &'a Capabilities,
    /// What the command line asks for.
    pub flags: Flags,
    /// The slice of time, for a microbatch.
    pub slice: Option<&'a Slice>,
}

/// What the command line asks of materializations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--full-refresh`: rebuild what is usually only added to.
    pub full_refresh: bool,
    /// `--store-failures`: keep the failing rows of tests.
    pub store_failures: bool,
    /// `--warn-error`: a test that warns fails.
    pub warn_error: bool,
}

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The node's own: its answer is the node's answer, templates find it
    /// under `load_result('main')`.
    Main,
    /// A `pre-hook` or `post-hook`.
    Hook,
    /// New rows are put aside.
    Stage,
    /// The failing rows of a test are kept.
    Keep,
    /// A look at something, for people.
    Look,
}

/// Who wrote a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// It came with the program.
    BuiltIn,
    /// The project or one of its packages.
    User,
}

/// What a materialization works with: macros, a session with a warehouse, and
/// the relations that are known to exist there. Tests put a recorder in its place.
pub trait Executor {
    /// Calls a macro by its unqualified name, as the node's own text would: a
    /// project's macro hides a built-in one.
    ///
    /// # Errors
    /// There is no such macro, or it fails.
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, Failure>;

    /// Who wrote the macro that [`Executor::call`] would call; `None` where there is none.
    fn author(&self, name: &str) -> Option<Author>;

    /// A member of the node's template scope, such as `model`.
    fn member(&self, name: &str) -> Value;

    /// Renders a template in the node's scope.
    ///
    /// # Errors
    /// The template fails.
    fn render(&mut self, template: &str) -> Result<String, Failure>;

    /// Runs a statement.
    ///
    /// # Errors
    /// The warehouse refuses it, or the run was asked to stop.
    fn execute(&mut self, purpose: Purpose, sql: &str) -> Result<Response, Failure>;

    /// Begins the node's own statement. Where the warehouse takes others meanwhile it
    /// still runs afterwards, and what is refused is told by any of them.
    ///
    /// # Errors
    /// As [`Executor::execute`].
    fn start(&mut self, sql: &str) -> Result<(), Failure>;

    /// Waits for what was started: the warehouse's answer to it.
    ///
    /// # Errors
    /// As [`Executor::execute`].
    fn answer(&mut self) -> Result<Response, Failure>;

    /// Runs the code of a Python model.
    ///
    /// # Errors
    /// The code fails, the warehouse runs none, or the run was asked to stop.
    fn python(&mut self, purpose: Purpose, code: &str) -> Result<Response, Failure>;

    /// Runs a statement and fetches rows, at most `limit` of them.
    ///
    /// # Errors
    /// As [`Executor::execute`].
    fn query(
        &mut self,
        purpose: Purpose,
        sql: &str,
        limit: Option<usize>,
    ) -> Result<(Response, Rows), Failure>;

    /// Runs the main statement of a test and fetches all rows. Nobody looks at
    /// the types of the columns: cells may be texts.
    ///
    /// # Errors
    /// As [`Executor::execute`].
    fn count(&mut self, sql: &str) -> Result<(Response, Rows), Failure>;

    /// Begins, commits or rolls back a transaction; nothing where the
    /// warehouse has none. After a rollback the known relations are again
    /// those of the beginning.
    ///
    /// # Errors
    /// The warehouse refuses it.
    fn transaction(&mut self, step: Transaction) -> Result<(), Failure>;

    /// What exists under a relation's name, with its kind.
    ///
    /// # Errors
    /// The warehouse cannot tell.
    fn existing(&mut self, relation: &Relation) -> Result<Option<Relation>, Failure>;

    /// The columns of what exists under a relation's name.
    ///
    /// # Errors
    /// The warehouse cannot tell.
    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, Failure>;

    /// Changes which relations exist, through the macros for that.
    ///
    /// # Errors
    /// A macro fails, or the warehouse refuses it.
    fn change(&mut self, change: Change<'_>) -> Result<(), Failure>;

    /// The answer that a statement named `main` of a user's materialization got, with its
    /// rows where they were fetched.
    fn main_answer(&self) -> Option<(Response, Rows)>;

    /// Makes a text known, so that findings can point into it.
    fn source(&mut self, path: &str, text: &str) -> Arc<SourceFile>;

    /// Whether a transaction is open.
    fn in_transaction(&self) -> bool;

    /// Passes on what is no error but deserves attention.
    fn warn(&mut self, warning: Diagnostic);
}

/// A step of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// From here on nobody else sees what is done.
    Begin,
    /// Everybody sees it, at once.
    Commit,
    /// Nobody will ever see it. Nothing where no transaction is open.
    Rollback,
}

/// A change to which relations exist.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Gone, with what depends on it.
    Drop(&'a Relation),
    /// The first is now called as the second.
    Rename(&'a Relation, &'a Relation),
    /// Was made by a statement.
    Create(&'a Relation),
    /// Was dropped by a statement, with what depends on it.
    Lose(&'a Relation),
}

/// What came of a materialization.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Materialized {
    /// The warehouse's answer to the main statement.
    pub response: Response,
    /// The relations that exist now because of it.
    pub relations: Vec<Relation>,
}

impl<'a> Order<'a> {
    /// The node's configuration.
    pub fn config(&self) -> &'a Config {
        &self.node.config
    }

    /// The relation that is made, of this kind.
    ///
    /// # Errors
    /// The node has no relation: the manifest gave it none. Or its name is too
    /// long for the warehouse.
    pub fn target(&self, kind: RelationKind) -> Result<Relation, Failure> {
        let Some(relation) = &self.node.relation else {
            let message = format!("`{}` has no place in the warehouse to be stored", self.node.name);
            return Err(self.refuse("no-relation", message));
        };
        relation.check_length(self.dialect).map_err(|message| {
            let name = relation.identifier.as_deref().unwrap_or_default();
            let longest = self.dialect.longest_name.unwrap_or_default();
            let words = format!("Relation name '{name}' is longer than {longest} characters");
            Failure::from(
                self.problem("long-name", message).known_as(words).help("give it a shorter `alias`"),
            )
        })?;
        Ok(relation.clone().with_kind(kind))
    }

    /// Whether to rebuild from nothing. dbt: the config decides, then the flag.
    /// Of a microbatch only the first slice can.
    pub fn full_refresh(&self) -> bool {
        self.slice.is_none_or(|slice| slice.is_first)
            && self.config().flag("full_refresh").unwrap_or(self.flags.full_refresh)
    }

    /// Whether the node has just the columns that it promises.
    pub fn enforces_contract(&self) -> bool {
        let contract = self.config().get("contract").and_then(|contract| contract.get("enforced"));
        contract.and_then(Json::as_bool) == Some(true)
    }

    /// A relation as templates hold it.
    pub fn value(&self, relation: &Relation) -> Value {
        objects::relation(relation.clone(), self.dialect)
    }

    /// Columns as templates hold them.
    pub fn columns(&self, columns: Vec<Column>) -> Value {
        let columns = columns.into_iter().map(|column| objects::column(column, self.dialect));
        Value::from_object(template::MutList::new(columns.collect()))
    }

    /// An error about the node as a whole.
    pub fn problem(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        self.node.pointed(Diagnostic::error(code, message))
    }

    /// The same as a failure.
    pub fn refuse(&self, code: &'static str, message: impl Into<String>) -> Failure {
        Failure::from(self.problem(code, message))
    }
}

impl dyn Executor + '_ {
    /// Calls a macro that gives SQL.
    ///
    /// # Errors
    /// As [`Executor::call`].
    pub fn sql(&mut self, name: &str, args: &[Value]) -> Result<String, Failure> {
        Ok(template::text(&self.call(name, args)?).trim().to_owned())
    }

    /// Calls a macro that gives a relation.
    ///
    /// # Errors
    /// As [`Executor::call`], or it gives something else.
    pub fn relation(&mut self, name: &str, args: &[Value]) -> Result<Relation, Failure> {
        let value = self.call(name, args)?;
        objects::as_relation(&value).ok_or_else(|| {
            let message = format!("the macro `{name}` must return a relation, not {}", value.kind());
            Failure::from(Diagnostic::error("macro-returns-no-relation", message))
        })
    }

    /// Runs a macro whose statements are all that matters.
    ///
    /// # Errors
    /// As [`Executor::call`].
    pub fn perform(&mut self, name: &str, args: &[Value]) -> Result<(), Failure> {
        self.call(name, args).map(drop)
    }
}

/// Whether a configured value counts as given: dbt treats null, false and
/// empty things alike.
pub(super) fn is_given(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null | Json::Bool(false)) => false,
        Some(Json::String(text)) => !text.is_empty(),
        Some(Json::Array(items)) => !items.is_empty(),
        Some(Json::Object(map)) => !map.is_empty(),
        Some(Json::Bool(true) | Json::Number(_)) => true,
    }
}
