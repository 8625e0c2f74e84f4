//! What macros gave ahead of a turn is what they give at it.

use super::*;
use crate::compile::{EarlyJob, Job, Listener, Worker};
use crate::diagnostics::Diagnostic;
use crate::materialize::Flags;
use crate::run::node_runner;
use crate::run::rehearsal::rehearse;
use crate::run::steps::Action;
use crate::template::{Notice, Notices};

#[derive(Debug)]
struct Deaf;

impl Notices for Deaf {
    fn notice(&self, _: Notice) {}
}

impl Listener for Deaf {
    fn statement(&self, _: &str) {}

    fn warning(&self, _: Diagnostic) {}
}

/// The macros that were called ahead for a node of this configuration, each of which
/// gives the same at the node's turn.
#[track_caller]
fn check(macros: &str, config: &Json, expected: &[&str]) {
    let mut lab = Lab::with_macros(macros);
    lab.node("m", config, "select 1 as id");
    let runtime = lab.runtime();
    let early = EarlyJob::new(&runtime, NodeId(0));
    let compiled = early.compile().unwrap();
    let node = runtime.node(NodeId(0)).unwrap();
    let order = node_runner::order(&runtime, node, &compiled.sql, Flags::default());
    let rehearsed = rehearse(&runtime, &early, Action::Materialize, &order);
    let names: Vec<&str> = rehearsed.calls().map(|(name, _, _)| name).collect();
    assert_eq!(names, expected, "{config}");

    let worker = Worker::connect(&runtime, "Thread-1").unwrap();
    let job = Job::new(&runtime, &worker, NodeId(0), Arc::new(Deaf));
    job.adopt(&compiled).unwrap();
    for (name, args, value) in rehearsed.calls() {
        assert_eq!(job.call(name, args, &[]).unwrap(), *value, "{name}");
        assert_eq!(rehearsed.recall(name, args).as_ref(), Some(value));
    }
    assert_eq!(rehearsed.recall("make_backup_relation", &[]), None, "other arguments");
}

const NAMES: [&str; 2] = ["make_intermediate_relation", "make_backup_relation"];

#[test]
fn a_materialization_is_gone_through_up_to_its_first_statement() {
    let [intermediate, backup] = NAMES;
    check("", &json!({"materialized": "table"}), &[intermediate, backup, "get_create_table_as_sql"]);
    check("", &json!({"materialized": "view"}), &[intermediate, backup, "get_create_view_as_sql"]);
    check("", &json!({"materialized": "incremental"}), &[intermediate, backup, "get_create_table_as_sql"]);
}

#[test]
fn a_macro_that_wants_more_is_left_for_the_turn() {
    let [intermediate, backup] = NAMES;
    let view = json!({"materialized": "view"});
    let tells =
        "{% macro get_create_view_as_sql(relation, sql) %}{% do log('told', info=true) %}x{% endmacro %}";
    check(tells, &view, &NAMES);
    let asks = "{% macro make_backup_relation(relation, type) %}{% do run_query('select 1') %}\
                {{ return(relation) }}{% endmacro %}";
    check(asks, &view, &[intermediate]);
    let plain = "{% macro get_create_view_as_sql(relation, sql) %}create view {{ relation }} as {{ sql }}{% endmacro %}";
    check(plain, &view, &[intermediate, backup, "get_create_view_as_sql"]);
    check(
        "",
        &json!({"materialized": "view", "pre-hook": [{"sql": "select 1", "transaction": true}]}),
        &NAMES,
    );
}
