//! What dbt refuses before anything runs, and this program with it.

use crate::sandbox::Sandbox;

/// dbt: such a macro makes the whole project unusable, whether it is called or not.
#[test]
fn a_dispatch_that_nothing_implements_is_told_before_anything_runs() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file(
        "macros/cast.sql",
        "{% macro cast_it(x) %}{{ return(adapter.dispatch('cast_it', 'shop')(x)) }}{% endmacro %}
         {% macro snowflake__cast_it(x) %}{{ x }}{% endmacro %}",
    );
    sandbox.run(["ls"]).code(2).talk(
        "
            error[undispatched]: no macro implements `cast_it` for this warehouse
             --> macros/cast.sql:1:1
              |
            1 | {% macro cast_it(x) %}{{ return(adapter.dispatch('cast_it', 'shop')(x)) }}{% endmacro %}
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `cast_it` dispatches to it
              |
              = note: sought were shop.duckdb__cast_it, shop.default__cast_it, shop.duckdb__cast_it, shop.default__cast_it
              = note: dbt says: Compilation Error: In dispatch: No macro named 'cast_it' found
              = help: write a macro `default__cast_it`, or one for this warehouse
        ",
    );
}

#[test]
fn a_name_needs_the_vars_that_its_macro_asks_for() {
    let macros = "
        {% macro generate_schema_name(custom, node) %}{{ var('team') }}_{{ target.schema }}{% endmacro %}
    ";
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("macros/names.sql", macros);
    sandbox.run(["parse"]).code(2).talk_has("there is no var `team`");
    sandbox.run(["parse", "--vars", "team: sales"]).success();
}

#[test]
fn a_macro_that_nobody_implements_is_told_before_anything_runs() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select {{ cow() }}")
        .file("macros/cow.sql", "{% macro cow() %}{{ adapter.dispatch('cow', 'farm')() }}{% endmacro %}");
    sandbox.run(["build"]).code(2).talk_has("no macro implements `cow` for namespace `farm`");
}

/// dbt: `TestMacroNamespace`, which models have not.
#[test]
fn a_dispatch_without_a_package_is_found_by_tests_of_that_package_alone() {
    let macros = "
        {% test few(model, most) %}{{ return(adapter.dispatch('test_few')(model, most)) }}{% endtest %}
        {% macro default__test_few(model, most) %}
          select count(*) from {{ model }} having count(*) > {{ most }}
        {% endmacro %}
        {% macro three() %}{{ return(adapter.dispatch('three')()) }}{% endmacro %}
        {% macro default__three() %}3{% endmacro %}
    ";
    let sandbox = Sandbox::new()
        .file("dbt_packages/lib/dbt_project.yml", "name: lib\n")
        .file("dbt_packages/lib/macros/few.sql", macros)
        .model("a", "select 1 as id")
        .file("models/a.yml", "models: [{name: a, data_tests: [lib.few: {arguments: {most: 3}}]}]");
    sandbox.run(["build"]).success();
    sandbox.run(["build"]).success();
    sandbox.write("models/b.sql", "select {{ lib.three() }} as id");
    sandbox.run(["build"]).code(2).talk_has("no macro implements `three`");
}

#[test]
fn a_seed_needs_no_other_node() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("seeds/s.csv", "id\n1\n")
        .file("seeds/s.yml", "seeds: [{name: s, config: {post-hook: \"select * from {{ ref('a') }}\"}}]");
    sandbox.run(["parse"]).code(2).talk(
        r#"
            error[seed-hook]: a hook of the seed `s` reads another node, which a seed cannot need
             --> seeds/s.yml:1:16
              |
            1 | seeds: [{name: s, config: {post-hook: "select * from {{ ref('a') }}"}}]
              |                ^
              |
              = note: dbt says: Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook that calls 'ref', 'source', or 'metric'
              = help: move it to a model's hook, or to `on-run-end`
        "#,
    );
}

#[test]
fn a_project_has_a_version() {
    let sandbox = Sandbox::new().file("project.yml", "name: shop\nversion: first\nprofile: shop\n");
    sandbox.run(["parse"]).code(2).talk_has("`first` is no version of a project");
}

#[test]
fn unit_tests_are_judged_by_the_program_alone() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("macros/unit.sql", "{% materialization unit, default %}{{ nothing() }}{% endmaterialization %}")
        .file("models/p.yml", "unit_tests: [{name: ones, model: a, given: [], expect: {rows: [{id: 1}]}}]");
    sandbox.run(["build"]).success();
}

#[test]
fn plugins_of_sources_and_models_are_refused() {
    let sandbox = Sandbox::new()
        .file(
            "models/p.yml",
            "sources: [{name: raw, config: {meta: {plugin: excel}}, tables: [{name: rows}]}]",
        )
        .model("a", "select * from {{ source('raw', 'rows') }}")
        .model("b", "{{ config(materialized='external', plugin='excel') }} select 1 as id");
    let output = sandbox.run(["build"]).code(1);
    output.talk_has("a source with a `plugin` needs Python, which is not supported");
    sandbox.run(["build", "--select", "b"]).code(1).talk_has("storing relations with a plugin needs Python");
}

#[test]
fn configurations_have_the_types_that_dbt_looks_at() {
    let check = |properties: &str, told: &str| {
        let sandbox = Sandbox::new()
            .model("a", "select 1 as id")
            .file("functions/plus.sql", "x + 1")
            .file("tests/few.sql", "select 1 as id where false")
            .file("models/p.yml", properties);
        sandbox.run(["parse"]).code(2).talk_has(told);
    };
    let function = "arguments: [{name: x, data_type: int}], returns: {data_type: int}";
    check(
        &format!("functions: [{{name: plus, config: {{type: null}}, {function}}}]"),
        "`type` of `plus` must be `scalar`, `aggregate` or `table`, not `null`",
    );
    check(
        "data_tests: [{name: few, config: {limit: many}}]",
        "`limit` of `few` must be a whole number, not `many`",
    );
    check("data_tests: [{name: few, config: {severity: 1}}]", "`severity` of `few` must be");
}

/// dbt knows a tuple from a list, and a key that is a number from a text.
#[test]
fn configurations_are_lists_and_keys_are_texts() {
    let check = |options: &str, code: i32, part: &str| {
        let text = format!("{{{{ config({options}) }}}} select 1 as id");
        Sandbox::new().model("a", &text).run(["parse"]).code(code).talk_has(part);
    };
    check("tags=('x', 'y')", 2, "`tags` of `a` must be a text or a list of texts");
    check("packages=('x', 'y')", 2, "`packages` of `a` must be a text or a list of texts");
    check("unique_key=('x', 'y')", 2, "`unique_key` of `a` must be a text or a list, not a tuple");
    check("meta={1: 2}", 2, "`meta` of `a` must be a mapping whose keys are texts");
    check("persist_docs={none: true}", 2, "`persist_docs` of `a` must be a mapping whose keys");
    check("tags=['x'], unique_key=['x'], meta={'a': {1: 2}}, contract={1: 2}, own=('a', 'b')", 0, "");
    let grants = Sandbox::new().model("a", "{{ config(grants={'select': ('x', 'y')}) }} select 1 as id");
    grants.run(["parse"]).success();
    let grants = &grants.json("target/manifest.json")["nodes"]["model.shop.a"]["config"]["grants"];
    assert_eq!(grants, &serde_json::json!({"select": [["x", "y"]]}));
    let project = "name: shop\nmodels: {shop: {+meta: {1: a}}}\n";
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("project.yml", project);
    sandbox.run(["parse"]).code(2).talk_has("`meta` of `a` must be a mapping whose keys are texts");
}

#[test]
fn configurations_that_dbt_does_not_look_at_pass() {
    let check = |properties: &str| {
        let sandbox = Sandbox::new()
            .model("a", "select 1 as id")
            .file("functions/plus.sql", "x + 1")
            .file("tests/few.sql", "select 1 as id where false")
            .file("models/p.yml", properties);
        sandbox.run(["parse"]).success();
    };
    check(
        "functions: [{name: plus, group: nobody, config: {type: scalar}, arguments: [{name: x, data_type: int}], \
         returns: {data_type: int}}]",
    );
    check(
        "models: [{name: a, data_tests: [{not_null: {arguments: {column_name: id}, config: {limit: true}}}]}]",
    );
    check("exposures: [{name: e, type: dashboard, owner: {name: amy}, config: {tags: {daily: 1}}}]");
    check(
        "sources: [{name: raw, config: {freshness: {warn_after: {count: true, period: day}}}, tables: [{name: t}]}]",
    );
    check("data_tests: [{name: few, config: {severity: some}}]");
    check("saved_queries: [{name: few, query_params: {metrics: []}, config: {tags: null}}]");
    let version = "{v: 1, defined_in: a, docs: {show: false, node_color: darkish}}";
    check(&format!("models: [{{name: a, latest_version: 1, versions: [{version}]}}]"));
}

/// dbt: what is done with deleted rows is looked at when the snapshot is taken.
#[test]
fn a_snapshot_with_an_unknown_way_to_see_deletions_fails_alone() {
    let config = "{strategy: check, unique_key: id, check_cols: all, hard_deletes: forget}";
    let properties = format!("snapshots: [{{name: s, relation: ref('a'), config: {config}}}]");
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("snapshots/p.yml", &properties);
    sandbox.run(["parse"]).success();
    sandbox.run(["build"]).code(1).talk_has("`hard_deletes` must be `ignore`, `invalidate` or `new_record`");
}
