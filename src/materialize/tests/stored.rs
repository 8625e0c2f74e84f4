//! Models, snapshots and seeds.

use serde_json::json;

use super::super::sample::node;
use super::*;
use crate::host::files;
use crate::manifest::{Checksum, NodeKind, Seed};

const HOOKS: &str = r#"{
    "pre-hook": [{"sql": "inside before {{ this }}"}, {"sql": "outside before", "transaction": false}],
    "post-hook": [{"sql": "outside after", "transaction": false}, {"sql": "  "}, {"sql": "inside after"}],
    "grants": {"select": ["reader"]},
    "persist_docs": {"relation": true},
    "indexes": [{"columns": ["id"]}]
}"#;

fn with_hooks(materialized: &str) -> Json {
    let mut config: Json = serde_json::from_str(HOOKS).unwrap();
    config["materialized"] = json!(materialized);
    config
}

#[test]
fn a_view_is_built_aside_and_takes_the_place_of_a_table() {
    let script = made(&with_hooks("view"), &[("a", RelationKind::Table), ("a__dbt_tmp", RelationKind::View)]);
    insta::assert_snapshot!(script, @r#"
    hook: outside before
    drop view "a__dbt_tmp"
    begin
    hook: inside before it
    main: get_create_view_as_sql("a__dbt_tmp", select 1)
    drop table "a"
    rename view "a__dbt_tmp" to "a"
    call apply_grants("a", {'select': ['reader']}, True)
    call persist_docs("a", <model>)
    hook: inside after
    commit
    hook: outside after
    "#);
}

#[test]
fn a_table_clears_leftovers_before_hooks_and_runs_hooks_before_grants() {
    let script =
        made(&with_hooks("table"), &[("a", RelationKind::View), ("a__dbt_backup", RelationKind::Table)]);
    insta::assert_snapshot!(script, @r#"
    drop table "a__dbt_backup"
    hook: outside before
    begin
    hook: inside before it
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    drop view "a"
    rename table "a__dbt_tmp" to "a"
    call create_indexes("a")
    hook: inside after
    call apply_grants("a", {'select': ['reader']}, True)
    call persist_docs("a", <model>)
    commit
    hook: outside after
    "#);
}

#[test]
fn indexes_that_survive_a_rename_are_created_before_it() {
    let mut executor = Recorder::with(&[("a", RelationKind::Table)]);
    let node = model(&json!({"materialized": "table", "indexes": [{"columns": ["id"]}]}));
    let capabilities = Capabilities { indexes_survive_renames: true, ..CAPABILITIES };
    make(&Order { capabilities: &capabilities, ..order(&node) }, &mut executor, Materializer::BuiltIn)
        .unwrap();
    insta::assert_snapshot!(executor.script(), @r#"
    begin
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    call create_indexes("a__dbt_tmp")
    drop table "a"
    rename table "a__dbt_tmp" to "a"
    commit
    "#);
}

/// The script of a materialized view whose configuration changed as `changes` says.
fn materialized_view(config: &Json, existing: &[(&str, RelationKind)], changes: Value) -> String {
    let mut config = config.clone();
    config["materialized"] = json!("materialized_view");
    let node = model(&config);
    let mut executor = Recorder { returns: changes, ..Recorder::with(existing) };
    match make(&order(&node), &mut executor, Materializer::BuiltIn) {
        Ok(made) => format!("{}\nanswer: {}", executor.script(), made.response.message),
        Err(failure) => format!("{}\nerror: {}", executor.script(), failure.diagnostic().message),
    }
}

#[test]
fn a_materialized_view_is_created_or_replaces_what_stands_there() {
    let none = || Value::from(());
    insta::assert_snapshot!(materialized_view(&with_hooks("x"), &[], none()), @r#"
    hook: outside before
    begin
    hook: inside before it
    main: get_create_materialized_view_as_sql("a", select 1)
    call apply_grants("a", {'select': ['reader']}, True)
    call persist_docs("a", <model>)
    hook: inside after
    commit
    hook: outside after
    answer: OK
    "#);
    let table = [("a", RelationKind::Table), ("a__dbt_backup", RelationKind::View)];
    insta::assert_snapshot!(materialized_view(&json!({}), &table, none()), @r#"
    drop view "a__dbt_backup"
    begin
    main: get_replace_sql("a", "a", select 1)
    commit
    answer: OK
    "#);
    let view = [("a", RelationKind::MaterializedView)];
    insta::assert_snapshot!(materialized_view(&json!({"full_refresh": true}), &view, none()), @r#"
    begin
    main: get_replace_sql("a", "a", select 1)
    commit
    answer: OK
    "#);
    insta::assert_snapshot!(materialized_view(&json!({}), &view, none()), @r#"
    begin
    main: refresh_materialized_view("a")
    commit
    answer: OK
    "#);
}

#[test]
fn a_changed_configuration_is_applied_left_alone_or_refused() {
    let view = [("a", RelationKind::MaterializedView)];
    let check = |on_change: &str| {
        let mut config = with_hooks("x");
        config["on_configuration_change"] = json!(on_change);
        materialized_view(&config, &view, Value::from("<changes>"))
    };
    insta::assert_snapshot!(check("apply"), @r#"
    hook: outside before
    begin
    hook: inside before it
    main: get_alter_materialized_view_as_sql("a", <changes>, select 1, "a", "a__dbt_backup", "a__dbt_tmp")
    call apply_grants("a", {'select': ['reader']}, True)
    call persist_docs("a", <model>)
    hook: inside after
    commit
    hook: outside after
    answer: OK
    "#);
    insta::assert_snapshot!(check("continue"), @r#"
    hook: outside before
    warning: the configuration of "a" has changed, and is left as it was
    hook: outside after
    answer: skip "db"."main"."a"
    "#);
    insta::assert_snapshot!(check("fail"), @r#"
    hook: outside before
    rollback
    error: the configuration of "db"."main"."a" has changed
    "#);
    insta::assert_snapshot!(check("aply"), @r"
    hook: outside before
    rollback
    error: `on_configuration_change` cannot be `aply`
    ");
}

#[test]
fn a_materialized_view_needs_a_warehouse_that_has_them() {
    let node = model(&json!({"materialized": "materialized_view"}));
    let capabilities = Capabilities { materialized_views: false, ..CAPABILITIES };
    let order = Order { capabilities: &capabilities, ..order(&node) };
    let failure = make(&order, &mut Recorder::default(), Materializer::BuiltIn).unwrap_err();
    assert_eq!(failure.diagnostic().message, "the warehouse has no materialized views");
}

#[test]
fn a_name_that_is_too_long_is_refused_before_anything_runs() {
    let mut executor = Recorder::default();
    let mut node = model(&json!({"materialized": "table"}));
    node.relation = Some(Relation::new(Some("db"), "main", "a".repeat(64)));
    let dialect = Dialect { longest_name: Some(63), ..Dialect::ANSI };
    let failure =
        make(&Order { dialect: &dialect, ..order(&node) }, &mut executor, Materializer::BuiltIn).unwrap_err();
    assert!(failure.diagnostic().message.ends_with("has 64 characters; at most 63 are possible"));
    assert_eq!(executor.script(), "rollback");
}

#[test]
fn without_transactions_for_ddl_the_old_table_is_kept_until_the_new_one_stands() {
    let made_over = |kind: RelationKind| {
        let mut executor = Recorder::with(&[("a", kind)]);
        let node = model(&json!({"materialized": "table"}));
        let capabilities = Capabilities { transactional_ddl: false, ..CAPABILITIES };
        let order = Order { capabilities: &capabilities, ..order(&node) };
        make(&order, &mut executor, Materializer::BuiltIn).unwrap();
        executor.script()
    };
    insta::assert_snapshot!(made_over(RelationKind::Table), @r#"
    begin
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    rename table "a" to "a__dbt_backup"
    rename table "a__dbt_tmp" to "a"
    commit
    drop table "a__dbt_backup"
    "#);
    // What has no way to be renamed cannot be kept.
    insta::assert_snapshot!(made_over(RelationKind::MaterializedView), @r#"
    begin
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    drop materialized_view "a"
    rename table "a__dbt_tmp" to "a"
    commit
    "#);
}

#[test]
fn a_table_with_foreign_keys_is_built_where_it_is_to_be() {
    let mut executor = Recorder::with(&[("a", RelationKind::Table), ("a__dbt_tmp", RelationKind::Table)]);
    let mut node = model(&json!({"materialized": "table", "contract": {"enforced": true}}));
    let NodeKind::Model(of_model) = &mut node.kind else { panic!("a model") };
    of_model.constraints = vec![json!({"type": "foreign_key", "to": "b"})];
    make(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
    insta::assert_snapshot!(executor.script(), @r#"
    begin
    drop table "a"
    main: get_create_table_as_sql(false, "a", select 1)
    commit
    "#);
}

#[test]
fn a_refused_statement_rolls_back_and_touches_nothing_else() {
    let mut executor = Recorder::with(&[("a", RelationKind::Table)]);
    executor.fails_at = Some("main:");
    insta::assert_snapshot!(refused(&json!({"materialized": "table"}), &mut executor), @r#"
    begin
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    rollback
    error: refused
    "#);
}

#[test]
fn an_incremental_model_is_created_rebuilt_or_added_to() {
    let config =
        json!({"materialized": "incremental", "incremental_strategy": "delete+insert", "unique_key": "id"});
    insta::assert_snapshot!(made(&config, &[]), @r#"
    begin
    main: get_create_table_as_sql(false, "a", select 1)
    commit
    "#);
    insta::assert_snapshot!(made(&config, &[("a", RelationKind::View)]), @r#"
    begin
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    drop view "a"
    rename table "a__dbt_tmp" to "a"
    commit
    "#);
    insta::assert_snapshot!(made(&config, &[("a", RelationKind::Table)]), @r#"
    begin
    stage: get_create_table_as_sql(true, "temp", select 1)
    call process_schema_changes(ignore, "temp", "a")
    main: get_incremental_delete_insert_sql({'target_relation': "a", 'temp_relation': "temp", 'unique_key': 'id', 'dest_columns': [], 'incremental_predicates': none})
    drop table "temp"
    commit
    "#);
    let refresh = json!({"materialized": "incremental", "full_refresh": true});
    insta::assert_snapshot!(made(&refresh, &[("a", RelationKind::Table)]), @r#"
    begin
    main: get_create_table_as_sql(false, "a__dbt_tmp", select 1)
    drop table "a"
    rename table "a__dbt_tmp" to "a"
    commit
    "#);
}

#[test]
fn full_refresh_false_withstands_the_flag() {
    let node = model(&json!({"materialized": "incremental", "full_refresh": false}));
    let flags = Flags { full_refresh: true, ..Flags::default() };
    assert!(!Order { flags, ..order(&node) }.full_refresh());
    let node = model(&json!({"materialized": "incremental"}));
    assert!(Order { flags, ..order(&node) }.full_refresh());
}

#[test]
fn text_columns_grow_before_rows_are_added() {
    let mut executor = Recorder::with(&[("a", RelationKind::Table)]);
    let sized = |size| Column { char_size: Some(size), ..Column::new("note", "character varying") };
    executor.columns.insert("a".to_owned(), vec![sized(10)]);
    executor.columns.insert("temp".to_owned(), vec![sized(20)]);
    let node = model(&json!({"materialized": "incremental"}));
    make(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
    assert!(
        executor.script().contains("call alter_column_type(\"a\", note, character varying(20))"),
        "{}",
        executor.script()
    );
}

#[test]
fn strategies_are_those_of_the_warehouse_or_macros_of_the_project() {
    let check = |strategy: &str, missing: &[&'static str], expected: &str| {
        let mut executor = Recorder::with(&[("a", RelationKind::Table)]);
        executor.missing = missing.to_vec();
        let config = json!({"materialized": "incremental", "incremental_strategy": strategy});
        assert_eq!(refused(&config, &mut executor).trim(), format!("rollback\nerror: {expected}"));
    };
    check("insert_overwrite", &[], "the warehouse does not have the incremental strategy `insert_overwrite`");
    check("mrege", &["get_incremental_mrege_sql"], "there is no incremental strategy `mrege`");
}

#[test]
fn a_strategy_matters_once_there_is_a_table_to_add_to() {
    let config = json!({"materialized": "incremental", "incremental_strategy": "insert_overwrite"});
    let usual = json!({"materialized": "incremental"});
    assert_eq!(made(&config, &[]), made(&usual, &[]));
    let view = [("a", RelationKind::View)];
    assert_eq!(made(&config, &view), made(&usual, &view));
}

#[test]
fn an_unknown_schema_change_rule_is_ignored_with_a_warning() {
    let script = made(&json!({"materialized": "incremental", "on_schema_change": "fial"}), &[]);
    assert!(
        script.starts_with("warning: `on_schema_change: fial` is not known; `ignore` is used"),
        "{script}"
    );
}

fn snapshot_columns() -> Vec<Column> {
    ["id", "dbt_scd_id", "dbt_valid_from", "dbt_valid_to"].map(|name| Column::new(name, "text")).to_vec()
}

#[test]
fn a_snapshot_starts_its_history_and_merges_into_it_later() {
    let config = json!({"materialized": "snapshot", "strategy": "timestamp", "unique_key": "id"});
    insta::assert_snapshot!(made(&config, &[]), @r#"
    begin
    main: get_create_table_as_sql(false, "a", build_snapshot_table(<strategy>, select 1))
    commit
    "#);
    let mut executor = Recorder::with(&[("a", RelationKind::Table)]);
    executor.columns.insert("a".to_owned(), snapshot_columns());
    let mut staged = snapshot_columns();
    staged.extend(["new", "dbt_change_type", "dbt_unique_key_1"].map(|name| Column::new(name, "text")));
    executor.columns.insert("temp".to_owned(), staged);
    let node = model(&config);
    make(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
    insta::assert_snapshot!(executor.script(), @r#"
    begin
    call build_snapshot_staging_table(<strategy>, select 1, "a")
    call create_columns("a", [<Column new (character varying(256))>])
    main: snapshot_merge_sql("a", "temp", ['"id"', '"dbt_scd_id"', '"dbt_valid_from"', '"dbt_valid_to"', '"new"'])
    commit
    call post_snapshot("temp")
    "#);
}

#[test]
fn a_snapshot_refuses_what_is_no_history() {
    let check = |config: &Json, existing: RelationKind, expected: &str| {
        let mut executor = Recorder::with(&[("a", existing)]);
        let told = refused(config, &mut executor);
        assert!(told.ends_with(&format!("error: {expected}")), "{told}");
    };
    let config = json!({"materialized": "snapshot", "strategy": "timestamp"});
    check(&config, RelationKind::View, "cannot keep a snapshot in \"db\".\"main\".\"a\": a view is there");
    let missing = "`dbt_scd_id`, `from`, `dbt_valid_to`";
    let renamed = json!({
        "materialized": "snapshot", "strategy": "timestamp",
        "snapshot_meta_column_names": {"dbt_valid_from": "from"},
    });
    let expected =
        format!("\"db\".\"main\".\"a\" is no snapshot with this configuration: it has no {missing}");
    check(&renamed, RelationKind::Table, &expected);
    check(&json!({"materialized": "snapshot"}), RelationKind::Table, "the snapshot has no `strategy`");
}

fn seed_node(folder: &tempfile::TempDir, text: &str, config: &Json) -> Node {
    files::write(&folder.path().join("a.csv"), text).unwrap();
    let checksum = Checksum { name: "none".into(), value: String::new() };
    let seed = Seed { root_path: folder.path().to_owned(), checksum };
    let mut node = node(NodeKind::Seed(seed), config);
    node.origin.original_file_path = "a.csv".to_owned();
    node
}

#[test]
fn a_seed_is_created_once_and_emptied_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let node = seed_node(&folder, "id,name\n1,a\n2,b\n", &json!({"materialized": "seed"}));
    let script = |existing: &[(&str, RelationKind)], flags: Flags| {
        let mut executor = Recorder::with(existing);
        let made = make(&Order { flags, ..order(&node) }, &mut executor, Materializer::BuiltIn).unwrap();
        let calls: Vec<String> =
            executor.script.iter().map(|line| line.lines().next().unwrap().to_owned()).collect();
        let calls: Vec<&str> = calls.iter().map(|line| line.split(['(', '\n']).next().unwrap()).collect();
        format!("{}\n→ {}", calls.join("\n"), made.response.message)
    };
    insta::assert_snapshot!(script(&[], Flags::default()), @r"
    begin
    call create_csv_table
    call load_csv_rows
    commit
    → INSERT 2
    ");
    let table = [("a", RelationKind::Table)];
    insta::assert_snapshot!(script(&table, Flags { full_refresh: true, ..Flags::default() }), @r"
    begin
    call reset_csv_table
    call load_csv_rows
    commit
    → CREATE 2
    ");
}

#[test]
fn a_mistake_in_a_seed_is_found_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let node = seed_node(&folder, "id,name\n1\n2,b,c\n", &json!({"materialized": "seed"}));
    let mut executor = Recorder::default();
    let failure = make(&order(&node), &mut executor, Materializer::BuiltIn).unwrap_err();
    let problem = failure.diagnostic();
    assert_eq!(problem.message, "2 lines are malformed");
    let labels: Vec<&str> = problem.labels.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(labels, ["1 field, but the header names 2", "3 fields, but the header names 2"]);
    assert_eq!(executor.script(), "rollback");
}

#[test]
fn a_users_materialization_returns_its_relations_and_has_a_main_statement() {
    let check = |returns: Value, main: Option<Response>, expected: &str| {
        let main = main.map(|response| (response, Rows::default()));
        // A transaction is open where nothing but the answer is given.
        let is_open = returns.is_none();
        let this = objects::relation(Relation::new(Some("db"), "main", "a"), &Dialect::ANSI);
        let returns = if is_open { Value::from_pairs([("relations", vec![this])]) } else { returns };
        let mut executor = Recorder { returns, main, is_open, ..Recorder::default() };
        let node = model(&json!({"materialized": "archive"}));
        let materializer = Materializer::Macro("materialization_archive_default");
        let told = match make(&order(&node), &mut executor, materializer) {
            Ok(made) => format!("{} relation, {}", made.relations.len(), executor.script()),
            Err(failure) => failure.diagnostic().message,
        };
        assert_eq!(told, expected);
    };
    let this = objects::relation(Relation::new(Some("db"), "main", "a"), &Dialect::ANSI);
    let good = Value::from_pairs([("relations", Value::from(vec![this]))]);
    check(good.clone(), Some(Response::default()), "1 relation, ");
    check(
        Value::from(()),
        Some(Response::default()),
        "1 relation, rollback\nwarning: the materialization `archive` left no \"a\": it does not commit",
    );
    check(good, None, "the materialization `archive` ran no statement named `main`");
    check(
        Value::from("text"),
        None,
        "the materialization `archive` must return a dictionary with `relations`, not string",
    );
    check(
        Value::from_pairs([("relations", Value::from(vec![1]))]),
        None,
        "the materialization `archive` returned `1` among its `relations`, which is no relation",
    );
}

#[test]
fn an_unknown_materialization_is_refused_with_a_suggestion() {
    let mut executor = Recorder::default();
    let node = model(&json!({"materialized": "tabel"}));
    let failure = make(&order(&node), &mut executor, Materializer::BuiltIn).unwrap_err();
    assert_eq!(failure.diagnostic().message, "there is no materialization `tabel`");
    assert_eq!(failure.diagnostic().help, ["did you mean `table`?"]);
}
