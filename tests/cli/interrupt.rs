//! What an interrupt leaves behind, and what a failure does.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

/// A table that takes hours where the variable `slow` is set.
const TABLE: &str = "
    {{ config(materialized='table') }}
    {% if var('slow', false) %}
    select count(*) as n from range(10000000) a, range(10000000) b where a.range + b.range > 1
    {% else %}
    select 1 as n
    {% endif %}
";

/// Presses Ctrl-C.
pub(crate) fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("`kill` runs").success());
}

/// Waits until the file holds the text.
fn wait_for(sandbox: &Sandbox, path: &str, text: &str) {
    let start = Instant::now();
    while !std::fs::read_to_string(sandbox.path(path)).is_ok_and(|found| found.contains(text)) {
        assert!(start.elapsed() < Duration::from_mins(1), "`{text}` never came into {path}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_interrupted_run_keeps_old_tables_and_can_be_retried() {
    let sandbox = Sandbox::new().model("a", TABLE).model("b", "select n + 1 as n from {{ ref('a') }}");
    sandbox.run(["build"]).success();
    let mut command = sandbox.command(["build", "--vars", "slow: true"]);
    let child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
    wait_for(&sandbox, "target/run/shop/models/a.sql", "range");
    std::thread::sleep(Duration::from_millis(200));
    interrupt(&child);
    let output = child.wait_with_output().expect("the process ends");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("stopping as asked: cancelling 1 running node"), "{told}");
    assert!(told.contains("0 passed, 2 skipped\n`model retry` goes on"), "{told}");
    assert_eq!(sandbox.query("select n from b"), ["2"]);
    assert_eq!(sandbox.query("select table_name from duckdb_tables()"), ["a"]);
    assert_eq!(sandbox.json("target/run_results.json")["results"].as_array().map(Vec::len), Some(2));
    sandbox.run(["retry", "--vars", "slow: false"]).success().talk_has("2 passed");
}

#[test]
fn a_failed_build_keeps_the_old_table() {
    let sandbox = Sandbox::new().model("a", "{{ config(materialized='table') }} select 1 as n");
    sandbox.run(["build"]).success();
    sandbox.write("models/a.sql", "{{ config(materialized='table') }} select 'x'::integer as n");
    sandbox.run(["build"]).code(1).talk_has("Could not convert string 'x' to INT32");
    assert_eq!(sandbox.query("select n from a"), ["1"]);
    assert_eq!(sandbox.query("select table_name from duckdb_tables()"), ["a"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::new().model("a", "select 1 as n").model("b", "select 2 as n");
    let mut command = sandbox.command(["list"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the process ends");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_locked_database_is_named_with_its_holder() {
    let sandbox = Sandbox::new().model("a", "select 1 as n");
    sandbox.run(["build"]).success();
    let holder = duckdb::Connection::open(sandbox.path("shop.duckdb")).expect("the database opens");
    let told = sandbox.run(["build"]).talk;
    drop(holder);
    assert!(told.contains("error[database-error]: the database `[ROOT]/shop.duckdb` is locked by"), "{told}");
    assert!(told.ends_with("\n\nGave up before the first node, after [ELAPSED]\n"), "{told}");
}

#[test]
fn nobody_waits_for_a_server_that_is_silent() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("a bound socket").port();
    let output = format!(
        "{{type: postgres, host: 127.0.0.1, port: {port}, user: a, password: b, dbname: c, schema: d, connect_timeout: 60}}"
    );
    let sandbox = Sandbox::empty()
        .file("project.yml", "name: shop\nprofile: shop\n")
        .file("profiles.yml", &format!("shop:\n  target: dev\n  outputs:\n    dev: {output}\n"))
        .model("a", "select 1 as n");
    let child = sandbox.command(["build"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the binary runs");
    wait_for(&sandbox, "logs/dbt.log", "Concurrency");
    let begun = Instant::now();
    interrupt(&child);
    let output = child.wait_with_output().expect("the process ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(begun.elapsed() < Duration::from_secs(30));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("1 skipped") && !told.contains("error"), "{told}");
}

#[test]
fn a_killed_run_is_done_again() {
    let sandbox = Sandbox::new().model("a", TABLE).model("b", "select n + 1 as n from {{ ref('a') }}");
    sandbox.run(["build"]).success();
    let mut command = sandbox.command(["build", "--vars", "slow: true"]);
    let mut child = command.stdout(Stdio::null()).spawn().expect("the binary runs");
    wait_for(&sandbox, "target/run/shop/models/a.sql", "range");
    child.kill().expect("it is killed");
    child.wait().expect("it is over");
    sandbox.run(["retry", "--vars", "slow: false"]).success().talk_has("2 passed");
    sandbox.run(["retry"]).success().talk_has("the last command left nothing undone");
}
