//! A project in a folder, loaded, with a database in memory.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Map;

use crate::compile::{Failure, Job, Listener, Parts, RunOptions, Runtime, Worker};
use crate::diagnostics::{Diagnostic, Style, render_all};
use crate::host::{Environment, files};
use crate::manifest::{self, Inputs, NodeId};
use crate::project::{self, Invocation, LoadRequest};
use crate::source::SourceMap;
use crate::template::{Notice, Notices, Text};

/// Hears everything and writes it down.
#[derive(Debug, Default)]
pub(super) struct RecordingListener {
    pub(super) statements: Mutex<Vec<String>>,
    pub(super) notices: Mutex<Vec<Notice>>,
}

impl Notices for RecordingListener {
    fn notice(&self, notice: Notice) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

impl Listener for RecordingListener {
    fn statement(&self, sql: &str) {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner).push(sql.trim().to_owned());
    }

    fn warning(&self, _: Diagnostic) {}
}

pub(super) struct Stage {
    pub(super) runtime: Arc<Runtime>,
    pub(super) worker: Worker,
    pub(super) listener: Arc<RecordingListener>,
    _folder: tempfile::TempDir,
}

const PROJECT: &str = "name: shop\nversion: '1.0'\nprofile: shop\nquery-comment: ''\n";
const PROFILE: &str =
    "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:', schema: main, threads: 1}}}\n";

impl Stage {
    /// A project of these files.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, RunOptions { write: false, ..RunOptions::default() })
    }

    pub(super) fn with(files: &[(&str, &str)], options: RunOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = files::canonical(folder.path()).unwrap();
        for (path, text) in [("dbt_project.yml", PROJECT), ("profiles.yml", PROFILE)].iter().chain(files) {
            files::write(&root.join(path), text).unwrap();
        }
        let sources = Arc::new(SourceMap::new());
        let show = |found: &[Diagnostic]| render_all(found, &sources, Style::Plain);
        let request = LoadRequest {
            current_dir: root,
            project_dir: None,
            profiles_dir: None,
            profile: None,
            target: None,
            threads: None,
            vars: None,
            flags: Map::new(),
            invocation: Invocation {
                id: "id".to_owned(),
                started_at: chrono::DateTime::UNIX_EPOCH,
                which: "build".to_owned(),
                command_line: "model build".to_owned(),
                timings: Arc::default(),
            },
            environment: Environment::default(),
            sources: Arc::clone(&sources),
        };
        let (project, _) = project::load(&request).unwrap_or_else(|found| panic!("{}", show(&found)));
        let listener = Arc::new(RecordingListener::default());
        let notices: Arc<dyn Notices> = Arc::<RecordingListener>::clone(&listener);
        let inputs = Inputs { project: &project, sources: &sources, notices: &notices, cache: None };
        let loaded = manifest::load(&inputs).unwrap_or_else(|found| panic!("{}", show(&found)));
        let runtime = Arc::new(Runtime::new(Parts {
            project: Arc::new(project),
            manifest: Arc::new(loaded.manifest),
            engine: loaded.engine,
            sources,
            options,
            selected: Vec::new(),
        }));
        let worker = Worker::connect(&runtime, "Thread-1 (worker)").unwrap_or_else(|failure| {
            panic!("{}", render_all(&[failure.diagnostic()], &runtime.parts.sources, Style::Plain))
        });
        Self { runtime, worker, listener, _folder: folder }
    }

    pub(super) fn id(&self, unique_id: &str) -> NodeId {
        let found = self.runtime.parts.manifest.iter().find(|(_, node)| node.unique_id.as_str() == unique_id);
        found.map_or_else(|| panic!("there is no {unique_id}"), |(id, _)| id)
    }

    pub(super) fn job(&self, unique_id: &str) -> Job {
        Job::new(
            &self.runtime,
            &self.worker,
            self.id(unique_id),
            Arc::<RecordingListener>::clone(&self.listener),
        )
    }

    /// What a model of the root project becomes.
    pub(super) fn sql(&self, model: &str) -> String {
        match self.job(&format!("model.shop.{model}")).compile() {
            Ok(compiled) => compiled.sql.clone(),
            Err(failure) => self.show(&failure),
        }
    }

    /// What a query from the command line becomes.
    pub(super) fn inline(&self, text: &str) -> String {
        let file = self.runtime.parts.sources.add("--inline", text);
        let listener: Arc<RecordingListener> = Arc::clone(&self.listener);
        match Job::inline(&self.runtime, &self.worker, Text::of_file(&file), listener).compile() {
            Ok(compiled) => compiled.sql.clone(),
            Err(failure) => self.show(&failure),
        }
    }

    pub(super) fn show(&self, failure: &Failure) -> String {
        render_all(&[failure.diagnostic()], &self.runtime.parts.sources, Style::Plain).trim().to_owned()
    }
}
