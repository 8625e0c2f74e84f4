//! `model build`: what it prints, what it keeps.

use crate::sandbox::Sandbox;
use crate::warehouse::Warehouse;

#[test]
fn a_failed_test_keeps_back_what_is_downstream_and_is_named_there() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id union all select 2")
        .model("b", "select * from {{ ref('a') }}")
        .model("c", "{{ config(materialized='table') }} select id from {{ ref('b') }}")
        .model("d", "select * from {{ ref('c') }}")
        .file(
            "models/schema.yml",
            "
            models:
              - name: a
                columns:
                  - name: id
                    data_tests:
                      - unique
                      - accepted_values:
                          arguments: {values: [1]}
                          config: {severity: warn}
              - name: b
                columns:
                  - name: id
                    data_tests:
                      - accepted_values:
                          arguments: {values: [1]}
        ",
        );
    sandbox.run(["build"]).code(1).talk(
        "
            7 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/7  view         main.a
             WARN    [ELAPSED]  2/7  test         accepted_values_a_id__1  (1 row)
             PASS    [ELAPSED]  3/7  test         unique_a_id
               OK    [ELAPSED]  4/7  view         main.b
             FAIL    [ELAPSED]  5/7  test         accepted_values_b_id__1  (1 row)
             SKIP           6/7  table        main.c  (accepted_values_b_id__1 failed)
             SKIP           7/7  view         main.d  (accepted_values_b_id__1 failed)

            WARN accepted_values_a_id__1  models/schema.yml:7
              Got 1 result, configured to warn if != 0
              | value_field | n_records |
              |-------------|-----------|
              | 2           | 1         |

            FAIL accepted_values_b_id__1  models/schema.yml:14
              Got 1 result, configured to fail if != 0
              | value_field | n_records |
              |-------------|-----------|
              | 2           | 1         |

            Done in [ELAPSED]: 3 passed, 1 warned, 1 failed, 2 skipped
            `model retry` goes on with what failed or was skipped
        ",
    );
}

#[test]
fn a_refused_statement_points_into_the_model() {
    let sandbox = Sandbox::new().model(
        "totals",
        "
            {{ config(materialized='table') }}
            {% set unused = 1 %}
            select
              1 as id,
              amuont as total
            from (select 2 as amount)
        ",
    );
    sandbox.run(["build"]).code(1).talk(
        r#"
            1 node, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/1  table        main.totals

            ERROR totals
              error[database-error]: Binder Error: Referenced column "amuont" not found in FROM clause!
                                     Candidate bindings: "amount"
               --> models/totals.sql:5:3
                |
              5 |   amuont as total
                |   ^^^^^^

            Done in [ELAPSED]: 0 passed, 1 failed
            `model retry` goes on with what failed or was skipped
        "#,
    );
}

#[test]
fn an_empty_project_says_how_to_begin() {
    let sandbox = Sandbox::new();
    sandbox.run(["build"]).success().talk(
        "
            nothing to do: the project is empty; write a query into `models/my_first_model.sql`
        ",
    );
    sandbox.run(["list"]).success().talk(
        "
            nothing is selected
        ",
    );
}

#[test]
fn fail_fast_stops_at_the_first_failure() {
    let sandbox = Sandbox::new().model("a", "select nothing").model("b", "select 1 as id");
    sandbox.run(["build", "--fail-fast"]).code(1)
        .talk(r#"
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  view         main.a
            stopping at the first failure

            ERROR a
              error[database-error]: Binder Error: Referenced column "nothing" was not found because the FROM clause is missing
               --> models/a.sql:1:8
                |
              1 | select nothing
                |        ^^^^^^^

            Stopped at the first failure after [ELAPSED]: 0 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        "#);
}

#[test]
fn results_of_a_run_that_fails_fast_say_so() {
    let sandbox = Sandbox::new()
        .model("a", "{{ config(materialized='table') }} select error('no') as id")
        .model("b", "select 1 as id")
        .model("c", "select * from {{ ref('a') }}");
    sandbox.run(["run", "--fail-fast"]).code(1);
    let results = sandbox.json("target/run_results.json");
    let told = results["results"].as_array().expect("results").iter().skip(1).map(|result| {
        [&result["unique_id"], &result["status"], &result["message"], &result["thread_id"]]
            .map(|value| value.as_str().unwrap_or_default().to_owned())
            .join(" | ")
    });
    let mut told: Vec<String> = told.collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "model.shop.b | skipped | Skipping due to fail_fast | MainThread",
            "model.shop.c | skipped | Skipping due to fail_fast | MainThread",
        ]
    );
}

#[test]
fn quiet_says_only_what_failed() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id union all select 2")
        .model("b", "select * from {{ ref('a') }}")
        .file(
            "models/schema.yml",
            "
            models:
              - name: a
                columns:
                  - name: id
                    data_tests:
                      - unique
                      - accepted_values:
                          arguments: {values: [1]}
                          config: {severity: warn}
              - name: b
                columns:
                  - name: id
                    data_tests:
                      - accepted_values:
                          arguments: {values: [1]}
        ",
        );
    sandbox.run(["build", "--quiet"]).code(1).talk(
        "
             FAIL    [ELAPSED]  5/5  test         accepted_values_b_id__1  (1 row)

            FAIL accepted_values_b_id__1  models/schema.yml:14
              Got 1 result, configured to fail if != 0
              | value_field | n_records |
              |-------------|-----------|
              | 2           | 1         |
        ",
    );
}

#[test]
fn one_seed_row_that_does_not_fit_loads_nothing() {
    let sandbox = Sandbox::new()
        .file(
            "seeds/days.csv",
            "
            id,day
            1,2024-01-31
            2,2024-02-31
        ",
        )
        .file(
            "seeds/schema.yml",
            "
            seeds:
              - name: days
                config: {column_types: {id: integer, day: date}}
        ",
        );
    sandbox.run(["build"]).code(1)
        .talk(r#"
            1 node, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/1  seed         main.days

            ERROR days
              error[invalid-seed]: error in converting column "day": could not convert string "2024-02-31" to 'DATE'
               --> seeds/days.csv:3:3
                |
              3 | 2,2024-02-31
                |   ^^^^^^^^^^
                |
                = note: nothing was loaded
                = help: `column_types` gives a column another type, such as `bigint`

            Done in [ELAPSED]: 0 passed, 1 failed
            `model retry` goes on with what failed or was skipped
        "#);
    assert_eq!(sandbox.query("select count(*) from duckdb_tables()"), ["0"]);
}

#[test]
fn one_seed_row_that_a_server_refuses_leaves_the_old_rows() {
    let seed = |day: &str| format!("id,day\n1,2024-01-31\n2,{day}\n");
    let sandbox = Sandbox::new()
        .file("project.yml", "{name: shop, profile: shop}")
        .file("seeds/days.csv", &seed("2024-02-29"))
        .file("seeds/schema.yml", "seeds: [{name: days, config: {column_types: {id: integer, day: date}}}]");
    let Some(warehouse) = Warehouse::create("postgres", &sandbox) else { return };
    sandbox.write_exactly("profiles.yml", &warehouse.profile());
    sandbox.run(["build"]).success();
    sandbox.write_exactly("seeds/days.csv", &seed("2024-02-31"));
    sandbox.run(["build"]).code(1).talk(
        r#"
            1 node, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/1  seed         main.days

            ERROR days
              error[invalid-seed]: date/time field value out of range: "2024-02-31" (SQLSTATE 22008)
               --> seeds/days.csv:3:3
                |
              3 | 2,2024-02-31
                |   ^^^^^^^^^^
                |
                = note: nothing was loaded
                = help: `column_types` gives a column another type, such as `bigint`

            Done in [ELAPSED]: 0 passed, 1 failed
            `model retry` goes on with what failed or was skipped
        "#,
    );
    assert_eq!(
        warehouse.text("select string_agg(day::text, ' ' order by id) from main.days"),
        "2024-01-31 2024-02-29"
    );
    sandbox.run(["build", "--full-refresh"]).code(1).talk_has("seeds/days.csv:3:3");
    assert_eq!(warehouse.text("select count(*)::text from main.days"), "2");
}

#[test]
fn what_a_row_of_a_seed_lacks_is_null_where_the_engine_does_not_read_the_file() {
    let sandbox = Sandbox::new()
        .file("project.yml", "{name: shop, profile: shop}")
        .file("seeds/names.csv", "id,name,\n1,Ann,2\n\n3\n");
    sandbox.run(["build"]).code(1).talk_has("1 field, but the header names 3");
    sandbox.write_exactly("seeds/names.csv", "id,name,\n1,Ann,2\n");
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select c::text from names"), ["2"]);
    sandbox.write_exactly("seeds/names.csv", "id,name,\n1,Ann,2\n\n3\n");
    let Some(warehouse) = Warehouse::create("postgres", &sandbox) else { return };
    sandbox.write_exactly("profiles.yml", &warehouse.profile());
    sandbox.run(["build"]).success();
    let rows = "select string_agg(concat_ws(' ', coalesce(id, 0), name, c), ', ') from main.names";
    assert_eq!(warehouse.text(rows), "1 Ann 2, 0, 3");
}

#[test]
fn every_malformed_row_of_a_seed_is_shown() {
    let sandbox = Sandbox::new().file(
        "seeds/names.csv",
        "
            id,name
            1,Ann
            2,Bob,x
            3
        ",
    );
    sandbox.run(["build"]).code(1).talk(
        "
            1 node, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/1  seed         main.names

            ERROR names
              error[invalid-seed]: 2 lines are malformed
               --> seeds/names.csv:3:1
                |
              3 | 2,Bob,x
                | ^^^^^^^ 3 fields, but the header names 2
              4 | 3
                | - 1 field, but the header names 2
                |
                = note: nothing was loaded

            Done in [ELAPSED]: 0 passed, 1 failed
            `model retry` goes on with what failed or was skipped
        ",
    );
}

#[test]
fn a_query_that_fails_while_a_model_is_compiled_harms_no_other() {
    let sandbox = Sandbox::new()
        .model("a", "{% call statement('x') %}select error('no'){% endcall %} select 1 as id")
        .model("b", "select 2 as id");
    let output = sandbox.run(["build"]).code(1);
    assert!(output.talk.contains("1 passed, 1 failed"), "{}", output.talk);
    assert_eq!(sandbox.query("select id from b"), ["2"]);
}

#[test]
fn a_database_that_starts_empty_finds_the_files_of_earlier_runs() {
    let sandbox = Sandbox::new()
        .model("stored", "{{ config(materialized='external') }} select 5 as id")
        .model("reader", "{{ config(materialized='table') }} select id + 1 as id from {{ ref('stored') }}");
    sandbox.run(["run", "--select", "stored"]).success();
    sandbox.write(
        "project.yml",
        "
        name: shop
        on-run-start: '{{ register_upstream_external_models() }}'
        ",
    );
    let database =
        std::fs::read_dir(sandbox.path("")).expect("the folder").flatten().map(|entry| entry.path());
    for file in database.filter(|path| path.extension().is_some_and(|extension| extension == "duckdb")) {
        std::fs::remove_file(file).expect("removed");
    }
    sandbox.run(["run", "--select", "reader"]).success();
    assert_eq!(sandbox.query("select id from reader"), ["6"]);
}

/// What dbt 1.11 starts with one thread, one after the other.
#[test]
fn one_thread_starts_nodes_in_the_order_of_dbt() {
    let column = |tests: &str| format!("[{{name: id, data_tests: [{tests}]}}]");
    let (both, one) = (column("unique, not_null"), column("unique"));
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select 1 as id")
        .model("z", "select * from {{ ref('a') }}")
        .model("d", "select * from {{ ref('b') }}")
        .model("c", "select d.* from {{ ref('d') }} as d cross join {{ ref('a') }}")
        .model("y", "select * from {{ ref('z') }}")
        .file(
            "models/schema.yml",
            &format!(
                "models: [{{name: a, columns: {both}}}, {{name: z, columns: {both}}}, {{name: c, columns: {one}}}]"
            ),
        );
    let started = |command: &str| {
        let output = sandbox.run([command, "--threads", "1", "--log-format", "json", "--debug"]).success();
        let records = output.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let starts = records.filter(|record: &serde_json::Value| record["info"]["name"] == "NodeStart");
        let names =
            starts.map(|start| start["data"]["node_info"]["node_name"].as_str().unwrap_or("").to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(started("run"), "a b z d y c");
    assert_eq!(
        started("build"),
        "a b not_null_a_id unique_a_id d z c not_null_z_id unique_z_id unique_c_id y"
    );
    assert_eq!(started("test"), "not_null_a_id not_null_z_id unique_a_id unique_c_id unique_z_id");
}

#[test]
fn what_took_long_last_time_starts_early() {
    let model = |name: &str| format!("select '{name}' as id");
    let sandbox = Sandbox::new().model("a", &model("a")).model("b", &model("b")).model("c", &model("c"));
    let started = |threads: &str| {
        let output = sandbox.run(["run", "--threads", threads, "--log-format", "json", "--debug"]).success();
        let records = output.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let mut starts = records.filter(|record: &serde_json::Value| record["info"]["name"] == "NodeStart");
        let first = starts.next().expect("a node");
        first["data"]["node_info"]["node_name"].as_str().expect("a name").to_owned()
    };
    assert_eq!(started("2"), "a");
    let mut results = sandbox.json("target/run_results.json");
    for result in results["results"].as_array_mut().expect("results") {
        result["execution_time"] = if result["unique_id"] == "model.shop.c" { 10.0 } else { 0.1 }.into();
    }
    sandbox.write_exactly("target/run_results.json", &results.to_string());
    assert_eq!(started("2"), "c");
    sandbox.write_exactly("target/run_results.json", &results.to_string());
    assert_eq!(started("1"), "a", "one thread keeps to dbt's order");
}

#[test]
fn what_a_template_began_is_over_with_its_node() {
    let insert =
        "{% if execute %}{% call statement('more') %}insert into log values (1){% endcall %}{% endif %}";
    let sandbox = Sandbox::new()
        .file("models/log.sql", "{{ config(materialized='table') }}select 0 as x")
        .file(
            "models/e.sql",
            &format!(
                "{{{{ config(materialized='ephemeral') }}}}{insert}select 1 as x from {{{{ ref('log') }}}}"
            ),
        )
        .file("tests/t.sql", &format!("{insert}select * from {{{{ ref('log') }}}} where x < 0"))
        .file(
            "models/next.sql",
            "{{ config(materialized='table') }}\n-- depends_on: {{ ref('e') }}\nselect 1 as x",
        );
    sandbox.run(["build", "--threads", "1"]).success();
    assert_eq!(sandbox.query("select count(*) from log"), ["1"]);
}

#[test]
fn names_that_differ_in_case_are_not_mixed_up() {
    let sandbox = Sandbox::new()
        .file("models/Orders.sql", "{{ config(materialized='table') }}select 1 as a")
        .file("models/orders.sql", "{{ config(materialized='table') }}select 2 as b");
    let told = "they differ only in upper and lower case";
    sandbox.run(["build", "--threads", "1"]).code(1).talk_has(told).talk_has("1 passed, 1 failed");
    assert_eq!(sandbox.query("select count(*) from duckdb_tables()"), ["1"]);
}

#[test]
fn nothing_is_built_where_nothing_can_be_written() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("target", "a file\n");
    sandbox.run(["build"]).code(2).talk_has("cannot ");
    assert!(!sandbox.path("shop.duckdb").exists());
}

#[test]
fn a_seed_is_loaded_by_the_names_of_its_columns() {
    let sandbox = Sandbox::new().file("seeds/p.csv", "price,cost\n10,7\n");
    sandbox.run(["seed"]).success();
    sandbox.write("seeds/p.csv", "cost,price\n7,10\n");
    sandbox.run(["seed"]).success();
    assert_eq!(sandbox.query("select price, cost from p"), ["10|7"]);
    sandbox.write("seeds/p.csv", "price,cost,note\n10,7,x\n");
    let output = sandbox.run(["seed"]).code(1);
    output
        .talk_has("the table of the seed `p` has no column `note`")
        .talk_has("--> seeds/p.csv")
        .talk_has("`--full-refresh` makes the table anew");
    sandbox.run(["seed", "--full-refresh"]).success();
}

#[test]
fn times_of_seeds_with_an_offset_are_those_of_the_server_s_clock() {
    let csv = "id,at\n1,2023-03-01T06:16:09+05:30\n2,2023-07-01T06:16:09Z\n3,2023-03-01T06:16:09\n4,\n";
    let sandbox = Sandbox::new()
        .file(
            "project.yml",
            "{name: shop, profile: shop, seeds: {+pre-hook: \"set timezone to 'Europe/Berlin'\", shop: {slow: {+fast: false}}}}",
        )
        .file("seeds/quick.csv", csv)
        .file("seeds/slow.csv", csv);
    let Some(warehouse) = Warehouse::create("postgres", &sandbox) else { return };
    sandbox.write_exactly("profiles.yml", &warehouse.profile());
    sandbox.run(["seed"]).success();
    for seed in ["quick", "slow"] {
        let told = warehouse.text(&format!("select at::text from main.{seed} order by id"));
        assert_eq!(told, "2023-03-01 01:46:09\n2023-07-01 08:16:09\n2023-03-01 06:16:09", "{seed}");
    }
}
