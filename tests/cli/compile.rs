//! `model compile`.

use crate::sandbox::Sandbox;

#[test]
fn sql_of_what_was_asked_for() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id union all select 2")
        .model("b", "select * from {{ ref('a') }}")
        .file(
            "models/schema.yml",
            "
            models:
              - name: b
                columns:
                  - name: id
                    data_tests: [unique]
        ",
        );
    sandbox
        .run(["compile", "--select", "b"])
        .success()
        .stdout(
            r#"
            -- Compiled node 'b' is:
            select * from "shop"."main"."a"
        "#,
        )
        .talk("");
    sandbox
        .run(["compile", "--select", "a", "b"])
        .success()
        .stdout(
            r#"
            -- Compiled node 'a' is:
            select 1 as id union all select 2

            -- Compiled node 'b' is:
            select * from "shop"."main"."a"
        "#,
        )
        .talk("");
    sandbox
        .run(["compile", "--inline", "select * from {{ ref('b') }}"])
        .success()
        .stdout(
            r#"
            -- Compiled inline node is:
            select * from "shop"."main"."b"
        "#,
        )
        .talk("");
    let results = sandbox.json("target/run_results.json");
    assert_eq!(results["results"][0]["unique_id"], "sql_operation.shop.inline_query");
    sandbox
        .run(["compile", "--quiet", "--select", "b"])
        .success()
        .stdout(
            r#"
            select * from "shop"."main"."a"
        "#,
        )
        .talk("");
    sandbox.run(["compile"]).success().talk(
        "
            3 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/3  view         main.a
               OK    [ELAPSED]  2/3  view         main.b
               OK    [ELAPSED]  3/3  test         unique_b_id

            Done in [ELAPSED]: 3 passed
        ",
    );
}

/// dbt: what cannot be compiled is a command that fails, not a node that does.
#[test]
fn one_node_that_does_not_compile_leaves_no_results() {
    let sandbox =
        Sandbox::new().model("a", "select 1 as id").model("b", "{% if execute %}{{ nothing() }}{% endif %}");
    sandbox.run(["compile"]).code(2).talk_has("`nothing` is undefined");
    assert!(!sandbox.path("target/run_results.json").exists());
    assert_eq!(sandbox.json("target/manifest.json")["nodes"]["model.shop.a"].get("compiled"), None);
    sandbox.run(["build"]).code(1);
    assert!(sandbox.path("target/run_results.json").exists());
}

#[test]
fn a_node_that_is_compiled_again_was_made_when_it_was_read() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").model("b", "select 2 as id");
    let made = |name: &str| {
        sandbox.run(["compile", "--select", "a"]).code(0);
        let nodes = sandbox.json("target/manifest.json")["nodes"].clone();
        assert_eq!(nodes["model.shop.a"]["compiled"], true);
        nodes[format!("model.shop.{name}")]["created_at"].clone()
    };
    let first = made("a");
    assert_eq!([made("a"), made("b"), made("a")], [first.clone(), first.clone(), first]);
}

#[test]
fn hooks_are_compiled_and_ephemeral_models_have_results_where_they_are_asked_for() {
    let sandbox = Sandbox::new()
        .model("a", "{{ config(materialized='ephemeral') }} select 1 as id")
        .model("b", "select * from {{ ref('a') }}")
        .file(
            "project.yml",
            r#"
            name: shop
            profile: shop
            on-run-end:
              - "select '{{ target.name }}'"
              - "{{ '' }}"
        "#,
        );
    let told = |arguments: &[&str]| {
        sandbox.run(arguments.iter().copied()).success();
        let results = sandbox.json("target/run_results.json")["results"].clone();
        let id = |result: &serde_json::Value| result["unique_id"].as_str().map(str::to_owned);
        let mut ids: Vec<String> = results.as_array().into_iter().flatten().filter_map(id).collect();
        ids.sort();
        ids
    };
    let hooks = ["operation.shop.shop-on-run-end-0", "operation.shop.shop-on-run-end-1"];
    assert_eq!(told(&["compile"]), [&["model.shop.b"], &hooks[..]].concat());
    assert_eq!(sandbox.read("target/compiled/shop/project.yml/hooks/shop-on-run-end-0.sql"), "select 'dev'");
    let node = sandbox.json("target/manifest.json")["nodes"][hooks[1]].clone();
    assert_eq!((&node["compiled_code"], &node["compiled_path"]), (&"".into(), &serde_json::Value::Null));
    assert_eq!(told(&["docs", "generate"]), [&["model.shop.b"], &hooks[..]].concat());
    assert_eq!(told(&["compile", "--select", "a"]), ["model.shop.a"]);
    sandbox.write("models/a.sql", "{{ config(materialized='ephemeral') }}");
    sandbox.run(["compile"]).success();
    let node = sandbox.json("target/manifest.json")["nodes"]["model.shop.a"].clone();
    assert_eq!((&node["compiled_code"], &node["compiled_path"]), (&"".into(), &serde_json::Value::Null));
    sandbox.write("models/a.sql", "{{ config(materialized='ephemeral') }} select 1 as id");
    assert_eq!(told(&["build"]), [&["model.shop.b"], &hooks[..]].concat());
    assert_eq!(sandbox.json("target/manifest.json")["nodes"][hooks[1]]["index"], 2);
}

#[test]
fn what_is_no_node_leaves_the_manifest_too() {
    let sandbox =
        Sandbox::new().model("a", "select 1 as id").file("macros/m.sql", "{% macro hi() %}{% endmacro %}");
    for arguments in [
        &["compile", "--inline", "select * from {{ ref('a') }}"][..],
        &["show", "--inline", "select 1 as id"],
        &["run-operation", "hi"],
    ] {
        sandbox.run(arguments.iter().copied()).success();
        let nodes = sandbox.json("target/manifest.json")["nodes"].clone();
        let ids: Vec<&String> = nodes.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
        assert_eq!(ids, ["model.shop.a"], "{arguments:?}");
        assert!(sandbox.json("target/semantic_manifest.json").is_object(), "{arguments:?}");
        assert!(sandbox.json("target/graph_summary.json").is_object(), "{arguments:?}");
        std::fs::remove_dir_all(sandbox.path("target")).unwrap();
    }
}
