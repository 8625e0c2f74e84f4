//! How commands end: exit codes, and which results are left, as dbt has them.

use serde_json::Value as Json;

use crate::sandbox::Sandbox;

/// Unique ids and statuses of `run_results.json`.
fn results(sandbox: &Sandbox) -> Vec<(String, String)> {
    let json = sandbox.json("target/run_results.json");
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let results = json["results"].as_array().expect("a list").iter();
    results.map(|result| (text(&result["unique_id"]), text(&result["status"]))).collect()
}

fn pair(id: &str, status: &str) -> (String, String) {
    (id.to_owned(), status.to_owned())
}

/// A hook that cannot be compiled is no failed hook: the command ends there.
#[test]
fn a_hook_that_cannot_be_compiled_ends_the_command() {
    let sandbox = Sandbox::new()
        .file(
            "project.yml",
            "
            name: shop
            on-run-start: \"{{ refuse('start') }}\"
            on-run-end: [select 1, \"{{ refuse('end') }}\", select 2]
            ",
        )
        .file(
            "macros/refuse.sql",
            "{% macro refuse(when) %}{% if execute and var('when', '') == when %}\
             {{ exceptions.raise_compiler_error('not now') }}{% endif %}{% endmacro %}",
        )
        .model("a", "select 1 as id");
    sandbox.run(["run", "--vars", "when: start"]).code(2).talk_has("error[raised]: not now");
    assert!(!sandbox.path("target/run_results.json").exists(), "the run has not begun");
    sandbox.run(["run", "--vars", "when: end"]).code(2).talk_has("error[raised]: not now");
    let expected = [
        pair("operation.shop.shop-on-run-start-0", "success"),
        pair("model.shop.a", "success"),
        pair("operation.shop.shop-on-run-end-0", "success"),
    ];
    assert_eq!(results(&sandbox), expected);
    sandbox.run(["run"]).success();
    assert_eq!(results(&sandbox).len(), 5);
    sandbox.run(["run", "--vars", "when: start"]).code(2).talk_has("not now");
    assert_eq!(results(&sandbox).len(), 5, "those of the run before stay");
}

#[test]
fn a_failed_hook_says_which_it_is() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\non-run-end: [select 1, select gone]\n")
        .model("a", "select 1 as id");
    sandbox.run(["run"]).code(1);
    let results = sandbox.json("target/run_results.json");
    let message = results["results"][2]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("shop.on-run-end.1 failed, error:\n "), "{message}");
}

const UNREACHABLE: &str =
    "shop: {target: dev, outputs: {dev: {type: duckdb, path: nowhere/at/all.duckdb, schema: main}}}\n";

#[test]
fn an_operation_without_a_connection_has_failed() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nprofile: shop\n")
        .file("profiles.yml", UNREACHABLE)
        .file("macros/m.sql", "{% macro m() %}{% do run_query('select 1') %}{% endmacro %}");
    sandbox.run(["run-operation", "m"]).code(1).talk_has("does not exist");
    assert_eq!(results(&sandbox), [pair("macro.shop.m", "error")]);
}

#[test]
fn debug_looks_at_the_foundation_and_ends_with_1_where_something_is_wrong() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nprofile: shop\n")
        .file("packages.yml", "packages: [{local: not_installed}]\n")
        .model("broken", "{{ nothing_like_this() }}");
    sandbox.write("profiles.yml", UNREACHABLE);
    let fails = |arguments: &[&str], code: &str| {
        let told = sandbox.run(arguments.iter().copied()).code(1).stdout;
        assert!(told.contains(code), "{told}");
    };
    fails(&["debug"], "error[no-connection]");
    fails(&["debug", "--profiles-dir", "gone"], "error[no-profiles]");
    fails(&["debug", "--target", "gone"], "error[unknown-target]");
    let reachable = UNREACHABLE.replace("nowhere/at/all", "shop");
    sandbox.write("profiles.yml", &reachable);
    let told = sandbox.run(["debug"]).success().stdout;
    for part in ["Using profiles.yml file at [ROOT]/profiles.yml", "connection  works", "All checks passed!"]
    {
        assert!(told.contains(part), "{told}");
    }
    let told = sandbox.run(["debug", "--connection"]).success().stdout;
    assert!(told.contains("Skipping steps before connection verification"), "{told}");
    sandbox.write("project.yml", "name: shop\nprofile: shop\nversion: [1]\n");
    sandbox.run(["debug"]).code(1);
    sandbox.write("project.yml", "name: shop\nprofile: shop\ndata-paths: [data]\n");
    sandbox.run(["debug"]).success();
    let told = sandbox.run(["--warn-error", "debug"]).code(2).stdout;
    assert!(told.contains("`data-paths`"), "{told}");
}

#[test]
fn debug_names_no_profiles_that_nobody_reads() {
    let told = Sandbox::new().run(["debug"]).success().stdout;
    assert!(!told.contains("profiles.yml"), "{told}");
}

#[test]
fn a_catalog_that_fails_is_an_error_under_warn_error() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file(
        "macros/catalog.sql",
        "{% macro get_catalog_relations(information_schema, relations) %}\
         {% do exceptions.raise_compiler_error('no catalogs for you') %}{% endmacro %}",
    );
    sandbox.run(["run"]).success();
    sandbox.run(["docs", "generate"]).code(1).talk_has("no catalogs for you");
    sandbox.run(["--warn-error", "docs", "generate"]).code(2).talk_has("no catalogs for you");
}

#[test]
fn what_is_shown_is_left_as_it_was_sent() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("seeds/s.csv", "id\n1\n");
    let sent = |arguments: &[&str]| {
        sandbox.run(arguments.iter().copied()).success();
        let json = sandbox.json("target/run_results.json");
        (json["args"]["limit"].clone(), json["results"][0]["compiled_code"].as_str().map(str::to_owned))
    };
    for arguments in
        [&["show", "--select", "a", "--limit", "3"][..], &["show", "--inline", "select 2", "--limit", "3"]]
    {
        let (limit, sql) = sent(arguments);
        assert_eq!(limit, 3, "{arguments:?}");
        assert!(sql.as_deref().is_some_and(|sql| sql.trim_end().ends_with("limit 3")), "{sql:?}");
    }
    assert_eq!(sent(&["show", "--inline", "select 2"]).0, 5);
    sandbox.run(["seed", "--show"]).success();
    assert_eq!(results(&sandbox), [pair("seed.shop.s", "success")]);
}

#[test]
fn one_broken_unit_test_leaves_the_others() {
    let sandbox =
        Sandbox::new().model("a", "select 1 as id").model("b", "select id from {{ ref('a') }}").file(
            "models/tests.yml",
            "
        unit_tests:
          - name: good
            model: b
            given: [{input: ref('a'), rows: [{id: 2}]}]
            expect: {rows: [{id: 2}]}
          - name: broken
            model: b
            given: [{input: ref('aa'), rows: [{id: 2}]}, {input: ref('a'), rows: [{id: 2}]}]
            expect: {rows: [{id: 2}]}
        ",
        );
    sandbox.run(["run"]).success();
    sandbox.run(["test"]).code(1).talk_has("not found in the manifest");
    assert_eq!(
        results(&sandbox),
        [pair("unit_test.shop.b.broken", "error"), pair("unit_test.shop.b.good", "pass")]
    );
}

#[test]
fn a_removed_generic_test_keeps_changes_from_being_told() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("models/a.yml", "models: [{name: a, columns: [{name: id, data_tests: [own, unique]}]}]\n")
        .file("tests/generic/own.sql", "{% test own(model, column_name) %}select 1 limit 0{% endtest %}\n");
    sandbox.run(["parse"]).success();
    std::fs::create_dir(sandbox.path("state")).expect("a folder");
    std::fs::rename(sandbox.path("target/manifest.json"), sandbox.path("state/manifest.json"))
        .expect("a file");
    let compare = ["ls", "--select", "state:modified", "--state", "state"];
    sandbox.run(compare).success();
    std::fs::remove_file(sandbox.path("tests/generic/own.sql")).expect("a file");
    sandbox.run(compare).code(2).talk_has("depends on a macro or test that does not exist");
    sandbox.run(["ls", "--select", "a"]).success();
}

#[test]
fn an_entry_about_a_singular_test_that_cannot_be_read_is_a_warning() {
    let sandbox = Sandbox::new()
        .file("tests/one.sql", "select 1 limit 0")
        .file("tests/tests.yml", "data_tests: [{not_null: {where: x}}, {name: two, description: d}]\n");
    let told =
        sandbox.run(["build", "--warn-error-options", "{error: all, warn: [NoNodeForYamlKey]}"]).success();
    told.talk_has("warning[unreadable-data-test]")
        .talk_has("Did not find matching node for patch with name 'two'");
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_is_lost_is_no_success() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    let output = sandbox.command(["list"]).stdout(full).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("error[lost-output]: the output cannot be written: No space left on device"),
        "{told}"
    );
}

#[test]
fn debug_ends_at_a_var_that_the_project_file_lacks() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nmodels: {+materialized: \"{{ var('gone') }}\"}\n")
        .model("a", "select 1 as id");
    let told = sandbox.run(["debug"]).code(2).stdout;
    assert!(told.contains("there is no var `gone`"), "{told}");
    sandbox.run(["debug", "--vars", "{gone: view}"]).success();
}
