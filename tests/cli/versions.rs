//! Versions of models: what is told about them.

use serde_json::json;

use crate::sandbox::Sandbox;

fn shop() -> Sandbox {
    Sandbox::new()
        .model("orders_v1", "select 1 as id")
        .model("orders_v2", "select 2 as id")
        .model("reader", "select * from {{ ref('orders') }} union all select * from {{ ref('orders', v=1) }}")
        .file(
            "models/orders.yml",
            "
            models:
              - name: orders
                versions:
                  - {v: 1, deprecation_date: 2020-01-31}
                  - {v: 2}
            ",
        )
}

#[test]
fn a_version_whose_time_is_over_is_told_with_its_readers() {
    shop().run(["run"]).success().talk(
        "
            warning[deprecated-model]: the time of `orders (v1)` was over on 2020-01-31
             --> models/orders.yml:2:11
              |
            2 |   - name: orders
              |           ^^^^^^ its `deprecation_date` has passed
              |
              = note: dbt says: Model orders has passed its deprecation date of 2020-01-31
              = help: disable or remove the model

            warning[deprecated-reference]: `reader` reads `orders (v1)`, whose time was over on 2020-01-31
             --> models/reader.sql:1:62
              |
            1 | select * from {{ ref('orders') }} union all select * from {{ ref('orders', v=1) }}
              |                                                              ^^^^^^^^^^^^^^^^^^ read here
              |
              = help: read the latest version: `ref('orders', v=2)`

            3 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/3  view         main.orders_v1
               OK    [ELAPSED]  2/3  view         main.orders_v2
               OK    [ELAPSED]  3/3  view         main.reader

            Done in [ELAPSED]: 3 passed
        ",
    );
}

#[test]
fn mistakes_name_the_versions_that_exist() {
    let sandbox = shop();
    sandbox.write("models/reader.sql", "select * from {{ ref('orders', v=3) }}");
    sandbox.write(
        "models/orders.yml",
        "
        models:
          - name: orders
            versions: [{v: 1}, {v: 2}, {v: 5, defined_in: fifth}]
            latest_version: 1
        ",
    );
    sandbox.run(["run"]).code(2).talk(
        "
            warning[unknown-node]: version 5 of the model `orders` has no file
             --> models/orders.yml:3:51
              |
            3 |     versions: [{v: 1}, {v: 2}, {v: 5, defined_in: fifth}]
              |                                                   ^^^^^ `fifth.sql` was not found
              |
              = help: name the file with `defined_in`, without its extension

            error[unknown-ref]: `reader` needs version 3 of the model `orders`, which does not exist
             --> models/reader.sql:1:18
              |
            1 | select * from {{ ref('orders', v=3) }}
              |                  ^^^^^^^^^^^^^^^^^^ not found
              |
              = note: its versions are: 1, 2
        ",
    );
}

#[test]
fn a_unit_test_has_a_file_for_each_version() {
    let sandbox = shop();
    sandbox.write("models/reader.sql", "select 1 as x");
    sandbox.write(
        "models/unit.yml",
        "
        unit_tests:
          - {name: u, model: orders, given: [], expect: {rows: [{id: 2}]}}
        ",
    );
    sandbox.run(["test", "--quiet"]).code(1);
    for version in ["u_v1", "u_v2"] {
        let compiled = sandbox.read(&format!("target/compiled/shop/models/unit.yml/models/{version}.sql"));
        assert!(compiled.contains("as id"), "{compiled}");
    }
    let manifest = sandbox.json("target/manifest.json");
    let test = &manifest["unit_tests"]["unit_test.shop.orders.u_v2"];
    assert_eq!(test["version"], 2);
    assert_eq!(test["depends_on"]["nodes"], serde_json::json!(["model.shop.orders.v2"]));
    let model = &manifest["nodes"]["model.shop.orders.v1"];
    assert_eq!(model["fqn"], serde_json::json!(["shop", "orders", "v1"]));
    assert_eq!((&model["version"], &model["latest_version"]), (&serde_json::json!(1), &serde_json::json!(2)));
    assert_eq!(
        (&model["alias"], &model["name"]),
        (&serde_json::json!("orders_v1"), &serde_json::json!("orders"))
    );
    assert_eq!(model["deprecation_date"], "2020-01-31T00:00:00+00:00");
}

#[test]
fn a_version_that_is_not_the_latest_yet_is_told_to_those_who_name_none() {
    let sandbox = shop();
    sandbox.write(
        "models/orders.yml",
        "models: [{name: orders, latest_version: 1, versions: [{v: 1}, {v: 2}]}]",
    );
    sandbox.run(["run", "--warn-error"]).success().talk_has(
        "`reader` reads version 1 of `orders`, its latest; there is a version 2, which it will read once that is \
         the latest: `ref('orders', v=1)` keeps this one, `ref('orders', v=2)` tries the other",
    );
    let told = sandbox.run(["run", "--log-format", "json"]).success().stdout;
    let told = told.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let told: Vec<_> = told.filter(|line| line["info"]["name"] == "UnpinnedRefNewVersionAvailable").collect();
    let [line] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&line["info"]["code"], &line["info"]["level"]), (&"I064".into(), &"info".into()));
    let data = &line["data"];
    assert_eq!((&data["ref_node_name"], &data["ref_node_package"]), (&"orders".into(), &"shop".into()));
    assert_eq!((&data["ref_node_version"], &data["ref_max_version"]), (&"1".into(), &"2".into()));
    assert_eq!(data["node_info"]["node_name"], "reader");
}

#[test]
fn a_unit_test_gives_rows_for_all_that_its_model_reads() {
    let sandbox = Sandbox::new()
        .model("x_v1", "select 1 as id")
        .model("x_v2", "select 2 as id")
        .model("reader", "select * from {{ ref('x', v=2) }}")
        .file(
            "models/schema.yml",
            "
            models: [{name: x, latest_version: 1, versions: [{v: 1}, {v: 2}]}]
            unit_tests:
              - name: rows
                model: reader
                given: [{input: ref('x'), rows: [{id: 3}]}]
                expect: {rows: [{id: 3}]}
            ",
        );
    sandbox
        .run(["build"])
        .code(1)
        .talk_has("the unit test gives no rows for `ref('x', v=2)`, which `reader` reads");
    let path = "models/schema.yml";
    sandbox.write(path, &sandbox.read(path).replace("input: ref('x'),", "input: \"ref('x', v=2)\","));
    sandbox.run(["build"]).success();
}

#[test]
fn version_0_is_asked_for_but_not_looked_for() {
    let reader =
        "select * from {{ ref('orders', v=0) }} union all select * from {{ ref('orders', version=0) }}";
    let sandbox = Sandbox::new()
        .model("orders_v0", "select 0 as id")
        .model("orders_v1", "select 1 as id")
        .model("reader", reader)
        .file(
            "models/orders.yml",
            "
            models:
              - name: orders
                columns: [{name: id, data_tests: [unique]}]
                versions: [{v: 0}, {v: 1}]
            ",
        );
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select id from reader"), ["1", "1"]);
    // Its name is not that of a version.
    assert_eq!(sandbox.query("select id from orders"), ["0"]);
    let manifest = sandbox.json("target/manifest.json");
    let refs = &manifest["nodes"]["model.shop.reader"]["refs"];
    assert_eq!((&refs[0]["version"], &refs[1]["version"]), (&0.into(), &0.into()));
    let tests: Vec<&str> = manifest["nodes"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, node)| node["name"].as_str().filter(|name| name.starts_with("unique")))
        .collect();
    assert_eq!(tests, ["unique_orders_id", "unique_orders_v1_id"]);
}

/// dbt: what a version lists comes before what its model lists, in mappings as well.
#[test]
fn lists_of_a_version_are_joined_with_those_of_its_model() {
    let text = "
        models:
          - name: v
            latest_version: 1
            config: {tags: [a, z], meta: {own: [1], deep: {own: [1]}}, pre_hook: [select 1], grants: {select: [x]}}
            versions:
              - {v: 1, config: {tags: [b], meta: {own: [2], deep: {own: [2]}}, pre_hook: [select 2], grants: {select: [y]}}}
              - {v: 2, config: {tags: b}}
    ";
    let sandbox = Sandbox::new()
        .model("v_v1", "select 1 as id")
        .model("v_v2", "select 1 as id")
        .file("models/v.yml", text);
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let config = &manifest["nodes"]["model.shop.v.v1"]["config"];
    assert_eq!(config["tags"], json!(["b", "a", "z"]));
    assert_eq!(config["meta"], json!({"own": [2, 1], "deep": {"own": [2, 1]}}));
    assert_eq!(config["grants"], json!({"select": ["y", "x"]}));
    let hooks = config["pre-hook"].as_array().unwrap().iter().map(|hook| hook["sql"].clone());
    assert_eq!(hooks.collect::<Vec<_>>(), [json!("select 2"), json!("select 1")]);
    assert_eq!(manifest["nodes"]["model.shop.v.v2"]["config"]["tags"], json!(["b"]));
}
