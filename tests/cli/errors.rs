//! What results say of what failed: readers of artifacts look for dbt's first line.

use serde_json::Value as Json;

use crate::sandbox::Sandbox;

fn messages(sandbox: &Sandbox) -> Vec<String> {
    let results = sandbox.json("target/run_results.json");
    let message = |result: &Json| {
        let text = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}: {}", text("unique_id"), text("status"), text("message"))
    };
    results["results"].as_array().expect("results").iter().map(message).collect()
}

#[test]
fn messages_say_what_kind_of_mistake_it_is_and_where() {
    let sandbox = Sandbox::new()
        .model("refused", "select 1 as id,\n  nope")
        .model(
            "raised",
            "{% if execute %}{{ exceptions.raise_compiler_error('one\ntwo') }}{% endif %}select 1",
        )
        .model("sub/wrong", "{% if execute %}{{ adapter.nothing() }}{% endif %}select 1");
    sandbox.run(["run", "--quiet"]).code(1);
    let told = messages(&sandbox);
    assert_eq!(
        told[0],
        "model.shop.raised error: Compilation Error in model raised (models/raised.sql)\n  one\n  two"
    );
    let refused =
        "model.shop.refused error: Runtime Error in model refused (models/refused.sql)\n  Binder Error: ";
    assert!(told[1].starts_with(refused), "{}", told[1]);
    let wrong =
        "model.shop.wrong error: Compilation Error in model wrong (models/sub/wrong.sql)\n  `adapter` has no";
    assert!(told[2].starts_with(wrong), "{}", told[2]);
}

#[test]
fn what_reads_a_broken_ephemeral_model_is_skipped() {
    let sandbox = Sandbox::new()
        .model("base", "{{ config(materialized='ephemeral') }}{{ adapter.nothing() }}select 1 as id")
        .model("a", "select * from {{ ref('base') }}")
        .model("b", "select * from {{ ref('a') }}")
        .model("other", "select 1 as id");
    sandbox.run(["run"]).code(1).talk_has("`adapter` has no method `nothing`");
    let mut told = messages(&sandbox);
    told.sort();
    let skipped = |name: &str| {
        format!(
            "model.shop.{name} skipped: Compilation Error in model.shop.{name}, caused by compilation error in referenced ephemeral model model.shop.base"
        )
    };
    assert_eq!(told, [skipped("a"), skipped("b"), "model.shop.other success: OK".to_owned()]);
}

/// dbt: what has no result of its own does not make a run fail.
#[test]
fn a_broken_ephemeral_model_that_nobody_reads_is_told_and_no_failure() {
    let broken = "{{ config(materialized='ephemeral') }}{{ adapter.nothing() }}select 1 as id";
    let sandbox = Sandbox::new().model("base", broken);
    sandbox.run(["run"]).success().talk_has("`adapter` has no method `nothing`");
    sandbox.write("models/first.sql", "select nope as id");
    sandbox.write("models/a.sql", "-- {{ ref('first') }}\nselect * from {{ ref('base') }}");
    sandbox.run(["run", "--threads", "1"]).code(1).talk_has("`adapter` has no method `nothing`");
}

#[test]
fn a_build_says_what_is_skipped_right_behind_an_ephemeral_model() {
    let sandbox = Sandbox::new()
        .model("base", "select nope as id")
        .model("eph", "{{ config(materialized='ephemeral') }}select * from {{ ref('base') }}")
        .model("eph_2", "{{ config(materialized='ephemeral') }}select * from {{ ref('eph') }}")
        .model("top", "select * from {{ ref('eph') }}")
        .model("top_2", "select * from {{ ref('eph_2') }}")
        .model("more", "select * from {{ ref('top') }}")
        .model("plain", "select * from {{ ref('base') }}");
    let skipped = |name: &str, said: &str| format!("model.shop.{name} skipped: {said}");
    let behind = |name: &str, ephemeral: &str| {
        let said = format!(
            "Compilation Error in model.shop.{name}, caused by compilation error in referenced ephemeral model model.shop.{ephemeral}"
        );
        skipped(name, &said)
    };
    let told = |command: &str| {
        sandbox.run([command]).code(1);
        let mut told = messages(&sandbox);
        told.sort();
        told.split_off(1)
    };
    let plainly = ["more", "plain"].map(|name| skipped(name, ""));
    assert_eq!(
        told("build"),
        [plainly.to_vec(), vec![behind("top", "eph"), behind("top_2", "eph_2")]].concat()
    );
    assert_eq!(told("run"), ["more", "plain", "top", "top_2"].map(|name| skipped(name, "")));
}

#[test]
fn reports_are_answers_and_talk_is_beside_them() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let run = sandbox.command(["run"]).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(text(&run.stdout).contains("Done in"));
    assert_eq!(text(&run.stderr), "");
    let show = sandbox.command(["show", "--select", "nope"]).output().expect("the binary runs");
    assert_eq!(text(&show.stdout), "");
    assert!(text(&show.stderr).contains("nothing to do"));
}

#[test]
fn columns_are_added_with_the_quoting_of_the_project() {
    let sandbox =
        Sandbox::empty().file("dbt_project.yml", "name: shop\nquoting: {identifier: false}\n").model(
            "grows",
            "{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
            select 1 as id {% if is_incremental() %}, 2 as \"two words\"{% endif %}",
        );
    sandbox.run(["run", "--quiet"]).success();
    sandbox.run(["run", "--quiet"]).code(1);
    sandbox.write("dbt_project.yml", "name: shop\n");
    sandbox.run(["run", "--quiet"]).success();
    assert_eq!(sandbox.query("select \"two words\" from grows order by 1"), ["2", "NULL"]);
}

#[test]
fn unit_tests_compare_nested_values() {
    let sandbox = Sandbox::new()
        .model("up", "select {'a': 1, 'b': ['x']} as pair, map {'k': 1.5} as map, [1, 2]::integer[2] as two")
        .model("down", "select pair, map, two from {{ ref('up') }}")
        .file(
            "models/tests.yml",
            "
            unit_tests:
              - name: nested
                model: down
                given:
                  - input: ref('up')
                    rows: [{pair: {a: 7, b: [y]}, two: [3, 4]}]
                expect:
                  rows: [{pair: {a: 7, b: [y]}, two: [3, 4]}]
        ",
        );
    sandbox.run(["build"]).success().talk_has("3 passed");
}

#[test]
fn a_date_tells_no_freshness() {
    let sandbox = Sandbox::new().model("t", "select cast('2024-01-01' as date) as day").file(
        "models/schema.yml",
        "
        sources:
          - name: raw
            schema: main
            tables:
              - {name: t, loaded_at_field: day, config: {freshness: {warn_after: {count: 1, period: day}}}}
        ",
    );
    sandbox.run(["run", "--quiet"]).success();
    sandbox.run(["source", "freshness"]).code(1).talk_has(
        "error[unreadable-freshness]: the newest row's time cannot be read: it must be one timestamp",
    );
}
