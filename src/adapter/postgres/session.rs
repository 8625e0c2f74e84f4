//! One connection, opened again when it was lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::types::Type;
use tokio_postgres::{CancelToken, Error, SimpleQueryMessage};

use super::connect::{Connector, Notices};
use super::decode::Reader;
use super::link::{LateRefusal, Link};
use super::tag::Tag;
use super::transaction::{self, Transaction};
use super::{copy, fault, inventory};
use crate::adapter::{Cancel, DatabaseError, Remark, Response, Session};
use crate::sql::{self, Cell, Column, Relation, Rows, Statement};

pub(in crate::adapter) struct PostgresSession {
    connector: Arc<Connector>,
    /// `None` after the connection was lost.
    link: Option<Link>,
    transaction: Transaction,
    /// What was sent and has an answer that somebody will ask for.
    started: Option<Started>,
    notices: Notices,
    stop: Arc<Stop>,
}

/// A statement that runs while others are sent.
struct Started {
    /// The script, of which it is all.
    script: String,
    outline: Vec<String>,
}

impl PostgresSession {
    pub(in crate::adapter) fn open(connector: Arc<Connector>) -> Result<Self, DatabaseError> {
        let stop = Stop {
            connector: Arc::clone(&connector),
            token: Mutex::default(),
            requested: false.into(),
            is_asking: Arc::default(),
        };
        let mut session = Self {
            connector,
            link: None,
            transaction: Transaction::Closed,
            started: None,
            notices: Notices::default(),
            stop: Arc::new(stop),
        };
        session.link()?;
        Ok(session)
    }

    /// The connection. Between transactions it is opened again where it was lost;
    /// inside one that is too late.
    fn link(&mut self) -> Result<&mut Link, DatabaseError> {
        let is_busy = self.transaction.is_open();
        let known = self.link.take().and_then(|mut link| (is_busy || link.is_alive()).then_some(link));
        let link = if let Some(link) = known {
            link
        } else {
            let link = self.connector.connect(&self.notices)?;
            *self.stop.token() = Some(link.cancel_token());
            link
        };
        Ok(self.link.insert(link))
    }

    /// Runs one statement of a script.
    fn run(
        &mut self,
        script: &str,
        statement: Statement<'_>,
        wanted: Wanted,
    ) -> Result<(Response, Rows), DatabaseError> {
        let outline = outline(statement.text);
        if self.transaction == Transaction::Failed && transaction::is_commit(&outline) {
            return Err(self.refuse_commit());
        }
        if copy::talks_to_client(&outline) {
            return Err(fault::copy_without_data(script, statement));
        }
        if self.transaction.may_go_unread(&outline) {
            self.link()?.send(statement.text, false);
            self.transaction = self.transaction.after(&outline, true);
            return Ok((self.answer_to(&outline, 0), Rows::default()));
        }
        let link = self.link()?;
        let asked = ask(link, statement.text, wanted);
        let read = link.read_on();
        self.transaction = self.transaction.after(&outline, asked.is_ok());
        self.check_late(read, &outline, asked.is_ok())?;
        match asked {
            Ok((count, rows)) => Ok((self.answer_to(&outline, count), rows)),
            Err(error) => Err(self.failed(&error, script, statement, transaction::is_commit(&outline))),
        }
    }

    /// What became of the statements before the one with this outline, which was answered
    /// or not. After a refusal the server has refused that one, too, or rolled back where it
    /// was a commit; where the connection was lost, the last answer says why.
    fn check_late(
        &mut self,
        read: Result<(), LateRefusal>,
        outline: &[String],
        answered: bool,
    ) -> Result<(), DatabaseError> {
        let Some(late) = read.err().filter(|late| answered || late.error.as_db_error().is_some()) else {
            return Ok(());
        };
        if late.is_wanted
            && let Some(started) = self.started.take()
        {
            return Err(self.refused_start(&late, &started));
        }
        let was_commit = transaction::is_commit(outline);
        let mut described = fault::from_late(&late, was_commit);
        self.note_failure(&late.error, &mut described, was_commit);
        Err(described)
    }

    /// A refusal of what was started, whoever came to hear of it.
    fn refused_start(&mut self, late: &LateRefusal, started: &Started) -> DatabaseError {
        let statement = sql::statements(&started.script).into_iter().next();
        let statement = statement.unwrap_or(Statement { text: &started.script, offset: 0 });
        self.failed(&late.error, &started.script, statement, false)
    }

    /// The answer to a statement, with what the server said since the last one.
    fn answer_to(&self, outline: &[String], count: u64) -> Response {
        let mut said = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        let remark = |notice: DbError| Remark {
            message: fault::remark(&notice),
            is_warning: notice.parsed_severity() == Some(Severity::Warning),
        };
        let remarks = said.drain(..).map(remark).collect();
        Response { remarks, ..Tag::of(outline).response(count) }
    }

    /// The server would answer a commit of what failed as if all were well.
    fn refuse_commit(&mut self) -> DatabaseError {
        let message =
            "the transaction was rolled back instead of committed, because a statement in it failed";
        match self.execute("ROLLBACK") {
            Ok(_) => DatabaseError::new(message),
            Err(error) => error,
        }
    }

    fn failed(
        &mut self,
        error: &Error,
        script: &str,
        statement: Statement<'_>,
        was_commit: bool,
    ) -> DatabaseError {
        let mut described = fault::from_statement(error, script, statement);
        self.note_failure(error, &mut described, was_commit);
        described
    }

    /// What a failure means for the session, and what only the session knows of it.
    fn note_failure(&mut self, error: &Error, described: &mut DatabaseError, was_commit: bool) {
        described.is_cancelled = fault::is_cancelled(error) && self.stop.requested.load(Ordering::Relaxed);
        if fault::is_fatal(error) {
            self.link = None;
            self.started = None;
            self.transaction = Transaction::Closed;
            if was_commit {
                described.message.push_str("\nit is not known whether the transaction was committed");
            }
        }
    }

    /// Runs a script; `wanted` is said of its last statement.
    fn run_all(&mut self, script: &str, wanted: Wanted) -> Result<(Response, Rows), DatabaseError> {
        let statements = sql::statements(script);
        let last = statements.len().saturating_sub(1);
        let mut result = (Response::default(), Rows::default());
        for (at, statement) in statements.into_iter().enumerate() {
            let mut remarks = result.0.remarks;
            result = self.run(script, statement, if at == last { wanted } else { Wanted::Nothing })?;
            remarks.append(&mut result.0.remarks);
            result.0.remarks = remarks;
        }
        Ok(result)
    }

    /// The rows of a query of the adapter's own.
    fn rows(&mut self, sql: &str) -> Result<Rows, DatabaseError> {
        self.query(sql, None).map(|(_, rows)| rows)
    }

    /// A connection sees one database.
    fn check_database(&self, database: Option<&str>) -> Result<(), DatabaseError> {
        self.connector.settings.check_database(database.unwrap_or(&self.connector.settings.database))
    }
}

/// The outline of a statement; its first word alone where the others say nothing.
fn outline(statement: &str) -> Vec<String> {
    match sql::leading_word(statement) {
        word if matches!(word.as_str(), "select" | "insert" | "update" | "delete" | "merge") => vec![word],
        _ => sql::outline(statement),
    }
}

fn text(cell: Cell) -> Option<String> {
    if let Cell::Text(text) = cell { Some(text) } else { None }
}

/// What is wanted of a statement's answer.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Nothing,
    /// All rows as texts.
    Texts,
    /// So many rows. Types are told only to those who ask before.
    Rows(usize),
}

/// The count of a statement's tag.
fn count(messages: &[SimpleQueryMessage]) -> u64 {
    let of = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::CommandComplete(count) => Some(*count),
        _ => None,
    };
    messages.iter().rev().find_map(of).unwrap_or_default()
}

/// Sends one statement; gives the count of its tag and the rows that are wanted.
fn ask(link: &mut Link, sql: &str, wanted: Wanted) -> Result<(u64, Rows), Error> {
    let (mut readers, limit) = match wanted {
        Wanted::Nothing => (Vec::new(), 0),
        Wanted::Texts => (Vec::new(), usize::MAX),
        Wanted::Rows(limit) => {
            let prepared = link.prepare(sql)?;
            let columns = prepared.columns().iter();
            (columns.map(|column| Reader::new(column.name(), column.type_())).collect(), limit)
        }
    };
    let mut rows = Rows { columns: readers.iter().map(Reader::column).collect(), rows: Vec::new() };
    let mut count = 0;
    for message in link.query(sql)? {
        match message {
            SimpleQueryMessage::RowDescription(columns) if matches!(wanted, Wanted::Texts) => {
                readers = columns.iter().map(|column| Reader::new(column.name(), &Type::TEXT)).collect();
                rows.columns = readers.iter().map(Reader::column).collect();
            }
            SimpleQueryMessage::Row(row) if rows.rows.len() < limit => {
                rows.rows
                    .push(readers.iter().enumerate().map(|(at, reader)| reader.cell(&row, at)).collect());
            }
            SimpleQueryMessage::CommandComplete(rows) => count = rows,
            _ => {}
        }
    }
    Ok((count, rows))
}

impl Session for PostgresSession {
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError> {
        self.run_all(sql, Wanted::Nothing).map(|(response, _)| response)
    }

    fn start(&mut self, sql: &str) -> Result<Option<Response>, DatabaseError> {
        if let [statement] = sql::statements(sql).as_slice() {
            let outline = outline(statement.text);
            if self.transaction.may_be_answered_later(&outline) {
                self.link()?.send(statement.text, true);
                self.started = Some(Started { script: sql.to_owned(), outline });
                return Ok(None);
            }
        }
        self.execute(sql).map(Some)
    }

    fn answer(&mut self) -> Result<Response, DatabaseError> {
        let Some(started) = self.started.take() else { return Ok(Response::default()) };
        match self.link()?.answer() {
            Ok(messages) => Ok(self.answer_to(&started.outline, count(&messages))),
            Err(late) => {
                self.transaction = self.transaction.after(&started.outline, false);
                Err(self.refused_start(&late, &started))
            }
        }
    }

    fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        self.run_all(sql, Wanted::Rows(limit.unwrap_or(usize::MAX)))
    }

    fn query_untyped(&mut self, sql: &str) -> Result<(Response, Rows), DatabaseError> {
        self.run_all(sql, Wanted::Texts)
    }

    fn load(&mut self, table: &str, columns: &str, rows: &Rows) -> Result<Response, DatabaseError> {
        let sql = format!("copy {table} ({columns}) from stdin");
        let statement = Statement { text: &sql, offset: 0 };
        let outline = sql::outline(&sql);
        let local = copy::local_times(rows, |sql| self.rows(sql))?;
        let link = self.link()?;
        let sent = copy::send(link, &sql, local.as_ref().unwrap_or(rows));
        let read = link.read_on();
        self.transaction = self.transaction.after(&outline, sent.is_ok());
        self.check_late(read, &outline, sent.is_ok())?;
        match sent {
            Ok(count) => Ok(self.answer_to(&outline, count)),
            Err(error) => Err(fault::with_cell(&error, self.failed(&error, &sql, statement, false))),
        }
    }

    fn relations(&mut self, database: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        self.check_database(database)?;
        let rows = self.rows(inventory::RELATIONS)?;
        Ok(inventory::relations(&self.connector.settings.database, &rows))
    }

    fn schemas(&mut self, database: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        self.check_database(database)?;
        let rows = self.rows(inventory::SCHEMAS)?;
        Ok(rows.rows.into_iter().flatten().filter_map(text).collect())
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, DatabaseError> {
        self.check_database(relation.database.as_deref())?;
        let rows = self.rows(&inventory::columns_sql(relation))?;
        Ok(inventory::columns(&rows))
    }

    fn in_transaction(&self) -> bool {
        self.transaction.is_open()
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::<Stop>::clone(&self.stop)
    }
}

/// Stops what a session runs, on whichever connection that is now.
struct Stop {
    connector: Arc<Connector>,
    token: Mutex<Option<CancelToken>>,
    /// Somebody asked. From then on the run is ending, so this is never taken back.
    requested: AtomicBool,
    /// A request is under way, or was a moment ago.
    is_asking: Arc<AtomicBool>,
}

/// How long nobody asks again. It helps only where a hand was between two statements.
const PAUSE: Duration = Duration::from_millis(400);

impl Stop {
    fn token(&self) -> std::sync::MutexGuard<'_, Option<CancelToken>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cancel for Stop {
    fn cancel(&self) {
        self.requested.store(true, Ordering::Relaxed);
        let Some(token) = self.token().clone() else { return };
        if self.is_asking.swap(true, Ordering::Relaxed) {
            return;
        }
        let (connector, is_asking) = (Arc::clone(&self.connector), Arc::clone(&self.is_asking));
        // The server may not answer, and who asks has others to ask.
        thread::spawn(move || {
            connector.cancel(&token);
            thread::sleep(PAUSE);
            is_asking.store(false, Ordering::Relaxed);
        });
    }
}
