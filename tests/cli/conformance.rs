//! Language behaviour: the same projects as dbt-core, the same results, on
//! every engine that offers what the case needs.
//!
//! The recordings in `tests/golden` come from `scripts/record_golden.py`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;
use crate::warehouse::{ENGINES, Warehouse, engine, is_newer, offers};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

pub(crate) fn recording(name: &str) -> Json {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).expect("a recording");
    serde_json::from_str(&text).expect("JSON")
}

pub(crate) fn words(list: &Json) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(Json::as_str).collect()
}

/// What the case needs and the engine does not have.
fn missing<'a>(engine: &Json, case: &'a Json) -> Vec<&'a str> {
    let offers = offers(engine);
    words(&case["needs"]).into_iter().filter(|need| !offers.contains(need)).collect()
}

fn check(engine_name: &str, name: &str) {
    let (engine, case) = (engine(engine_name), recording(name));
    if !missing(&engine, &case).is_empty() {
        return;
    }
    let sandbox = Sandbox::empty();
    let Some(warehouse) = Warehouse::create(engine_name, &sandbox) else { return };
    if words(&case["needs"]).iter().any(|need| is_newer(&engine, need, warehouse.version())) {
        return;
    }
    sandbox.write_exactly("profiles.yml", &warehouse.profile());
    write(&sandbox, &case["files"]);
    for step in case["steps"].as_array().expect("steps") {
        write(&sandbox, &step["files"]);
        let command = words(&step["run"]);
        let results = sandbox.path("target/run_results.json");
        if results.exists() && command.first() != Some(&"retry") {
            std::fs::remove_file(results).expect("removed");
        }
        let output = sandbox.run(command.iter().copied().chain(["--quiet"]));
        let said = format!("{name} on {engine_name}: {command:?}\n{}\n{}", output.stdout, output.talk);
        let expected = &step["expected"][engine_name];
        assert_eq!(json!(output.code), expected["code"], "{said}");
        if let Some(lines) = expected["stdout"].as_array() {
            let lines: Vec<&str> = lines.iter().filter_map(Json::as_str).collect();
            assert_eq!(output.stdout.lines().collect::<Vec<_>>(), lines, "{said}");
        }
        assert_eq!(statuses(&sandbox), expected["results"], "{said}");
        compare_artifacts(&sandbox, &expected["artifacts"], &said);
        compare_relations(&warehouse.relations(), &expected["relations"], &said);
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

/// The sections that are recorded, without times.
fn compare_artifacts(sandbox: &Sandbox, expected: &Json, said: &str) {
    for (name, sections) in expected.as_object().into_iter().flatten() {
        let actual = sandbox.json(&format!("target/{name}"));
        for (section, expected) in sections.as_object().expect("sections") {
            let mut actual = actual[section].clone();
            let entries = actual.as_object_mut().into_iter().flat_map(|entries| entries.values_mut());
            for entry in entries.filter_map(Json::as_object_mut) {
                entry.remove("created_at");
            }
            assert_eq!(&actual, expected, "{section} of {name}\n{said}");
        }
    }
}

fn compare_relations(actual: &BTreeMap<String, Json>, expected: &Json, said: &str) {
    let expected = expected.as_object().expect("relations");
    let names: Vec<&String> = actual.keys().collect();
    let mut wanted: Vec<&String> = expected.keys().collect();
    wanted.sort();
    assert_eq!(names, wanted, "{said}");
    for (name, expected) in expected {
        let mut actual = actual[name].clone();
        if expected["rows"].is_null() {
            actual["rows"] = Json::Null;
        }
        assert_eq!(&actual, expected, "{name}\n{said}");
    }
}

/// How many cases each engine runs, and what the others need.
fn counts() -> String {
    let cases: Vec<Json> = CASES.iter().map(|name| recording(name)).collect();
    let mut told = Vec::new();
    let mut not_offered = Vec::new();
    for name in ENGINES {
        let engine = engine(name);
        let lacking: Vec<_> = cases.iter().map(|case| missing(&engine, case).join(" and ")).collect();
        let lacking: Vec<_> = lacking.iter().filter(|needs| !needs.is_empty()).collect();
        told.push(format!("{name} {} cases", cases.len() - lacking.len()));
        not_offered.extend(lacking.into_iter().map(|needs| format!("{needs} ({name})")));
    }
    format!("conformance: {}, {} not offered: {}", told.join(", "), not_offered.len(), not_offered.join(", "))
}

/// How many cases a version of a server runs.
fn count(engine: &Json, version: u64) -> usize {
    let runs = |name: &&&str| {
        let case = recording(name);
        missing(engine, &case).is_empty()
            && !words(&case["needs"]).iter().any(|need| is_newer(engine, need, Some(version)))
    };
    CASES.iter().filter(runs).count()
}

#[test]
fn the_documentation_counts_what_is_checked() {
    let counts = counts();
    println!("{counts}");
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/adapters.md");
    let text = std::fs::read_to_string(document).expect("the document");
    assert!(text.contains(&format!("\n{counts}\n")), "docs/adapters.md does not say\n{counts}");
    let engine = engine("postgres");
    for version in 12..=17 {
        let row = format!("\n| {version}.");
        let rest = text.split_once(&row).map(|(_, rest)| rest).unwrap_or_default();
        let number = rest.split('|').nth(1).unwrap_or_default().trim();
        assert_eq!(number, count(&engine, version).to_string(), "docs/adapters.md, PostgreSQL {version}");
    }
}

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(crate) const CASES: &[&str] = &[$(stringify!($name)),*];

        mod duckdb { $(#[test] fn $name() { super::check("duckdb", stringify!($name)); })* }

        mod postgres { $(#[test] fn $name() { super::check("postgres", stringify!($name)); })* }
    };
}

#[test]
fn every_recording_is_checked() {
    for entry in std::fs::read_dir(folder()).expect("the recordings") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        if path.extension().is_some_and(|extension| extension == "json") && stem != "engines" {
            assert!(CASES.contains(&stem), "tests/cli/conformance.rs forgets `{stem}`");
        }
    }
}

cases!(
    access_and_groups,
    batches_by_the_project,
    batches_that_fail,
    cells_of_results,
    clone,
    comments,
    contracts_and_constraints,
    contracts_that_are_broken,
    cross_database_macros,
    custom_materialization,
    deferral,
    emptied_schemas,
    ephemeral,
    foreign_keys,
    forms_of_configs,
    functions,
    grants,
    guarded_builds,
    hooks_and_configs,
    incremental_merge,
    incremental_schema_changes,
    incremental_strategies,
    indexes,
    intervals_of_quarters,
    introspection,
    keys_of_vars,
    kinds_of_relations,
    long_names,
    materialized_views,
    merge_clauses,
    metrics_in_models,
    microbatch,
    nulls_in_configs,
    operations,
    packages_and_overrides,
    questions_of_templates,
    quoting_of_the_root,
    seeds,
    selection,
    semantic_layer,
    snapshot_columns,
    snapshots,
    snapshots_of_two_minds,
    source_overrides,
    state_results,
    state_selection,
    table_functions,
    templates,
    test_arguments,
    tests_of_every_kind,
    types_of_results,
    uncommitted_materialization,
    unit_tests,
    unlogged_tables,
    unread_inputs,
    uploads,
    versions_of_models,
    what_a_drop_takes_along,
    what_packages_ask_for,
    what_projects_configure,
    wrapped_materializations,
    wrapped_tests,
);
