//! Tests that share a look at a relation.

use proptest::prelude::*;

use super::*;
use crate::manifest::{DataTest, GenericTest};
use crate::template::Forms;

/// Adds a generic test on `a`, written as this call.
fn generic_test(lab: &mut Lab, name: &str, test: &str, config: &Json, call: &str) {
    lab.node(name, &json!({}), call);
    let mut node = lab.nodes.pop().unwrap();
    let NodeKind::Model(model) = node.kind else { panic!("a model was added") };
    let generic = GenericTest {
        name: test.to_owned(),
        namespace: None,
        kwargs: Map::new(),
        forms: Forms::default(),
        column_name: None,
        attached_node: None,
        file_key_name: String::new(),
    };
    let test =
        NodeKind::Test(DataTest { body: model.body, generic: Some(generic.into()), old_forms: Vec::new() });
    let named = lab.named(test, name, config);
    node = Node { depends_on: node.depends_on, ..named };
    lab.put(node);
}

/// A table of these rows with three tests on each of its columns, and a reader.
fn lab(rows: &[(Option<u8>, Option<u8>)], configs: &[u8]) -> Lab {
    let mut lab = Lab::new();
    let number = |cell: Option<u8>| cell.map_or("null".to_owned(), |cell| cell.to_string());
    let row = |(x, y): &(Option<u8>, Option<u8>)| format!("({}, {})", number(*x), number(*y));
    let values: Vec<String> = rows.iter().map(row).collect();
    let sql = format!(
        "select * from (values (-1, -2), {}) as t(x, y) where x >= 0 or x is null",
        values.join(", ")
    );
    lab.node("a", &json!({"materialized": "table"}), &sql);
    let mut configs = configs.iter().cycle();
    for column in ["x", "y", "nowhere"].into_iter().take(if rows.len() == 3 { 3 } else { 2 }) {
        for (test, more) in [("not_null", ""), ("unique", ""), ("accepted_values", ", [0, 1, 2], false")] {
            let config = match configs.next() {
                Some(0) => json!({"severity": "warn"}),
                Some(1) => json!({"where": "x = 1"}),
                Some(2) => json!({"error_if": "> 1"}),
                Some(3) => json!({"store_failures": true}),
                Some(4) => json!({"limit": 1}),
                _ => json!({}),
            };
            let call = format!("{{{{ test_{test}(ref('a'), '{column}'{more}) }}}}");
            generic_test(&mut lab, &format!("{test}_{column}"), test, &config, &call);
        }
    }
    lab.node("b", &json!({"materialized": "table"}), "select * from {{ ref('a') }}");
    lab
}

/// What came of a run, but for times; each node's statements with it.
fn told(lab: &mut Lab, mode: Mode, combined: bool) -> Vec<String> {
    lab.combined_tests = combined;
    let mut said = Vec::new();
    let outcome = lab.run_with(mode, &mut |event| {
        if let Event::Statement { node, sql, .. } = event {
            said.push(format!("{node:?} {sql}"));
        }
    });
    let result = |result: &NodeResult| {
        let NodeResult { unique_id, status, message, failures, adapter_response, compiled, .. } = result;
        // The first failure keeps back what is downstream, whichever it is.
        let detail = Some(&result.detail).filter(|_| *status != Status::Skipped);
        let problems: Vec<_> = result.diagnostics.iter().map(|problem| &problem.message).collect();
        format!(
            "{unique_id} {status:?} {message:?} {failures:?} {adapter_response:?} {detail:?} {compiled:?} {problems:?}"
        )
    };
    let mut lines: Vec<String> = outcome.results.iter().map(result).chain(said).collect();
    lines.sort();
    lines
}

#[test]
fn a_look_finds_alike_what_a_collation_makes_equal() {
    let mut lab = Lab::new();
    let set = "{% if execute %}{% do run_query(\"set default_collation = 'nocase'\") %}{% endif %}";
    lab.node(
        "a",
        &json!({"materialized": "table"}),
        &format!("{set}select * from (values ('a'), ('A')) as t(x)"),
    );
    for test in ["not_null", "unique"] {
        generic_test(&mut lab, test, test, &json!({}), &format!("{{{{ test_{test}(ref('a'), 'x') }}}}"));
    }
    lab.run(Mode::Build);
    let alone = told(&mut lab, Mode::Build, false);
    assert!(alone.iter().any(|line| line.contains("unique") && line.contains("Fail")), "{alone:?}");
    assert_eq!(told(&mut lab, Mode::Build, true), alone);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_look_tells_what_each_test_would(
        rows in prop::collection::vec((prop::option::weighted(0.9, 0u8..4), prop::option::weighted(0.9, 0u8..4)), 1..4),
        configs in prop::collection::vec(0u8..14, 9),
    ) {
        let mut lab = lab(&rows, &configs);
        for mode in [Mode::Build, Mode::Test] {
            lab.run(mode);
            let alone = told(&mut lab, mode, false);
            prop_assert_eq!(told(&mut lab, mode, true), alone);
        }
    }
}
