//! What projects of the wide world do, as dbt-core 1.11 takes it.

use crate::sandbox::Sandbox;

#[test]
fn an_unknown_data_test_fails_alone() {
    let sandbox =
        Sandbox::new().model("a", "select 1 as id").model("b", "select * from {{ ref('a') }}").file(
            "models/schema.yml",
            "models: [{name: b, columns: [{name: id, data_tests: [no_nulls, not_null]}]}]\n",
        );
    let output = sandbox.run(["ls", "--output", "name"]).success();
    let output = output.talk_has("there is no generic test `no_nulls`");
    assert!(output.stdout.contains("no_nulls_b_id"), "{}", output.stdout);
    sandbox.run(["build"]).code(1);
    let results = sandbox.json("target/run_results.json");
    let statuses: Vec<(&str, &str)> = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["unique_id"].as_str().unwrap(), result["status"].as_str().unwrap()))
        .collect();
    let status = |part: &str| statuses.iter().find(|(id, _)| id.contains(part)).unwrap().1;
    assert_eq!(
        (status("model.shop.b"), status("not_null"), status("no_nulls")),
        ("success", "pass", "error")
    );
}

/// Raw data that is loaded as seeds and read as sources, whose tests wait for nothing.
#[test]
fn seeds_that_sources_name_are_loaded_before_the_tests_of_these() {
    let sandbox = Sandbox::new()
        .file("seeds/orders.csv", "id\n1\n")
        .file(
            "models/schema.yml",
            "
            sources:
              - {name: raw, schema: main, tables: [{name: orders, columns: [{name: id, data_tests: [not_null]}]}]}
            ",
        )
        .model("a", "select * from {{ source('raw', 'orders') }}")
        .model("b", "select * from {{ ref('a') }}");
    sandbox.run(["build", "--threads", "1"]).success();
}

#[test]
fn small_things_of_manifests() {
    let sandbox = Sandbox::empty()
        .file(
            "dbt_project.yml",
            r#"
            name: shop
            flags: {validate_macro_args: true}
            models: {shop: {+transient: true, +grant_access_to: "{{ target.name, 'b' }}"}}
            seeds: {shop: {+batch_size: 200}}
            "#,
        )
        .file("seeds/s.csv", "id\n1\n")
        .file("tests/generic/is_nice.sql", "{% test is_nice(model) %}select 1 where false{% endtest %}")
        .file("macros/m.sql", "{% macro m(x) %}{% endmacro %}")
        .model("a_v1", "select 1 as id, 2 as other")
        .model("b", "select * from {{ ref('a', v='1') }}")
        .model("c", "select * from {{ ref('a', v=1) }}")
        .file(
            "models/schema.yml",
            "
            groups: [{name: g, owner: {name: me}, config: {meta: {k: 1}}}]
            models:
              - name: a
                versions: [{v: 1}]
                config:
                  meta:
                    note: |
                      one line
                columns:
                  - {name: other, data_tests: [unique, not_null]}
                  - {name: id, data_tests: [unique, not_null]}
                data_tests: [is_nice: {name: nice}]
            ",
        );
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let nodes = &manifest["nodes"];
    let check = |found: &serde_json::Value, expected: serde_json::Value| assert_eq!(*found, expected);
    check(&nodes["model.shop.b"]["refs"][0]["version"], "1".into());
    check(&nodes["model.shop.c"]["refs"][0]["version"], 1.into());
    check(&nodes["model.shop.a.v1"]["config"]["meta"]["note"], "one line".into());
    check(&nodes["model.shop.a.v1"]["config"]["grant_access_to"], serde_json::json!(["dev", "b"]));
    check(&nodes["seed.shop.s"]["config"]["batch_size"], 200.into());
    check(&manifest["macros"]["macro.shop.test_is_nice"]["arguments"], serde_json::json!([]));
    check(&manifest["macros"]["macro.shop.m"]["arguments"][0]["name"], "x".into());
    let group = &manifest["groups"]["group.shop.g"]["config"];
    check(group, serde_json::json!({"meta": {"k": 1}, "transient": true, "grant_access_to": ["dev", "b"]}));
}

/// The flag says that `arguments` is an argument like others, which this test does not have.
#[test]
fn arguments_of_tests_may_be_one_of_them() {
    let sandbox = Sandbox::empty()
        .file("dbt_project.yml", "name: shop\nflags: {require_generic_test_arguments_property: false}\n")
        .model("a", "select 1 as id")
        .file(
            "models/schema.yml",
            "models: [{name: a, data_tests: [accepted_values: {arguments: {column_name: id, values: [1]}}]}]\n",
        );
    sandbox.run(["parse"]).code(2);
    sandbox.write("dbt_project.yml", "name: shop\n");
    sandbox.run(["parse"]).success();
}

#[test]
fn what_a_context_is_given_is_seen_by_what_is_rendered_inside() {
    let sandbox = Sandbox::new()
        .file(
            "macros/keep.sql",
            r#"
            {% macro keep(value) %}{% do context.update({"__kept": value}) %}{% endmacro %}
            {% macro kept() %}{{ context.get("__kept", "nothing") }}{% endmacro %}
            "#,
        )
        .model("a", "select '{{ kept() }}{{ keep(1) }} {{ kept() }} {{ render('{{ kept() }}') }}' as said");
    sandbox.run(["compile"]).success();
    assert_eq!(sandbox.read("target/compiled/shop/models/a.sql").trim(), "select 'nothing 1 1' as said");
}
