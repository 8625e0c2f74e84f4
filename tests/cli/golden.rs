//! Language behaviour: the same projects as dbt-core, the same results.
//!
//! The recordings in `tests/golden` come from `scripts/record_golden.py`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.json"));
    let case: Json =
        serde_json::from_str(&std::fs::read_to_string(path).expect("a recording")).expect("JSON");
    let sandbox = Sandbox::empty();
    write(&sandbox, &case["files"]);
    for step in case["steps"].as_array().expect("steps") {
        write(&sandbox, &step["files"]);
        let command: Vec<&str> =
            step["run"].as_array().expect("a command").iter().filter_map(Json::as_str).collect();
        let results = sandbox.path("target/run_results.json");
        if results.exists() {
            std::fs::remove_file(results).expect("removed");
        }
        let output = sandbox.run(command.iter().copied().chain(["--quiet"]));
        let said = format!("{name}: {command:?}\n{}\n{}", output.stdout, output.stderr);
        let expected = &step["expected"];
        assert_eq!(json!(output.code), expected["code"], "{said}");
        if let Some(lines) = expected["stdout"].as_array().filter(|_| output.code == 0) {
            let lines: Vec<&str> = lines.iter().filter_map(Json::as_str).collect();
            assert_eq!(output.stdout.lines().collect::<Vec<_>>(), lines, "{said}");
        }
        assert_eq!(statuses(&sandbox), expected["results"], "{said}");
        compare_relations(&relations(&sandbox), &expected["relations"], &said);
    }
}

fn write(sandbox: &Sandbox, files: &Json) {
    for (path, text) in files.as_object().expect("files") {
        match text.as_str() {
            Some(text) => sandbox.write_exactly(path, text),
            None => std::fs::remove_file(sandbox.path(path)).expect("removed"),
        }
    }
}

fn statuses(sandbox: &Sandbox) -> Json {
    if !sandbox.path("target/run_results.json").exists() {
        return json!({});
    }
    let results = sandbox.json("target/run_results.json");
    let results = results["results"].as_array().expect("results").clone();
    let of = |result: &Json| {
        let id = result["unique_id"].as_str().expect("an id").to_owned();
        (id, json!({"status": result["status"], "failures": result["failures"]}))
    };
    json!(results.iter().map(of).collect::<BTreeMap<_, _>>())
}

fn relations(sandbox: &Sandbox) -> BTreeMap<String, Json> {
    if !sandbox.path("shop.duckdb").exists() {
        return BTreeMap::new();
    }
    let names = "select table_schema || '.' || table_name || '|' || table_type from information_schema.tables order by all";
    let mut found = BTreeMap::new();
    for line in sandbox.query(names) {
        let (name, kind) = line.split_once('|').expect("two cells");
        let (schema, table) = name.split_once('.').expect("two parts");
        let columns = sandbox.query(&format!(
            "select column_name, data_type from information_schema.columns \
             where table_schema = '{schema}' and table_name = '{table}' order by ordinal_position"
        ));
        let columns: Vec<Vec<&str>> = columns.iter().map(|line| line.splitn(2, '|').collect()).collect();
        let rows =
            sandbox.rows(&format!("select columns(*)::varchar from \"{schema}\".\"{table}\" order by all"));
        let kind = if kind == "VIEW" { "view" } else { "table" };
        found.insert(name.to_owned(), json!({"kind": kind, "columns": columns, "rows": rows}));
    }
    found
}

fn compare_relations(actual: &BTreeMap<String, Json>, expected: &Json, said: &str) {
    let expected = expected.as_object().expect("relations");
    let names: Vec<&String> = actual.keys().collect();
    let wanted: Vec<&String> = expected.keys().collect();
    assert_eq!(names, wanted, "{said}");
    for (name, expected) in expected {
        let mut actual = actual[name].clone();
        if expected["rows"].is_null() {
            actual["rows"] = Json::Null;
        }
        assert_eq!(&actual, expected, "{name}\n{said}");
    }
}

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { check(stringify!($name)); })*

        #[test]
        fn every_recording_is_checked() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
            for entry in std::fs::read_dir(folder).expect("the recordings") {
                let path = entry.expect("an entry").path();
                if path.extension().is_some_and(|extension| extension == "json") {
                    let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
                    assert!([$(stringify!($name)),*].contains(&stem.as_str()), "tests/cli/golden.rs forgets `{stem}`");
                }
            }
        }
    };
}

cases!(
    cross_database_macros,
    custom_materialization,
    ephemeral,
    foreign_keys,
    hooks_and_configs,
    incremental_schema_changes,
    incremental_strategies,
    packages_and_overrides,
    seeds,
    selection,
    snapshots,
    templates,
    test_arguments,
    tests_of_every_kind,
    unit_tests,
);
