//! Fields of artifacts that only some projects have, each as dbt-core 1.11 writes it.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

#[test]
fn foreign_keys_name_relations_once_they_are_compiled() {
    let sandbox =
        Sandbox::new().model("a", "select id from {{ ref('b') }}").model("b", "select 1 as id").file(
            "models/schema.yml",
            "
            models:
              - name: a
                config: {materialized: table, contract: {enforced: true}}
                columns:
                  - name: id
                    data_type: integer
                    constraints: [{type: foreign_key, to: ref('b'), to_columns: [id]}]
              - name: b
                config: {materialized: table, contract: {enforced: true}}
                columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}]
            ",
        );
    let target = || {
        let manifest = sandbox.json("target/manifest.json");
        manifest["nodes"]["model.shop.a"]["columns"]["id"]["constraints"][0]["to"].clone()
    };
    sandbox.run(["parse"]).success();
    assert_eq!(target(), "ref('b')");
    sandbox.run(["compile", "--select", "a"]).success();
    assert_eq!(target(), r#""shop"."main"."b""#);
}

#[test]
fn tests_whose_failures_are_stored_and_hooks_that_ran_say_so() {
    let sandbox = Sandbox::empty()
        .file("project.yml", "name: shop\non-run-start: [select 1, select 2]\non-run-end: select 3\n")
        .model("a", "select 1 as id")
        .file("models/schema.yml", "models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]\n");
    let told = || {
        let nodes = sandbox.json("target/manifest.json")["nodes"].clone();
        let nodes = nodes.as_object().expect("nodes").clone();
        let test = nodes.iter().find(|(id, _)| id.starts_with("test.")).expect("a test").1;
        let hooks = ["on-run-start-0", "on-run-start-1", "on-run-end-0"];
        let indices = hooks.map(|hook| nodes[&format!("operation.shop.shop-{hook}")]["index"].clone());
        (test["relation_name"].clone(), indices)
    };
    sandbox.run(["parse"]).success();
    assert_eq!(told(), (json!(null), [json!(0), json!(1), json!(0)]));
    sandbox.run(["build", "--store-failures"]).success();
    let relation = r#""shop"."main_dbt_test__audit"."not_null_a_id""#;
    assert_eq!(told(), (json!(relation), [json!(1), json!(2), json!(1)]));
}

#[test]
fn a_test_is_built_once_its_own_query_is_sent() {
    let sandbox = Sandbox::new().file("tests/kept.sql", "select no_such_column").model("a", "select 1 as id");
    let built = |flags: &[&str]| {
        sandbox.run(["build"].into_iter().chain(flags.iter().copied())).code(1);
        sandbox.json("target/manifest.json")["nodes"]["test.shop.kept"]["build_path"].clone()
    };
    assert_eq!(built(&[]), "target/run/shop/tests/kept.sql");
    assert_eq!(built(&["--store-failures"]), json!(null), "its rows cannot be stored");
}

#[test]
fn hooks_that_macros_give_are_told_with_dbts_blanks() {
    let sandbox =
        Sandbox::new().model("a", "{{ config(post_hook=after_commit('select 3')) }} select 1 as id");
    sandbox.run(["parse"]).success();
    let told = &sandbox.json("target/manifest.json")["nodes"]["model.shop.a"]["unrendered_config"];
    assert_eq!(told["post-hook"], "\n    \n    {\"sql\": \"select 3\", \"transaction\": false}\n\n");
}

#[test]
fn a_source_is_listed_once_where_dbt_renders_no_text() {
    let sandbox =
        Sandbox::new().file("models/schema.yml", "sources: [{name: raw, tables: [{name: t}]}]\n").model(
            "a",
            "select * from {{ source('raw', 't') }} union all select * from {{ source('raw', 't') }}",
        );
    let listed = || {
        sandbox.run(["parse"]).success();
        sandbox.json("target/manifest.json")["nodes"]["model.shop.a"]["sources"].clone()
    };
    assert_eq!(listed(), json!([["raw", "t"]]));
    let own = "{% macro source(a, b) %}{{ return(builtins.source(a, b)) }}{% endmacro %}";
    sandbox.write("macros/own.sql", own);
    assert_eq!(listed(), json!([["raw", "t"], ["raw", "t"]]), "a project's own macro has it rendered");
}

#[test]
fn macros_have_docs_and_arguments() {
    let sandbox = Sandbox::new()
        .file("macros/m.sql", "{% macro m(a, b=1) %}{% endmacro %}{% macro n(x) %}{% endmacro %}")
        .file(
            "macros/m.yml",
            "
            macros:
              - name: m
                docs: {show: false, node_color: red}
                config: {docs: {node_color: blue}}
                arguments: [{name: a, type: varchar}, {name: c}]
              - name: n
                docs: {show: false}
            ",
        );
    let of = |name: &str, key: &str| {
        sandbox.json("target/manifest.json")["macros"][format!("macro.shop.{name}")][key].clone()
    };
    let output = sandbox.run(["parse"]).success();
    assert!(!output.talk.contains("warning"), "{}", output.talk);
    assert_eq!(of("m", "docs"), json!({"show": true, "node_color": "blue"}));
    assert_eq!(of("n", "docs"), json!({"show": false, "node_color": null}));
    assert_eq!(of("n", "arguments"), json!([]));
    sandbox.write("project.yml", "name: shop\nflags: {validate_macro_args: true}\n");
    let output = sandbox.run(["parse"]).success();
    for told in [
        "Argument c in yaml for macro m does not match the jinja definition",
        "Argument a in the yaml for macro m has an invalid type",
        "it is `m(a, b)`",
    ] {
        assert!(output.talk.contains(told), "`{told}` is not in\n{}", output.talk);
    }
    assert_eq!(of("n", "arguments"), json!([{"name": "x", "type": null, "description": ""}]));
}

#[test]
fn a_text_at_the_end_of_a_file_ends_there() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").model("b", "select 1 as id");
    let entry = |name: &str| format!("  - name: {name}\n    description: |\n      two\n      lines\n");
    sandbox.write_exactly("models/schema.yml", &format!("models:\n{}{}\n\n", entry("a"), entry("b")));
    sandbox.run(["parse"]).success();
    let nodes = sandbox.json("target/manifest.json")["nodes"].clone();
    assert_eq!(nodes["model.shop.a"]["description"], "two\nlines\n");
    assert_eq!(nodes["model.shop.b"]["description"], "two\nlines");
}

#[test]
fn ages_of_sources_come_with_the_answer_of_the_warehouse() {
    let sandbox = Sandbox::new().file("seeds/t.csv", "loaded\n2020-01-01 00:00:00\n").file(
        "models/s.yml",
        "
        sources:
          - name: raw
            schema: main
            tables:
              - {name: t, loaded_at_field: loaded, config: {freshness: {warn_after: {count: 1, period: day}}}}
        ",
    );
    sandbox.run(["seed"]).success();
    sandbox.run(["source", "freshness"]).success();
    let ages = sandbox.json("target/sources.json");
    assert_eq!(ages["results"][0]["adapter_response"], json!({"_message": "OK"}));
    let phases = ages["results"][0]["timing"].as_array().expect("phases").iter();
    assert_eq!(phases.map(|phase| &phase["name"]).collect::<Vec<_>>(), ["compile", "execute"]);
}

#[test]
fn sources_without_an_age_are_not_told() {
    let sandbox = Sandbox::new().file("seeds/t.csv", "loaded\n2020-01-01 00:00:00\n").file(
        "models/s.yml",
        "
        sources:
          - name: raw
            schema: main
            loaded_at_field: loaded
            config: {freshness: {warn_after: {count: 1, period: day}}}
            tables: [{name: t}, {name: nowhere}]
        ",
    );
    sandbox.run(["seed"]).success();
    sandbox.run(["source", "freshness"]).code(1).talk_has("nowhere");
    let ages = sandbox.json("target/sources.json");
    let told = ages["results"].as_array().expect("a list").iter().map(|age| &age["unique_id"]);
    assert_eq!(told.collect::<Vec<_>>(), ["source.shop.raw.t"]);
}

#[test]
fn ephemeral_models_are_compiled_for_those_that_read_them() {
    let sandbox = Sandbox::new()
        .model("e", "{{ config(materialized='ephemeral') }}select 1 as id")
        .model("e2", "{{ config(materialized='ephemeral') }}select * from {{ ref('e') }}")
        .model("reader", "select * from {{ ref('e2') }}")
        .file("models/s.yml", "models: [{name: e2, columns: [{name: id, data_tests: [not_null, unique]}]}]");
    for command in
        [["run", "--select", "reader"], ["build", "--select", "reader"], ["test", "--select", "e2"]]
    {
        let _ = std::fs::remove_dir_all(sandbox.path("target"));
        sandbox.run(command).success();
        let manifest = sandbox.json("target/manifest.json");
        for name in ["e", "e2"] {
            let place = format!("target/compiled/shop/models/{name}.sql");
            assert!(sandbox.path(&place).exists(), "{command:?} {name}");
            let node = &manifest["nodes"][format!("model.shop.{name}")];
            assert_eq!(node["compiled"], json!(true), "{command:?} {name}");
            assert_eq!(node["compiled_path"], json!(place), "{command:?} {name}");
        }
    }
}

#[test]
fn what_is_cloned_is_not_compiled() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nmodels:\n  +schema: \"{{ var('s', 'a') }}\"\n")
        .model("t", "{{ config(materialized='table') }}select 1 as id")
        .model("v", "select * from {{ ref('t') }}");
    sandbox.run(["build", "--target-path", "old"]).success();
    for is_built in [true, false] {
        sandbox.run(["clone", "--state", "old", "--vars", "{s: b}"]).success();
        let nodes = &sandbox.json("target/manifest.json")["nodes"];
        for name in ["t", "v"] {
            let node = nodes[format!("model.shop.{name}")].as_object().expect("a node");
            assert!(!node.contains_key("compiled") && !node.contains_key("compiled_code"), "{name}");
            let place = is_built.then(|| format!("target/run/shop/models/{name}.sql"));
            assert_eq!(node["build_path"], json!(place), "{name}");
        }
    }
}

#[test]
fn inputs_of_unit_tests_that_are_read_have_files() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select 2 as id")
        .model("sum", "select sum(id) as total from {{ ref('a') }}")
        .file(
            "models/unit.yml",
            "
            unit_tests:
              - name: adds
                model: sum
                given:
                  - {input: ref('a'), rows: [{id: 3}, {id: 4}]}
                  - {input: ref('b'), rows: []}
                expect: {rows: [{total: 7}]}
            ",
        );
    sandbox.run(["build", "--quiet"]).success();
    let written = |name: &str| sandbox.path(&format!("target/compiled/shop/models/unit.yml/{name}")).exists();
    assert!(written("a.sql") && written("models/adds.sql"));
    assert!(!written("b.sql"), "the model does not read it");
    assert!(sandbox.read("target/compiled/shop/models/unit.yml/a.sql").contains('4'));
}

#[test]
fn settings_of_an_unrendered_model_are_joined_one_by_one() {
    let sandbox = Sandbox::new()
        .model("first", "{{ config(tags='a', materialized='table') }} select 1 as id")
        .model("second", "{{ config(materialized='table', tags='a') }} select 1 as id")
        .model("rendered", "{{ config(materialized='table', tags='a' ~ '') }} select 1 as id")
        .model("described", "{{ config(materialized='table', tags='a') }} select 1 as id")
        .file(
            "models/schema.yml",
            "
            models:
              - {name: first, config: {unique_key: id}}
              - {name: second, config: {unique_key: id}}
              - {name: rendered, config: {unique_key: id}}
              - {name: described, description: It.}
            ",
        );
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let tags =
        |name: &str| manifest["nodes"][format!("model.shop.{name}")]["unrendered_config"]["tags"].clone();
    assert_eq!(
        ["first", "second", "rendered", "described"].map(tags),
        [json!("a"), json!(["a"]), json!("a"), json!("a")]
    );
}

#[test]
fn a_query_that_was_shown_has_dbts_blanks() {
    let sandbox = Sandbox::new().model("a", "{{ config(sql_header='-- top') }} select 1 as id");
    sandbox.run(["show", "--select", "a"]).success();
    let sent = || sandbox.json("target/run_results.json")["results"][0]["compiled_code"].clone();
    let expected = "-- top\n  \n   select 1 as id\n  \n  limit 5\n";
    assert_eq!(sent(), expected);
    assert_eq!(sandbox.json("target/manifest.json")["nodes"]["model.shop.a"]["compiled_code"], expected);
    sandbox.run(["show", "--inline", "select 2 as id", "--limit", "-1"]).success();
    assert_eq!(sent(), "\n  \n  select 2 as id\n  \n");
}

#[test]
fn an_operation_is_never_compiled() {
    let sandbox = Sandbox::new().file("macros/m.sql", "{% macro hello() %}{% endmacro %}");
    sandbox.run(["run-operation", "hello"]).success();
    let result = &sandbox.json("target/run_results.json")["results"][0];
    assert_eq!([&result["compiled"], &result["compiled_code"]], [&json!(false), &json!(null)]);
}

#[test]
fn a_unit_test_that_cannot_be_run_is_not_compiled() {
    let sandbox =
        Sandbox::new().model("a", "select 1 as id").model("b", "select id from {{ ref('a') }}").file(
            "models/schema.yml",
            "
        unit_tests:
          - name: checked
            model: b
            given: [{input: ref('a'), format: sql, rows: \"select error('no') as id\"}]
            expect: {rows: [{id: 1}]}
        ",
        );
    sandbox.run(["build"]).code(1);
    let results = sandbox.json("target/run_results.json")["results"].clone();
    let is_checked = |result: &&Value| result["unique_id"] == "unit_test.shop.b.checked";
    let result = results.as_array().unwrap().iter().find(is_checked).unwrap();
    assert_eq!(
        [&result["status"], &result["compiled"], &result["compiled_code"]],
        [&json!("error"), &json!(null), &json!(null)]
    );
}
