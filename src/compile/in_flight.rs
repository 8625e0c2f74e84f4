//! The node's own statement, while the warehouse works on it and takes others.
//!
//! What is sent meanwhile is told after its answer, so that each statement that is
//! heard of is followed by what became of it.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::query_comment::Commented;
use super::results::{MAIN, StatementResult};
use super::state::{JobState, lock};
use crate::adapter::{DatabaseError, Response, Session};
use crate::host::clock;
use crate::host::timings::Phase;
use crate::objects;
use crate::sql::Rows;

/// The node's own statement, sent and not answered.
#[derive(Debug)]
pub(super) struct InFlight {
    sql: String,
    started: Instant,
    since: Vec<Sent>,
}

/// What was sent since.
#[derive(Debug)]
struct Sent {
    sql: String,
    is_refused: bool,
    elapsed: Duration,
}

impl JobState {
    /// Sends the node's own statement. Where the warehouse takes others meanwhile, it is
    /// waited for by [`JobState::land`].
    pub(super) fn start(&self, sql: &str) -> Result<(), Failure> {
        self.check_may_speak(sql)?;
        let commented = Commented::new(sql, self.comment()?);
        self.listener.statement(&commented.sql);
        let started = clock::instant();
        let timings = self.runtime.timings();
        let said = timings.during(Phase::Execute, || self.worker.session().start(&commented.sql));
        if matches!(said, Ok(None)) {
            *lock(&self.in_flight) = Some(InFlight { sql: sql.to_owned(), started, since: Vec::new() });
            return Ok(());
        }
        self.listener.answered(said.is_err(), started.elapsed());
        let response = said.map_err(|error| self.refused(commented.uncommented(error)))?;
        self.store_main(self.heard(response.unwrap_or_default()), &Rows::default());
        Ok(())
    }

    /// Waits for the node's own statement, if it is in flight.
    pub(super) fn land(&self) -> Result<(), Failure> {
        let Some(flight) = lock(&self.in_flight).take() else { return Ok(()) };
        let timings = self.runtime.timings();
        let said = timings.during(Phase::Execute, || self.worker.session().answer());
        self.listener.answered(said.is_err(), flight.started.elapsed());
        for sent in flight.since {
            self.listener.statement(&sent.sql);
            self.listener.answered(sent.is_refused || said.is_err(), sent.elapsed);
        }
        let comment = self.comment()?;
        let response =
            said.map_err(|error| self.refused(Commented::new(&flight.sql, comment).uncommented(error)))?;
        self.store_main(self.heard(response), &Rows::default());
        Ok(())
    }

    /// Sends a statement as it is.
    pub(super) fn send<T>(
        &self,
        sql: &str,
        say: impl FnOnce(&mut dyn Session, &str) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        if lock(&self.in_flight).is_none() {
            self.listener.statement(sql);
        }
        let started = clock::instant();
        let said = self.runtime.timings().during(Phase::Execute, || say(self.worker.session().as_mut(), sql));
        let (is_refused, elapsed) = (said.is_err(), started.elapsed());
        match lock(&self.in_flight).as_mut() {
            Some(flight) => flight.since.push(Sent { sql: sql.to_owned(), is_refused, elapsed }),
            None => self.listener.answered(is_refused, elapsed),
        }
        said
    }

    /// Keeps the answer of the node's own statement: `load_result('main')`.
    pub(super) fn store_main(&self, response: Response, rows: &Rows) {
        self.results.store(MAIN, StatementResult { response, table: objects::table(rows) });
    }
}
