//! Rows, and checksums as dbt-core 1.11.16 wrote them into its manifest.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Names, RowFiles, UnitTestDraft, build};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::{self, Home};
use crate::manifest::{Fixture, GivenInput, NodeId, RefCall, SourceCall};
use crate::source::{SourceFile, SourceMap, Span};
use crate::yaml;

const HOME: Home<'static> = Home { package: "shop", original_file_path: "models/stg/schema.yml" };

struct Files(BTreeMap<&'static str, Arc<SourceFile>>);

impl Files {
    fn new() -> Self {
        let map = SourceMap::new();
        let file = |path: &str, text: &str| map.add(path, text);
        Self(BTreeMap::from([
            ("orders_fx", file("tests/fixtures/orders_fx.csv", "id,status\n1,\n2,b\n")),
            ("sqlfx", file("tests/fixtures/sqlfx.sql", "select 1 as id")),
        ]))
    }
}

impl RowFiles for Files {
    fn package(&self) -> &'static str {
        "shop"
    }

    fn fixture(&self, name: &str) -> Option<Arc<SourceFile>> {
        self.0.get(name).cloned()
    }

    fn fixture_names(&self) -> Vec<String> {
        self.0.keys().map(|name| (*name).to_owned()).collect()
    }

    fn seed(&self, call: &RefCall) -> Option<String> {
        (call.name == "country").then(|| "id,name\n1,a\n2,\n".to_owned())
    }
}

struct Known;

impl Names for Known {
    fn models(&self, name: &str) -> Vec<(NodeId, Option<Json>)> {
        match name {
            "dim_orders" | "incremental" => vec![(NodeId(1), None)],
            "versioned" => vec![(NodeId(1), Some(json!(1))), (NodeId(4), Some(json!(2)))],
            _ => Vec::new(),
        }
    }

    fn reference(&self, call: &RefCall) -> Option<NodeId> {
        (call.name == "stg_orders").then_some(NodeId(2))
    }

    fn source(&self, call: &SourceCall) -> Option<NodeId> {
        (call.table == "orders").then_some(NodeId(3))
    }

    fn is_incremental(&self, _: NodeId) -> bool {
        false
    }

    fn reference_names(&self) -> Vec<String> {
        vec!["dim_orders".to_owned(), "stg_orders".to_owned()]
    }

    fn source_names(&self) -> Vec<String> {
        vec!["raw.orders".to_owned()]
    }
}

/// The same names, where every model asks `is_incremental()`.
struct Incremental;

impl Names for Incremental {
    fn models(&self, name: &str) -> Vec<(NodeId, Option<Json>)> {
        Known.models(name)
    }

    fn reference(&self, call: &RefCall) -> Option<NodeId> {
        Known.reference(call)
    }

    fn source(&self, call: &SourceCall) -> Option<NodeId> {
        Known.source(call)
    }

    fn is_incremental(&self, _: NodeId) -> bool {
        true
    }

    fn reference_names(&self) -> Vec<String> {
        Known.reference_names()
    }

    fn source_names(&self) -> Vec<String> {
        Known.source_names()
    }
}

fn drafted(entry: &str) -> Result<UnitTestDraft, Vec<Diagnostic>> {
    let file = SourceMap::new().add("models/stg/schema.yml", format!("unit_tests:\n{entry}"));
    let render = |text: &str, _: Span| Ok(Json::from(text));
    let parsed = properties::parse(&yaml::parse(&file).expect("the YAML is good"), &render);
    match parsed.properties.unit_tests.as_slice() {
        [test] if parsed.problems.is_empty() => build(test, HOME, &Files::new()),
        _ => Err(parsed.problems),
    }
}

const DICT: &str = "
  - name: t1
    model: dim_orders
    description: hi
    given:
      - input: ref('stg_orders')
        rows: [{id: null, status: a}, {id: 1, status: 'b', f: 1.5, t: true, l: [1, 2]}]
    expect:
      rows: [{id: 1}]
    overrides:
      macros: {is_incremental: true}
      vars: {a: 1}
      env_vars: {B: x}
";
const CSV: &str = "
  - name: t2
    model: dim_orders
    given:
      - input: ref('stg_orders')
        format: csv
        fixture: orders_fx
      - input: ref('country')
    expect:
      format: csv
      rows: |
        id,status
        1,
        2,\"b,c\"
    config: {tags: [x], meta: {a: 1}}
";
const SQL: &str = "
  - name: t3
    model: dim_orders
    given:
      - input: ref('stg_orders')
        format: sql
        fixture: sqlfx
      - input: ref('stg_orders')
        format: sql
        rows: select 1 as id
    expect:
      format: sql
      rows: select 1
";

#[test]
fn ids_and_checksums_are_those_of_dbt() {
    let check = |entry: &str, name: &str, checksum: &str| {
        let draft = drafted(entry).expect("a good unit test");
        assert_eq!(draft.unique_id, format!("unit_test.shop.dim_orders.{name}"));
        assert_eq!(draft.fqn, ["shop", "stg", "dim_orders", name]);
        assert_eq!(draft.checksum, checksum, "{name}");
    };
    check(DICT, "t1", "cdfe0b65a990f3186af49e82c5aad4db15a8644fcd42d6511003285422850099");
    check(CSV, "t2", "3953b476153209c9324faca8e63ea91bc9381df2b10f38bb452d27acf1fc68ea");
    check(SQL, "t3", "9b6cebdef5628d3142aa0b6d83515767e0266766bbcd0efb05129fab65dc1dbf");
}

#[test]
fn rows_are_read_in_every_format() {
    let check = |rows: &Fixture, expected: Json| {
        let Fixture::Rows(rows, _) = rows else { panic!("rows were expected") };
        assert_eq!(Json::from(rows.iter().cloned().map(Json::Object).collect::<Vec<_>>()), expected);
    };
    let dict = drafted(DICT).expect("a good unit test");
    let full = json!({"id": 1, "status": "b", "f": 1.5, "t": true, "l": [1, 2]});
    check(&dict.given[0].rows, json!([full, {"id": null, "status": "a"}]));
    let csv = drafted(CSV).expect("a good unit test");
    check(&csv.given[0].rows, json!([{"id": "2", "status": "b"}, {"id": "1", "status": null}]));
    check(&csv.given[1].rows, json!([{"id": "1", "name": "a"}, {"id": "2", "name": ""}]));
    check(&csv.expect, json!([{"id": "2", "status": "b,c"}, {"id": "1", "status": null}]));
    let sql = drafted(SQL).expect("a good unit test");
    assert_eq!(sql.given[0].rows, Fixture::Sql("select 1 as id".to_owned()));
    assert_eq!(sql.expect, Fixture::Sql("select 1".to_owned()));
}

/// A unit test whose one input says `given` and which expects `expect`.
fn entry(given: &str, expect: &str) -> String {
    format!("  - {{name: t, model: dim_orders, given: [{given}], expect: {expect}}}")
}

#[test]
fn mistakes_are_reported_with_a_place() {
    let check = |entry: &str, expected: &[&str]| {
        let problems = drafted(entry).expect_err(entry);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, expected, "{entry}");
        assert!(problems.iter().all(|problem| !problem.labels.is_empty()), "{entry}");
    };
    let rows = "{rows: [{id: 1}]}";
    check(&entry("{input: stg_orders, rows: []}", rows), &["bad-input"]);
    check(&entry("{input: this}", rows), &["no-rows"]);
    check(&entry("{input: ref('stg_orders')}", rows), &["no-rows"]);
    check(&entry("{rows: []}", rows), &["missing-key"]);
    check(&entry("{input: this, rows: x}", rows), &["wrong-type"]);
    check(&entry("{input: this, rows: [], format: xml}", rows), &["unknown-value"]);
    check(&entry("{input: this, rows: [], format: csv}", rows), &["wrong-type"]);
    check(&entry("{input: this, format: csv}", rows), &["no-rows"]);
    check(&entry("{input: this, fixture: orders_fx}", rows), &["bad-fixture"]);
    check(&entry("{input: this, format: sql, fixture: orders_fx}", rows), &["bad-fixture"]);
    check(&entry("{input: this, format: csv, fixture: order_fx}", rows), &["unknown-fixture"]);
    check(&entry("{input: this, format: csv, rows: x, fixture: orders_fx}", rows), &["set-twice"]);
    check(&entry(r#"{input: this, format: csv, rows: "a\n1,2"}"#, rows), &["bad-csv"]);
    check(&entry("{input: this, rows: x}", "{rows: y}"), &["wrong-type", "wrong-type"]);
    check("  - {name: t, given: [], expect: {rows: []}}", &["missing-key"]);
    check("  - {name: t, model: m}", &["missing-key", "missing-key"]);
}

#[test]
fn a_misspelt_fixture_gets_a_suggestion() {
    let problems =
        drafted(&entry("{input: this, format: csv, fixture: order_fx}", "{rows: []}")).expect_err("unknown");
    assert!(problems[0].help.iter().any(|help| help.contains("`orders_fx`")), "{problems:?}");
}

#[test]
fn names_are_resolved_or_reported() {
    let check = |entry: &str, names: &dyn Names, expected: &[&str]| {
        let draft = drafted(entry).expect("a good unit test");
        let problems = draft.resolve(names).err().unwrap_or_default();
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, expected, "{entry}");
    };
    let given = r#"{input: "source('raw', 'orders')", rows: []}"#;
    check(&entry(given, "{rows: []}"), &Known, &[]);
    check(DICT, &Known, &[]);
    let unknown = drafted(&entry("{input: ref('stg_order'), rows: []}", "{rows: []}")).expect("a draft");
    let tests = unknown.resolve(&Known).expect("a test that will fail");
    let input = &tests[0].given[0].input;
    assert!(matches!(input, GivenInput::Unknown(problem) if problem.code == "unknown-input"), "{input:?}");
    check("  - {name: t, model: dim_order, given: [], expect: {rows: []}}", &Known, &["unknown-model"]);
    check(&entry(given, "{rows: []}"), &Incremental, &["no-incremental-override"]);
    check(DICT, &Incremental, &["no-input-this"]);
}

#[test]
fn a_test_is_for_some_versions_of_its_model() {
    let check = |choice: &str, expected: Result<&[u32], &str>| {
        let entry =
            format!("  - {{name: t, model: versioned, given: [], expect: {{rows: []}}, versions: {choice}}}");
        let resolved = drafted(&entry).expect("a good unit test").resolve(&Known);
        let found: Vec<u32> = resolved.iter().flatten().map(|test| test.tested.0).collect();
        let problem = resolved.err().and_then(|problems| Some(problems.first()?.code));
        assert_eq!((found.as_slice(), problem), (expected.unwrap_or_default(), expected.err()), "{choice}");
    };
    check("{include: [2]}", Ok(&[4]));
    check("{exclude: [2]}", Ok(&[1]));
    check("{include: [3]}", Err("unknown-version"));
}
