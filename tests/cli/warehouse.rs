//! The warehouses that tests run on. `tests/golden/engines.json` declares
//! them, for these tests and for `scripts/record_golden.py`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::sandbox::Sandbox;

/// The engines, in the order in which they are told of.
pub(crate) const ENGINES: [&str; 2] = ["duckdb", "postgres"];

/// Cells of a query of text columns.
pub(crate) type Rows = Vec<Vec<Option<String>>>;

/// What is declared of an engine.
pub(crate) fn engine(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/engines.json");
    let text = std::fs::read_to_string(path).expect("the engines");
    let engines: Json = serde_json::from_str(&text).expect("JSON");
    engines[name].clone()
}

/// A warehouse of one test's own.
pub(crate) struct Warehouse {
    engine: Json,
    file: PathBuf,
}

impl Warehouse {
    /// An empty one; nothing where there is no server for it.
    pub(crate) fn create(name: &str, sandbox: &Sandbox) -> Option<Self> {
        (name == "duckdb").then(|| Self { engine: engine(name), file: sandbox.path("shop.duckdb") })
    }

    /// The text of a `profiles.yml` that leads to it.
    pub(crate) fn profile(&self) -> String {
        json!({"shop": {"target": "dev", "outputs": {"dev": self.engine["output"]}}}).to_string()
    }

    /// Rows of a query of text columns.
    pub(crate) fn rows(&self, sql: &str) -> Rows {
        if self.file.exists() { duckdb_rows(&self.file, sql) } else { Vec::new() }
    }

    /// What is known of every table and view, by name: kind, columns, rows, and
    /// comments, constraints, indexes and grants where there are any.
    pub(crate) fn relations(&self) -> BTreeMap<String, Json> {
        let facts: Vec<&str> =
            self.engine["facts"].as_array().expect("lines").iter().filter_map(Json::as_str).collect();
        let mut found = BTreeMap::<String, Map<String, Json>>::new();
        for fact in self.rows(&facts.join("\n")) {
            let [Some(name), Some(fact), values @ ..] = fact.as_slice() else { panic!("{fact:?}") };
            let known = found.entry(name.clone()).or_default();
            let values = json!(values.iter().flatten().collect::<Vec<_>>());
            if fact == "kind" {
                known.insert(fact.clone(), values[0].clone());
                continue;
            }
            let list = known.entry(fact).or_insert_with(|| json!([]));
            list.as_array_mut().expect("a list").push(values);
        }
        for (name, known) in &mut found {
            let columns = known.entry("columns").or_insert_with(|| json!([])).clone();
            known.insert("rows".to_owned(), json!(self.rows_of(name, &columns)));
        }
        found.into_iter().map(|(name, known)| (name, Json::Object(known))).collect()
    }

    /// Every cell as a text, in an order that does not depend on the engine.
    fn rows_of(&self, name: &str, columns: &Json) -> Rows {
        let cells = columns.as_array().into_iter().flatten().filter_map(|column| column[0].as_str());
        let cells: Vec<String> = cells.map(|name| format!("cast(\"{name}\" as text)")).collect();
        let table = name.replacen('.', "\".\"", 1);
        let mut rows = self.rows(&format!("select {} from \"{table}\"", cells.join(", ")));
        rows.sort_by_cached_key(|row| {
            row.iter().map(|cell| (cell.is_none(), cell.clone())).collect::<Vec<_>>()
        });
        rows
    }
}

/// Rows of a query of text columns against a database file.
pub(crate) fn duckdb_rows(path: &Path, sql: &str) -> Rows {
    let connection = duckdb::Connection::open(path).expect("the database opens");
    let mut statement = connection.prepare(sql).expect("valid SQL");
    let mut rows = statement.query([]).expect("a result");
    let mut found = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        let width = row.as_ref().column_count();
        found.push((0..width).map(|at| row.get(at).expect("a text")).collect());
    }
    found
}
