//! Incremental models and snapshots: what is kept from run to run.

use super::*;
use crate::project::moment;

/// Runs a model once for each query, and gives its rows after each.
fn runs(config: &Json, queries: &[&str], look: &str) -> Vec<String> {
    let mut lab = Lab::new();
    queries
        .iter()
        .map(|sql| {
            lab.node("a", config, sql);
            let outcome = lab.run(Mode::Build);
            let problem = outcome.results.iter().find_map(|result| result.diagnostics.first());
            assert_eq!(
                lab.rows("select count(*) from information_schema.tables where table_name <> 'a'"),
                "0"
            );
            problem.map_or_else(|| lab.rows(look), |problem| format!("error: {}", problem.message))
        })
        .collect()
}

fn incremental(more: &Json) -> Json {
    let mut config = json!({"materialized": "incremental"});
    let more = more.as_object().cloned().unwrap_or_default();
    config.as_object_mut().unwrap().extend(more);
    config
}

const FIRST: &str = "select * from (values (1, 'a'), (2, 'b')) t(id, v)";
const SECOND: &str = "select * from (values (2, 'B'), (3, 'c')) t(id, v)";

#[test]
fn each_strategy_adds_in_its_way() {
    let check = |more: Json, expected: &str| {
        let rows = runs(&incremental(&more), &[FIRST, SECOND], "select * from a order by id, v");
        assert_eq!(rows, ["1|a, 2|b", expected], "{more}");
    };
    let all = "1|a, 2|B, 2|b, 3|c";
    let merged = "1|a, 2|B, 3|c";
    check(json!({}), all);
    check(json!({"incremental_strategy": "append"}), all);
    check(json!({"unique_key": "id"}), merged);
    check(json!({"incremental_strategy": "delete+insert", "unique_key": ["id"]}), merged);
    check(json!({"incremental_strategy": "delete+insert", "unique_key": ["id", "v"]}), all);
    check(json!({"incremental_strategy": "merge", "unique_key": "id"}), merged);
    check(json!({"incremental_strategy": "merge", "unique_key": ["id", "v"]}), all);
    check(json!({"full_refresh": true}), "2|B, 3|c");
}

#[test]
fn templates_know_whether_rows_are_added() {
    let sql = "select 1 as id, '{{ is_incremental() }}' as v \
               {% if is_incremental() %}where 1 > (select count(*) from {{ this }} where id = 1){% endif %}";
    let rows = runs(&incremental(&json!({})), &[sql, sql], "select * from a");
    assert_eq!(rows, ["1|False", "1|False"]);
}

#[test]
fn changed_columns_follow_the_rule() {
    let wider = "select 3 as id, 'c' as v, 7 as n";
    let check = |rule: &str, second: &str, expected: &str| {
        let config = incremental(&json!({"on_schema_change": rule}));
        let rows = runs(&config, &["select 1 as id, 'a' as v", second], "select * from a order by id");
        assert!(rows[1].starts_with(expected), "{rule}: {}", rows[1]);
    };
    check("ignore", wider, "1|a, 3|c");
    check("append_new_columns", wider, "1|a|NULL, 3|c|7");
    check("sync_all_columns", "select 3 as id, 7 as n", "1|NULL, 3|7");
    check("sync_all_columns", "select 3 as id, 7 as v", "error");
    check("fail", wider, "error");
}

#[test]
fn a_strategy_of_the_project_is_a_macro() {
    let mut lab = Lab::with_macros(
        "{% macro get_incremental_twice_sql(arg_dict) %}
           insert into {{ arg_dict.target_relation }} select * from {{ arg_dict['temp_relation'] }};
           insert into {{ arg_dict.target_relation }} select * from {{ arg_dict['temp_relation'] }}
         {% endmacro %}",
    );
    lab.node("a", &incremental(&json!({"incremental_strategy": "twice"})), "select 1 as id");
    lab.build();
    lab.build();
    assert_eq!(lab.rows("select count(*) from a"), "3");
}

#[test]
fn a_microbatch_model_is_built_slice_by_slice() {
    let mut lab = Lab::begun_at("", moment("2024-01-04").unwrap());
    let input = json!({"materialized": "table", "event_time": "seen"});
    let days = "select * from (values (1, timestamp '2024-01-01 10:00'), (2, timestamp '2024-01-02 10:00'), \
                (3, timestamp '2024-01-03 10:00')) t(id, seen)";
    let config = incremental(&json!({
        "incremental_strategy": "microbatch", "event_time": "seen", "batch_size": "day", "begin": "2024-01-01",
        "pre-hook": [{"sql": "create table if not exists log (n int)"}, {"sql": "insert into log values (1)"}],
    }));
    lab.node("events", &input, days).node(
        "a",
        &config,
        "select id, seen, count(*) over () as n from {{ ref('events') }}",
    );
    let told = lab.told(Mode::Build);
    assert!(told.contains("model.shop.a success: SUCCESS"), "{told}");
    assert_eq!(lab.rows("select id, n from a order by id"), "1|1, 2|1, 3|1");
    assert_eq!(lab.rows("select count(*) from log"), "1", "the first batch alone has pre-hooks");
    lab.node("events", &input, &days.replace("(3,", "(4,"));
    let told = lab.told(Mode::Build);
    assert!(told.contains("model.shop.a success: SUCCESS"), "{told}");
    assert_eq!(lab.rows("select id from a order by id"), "1, 2, 4");
}

fn snapshot(more: &Json) -> Json {
    let mut config = json!({"materialized": "snapshot", "unique_key": "id"});
    let more = more.as_object().cloned().unwrap_or_default();
    config.as_object_mut().unwrap().extend(more);
    config
}

const HISTORY: &str = "select id, v, dbt_valid_to is null from a order by id, dbt_valid_from, v";
const BEFORE: &str = "select * from (values (1, 'a', timestamp '2024-01-01'), (2, 'b', timestamp '2024-01-01')) t(id, v, seen)";
const AFTER: &str = "select * from (values (1, 'A', timestamp '2024-01-02'), (3, 'c', timestamp '2024-01-02')) t(id, v, seen)";

#[test]
fn a_snapshot_keeps_what_was() {
    let timestamp = snapshot(&json!({"strategy": "timestamp", "updated_at": "seen"}));
    let expected = ["1|a|true, 2|b|true", "1|a|false, 1|A|true, 2|b|true, 3|c|true"];
    assert_eq!(runs(&timestamp, &[BEFORE, AFTER], HISTORY), expected);
    let check = snapshot(&json!({"strategy": "check", "check_cols": ["v"]}));
    assert_eq!(runs(&check, &[BEFORE, AFTER], HISTORY), expected);
    let all = snapshot(&json!({"strategy": "check", "check_cols": "all"}));
    assert_eq!(runs(&all, &[BEFORE, AFTER, AFTER], HISTORY)[1..], [expected[1], expected[1]]);
}

#[test]
fn rows_that_are_gone_are_ignored_closed_or_marked() {
    let config =
        |rule: &str| snapshot(&json!({"strategy": "timestamp", "updated_at": "seen", "hard_deletes": rule}));
    let closed = runs(&config("invalidate"), &[BEFORE, AFTER], HISTORY);
    assert_eq!(closed[1], "1|a|false, 1|A|true, 2|b|false, 3|c|true");
    let marked =
        "select id, v, dbt_valid_to is null, dbt_is_deleted from a where id = 2 order by dbt_valid_from";
    let rows = runs(&config("new_record"), &[BEFORE, AFTER, AFTER, BEFORE], marked);
    assert_eq!(rows[1], "2|b|false|False, 2|b|true|True");
    assert_eq!(rows[2], rows[1], "marked once");
}

#[test]
fn a_snapshot_takes_in_new_columns_and_other_names() {
    let config = snapshot(&json!({
        "strategy": "timestamp", "updated_at": "seen", "dbt_valid_to_current": "timestamp '9999-01-01'",
        "snapshot_meta_column_names": {"dbt_valid_to": "until"},
    }));
    let mut names = config.clone();
    names["snapshot_table_column_names"] = json!({
        "dbt_valid_to": "until", "dbt_valid_from": "dbt_valid_from", "dbt_scd_id": "dbt_scd_id",
        "dbt_updated_at": "dbt_updated_at", "dbt_is_deleted": "dbt_is_deleted",
    });
    let wider = AFTER.replace("select *", "select *, 9 as n");
    let look = "select id, v, year(until) from a order by id, dbt_valid_from";
    let rows = runs(&names, &[BEFORE, &wider], look);
    assert_eq!(rows, ["1|a|9999, 2|b|9999", "1|a|2024, 1|A|9999, 2|b|9999, 3|c|9999"]);
}
