//! Which steps may start, for hands that help themselves.
//!
//! A hand that is done with a step takes the next one without waiting for the
//! thread that tells people of it. What is told of a change is sent while the
//! board is held, so that words arrive in the order of the changes; what else a hand
//! has to say goes the same way.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::dispatch::{Teller, Word};
use super::kin::Kin;
use super::pile::Pile;
use super::queue::Queue;
use super::result::NodeResult;

/// The most steps that are looked at together: a look holds what it compares in memory.
const MOST: usize = 16;

/// A queue that hands share.
#[derive(Debug)]
pub(super) struct Board<'a> {
    shared: Mutex<Shared>,
    kin: &'a Kin,
    teller: Teller,
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
    /// What hands without a step of their own help with.
    piles: Vec<Arc<Pile>>,
}

/// What a hand does next.
#[derive(Debug)]
pub(super) enum Work {
    /// A step, and those of its kin that are kept for it.
    Step(usize, Vec<usize>),
    /// A batch of another hand's step.
    Batch(Arc<Pile>),
}

impl<'a> Board<'a> {
    /// A board on which nothing was begun. With `fail_fast` it is closed after the first failure.
    pub(super) fn new(queue: Queue, kin: &'a Kin, teller: Teller, fail_fast: bool) -> Self {
        let shared = Shared { queue, is_closed: false, lost: None, piles: Vec::new() };
        Self { shared: Mutex::new(shared), kin, teller, changed: Condvar::new(), fail_fast }
    }

    /// What tells people of what is done here.
    pub(super) fn teller(&self) -> &Teller {
        &self.teller
    }

    /// The next step, as soon as one may start, and those of its kin that may start as
    /// well, which are kept for the caller. Until then, a batch that others need not
    /// build. `None` when nothing more will start.
    pub(super) fn start(&self) -> Option<Work> {
        let mut shared = self.shared();
        while !shared.is_closed && !shared.queue.is_done() {
            if let Some(at) = shared.queue.start() {
                self.teller.tell(Word::Started(at));
                let kin = self.kin.get(&at).map(AsRef::as_ref).unwrap_or_default();
                let kept = kin.iter().copied().filter(|kin| shared.queue.reserve(*kin)).take(MOST - 1);
                return Some(Work::Step(at, kept.collect()));
            }
            if let Some(pile) = shared.piles.iter().find(|pile| !pile.is_empty()) {
                return Some(Work::Batch(Arc::clone(pile)));
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
            self.teller.tell(Word::Started(at));
        }
        begins
    }

    /// Lets others help until [`Board::take_back`].
    pub(super) fn share(&self, pile: &Arc<Pile>) {
        self.shared().piles.push(Arc::clone(pile));
        self.changed.notify_all();
    }

    /// Nobody begins to help any more.
    pub(super) fn take_back(&self, pile: &Arc<Pile>) {
        self.shared().piles.retain(|other| !Arc::ptr_eq(other, pile));
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
        self.teller.tell(Word::Over { at, result, lost, is_last });
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
