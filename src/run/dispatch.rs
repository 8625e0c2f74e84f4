//! One thread owns the outcome of a run; runners take what the scheduler says may
//! start, do it, and send messages.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::background::relay;
use super::batch_pool::BatchPool;
use super::event::{BatchEnd, Event, Place};
use super::plan::Stop;
use super::result::{Detail, Ending, NodeResult, Status};
use super::scheduler::{Scheduler, Work};
use super::steps::{Step, Steps};
use crate::adapter::Cancel;
use crate::diagnostics::Diagnostic;
use crate::host::environment::STACK;
use crate::manifest::{NodeId, UniqueId};
use crate::template::Notice;

/// How often somebody who asked to stop is looked for.
pub(super) const HEARTBEAT: Duration = Duration::from_millis(50);
/// How long messages gather once one was heard. A runner that wakes its listener with each
/// message takes the processor from the warehouse, more often than anybody can read.
const BREATH: Duration = Duration::from_millis(2);

/// dbt's name for the thread that owns the run: it has skipped what nobody began.
const MAIN_THREAD: &str = "MainThread";

/// Something that can do steps, one after the other, on a thread of its own.
pub(super) trait StepRunner: Send {
    /// Does a step.
    fn work(&mut self, step: &Step, scheduler: &Scheduler<'_>) -> NodeResult;
    /// Builds a batch of another runner's step, if there is one left.
    fn help(&mut self, pool: &BatchPool, scheduler: &Scheduler<'_>) {
        let _ = (pool, scheduler);
    }
    /// Looks at steps that are siblings together, if that is worth it; says of each whether its
    /// work was spared by that.
    fn screen(&mut self, steps: &[&Step]) -> Vec<bool> {
        vec![false; steps.len()]
    }
    /// Stops what is being done, from another thread.
    fn cancel_handle(&self) -> Arc<dyn Cancel>;
    /// dbt's name for the thread: `Thread-1 (worker)`.
    fn name(&self) -> &str;
}

/// What runners send.
#[derive(Debug)]
pub(super) enum Message {
    /// A step is compiled; its first statement follows.
    Compiled(NodeId),
    /// A batch of a microbatch model is over.
    Batch(NodeId, Box<BatchEnd>),
    /// A template has something to say.
    Notice(Option<UniqueId>, Notice),
    /// A statement is sent.
    Statement { node: Option<UniqueId>, thread: Arc<str>, sql: String },
    /// A statement is over.
    Answered { thread: Arc<str>, is_refused: bool, elapsed: Duration },
    /// Something deserves attention.
    Warning(Diagnostic),
    /// The step at this place was begun.
    Started(usize),
    /// The step at this place is over, and those that are lost will never start. The last
    /// one ends a run that fails fast.
    Over { at: usize, result: Box<NodeResult>, lost: Vec<usize>, is_last: bool },
}

/// Takes messages to the thread that owns the run. Clones lead to the same place.
#[derive(Debug, Clone)]
pub(super) struct Outbox(Sender<Message>);

impl Outbox {
    /// An outbox, and where its messages arrive.
    pub(super) fn new() -> (Self, Receiver<Message>) {
        let (sender, receiver) = channel();
        (Self(sender), receiver)
    }

    /// Sends a message. Nobody listens only when the run is over; then it is lost.
    pub(super) fn tell(&self, message: Message) {
        let _ = self.0.send(message);
    }
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Halting<'a> {
    /// What people ask with.
    pub(super) stop: &'a Stop,
    /// What runners look at before each statement.
    pub(super) halt: &'a Stop,
    /// Whether the first failure ends the run.
    pub(super) fail_fast: bool,
}

/// What came of the steps.
#[derive(Debug)]
pub(super) struct Dispatched {
    pub(super) results: Vec<NodeResult>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) ending: Ending,
}

/// The state of a run; only the thread that called [`dispatch`] has it.
struct Dispatcher<'a> {
    steps: &'a [Step],
    /// [`Steps::edges`]
    edges: &'a [(usize, usize)],
    is_build: bool,
    halting: Halting<'a>,
    scheduler: &'a Scheduler<'a>,
    /// The number under which people know a step, once it has one.
    indexes: Vec<usize>,
    told: usize,
    total: usize,
    /// What is lost by failures that are about to end the run.
    lost: Vec<(usize, UniqueId)>,
    outcome: Dispatched,
    on_event: &'a mut dyn FnMut(Event<'_>),
}

/// Does all steps with the given runners, as many at a time as there are runners.
pub(super) fn dispatch(
    runners: Vec<Box<dyn StepRunner + '_>>,
    steps: &Steps,
    halting: Halting<'_>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Dispatched {
    let mut outcome = Dispatched { results: Vec::new(), problems: Vec::new(), ending: Ending::Completed };
    let Ok(queue) = steps.queue() else {
        let message = "the nodes cannot be ordered: they wait for each other in a circle";
        outcome.problems.push(Diagnostic::error("circular-run", message));
        return outcome;
    };
    let (outbox, messages) = Outbox::new();
    let scheduler = Scheduler::new(queue, &steps.siblings, outbox, halting.fail_fast);
    let mut dispatcher = Dispatcher {
        steps: &steps.list,
        edges: &steps.edges,
        is_build: steps.is_build,
        halting,
        scheduler: &scheduler,
        indexes: vec![0; steps.list.len()],
        told: 0,
        lost: Vec::new(),
        total: steps.list.iter().filter(|step| step.counts).count(),
        outcome,
        on_event,
    };
    let handles: Vec<Arc<dyn Cancel>> = runners.iter().map(|runner| runner.cancel_handle()).collect();
    let is_alone = runners.len() == 1;
    thread::scope(|scope| {
        let mut threads = 0;
        for mut runner in runners {
            let scheduler = &scheduler;
            let thread = thread::Builder::new().name(runner.name().to_owned()).stack_size(STACK);
            let work = move || run_steps(runner.as_mut(), &steps.list, scheduler, is_alone);
            threads += usize::from(thread.spawn_scoped(scope, work).is_ok());
        }
        dispatcher.run(threads, &messages, &handles);
    });
    dispatcher.outcome
}

/// What a runner does until there is nothing left to do. A runner that is alone keeps to the
/// order: what a look has spared it is done in its turn.
fn run_steps(runner: &mut dyn StepRunner, steps: &[Step], scheduler: &Scheduler<'_>, is_alone: bool) {
    while let Some(work) = scheduler.start() {
        let (at, kept) = match work {
            Work::Step(at, kept) => (at, kept),
            Work::Batch(pool) => {
                runner.help(&pool, scheduler);
                continue;
            }
        };
        let mut kept = screened(runner, steps, scheduler, at, kept);
        if is_alone {
            scheduler.give_back(kept.drain(..));
        }
        run_step(runner, steps, scheduler, at);
        for at in kept {
            if scheduler.start_kept(at) {
                run_step(runner, steps, scheduler, at);
            }
        }
    }
}

/// Looks at a step together with those that were kept for it. What the look does not
/// spare is given back, so that other runners share the work.
fn screened(
    runner: &mut dyn StepRunner,
    steps: &[Step],
    scheduler: &Scheduler<'_>,
    at: usize,
    kept: Vec<usize>,
) -> Vec<usize> {
    if kept.is_empty() {
        return kept;
    }
    let together: Vec<&Step> = [at].iter().chain(&kept).filter_map(|at| steps.get(*at)).collect();
    let spared = catch_unwind(AssertUnwindSafe(|| runner.screen(&together))).unwrap_or_default();
    let is_spared = |place: usize| spared.get(place + 1) == Some(&true);
    let (kept, others): (Vec<_>, Vec<_>) =
        kept.into_iter().enumerate().partition(|(place, _)| is_spared(*place));
    if !others.is_empty() {
        scheduler.give_back(others.into_iter().map(|(_, at)| at));
    }
    kept.into_iter().map(|(_, at)| at).collect()
}

/// One step, from its work to the message that it is over.
fn run_step(runner: &mut dyn StepRunner, steps: &[Step], scheduler: &Scheduler<'_>, at: usize) {
    if let Some(step) = steps.get(at) {
        let work = catch_unwind(AssertUnwindSafe(|| runner.work(step, scheduler)));
        let result = work.unwrap_or_else(|_| {
            let message = format!("`{}` ended in a mistake of this program", step.unique_id);
            let problem = Diagnostic::error("internal-error", message);
            NodeResult::error(step.unique_id.clone(), vec![problem.help("please report it")])
        });
        scheduler.finish(at, Box::new(result), step.lets_go);
    }
}

impl Dispatcher<'_> {
    fn run(&mut self, threads: usize, messages: &Receiver<Message>, handles: &[Arc<dyn Cancel>]) {
        if threads == 0 {
            self.abandon("no thread could be started");
        }
        while !self.scheduler.is_done() {
            match messages.recv_timeout(HEARTBEAT) {
                Ok(message) => {
                    self.hear(message);
                    thread::sleep(BREATH);
                    self.hear_all(messages);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            self.look_for_stop(handles);
        }
        self.hear_all(messages);
    }

    /// What has arrived.
    fn hear_all(&mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.try_recv() {
            self.hear(message);
        }
    }

    fn place(&mut self, at: usize) -> Place {
        let index = match self.indexes.get_mut(at) {
            Some(index) if *index == 0 => {
                self.told += 1;
                *index = self.told;
                self.told
            }
            Some(index) => *index,
            None => 0,
        };
        Place { index, total: self.total }
    }

    fn begin(&mut self, at: usize) {
        let Some(step) = self.steps.get(at) else { return };
        if step.counts {
            let place = self.place(at);
            (self.on_event)(Event::NodeStarted { node: step.node, place });
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Started(at) => self.begin(at),
            Message::Over { at, result, lost, is_last } => {
                self.over(at, *result, &lost);
                if is_last && self.outcome.ending == Ending::Completed {
                    self.halt(Ending::FailedFast);
                }
            }
            other => relay(other, self.on_event),
        }
    }

    /// A step is over. What fails keeps back all that is downstream of it.
    fn over(&mut self, at: usize, result: NodeResult, lost: &[usize]) {
        let Some(step) = self.steps.get(at) else { return };
        let failed = result.status.is_failure();
        let (cause, thread) = (result.unique_id.clone(), result.thread_id.clone());
        if step.counts {
            let place = self.place(at);
            (self.on_event)(Event::NodeFinished { node: step.node, place, result: &result });
            self.outcome.results.push(result);
        } else if failed {
            // dbt: what fails without a result of its own does not make a run fail.
            for problem in &result.diagnostics {
                (self.on_event)(Event::Problem { diagnostic: problem });
            }
        }
        if failed && step.counts && self.halting.fail_fast && self.outcome.ending == Ending::Completed {
            self.lost.extend(lost.iter().map(|at| (*at, cause.clone())));
            return;
        }
        for (at, message) in self.behind_ephemeral(at, lost) {
            self.skip(at, message, Detail::SkippedBecause(cause.clone()), &thread);
        }
    }

    /// Steps that are lost with the one at `failed`, with what dbt says of those that are behind
    /// an ephemeral model: of all that are behind one that failed, and in a build of those
    /// for which it was the last to be lost of what they wait for.
    fn behind_ephemeral(&self, failed: usize, lost: &[usize]) -> Vec<(usize, Option<String>)> {
        let order: HashMap<usize, usize> = [failed].iter().chain(lost).copied().zip(0..).collect();
        let last_lost = |at: usize| {
            let start = self.edges.partition_point(|(_, then)| *then < at);
            let behind = self.edges.get(start..).unwrap_or_default();
            let waited_for = behind.iter().take_while(|(_, then)| *then == at).map(|(first, _)| *first);
            waited_for.filter(|first| order.contains_key(first)).max_by_key(|first| order.get(first).copied())
        };
        let said = |at: usize| {
            let cause = if self.is_build { last_lost(at) } else { None };
            let cause = self.steps.get(cause.unwrap_or(failed)).filter(|cause| !cause.counts)?;
            let id = &self.steps.get(at)?.unique_id;
            Some(format!(
                "Compilation Error in {id}, caused by compilation error in referenced ephemeral model {}",
                cause.unique_id
            ))
        };
        lost.iter().map(|at| (*at, said(*at))).collect()
    }

    /// A step that does not start, because of what the thread `thread` did.
    fn skip(&mut self, at: usize, message: Option<String>, detail: Detail, thread: &str) {
        let Some(step) = self.steps.get(at).filter(|step| step.counts) else { return };
        let place = self.place(at);
        let result = NodeResult {
            message,
            detail,
            thread_id: thread.to_owned(),
            ..NodeResult::new(step.unique_id.clone(), Status::Skipped)
        };
        (self.on_event)(Event::NodeSkipped { node: step.node, place, result: &result });
        self.outcome.results.push(result);
    }

    fn look_for_stop(&mut self, handles: &[Arc<dyn Cancel>]) {
        if self.halting.stop.is_requested() && self.outcome.ending == Ending::Completed {
            self.halt(Ending::Cancelled);
        }
        if self.outcome.ending != Ending::Completed {
            // Again at each heartbeat: a runner may have been between two statements.
            for handle in handles {
                handle.cancel();
            }
        }
    }

    /// Ends the run. dbt: all that is left has one reason.
    fn halt(&mut self, because: Ending) {
        self.outcome.ending = because;
        for (at, cause) in std::mem::take(&mut self.lost) {
            let reason = because.reason().to_owned();
            self.skip(at, Some(reason), Detail::SkippedBecause(cause), MAIN_THREAD);
        }
        self.halting.halt.request();
        (self.on_event)(Event::Stopping { because, running: self.scheduler.running() });
        self.abandon(because.reason());
    }

    fn abandon(&mut self, reason: &str) {
        for at in self.scheduler.abandon() {
            self.skip(at, Some(reason.to_owned()), Detail::None, MAIN_THREAD);
        }
    }
}

#[cfg(test)]
mod tests;
