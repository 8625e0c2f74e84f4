//! One node being compiled or run.

use std::sync::{Arc, Weak};

use chrono::{DateTime, Utc};

use super::compiled::{self, Compiled};
use super::failure::Failure;
use super::listener::Listener;
use super::place;
use super::runtime::Runtime;
use super::scope::RunScope;
use super::state::{JobState, RUN, lock};
use super::subject::Subject;
use super::worker::Worker;
use crate::adapter::Response;
use crate::manifest::{Node, NodeId};
use crate::objects;
use crate::source::Span;
use crate::sql::{Cell, Column, Relation, Rows};
use crate::template::{self, MacroInfo, MutDict, Text, Value};

/// One node, one operation or one query, at work on one session.
#[derive(Debug, Clone)]
pub struct Job {
    state: Arc<JobState>,
}

/// A way back to a job that does not keep it.
#[derive(Debug, Clone)]
pub struct JobHandle(Weak<JobState>);

impl JobHandle {
    /// The job, unless it is over.
    #[must_use]
    pub fn job(&self) -> Option<Job> {
        self.0.upgrade().map(|state| Job { state })
    }
}

/// The slice of time that a microbatch builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// dbt's id: `20240101`.
    pub id: String,
    /// Its part of file names: `2024-01-01`.
    pub name: String,
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The moment after the last one.
    pub end: DateTime<Utc>,
}

impl Batch {
    /// Puts the batch where templates look for it: macros written for the first
    /// dbt that had batches look into the config.
    pub(super) fn add_to(&self, model: &MutDict) {
        let [start, end] = [self.start, self.end].map(template::utc_value);
        let batch = MutDict::new([
            ("id", Value::from(self.id.as_str())),
            ("event_time_start", start.clone()),
            ("event_time_end", end.clone()),
        ]);
        model.insert("batch", Value::from_object(batch));
        let config = model.get("config");
        if let Some(config) = config.as_ref().and_then(|config| config.downcast_object_ref::<MutDict>()) {
            config.insert("__dbt_internal_microbatch_event_time_start", start);
            config.insert("__dbt_internal_microbatch_event_time_end", end);
        }
    }
}

impl Job {
    /// A job on a node.
    #[must_use]
    pub fn new(runtime: &Arc<Runtime>, worker: &Worker, node: NodeId, listener: Arc<dyn Listener>) -> Self {
        Self::about(runtime, worker, Subject::Node(node), listener)
    }

    /// A job on a macro that is called from the command line, by its unique id.
    #[must_use]
    pub fn operation(
        runtime: &Arc<Runtime>,
        worker: &Worker,
        macro_id: &str,
        listener: Arc<dyn Listener>,
    ) -> Self {
        Self::about(runtime, worker, Subject::Operation(macro_id.to_owned()), listener)
    }

    /// A job on a query that is in no file of the project. Its `ref`s need not be
    /// known from parsing.
    #[must_use]
    pub fn inline(runtime: &Arc<Runtime>, worker: &Worker, text: Text, listener: Arc<dyn Listener>) -> Self {
        Self::about(runtime, worker, Subject::Inline(text), listener)
    }

    fn about(runtime: &Arc<Runtime>, worker: &Worker, subject: Subject, listener: Arc<dyn Listener>) -> Self {
        Self { state: Arc::new(JobState::new(runtime, worker, subject, listener, None)) }
    }

    /// A way back to it, for what it holds itself.
    #[must_use]
    pub fn handle(&self) -> JobHandle {
        JobHandle(Arc::downgrade(&self.state))
    }

    /// Adds a name to what templates see, or puts something in its place.
    #[must_use]
    pub fn with(self, name: &'static str, value: Value) -> Self {
        lock(&self.state.extra).insert(name, value);
        self
    }

    /// Builds one slice of time only: inputs with an `event_time` are cut to it.
    #[must_use]
    pub fn with_batch(self, batch: Batch) -> Self {
        *lock(&self.state.batch) = Some(batch);
        self
    }

    /// The node; `None` for an operation or a query.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        self.state.node()
    }

    /// What the run shares.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.state.runtime
    }

    // Templates.

    /// The node as SQL, with the ephemeral models that it reads. Templates that
    /// are rendered later see it as `sql`. Nodes without a text give an empty one.
    ///
    /// # Errors
    /// A template fails, a `ref` is not known from parsing, or the warehouse
    /// refuses a statement of a template.
    pub fn compile(&self) -> Result<Arc<Compiled>, Failure> {
        compiled::compile(&self.state)
    }

    /// Takes over what was compiled ahead of the node's turn.
    ///
    /// # Errors
    /// The SQL cannot be written, an ephemeral model in it does not compile by now, or the
    /// run is stopping.
    pub fn adopt(&self, compiled: &Arc<Compiled>) -> Result<(), Failure> {
        compiled::adopt_early(&self.state, compiled)
    }

    /// The model that this unit test is about as SQL, with rows in place of what
    /// it reads: `inputs` are queries by node, for the model itself as `this`.
    ///
    /// # Errors
    /// As [`Job::compile`].
    pub fn compile_unit_test(&self, inputs: &[(NodeId, String)]) -> Result<Arc<Compiled>, Failure> {
        compiled::compile_unit_test(&self.state, inputs)
    }

    /// Where the node is in another environment. Templates that are rendered later
    /// see `sql` as a query of all that is there.
    #[must_use]
    pub fn compile_clone(&self) -> Option<(Relation, Arc<Compiled>)> {
        let deferral = self.runtime().parts.options.deferral.as_ref()?;
        let elsewhere = deferral.relations.get(&self.node()?.unique_id)?.clone();
        let compiled = self.compile_all_of(&elsewhere);
        Some((elsewhere, compiled))
    }

    /// A job of the same worker on a node that is in no manifest, and its query: all that is
    /// in `relation`.
    #[must_use]
    pub fn showing(&self, node: Arc<Node>, relation: &Relation) -> (Self, Arc<Compiled>) {
        let JobState { runtime, worker, listener, .. } = self.state.as_ref();
        let job = Self::about(runtime, worker, Subject::Apart(node), Arc::clone(listener));
        let compiled = job.compile_all_of(relation);
        (job, compiled)
    }

    fn compile_all_of(&self, relation: &Relation) -> Arc<Compiled> {
        let sql = format!("select * from {}", relation.render(self.runtime().adapter().dialect()));
        let compiled = Arc::new(Compiled { own_sql: sql.clone(), sql, ctes: Vec::new() });
        self.state.set_compiled(&compiled);
        compiled
    }

    /// Calls a macro, `name` or `package.name`, as the node's own text would.
    ///
    /// # Errors
    /// There is no such macro, or it fails.
    pub fn call(&self, name: &str, args: &[Value], kwargs: &[(&str, Value)]) -> Result<Value, Failure> {
        let called = self.state.runtime.parts.engine.call(name, args, kwargs, self.scope());
        called.map_err(|error| place::template_failure(&self.state, &error))
    }

    /// Calls this macro.
    ///
    /// # Errors
    /// It fails.
    pub fn call_macro(
        &self,
        info: &MacroInfo,
        args: &[Value],
        kwargs: &[(&str, Value)],
    ) -> Result<Value, Failure> {
        let called = self.state.runtime.parts.engine.call_macro(info, args, kwargs, self.scope());
        called.map_err(|error| place::template_failure(&self.state, &error))
    }

    /// Renders a template that stands at `place`: a hook, a freshness query.
    ///
    /// # Errors
    /// The template fails.
    pub fn render(&self, template: &str, place: Span) -> Result<String, Failure> {
        let text = Text::new(template, place.file, place.start);
        let rendered = self.state.runtime.parts.engine.render(&text, self.scope());
        rendered.map_err(|error| place::template_failure(&self.state, &error))
    }

    /// What a name means in the node's templates, macros left aside.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value> {
        self.scope().lookup(name)
    }

    fn scope(&self) -> Arc<dyn crate::template::Scope> {
        Arc::new(RunScope::new(&self.state))
    }

    // Statements.

    /// Runs a script; rows are dropped.
    ///
    /// # Errors
    /// The warehouse refuses it, or the run is stopping.
    pub fn execute(&self, sql: &str) -> Result<Response, Failure> {
        self.state.execute(sql)
    }

    /// Sends the node's own statement. Where the warehouse takes others meanwhile it may
    /// still run afterwards; see [`Job::answer`].
    ///
    /// # Errors
    /// As [`Job::execute`].
    pub fn start(&self, sql: &str) -> Result<(), Failure> {
        self.state.start(sql)
    }

    /// Waits for what was started and gives the warehouse's answer to it.
    ///
    /// # Errors
    /// As [`Job::execute`].
    pub fn answer(&self) -> Result<Response, Failure> {
        self.state.land()?;
        Ok(self.main_answer().unwrap_or_default().0)
    }

    /// Runs a script and fetches the rows of its last statement, at most `limit`.
    ///
    /// # Errors
    /// As [`Job::execute`].
    pub fn query(&self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), Failure> {
        self.state.query(sql, limit)
    }

    /// The same where nobody looks at the types of the columns: cells may be texts.
    ///
    /// # Errors
    /// As [`Job::execute`].
    pub fn query_untyped(&self, sql: &str) -> Result<(Response, Rows), Failure> {
        self.state.query_untyped(sql)
    }

    /// Tells of a statement whose answer is known as if it were sent.
    ///
    /// # Errors
    /// The run is stopping.
    pub fn recall(&self, sql: &str) -> Result<(), Failure> {
        self.state.recall(sql)
    }

    /// Runs the code of the node, a Python model.
    ///
    /// # Errors
    /// The code fails, or the run is stopping.
    pub fn python(&self, code: &str) -> Result<Response, Failure> {
        self.state.python(code)
    }

    /// Begins a transaction, unless one is open or the warehouse has none.
    ///
    /// # Errors
    /// As [`Job::execute`].
    pub fn begin(&self) -> Result<(), Failure> {
        self.state.begin()
    }

    /// Commits the open transaction, if there is one.
    ///
    /// # Errors
    /// As [`Job::execute`].
    pub fn commit(&self) -> Result<(), Failure> {
        self.state.commit()
    }

    /// Takes back the open transaction, if there is one, and what is known to
    /// exist because of it. Done even while the run is stopping.
    ///
    /// # Errors
    /// The warehouse refuses it.
    pub fn rollback(&self) -> Result<(), Failure> {
        self.state.rollback()
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.state.worker.session().in_transaction()
    }

    /// Keeps the answer of the node's own statement: `load_result('main')`.
    pub fn store_main(&self, response: &Response, rows: &Rows) {
        self.state.store_main(response.clone(), rows);
    }

    /// The answer of the node's own statement, whoever sent it, with its rows where they
    /// were fetched.
    #[must_use]
    pub fn main_answer(&self) -> Option<(Response, Rows)> {
        let result = self.state.results.main()?;
        Some((result.response, objects::as_rows(&result.table).unwrap_or_default()))
    }

    /// Writes what is run for this node to `target/run/…`, unless nothing is to be written.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, sql: &str) -> Result<(), Failure> {
        self.state.write(RUN, sql)
    }

    /// Whether what is run for this node came so far that it was written.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.state.is_written()
    }

    // Relations.

    /// What exists under a relation's name, with its kind.
    ///
    /// # Errors
    /// The warehouse cannot tell.
    pub fn existing(&self, relation: &Relation) -> Result<Option<Relation>, Failure> {
        self.state.existing_exactly(relation)
    }

    /// Where the rows of a node are: here, or, where it does not exist here, in
    /// the environment that stands in for this one.
    #[must_use]
    pub fn place_of(&self, node: &Node) -> Option<Relation> {
        let own = node.relation.clone()?;
        let deferral = self.runtime().parts.options.deferral.as_ref();
        let elsewhere = deferral.and_then(|deferral| deferral.relations.get(&node.unique_id));
        match (elsewhere, self.existing(&own)) {
            (Some(elsewhere), Ok(None)) => Some(elsewhere.clone()),
            _ => Some(own),
        }
    }

    /// The columns of a relation; none where it does not exist.
    ///
    /// # Errors
    /// The warehouse cannot tell.
    pub fn columns(&self, relation: &Relation) -> Result<Vec<Column>, Failure> {
        self.state.columns(relation)
    }

    /// Notes that a statement made a relation.
    pub fn created(&self, relation: &Relation) {
        self.state.note(self.state.runtime.relations.insert(relation));
    }

    /// Notes that a statement dropped a relation.
    pub fn lost(&self, relation: &Relation) {
        self.state.note(self.state.runtime.relations.remove(relation));
    }

    /// Learns which views read which relations, where a relation that is dropped
    /// takes them with it.
    ///
    /// # Errors
    /// The macro fails, or the warehouse cannot tell.
    pub fn learn_dependents(&self) -> Result<(), Failure> {
        let runtime = &self.state.runtime;
        if !runtime.adapter().capabilities().drops_dependents {
            return Ok(());
        }
        let rows = objects::as_rows(&self.call("get_relations", &[], &[])?).unwrap_or_default();
        let database = runtime.parts.project.target().database;
        for row in &rows.rows {
            let [Cell::Text(schema), Cell::Text(name), Cell::Text(read_schema), Cell::Text(read_name)] =
                row.as_slice()
            else {
                continue;
            };
            let dependent = Relation::new(database.as_deref(), schema, name);
            let read = Relation::new(database.as_deref(), read_schema, read_name);
            runtime.relations.link(&read, &dependent);
        }
        self.commit()
    }

    /// Drops a relation through the macro for that.
    ///
    /// # Errors
    /// The macro fails, or the warehouse refuses it.
    pub fn drop_relation(&self, relation: &Relation) -> Result<(), Failure> {
        self.call("drop_relation", &[self.value(relation)], &[])?;
        self.lost(relation);
        Ok(())
    }

    /// Renames a relation through the macro for that.
    ///
    /// # Errors
    /// As [`Job::drop_relation`].
    pub fn rename_relation(&self, from: &Relation, to: &Relation) -> Result<(), Failure> {
        self.call("rename_relation", &[self.value(from), self.value(to)], &[])?;
        self.state.note(self.state.runtime.relations.rename(from, to));
        Ok(())
    }

    /// The relation as templates hold it.
    #[must_use]
    pub fn value(&self, relation: &Relation) -> Value {
        objects::relation(relation.clone(), self.state.runtime.adapter().dialect())
    }

    /// The schema names of a database.
    ///
    /// # Errors
    /// The warehouse cannot tell.
    pub fn schemas(&self, database: Option<&str>) -> Result<Vec<String>, Failure> {
        let found = self.state.introspect(|session| session.schemas(database));
        found.map_err(|error| self.state.refused(error))
    }
}
