//! What came to dbt's language after dbt 1.11.

use crate::sandbox::Sandbox;

/// The statuses of the last run, by the last parts of unique ids.
fn statuses(sandbox: &Sandbox) -> Vec<String> {
    let results = sandbox.json("target/run_results.json");
    let results = results["results"].as_array().expect("results");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let line = |result: &serde_json::Value| {
        let id = text(&result["unique_id"]);
        format!("{} {}", id.split('.').skip(2).collect::<Vec<_>>().join("."), text(&result["status"]))
    };
    results.iter().map(line).collect()
}

#[test]
fn vars_may_have_a_file_of_their_own() {
    let sandbox = Sandbox::empty()
        .file("dbt_project.yml", "name: shop\nmodels:\n  +schema: \"{{ var('area') }}\"\n")
        .file("vars.yml", "vars: {area: north, sum: '{{ 1 + 1 }}', shop: {own: mine}}\nother: [1]\n")
        .model(
            "a",
            "select '{{ var(\"area\") }}' as area, '{{ var(\"own\") }}' as own, '{{ var(\"sum\") }}' as sum",
        );
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select * from main_north.a"), ["north|mine|2"]);
    sandbox.write("vars.yml", "vars: {area: south, sum: 3, own: yours}\n");
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select * from main_south.a"), ["south|yours|3"]);
    sandbox.run(["build", "--vars", "area: west"]).success();
    assert_eq!(sandbox.query("select * from main_west.a"), ["west|yours|3"]);
}

#[test]
fn vars_stand_in_one_file() {
    let sandbox = Sandbox::empty()
        .file("dbt_project.yml", "name: shop\nvars:\n  area: north\n")
        .file("vars.yml", "vars:\n  area: south\n");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[vars]: vars are given in `dbt_project.yml` and in `vars.yml`
             --> dbt_project.yml:2:1
              |
            2 | vars:
              | ^^^^
              |
             ::: vars.yml:1:1
              |
            1 | vars:
              | ---- and here
              |
              = note: dbt says: Variables cannot be defined in both vars.yml and dbt_project.yml
              = help: keep them in one of the two files
        ",
    );
    sandbox.write("dbt_project.yml", "name: shop\n");
    sandbox.write("vars.yml", "vars: [area]\n");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[vars]: `vars` in `vars.yml` must be a mapping, this is a list
             --> vars.yml:1:7
              |
            1 | vars: [area]
              |       ^^^^^^
              |
              = help: write `vars:`, and below it a line `name: value` for each
        ",
    );
    sandbox.write("vars.yml", "vars:\n");
    sandbox.run(["parse"]).success();
}

#[test]
fn a_model_may_let_go_what_waits_for_it() {
    let sandbox = Sandbox::new()
        .model("bad", "{{ config(on_error='continue') }} select * from nowhere")
        .model("broken", "{{ config(on_error='skip_children') }} select * from nowhere")
        .model("reader", "select * from {{ ref('bad') }}")
        .model("other", "select 1 as id -- {{ ref('bad') }}")
        .model("last", "select * from {{ ref('broken') }}");
    sandbox.run(["build"]).code(1);
    let mut found = statuses(&sandbox);
    found.sort();
    let expected = ["bad error", "broken error", "last skipped", "other success", "reader error"];
    assert_eq!(found, expected);
    let nodes = sandbox.json("target/manifest.json")["nodes"].clone();
    assert_eq!(nodes["model.shop.bad"]["config"]["on_error"], "continue");
    assert!(nodes["model.shop.reader"]["config"].get("on_error").is_none(), "dbt 1.11 has no such key");
    sandbox.run(["build", "--fail-fast"]).code(1);
    assert!(statuses(&sandbox).contains(&"other skipped".to_owned()), "the first failure ends the run");
}

fn versioned(config: &str) -> Sandbox {
    Sandbox::new()
        .model("orders_v1", "select 1 as id")
        .model(
            "orders_v2",
            "{{ config(materialized='table', post_hook='create table if not exists hooked as select 1 as a') }} select 2 as id",
        )
        .file(
            "models/p.yml",
            &format!(
                "
                models:
                - name: orders
                  latest_version: 2
                  config: {{latest_version_pointer: {config}}}
                  versions: [{{v: 1}}, {{v: 2}}]
                "
            ),
        )
}

const RELATIONS: &str = "select table_name || ' ' || table_type from information_schema.tables order by 1";

#[test]
fn a_view_shows_the_latest_version() {
    let sandbox = versioned("true");
    sandbox.run(["build"]).success();
    assert_eq!(
        sandbox.query(RELATIONS),
        ["hooked BASE TABLE", "orders VIEW", "orders_v1 VIEW", "orders_v2 BASE TABLE"]
    );
    assert_eq!(sandbox.query("select * from orders"), ["2"]);
    assert_eq!(statuses(&sandbox), ["orders.v1 success", "orders.v2 success"]);
    let config = sandbox.json("target/manifest.json")["nodes"]["model.shop.orders.v2"]["config"].clone();
    assert_eq!(config["latest_version_pointer"], serde_json::json!({"enabled": true, "alias": null}));
    let sql = sandbox.read("target/run/shop/models/orders_v2.sql");
    assert!(sql.contains("create view"), "{sql}");
}

#[test]
fn the_view_of_the_latest_version_has_the_name_that_is_given() {
    let sandbox = versioned("{enabled: true, alias: newest}");
    sandbox.run(["run"]).success();
    assert_eq!(sandbox.query("select * from newest"), ["2"]);
    sandbox.write(
        "macros/name.sql",
        "
        {% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) %}
          {{ node.name ~ '_' ~ (custom_alias_name or 'now') }}
        {% endmacro %}
        ",
    );
    sandbox.run(["run"]).success();
    assert_eq!(sandbox.query("select * from orders_newest"), ["2"]);
}

#[test]
fn a_flag_points_at_the_latest_versions_of_all_models() {
    let sandbox = versioned("{}").model("plain", "select 3 as id");
    sandbox.run(["run", "--select", "orders_v1", "plain"]).success();
    sandbox.write("project.yml", "name: shop\nflags: {latest_version_pointer_enabled_by_default: true}\n");
    sandbox.run(["run"]).success();
    assert_eq!(sandbox.query("select * from orders"), ["2"]);
}

#[test]
fn the_view_of_the_latest_version_takes_no_other_place() {
    let sandbox = versioned("{enabled: true, alias: plain}").model("plain", "select 3 as id");
    let output = sandbox.run(["run"]).code(1);
    output.talk_has("the latest version of `orders` cannot be shown as `plain`: `plain` is stored there");
    assert_eq!(sandbox.query("select * from plain"), ["3"]);
    let sandbox = versioned("{enabled: true, alias: orders_v2}");
    let output = sandbox.run(["run"]).code(1);
    output.talk_has("dbt says: the latest version of 'orders' is already aliased to 'orders_v2'");
    assert_eq!(sandbox.query("select * from orders_v2"), ["2"]);
}

#[test]
fn a_statement_runs_without_a_macro() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    sandbox.run(["run"]).success();
    let run = |sql: &str| sandbox.run(["run-operation", "--sql", sql]);
    run("create table kept as select * from {{ ref('a') }}; commit").success();
    let results = sandbox.json("target/run_results.json");
    assert_eq!(results["results"][0]["unique_id"], "sql_operation.shop.inline_query");
    assert_eq!(results["results"][0]["failures"], 0);
    assert_eq!(sandbox.query("select * from kept"), ["1"]);
    run("create table lost as select 1 as id").success();
    let lost = "select count(*) from information_schema.tables where table_name = 'lost'";
    assert_eq!(sandbox.query(lost), ["0"], "dbt: it does not commit");
    run("select * from {{ ref('b') }}").code(1).talk_has("`b`, which does not exist");
    run("selec 1").code(1).talk_has("syntax error");
    assert_eq!(statuses(&sandbox), ["inline_query error"]);
    sandbox.run(["retry"]).code(1).talk_has("syntax error");
}

#[test]
fn an_operation_is_a_macro_or_a_statement() {
    let check = |arguments: &[&str], said: &str| {
        let all = ["run-operation"].into_iter().chain(arguments.iter().copied());
        Sandbox::new().run(all).code(2).talk_has(said);
    };
    check(&[], "`run-operation` needs to know what to run");
    check(&["m", "--sql", "select 1"], "`run-operation` takes a macro or `--sql`, not both");
    check(&["--sql", "select 1", "--args", "{a: 1}"], "a statement of `--sql` takes no `--args`");
}

#[test]
fn files_may_say_that_they_are_templates() {
    let sandbox = Sandbox::empty()
        .file("dbt_project.yml", "name: shop\n")
        .file("models/orders.sql.jinja", "select {{ one() }} as id")
        .file("models/read.md.j2", "{% docs told %}what it is{% enddocs %}")
        .file("models/p.yml", "models: [{name: orders, description: \"{{ doc('told') }}\"}]")
        .file("macros/one.sql.jinja2", "{% macro one() %}1{% endmacro %}");
    sandbox.run(["list", "--resource-type", "model"]).success().stdout("");
    sandbox.write("dbt_project.yml", "name: shop\nflags: {allow_jinja_file_extensions: true}\n");
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select * from orders"), ["1"]);
    let node = sandbox.json("target/manifest.json")["nodes"]["model.shop.orders"].clone();
    assert_eq!(node["original_file_path"], "models/orders.sql.jinja");
    assert_eq!(node["description"], "what it is");
}

#[test]
fn overloads_of_functions_are_not_known() {
    let sandbox = Sandbox::new().file("functions/plus.sql", "a + b").file(
        "functions/p.yml",
        "
        functions:
        - name: plus
          arguments: [{name: a, data_type: integer}, {name: b, data_type: integer}]
          returns: {data_type: integer}
          overloads: [{defined_in: plus_texts}]
        ",
    );
    sandbox.run(["parse"]).success().talk_has("`overloads`");
}
