//! Flags that one command has, and flags of projects, as dbt's own tests use them.

use crate::sandbox::Sandbox;

#[test]
fn templates_see_what_was_selected() {
    let told =
        "select '{{ invocation_args_dict.select | join(',') }} {{ flags.EXCLUDE | join(',') }}' as told";
    let sandbox = Sandbox::new().model("a", told).model("b", "select 2 as id");
    sandbox.run(["run", "--select", "a", "+b", "--exclude", "b"]).success();
    assert_eq!(sandbox.query("select told from a"), ["a,+b b"]);
    sandbox.run(["run"]).success();
    assert_eq!(sandbox.query("select told from a"), [" "]);
}

#[test]
fn models_of_list_are_models() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("seeds/s.csv", "id\n1\n").file(
        "models/schema.yml",
        "
        models:
          - name: a
            columns: [{name: id, data_tests: [unique]}]
        ",
    );
    sandbox.run(["list", "--select", "+a+"]).success().stdout("shop.a\nshop.unique_a_id\n");
    sandbox.run(["list", "--models", "+a+", "s"]).success().stdout("shop.a\n");
    sandbox.run(["list", "-m", "a"]).success().stdout("shop.a\n");
}

#[test]
fn flags_stand_where_dbt_takes_them() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("models/schema.yml", "models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]");
    sandbox.run(["--indirect-selection", "empty", "list", "--select", "a"]).success().stdout("shop.a\n");
    sandbox
        .run(["list", "--select", "a", "--indirect-selection", "eager"])
        .success()
        .stdout("shop.a\nshop.unique_a_id\n");
    sandbox.run(["run", "--empty", "--no-empty"]).success();
    sandbox.run(["debug", "--config-dir"]).success().stdout("there is no `profiles.yml`\n");
    sandbox.write("profiles.yml", "{}");
    sandbox.run(["debug", "--config-dir"]).success().stdout("[ROOT]\n");
}

#[test]
fn seed_shows_what_it_loaded() {
    let sandbox = Sandbox::new().file("seeds/s.csv", "id,name\n1,ann\n2,bob\n");
    let shown = sandbox.run(["seed", "--show", "--quiet"]).success();
    shown.stdout(
        "

        s
        | id | name |
        |----|------|
        | 1  | ann  |
        | 2  | bob  |
        ",
    );
    assert_eq!(sandbox.json("target/run_results.json")["args"]["which"], "seed");
}

#[test]
fn compile_reads_inputs_without_rows_and_asks_nothing() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select * from {{ ref('a') }}")
        .model("c", "{% if execute %}{{ run_query('select 1').rows | length }}{% endif %}");
    let empty = sandbox.run(["compile", "--empty", "--select", "b"]).success();
    assert!(empty.stdout.contains("limit 0"), "{}", empty.stdout);
    sandbox.run(["compile", "--select", "c"]).success();
    sandbox.run(["compile", "--no-introspect", "--select", "b"]).success();
    sandbox.run(["compile", "--no-introspect", "--select", "c"]).code(2).talk_has("introspection-off");
}

#[test]
fn compile_leaves_ephemeral_models_out_where_that_is_asked_for() {
    let sandbox = Sandbox::new()
        .model("a", "{{ config(materialized='ephemeral') }}select 1 as id")
        .model("b", "select * from {{ ref('a') }}");
    let compile = ["compile", "--quiet", "--select", "b", "--no-inject-ephemeral-ctes"];
    sandbox.run(compile).success().stdout("select * from __dbt__cte__a\n");
}

#[test]
fn a_full_refresh_can_be_shown_and_compiled() {
    let sandbox = Sandbox::new().model(
        "a",
        "{{ config(materialized='incremental') }}select {{ 'true' if is_incremental() else 'false' }} as adds",
    );
    sandbox.run(["run"]).success();
    let compiled = |flags: &[&'static str], expected: &str| {
        let command = ["compile", "--quiet", "--select", "a"].iter().chain(flags).copied();
        sandbox.run(command).success().stdout(expected);
    };
    compiled(&[], "select true as adds\n");
    compiled(&["-f"], "select false as adds\n");
    sandbox.run(["retry", "-f"]).success();
    let shown = sandbox.run(["show", "--select", "a", "--output", "json", "--full-refresh"]).success();
    assert!(shown.stdout.contains("\"adds\": false"), "{}", shown.stdout);
}

#[test]
fn types_in_the_words_of_dbt_are_translated_for_templates() {
    let sandbox = Sandbox::new()
        .model("a", "select '{{ model.columns.id.data_type }}' as id")
        .model(
            "b",
            "{{ config(contract={'alias_types': false}) }}select '{{ model.columns.id.data_type }}' as id",
        )
        .file(
            "models/schema.yml",
            "
            models:
              - name: a
                columns: [{name: id, data_type: string}]
              - name: b
                columns: [{name: id, data_type: string}]
            ",
        );
    sandbox.run(["compile", "--quiet", "--select", "a"]).success().stdout("select 'TEXT' as id\n");
    sandbox.run(["compile", "--quiet", "--select", "b"]).success().stdout("select 'string' as id\n");
}

#[test]
fn a_start_hook_that_fails_skips_nodes_where_the_flag_says_so() {
    let project = |flags: &str| format!("name: shop\non-run-start: [\"select nope\"]\n{flags}");
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let status = |sandbox: &Sandbox| {
        sandbox.run(["run"]).code(1);
        let results = sandbox.json("target/run_results.json");
        let of_model =
            results["results"].as_array().unwrap().iter().find(|it| it["unique_id"] == "model.shop.a");
        of_model.unwrap()["status"].as_str().unwrap().to_owned()
    };
    sandbox.write("project.yml", &project(""));
    assert_eq!(status(&sandbox), "success");
    sandbox.write("project.yml", &project("flags: {skip_nodes_if_on_run_start_fails: true}\n"));
    assert_eq!(status(&sandbox), "skipped");
}

#[test]
fn a_hook_that_cannot_be_rendered_ends_the_run() {
    let broken = "{{ run_query('select nope') }}";
    let project = |moment: &str| format!("name: shop\n{moment}: [\"select 1\", \"{broken}\"]\n");
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let results = |sandbox: &Sandbox| {
        let results = sandbox.json("target/run_results.json");
        let ids = results["results"].as_array().unwrap().iter().map(|it| it["unique_id"].as_str().unwrap());
        ids.collect::<Vec<_>>().join(" ")
    };
    sandbox.write("project.yml", &project("on-run-end"));
    sandbox.run(["run"]).code(2);
    assert_eq!(results(&sandbox), "model.shop.a operation.shop.shop-on-run-end-0");
    sandbox.write("target/run_results.json", "{}");
    sandbox.write("project.yml", &project("on-run-start"));
    sandbox.run(["run"]).code(2);
    assert_eq!(sandbox.json("target/run_results.json"), serde_json::json!({}));
}

#[test]
fn a_unit_test_replaces_names_that_are_no_macros() {
    let sandbox = Sandbox::new().model("a", "select '{{ invocation_id }}' as id").file(
        "models/schema.yml",
        "
        unit_tests:
          - name: one_id
            model: a
            overrides: {macros: {invocation_id: 123}}
            given: []
            expect: {rows: [{id: '123'}]}
        ",
    );
    sandbox.run(["build"]).success();
}

#[test]
fn a_retry_may_be_stricter_than_what_it_goes_on_with() {
    let sandbox = Sandbox::new().model("a", "select null as id").file(
        "models/schema.yml",
        "
        models:
          - name: a
            columns: [{name: id, data_tests: [{not_null: {config: {severity: warn}}}]}]
        ",
    );
    sandbox.run(["--warn-error", "build"]).code(1);
    sandbox.run(["retry"]).success();
    sandbox.run(["--warn-error", "retry"]).code(1).talk_has("not_null_a_id");
}

#[test]
fn a_snapshot_of_inputs_without_rows_is_empty() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file(
        "snapshots/s.yml",
        "
        snapshots:
          - name: s
            relation: ref('a')
            config: {unique_key: id, strategy: check, check_cols: all}
        ",
    );
    sandbox.run(["run"]).success();
    sandbox.run(["snapshot", "--empty"]).success();
    assert_eq!(sandbox.query("select count(*) from s"), ["0"]);
    sandbox.run(["snapshot"]).success();
    assert_eq!(sandbox.query("select count(*) from s"), ["1"]);
}
