//! How much is asked of the warehouse, counted: a guard that needs no clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use model::adapter::{Adapter, Cancel, Capabilities, DatabaseError, MacroSet, MemberCall, Response, Session};
use model::sql::{self, Column, Dialect, Relation, Rows};
use serde_json::{Map, Value as Json};

use crate::sandbox::Sandbox;
use crate::toy_engine::build;

/// How often what was asked, by its first word.
type Counts = Arc<Mutex<BTreeMap<String, usize>>>;

/// The embedded engine, with somebody who counts.
#[derive(Debug, Clone)]
struct Counting {
    adapter: Arc<dyn Adapter>,
    counts: Counts,
}

impl Adapter for Counting {
    fn kind(&self) -> &'static str {
        self.adapter.kind()
    }

    fn dialect(&self) -> &Dialect {
        self.adapter.dialect()
    }

    fn target(&self) -> Map<String, Json> {
        self.adapter.target()
    }

    fn capabilities(&self) -> &Capabilities {
        self.adapter.capabilities()
    }

    fn macros(&self) -> &'static [MacroSet] {
        self.adapter.macros()
    }

    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError> {
        let session = self.adapter.connect()?;
        Ok(Box::new(CountingSession { session, counts: Arc::clone(&self.counts) }))
    }

    fn source_location(&self, source: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
        self.adapter.source_location(source)
    }

    fn call_member(
        &self,
        session: Option<&mut dyn Session>,
        call: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>> {
        self.adapter.call_member(session, call)
    }
}

struct CountingSession {
    session: Box<dyn Session>,
    counts: Counts,
}

impl CountingSession {
    fn count(&self, sql: &str) {
        let word = sql::leading_word(sql);
        *self.counts.lock().expect("nobody has panicked").entry(word).or_default() += 1;
    }
}

impl Session for CountingSession {
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError> {
        self.count(sql);
        self.session.execute(sql)
    }

    fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        self.count(sql);
        self.session.query(sql, limit)
    }

    fn relations(&mut self, database: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        self.count("relations");
        self.session.relations(database)
    }

    fn schemas(&mut self, database: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        self.count("schemas");
        self.session.schemas(database)
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, DatabaseError> {
        self.count("columns");
        self.session.columns(relation)
    }

    fn in_transaction(&self) -> bool {
        self.session.in_transaction()
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        self.session.cancel_handle()
    }
}

#[test]
fn no_more_is_asked_of_the_warehouse_than_it_takes() {
    let tests = "[not_null, unique, accepted_values: {arguments: {values: [1, 2], quote: false}}]";
    let column = format!("columns: [{{name: id, data_tests: {tests}}}]");
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop")
        .model("stored", "{{ config(materialized='table') }} select 1 as id")
        .model("shown", "select * from {{ ref('stored') }}")
        .model("added", "{{ config(materialized='incremental') }} select * from {{ ref('shown') }}")
        .file(
            "models/schema.yml",
            &format!("models: [{{name: stored, {column}}}, {{name: shown, {column}}}]"),
        );
    let asked = || {
        let counts = Counts::default();
        let results = build(&sandbox, |adapter| Arc::new(Counting { adapter, counts: Arc::clone(&counts) }));
        assert!(
            results.lines().all(|line| line.starts_with("success") || line.starts_with("pass")),
            "{results}"
        );
        let counts = counts.lock().expect("nobody has panicked");
        counts.iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(asked(), "alter 2, begin 3, commit 3, create 3, relations 1, schemas 1, select 2");
    assert_eq!(
        asked(),
        "alter 2, begin 3, columns 3, commit 3, create 3, drop 3, insert 1, relations 1, schemas 1, select 2"
    );
}
