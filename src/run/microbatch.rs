//! Microbatch models: one slice of time after the other.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest};

use super::hand::Turn;
use crate::compile::{Batch, Failure, Job};
use crate::materialize::{self, Made, Order, Recipe, Slice, Window};
use crate::sql::RelationKind;
use crate::template::Value;

/// How filters on the event time write a moment.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S+00:00";

/// Builds each slice on its own: inputs with an event time are cut to it, the
/// statement is compiled for it, and it has a transaction of its own. A failure
/// of the first slice ends the model; after a later one the others are built.
pub(super) fn make(turn: &Turn<'_>, recipe: Recipe<'_>) -> Result<Made, Failure> {
    let order = turn.order("");
    let target = order.target(RelationKind::Table)?;
    let exists = turn.job.existing(&target)?.is_some_and(|old| old.kind == Some(RelationKind::Table));
    let slices = materialize::slices(order.config(), window(turn), exists && !order.full_refresh())
        .map_err(|problem| order.refuse("invalid-microbatch", problem))?;
    let mut adds = exists && !order.full_refresh();
    let mut last = Made::default();
    let mut failures: Vec<(&Slice, Failure)> = Vec::new();
    for slice in &slices {
        match build(turn, recipe, slice, adds) {
            Ok(made) => last = made,
            Err(Failure::Cancelled) => return Err(Failure::Cancelled),
            Err(failure) => {
                failures.push((slice, failure));
                if slice.is_first {
                    break;
                }
            }
        }
        adds = true;
    }
    if let Some((slice, failure)) = failures.first() {
        let (failed, total) = (failures.len(), slices.len());
        let mut problem = failure.diagnostic();
        problem.notes.push(format!("it happened in the batch `{}`", slice.id));
        if slice.is_first {
            problem.notes.push(format!("it is the first of {total}: none was built"));
        } else {
            problem.notes.push(format!("{} of {total} batches were built, {failed} failed", total - failed));
        }
        return Err(problem.into());
    }
    let batches = if slices.len() == 1 { "batch" } else { "batches" };
    last.response.message = format!("{} {batches}", slices.len());
    Ok(last)
}

fn build(turn: &Turn<'_>, recipe: Recipe<'_>, slice: &Slice, adds: bool) -> Result<Made, Failure> {
    let batch = Batch {
        id: slice.id.clone(),
        start: slice.start.format(MOMENT).to_string(),
        end: slice.end.format(MOMENT).to_string(),
    };
    let laborer = turn.laborer;
    let listener = Arc::clone(&turn.listener);
    let mut job = Job::new(&laborer.runtime, &laborer.worker, turn.step.node, listener).with_batch(batch);
    if adds {
        job = job.with("is_incremental", constant(true)).with("should_full_refresh", constant(false));
    }
    let compiled = job.compile()?;
    let order = Order { slice: Some(slice), ..turn.order(&compiled.sql) };
    materialize::make(&order, &mut turn.desk_of(&job), recipe)
}

/// A macro's replacement that always gives the same.
fn constant(value: bool) -> Value {
    Value::from_function(move |_: Rest<Value>, _: Kwargs| value)
}

fn window(turn: &Turn<'_>) -> Window {
    let project = &turn.laborer.runtime.parts.project;
    let flag = |name: &str| project.flags.text(name).and_then(materialize::moment);
    Window {
        start: flag("event_time_start"),
        end: flag("event_time_end"),
        now: project.invocation.started_at,
    }
}
