//! Models in Python. Two processes cannot write to one database file, so the code
//! runs on copies: what the model reads is put into a file of its own, under the names
//! that the code uses, and the table that the code makes there is taken over.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use duckdb::Connection;
use serde_json::json;

use super::fault;
use super::session::DuckDbSession;
use crate::adapter::{DatabaseError, PythonJob, Remark, Response, Session as _};
use crate::host::{files, process};
use crate::sql::{Dialect, Relation};

/// What runs the code.
const RUNNER: &str = include_str!("python/run.py");

/// Where a table lands that the code makes without naming a schema: a temporary one.
const TEMPORARY: &str = "__dbt_temporary";

/// The exit code of [`RUNNER`] where the package is missing.
const NO_PACKAGE: i32 = 3;

pub(super) fn run(session: &mut DuckDbSession, job: &PythonJob<'_>) -> Result<Response, DatabaseError> {
    let connection = session.another()?;
    let exchange = Exchange::new(&connection, job)?;
    let inputs = exchange.put_inputs()?;
    let finished = exchange.run()?;
    let response = exchange.take_tables(session, &inputs)?;
    let remarks = finished.lines().map(|line| Remark { message: line.to_owned(), is_warning: false });
    Ok(Response { remarks: remarks.collect(), ..response })
}

/// The files through which both sides see tables. They are gone when it is dropped.
struct Exchange<'a> {
    connection: &'a Connection,
    job: &'a PythonJob<'a>,
    /// The file of each database, and the name under which it is attached here; by name,
    /// in lower case.
    databases: BTreeMap<String, (PathBuf, String)>,
    /// The database of the model.
    main: String,
}

impl<'a> Exchange<'a> {
    fn new(connection: &'a Connection, job: &'a PythonJob<'a>) -> Result<Self, DatabaseError> {
        let main = match &job.this.database {
            Some(name) => name.clone(),
            None => connection
                .query_row("select current_database()", [], |row| row.get(0))
                .map_err(|error| fault::from_setup(&error))?,
        };
        let mut databases = BTreeMap::new();
        let named = job.inputs.iter().filter_map(|input| input.database.clone());
        for (at, name) in std::iter::once(main.clone()).chain(named).enumerate() {
            if name.contains(['/', '\\']) {
                let message = format!("a Python model cannot read from a database that is called `{name}`");
                return Err(DatabaseError::new(message));
            }
            // The file's name is what the code knows the database by.
            let file = job.folder.join(at.to_string()).join(format!("{name}.duckdb"));
            let own = job.folder.file_name().unwrap_or_default().display();
            databases.entry(name.to_lowercase()).or_insert_with(|| (file, format!("__python_{own}_{at}")));
        }
        let exchange = Self { connection, job, databases, main: main.to_lowercase() };
        exchange.clean_up().map_err(|error| DatabaseError::new(error.to_string()))?;
        for (file, _) in exchange.databases.values() {
            let folder = file.parent().unwrap_or(job.folder);
            files::create_folder(folder).map_err(|error| DatabaseError::new(error.to_string()))?;
        }
        Ok(exchange)
    }

    fn clean_up(&self) -> Result<(), files::FileError> {
        if files::is_folder(self.job.folder) { files::remove(self.job.folder) } else { Ok(()) }
    }

    fn send(&self, sql: &str) -> Result<(), DatabaseError> {
        self.connection.execute_batch(sql).map_err(|error| fault::from_setup(&error))
    }

    fn attach(&self) -> Result<(), DatabaseError> {
        for (file, alias) in self.databases.values() {
            let file = Dialect::ANSI.literal(&file.display().to_string());
            self.send(&format!("attach {file} as {}", Dialect::ANSI.quote(alias)))?;
        }
        Ok(())
    }

    fn detach(&self) -> Result<(), DatabaseError> {
        for (_, alias) in self.databases.values() {
            self.send(&format!("detach {}", Dialect::ANSI.quote(alias)))?;
        }
        Ok(())
    }

    /// A relation's schema in its exchange file.
    fn place(&self, relation: &Relation) -> String {
        let database =
            relation.database.as_ref().map_or_else(|| self.main.clone(), |name| name.to_lowercase());
        let alias = self.databases.get(&database).map(|(_, alias)| alias.as_str()).unwrap_or_default();
        let schema = relation.schema.as_deref().unwrap_or("main");
        format!("{}.{}", Dialect::ANSI.quote(alias), Dialect::ANSI.quote(schema))
    }

    /// Copies what the model reads, and says what that is. What is not there is left
    /// to the code to miss.
    fn put_inputs(&self) -> Result<Vec<&'a Relation>, DatabaseError> {
        let mut copied = Vec::new();
        self.attach()?;
        let temporary = self.job.this.clone();
        let temporary = Relation { schema: Some(TEMPORARY.to_owned()), ..temporary };
        for place in [&temporary, self.job.this] {
            self.send(&format!("create schema if not exists {}", self.place(place)))?;
        }
        for input in self.job.inputs {
            let place = self.place(input);
            self.send(&format!("create schema if not exists {place}"))?;
            let name = Dialect::ANSI.quote(input.identifier.as_deref().unwrap_or_default());
            let full = Relation { quote: crate::sql::Policy::ALL, ..input.clone() }.render(&Dialect::ANSI);
            match self.send(&format!("create table if not exists {place}.{name} as from {full}")) {
                Err(error) if error.message.contains("does not exist") => {}
                Err(error) => return Err(error),
                Ok(()) => copied.push(input),
            }
        }
        self.detach()?;
        Ok(copied)
    }

    /// Runs the code, and gives what it printed.
    fn run(&self) -> Result<String, DatabaseError> {
        let path = |name: &str| self.job.folder.join(name);
        let refused = |error: files::FileError| DatabaseError::new(error.to_string());
        files::write(&path("run.py"), RUNNER).map_err(refused)?;
        files::write(&path("model.py"), self.job.code).map_err(refused)?;
        files::write(&path("job.json"), self.description()).map_err(refused)?;
        let mut tried = Vec::new();
        for python in process::pythons() {
            let (runner, job) = (path("run.py"), path("job.json"));
            let arguments = [runner.as_os_str(), job.as_os_str()];
            match process::run(&python, &arguments, self.job.is_stopping) {
                Ok(finished) if finished.is_stopped => {
                    return Err(DatabaseError { is_cancelled: true, ..DatabaseError::new("stopped") });
                }
                Ok(finished) if finished.code == Some(0) => return Ok(finished.stdout),
                Ok(finished) if finished.code == Some(NO_PACKAGE) => tried.push(python),
                Ok(finished) => return Err(failed(&python, &finished)),
                Err(_) => tried.push(python),
            }
        }
        Err(no_python(&tried))
    }

    fn description(&self) -> String {
        let file = |name: &String| self.databases.get(name).map(|(file, _)| file.display().to_string());
        let others = self.databases.keys().filter(|name| **name != self.main);
        let others: BTreeMap<&String, Option<String>> = others.map(|name| (name, file(name))).collect();
        json!({
            "code": self.job.folder.join("model.py"),
            "main": file(&self.main),
            "others": others,
            "path": [TEMPORARY, self.job.this.schema.as_deref().unwrap_or("main"), "main"],
        })
        .to_string()
    }

    /// Takes over the tables that the code made.
    fn take_tables(
        &self,
        session: &mut DuckDbSession,
        inputs: &[&Relation],
    ) -> Result<Response, DatabaseError> {
        self.attach()?;
        let mut response = Response { message: "OK".to_owned(), ..Response::default() };
        for (database, (_, alias)) in &self.databases {
            for made in session.relations(Some(alias))? {
                let made = Relation { kind: None, ..made };
                let own = Relation { database: Some(database.clone()), ..made.clone() };
                if inputs.iter().any(|input| input.key() == own.key()) {
                    continue;
                }
                let create = if made.schema.as_deref() == Some(TEMPORARY) {
                    let name = Dialect::ANSI.quote(made.identifier.as_deref().unwrap_or_default());
                    format!("create temporary table {name}")
                } else {
                    format!("create table {}", own.render(&Dialect::ANSI))
                };
                response = session.execute(&format!("{create} as from {}", made.render(&Dialect::ANSI)))?;
            }
        }
        Ok(response)
    }
}

impl Drop for Exchange<'_> {
    /// What cannot be removed now is removed before the next run.
    fn drop(&mut self) {
        let _ = self.detach();
        let _ = self.clean_up();
    }
}

/// The end of a program that failed: Python says in its last lines what was wrong.
fn failed(python: &Path, finished: &process::Finished) -> DatabaseError {
    let mut message = format!("Python model failed:\n{}", finished.stderr.trim_end());
    if finished.stderr.trim().is_empty() {
        let code = finished.code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
        message = format!("Python model failed: {} ended with {code}", python.display());
    } else if finished.stderr.contains("ModuleNotFoundError") {
        let _ = write!(message, "\ninstall the package where {} finds it", python.display());
    }
    DatabaseError::new(message)
}

fn no_python(tried: &[PathBuf]) -> DatabaseError {
    let message = if tried.is_empty() {
        "a Python model needs the interpreter `python3`, and none is on the path".to_owned()
    } else {
        let tried: Vec<String> = tried.iter().map(|python| python.display().to_string()).collect();
        format!("a Python model needs the Python package `duckdb`, which is missing in {}", tried.join(", "))
    };
    DatabaseError::new(format!("{message}\ninstall it, or name another interpreter in `MODEL_PYTHON`"))
}
