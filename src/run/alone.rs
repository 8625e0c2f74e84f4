//! What is run without a node: a macro from the command line, a query.

use std::sync::Arc;

use super::background::{connected, in_background};
use super::dispatch::{Dispatched, Halting, Outbox};
use super::event::Event;
use super::execute::finish;
use super::failing::fail;
use super::job_listener::JobListener;
use super::node_runner::{response_json, timed};
use super::plan::{Mode, Stop};
use super::result::{Compiled, Detail, Ending, NodeResult, RunOutcome, Status};
use super::steps::Action;
use crate::compile::{Failure, Job, Runtime, Worker};
use crate::diagnostics::Diagnostic;
use crate::host::clock;
use crate::host::timings::Phase;
use crate::manifest::UniqueId;
use crate::template::{MacroInfo, Text, Value, text};

/// What is run without a node.
#[derive(Debug, Clone)]
pub enum Alone<'a> {
    /// `run-operation`: a macro with keyword arguments. dbt: it runs outside of
    /// a transaction unless it begins one; what it began is not committed.
    Operation {
        /// The macro.
        info: &'a MacroInfo,
        /// Its arguments.
        arguments: &'a [(&'a str, Value)],
    },
    /// `compile --inline` and `show --inline`.
    Query {
        /// The template.
        text: &'a Text,
        /// [`Mode::Show`] to fetch its rows; else it is compiled only.
        mode: Mode,
    },
    /// `run-operation --sql`: a statement whose rows are dropped. dbt: it runs in a
    /// transaction, and is kept where it commits.
    Statement {
        /// The template.
        text: &'a Text,
    },
    /// A macro that is asked for what it returns: see [`Detail::Returned`].
    Question {
        /// The macro's name; a project's own macro hides a built-in one.
        name: &'a str,
        /// Its arguments.
        arguments: &'a [Value],
    },
}

/// Runs it. The outcome has one result.
pub fn execute_alone(
    runtime: &Arc<Runtime>,
    alone: &Alone<'_>,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> RunOutcome {
    let started = clock::instant();
    let mut outcome = Dispatched { results: Vec::new(), problems: Vec::new(), ending: Ending::Completed };
    match connected(runtime, "MainThread".to_owned(), stop) {
        Ok(worker) => {
            let halt = Stop::new();
            let halting = Halting { stop, halt: &halt, fail_fast: false };
            let work = |outbox: Outbox| {
                let thread = worker.name().into();
                let listener = Arc::new(JobListener { outbox, node: None, thread, halt: halt.clone() });
                let job = alone.job(runtime, &worker, listener);
                runtime.timings().during(Phase::Render, || run(&job, alone))
            };
            match in_background(&worker.cancel_handle(), halting, on_event, work) {
                Ok(result) => outcome.results.push(result),
                Err(problem) => outcome.problems.push(problem),
            }
        }
        Err(Failure::Cancelled) => {}
        // dbt: `run-operation` tells of it as of what it runs.
        Err(failure) => match alone {
            Alone::Operation { .. } | Alone::Statement { .. } => {
                let result = NodeResult::error(alone.unique_id(runtime), vec![failure.diagnostic()]);
                outcome.results.push(NodeResult { failures: Some(1), ..result });
            }
            _ => outcome.problems.push(failure.diagnostic()),
        },
    }
    outcome.problems.extend(runtime.finish_writing());
    if stop.is_requested() {
        outcome.ending = Ending::Cancelled;
    }
    for diagnostic in &outcome.problems {
        on_event(Event::Problem { diagnostic });
    }
    finish(outcome, (runtime, started), on_event)
}

impl Alone<'_> {
    fn job(&self, runtime: &Arc<Runtime>, worker: &Worker, listener: Arc<JobListener>) -> Job {
        match self {
            Self::Operation { info, .. } => Job::operation(runtime, worker, &info.unique_id, listener),
            Self::Question { name, .. } => {
                Job::operation(runtime, worker, &format!("macro.dbt.{name}"), listener)
            }
            Self::Query { text, .. } | Self::Statement { text } => {
                Job::inline(runtime, worker, (*text).clone(), listener)
            }
        }
    }

    fn unique_id(&self, runtime: &Runtime) -> UniqueId {
        match self {
            Self::Operation { info, .. } => UniqueId(info.unique_id.as_str().into()),
            Self::Question { name, .. } => UniqueId(format!("macro.dbt.{name}").into()),
            Self::Query { .. } | Self::Statement { .. } => {
                let package = &runtime.parts.project.root_package().name;
                UniqueId(format!("sql_operation.{package}.inline_query").into())
            }
        }
    }
}

fn run(job: &Job, alone: &Alone<'_>) -> NodeResult {
    let started = clock::instant();
    let mut result = NodeResult::new(alone.unique_id(job.runtime()), Status::Success);
    "MainThread".clone_into(&mut result.thread_id);
    let done = match alone {
        Alone::Operation { info, arguments } => {
            result.failures = Some(0);
            timed("compile", &mut result.timing, || ());
            timed("execute", &mut result.timing, || {
                let returned = job.call_macro(info, &[], arguments).map(drop);
                // Whatever is still open belongs to nobody.
                returned.and(job.rollback())
            })
        }
        Alone::Query { mode, .. } => query(job, *mode, &mut result),
        Alone::Statement { .. } => statement(job, &mut result),
        Alone::Question { name, arguments } => timed("execute", &mut result.timing, || {
            result.detail = Detail::Returned(job.call(name, arguments, &[])?);
            job.rollback()
        }),
    };
    if let Err(failure) = done {
        fail(&mut result, &failure, Action::Compile, job);
        result.failures = result.failures.map(|_| 1);
        if matches!(alone, Alone::Query { .. }) {
            let title = job.runtime().adapter().capabilities().refusal_title;
            let said = |it: Diagnostic| match it.code {
                "database-error" => it.known_as(title),
                _ => it.known_as("Error parsing inline query"),
            };
            result.diagnostics = std::mem::take(&mut result.diagnostics).into_iter().map(said).collect();
        }
        let _ = job.rollback();
    }
    result.execution_time = started.elapsed();
    result
}

fn statement(job: &Job, result: &mut NodeResult) -> Result<(), Failure> {
    result.failures = Some(0);
    let compiled = timed("compile", &mut result.timing, || job.compile())?;
    let run = || {
        job.begin()?;
        let response = job.execute(&compiled.sql)?;
        // Whatever is still open belongs to nobody.
        job.rollback().map(|()| response)
    };
    let response = timed("execute", &mut result.timing, run)?;
    result.adapter_response = response_json(&response);
    Ok(())
}

fn query(job: &Job, mode: Mode, result: &mut NodeResult) -> Result<(), Failure> {
    let compiled = timed("compile", &mut result.timing, || job.compile())?;
    result.compiled = Some(Compiled::new(&compiled, None));
    let Mode::Show { limit } = mode else { return Ok(()) };
    let fetched = timed("execute", &mut result.timing, || {
        let args = [Value::from(compiled.sql.as_str()), Value::from(()), Value::from(limit)];
        let sql = job.call("get_show_sql", &args, &[])?;
        let sql = text(&sql);
        let (_, rows) = job.query(&sql, limit)?;
        Ok::<_, Failure>((sql, rows))
    });
    let (sql, rows) = fetched?;
    result.sent(&sql);
    result.detail = Detail::Preview(rows);
    Ok(())
}
