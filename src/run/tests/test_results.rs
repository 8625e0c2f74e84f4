//! Data tests, unit tests, freshness.

use super::*;
use crate::manifest::{
    Age, DataTest, Fixture, FixtureFormat, Freshness as Rules, Given, GivenInput, Overrides, Period, Source,
    UnitTest,
};

fn table() -> Json {
    json!({"materialized": "table"})
}

/// Adds a data test on the nodes that it reads.
fn data_test(lab: &mut Lab, name: &str, config: &Json, sql: &str) {
    lab.node(name, &json!({}), sql);
    let NodeKind::Model(model) = lab.nodes.pop().unwrap().kind else { panic!("a model was added") };
    let test = DataTest { body: model.body, generic: None, old_forms: Vec::new() };
    let mut node = lab.named(NodeKind::Test(test), name, config);
    let mut reader = Lab { nodes: lab.nodes.clone(), ..Lab::new() };
    reader.node("reader", &json!({}), sql);
    node.depends_on = reader.nodes.pop().unwrap().depends_on;
    lab.put(node);
}

#[test]
fn in_a_build_a_failing_test_keeps_back_what_is_downstream() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id").node("b", &table(), "select * from {{ ref('a') }}");
    data_test(&mut lab, "t", &json!({}), "select * from {{ ref('a') }} where id = 1");
    insta::assert_snapshot!(lab.told(Mode::Build), @r"
    model.shop.a success: OK
    model.shop.b skipped because of test.shop.t
    test.shop.t fail: Got 1 result, configured to fail if != 0
    ");
    let outcome = lab.run(Mode::Test);
    let Detail::FailingRows { rows, stored_in: None } = &outcome.results[0].detail else {
        panic!("{outcome:?}")
    };
    assert_eq!(rows.rows, [[Cell::Integer(1)]]);
    data_test(&mut lab, "t", &json!({"severity": "warn"}), "select * from {{ ref('a') }} where id = 1");
    insta::assert_snapshot!(lab.told(Mode::Build), @r"
    model.shop.a success: OK
    model.shop.b success: OK
    test.shop.t warn: Got 1 result, configured to warn if != 0
    ");
}

#[test]
fn failing_rows_can_be_kept() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select range as id from range(9)");
    data_test(&mut lab, "t", &json!({"store_failures": true, "limit": 7}), "select * from {{ ref('a') }}");
    lab.nodes[1].relation.as_mut().unwrap().schema = Some("audit".to_owned());
    lab.told(Mode::Build);
    insta::assert_snapshot!(lab.told(Mode::Build), @r"
    model.shop.a success: OK
    test.shop.t fail: Got 7 results, configured to fail if != 0
    ");
    assert_eq!(lab.rows("select count(*) from audit.t"), "7");
}

fn unit_test(lab: &mut Lab, rows: &Json, expect: &Json) {
    let fixture = |rows: &Json| {
        let maps = rows.as_array().unwrap().iter().map(|row| row.as_object().unwrap().clone());
        Fixture::Rows(maps.collect(), FixtureFormat::Dict)
    };
    let call = RefCall { package: None, name: "a".to_owned(), version: None, version_is_text: false };
    let test = UnitTest {
        versions: None,
        version: None,
        model: "b".to_owned(),
        tested: NodeId(1),
        given: vec![Given {
            input_text: "ref('a')".to_owned(),
            input: GivenInput::Ref(call, NodeId(0)),
            rows: fixture(rows),
            fixture: None,
        }],
        expect: fixture(expect),
        expect_fixture: None,
        overrides: Overrides::default(),
        checksum: String::new(),
    };
    let mut node = lab.named(NodeKind::UnitTest(Box::new(test)), "u", &json!({}));
    node.depends_on.nodes = vec![NodeId(1)];
    lab.put(node);
}

#[test]
fn a_unit_test_waits_for_the_tests_of_what_its_model_reads() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id").node("b", &table(), "select * from {{ ref('a') }}");
    data_test(&mut lab, "t", &json!({}), "select * from {{ ref('a') }} where id = 1");
    unit_test(&mut lab, &json!([{"id": 2}]), &json!([{"id": 2}]));
    insta::assert_snapshot!(lab.told(Mode::Build), @r"
    model.shop.a success: OK
    model.shop.b skipped because of test.shop.t
    test.shop.t fail: Got 1 result, configured to fail if != 0
    unit_test.shop.u skipped because of test.shop.t
    ");
}

#[test]
fn a_unit_test_comes_before_its_model() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id, 'x' as v, date '2024-01-01' as day").node(
        "b",
        &table(),
        "select id * 2 as id, v from {{ ref('a') }} where day is null",
    );
    unit_test(&mut lab, &json!([{"id": 2}, {"id": 3, "v": "it's"}]), &json!([{"id": 4}, {"id": 6}]));
    insta::assert_snapshot!(lab.told(Mode::Build), @r"
        model.shop.a success: OK
        model.shop.b success: OK
        unit_test.shop.u pass
        ");
    unit_test(&mut lab, &json!([{"id": 2, "v": "n"}]), &json!([{"id": 4, "v": "m"}]));
    insta::assert_snapshot!(lab.told(Mode::Build), @r"
    model.shop.a success: OK
    model.shop.b skipped because of unit_test.shop.u
    unit_test.shop.u fail:   id | v
    ");
    let outcome = lab.run(Mode::Test);
    insta::assert_snapshot!(outcome.results[0].message.as_deref().unwrap_or_default(), @r"
      id | v
    ~ 4  | m → n   expected → actual
    0 rows as expected
    ");
}

#[test]
fn the_age_of_a_source_is_measured() {
    let lab = |sql: &str| {
        let mut lab = Lab::new();
        lab.execute(sql);
        let source = Source {
            source_name: "raw".to_owned(),
            source_description: String::new(),
            source_meta: Map::new(),
            loader: String::new(),
            identifier: "s".to_owned(),
            loaded_at_field: Some("seen".to_owned()),
            loaded_at_query: None,
            freshness: Some(Rules {
                warn_after: Some(Age { count: 1, period: Period::Day }),
                error_after: Some(Age { count: 2, period: Period::Day }),
                filter: None,
            }),
            quoting: std::collections::BTreeMap::new(),
            shown_quoting: crate::sql::Policy::ALL,
            unrendered_database: None,
            unrendered_schema: None,
            external: None,
            location: Ok(None),
        };
        let node = lab.named(NodeKind::Source(Box::new(source)), "s", &json!({}));
        lab.put(node);
        lab
    };
    let check = |sql: &str, expected: Status| {
        let outcome = lab(sql).run(Mode::Freshness);
        assert_eq!(outcome.results[0].status, expected, "{sql}: {outcome:?}");
    };
    check("create table s as select now()::timestamp as seen", Status::Pass);
    check("create table s as select now()::timestamp - interval 36 hours as seen", Status::Warn);
    check("create table s as select now()::timestamp - interval 3 days as seen", Status::Error);
    check("create table s (seen timestamp)", Status::Error);
    check("select 1", Status::RuntimeError);
}
