//! Which steps may start, for runners that help themselves.
//!
//! A runner that is done with a step takes the next one without waiting for the
//! thread that tells people of it. What is told of a change is sent while the
//! scheduler is held, so that messages arrive in the order of the changes; what else a runner
//! has to say goes the same way.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::batch_pool::BatchPool;
use super::dispatch::{Message, Outbox};
use super::queue::Queue;
use super::result::NodeResult;
use super::siblings::Siblings;

/// The most steps that are looked at together: a look holds what it compares in memory.
const MOST: usize = 16;

/// A queue that runners share.
#[derive(Debug)]
pub(super) struct Scheduler<'a> {
    shared: Mutex<Shared>,
    siblings: &'a Siblings,
    outbox: Outbox,
    changed: Condvar,
    fail_fast: bool,
}

#[derive(Debug)]
struct Shared {
    queue: Queue,
    /// Nothing more is begun: what is left is about to be abandoned.
    is_closed: bool,
    /// Once something failed and nothing more is to follow: what is lost by failures.
    lost: Option<HashSet<usize>>,
    /// What runners without a step of their own help with.
    pools: Vec<Arc<BatchPool>>,
}

/// What a runner does next.
#[derive(Debug)]
pub(super) enum Work {
    /// A step, and those of its siblings that are kept for it.
    Step(usize, Vec<usize>),
    /// A batch of another runner's step.
    Batch(Arc<BatchPool>),
}

impl<'a> Scheduler<'a> {
    /// A scheduler on which nothing was begun. With `fail_fast` it is closed after the first failure.
    pub(super) fn new(queue: Queue, siblings: &'a Siblings, outbox: Outbox, fail_fast: bool) -> Self {
        let shared = Shared { queue, is_closed: false, lost: None, pools: Vec::new() };
        Self { shared: Mutex::new(shared), siblings, outbox, changed: Condvar::new(), fail_fast }
    }

    /// What tells people of what is done here.
    pub(super) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The next step, as soon as one may start, and those of its siblings that may start as
    /// well, which are kept for the caller. Until then, a batch that others need not
    /// build. `None` when nothing more will start.
    pub(super) fn start(&self) -> Option<Work> {
        let mut shared = self.shared();
        while !shared.is_closed && !shared.queue.is_done() {
            if let Some(at) = shared.queue.start() {
                self.outbox.tell(Message::Started(at));
                let siblings = self.siblings.get(&at).map(AsRef::as_ref).unwrap_or_default();
                let kept =
                    siblings.iter().copied().filter(|sibling| shared.queue.reserve(*sibling)).take(MOST - 1);
                return Some(Work::Step(at, kept.collect()));
            }
            if let Some(pool) = shared.pools.iter().find(|pool| !pool.is_empty()) {
                return Some(Work::Batch(Arc::clone(pool)));
            }
            shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Begins a step that was kept, unless nothing more is begun.
    pub(super) fn start_kept(&self, at: usize) -> bool {
        let mut shared = self.shared();
        let begins = !shared.is_closed && shared.queue.start_reserved(at);
        if begins {
            self.outbox.tell(Message::Started(at));
        }
        begins
    }

    /// Lets others help until [`Scheduler::take_back`].
    pub(super) fn share(&self, pool: &Arc<BatchPool>) {
        self.shared().pools.push(Arc::clone(pool));
        self.changed.notify_all();
    }

    /// Nobody begins to help any more.
    pub(super) fn take_back(&self, pool: &Arc<BatchPool>) {
        self.shared().pools.retain(|other| !Arc::ptr_eq(other, pool));
    }

    /// Steps that were kept are for anybody again.
    pub(super) fn give_back(&self, kept: impl IntoIterator<Item = usize>) {
        let mut shared = self.shared();
        kept.into_iter().for_each(|at| shared.queue.give_back(at));
        self.changed.notify_all();
    }

    /// A step is over. Where it failed, what waits for it is lost, unless the step lets it go.
    ///
    /// dbt: a failure that is to end a run does so when there would be something new to begin.
    /// What was ready before it may still have its turn until then.
    pub(super) fn finish(&self, at: usize, result: Box<NodeResult>, lets_go: bool) {
        let shared = &mut *self.shared();
        let failed = result.status.is_failure();
        let lost = if failed && !lets_go {
            shared.queue.fail(at)
        } else {
            shared.queue.finish(at);
            Vec::new()
        };
        if failed && self.fail_fast {
            shared.lost.get_or_insert_default().extend(&lost);
        }
        let is_last = shared.lost.as_ref().is_some_and(|lost| shared.queue.was_awaited(at, lost));
        shared.is_closed |= is_last;
        self.outbox.tell(Message::Over { at, result, lost, is_last });
        self.changed.notify_all();
    }

    /// Takes out everything that has not begun: see [`Queue::abandon`].
    pub(super) fn abandon(&self) -> Vec<usize> {
        let mut shared = self.shared();
        shared.is_closed = true;
        self.changed.notify_all();
        shared.queue.abandon()
    }

    /// How many steps were begun and are not over.
    pub(super) fn running(&self) -> usize {
        self.shared().queue.running()
    }

    /// Whether everything is over.
    pub(super) fn is_done(&self) -> bool {
        self.shared().queue.is_done()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
