//! Models in Python. Those that are run need an interpreter with the package `duckdb`,
//! which `MODEL_TEST_PYTHON` names; such tests pass where there is none.

use serde_json::json;

use crate::sandbox::Sandbox;
use crate::warehouse::Warehouse;

/// The project with an interpreter that can run models.
#[expect(clippy::print_stderr, reason = "a test that is not run says so")]
fn with_python(sandbox: Sandbox) -> Option<Sandbox> {
    let Ok(python) = std::env::var("MODEL_TEST_PYTHON") else {
        eprintln!("not run: MODEL_TEST_PYTHON names no interpreter");
        return None;
    };
    Some(sandbox.env("MODEL_PYTHON", &python))
}

fn project() -> Sandbox {
    Sandbox::new()
        .file("seeds/raw.csv", "id\n1\n2\n")
        .file(
            "models/schema.yml",
            "
            sources:
              - name: land
                schema: main
                tables: [{name: raw}]
            models:
              - name: counted
                config: {floor: 1}
        ",
        )
        .model(
            "numbers",
            "-- depends_on: {{ ref('raw') }}\nselect id, {'half': id / 2} as more from main.raw",
        )
}

#[test]
fn models_in_python_are_tables() {
    let Some(sandbox) = with_python(project()) else { return };
    let sandbox = sandbox
        .file(
            "models/counted.py",
            "
            def model(dbt, session):
                dbt.config(alias='told', tags=['py'])
                numbers = dbt.ref('numbers')
                raw = dbt.source('land', 'raw')
                floor = dbt.config.get('floor', 7)
                assert (dbt.config.get('roof', 9), dbt.config.get('none')) == (9, None)
                print('counting')
                return session.sql(f'select n.*, {floor}::utinyint as floor from numbers n join raw using (id) where id > {floor}')
        ",
        )
        .model("after", "select more.half from {{ ref('counted') }}");
    sandbox.run(["build"]).success().talk_has("table        main.told");
    let columns = "select column_name, column_type from (describe main.told)";
    assert_eq!(sandbox.query(columns), ["id|INTEGER", "more|STRUCT(half DOUBLE)", "floor|UTINYINT"]);
    assert_eq!(sandbox.query("select * from after"), ["1.0"]);
    let node = sandbox.json("target/manifest.json")["nodes"]["model.shop.counted"].clone();
    assert_eq!(node["language"], "python");
    assert_eq!(node["depends_on"]["nodes"], json!(["source.shop.land.raw", "model.shop.numbers"]));
    assert_eq!(node["config"]["materialized"], "table");
    assert_eq!(node["config"]["config_keys_used"], json!(["floor", "roof", "none"]));
    assert_eq!(node["config"]["config_keys_defaults"], json!([7, 9, null]));
    let compiled = node["compiled_code"].as_str().unwrap_or_default();
    assert!(compiled.starts_with("def model(dbt, session):") && compiled.contains("def ref("), "{compiled}");
    assert!(sandbox.read("target/run/shop/models/counted.py").contains("def materialize(df, con):"));
    assert!(!sandbox.path("target/python/model.shop.counted").exists());
}

#[test]
fn incremental_models_in_python_add_rows() {
    let Some(sandbox) = with_python(project()) else { return };
    let sandbox = sandbox.file(
        "models/grown.py",
        "
        def model(dbt, con):
            dbt.config(materialized='incremental', unique_key='id')
            rows = dbt.ref('numbers')
            if dbt.is_incremental:
                newest = con.sql(f'select max(id) from {dbt.this}').fetchone()[0]
                rows = rows.filter(f'id >= {newest}')
            return rows.project('id, id * 10 as ten')
    ",
    );
    sandbox.run(["build"]).success();
    sandbox.write("seeds/raw.csv", "id\n1\n2\n3\n");
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select * from grown order by id"), ["1|10", "2|20", "3|30"]);
    sandbox.run(["build", "--full-refresh"]).success();
    assert_eq!(sandbox.query("select table_name from duckdb_tables() order by 1"), ["grown", "raw"]);
}

#[test]
fn external_models_may_be_in_python() {
    let Some(sandbox) = with_python(project()) else { return };
    let sandbox = sandbox.file(
        "models/filed.py",
        "
        def model(dbt, con):
            dbt.config(materialized='external', location='target/filed.csv')
            return dbt.ref('numbers').project('id')
    ",
    );
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.read("target/filed.csv").lines().collect::<Vec<_>>(), ["id", "1", "2"]);
}

#[test]
fn what_goes_wrong_in_python_is_told_with_its_line() {
    let Some(sandbox) = with_python(project()) else { return };
    let sandbox = sandbox
        .file("models/broken.py", "def model(dbt, con):\n    return 1 / 0\n")
        .file("models/lacking.py", "import no_such_package\ndef model(dbt, con):\n    return None\n");
    let told = sandbox.run(["run", "--select", "broken", "lacking"]).code(1).talk;
    assert!(told.contains("model.py\", line 2, in model") && told.contains("ZeroDivisionError"), "{told}");
    assert!(
        told.contains("No module named 'no_such_package'") && told.contains("install the package"),
        "{told}"
    );
    assert!(!told.contains("run.py"), "{told}");
    assert_eq!(sandbox.query("select * from duckdb_tables()").len(), 0);
}

#[test]
fn a_machine_without_python_is_told() {
    let model = "def model(dbt, con):\n    return con.sql('select 1 as id')\n";
    let sandbox = Sandbox::new().file("models/a.py", model).file("bin/python", "#!/bin/sh\nexit 3\n");
    let python = sandbox.path("bin/python").display().to_string();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&python, permissions).expect("a program");
    }
    let sandbox = sandbox.env("MODEL_PYTHON", &python);
    sandbox
        .run(["run"])
        .code(1)
        .talk_has("a Python model needs the Python package `duckdb`, which is missing in [ROOT]/bin/python");
}

#[test]
fn what_python_models_cannot_do_is_refused() {
    let model = |body: &str| format!("def model(dbt, con):\n    {body}\n");
    let sandbox = Sandbox::new().file("models/a.py", &model("return dbt.ref(name)"));
    sandbox.run(["parse"]).code(2).talk_has("the arguments of `dbt.ref` must be literals: `name` is none");
    sandbox.write("models/a.py", &model("return dbt.ref('nope')"));
    sandbox.run(["parse"]).code(2).talk_has("models/a.py:2:");
    sandbox.write("models/a.py", &model("dbt.config(materialized='view')"));
    sandbox.run(["run"]).code(1).talk_has("a model in Python cannot be materialized as `view`");
    sandbox.run(["show", "--select", "a"]).code(2).talk_has("is a model in Python");
    sandbox.write("models/b.sql", "{{ config(materialized='ephemeral') }}select 1 as id");
    sandbox.write("models/a.py", &model("return dbt.ref('b')"));
    sandbox.run(["run"]).code(1).talk_has("`a` reads an ephemeral model, which only SQL can do");
}

#[test]
fn a_warehouse_that_runs_no_python_says_so() {
    let model = "def model(dbt, session):\n    dbt.config(materialized='KIND')\n    return None\n";
    for kind in ["table", "incremental", "view"] {
        let sandbox = Sandbox::new()
            .file("project.yml", "{name: shop, profile: shop}")
            .file("models/a.py", &model.replace("KIND", kind));
        let Some(warehouse) = Warehouse::create("postgres", &sandbox) else { return };
        sandbox.write_exactly("profiles.yml", &warehouse.profile());
        let told = sandbox.run(["run"]).code(1);
        let words = format!(
            "Materialization \"materialization_{kind}_default\" only supports languages ['sql']; got \"python\""
        );
        told.talk_has(&format!("a model in Python cannot be materialized as `{kind}`"))
            .talk_has(&words)
            .talk_has("on this warehouse, that is for: sql");
    }
}
