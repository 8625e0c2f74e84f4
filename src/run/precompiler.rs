//! Compiling nodes before their turn, on a thread of its own without a session.
//!
//! A runner that waits for the warehouse lets this thread have the processor; when
//! it comes to the next node, the SQL is there. What cannot be compiled without
//! the warehouse the runner compiles itself, see [`EarlyJob`].

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::node_runner::{self, is_microbatch};
use super::queue::Queue;
use super::rehearsal::{Rehearsed, rehearse};
use super::steps::{Action, Step, Steps};
use crate::compile::{Compiled, EarlyJob, Runtime};
use crate::host::environment::STACK;
use crate::host::timings::Phase;
use crate::manifest::{NodeId, NodeKind};
use crate::materialize::Flags;

/// How many nodes are compiled further than the runners have come: enough for the
/// quickest tests, little in memory.
const WINDOW: usize = 64;

/// What is known of a node before its turn.
#[derive(Debug)]
pub(super) struct Precompiled {
    pub(super) compiled: Arc<Compiled>,
    pub(super) rehearsed: Rehearsed,
}

/// Nodes in the order in which they are likely to be wanted, some of them compiled.
#[derive(Debug)]
pub(super) struct Precompiler {
    runtime: Arc<Runtime>,
    flags: Flags,
    order: Vec<(NodeId, Action)>,
    places: HashMap<NodeId, usize>,
    shelf: Mutex<Shelf>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Shelf {
    ready: HashMap<NodeId, Precompiled>,
    /// Whether a runner came for the node at a place.
    taken: Vec<bool>,
    /// No node before this place is left to compile.
    next: usize,
    /// The place after the last node that a runner came for.
    reached: usize,
    is_closed: bool,
}

impl Precompiler {
    /// Nothing is compiled yet.
    pub(super) fn new(runtime: &Arc<Runtime>, steps: &Steps, flags: Flags) -> Self {
        let order = steps.queue().map(Queue::order).unwrap_or_default();
        let may_be_early = |step: &&Step| may_be_early(runtime, step);
        // Siblings are likely to be wanted together.
        let with_kin = order.iter().flat_map(|at| {
            [at].into_iter().chain(steps.siblings.get(at).into_iter().flat_map(|them| them.iter()))
        });
        let mut seen = HashSet::new();
        let order: Vec<(NodeId, Action)> = with_kin
            .filter(|at| seen.insert(**at))
            .filter_map(|at| steps.list.get(*at))
            .filter(may_be_early)
            .map(|step| (step.node, step.action))
            .collect();
        let places = order.iter().enumerate().map(|(at, (node, _))| (*node, at)).collect();
        let empty = Shelf { taken: vec![false; order.len()], ..Shelf::default() };
        let (runtime, shelf, moved) = (Arc::clone(runtime), Mutex::new(empty), Condvar::new());
        Self { runtime, flags, order, places, shelf, moved }
    }

    /// Compiles while `work` goes on.
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("compile ahead".to_owned()).stack_size(STACK);
            // Without it runners compile everything themselves.
            let _ = thread.spawn_scoped(scope, || {
                while let Some((node, action)) = self.next() {
                    self.put(node, action);
                }
            });
            let _closing = Closing(self);
            work()
        })
    }

    /// What is known of a node, for the runner whose turn it is with the node.
    pub(super) fn take(&self, node: NodeId) -> Option<Precompiled> {
        let place = *self.places.get(&node)?;
        let mut held = self.shelf();
        if let Some(taken) = held.taken.get_mut(place) {
            *taken = true;
        }
        held.reached = held.reached.max(place + 1);
        // Waking a thread costs about as much as compiling a node.
        if held.next + WINDOW / 2 <= held.reached + WINDOW {
            self.moved.notify_one();
        }
        held.ready.remove(&node)
    }

    /// What a node becomes, before its turn.
    pub(super) fn look(&self, node: NodeId) -> Option<Arc<Compiled>> {
        let (node, action) = *self.order.get(*self.places.get(&node)?)?;
        let known = || self.shelf().ready.get(&node).map(|prepared| Arc::clone(&prepared.compiled));
        known().or_else(|| {
            self.put(node, action);
            known()
        })
    }

    /// The next node to compile, as soon as there is one; `None` when nothing is left to do.
    fn next(&self) -> Option<(NodeId, Action)> {
        let mut held = self.shelf();
        loop {
            while held.taken.get(held.next) == Some(&true) {
                held.next += 1;
            }
            let next = self.order.get(held.next).copied().filter(|_| !held.is_closed)?;
            if held.next < held.reached + WINDOW {
                held.next += 1;
                return Some(next);
            }
            held = self.moved.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn put(&self, node: NodeId, action: Action) {
        // A mistake of this program is met again, and told, at the node's turn.
        let prepare = || catch_unwind(AssertUnwindSafe(|| self.prepare(node, action)));
        let prepared = self.runtime.timings().during(Phase::Render, prepare);
        let Some(prepared) = prepared.ok().flatten() else { return };
        let place = |node: &NodeId| self.places.get(node).copied().unwrap_or(0);
        let mut held = self.shelf();
        if held.taken.get(place(&node)) == Some(&false) {
            held.ready.insert(node, prepared);
        }
        // What was skipped is never come for.
        let behind = held.reached.saturating_sub(WINDOW);
        if held.ready.len() > 2 * WINDOW {
            held.ready.retain(|node, _| place(node) >= behind);
        }
    }

    fn prepare(&self, id: NodeId, action: Action) -> Option<Precompiled> {
        let early = EarlyJob::new(&self.runtime, id);
        let compiled = early.compile()?;
        let node = self.runtime.node(id)?;
        let is_ours = node_runner::materializer(&self.runtime, node.config.materialized()).is_none();
        let order = node_runner::order(&self.runtime, node, &compiled.sql, self.flags);
        let rehearsed =
            if is_ours { rehearse(&self.runtime, &early, action, &order) } else { Rehearsed::default() };
        Some(Precompiled { compiled, rehearsed })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the thread, also when the work panics.
struct Closing<'a>(&'a Precompiler);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.shelf().is_closed = true;
        self.0.moved.notify_one();
    }
}

/// Whether a step compiles its node once, and nothing before it decides how.
fn may_be_early(runtime: &Runtime, step: &Step) -> bool {
    let compiles = match step.action {
        Action::Materialize | Action::Judge | Action::Compile | Action::Preview => true,
        Action::Measure | Action::Clone | Action::Nothing => false,
    };
    compiles
        && runtime.node(step.node).is_some_and(|node| {
            !matches!(node.kind, NodeKind::UnitTest(_) | NodeKind::Seed(_)) && !is_microbatch(node)
        })
}
