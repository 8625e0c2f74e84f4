//! The warehouses that tests run on: DuckDB always, PostgreSQL where there is a
//! server. `tests/golden/engines.json` declares them, for these tests and for
//! `scripts/record_golden.py`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::postgres::{Database, Server};
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

/// What an engine offers beyond the language that all share, in words.
pub(crate) fn offers(engine: &Json) -> Vec<&str> {
    engine["offers"].as_array().expect("a list").iter().filter_map(Json::as_str).collect()
}

/// Whether an engine offers something since a later version than the server's.
pub(crate) fn is_newer(engine: &Json, offer: &str, server: Option<u64>) -> bool {
    engine["since"][offer].as_u64().zip(server).is_some_and(|(since, version)| version < since)
}

/// A warehouse of one test's own.
pub(crate) struct Warehouse {
    engine: Json,
    place: Place,
}

enum Place {
    File(PathBuf),
    Server(Database),
}

impl Warehouse {
    /// An empty one; nothing where there is no server for it.
    pub(crate) fn create(name: &str, sandbox: &Sandbox) -> Option<Self> {
        let engine = engine(name);
        let place = match name {
            "duckdb" => Place::File(sandbox.path("shop.duckdb")),
            _ => Place::Server(Server::of_tests()?.database()),
        };
        let warehouse = Self { engine, place };
        warehouse.prepare();
        Some(warehouse)
    }

    /// The server's version, where it is a server.
    pub(crate) fn version(&self) -> Option<u64> {
        match &self.place {
            Place::File(_) => None,
            Place::Server(database) => Some(database.server.version()),
        }
    }

    fn prepare(&self) {
        let Place::Server(database) = &self.place else { return };
        for statement in self.engine["prepare"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            database.execute(statement);
        }
    }

    /// The text of a `profiles.yml` that leads to it.
    pub(crate) fn profile(&self) -> String {
        let mut output = self.engine["output"].clone();
        if let (Place::Server(database), Some(output)) = (&self.place, output.as_object_mut()) {
            output.extend(database.output());
        }
        json!({"shop": {"target": "dev", "outputs": {"dev": output}}}).to_string()
    }

    /// Rows of a query of text columns.
    pub(crate) fn rows(&self, sql: &str) -> Rows {
        match &self.place {
            Place::File(path) if !path.exists() => Vec::new(),
            Place::File(path) => duckdb_rows(path, sql),
            Place::Server(database) => database.rows(sql),
        }
    }

    /// The rows of a query of one text column, a line each.
    pub(crate) fn text(&self, sql: &str) -> String {
        self.rows(sql).into_iter().flatten().flatten().collect::<Vec<_>>().join("\n")
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
        found.into_iter().map(|(name, known)| (name, self.plain(Json::Object(known)))).collect()
    }

    /// The recordings know a database as `shop`.
    pub(crate) fn plain(&self, told: Json) -> Json {
        let Place::Server(database) = &self.place else { return told };
        serde_json::from_str(&told.to_string().replace(&database.name, "shop")).expect("JSON")
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
