//! Data tests and unit tests.

use serde_json::json;

use super::super::sample::{body, node};
use super::*;
use crate::manifest::{
    DataTest, Fixture, FixtureFormat, Given, GivenInput, NodeId, NodeKind, Overrides, RefCall, UnitTest,
};
use crate::sql::Cell;

fn counted(failures: i128, warn: bool, error: bool) -> Rows {
    let columns = ["failures", "should_warn", "should_error"].map(|name| Column::new(name, "x")).to_vec();
    Rows { columns, rows: vec![vec![Cell::Integer(failures), Cell::Bool(warn), Cell::Bool(error)]] }
}

fn data_test(config: &Json) -> Node {
    node(NodeKind::Test(DataTest { body: body(), generic: None, old_forms: Vec::new() }), config)
}

#[test]
fn a_test_is_weighed_by_severity_and_conditions() {
    let check = |config: Json, answer: Rows, status: TestStatus, message: Option<&str>| {
        let node = data_test(&config);
        let mut executor = Recorder { answers: vec![answer], ..Recorder::default() };
        let result = judge(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
        assert_eq!((result.status, result.message.as_deref()), (status, message), "{config}");
    };
    check(json!({}), counted(0, false, false), TestStatus::Pass, None);
    check(
        json!({}),
        counted(1, true, true),
        TestStatus::Fail,
        Some("Got 1 result, configured to fail if != 0"),
    );
    check(
        json!({"severity": "warn"}),
        counted(2, true, true),
        TestStatus::Warn,
        Some("Got 2 results, configured to warn if != 0"),
    );
    check(
        json!({"error_if": ">10", "warn_if": ">1", "fail_calc": "sum(n)"}),
        counted(5, true, false),
        TestStatus::Warn,
        Some("Got 5 results, configured to warn if >1"),
    );
    check(json!({"severity": "warn"}), counted(2, false, true), TestStatus::Pass, None);
}

#[test]
fn a_warning_fails_where_warnings_are_errors() {
    let node = data_test(&json!({"severity": "warn"}));
    let mut executor = Recorder { answers: vec![counted(2, true, true)], ..Recorder::default() };
    let flags = Flags { warn_error: true, ..Flags::default() };
    assert_eq!(
        judge(&Order { flags, ..order(&node) }, &mut executor, Materializer::BuiltIn).unwrap().status,
        TestStatus::Fail
    );
}

#[test]
fn failing_rows_are_stored_and_then_counted_where_they_are() {
    let node = data_test(&json!({"store_failures_as": "view", "limit": 100}));
    let mut executor =
        Recorder { answers: vec![counted(1, true, true)], ..Recorder::with(&[("a", RelationKind::Table)]) };
    let result = judge(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
    insta::assert_snapshot!(executor.script(), @r#"
    begin
    drop table "a"
    keep: get_create_sql("a", get_limit_subquery_sql(select 1, 100))
    commit
    main: get_test_sql(select * from "a", count(*), != 0, != 0, none)
    look: get_limit_subquery_sql(select * from "a", 5)
    "#);
    assert_eq!(result.stored_in.unwrap().kind, Some(RelationKind::View));
}

#[test]
fn a_test_may_be_judged_by_the_project() {
    let check = |config: Json, main: Option<Rows>| {
        let node = data_test(&config);
        let main = main.map(|rows| (Response::default(), rows));
        let mut executor = Recorder { main, is_open: true, ..Recorder::default() };
        let materializer = Materializer::Macro("shop.materialization_test_default");
        let told = match judge(&order(&node), &mut executor, materializer) {
            Ok(result) => format!("{:?} {}", result.status, result.failures),
            Err(failure) => failure.diagnostic().message,
        };
        format!("{}\n{told}", executor.script())
    };
    insta::assert_snapshot!(check(json!({}), Some(counted(2, true, true))), @r"
    rollback
    look: get_limit_subquery_sql(select 1, 5)
    Fail 2
    ");
    insta::assert_snapshot!(check(json!({"store_failures": true}), Some(counted(2, true, true))), @r#"
    rollback
    look: get_limit_subquery_sql(select * from "a", 5)
    Fail 2
    "#);
    insta::assert_snapshot!(check(json!({}), None), @r"
    rollback
    rollback
    the materialization `view` ran no statement named `main`
    ");
    insta::assert_snapshot!(check(json!({}), Some(Rows::default())), @r"
    rollback
    rollback
    a test must give 1 row, it gave 0
    ");
}

#[test]
fn a_test_without_a_number_says_so() {
    let node = data_test(&json!({"fail_calc": "sum(n)"}));
    let mut answer = counted(0, false, false);
    answer.rows[0][0] = Cell::Null;
    let mut executor = Recorder { answers: vec![answer], ..Recorder::default() };
    let failure = judge(&order(&node), &mut executor, Materializer::BuiltIn).unwrap_err();
    assert_eq!(
        failure.diagnostic().message,
        "`fail_calc: sum(n)` must give a number for the failing rows, also when there are none"
    );
}

fn rows(value: &Json) -> Fixture {
    let maps = value.as_array().unwrap().iter().map(|row| row.as_object().unwrap().clone());
    Fixture::Rows(maps.collect(), FixtureFormat::Dict)
}

fn unit_test(given: &Json, expect: &Json) -> UnitTest {
    let call = RefCall { package: None, name: "b".to_owned(), version: None, version_is_text: false };
    let input = GivenInput::Ref(call, NodeId(1));
    UnitTest {
        versions: None,
        version: None,
        model: "a".to_owned(),
        tested: NodeId(0),
        given: vec![Given { input_text: "ref('b')".to_owned(), input, rows: rows(given), fixture: None }],
        expect: rows(expect),
        expect_fixture: None,
        overrides: Overrides::default(),
        checksum: String::new(),
    }
}

/// The input of a unit test as SQL, or what is wrong with it.
fn input_sql(given: &Json, columns: &[(&str, &str)]) -> String {
    let unit_test = unit_test(given, &json!([]));
    let node = node(NodeKind::UnitTest(Box::new(unit_test.clone())), &json!({}));
    let mut executor = Recorder::default();
    let columns = columns.iter().map(|(name, data_type)| Column::new(*name, *data_type)).collect();
    executor.columns.insert("b".to_owned(), columns);
    let stand_in_for = |_| ("b".to_owned(), Some(Relation::new(Some("db"), "main", "b")));
    match fixtures(&order(&node), &mut executor, &unit_test, &[NodeId(1)], &stand_in_for) {
        Ok(inputs) => inputs[0].sql.clone(),
        Err(failure) => failure.diagnostic().message,
    }
}

#[test]
fn an_input_has_all_columns_of_the_real_relation() {
    let columns = [("id", "INTEGER"), ("Name", "VARCHAR"), ("on", "DATE")];
    let given = json!([{"id": 1, "name": "it's"}, {"id": null, "on": "2024-01-01"}]);
    insta::assert_snapshot!(input_sql(&given, &columns), @r#"
    select cast(1 as INTEGER) as "id", cast('it''s' as VARCHAR) as "Name", cast(null as DATE) as "on"
    union all
    select cast(null as INTEGER) as "id", cast(null as VARCHAR) as "Name", cast('2024-01-01' as DATE) as "on"
    "#);
    insta::assert_snapshot!(input_sql(&json!([]), &columns), @r#"select cast(null as INTEGER) as "id", cast(null as VARCHAR) as "Name", cast(null as DATE) as "on" where 1 = 0"#);
    insta::assert_snapshot!(input_sql(&json!([{"idd": 1, "x": 2}, {"idd": 3}]), &columns), @r"
    Invalid column name: 'idd' in unit test fixture for 'b'.
    Invalid column name: 'x' in unit test fixture for 'b'.
    ");
    insta::assert_snapshot!(input_sql(&json!([{"id": 1}]), &[]), @r#"the columns of the input `ref('b')` are not known: "db"."main"."b" does not exist"#);
}

#[test]
fn rows_for_what_the_model_does_not_read_need_nothing() {
    let unit_test = unit_test(&json!([{"id": 1}]), &json!([]));
    let node = node(NodeKind::UnitTest(Box::new(unit_test.clone())), &json!({}));
    let unknown = |_| ("b".to_owned(), None);
    let inputs = fixtures(&order(&node), &mut Recorder::default(), &unit_test, &[], &unknown).unwrap();
    assert_eq!(inputs, []);
}

#[test]
fn a_unit_test_compares_the_expected_columns() {
    let unit_test = unit_test(&json!([]), &json!([{"id": 1}, {"id": 2}]));
    let node = node(NodeKind::UnitTest(Box::new(unit_test)), &json!({}));
    let columns = |names: &[&str]| names.iter().map(|name| Column::new(*name, "INTEGER")).collect::<Vec<_>>();
    let model = Rows { columns: columns(&["id", "n"]), rows: Vec::new() };
    let row = |id, side: &str| vec![Cell::Integer(id), Cell::Text(side.to_owned())];
    let both = Rows {
        columns: columns(&["id", "actual_or_expected"]),
        rows: vec![row(1, "actual"), row(3, "actual"), row(1, "expected"), row(2, "expected")],
    };
    let mut executor = Recorder { answers: vec![model, both], ..Recorder::default() };
    let result = judge(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
    insta::assert_snapshot!(executor.script(), @r#"
    look: get_empty_subquery_sql(select 1)
    main: get_unit_test_sql(select 1, select cast(1 as integer) as "id", cast(null as integer) as "n"
    union all
    select cast(2 as integer) as "id", cast(null as integer) as "n", ['"id"'])
    "#);
    assert_eq!((result.status, result.failures), (TestStatus::Fail, 1));
    insta::assert_snapshot!(result.message.unwrap(), @r"
      id
    - 2    expected, but missing
    + 3    not expected
    1 row as expected
    ");
}
