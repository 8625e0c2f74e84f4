//! A whole run, from the first connection to the last hook.
//!
//! 1. One session for the run itself, and one for each [`NodeRunner`].
//! 2. Databases are checked, and schemas that are missing created.
//! 3. `on-run-start` hooks; if one fails and the project's flag
//!    `skip_nodes_if_on_run_start_fails` is on, all nodes are skipped.
//! 4. The nodes: see [`super::dispatch`].
//! 5. `on-run-end` hooks, also after failures, but not after an interruption.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use super::background::{connected, in_background};
use super::dispatch::{Dispatched, Halting, Outbox, StepRunner, dispatch};
use super::event::{Event, Place};
use super::job_listener::JobListener;
use super::node_runner::{self, NodeRunner, is_microbatch};
use super::plan::{Mode, Plan, Stop};
use super::precompiler::Precompiler;
use super::result::{Ending, NodeResult, RunOutcome, Status};
use super::siblings::siblings;
use super::steps::{Steps, steps};
use super::{hooks, schemas};
use crate::compile::{Failure, Job, Runtime, Worker};
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::host::clock;
use crate::host::timings::Phase;
use crate::manifest::HookMoment;
use crate::materialize::{self, Flags};

/// Why nodes are skipped after a failed `on-run-start`.
const START_FAILED: &str = "an `on-run-start` hook failed";

/// Does what a plan says. Failures are part of the outcome.
pub fn execute(
    runtime: &Arc<Runtime>,
    graph: &Graph,
    plan: &Plan,
    on_event: &mut dyn FnMut(Event<'_>),
) -> RunOutcome {
    let mut steps = runtime.timings().during(Phase::Resolve, || steps(&runtime.parts.manifest, graph, plan));
    let own_tests = node_runner::materializer(runtime, materialize::TEST).is_some();
    if plan.combined_tests && runtime.adapter().capabilities().combined_tests && !own_tests {
        steps.siblings = siblings(&runtime.parts.manifest, &steps.list);
    }
    let halt = Stop::new();
    let mut run = Run {
        runtime,
        plan,
        steps: &steps,
        halting: Halting { stop: &plan.stop, halt: &halt, fail_fast: plan.fail_fast },
        flags: flags(runtime, plan),
        on_event,
        outcome: Dispatched { results: Vec::new(), problems: Vec::new(), ending: Ending::Completed },
    };
    let started = clock::instant();
    run.all();
    run.finish_writing();
    let outcome = run.outcome;
    finish(outcome, (runtime, started), on_event)
}

/// The outcome, told as the last event.
pub(super) fn finish(
    outcome: Dispatched,
    (runtime, started): (&Runtime, Instant),
    on_event: &mut dyn FnMut(Event<'_>),
) -> RunOutcome {
    let Dispatched { results, problems, ending } = outcome;
    let elapsed = started.elapsed();
    runtime.timings().add(Phase::Run, elapsed);
    let outcome = RunOutcome { results, elapsed, generated_at: clock::now(), ending, problems };
    on_event(Event::RunFinished { summary: outcome.summary(), elapsed, ending });
    outcome
}

fn flags(runtime: &Runtime, plan: &Plan) -> Flags {
    let given = &runtime.parts.project.flags;
    Flags {
        full_refresh: given.is_on("full_refresh"),
        store_failures: given.is_on("store_failures"),
        warn_error: plan.warn_error,
    }
}

/// `source freshness` runs no hooks, as a flag of the project says.
fn without_hooks() -> Diagnostic {
    let message = "`source freshness` leaves out the project's hooks";
    Diagnostic::warning("freshness-without-hooks", message)
        .known_as(
            "In a future version of dbt, the `source freshness` command will start running `on-run-start` and \
             `on-run-end` hooks by default. For more information: \
             https://docs.getdbt.com/reference/global-configs/legacy-behaviors",
        )
        .help("take `source_freshness_run_project_hooks: false` out of the project's flags")
}

struct Run<'a> {
    runtime: &'a Arc<Runtime>,
    plan: &'a Plan,
    steps: &'a Steps,
    halting: Halting<'a>,
    flags: Flags,
    on_event: &'a mut dyn FnMut(Event<'_>),
    outcome: Dispatched,
}

impl Run<'_> {
    fn all(&mut self) {
        let total = self.steps.list.iter().filter(|step| step.counts).count();
        let target = &self.runtime.parts.project.profile.target_name;
        (self.on_event)(Event::RunStarted { total, threads: self.plan.threads, target });
        if self.steps.list.is_empty() {
            return;
        }
        let precompiler = Arc::new(Precompiler::new(self.runtime, self.steps, self.flags));
        let (main, runners) = match self.connect(&precompiler) {
            Ok(workers) => workers,
            Err(failure) => return self.give_up(&failure),
        };
        if let Err(failure) = schemas::check_databases(self.runtime, &self.steps.list) {
            return self.give_up(&failure);
        }
        if self.plan.mode.creates_schemas()
            && let Err(failure) = self.create_schemas(&main)
        {
            return self.give_up(&failure);
        }
        let mut moments = [HookMoment::Start, HookMoment::End].into_iter();
        if self.leaves_hooks_out() && moments.any(|moment| !hooks::hooks_of(self.runtime, moment).is_empty())
        {
            (self.on_event)(Event::Warning { diagnostic: &without_hooks() });
        }
        if !self.run_hooks(&main, HookMoment::Start, self.halting) {
            self.outcome.results.clear();
            self.outcome.ending = Ending::NotBegun;
            return;
        }
        if self.halting.stop.is_requested() {
            self.outcome.ending = Ending::Cancelled;
        }
        if self.outcome.ending == Ending::Cancelled {
            self.skip_all(Ending::Cancelled.reason());
        } else if self.skips_after_hooks() && self.outcome.results.iter().any(|hook| hook.status.is_failure())
        {
            self.skip_all(START_FAILED);
        } else {
            let runners = runners.into_iter().map(|runner| Box::new(runner) as Box<dyn StepRunner>).collect();
            let done = precompiler.during(|| dispatch(runners, self.steps, self.halting, self.on_event));
            self.outcome.results.extend(done.results);
            self.outcome.problems.extend(done.problems);
            self.outcome.ending = done.ending;
        }
        if self.outcome.ending != Ending::Cancelled {
            // The first failure has halted the nodes; what ends the run still runs.
            let halt = Stop::new();
            let halting = Halting { halt: &halt, ..self.halting };
            self.run_hooks(&main, HookMoment::End, halting);
        }
    }

    fn skips_after_hooks(&self) -> bool {
        self.runtime.parts.project.flags.is_on("skip_nodes_if_on_run_start_fails")
    }

    fn finish_writing(&mut self) {
        if let Some(problem) = self.runtime.finish_writing() {
            (self.on_event)(Event::Problem { diagnostic: &problem });
            self.outcome.problems.push(problem);
        }
    }

    /// The session of the run itself, and those of the runners.
    fn connect(&self, precompiler: &Arc<Precompiler>) -> Result<(Worker, Vec<NodeRunner>), Failure> {
        let connect = |name: String| connected(self.runtime, name, self.halting.stop);
        let main = connect("MainThread".to_owned())?;
        let width = self.plan.threads.clamp(1, self.most());
        let runner = |at: usize| {
            Ok(NodeRunner {
                runtime: Arc::clone(self.runtime),
                precompiler: Arc::clone(precompiler),
                worker: connect(format!("Thread-{at} (worker)"))?,
                screened: HashMap::new(),
                looked_at: HashSet::new(),
                mode: self.plan.mode,
                flags: self.flags,
                halt: self.halting.halt.clone(),
                earlier: Arc::clone(&self.plan.earlier),
            })
        };
        let runners: Result<Vec<NodeRunner>, Failure> = (1..=width).map(runner).collect();
        Ok((main, runners?))
    }

    /// How many runners find something to do: batches are shared.
    fn most(&self) -> usize {
        let runtime = self.runtime;
        let nodes = self.steps.list.iter().filter_map(|step| runtime.node(step.node));
        let shares = runtime.adapter().capabilities().concurrent_batches && { nodes }.any(is_microbatch);
        if shares { usize::MAX } else { self.steps.list.len() }
    }

    fn create_schemas(&mut self, main: &Worker) -> Result<(), Failure> {
        let wanted = schemas::wanted(self.runtime, &self.steps.list, self.flags);
        if wanted.is_empty() {
            return Ok(());
        }
        let started = clock::instant();
        let halt = self.halting.halt.clone();
        let work = |outbox: Outbox| {
            let listener = Arc::new(JobListener { outbox, node: None, thread: main.name().into(), halt });
            let job = Job::operation(self.runtime, main, "macro.dbt.create_schema", listener);
            let created = schemas::create(&job, wanted)?;
            job.learn_dependents()?;
            Ok::<_, Failure>(created)
        };
        let created = in_background(&main.cancel_handle(), self.halting, self.on_event, work)??;
        let dialect = self.runtime.adapter().dialect();
        for schema in created {
            let schema = schema.render(dialect);
            (self.on_event)(Event::SchemaCreated { schema: &schema, elapsed: started.elapsed() });
        }
        Ok(())
    }

    /// Whether only a flag of the project keeps its hooks from running.
    fn leaves_hooks_out(&self) -> bool {
        let flags = &self.runtime.parts.project.flags;
        self.plan.mode == Mode::Freshness && !flags.is_on("source_freshness_run_project_hooks")
    }

    /// Runs the hooks of a moment; whether all could be rendered. dbt: a failing statement of a
    /// hook is a result, while one whose template fails ends the run without one.
    fn run_hooks(&mut self, main: &Worker, moment: HookMoment, halting: Halting<'_>) -> bool {
        if !self.plan.mode.runs_hooks() || self.leaves_hooks_out() {
            return true;
        }
        let hooks = hooks::hooks_of(self.runtime, moment);
        let extra = match moment {
            HookMoment::End if !hooks.is_empty() => hooks::end_members(self.runtime, &self.outcome.results),
            HookMoment::Start | HookMoment::End => Vec::new(),
        };
        let mut results = hooks::run_hooks(self.runtime, main, &hooks, &extra, halting, self.on_event);
        let broken = results.iter().position(hooks::is_broken);
        for result in results.drain(broken.unwrap_or(results.len())..) {
            self.outcome.problems.extend(result.diagnostics);
        }
        self.outcome.results.extend(results);
        broken.is_none()
    }

    /// The run cannot begin.
    fn give_up(&mut self, failure: &Failure) {
        if matches!(failure, Failure::Cancelled) {
            self.outcome.ending = Ending::Cancelled;
            return self.skip_all(Ending::Cancelled.reason());
        }
        let problem: Diagnostic = failure.diagnostic();
        (self.on_event)(Event::Problem { diagnostic: &problem });
        self.outcome.problems.push(problem);
        self.outcome.ending = Ending::NotBegun;
    }

    fn skip_all(&mut self, reason: &str) {
        let counted: Vec<_> = self.steps.list.iter().filter(|step| step.counts).collect();
        for (at, step) in counted.iter().enumerate() {
            let place = Place { index: at + 1, total: counted.len() };
            let result = NodeResult {
                message: Some(reason.to_owned()),
                ..NodeResult::new(step.unique_id.clone(), Status::Skipped)
            };
            (self.on_event)(Event::NodeSkipped { node: step.node, place, result: &result });
            self.outcome.results.push(result);
        }
    }
}
