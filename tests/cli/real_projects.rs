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

#[test]
fn macros_name_where_exports_lie() {
    let sandbox = Sandbox::new()
        .file(
            "macros/names.sql",
            "
            {% macro generate_schema_name(custom, node) %}s_{{ node.name }}{% endmacro %}
            {% macro generate_alias_name(custom, node) %}a_{{ node.name }}{% endmacro %}
            ",
        )
        .model("days", "select date '2024-01-01' as date_day")
        .model("a", "select 1 as id, date '2024-01-01' as happened")
        .file(
            "models/schema.yml",
            "
            models:
              - name: days
                time_spine: {standard_granularity_column: date_day}
                columns: [{name: date_day, granularity: day}]
            semantic_models:
              - name: things
                model: ref('a')
                defaults: {agg_time_dimension: happened}
                entities: [{name: thing, type: primary, expr: id}]
                dimensions: [{name: happened, type: time, type_params: {time_granularity: day}}]
                measures: [{name: number, agg: count, expr: id}]
            metrics: [{name: count_of_things, label: N, type: simple, type_params: {measure: number}}]
            saved_queries:
              - name: query
                query_params: {metrics: [count_of_things]}
                exports:
                  - {name: one, config: {export_as: table}}
                  - {name: two, config: {export_as: view, schema: mine, alias: own}}
            sources:
              - name: raw
                loaded_at_field: x
                freshness: {warn_after: {count: 1, period: day}, error_after: {count: 2, period: day}}
                tables: [{name: t, freshness: {warn_after: null}}]
            ",
        );
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let exports = manifest["saved_queries"]["saved_query.shop.query"]["exports"].as_array().unwrap().clone();
    let place = |export: &serde_json::Value| {
        let config = &export["config"];
        format!("{}.{}", config["schema_name"].as_str().unwrap(), config["alias"].as_str().unwrap())
    };
    assert_eq!(exports.iter().map(place).collect::<Vec<_>>(), ["s_one.a_one", "mine.own"]);
    let freshness = &manifest["sources"]["source.shop.raw.t"]["freshness"];
    assert_eq!((&freshness["warn_after"], &freshness["error_after"]["count"]), (&().into(), &2.into()));
}

#[test]
fn validators_of_configs_are_taken() {
    let sandbox = Sandbox::new().model(
        "a",
        "select {{ config.get('size', 7, validator=validation.any[int, float]) }} as id {{ validation.any['a'] is none }}",
    );
    sandbox.run(["parse"]).success();
}

#[test]
fn the_name_of_a_data_test_ends_where_its_word_does() {
    let columns = "columns: [{name: id, data_tests: ['unique - not_null', 'not_null.', 'shop.odd x']}]";
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("models/schema.yml", &format!("models: [{{name: a, {columns}}}]\n"))
        .file("macros/odd.sql", "{% test odd(model, column_name) %}select 1 where false{% endtest %}");
    let output = sandbox.run(["ls", "--resource-type", "test", "--output", "name"]).success();
    assert_eq!(output.stdout.lines().collect::<Vec<_>>(), ["not_null_a_id", "shop_odd_a_id", "unique_a_id"]);
}

#[test]
fn invalidate_hard_deletes_is_whatever_counts_as_true() {
    let settings = "strategy='check', check_cols='all', unique_key='id', invalidate_hard_deletes='True'";
    let snapshot = format!("{{{{ config({settings}) }}}}select * from {{{{ ref('a') }}}}");
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("snapshots/kept.sql", &format!("{{% snapshot kept %}}{snapshot}{{% endsnapshot %}}"));
    sandbox.run(["build"]).success();
}
