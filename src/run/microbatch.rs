//! Microbatch models: one slice of time after the other.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest};

use super::event::{BatchEnd, Place};
use super::hand::Turn;
use super::result::{Batches, NodeResult, Status};
use crate::compile::{Batch, Failure, Job};
use crate::diagnostics::Diagnostic;
use crate::host::clock;
use crate::materialize::{self, Order, Recipe, Slice, Window};
use crate::project::{Period, moment_text};
use crate::sql::RelationKind;
use crate::template::Value;

/// Builds each slice on its own: inputs with an event time are cut to it, the
/// statement is compiled for it, and it has a transaction of its own. A failure
/// of the first slice ends the model; after a later one the others are built.
pub(super) fn make(turn: &Turn<'_>, recipe: Recipe<'_>, result: &mut NodeResult) -> Result<(), Failure> {
    let work = prepare(turn)?;
    let mut batches = Batches::default();
    let mut problem: Option<Diagnostic> = None;
    // Batches that failed are not counted here.
    result.failures = Some(0);
    for (at, slice) in work.slices.iter().enumerate() {
        let started = clock::instant();
        let tell = |at: usize, slice: &Slice, status, problem| {
            let place = Place { index: at + 1, total: work.slices.len() };
            let (name, elapsed) = (slice.name.clone(), started.elapsed());
            turn.tell_batch(BatchEnd { place, name, status, elapsed, problem });
        };
        match build(turn, recipe, slice, work.adds || at > 0) {
            Ok(()) => {
                batches.successful.push((slice.start, slice.end));
                tell(at, slice, Status::Success, None);
            }
            Err(Failure::Cancelled) => {
                batches.failed.extend(work.slices.iter().skip(at).map(|slice| (slice.start, slice.end)));
                result.batches = Some(batches.and(work.stored));
                return Err(Failure::Cancelled);
            }
            Err(failure) => {
                tell(at, slice, Status::Error, Some(failure.diagnostic().message));
                problem.get_or_insert_with(|| told(&failure, slice));
                batches.failed.push((slice.start, slice.end));
                // What a template began is not the next batch's.
                turn.job.rollback()?;
                if slice.is_first {
                    for (at, slice) in work.slices.iter().enumerate().skip(1) {
                        tell(at, slice, Status::Skipped, None);
                    }
                    batches.failed.extend(work.slices.iter().skip(1).map(|slice| (slice.start, slice.end)));
                    break;
                }
            }
        }
    }
    end(result, batches, work.stored, problem)
}

/// What is to be built.
struct Work {
    slices: Vec<Slice>,
    /// The first slice is added to what is there.
    adds: bool,
    /// What an earlier run has stored.
    stored: Vec<Period>,
}

fn prepare(turn: &Turn<'_>) -> Result<Work, Failure> {
    let order = turn.order("");
    let refuse = |problem: String| order.refuse("invalid-microbatch", problem);
    if let Some(earlier) = turn.laborer.earlier.batches.get(&turn.step.unique_id) {
        let slices = materialize::slices_again(order.config(), &earlier.failed).map_err(refuse)?;
        return Ok(Work { slices, adds: true, stored: earlier.successful.clone() });
    }
    let target = order.target(RelationKind::Table)?;
    let exists = turn.job.existing(&target)?.is_some_and(|old| old.kind == Some(RelationKind::Table));
    let adds = exists && !order.full_refresh();
    let slices = materialize::slices(order.config(), window(turn), adds).map_err(refuse)?;
    Ok(Work { slices, adds, stored: Vec::new() })
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

fn build(turn: &Turn<'_>, recipe: Recipe<'_>, slice: &Slice, adds: bool) -> Result<(), Failure> {
    let batch = Batch {
        id: slice.id.clone(),
        name: slice.name.clone(),
        start: moment_text(slice.start),
        end: moment_text(slice.end),
    };
    let laborer = turn.laborer;
    let listener = Arc::clone(&turn.listener);
    let mut job = Job::new(&laborer.runtime, &laborer.worker, turn.step.node, listener).with_batch(batch);
    if adds {
        job = job.with("is_incremental", constant(true)).with("should_full_refresh", constant(false));
    }
    let compiled = job.compile()?;
    let order = Order { slice: Some(slice), ..turn.order(&compiled.sql) };
    materialize::make(&order, &mut turn.desk_of(&job), recipe)?;
    Ok(())
}

/// A macro's replacement that always gives the same.
fn constant(value: bool) -> Value {
    Value::from_function(move |_: Rest<Value>, _: Kwargs| value)
}

/// dbt: a sample goes before the flags of batches.
fn window(turn: &Turn<'_>) -> Window {
    let project = &turn.laborer.runtime.parts.project;
    let asked = project.flags.sample().or_else(|| project.flags.event_time());
    let began = turn.laborer.earlier.began;
    Window {
        start: asked.map(|(start, _)| start),
        end: asked.map(|(_, end)| end),
        now: began.unwrap_or(project.invocation.started_at),
    }
}
