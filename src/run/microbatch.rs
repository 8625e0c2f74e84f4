//! Microbatch models: built by slices of time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use minijinja::value::{Kwargs, Rest};
use serde_json::Value as Json;

use super::batch_pool::{BatchPool, Part};
use super::built_in;
use super::event::{BatchEnd, Place};
use super::node_runner::Turn;
use super::result::{Batches, NodeResult, Status};
use crate::compile::{Batch, Failure, Job};
use crate::diagnostics::Diagnostic;
use crate::host::clock;
use crate::materialize::{self, Materializer, Order, Slice, Window};
use crate::project::Period;
use crate::sql::RelationKind;
use crate::template::{Value, names};

/// Builds each slice on its own: inputs with an event time are cut to it, the
/// statement is compiled for it, and it has a transaction of its own. A failure
/// of the first slice ends the model; after a later one the others are built.
/// Those between the first and the last may be built side by side.
pub(super) fn make(
    turn: &Turn<'_>,
    materializer: Materializer<'_>,
    result: &mut NodeResult,
) -> Result<(), Failure> {
    let work = prepare(turn)?;
    // Batches that failed are not counted here.
    result.failures = Some(0);
    let ends = build_all(turn, materializer, &work);
    let mut batches = Batches::default();
    let mut problem: Option<Diagnostic> = None;
    for (at, Part { slice, .. }) in work.parts.iter().enumerate() {
        let end = ends.get(at);
        let is_built = matches!(end, Some(Ok(())));
        let list = if is_built { &mut batches.successful } else { &mut batches.failed };
        list.push((slice.start, slice.end));
        if let Some(Err(failure)) = end {
            problem.get_or_insert_with(|| told(failure, slice));
        }
    }
    if ends.iter().any(is_cancelled) {
        result.batches = Some(batches.and(work.stored));
        return Err(Failure::Cancelled);
    }
    end(result, batches, work.stored, problem)
}

/// Builds batches of another runner's model while there is nothing else to do.
pub(super) fn help(turn: &Turn<'_>, pool: &BatchPool) {
    pool.build_one(|part| attempt(turn, pool.materializer(), part, true));
}

/// What came of the batches, as far as they were tried.
fn build_all(turn: &Turn<'_>, materializer: Materializer<'_>, work: &Work) -> Vec<Result<(), Failure>> {
    let Some((first, others)) = work.parts.split_first() else { return Vec::new() };
    let mut ends = vec![attempt(turn, materializer, first, work.adds)];
    if let [Err(failure)] = ends.as_slice() {
        for part in others.iter().filter(|_| !matches!(failure, Failure::Cancelled)) {
            tell(turn, part, (Status::Skipped, None), Duration::ZERO);
        }
        return ends;
    }
    let Some((last, middle)) = others.split_last() else { return ends };
    if middle.len() > 1 && is_side_by_side(turn) {
        let pool = Arc::new(BatchPool::new(turn.step, materializer, middle));
        turn.scheduler.share(&pool);
        while pool.build_one(|part| attempt(turn, materializer, part, true)) {}
        turn.scheduler.take_back(&pool);
        ends.extend(pool.ends());
    }
    for part in middle.iter().chain([last]).skip(ends.len() - 1) {
        if ends.last().is_some_and(is_cancelled) {
            break;
        }
        ends.push(attempt(turn, materializer, part, true));
    }
    ends
}

/// Whether batches may be built side by side: where the engine can, unless the model
/// says otherwise or, saying nothing, speaks of the table that they go to.
fn is_side_by_side(turn: &Turn<'_>) -> bool {
    let order = turn.order("");
    let speaks_of_itself = || turn.node.kind.body().is_some_and(|body| names(&body.text, "this"));
    order.capabilities.concurrent_batches
        && !turn.node.is_python_model()
        && match order.config().get("concurrent_batches") {
            Some(Json::Bool(wanted)) => *wanted,
            _ => !speaks_of_itself(),
        }
}

fn is_cancelled(end: &Result<(), Failure>) -> bool {
    matches!(end, Err(Failure::Cancelled))
}

/// Builds a batch and tells what came of it. A mistake of ours is its error, since others
/// wait for its end.
fn attempt(turn: &Turn<'_>, materializer: Materializer<'_>, part: &Part, adds: bool) -> Result<(), Failure> {
    let started = clock::instant();
    let work = AssertUnwindSafe(|| build(turn, materializer, &part.slice, adds));
    let built = catch_unwind(work).unwrap_or_else(|_| {
        let message = "the batch ended in a mistake of this program";
        Err(Diagnostic::error("internal-error", message).help("please report it").into())
    });
    match &built {
        Ok(()) => tell(turn, part, (Status::Success, None), started.elapsed()),
        Err(Failure::Cancelled) => {}
        Err(failure) => {
            let problem = failure.diagnostic().message;
            tell(turn, part, (Status::Error, Some(problem)), started.elapsed());
            // What a template began is not the next batch's. The first error is the one to tell.
            let _ = turn.job.rollback();
        }
    }
    built
}

fn tell(turn: &Turn<'_>, part: &Part, (status, problem): (Status, Option<String>), elapsed: Duration) {
    let (place, name) = (part.place, part.slice.name.clone());
    turn.tell_batch(BatchEnd { place, name, status, elapsed, problem });
}

/// What is to be built.
struct Work {
    parts: Vec<Part>,
    /// The first slice is added to what is there.
    adds: bool,
    /// What an earlier run has stored.
    stored: Vec<Period>,
}

impl Work {
    fn new(slices: Vec<Slice>, adds: bool, stored: Vec<Period>) -> Self {
        let total = slices.len();
        let part = |(at, slice)| Part { place: Place { index: at + 1, total }, slice };
        Self { parts: slices.into_iter().enumerate().map(part).collect(), adds, stored }
    }
}

fn prepare(turn: &Turn<'_>) -> Result<Work, Failure> {
    let order = turn.order("");
    let refuse = |problem: String| order.refuse("invalid-microbatch", problem);
    if let Some(earlier) = turn.runner.earlier.batches.get(&turn.step.unique_id) {
        let slices = materialize::slices_again(order.config(), &earlier.failed).map_err(refuse)?;
        return Ok(Work::new(slices, true, earlier.successful.clone()));
    }
    let target = order.target(RelationKind::Table)?;
    let exists = turn.job.existing(&target)?.is_some_and(|old| old.kind == Some(RelationKind::Table));
    let adds = exists && !order.full_refresh();
    let slices = materialize::slices(order.config(), window(turn), adds).map_err(refuse)?;
    Ok(Work::new(slices, adds, Vec::new()))
}

impl Batches {
    /// The same, with what an earlier run has stored.
    fn and(mut self, stored: Vec<Period>) -> Self {
        self.successful.extend(stored);
        self
    }
}

fn told(failure: &Failure, slice: &Slice) -> Diagnostic {
    failure.diagnostic().note(format!("it happened in the batch `{}`", slice.name))
}

/// What came of all batches. dbt: those that an earlier run stored do not count
/// for the status, but are told.
fn end(
    result: &mut NodeResult,
    batches: Batches,
    stored: Vec<Period>,
    problem: Option<Diagnostic>,
) -> Result<(), Failure> {
    let (good, bad) = (batches.successful.len(), batches.failed.len());
    let total = good + bad;
    result.batches = Some(batches.and(stored));
    let Some(problem) = problem else {
        result.message = Some("SUCCESS".to_owned());
        return Ok(());
    };
    if good == 0 {
        return Err(problem.note(format!("it is the first of {total}: none was built")).into());
    }
    result.status = Status::PartialSuccess;
    result.message = Some(format!("PARTIAL SUCCESS ({good}/{total})"));
    let counts = format!("{good} of {total} batches were built, {bad} failed");
    result.diagnostics = vec![problem.note(counts).help("`retry` builds only those that failed")];
    Ok(())
}

fn build(turn: &Turn<'_>, materializer: Materializer<'_>, slice: &Slice, adds: bool) -> Result<(), Failure> {
    let batch = Batch { id: slice.id.clone(), name: slice.name.clone(), start: slice.start, end: slice.end };
    let runner = turn.runner;
    let listener = Arc::clone(&turn.listener);
    let mut job = Job::new(&runner.runtime, &runner.worker, turn.step.node, listener).with_batch(batch);
    if adds {
        job = job.with("is_incremental", constant(true)).with("should_full_refresh", constant(false));
    }
    let compiled = job.compile()?;
    if let Materializer::Macro(_) = materializer {
        built_in::offer(turn, &job, &compiled.sql, Some(slice));
    }
    let order = Order { slice: Some(slice), ..turn.order(&compiled.sql) };
    materialize::make(&order, &mut turn.executor_of(&job), materializer)?;
    Ok(())
}

/// A macro's replacement that always gives the same.
fn constant(value: bool) -> Value {
    Value::from_function(move |_: Rest<Value>, _: Kwargs| value)
}

/// dbt: a sample goes before the flags of batches.
fn window(turn: &Turn<'_>) -> Window {
    let project = &turn.runner.runtime.parts.project;
    let asked = project.flags.sample().or_else(|| project.flags.event_time());
    let began = turn.runner.earlier.began;
    Window {
        start: asked.map(|(start, _)| start),
        end: asked.map(|(_, end)| end),
        now: began.unwrap_or(project.invocation.started_at),
    }
}
