//! `--state`, `--defer` and what is said about them.

use serde_json::json;

use crate::sandbox::Sandbox;

fn two_places() -> Sandbox {
    let sandbox = Sandbox::new()
        .file(
            "macros/names.sql",
            "{% macro generate_schema_name(name, node) %}{{ var('place', 'dev') }}{% endmacro %}",
        )
        .model("a", "select '{{ this.schema }}' as place")
        .model("b", "select place from {{ ref('a') }}");
    sandbox.run(["build", "--vars", "{place: prod}", "--target-path", "prod"]).success();
    sandbox
}

#[test]
fn what_is_not_built_here_is_read_elsewhere() {
    let sandbox = two_places();
    let shown = "{\n  \"node\": \"b\",\n  \"show\": [\n    {\n      \"place\": \"prod\"\n    }\n  ]\n}";
    let show = ["show", "--select", "b", "--output", "json"];
    sandbox.run(show.into_iter().chain(["--defer", "--state", "prod"])).success().stdout(shown);
    let inline = ["show", "--inline", "select place from {{ ref('a') }}", "--output", "json"];
    let shown = "{\n  \"show\": [\n    {\n      \"place\": \"prod\"\n    }\n  ]\n}";
    sandbox.run(inline.into_iter().chain(["--defer", "--defer-state", "prod"])).success().stdout(shown);
    let sandbox = sandbox.env("DBT_DEFER_TO_STATE", "1").env("DBT_STATE", "prod");
    sandbox.run(inline).success().stdout(shown);
    // dbt: a variable under its old name counts before the command line and the new name.
    sandbox.run(inline.into_iter().chain(["--no-defer"])).success().stdout(shown);
    let sandbox = sandbox.env("DBT_DEFER_TO_STATE", "").env("DBT_DEFER", "1");
    sandbox.run(inline).success().stdout(shown);
    sandbox.run(inline.into_iter().chain(["--no-defer"])).code(2);
}

#[test]
fn the_folder_of_artifacts_is_checked() {
    let sandbox = two_places();
    sandbox.run(["run", "--defer"]).code(2).talk(
        "
            error[no-state]: what is not built here is to be found elsewhere, but where is not said
             |
             = help: give the folder of that environment's `manifest.json` with `--state DIR`
        ",
    );
    sandbox.run(["list", "--select", "state:new"]).code(2).talk(
        "
            error[no-state]: this compares with an earlier run, and none was named
             --> --select:1:1
              |
            1 | state:new
              | ^^^^^^^^^
              |
              = note: dbt says: Got a state selector method, but no comparison manifest
              = help: give the folder of its artifacts with `--state DIR`
        ",
    );
    sandbox.run(["list", "--select", "state:new", "--state", "target"]).code(2).talk(
        "
            warning[state-is-target]: the artifacts to compare with are in the folder that this command writes to
             |
             = note: dbt says: Warning: The state and target directories are the same: 'target'
             = help: copy them elsewhere, or set `--target-path`

            error[no-state]: there is no `[ROOT]/target/manifest.json` to compare with
             --> --select:1:1
              |
            1 | state:new
              | ^^^^^^^^^
        ",
    );
    sandbox.write(
        "old/manifest.json",
        r#"{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v3.json"}}"#,
    );
    sandbox.run(["list", "--select", "state:new", "--state", "old"]).code(2).talk(
        "
            error[bad-state]: this manifest has a version that cannot be read
            --> [ROOT]/old/manifest.json
             = note: the file says `https://schemas.getdbt.com/dbt/manifest/v3.json`
             = help: versions 4 to 12 can be read
        ",
    );
}

#[test]
fn variables_make_no_difference_where_configurations_are_compared_as_written() {
    let check = |flag: bool, expected: &str| {
        let project =
            format!("name: shop\nflags: {{state_modified_compare_more_unrendered_values: {flag}}}\n");
        let sandbox = Sandbox::new()
            .file("project.yml", &project)
            .model("a", "{{ config(materialized=var('how')) }} select 1 as id")
            .model("b", "select 1 as id")
            .file("models/b.yml", "models: [{name: b, config: {materialized: \"{{ var('how') }}\"}}]");
        sandbox.run(["parse", "--vars", "{how: view}", "--target-path", "before"]).success();
        let list =
            ["ls", "--quiet", "--select", "state:modified", "--state", "before", "--vars", "{how: table}"];
        sandbox.run(list).success().stdout(expected);
        sandbox.json("before/manifest.json")["nodes"]["model.shop.a"]["unrendered_config"]["materialized"]
            .clone()
    };
    assert_eq!(check(false, "shop.a\nshop.b"), "view");
    let written = "Keyword(key='materialized', value=Call(node=Name(name='var', ctx='load'), \
                   args=[Const(value='how')], kwargs=[], dyn_args=None, dyn_kwargs=None))";
    assert_eq!(check(true, ""), written);
}

#[test]
fn what_is_compared_as_written_has_the_form_that_dbt_gives_it() {
    let flags = "flags: {state_modified_compare_more_unrendered_values: true}";
    let sandbox = Sandbox::new()
        .file("project.yml", &format!("name: shop\n{flags}\nmodels: {{+meta: {{of: models}}}}"))
        .model("plain", "{{ config(materialized='table', tags=['a']) }} select 1 as id")
        .model("rendered", "{{ config(materialized='table', pre_hook='select 1') }} select 1 as id")
        .file("tests/generic/odd.sql", "{% test odd(model) %} select 1 limit 0 {% endtest %}")
        .file("tests/single.sql", "select 1 limit 0")
        .file("tests/single.yml", "data_tests: [{name: single, config: {tags: [t], where: a}}]")
        .file("functions/one.sql", "1")
        .file("functions/one.yml", "functions: [{name: one, arguments: [], returns: {data_type: int}}]")
        .file(
            "models/m.yml",
            "
            models:
              - name: plain
                config: {tags: [b], pre_hook: [select 2], meta: {k: [1], l: 2}}
                data_tests:
                  - odd: {config: {where: a, limit: 3}}
            ",
        );
    sandbox.run(["parse", "--quiet"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let node = |id: &str| {
        let mut nodes = manifest["nodes"].as_object().unwrap().iter();
        nodes.find(|(found, _)| found.starts_with(id)).unwrap().1["unrendered_config"].clone()
    };
    let meta = json!({"k": [1, 1], "l": 2});
    // Lists of property files come twice, and what needs no rendering is known by its values.
    let plain =
        json!({"meta": meta, "tags": ["a"], "pre_hook": ["select 2", "select 2"], "materialized": "table"});
    assert_eq!(node("model.shop.plain"), plain);
    let form = |key: &str, value: &str| format!("Keyword(key='{key}', value=Const(value={value}))");
    let rendered = json!({
        "meta": {"of": "models"},
        "materialized": form("materialized", "'table'"),
        "pre_hook": form("pre_hook", "'select 1'"),
    });
    assert_eq!(node("model.shop.rendered"), rendered);
    assert_eq!(node("test.shop.odd"), json!({"where": form("where", "'a'"), "limit": form("limit", "3")}));
    assert_eq!(node("test.shop.single"), json!({"tags": ["t"], "where": "a"}));
    let function = &manifest["functions"]["function.shop.one"]["unrendered_config"];
    assert_eq!(function, &json!({"meta": {"of": "models"}}));
}
