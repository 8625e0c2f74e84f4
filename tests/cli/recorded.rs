//! A project of a warehouse that is not there: what it would be sent is written down.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value as Json};

use model::adapter::{Adapter, Cancel, Capabilities, DatabaseError, MacroSet, MemberCall, Response, Session};
use model::diagnostics::{Diagnostic, Style, render_all};
use model::host::{Environment, files};
use model::ops::execute::{Options, execute, prepare};
use model::ops::{Criteria, Kinds, Workspace};
use model::project::{Invocation, LoadRequest};
use model::run::{Event, Mode, Stop};
use model::source::SourceMap;
use model::sql::{Cell, Column, Dialect, Relation, RelationKind, Rows, leading_word};
use model::template::{Notice, Notices};

/// A project, and a warehouse that answers as it is told.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    files: Vec<(String, String)>,
    full_refresh: bool,
    world: World,
}

/// What the warehouse tells.
#[derive(Debug, Clone, Default)]
struct World {
    relations: Vec<Relation>,
    /// By the name of the relation.
    columns: Vec<(String, Vec<Column>)>,
    /// By a part of the query.
    answers: Vec<(String, Rows)>,
}

/// What was heard.
#[derive(Debug, Default)]
struct Record {
    statements: Mutex<Vec<String>>,
    notices: Mutex<Vec<Notice>>,
}

impl Notices for Record {
    fn notice(&self, notice: Notice) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

impl Recorded {
    /// A project that is called `shop`, with a profile of this type and these fields.
    pub(crate) fn new(kind: &str, fields: &str) -> Self {
        Self::default()
            .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nquery-comment:\n")
            .file("profiles.yml", &format!("shop: {{outputs: {{default: {{type: {kind}, {fields}}}}}}}\n"))
    }

    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    pub(crate) fn model(self, name: &str, text: &str) -> Self {
        self.file(&format!("models/{name}.sql"), text)
    }

    pub(crate) fn full_refresh(mut self) -> Self {
        self.full_refresh = true;
        self
    }

    /// Something that is there before, in the schema of the profile, with columns that are
    /// described as in DDL.
    pub(crate) fn existing(mut self, kind: RelationKind, name: &str, columns: &[(&str, &str)]) -> Self {
        self.world.relations.push(Relation::new(Some("dev"), "main", name).with_kind(kind));
        self.columns(name, columns)
    }

    /// The columns of a relation that will be there when it is asked about.
    pub(crate) fn columns(mut self, name: &str, columns: &[(&str, &str)]) -> Self {
        let column = |(name, kind): &(&str, &str)| Column::from_description(name, kind).expect("a type");
        self.world.columns.push((name.to_owned(), columns.iter().map(column).collect()));
        self
    }

    /// The rows that a query with this text in it gives.
    pub(crate) fn answer(mut self, part: &str, names: &[&str], rows: &[&[&str]]) -> Self {
        let cells = |row: &&[&str]| row.iter().map(|text| Cell::Text((*text).to_owned())).collect();
        let columns = names.iter().map(|name| Column::new(*name, "character varying")).collect();
        self.world.answers.push((part.to_owned(), Rows { columns, rows: rows.iter().map(cells).collect() }));
        self
    }

    /// The statements of `build --select`, then warnings and errors.
    pub(crate) fn build(&self, select: &str) -> String {
        self.with(|workspace, record| {
            let selection = Criteria { select: vec![select.to_owned()], ..Criteria::default() };
            let options = Options {
                mode: Mode::Run,
                selection,
                kinds: every_kind(),
                full_refresh: self.full_refresh,
                ..Options::default()
            };
            let prepared = prepare(workspace, &options).expect("a selection");
            let mut hear = |event: Event<'_>| {
                if let Event::Notice { notice, .. } = event {
                    record.notice(notice.clone());
                }
            };
            let outcome = execute(workspace, prepared, &options, &Stop::new(), &mut hear).expect("a run");
            let found = outcome.results.iter().flat_map(|result| &result.diagnostics);
            let found = found.chain(&outcome.problems).cloned().collect::<Vec<Diagnostic>>();
            record.told(&render_all(&found, &workspace.sources, Style::Plain))
        })
    }

    /// The SQL that a model becomes.
    pub(crate) fn compiled(&self, model: &str) -> String {
        self.with(|workspace, _| {
            let selection = Criteria { select: vec![model.to_owned()], ..Criteria::default() };
            let options =
                Options { mode: Mode::Compile, selection, kinds: every_kind(), ..Options::default() };
            let prepared = prepare(workspace, &options).expect("a selection");
            let outcome = execute(workspace, prepared, &options, &Stop::new(), &mut |_| {}).expect("a run");
            let result = outcome.results.first().expect("a result");
            let found = render_all(&result.diagnostics, &workspace.sources, Style::Plain);
            result.compiled.as_ref().map_or(found, |compiled| compiled.code.trim().to_owned())
        })
    }

    fn with<T>(&self, then: impl FnOnce(&Workspace, &Record) -> T) -> T {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = files::canonical(folder.path()).expect("a path");
        for (path, text) in &self.files {
            files::write(&root.join(path), text).expect("a file");
        }
        let record = Arc::new(Record::default());
        let sources = Arc::new(SourceMap::new());
        let notices: Arc<dyn Notices> = Arc::<Record>::clone(&record);
        let opened = Workspace::open(&request(&root, &sources, self.full_refresh), &notices);
        let mut workspace =
            opened.unwrap_or_else(|found| panic!("{}", render_all(&found, &sources, Style::Plain)));
        let project = Arc::get_mut(&mut workspace.project).expect("nobody else has the project");
        let inner = Arc::clone(&project.profile.adapter);
        let warehouse = Warehouse { inner, world: self.world.clone(), record: Arc::clone(&record) };
        project.profile.adapter = Arc::new(warehouse);
        then(&workspace, &record)
    }
}

fn every_kind() -> Kinds {
    Kinds::of_build(&[], &[]).expect("all kinds")
}

fn request(root: &Path, sources: &Arc<SourceMap>, full_refresh: bool) -> LoadRequest {
    let mut flags = Map::new();
    flags.insert("write_json".to_owned(), Json::from(false));
    // Nobody else may hold the project while its warehouse is replaced.
    flags.insert("partial_parse".to_owned(), Json::from(false));
    if full_refresh {
        flags.insert("full_refresh".to_owned(), Json::from(true));
    }
    LoadRequest {
        current_dir: root.to_path_buf(),
        project_dir: None,
        profiles_dir: None,
        profile: None,
        target: None,
        threads: Some(1),
        vars: None,
        flags,
        invocation: Invocation {
            id: "id".to_owned(),
            started_at: std::time::SystemTime::UNIX_EPOCH.into(),
            which: "run".to_owned(),
            command_line: "model run".to_owned(),
            timings: Arc::default(),
        },
        environment: Environment::default(),
        sources: Arc::clone(sources),
    }
}

impl Record {
    fn told(&self, problems: &str) -> String {
        let mut told = self.statements.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        let warning = |notice: &Notice| match notice {
            Notice::Warning(text) => Some(format!("warning: {text}")),
            _ => None,
        };
        told.extend(notices.iter().filter_map(warning));
        told.push(problems.trim().to_owned());
        told.join("\n\n").trim().to_owned()
    }
}

/// An adapter whose sessions only write down what they are sent.
#[derive(Debug)]
struct Warehouse {
    inner: Arc<dyn Adapter>,
    world: World,
    record: Arc<Record>,
}

impl Adapter for Warehouse {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn dialect(&self) -> &Dialect {
        self.inner.dialect()
    }

    fn target(&self) -> Map<String, Json> {
        self.inner.target()
    }

    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    fn macros(&self) -> &'static [MacroSet] {
        self.inner.macros()
    }

    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError> {
        let (world, record) = (self.world.clone(), Arc::clone(&self.record));
        Ok(Box::new(Line { world, record, in_transaction: false }))
    }

    fn source_location(&self, source: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
        self.inner.source_location(source)
    }

    fn call_member(
        &self,
        session: Option<&mut dyn Session>,
        call: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>> {
        self.inner.call_member(session, call)
    }
}

struct Line {
    world: World,
    record: Arc<Record>,
    in_transaction: bool,
}

impl Line {
    fn note(&mut self, sql: &str) {
        match leading_word(sql).as_str() {
            "begin" => self.in_transaction = true,
            "commit" | "rollback" => self.in_transaction = false,
            _ => {}
        }
        let mut statements = self.record.statements.lock().unwrap_or_else(PoisonError::into_inner);
        statements.push(sql.trim().to_owned());
    }
}

impl Session for Line {
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError> {
        self.note(sql);
        Ok(Response { message: "OK".to_owned(), ..Response::default() })
    }

    fn query(&mut self, sql: &str, _: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        self.note(sql);
        let found = self.world.answers.iter().find(|(part, _)| sql.contains(part));
        Ok((Response::default(), found.map(|(_, rows)| rows.clone()).unwrap_or_default()))
    }

    fn relations(&mut self, _: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        Ok(self.world.relations.clone())
    }

    fn schemas(&mut self, _: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        Ok(vec!["main".to_owned()])
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, DatabaseError> {
        let name = relation.identifier.as_deref().unwrap_or_default();
        let found = self.world.columns.iter().find(|(known, _)| name.starts_with(known));
        Ok(found.map(|(_, columns)| columns.clone()).unwrap_or_default())
    }

    fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::new(Deaf)
    }
}

struct Deaf;

impl Cancel for Deaf {
    fn cancel(&self) {}
}
