//! Batches that wait for no other: every runner that is free builds some.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::event::Place;
use super::steps::Step;
use crate::compile::Failure;
use crate::materialize::{Materializer, Slice};

/// One batch among those of its model.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) place: Place,
    pub(super) slice: Slice,
}

/// Batches of a model, and what came of those that were taken.
#[derive(Debug)]
pub(super) struct BatchPool {
    pub(super) step: Step,
    materializer: Option<String>,
    parts: Vec<Part>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    next: usize,
    running: usize,
    ends: Vec<Option<Result<(), Failure>>>,
}

impl BatchPool {
    pub(super) fn new(step: &Step, materializer: Materializer<'_>, parts: &[Part]) -> Self {
        let materializer = match materializer {
            Materializer::BuiltIn => None,
            Materializer::Macro(name) => Some(name.to_owned()),
        };
        let ends = parts.iter().map(|_| None).collect();
        let state = Mutex::new(State { next: 0, running: 0, ends });
        Self { step: step.clone(), materializer, parts: parts.to_vec(), state, changed: Condvar::new() }
    }

    /// How its batches are built.
    pub(super) fn materializer(&self) -> Materializer<'_> {
        self.materializer.as_deref().map_or(Materializer::BuiltIn, Materializer::Macro)
    }

    /// Whether nothing is left to take.
    pub(super) fn is_empty(&self) -> bool {
        self.state().next >= self.parts.len()
    }

    /// Builds the next batch with `work`; says whether there was one. Once somebody has
    /// stopped, there is none.
    pub(super) fn build_one(&self, work: impl FnOnce(&Part) -> Result<(), Failure>) -> bool {
        let mut state = self.state();
        let at = state.next;
        let Some(part) = self.parts.get(at) else { return false };
        state.next += 1;
        state.running += 1;
        drop(state);
        let end = work(part);
        let mut state = self.state();
        if matches!(end, Err(Failure::Cancelled)) {
            state.next = self.parts.len();
        }
        if let Some(place) = state.ends.get_mut(at) {
            *place = Some(end);
        }
        state.running -= 1;
        self.changed.notify_all();
        true
    }

    /// What came of each batch, once nobody builds one any more. Those that nobody took
    /// are cancelled.
    pub(super) fn ends(&self) -> Vec<Result<(), Failure>> {
        let mut state = self.state();
        while state.running > 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let ends = std::mem::take(&mut state.ends);
        ends.into_iter().map(|end| end.unwrap_or(Err(Failure::Cancelled))).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use chrono::DateTime;

    use super::super::steps::Action;
    use super::*;
    use crate::manifest::{NodeId, UniqueId};

    fn pool(total: usize) -> BatchPool {
        let step = Step {
            node: NodeId(0),
            unique_id: UniqueId("model.shop.daily".into()),
            action: Action::Materialize,
            counts: true,
            lets_go: false,
        };
        let part = |index: usize| {
            let (id, name) = (index.to_string(), index.to_string());
            let (start, end) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
            let slice = Slice { id, name, start, end, is_first: false, is_last: false };
            Part { place: Place { index, total }, slice }
        };
        BatchPool::new(&step, Materializer::BuiltIn, &(1..=total).map(part).collect::<Vec<_>>())
    }

    #[test]
    fn hands_build_batches_at_the_same_time() {
        let (pool, meeting) = (pool(4), Barrier::new(2));
        let build = || {
            pool.build_one(|_| {
                meeting.wait();
                Ok(())
            })
        };
        thread::scope(|scope| {
            scope.spawn(|| while build() {});
            while build() {}
        });
        assert!(pool.is_empty());
        assert_eq!(pool.ends().iter().filter(|end| end.is_ok()).count(), 4);
    }

    #[test]
    fn who_stops_stops_all() {
        let pool = pool(3);
        assert!(pool.build_one(|_| Ok(())));
        assert!(pool.build_one(|_| Err(Failure::Cancelled)));
        assert!(!pool.build_one(|_| Ok(())));
        let ends = pool.ends();
        assert_eq!(ends.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false]);
    }
}
