//! The comment that goes with each statement, as it is sent.

use std::sync::Arc;

use super::stage::{RecordingListener, Stage};
use crate::compile::Job;
use crate::project;

const PROJECT: &str = "name: shop\nversion: '1.0'\nprofile: shop\nquery-comment: ";

fn stage(comment: &str) -> Stage {
    let project = format!("{PROJECT}{comment}\non-run-start: select 1\n");
    Stage::new(&[
        ("dbt_project.yml", &project),
        ("models/m.sql", "{{ config(materialized='table', tags=['x']) }}\nselect 1 as id"),
        (
            "macros/m.sql",
            "{% macro told(node) %}{{ return({'id': node.unique_id if node else none} | tojson) }}{% endmacro %}\n\
                          {% macro quiet() %}{{ return('') }}{% endmacro %}\n\
                          {% macro op() %}{% do run_query('select 2') %}{% do adapter.add_query('select 3') %}{% endmacro %}",
        ),
    ])
}

/// What is sent when the model runs this statement.
#[track_caller]
fn check(comment: &str, sql: &str, expected: &str) {
    let stage = stage(comment);
    stage.job("model.shop.m").execute(sql).unwrap();
    assert_eq!(*stage.listener.statements.lock().unwrap(), [expected], "{comment}");
}

#[test]
fn the_default_has_the_keys_that_tools_look_for() {
    let version = project::DBT_VERSION;
    let runner = concat!("model ", env!("CARGO_PKG_VERSION"));
    let head = format!(
        r#"{{"app": "dbt", "dbt_version": "{version}", "profile_name": "shop", "target_name": "dev""#
    );
    let node = format!(r#"/* {head}, "node_id": "model.shop.m", "runner": "{runner}"}} */"#);
    check("{append: false}", "select 1", &format!("{node}\nselect 1"));
    check("{append: true}", "select 1;\n", &format!("select 1\n{node};"));

    let stage = stage("{job-label: true}");
    stage.job("operation.shop.shop-on-run-start-0").execute("select 1").unwrap();
    let listener: Arc<RecordingListener> = Arc::clone(&stage.listener);
    let job = Job::operation(&stage.runtime, &stage.worker, "macro.shop.op", listener);
    job.call("op", &[], &[]).unwrap();
    job.begin().unwrap();
    job.rollback().unwrap();
    let of = |name: &str| format!(r#"/* {head}, "connection_name": "{name}", "runner": "{runner}"}} */"#);
    let expected = [
        format!("{}\nselect 1", of("master")),
        format!("{}\nselect 2", of("macro_op")),
        // dbt: `add_query` opens a transaction, and sends what it is given.
        "BEGIN".to_owned(),
        "select 3".to_owned(),
        "ROLLBACK".to_owned(),
    ];
    assert_eq!(*stage.listener.statements.lock().unwrap(), expected);
}

#[test]
fn templates_see_the_node_and_macros() {
    let check = |comment: &str, expected: &str| check(comment, "select 1", &format!("{expected}select 1"));
    check("hello", "/* hello */\n");
    check("\"{{ told(node) }}\"", "/* {\"id\": \"model.shop.m\"} */\n");
    check(
        "\"{{ connection_name }}/{{ node.resource_type }}/{{ node.config.materialized if node }}/{{ node.tags }}\"",
        "/* model.shop.m/model/table/['x'] */\n",
    );
    check(
        "\"{{ node.identifier }}/{{ node.no_such_thing }}/{{ ref is defined }}/{{ target.name }}\"",
        "/* m//False/dev */\n",
    );
    check("'{{ return(1) }} more'", "/* 1 */\n");
    check("'{{ quiet() }}'", "");
    check("''", "");
    check("false", "");
    check("", "");
}

#[test]
fn a_comment_that_would_end_itself_stops_the_run() {
    let fails = |comment: &str, expected: &str| {
        let stage = stage_unconnected(comment);
        assert!(stage.contains(expected), "{stage}");
    };
    fails("a */ b", "the query comment holds `*/`");
    fails("'{{ \"/\" ~ \"*\" }}'", "the query comment holds `/*`");
    fails("'{{ nope() }}'", "nope");
    fails("'{{ node.name }}{{ node.config.materialized }}'", "dbt_project.yml");
}

/// Why no session is opened.
fn stage_unconnected(comment: &str) -> String {
    match std::panic::catch_unwind(|| stage(comment)) {
        Ok(_) => "it was opened".to_owned(),
        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

#[test]
fn errors_still_point_at_the_users_line() {
    for comment in ["''", "hello", "{append: true}", "{comment: \"two\\nlines\"}"] {
        let stage = stage(comment);
        let job = stage.job("model.shop.m");
        job.compile().unwrap();
        let refused = job.execute("\nselect 1 as id, nope").unwrap_err();
        let told = stage.show(&refused);
        assert!(told.contains("2 | select 1 as id, nope\n  |                 ^^^^"), "{comment}\n{told}");
        assert!(!told.contains("hello") && !told.contains("node_id"), "{comment}\n{told}");
    }
}
