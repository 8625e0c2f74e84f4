//! Whole runs on the embedded engine.

mod histories;
mod models;
mod rehearsals;
mod screens;
mod test_results;

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::*;
use crate::builtin;
use crate::compile::{Parts, RunOptions, Runtime};
use crate::diagnostics::{Style, render_all};
use crate::graph::Graph;
use crate::host::{Environment, files};
use crate::manifest::{Body, Manifest, Model, Node, NodeId, NodeKind, RefCall, UniqueId};
use crate::materialize::sample;
use crate::project::{Invocation, LoadRequest, Project, load};
use crate::source::SourceMap;
use crate::sql::{Cell, Relation};
use crate::template::{Engine, Holds, Library, Scanned, scan};

/// A project in a folder of its own, with nodes that are made by hand.
struct Lab {
    folder: tempfile::TempDir,
    project: Arc<Project>,
    sources: Arc<SourceMap>,
    engine: Engine,
    nodes: Vec<Node>,
    stop: Stop,
    threads: usize,
    fail_fast: bool,
    combined_tests: bool,
}

impl Lab {
    fn new() -> Self {
        Self::with_macros("")
    }

    fn with_macros(macros: &str) -> Self {
        Self::begun_at(macros, chrono::DateTime::UNIX_EPOCH)
    }

    fn begun_at(macros: &str, started_at: chrono::DateTime<chrono::Utc>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = files::canonical(folder.path()).unwrap();
        files::write(&root.join("dbt_project.yml"), "name: shop\nversion: '1.0'\n").unwrap();
        let sources = Arc::new(SourceMap::new());
        let request = LoadRequest {
            current_dir: root,
            project_dir: None,
            profiles_dir: None,
            profile: None,
            target: None,
            threads: None,
            vars: None,
            flags: serde_json::Map::new(),
            invocation: Invocation {
                id: "id".to_owned(),
                started_at,
                which: "build".to_owned(),
                command_line: "model build".to_owned(),
                timings: Arc::default(),
            },
            environment: Environment::default(),
            sources: Arc::clone(&sources),
        };
        let (project, _) =
            load(&request).unwrap_or_else(|found| panic!("{}", render_all(&found, &sources, Style::Plain)));
        let engine = engine(&project, &sources, macros);
        let (project, nodes) = (Arc::new(project), Vec::new());
        Self {
            folder,
            project,
            sources,
            engine,
            nodes,
            stop: Stop::new(),
            threads: 2,
            fail_fast: false,
            combined_tests: true,
        }
    }

    /// Adds a node that is written as this template; what it `ref`s is looked up by name.
    fn node(&mut self, name: &str, config: &Json, sql: &str) -> &mut Self {
        let file = self.sources.add(format!("models/{name}.sql"), sql);
        let body = Body { text: file.shared_text(), file: file.id(), offset: 0, checksum: String::new() };
        let kind = match config.get("materialized").and_then(Json::as_str) {
            Some("snapshot") => NodeKind::Snapshot(body.into()),
            _ => NodeKind::Model(Box::new(model(body))),
        };
        let mut node = self.named(kind, name, config);
        node.origin.span = file.span();
        for part in sql.split("ref('").skip(1) {
            let wanted = part.split('\'').next().unwrap();
            let at = self.nodes.iter().position(|node| node.name == wanted).unwrap();
            node.depends_on.nodes.push(NodeId(u32::try_from(at).unwrap()));
            let call =
                RefCall { package: None, name: wanted.to_owned(), version: None, version_is_text: false };
            node.depends_on.calls.refs.push(call);
        }
        self.put(node)
    }

    /// A node of any kind, stored under its name in the target's place.
    fn named(&self, kind: NodeKind, name: &str, config: &Json) -> Node {
        let mut node = sample::node(kind, config);
        node.unique_id = UniqueId(format!("{}.shop.{name}", node.kind.resource_type()).into());
        name.clone_into(&mut node.name);
        node.origin.path = format!("{name}.sql");
        node.origin.original_file_path = format!("models/{name}.sql");
        let target = self.project.profile.adapter.target();
        let text = |key: &str| target.get(key).and_then(Json::as_str).map(str::to_owned);
        node.relation = Some(Relation::new(text("database"), text("schema").unwrap(), name));
        node
    }

    /// Adds a node, or changes the one of the same id.
    fn put(&mut self, node: Node) -> &mut Self {
        match self.nodes.iter_mut().find(|old| old.unique_id == node.unique_id) {
            Some(old) => *old = node,
            None => self.nodes.push(node),
        }
        self
    }

    fn manifest(&self) -> Manifest {
        Manifest { nodes: self.nodes.clone().into(), ..Manifest::default() }
    }

    fn runtime(&self) -> Arc<Runtime> {
        Arc::new(Runtime::new(Parts {
            project: Arc::clone(&self.project),
            manifest: Arc::new(self.manifest()),
            engine: self.engine.clone(),
            sources: Arc::clone(&self.sources),
            options: RunOptions::default(),
            selected: self.nodes.iter().map(|node| node.unique_id.clone()).collect(),
        }))
    }

    /// Does this with all nodes.
    fn run(&self, mode: Mode) -> RunOutcome {
        self.run_with(mode, &mut |_| {})
    }

    fn run_with(&self, mode: Mode, on_event: &mut dyn FnMut(Event<'_>)) -> RunOutcome {
        let runtime = self.runtime();
        let graph = Graph::new(&runtime.parts.manifest).unwrap();
        let nodes = (0..u32::try_from(self.nodes.len()).unwrap()).map(NodeId).collect();
        let plan = Plan {
            earlier: Arc::default(),
            nodes,
            mode,
            threads: self.threads,
            fail_fast: self.fail_fast,
            warn_error: false,
            combined_tests: self.combined_tests,
            stop: self.stop.clone(),
        };
        execute(&runtime, &graph, &plan, on_event)
    }

    /// What came of it: a line for each result, by unique id, with its problem.
    fn told(&self, mode: Mode) -> String {
        let outcome = self.run(mode);
        let mut lines: Vec<String> = outcome.results.iter().map(line).collect();
        lines.sort();
        lines.extend(outcome.problems.iter().map(|problem| format!("problem: {}", problem.message)));
        lines.join("\n")
    }

    /// Runs everything, which must go well.
    fn build(&self) {
        let outcome = self.run(Mode::Build);
        let problems: Vec<_> = outcome.results.iter().flat_map(|result| result.diagnostics.clone()).collect();
        assert!(outcome.is_success(), "{}", render_all(&problems, &self.sources, Style::Plain));
    }

    /// The rows of a query, cells joined by `|`, lines by `, `.
    fn rows(&self, sql: &str) -> String {
        let mut session = self.project.profile.adapter.connect().unwrap();
        let (_, rows) = session.query(sql, None).unwrap_or_else(|error| panic!("{error}: {sql}"));
        let row = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join("|");
        rows.rows.iter().map(row).collect::<Vec<_>>().join(", ")
    }

    fn execute(&self, sql: &str) {
        self.project.profile.adapter.connect().unwrap().execute(sql).unwrap();
    }

    /// Everything that exists, by name, with its kind.
    fn relations(&self) -> String {
        self.rows(
            "select table_name || ' ' || lower(table_type) from information_schema.tables order by table_name",
        )
    }
}

fn model(body: Body) -> Model {
    let NodeKind::Model(model) = sample::model(&Json::Null).kind else { panic!("a model is a model") };
    Model { body: body.into(), ..*model }
}

fn engine(project: &Project, sources: &SourceMap, macros: &str) -> Engine {
    let adapter = &project.profile.adapter;
    let sets = adapter.macros();
    let mut builder = Library::builder("shop").adapter_kinds(sets.iter().map(|set| set.kind));
    let sets = sets.iter().map(|set| (set.package(), set.files));
    for (package, texts) in sets.chain([("dbt".to_owned(), builtin::FILES)]) {
        for (path, text) in texts {
            let file = sources.add(*path, *text);
            let Scanned { blocks, problems, .. } = scan(&file, Holds::Macros);
            assert!(problems.is_empty(), "{problems:?}");
            for block in blocks {
                builder.internal(&package, &file, block);
            }
        }
    }
    let file = sources.add("macros/own.sql", macros);
    let Scanned { blocks, problems, .. } = scan(&file, Holds::Macros);
    assert!(problems.is_empty(), "{problems:?}");
    for block in blocks {
        builder.add("shop", &file, block);
    }
    let (library, problems) = builder.build();
    assert!(problems.is_empty(), "{problems:?}");
    Engine::new(Arc::new(library))
}

fn line(result: &NodeResult) -> String {
    let because = match &result.detail {
        Detail::SkippedBecause(cause) => format!(" because of {cause}"),
        _ => result.message.as_ref().map(|text| format!(": {text}")).unwrap_or_default(),
    };
    let first_line = because.lines().next().unwrap_or_default().to_owned();
    format!("{} {}{first_line}", result.unique_id, result.status.as_str())
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Text(text)
        | Cell::Decimal(text)
        | Cell::Date(text)
        | Cell::Timestamp(text)
        | Cell::TimestampTz(text) => text.clone(),
    }
}
