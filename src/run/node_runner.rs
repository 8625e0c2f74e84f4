//! One session at work: a node is compiled, then built, tested or measured.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::batch_pool::BatchPool;
use super::dispatch::{Message, StepRunner};
use super::event::BatchEnd;
use super::failing::fail;
use super::job_executor::JobExecutor;
use super::job_listener::JobListener;
use super::plan::{Earlier, Mode, Stop};
use super::precompiler::{Precompiled, Precompiler};
use super::result::{Compiled, Detail, Freshness, NodeResult, Status, Timing};
use super::scheduler::Scheduler;
use super::steps::{Action, Step};
use super::{built_in, latest_version_pointer, microbatch};
use crate::adapter::{Cancel, Response};
use crate::compile::{self, Failure, Job, Listener, Runtime, Worker};
use crate::diagnostics::Diagnostic;
use crate::host::clock;
use crate::host::timings::Phase;
use crate::manifest::{Node, NodeId, NodeKind, foreign_key_target};
use crate::materialize::{
    self, Cloning, Flags, Materialized, Materializer, Measured, Order, Screened, Staleness, TestResult,
    TestStatus,
};

/// A worker and what it works by.
pub(super) struct NodeRunner {
    pub(super) runtime: Arc<Runtime>,
    pub(super) precompiler: Arc<Precompiler>,
    pub(super) worker: Worker,
    /// Tests that a look has spared, until their turn.
    pub(super) screened: HashMap<NodeId, Screened>,
    /// Tests that were looked at: once is enough.
    pub(super) looked_at: HashSet<NodeId>,
    pub(super) mode: Mode,
    pub(super) flags: Flags,
    pub(super) halt: Stop,
    pub(super) earlier: Arc<Earlier>,
}

impl StepRunner for NodeRunner {
    fn work(&mut self, step: &Step, scheduler: &Scheduler<'_>) -> NodeResult {
        let started = clock::instant();
        let mut result = NodeResult::new(step.unique_id.clone(), Status::Success);
        self.worker.name().clone_into(&mut result.thread_id);
        let known =
            Known { screened: self.screened.remove(&step.node), prepared: self.precompiler.take(step.node) };
        self.turn(step, known, scheduler, |turn| {
            let taken = self.runtime.timings().during(Phase::Render, || turn.take(&mut result));
            if let Err(failure) = taken {
                // The first error is the one to tell.
                let _ = turn.job.rollback();
                fail(&mut result, &failure, step.action, turn.job);
            }
            result.is_written = turn.job.is_written();
        });
        result.execution_time = started.elapsed();
        result
    }

    fn help(&mut self, pool: &BatchPool, scheduler: &Scheduler<'_>) {
        self.turn(&pool.step, Known::default(), scheduler, |turn| {
            self.runtime.timings().during(Phase::Render, || microbatch::help(turn, pool));
        });
    }

    fn screen(&mut self, steps: &[&Step]) -> Vec<bool> {
        let fresh: Vec<&Step> =
            steps.iter().copied().filter(|step| self.looked_at.insert(step.node)).collect();
        if fresh.len() > 1 {
            self.look_at(&fresh);
        }
        steps.iter().map(|step| self.screened.contains_key(&step.node)).collect()
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        self.worker.cancel_handle()
    }

    fn name(&self) -> &str {
        self.worker.name()
    }
}

impl NodeRunner {
    fn look_at(&mut self, steps: &[&Step]) {
        let compiled: Vec<_> = steps.iter().map(|step| self.precompiler.look(step.node)).collect();
        let texts: Vec<&str> =
            compiled.iter().map(|found| found.as_ref().map_or("", |found| found.sql.as_str())).collect();
        let screened = materialize::screen(&texts, |query| {
            self.runtime.timings().during(Phase::Execute, || self.worker.look(query))
        });
        let found = steps.iter().zip(screened);
        self.screened.extend(found.filter_map(|(step, screened)| Some((step.node, screened?))));
    }

    fn turn(&self, step: &Step, known: Known, scheduler: &Scheduler<'_>, work: impl FnOnce(&Turn<'_>)) {
        let Some(node) = self.runtime.node(step.node) else { return };
        let listener: Arc<dyn Listener> = Arc::new(JobListener {
            outbox: scheduler.outbox().clone(),
            node: Some(step.unique_id.clone()),
            thread: self.worker.name().into(),
            halt: self.halt.clone(),
        });
        let job = Job::new(&self.runtime, &self.worker, step.node, Arc::clone(&listener));
        work(&Turn { runner: self, step, node, job: &job, known, listener, scheduler });
        // What a template began, and did not end, is not the next node's.
        let _ = job.rollback();
    }
}

/// What was found out of a node before its turn.
#[derive(Default)]
struct Known {
    /// What a look together with others told of a test.
    screened: Option<Screened>,
    /// What was compiled ahead.
    prepared: Option<Precompiled>,
}

/// One node's turn.
pub(super) struct Turn<'a> {
    pub(super) runner: &'a NodeRunner,
    pub(super) step: &'a Step,
    pub(super) node: &'a Node,
    pub(super) job: &'a Job,
    known: Known,
    pub(super) listener: Arc<dyn Listener>,
    pub(super) scheduler: &'a Scheduler<'a>,
}

impl Turn<'_> {
    fn take(&self, result: &mut NodeResult) -> Result<(), Failure> {
        if self.step.action == Action::Nothing {
            result.status = Status::NoOp;
            result.message = Some("NO-OP".to_owned());
            result.failures = Some(0);
            // dbt: what is not done took no time.
            return ["compile", "execute"]
                .into_iter()
                .try_for_each(|phase| timed(phase, &mut result.timing, || Ok(())));
        }
        // The batches of a microbatch model are compiled one by one.
        let is_late = matches!(self.step.action, Action::Measure | Action::Clone) || self.is_in_batches();
        let compiled = match self.step.action {
            // dbt: these phases count also where there is nothing to compile.
            Action::Measure | Action::Clone => timed("compile", &mut result.timing, Arc::default),
            _ if is_late => Arc::default(),
            _ => timed("compile", &mut result.timing, || self.compile())?,
        };
        let has_sql = self.node.kind.body().is_some() || matches!(self.node.kind, NodeKind::UnitTest(_));
        if has_sql && !is_late {
            let foreign_keys = self.foreign_keys()?;
            let told = Compiled::new(&compiled, self.relation_name());
            result.compiled = Some(Compiled { foreign_keys, ..told });
        }
        if self.step.action != Action::Compile {
            self.scheduler.outbox().tell(Message::Compiled(self.step.node));
        }
        let mut timing = std::mem::take(&mut result.timing);
        let done = timed("execute", &mut timing, || self.execute(&compiled.sql, result));
        result.timing = timing;
        done
    }

    fn compile(&self) -> Result<Arc<compile::Compiled>, Failure> {
        let NodeKind::UnitTest(unit_test) = &self.node.kind else {
            let Some(Precompiled { compiled, .. }) = &self.known.prepared else { return self.job.compile() };
            return self.job.adopt(compiled).map(|()| Arc::clone(compiled));
        };
        let runtime = &self.runner.runtime;
        let stand_in_for = |id| {
            let node = runtime.node(id);
            let name = node.map(|node| node.name.clone()).unwrap_or_default();
            (name, node.and_then(|node| self.job.place_of(node)))
        };
        let reads = runtime.node(unit_test.tested).map(|tested| tested.depends_on.nodes.as_slice());
        let reads = reads.unwrap_or_default();
        let inputs =
            materialize::fixtures(&self.order(""), &mut self.executor(), unit_test, reads, &stand_in_for)?;
        let inputs: Vec<_> = inputs.into_iter().map(|input| (input.node, input.sql)).collect();
        self.job.compile_unit_test(&inputs)
    }

    fn execute(&self, sql: &str, result: &mut NodeResult) -> Result<(), Failure> {
        let order = self.order(sql);
        let mut executor = self.executor();
        match self.step.action {
            Action::Materialize => {
                let kind = self.node.config.materialized();
                let name = self.materializer(kind);
                self.check_language(kind)?;
                let materializer = name.as_deref().map_or(Materializer::BuiltIn, Materializer::Macro);
                if name.is_some() {
                    built_in::offer(self, self.job, sql, None);
                }
                if self.is_in_batches() {
                    microbatch::make(self, materializer, result)?;
                    let is_whole = result.status == Status::Success;
                    return latest_version_pointer::make(
                        self,
                        self.node.relation.as_ref().filter(|_| is_whole),
                    );
                }
                let outcome = materialize::make(&order, &mut executor, materializer)?;
                latest_version_pointer::make(self, outcome.relations.first())?;
                result.message = Some(outcome.response.message.clone());
                result.adapter_response = response_json(&outcome.response);
            }
            Action::Judge => {
                let name = self.materializer(self.node.config.materialized());
                let materializer = name.as_deref().map_or(Materializer::BuiltIn, Materializer::Macro);
                judged(result, &order, materialize::judge(&order, &mut executor, materializer)?);
            }
            Action::Measure => {
                let found = materialize::measure(&order, &mut executor)?;
                if found.is_bare {
                    self.scheduler.outbox().tell(Message::Warning(old_freshness()));
                }
                measured(result, &found);
            }
            Action::Preview => {
                let Mode::Show { limit } = self.runner.mode else { return Ok(()) };
                let stored = self.relation_name().filter(|_| matches!(self.node.kind, NodeKind::Seed(_)));
                let sql = stored.map_or_else(|| sql.to_owned(), |name| format!("select * from {name}"));
                let (sent, rows) = materialize::preview(&self.order(&sql), &mut executor, limit)?;
                result.sent(&sent);
                result.detail = Detail::Preview(rows);
            }
            Action::Clone => {
                let made = self.clone_node(&mut executor)?;
                result.message =
                    Some(made.as_ref().map_or("No-op", |made| made.response.message.as_str()).to_owned());
                result.adapter_response = made.map(|made| response_json(&made.response)).unwrap_or_default();
            }
            Action::Compile | Action::Nothing => {}
        }
        Ok(())
    }

    /// Makes the node as another environment has it to be seen here.
    fn clone_node(&self, executor: &mut JobExecutor<'_>) -> Result<Option<Materialized>, Failure> {
        let found = self.job.compile_clone();
        let sql = found.as_ref().map_or("", |(_, compiled)| compiled.sql.as_str());
        let (own, view) = (self.materializer("clone"), self.materializer("view"));
        let cloning = Cloning {
            elsewhere: found.as_ref().map(|(elsewhere, _)| elsewhere),
            own: own.as_deref(),
            view: view.as_deref().map_or(Materializer::BuiltIn, Materializer::Macro),
        };
        materialize::clone(&self.order(sql), executor, cloning)
    }

    pub(super) fn order<'a>(&'a self, sql: &'a str) -> Order<'a> {
        order(&self.runner.runtime, self.node, sql, self.runner.flags)
    }

    /// Tells that a batch is over.
    pub(super) fn tell_batch(&self, batch: BatchEnd) {
        self.scheduler.outbox().tell(Message::Batch(self.step.node, Box::new(batch)));
    }

    fn executor(&self) -> JobExecutor<'_> {
        self.executor_of(self.job)
    }

    /// The same with another job on the node.
    pub(super) fn executor_of<'a>(&'a self, job: &'a Job) -> JobExecutor<'a> {
        JobExecutor {
            job,
            node: self.node,
            screened: self.known.screened.as_ref(),
            rehearsed: self.known.prepared.as_ref().map(|prepared| &prepared.rehearsed),
            listener: Arc::clone(&self.listener),
        }
    }

    /// Whether the model is built in batches. dbt: not where the project has a
    /// macro of its own for the strategy, unless a flag says so.
    fn is_in_batches(&self) -> bool {
        let parts = &self.runner.runtime.parts;
        let library = parts.engine.library();
        self.step.action == Action::Materialize
            && is_microbatch(self.node)
            && (parts.project.flags.is_on("require_batched_execution_for_custom_microbatch_strategy")
                || library.find_in(library.root(), "get_incremental_microbatch_sql").is_none())
    }

    /// The relations that the foreign keys of a model point at, by what is written.
    fn foreign_keys(&self) -> Result<Vec<(String, String)>, Failure> {
        let NodeKind::Model(model) = &self.node.kind else { return Ok(Vec::new()) };
        let of_columns = self.node.docs.columns.values().flat_map(|column| &column.constraints);
        let mut found = Vec::new();
        for constraint in model.constraints.iter().chain(of_columns) {
            let Some(template) = foreign_key_target(constraint) else { continue };
            let written = constraint["to"].as_str().unwrap_or_default().to_owned();
            found.push((written, self.job.render(&template, self.node.origin.span)?));
        }
        Ok(found)
    }

    /// The relation that the node is or will be, as SQL; `None` for what is not stored.
    fn relation_name(&self) -> Option<String> {
        let stored = match &self.node.kind {
            NodeKind::Model(_) => self.node.config.materialized() != "ephemeral",
            NodeKind::Seed(_) | NodeKind::Snapshot(_) | NodeKind::Source(_) => true,
            NodeKind::Test(_) => materialize::stores_failures(&self.node.config, self.runner.flags),
            _ => false,
        };
        let relation = self.node.relation.as_ref().filter(|_| stored)?;
        Some(relation.render(self.runner.runtime.adapter().dialect()))
    }

    /// dbt: a materialization is for SQL, unless it names languages.
    fn check_language(&self, materialized: &str) -> Result<(), Failure> {
        let library = self.runner.runtime.parts.engine.library();
        let Some(info) = library.materialization(materialized).map(|found| found.info) else { return Ok(()) };
        let language = self.node.origin.language();
        if info.languages.iter().any(|known| known == language) {
            return Ok(());
        }
        let called = if language == "python" { "Python" } else { "SQL" };
        let message = format!("a model in {called} cannot be materialized as `{materialized}`");
        let note = format!("on this warehouse, that is for: {}", info.languages.join(", "));
        let words = format!(
            "Materialization \"{}\" only supports languages ['{}']; got \"{language}\"",
            info.name,
            info.languages.join("', '")
        );
        Err(Diagnostic::error("wrong-language", message).known_as(words).note(note).into())
    }

    pub(super) fn materializer(&self, name: &str) -> Option<String> {
        materializer(&self.runner.runtime, name)
    }
}

/// What is to be made of a node.
pub(super) fn order<'a>(runtime: &'a Runtime, node: &'a Node, sql: &'a str, flags: Flags) -> Order<'a> {
    let adapter = runtime.adapter();
    let (dialect, capabilities) = (adapter.dialect(), adapter.capabilities());
    Order { node, sql, dialect, capabilities, flags, slice: None }
}

/// The macro that materializes a node in this way, where we do not: a user's, or
/// one that an adapter brings. A package replaces what is built in only where the
/// root project lets it.
pub(super) fn materializer(runtime: &Runtime, name: &str) -> Option<String> {
    let library = runtime.parts.engine.library();
    let info = library.materialization(name)?.info;
    let may_replace = info.package == library.root() || library.packages_replace_builtins();
    let takes_over = !materialize::is_built_in(name) || (!info.is_internal && may_replace);
    takes_over.then(|| format!("{}.{}", info.package, info.name))
}

/// Whether a node is built slice by slice, each with SQL of its own.
pub(super) fn is_microbatch(node: &Node) -> bool {
    let config = &node.config;
    config.materialized() == "incremental" && config.text("incremental_strategy") == Some("microbatch")
}

/// Does work and notes when.
pub(super) fn timed<T>(name: &'static str, timing: &mut Vec<Timing>, work: impl FnOnce() -> T) -> T {
    let started_at = clock::now();
    let done = work();
    timing.push(Timing { name, started_at, completed_at: clock::now() });
    done
}

fn judged(result: &mut NodeResult, order: &Order<'_>, test: TestResult) {
    result.status = match test.status {
        TestStatus::Pass => Status::Pass,
        TestStatus::Warn => Status::Warn,
        TestStatus::Fail => Status::Fail,
    };
    // dbt counts only what is told.
    result.failures = Some(if test.status == TestStatus::Pass { 0 } else { test.failures });
    result.adapter_response = response_json(&test.response);
    let is_unit_test = matches!(order.node.kind, NodeKind::UnitTest(_));
    result.detail = match (&test.message, test.rows) {
        (Some(table), _) if is_unit_test => Detail::Difference(table.clone()),
        (_, Some(rows)) => {
            let stored_in = test.stored_in.map(|relation| relation.render(order.dialect));
            Detail::FailingRows { rows, stored_in }
        }
        (_, None) => Detail::None,
    };
    result.message = test.message;
}

fn old_freshness() -> Diagnostic {
    Diagnostic::warning("old-freshness-macro", "a macro `collect_freshness` of the project gives rows alone")
        .known_as("The 'collect_freshness' macro signature has changed")
        .help("return `load_result('collect_freshness')`, which holds the response and the table")
}

fn measured(result: &mut NodeResult, measured: &Measured) {
    result.adapter_response = response_json(&measured.response);
    result.status = match measured.staleness {
        Staleness::Fresh => Status::Pass,
        Staleness::Warn => Status::Warn,
        Staleness::Error => Status::Error,
    };
    result.detail = Detail::Freshness(Freshness {
        max_loaded_at: measured.max_loaded_at,
        snapshotted_at: measured.snapshotted_at,
        // A row from the future is as fresh as can be.
        age: measured.age.to_std().unwrap_or_default(),
    });
}

/// A warehouse's answer under dbt's keys.
pub(super) fn response_json(response: &Response) -> Map<String, Json> {
    let mut json = Map::new();
    json.insert("_message".to_owned(), Json::from(response.message.as_str()));
    if let Some(code) = &response.code {
        json.insert("code".to_owned(), Json::from(code.as_str()));
    }
    if let Some(rows) = response.rows_affected {
        json.insert("rows_affected".to_owned(), Json::from(rows));
    }
    json
}
