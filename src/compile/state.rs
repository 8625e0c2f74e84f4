//! What a job and the objects in its templates share.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Map, Value as Json};

use super::compiled::Compiled;
use super::failure::Failure;
use super::in_flight::InFlight;
use super::job::Batch;
use super::listener::Listener;
use super::query_comment::{self, Comment, Commented};
use super::relations::Undo;
use super::results::Results;
use super::runtime::Runtime;
use super::subject::Subject;
use super::unit::UnitContext;
use super::worker::Worker;
use crate::adapter::{DatabaseError, PythonJob, Response, Session};
use crate::artifact;
use crate::diagnostics::{Diagnostic, Label};
use crate::host::timings::Phase;
use crate::manifest::{Node, NodeId};
use crate::project::Members;
use crate::sql::{Column, Cte, Part, Relation, Rows};
use crate::template::{MutDict, Notice, Notices, Value};

/// The folder of the target for what is run.
pub(super) const RUN: &str = "run";

/// What a job and the objects in its templates share.
pub(super) struct JobState {
    pub(super) runtime: Arc<Runtime>,
    pub(super) worker: Worker,
    pub(super) listener: Arc<dyn Listener>,
    pub(super) subject: Subject,
    /// What is different because a unit test renders the node.
    pub(super) unit: Option<UnitContext>,
    pub(super) results: Results,
    /// Names that the owner of the job adds.
    pub(super) extra: Mutex<HashMap<&'static str, Value>>,
    /// The slice of time that is built, for a microbatch.
    pub(super) batch: Mutex<Option<Batch>>,
    /// Ephemeral models that the text read, in order of mention.
    pub(super) ctes: Mutex<Vec<NodeId>>,
    pub(super) compiled: Mutex<Option<Arc<Compiled>>>,
    /// Whether what is run for the node came so far that it was written.
    is_written: AtomicBool,
    model: Mutex<Option<Value>>,
    /// The node's own statement, while it is not answered.
    pub(super) in_flight: Mutex<Option<InFlight>>,
    /// What goes with each statement, once one was sent.
    comment: OnceLock<Result<Option<Comment>, Failure>>,
}

impl JobState {
    pub(super) fn new(
        runtime: &Arc<Runtime>,
        worker: &Worker,
        subject: Subject,
        listener: Arc<dyn Listener>,
        unit: Option<UnitContext>,
    ) -> Self {
        Self {
            runtime: Arc::clone(runtime),
            worker: worker.clone(),
            listener,
            subject,
            unit,
            results: Results::default(),
            extra: Mutex::default(),
            batch: Mutex::default(),
            ctes: Mutex::default(),
            compiled: Mutex::default(),
            is_written: AtomicBool::new(false),
            model: Mutex::default(),
            in_flight: Mutex::default(),
            comment: OnceLock::new(),
        }
    }

    /// Whether what is run for the node came so far that it was written.
    pub(super) fn is_written(&self) -> bool {
        self.is_written.load(Ordering::Relaxed)
    }

    pub(super) fn node(&self) -> Option<&Node> {
        self.subject.node(&self.runtime)
    }

    /// Whether the job is on this node.
    pub(super) fn subject_is(&self, id: NodeId) -> bool {
        matches!(self.subject, Subject::Node(own) if own == id)
    }

    pub(super) fn members(&self) -> &Members {
        self.unit.as_ref().map_or(self.runtime.members(), |unit| &unit.members)
    }

    pub(super) fn compiled(&self) -> Option<Arc<Compiled>> {
        lock(&self.compiled).clone()
    }

    /// The node became this; templates see it as `sql` and in `model` from now on.
    pub(super) fn set_compiled(&self, compiled: &Arc<Compiled>) {
        *lock(&self.compiled) = Some(Arc::clone(compiled));
        *lock(&self.model) = None;
    }

    /// `model`: the node's JSON without what is null, as dbt shows it. It is made when
    /// something of it is read: most macros that name it read nothing.
    pub(super) fn model(self: &Arc<Self>) -> Value {
        let make = || {
            // The state holds the dict.
            let state = Arc::downgrade(self);
            let model = MutDict::of_object(move || match state.upgrade().map(|state| state.model_json()) {
                Some(Json::Object(entries)) => entries,
                _ => Map::new(),
            });
            self.give_forms(&model);
            if let Some(batch) = lock(&self.batch).as_ref() {
                batch.add_to(&model);
            }
            model
        };
        lock(&self.model).get_or_insert_with(|| Value::from_object(make())).clone()
    }

    /// Puts values of the configuration into `model` that its JSON cannot hold.
    fn give_forms(&self, model: &MutDict) {
        let Some(values) = self.node().map(|node| &node.config.values) else { return };
        if values.forms().is_empty() {
            return;
        }
        let own = model.get("config");
        let config = own.as_ref().and_then(|config| config.downcast_object_ref::<MutDict>());
        let held = values.iter().filter(|(key, _)| !values.forms().below(key).is_empty());
        for (key, value) in held.filter_map(|(key, _)| Some((key, values.value(key)?))) {
            if key == "meta" {
                model.insert(key, value.clone());
            }
            if let Some(config) = config {
                config.insert(key, value);
            }
        }
    }

    fn model_json(&self) -> Json {
        let Some(node) = self.node() else { return self.subject.json(&self.runtime) };
        let compiled = self.compiled().map(|compiled| artifact::Compiled {
            code: compiled.sql.clone(),
            ctes: compiled.ctes.iter().map(wire_cte).collect(),
            ..artifact::Compiled::default()
        });
        let mut json = artifact::compiled_node_json(&self.runtime.wire(), node, compiled.as_ref());
        drop_nulls(&mut json, 2);
        translate_types(&mut json);
        json
    }

    // What follows speaks with the warehouse.

    /// Runs a statement; its rows are dropped.
    pub(super) fn execute(&self, sql: &str) -> Result<Response, Failure> {
        let response = self.speak(sql, |session, sql| session.execute(sql))?;
        Ok(self.heard(response))
    }

    /// The same without the query comment. dbt: `adapter.add_query` has none.
    pub(super) fn execute_bare(&self, sql: &str) -> Result<Response, Failure> {
        self.say_bare(sql, |session, sql| session.execute(sql))
    }

    /// Runs a statement and fetches its rows.
    pub(super) fn query(&self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), Failure> {
        let (response, rows) = self.speak(sql, |session, sql| session.query(sql, limit))?;
        Ok((self.heard(response), rows))
    }

    /// The same where nobody looks at the types of the columns.
    pub(super) fn query_untyped(&self, sql: &str) -> Result<(Response, Rows), Failure> {
        let (response, rows) = self.speak(sql, |session, sql| session.query_untyped(sql))?;
        Ok((self.heard(response), rows))
    }

    /// Tells of a statement as if it were sent.
    pub(super) fn recall(&self, sql: &str) -> Result<(), Failure> {
        self.speak(sql, |_, _| Ok(()))
    }

    /// Adds rows to a table in one go.
    pub(super) fn load(&self, table: &str, columns: &str, rows: &Rows) -> Result<Response, Failure> {
        let said = format!("copy {table} ({columns}) from stdin");
        self.say_bare(&said, |session, _| session.load(table, columns, rows))
    }

    /// Runs the code of the node, a Python model. It may read what the node needs and
    /// the node's own table.
    pub(super) fn python(&self, code: &str) -> Result<Response, Failure> {
        let Some((node, this)) = self.node().and_then(|node| Some((node, node.relation.as_ref()?))) else {
            return Err(Diagnostic::error("python-model", "only a model runs code in Python").into());
        };
        let needed = node.depends_on.nodes.iter().filter_map(|id| self.runtime.node(*id)?.relation.clone());
        let inputs: Vec<Relation> = needed.chain([this.clone()]).collect();
        let folder = self.runtime.parts.project.target_path().join("python").join(node.unique_id.as_str());
        let is_stopping = || self.listener.is_stopping();
        let job = PythonJob {
            name: &node.name,
            code,
            this,
            inputs: &inputs,
            folder: &folder,
            is_stopping: &is_stopping,
        };
        self.say_bare(code, |session, _| session.python(&job))
    }

    fn say_bare(
        &self,
        sql: &str,
        say: impl FnOnce(&mut dyn Session, &str) -> Result<Response, DatabaseError>,
    ) -> Result<Response, Failure> {
        self.check_may_speak(sql)?;
        let response = self.send(sql, say).map_err(|error| self.refused(error))?;
        Ok(self.heard(response))
    }

    /// Passes on what the warehouse remarked.
    pub(super) fn heard(&self, mut response: Response) -> Response {
        for remark in std::mem::take(&mut response.remarks) {
            if remark.is_warning {
                self.listener.warning(Diagnostic::warning("database-warning", remark.message));
            } else {
                self.listener.notice(Notice::Log { message: remark.message, info: false });
            }
        }
        response
    }

    fn speak<T>(
        &self,
        sql: &str,
        say: impl FnOnce(&mut dyn Session, &str) -> Result<T, DatabaseError>,
    ) -> Result<T, Failure> {
        self.check_may_speak(sql)?;
        let commented = Commented::new(sql, self.comment()?);
        let said = self.send(&commented.sql, say);
        said.map_err(|error| self.refused(commented.uncommented(error)))
    }

    /// The comment that goes with each statement.
    pub(super) fn comment(&self) -> Result<Option<&Comment>, Failure> {
        let notices = || Arc::<dyn Listener>::clone(&self.listener) as Arc<dyn Notices>;
        let comment = self
            .comment
            .get_or_init(|| query_comment::comment(&self.runtime, Some(&self.subject), &notices()));
        comment.as_ref().map(Option::as_ref).map_err(Failure::clone)
    }

    pub(super) fn check_may_speak(&self, sql: &str) -> Result<(), Failure> {
        self.check_turn()?;
        self.check_stop()?;
        if !self.runtime.parts.options.introspect {
            let message =
                format!("`{}` asks the warehouse while it is compiled", self.subject.name(&self.runtime));
            let finding = Diagnostic::error("introspection-off", message)
                .note(format!("it sends: {sql}"))
                .known_as("connection never acquired for thread");
            return Err(finding.help("leave out `--no-introspect`").into());
        }
        Ok(())
    }

    /// What a refused statement is to the user: see [`super::place`].
    pub(super) fn refused(&self, error: DatabaseError) -> Failure {
        super::place::failure(self, error)
    }

    /// Fails ahead of the job's turn, which then does not count: see [`super::ahead`].
    pub(super) fn check_turn(&self) -> Result<(), Failure> {
        self.worker.want();
        if self.worker.is_absent() { Err(Failure::OutOfTurn) } else { Ok(()) }
    }

    pub(super) fn check_stop(&self) -> Result<(), Failure> {
        if self.listener.is_stopping() { Err(Failure::Cancelled) } else { Ok(()) }
    }

    /// Begins a transaction unless one is open or the warehouse has none.
    pub(super) fn begin(&self) -> Result<(), Failure> {
        let capabilities = self.runtime.adapter().capabilities();
        let may_begin = capabilities.operations_begin || !matches!(self.subject, Subject::Operation(_));
        if !capabilities.transactions || !may_begin || self.worker.session().in_transaction() {
            return Ok(());
        }
        self.execute_bare("BEGIN").map(drop)
    }

    /// Commits what is open; nothing where nothing is.
    pub(super) fn commit(&self) -> Result<(), Failure> {
        self.land()?;
        if self.worker.session().in_transaction() {
            self.execute_bare("COMMIT").map_err(|failure| self.at_node(failure))?;
        }
        self.worker.take_changes();
        Ok(())
    }

    /// A failure of the node as a whole.
    fn at_node(&self, mut failure: Failure) -> Failure {
        if let (Some(node), Some(diagnostic)) = (self.node(), failure.diagnostic_mut()) {
            diagnostic.labels.push(Label { span: node.origin.span, text: String::new() });
        }
        failure
    }

    /// Takes back what is open, and what the relation cache knows of it. Works
    /// while the run is stopping, too.
    pub(super) fn rollback(&self) -> Result<(), Failure> {
        // Whatever came of it is taken back.
        let _ = self.land();
        let rolled_back = {
            let is_open = self.worker.session().in_transaction();
            if is_open {
                self.send("ROLLBACK", |session, sql| session.execute(sql)).map(drop)
            } else {
                Ok(())
            }
        };
        self.runtime.relations.undo(self.worker.take_changes());
        rolled_back.map_err(|error| self.refused(error))
    }

    // What follows is about relations.

    /// What exists under a relation's name.
    pub(super) fn existing(&self, relation: &Relation) -> Result<Option<Relation>, Failure> {
        self.check_turn()?;
        let relation = self.complete(relation);
        let found = self.runtime.relations.find(&relation, || self.list(relation.database.as_deref()));
        let quote = relation.quote;
        Ok(found.map_err(|error| self.refused(error))?.map(|found| Relation { quote, ..found }))
    }

    /// The same. dbt: a quoted name that differs from the one that exists only in case is an error,
    /// since nobody knows which of two relations is meant.
    pub(super) fn existing_exactly(&self, relation: &Relation) -> Result<Option<Relation>, Failure> {
        let found = self.existing(relation)?;
        if self.runtime.quoting.get(Part::Identifier)
            && let Some(other) = &found
            && relation.identifier.is_some()
            && relation.identifier != other.identifier
        {
            let dialect = self.runtime.adapter().dialect();
            return Err(other_case(&relation.render(dialect), &other.render(dialect)).into());
        }
        Ok(found)
    }

    /// All relations of a schema.
    pub(super) fn relations_of(
        &self,
        database: Option<&str>,
        schema: &str,
    ) -> Result<Vec<Relation>, Failure> {
        self.check_turn()?;
        let place = self.complete(&Relation::new(database, schema, ""));
        let database = place.database.unwrap_or_default();
        let found = self.runtime.relations.of_schema(&database, schema, || self.list(Some(&database)));
        found.map_err(|error| self.refused(error))
    }

    /// The relation with the target's database where it names none, as long as
    /// it names a schema: what has no schema is temporary.
    fn complete(&self, relation: &Relation) -> Relation {
        if relation.database.is_some() || relation.schema.is_none() {
            return relation.clone();
        }
        Relation { database: self.runtime.parts.project.target().database, ..relation.clone() }
    }

    fn list(&self, database: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        self.introspect(|session| session.relations(database))
    }

    /// Notes changes of the relation cache.
    pub(super) fn note(&self, changes: Vec<Undo>) {
        self.worker.note(changes);
    }

    pub(super) fn columns(&self, relation: &Relation) -> Result<Vec<Column>, Failure> {
        self.check_may_speak(&format!(
            "the columns of {}",
            relation.render(self.runtime.adapter().dialect())
        ))?;
        let found = self.introspect(|session| session.columns(relation));
        found.map_err(|error| self.refused(error))
    }

    /// Asks the warehouse what there is.
    pub(super) fn introspect<T>(&self, ask: impl FnOnce(&mut dyn Session) -> T) -> T {
        self.runtime.timings().during(Phase::Introspect, || ask(self.worker.session().as_mut()))
    }

    /// Where a text of this node goes: for a batch, a file of its own in a folder
    /// that is named like the model.
    pub(super) fn output_path(&self, folder: &str, node: &Node) -> PathBuf {
        let path = self.runtime.output_path(folder, node);
        let Some(batch) = lock(&self.batch).as_ref().map(|batch| batch.name.clone()) else { return path };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        path.with_file_name(&stem).join(format!("{stem}_{batch}.sql"))
    }

    /// Writes a text of this node below the target folder.
    pub(super) fn write(&self, folder: &str, text: &str) -> Result<(), Failure> {
        self.is_written.fetch_or(folder == RUN, Ordering::Relaxed);
        self.node().map_or(Ok(()), |node| self.write_file(self.output_path(folder, node), text))
    }

    /// Writes a text, where texts are written at all.
    pub(super) fn write_file(&self, path: PathBuf, text: &str) -> Result<(), Failure> {
        if !self.runtime.parts.options.write || self.worker.is_absent() {
            return Ok(());
        }
        let written = self.runtime.file_writer.write(path, text.to_owned());
        written.map_err(|error| Diagnostic::error("write", error.to_string()).into())
    }
}

impl fmt::Debug for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobState").field("subject", &self.subject).finish_non_exhaustive()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wire_cte(cte: &Cte) -> artifact::Cte {
    artifact::Cte { id: cte.id.clone(), sql: cte.text() }
}

/// The types of columns that are written in dbt's own word, as the warehouse calls
/// them, unless the contract says that they are meant as they are written.
fn translate_types(model: &mut Json) {
    if model.pointer("/contract/alias_types") == Some(&Json::Bool(false)) {
        return;
    }
    let Some(Json::Object(columns)) = model.get_mut("columns") else { return };
    for data_type in columns.values_mut().filter_map(|column| column.get_mut("data_type")) {
        if let Some(written) = data_type.as_str() {
            *data_type = Json::from(Column::translate_type(written));
        }
    }
}

/// Leaves nulls out of an object and of the objects in it, so many levels deep.
fn drop_nulls(json: &mut Json, levels: usize) {
    let Json::Object(map) = json else { return };
    map.retain(|_, value| !value.is_null());
    if levels > 0 {
        map.values_mut().for_each(|value| drop_nulls(value, levels - 1));
    }
}

fn other_case(wanted: &str, found: &str) -> Diagnostic {
    let message =
        format!("{wanted} was sought, and {found} was found: they differ only in upper and lower case");
    let words = format!(
        "When searching for a relation, dbt found an approximate match. Instead of guessing which relation to \
         use, dbt will move on. Please delete {found}, or rename it to be less ambiguous."
    );
    Diagnostic::error("approximate-relation", message)
        .known_as(words)
        .help(format!("drop or rename {found}, or use its spelling"))
}
