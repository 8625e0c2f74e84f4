//! A session with the warehouse and the jobs' way to it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ahead::Absent;
use super::failure::Failure;
use super::query_comment;
use super::relations::Undo;
use super::runtime::Runtime;
use crate::adapter::{Cancel, Response, Session};
use crate::host::timings::Phase;
use crate::sql::Rows;

/// One session, used by one job at a time. Clones share it.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    session: Mutex<Box<dyn Session>>,
    cancel: Arc<dyn Cancel>,
    /// What the open transaction changed in the relation cache.
    changes: Mutex<Vec<Undo>>,
    /// Where there is no session: whether somebody wanted one.
    wanted: Option<AtomicBool>,
}

impl Worker {
    /// Opens a session. `name` is what templates see as `thread_id`.
    ///
    /// # Errors
    /// The warehouse cannot be reached or refuses the credentials. dbt: nor is
    /// anything begun where the project's query comment cannot be rendered.
    pub fn connect(runtime: &Arc<Runtime>, name: impl Into<String>) -> Result<Self, Failure> {
        query_comment::check(runtime)?;
        let session = runtime.timings().during(Phase::Connect, || runtime.adapter().connect())?;
        Ok(Self::new(name.into(), session, None))
    }

    /// Nobody: a worker without a session, who notes that one was wanted.
    pub(super) fn absent() -> Self {
        Self::new(String::new(), Box::new(Absent), Some(AtomicBool::new(false)))
    }

    fn new(name: String, session: Box<dyn Session>, wanted: Option<AtomicBool>) -> Self {
        let cancel = session.cancel_handle();
        let (session, changes) = (Mutex::new(session), Mutex::default());
        Self { shared: Arc::new(Shared { name, session, cancel, changes, wanted }) }
    }

    /// Whether there is no session.
    pub(super) fn is_absent(&self) -> bool {
        self.shared.wanted.is_some()
    }

    /// Notes that a session is wanted, or what only its owner may do.
    pub(super) fn want(&self) {
        if let Some(wanted) = &self.shared.wanted {
            wanted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a session was wanted where there is none.
    pub(super) fn is_wanted(&self) -> bool {
        self.shared.wanted.as_ref().is_some_and(|wanted| wanted.load(Ordering::Relaxed))
    }

    /// Its name: `Thread-1 (worker)`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Something that stops the running statement from another thread.
    #[must_use]
    pub fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::clone(&self.shared.cancel)
    }

    /// Asks for rows that no node asked for: nobody hears of it. `None` where the query is
    /// refused, or inside a transaction, which that would undo.
    #[must_use]
    pub fn look(&self, query: &str) -> Option<(Response, Rows)> {
        let mut session = self.session();
        (!session.in_transaction()).then(|| session.query_untyped(query).ok()).flatten()
    }

    /// The session. Held for one statement at a time: a template that waits for
    /// its statement may not wait for itself.
    pub(super) fn session(&self) -> MutexGuard<'_, Box<dyn Session>> {
        self.shared.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes changes of the relation cache, so that a rollback takes them back.
    pub(super) fn note(&self, changes: Vec<Undo>) {
        if self.session().in_transaction() {
            self.changes().extend(changes);
        }
    }

    /// The changes of the transaction that just ended.
    pub(super) fn take_changes(&self) -> Vec<Undo> {
        std::mem::take(&mut *self.changes())
    }

    fn changes(&self) -> MutexGuard<'_, Vec<Undo>> {
        self.shared.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Worker").field(&self.shared.name).finish()
    }
}
