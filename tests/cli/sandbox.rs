//! Builds a project in a temporary folder and runs the binary on it.
//!
//! ```ignore
//! Sandbox::new()
//!     .model("a", "select 1 as id")
//!     .model("b", "select * from {{ ref('a') }}")
//!     .run(["build"])
//!     .success();
//! ```
//! The environment is empty but for `PATH`, so that no setting of the machine
//! reaches a test, nodes run one after the other, and what varies in the output is written as `[TIME]`,
//! `[ELAPSED]`, `[ROOT]`.

use std::path::{Path, PathBuf};
use std::process::Command;

use fancy_regex::Regex;

use crate::warehouse::{Rows, duckdb_rows};

/// Commands that talk on stderr, since stdout has their answer. Of the others the
/// report of what they did is the answer.
const ANSWERING: &[&str] = &["compile", "show", "list", "ls", "debug", "init", "completions"];

/// A project in a temporary folder.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a run of the binary left.
pub(crate) struct Output {
    /// The exit code.
    pub(crate) code: i32,
    /// The answer.
    pub(crate) stdout: String,
    /// The talk, on whichever stream.
    pub(crate) talk: String,
}

impl Sandbox {
    /// A project that is called `shop` and has nothing but its name.
    pub(crate) fn new() -> Self {
        Self::empty().file("project.yml", "name: shop\n")
    }

    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, environment: Vec::new() }
    }

    /// The example project at the root of this repository, without Cargo's files.
    pub(crate) fn example() -> Self {
        let sandbox = Self::empty();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["models", "seeds", "snapshots", "macros", "analyses", "tests"] {
            copy(&root.join(name), &sandbox.path(name));
        }
        copy(&root.join("project.yml"), &sandbox.path("project.yml"));
        sandbox
    }

    /// Writes a file; its indentation is taken off.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Writes `models/NAME.sql`.
    pub(crate) fn model(self, name: &str, sql: &str) -> Self {
        self.file(&format!("models/{name}.sql"), sql)
    }

    /// Sets an environment variable for the runs to come.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes or replaces a file in the middle of a test.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.write_exactly(path, &unindent(text));
    }

    /// Writes a file as it is.
    pub(crate) fn write_exactly(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A path in the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The text of a file in the project.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A JSON file in the project.
    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(path)).expect("valid JSON")
    }

    /// Runs the binary in the project.
    #[must_use]
    pub(crate) fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Output {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        let done = self.command(arguments.iter().copied()).output().expect("the binary runs");
        let output = self.output(&done);
        let command = arguments.iter().find(|word| !word.starts_with('-'));
        let answers = command.is_some_and(|command| ANSWERING.contains(command));
        let talk = if answers { self.normalize(&String::from_utf8_lossy(&done.stderr)) } else { output.talk };
        Output { talk, ..output }
    }

    /// What a run of [`Sandbox::command`] left, of a command that does something.
    pub(crate) fn output(&self, output: &std::process::Output) -> Output {
        let stdout = self.normalize(&String::from_utf8_lossy(&output.stdout));
        let stderr = self.normalize(&String::from_utf8_lossy(&output.stderr));
        let talk = format!("{stdout}{stderr}");
        Output { code: output.status.code().unwrap_or(-1), stdout, talk }
    }

    /// Runs the binary under the name `dbt`.
    #[must_use]
    pub(crate) fn run_as_dbt<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Output {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let link = folder.path().join("dbt");
        std::os::unix::fs::symlink(assert_cmd::cargo::cargo_bin!("model"), &link).expect("a link");
        let command = self.command(arguments);
        let mut named = Command::new(link);
        named.args(command.get_args()).env_clear().current_dir(self.folder.path());
        let environment = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        named.envs(environment.collect::<Vec<_>>());
        self.output(&named.output().expect("the binary runs"))
    }

    /// The command that [`Sandbox::run`] runs.
    pub(crate) fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("model"));
        command.current_dir(self.folder.path()).env_clear().envs(kept_environment());
        command.env("DBT_THREADS", "1");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(arguments);
        command
    }

    /// Rows of a query against the project's database, cells joined by `|`.
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        let shown = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".to_owned());
        let line = |row: Vec<Option<String>>| row.into_iter().map(shown).collect::<Vec<_>>().join("|");
        self.rows(&format!("select columns(*)::varchar from ({sql})")).into_iter().map(line).collect()
    }

    /// Rows of a query of text columns against the project's database.
    pub(crate) fn rows(&self, sql: &str) -> Rows {
        duckdb_rows(&self.path("shop.duckdb"), sql)
    }

    fn normalize(&self, text: &str) -> String {
        let root = self.folder.path().canonicalize().expect("the folder exists");
        let text = text.replace(&root.display().to_string(), "[ROOT]");
        let text = text.replace(&self.folder.path().display().to_string(), "[ROOT]");
        let patterns = [
            (r"\b\d{2}:\d{2}:\d{2}\b", "[TIME]"),
            (r"\b\d+(\.\d+)?\s?(ms|s)\b", "[ELAPSED]"),
            (r" +\n", "\n"),
        ];
        patterns.iter().fold(text, |text, (pattern, shown)| {
            Regex::new(pattern).expect("a valid pattern").replace_all(&text, *shown).into_owned()
        })
    }
}

impl Output {
    /// Fails the test unless the exit code is 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.code(0)
    }

    /// Fails the test unless this is the exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\ntalk:\n{}", self.stdout, self.talk);
        self
    }

    /// Fails the test unless the answer is exactly this.
    #[track_caller]
    pub(crate) fn stdout(self, expected: &str) -> Self {
        assert_eq!(self.stdout.trim_end(), unindent(expected).trim_end(), "talk:\n{}", self.talk);
        self
    }

    /// Fails the test unless the talk is exactly this.
    #[track_caller]
    pub(crate) fn talk(self, expected: &str) -> Self {
        assert_eq!(self.talk.trim_end(), unindent(expected).trim_end(), "stdout:\n{}", self.stdout);
        self
    }

    /// Fails the test unless the talk holds this.
    #[track_caller]
    pub(crate) fn talk_has(self, part: &str) -> Self {
        assert!(self.talk.contains(part), "`{part}` was not said:\n{}", self.talk);
        self
    }
}

/// What a process needs to start at all.
fn kept_environment() -> impl Iterator<Item = (String, String)> {
    ["PATH", "LD_LIBRARY_PATH", "TMPDIR"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in std::fs::read_dir(from).expect("a folder") {
            let path = entry.expect("an entry").path();
            copy(&path, &to.join(path.file_name().expect("a name")));
        }
    } else if from.is_file() {
        std::fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
        std::fs::copy(from, to).expect("a copy");
    }
}

/// The text without a first empty line and without the indentation that all its lines share.
pub(crate) fn unindent(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let margin = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text.lines().map(|line| line.get(margin..).unwrap_or("")).collect();
    let mut joined = lines.join("\n");
    if text.trim_end_matches(' ').ends_with('\n') {
        joined = joined.trim_end_matches(' ').to_owned();
        if !joined.ends_with('\n') {
            joined.push('\n');
        }
    }
    joined
}
