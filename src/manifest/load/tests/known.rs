//! What is known of a test without a render is what the render gives.

use proptest::prelude::*;

use super::*;
use crate::manifest::generic_tests::Known;

/// Drafts each data test whose needs are known, with and without that. Gives the names of these
/// tests and how many were rendered.
fn compared(files_of: &[(&str, &str)]) -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    write_project(folder.path(), files_of);
    let sources = Arc::new(SourceMap::new());
    let project = project_in(folder.path(), Environment::default(), &sources).unwrap();
    project.read_texts().unwrap();
    let notices: Arc<dyn Notices> = Arc::new(Deaf);
    let inputs = Inputs { project: &project, sources: &sources, notices: &notices, cache: None };
    let surroundings = Arc::new(surroundings(&inputs));
    let (library, _) = macros::library(&project, project.profile.adapter.as_ref(), &sources);
    let engine = Engine::new(Arc::new(library));
    let learned = CacheNotes::default();
    let (project, findings) = (&project, Vec::new());
    let mut loading = Loading { project, engine: &engine, surroundings: &surroundings, findings, learned };
    let blocks = Arc::new(loading.keep(doc_blocks(project, &engine, &notices)));
    let rendering = Rendering::new(&engine, &surroundings);
    let files = loading.keep(property_files(project, &rendering));
    let trees = Trees::of(project);
    let groups = groups(&files, &trees);
    let drafting = Drafting {
        engine: &engine,
        naming: &Naming::new(project, &engine, &surroundings),
        surroundings: &surroundings,
        describer: &Describer::new(&engine, &blocks, &surroundings),
        world: &World { library: engine.library(), groups: &groups },
        trees: &trees,
        plain: PlainConfigs::default(),
        seen: SeenMacros::default(),
        shared: SharedConfigs::default(),
    };
    let sketches = loading.described(&files, &rendering, &[]);
    let (mut known, mut rendered) = (Vec::new(), 0);
    for mut sketch in sketches {
        let is_known = sketch.test.as_ref().is_some_and(|call| call.known.is_some());
        let shown = |sketch: &Sketch| {
            let Drafted { node, findings, is_volatile, macros } = drafting.draft(sketch.clone(), None);
            format!("{node:#?} {findings:#?} {is_volatile} {macros:?}")
        };
        let of_known = shown(&sketch);
        let call = sketch.test.as_mut().unwrap();
        // What dbt does not render is not what its render gives.
        if !matches!(call.known, Some(Known::Unread(_))) {
            (call.known, call.knows_calls) = (None, false);
        }
        assert_eq!(of_known, shown(&sketch));
        if is_known {
            known.push(sketch.name.clone());
        } else {
            rendered += 1;
        }
    }
    let reads = project.members.reads();
    assert!(
        !reads.is_volatile() && reads.consulted().variables.is_empty() && reads.consulted().macros.is_empty()
    );
    (known, rendered)
}

/// A property file with these tests of a column.
fn property_file(tests: &[String]) -> String {
    let head = "models:\n  - name: orders\n    columns:\n      - name: status\n        data_tests:\n";
    tests.iter().fold(head.to_owned(), |file, test| file + "          - " + test + "\n")
}

/// Whether the tests' needs are known, each by itself, in a project with these files besides.
fn check(files_of: &[(&str, &str)], test: &str, is_known: bool) {
    let schema = property_file(&[test.to_owned()]);
    let files_of = [files_of, &[("models/schema.yml", &*schema)]].concat();
    let expected = usize::from(is_known);
    let (known, rendered) = compared(&files_of);
    assert_eq!((known.len(), rendered), (expected, 1 - expected), "{test} {files_of:?}");
}

const VALUES: &str = "accepted_values: {arguments: {values: [open, paid]}}";
const RELATED: &str = "relationships: {arguments: {to: ref('a'), field: id}}";

#[test]
fn plain_entries_are_known() {
    let known = |test: &str| check(&[], test, true);
    for arguments in [
        "values: [open, paid, \"it's\", 'a \"b\"', \"100 %\"]",
        "values: [1, 2.5, -3, true, ~, .5, 1e30, 9223372036854775808]",
        "values: []",
        "values: [open], quote: false",
        "quote: true, values: [\"ref('a')\", \"source('r', 't')\", \"ref('p', 'b')\"]",
        "values: [\"a very long text that makes the test have a name of its own, and another name\"]",
        "values: [\"two\\nlines\\n\"]",
    ] {
        known(&format!("accepted_values: {{arguments: {{{arguments}}}}}"));
    }
    for arguments in [
        "to: ref('a'), field: id",
        "field: id, to: \"ref('p', 'a')\"",
        "to: \"source('r', 't')\", field: id",
        "to: \"ref('a', version='2')\", field: id",
        "to: other.table, field: 'lower(id)'",
        "to: ref('a'), field: \"ref('b')\"",
    ] {
        known(&format!("relationships: {{arguments: {{{arguments}}}}}"));
    }
    for config in [
        "severity: warn",
        "where: \"status = 'x' and id > 1\"",
        "tags: [a, b], meta: {a: 1, b: yes, c: d}",
        "tags: a, enabled: false",
        "limit: 10, error_if: '> 5', warn_if: '!= 0', fail_calc: 'sum(n)'",
        "store_failures: true, store_failures_as: view, schema: s, alias: b, database: d, group: g",
    ] {
        known(&format!("accepted_values: {{arguments: {{values: [a]}}, config: {{{config}}}}}"));
    }
    known("accepted_values: {name: own, description: Own, arguments: {values: [a]}}");
    known("accepted_values: {values: [a], severity: warn}");
}

#[test]
fn other_entries_are_rendered() {
    let rendered = |test: &str| check(&[], test, false);
    for arguments in [
        "quote: true",
        "values: [a], more: b",
        "values: a",
        "values: {a: b}",
        "values: [[a]]",
        "values: [a], quote: 'yes'",
        "values: [\"{{ 1 + 1 }}\"]",
        "values: [\"var('x', 1)\"]",
        "values: [2020-01-01]",
        "values: [.inf]",
        "values: [\"ref('a', v=2)\"]",
    ] {
        rendered(&format!("accepted_values: {{arguments: {{{arguments}}}}}"));
    }
    for arguments in ["to: ref('a')", "field: id", "to: \"{{ ref('a') }}\", field: id", "to: a, field: 1"] {
        rendered(&format!("relationships: {{arguments: {{{arguments}}}}}"));
    }
    for config in
        ["where: 'a = \"b\"'", "meta: {a: [1]}", "limit: 1.5", "where: \"a\\\\b\"", "materialized: x"]
    {
        rendered(&format!("accepted_values: {{arguments: {{values: [a]}}, config: {{{config}}}}}"));
    }
    rendered("dbt.accepted_values: {arguments: {values: [a]}}");
}

/// Macros of a project, or of a package, that take part in one of the tests or in both.
#[test]
fn a_macro_that_takes_part_is_run() {
    let with = |files_of: &[(&str, &str)], values: bool, related: bool| {
        check(files_of, VALUES, values);
        check(files_of, RELATED, related);
    };
    let own = |text: &str, values: bool, related: bool| with(&[("macros/m.sql", text)], values, related);
    let none = |name: &str| format!("{{% macro {name}(a='', b='', c='', d='') %}}{{% endmacro %}}");
    own(&none("free"), true, true);
    own(&none("default__test_unique"), true, true);
    own("{% test accepted_values(model, column_name, values) %}{{ ref('b') }}{% endtest %}", false, true);
    own(&none("test_relationships"), true, false);
    own(&none("default__test_relationships"), true, false);
    own(&none("duckdb__test_accepted_values"), false, true);
    for name in ["get_where_subquery", "default__get_where_subquery", "duckdb__get_where_subquery"] {
        own(&none(name), false, false);
    }
    for name in ["ref", "source", "config", "adapter", "return"] {
        own(&none(name), false, false);
    }
    // dbt takes the method of a list for a call of it.
    own(&none("append"), false, true);
}

#[test]
fn packages_and_dispatch_settings_count() {
    let of_package = |name: &str| format!("{{% macro {name}(a='', b='', c='', d='') %}}{{% endmacro %}}");
    let with = |name: &str, dispatch: &str, values: bool| {
        let text = of_package(name);
        let files_of = [
            ("dbt_project.yml", dispatch),
            ("dbt_packages/lib/dbt_project.yml", "name: lib\n"),
            ("dbt_packages/lib/macros/m.sql", &*text),
        ];
        check(&files_of, VALUES, values);
        check(&files_of, RELATED, true);
    };
    let order = "dispatch: [{macro_namespace: dbt, search_order: [lib, dbt]}]\n";
    with("default__test_accepted_values", "", true);
    with("default__test_accepted_values", order, false);
    with("free", order, true);
    // dbt notes the macro of any package.
    with("test_accepted_values", "", false);
    with("append", "", false);
    // A package sees its own macros.
    let tests = property_file(&[VALUES.to_owned(), RELATED.to_owned()]);
    let of_where = of_package("get_where_subquery");
    let files_of = [
        ("models/schema.yml", &*tests),
        ("dbt_packages/lib/dbt_project.yml", "name: lib\n"),
        ("dbt_packages/lib/models/schema.yml", &*tests),
        ("dbt_packages/lib/macros/m.sql", &*of_where),
    ];
    assert_eq!((compared(&files_of).0.len(), compared(&files_of).1), (2, 2));
}

#[test]
fn what_a_test_stands_below_is_noted() {
    let schema = "
models:
  - name: orders
    latest_version: 2
    versions: [{v: 1}, {v: 2, columns: [{include: all}]}]
    columns: [{name: id, quote: true, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]
  - name: plain
    data_tests:
      - accepted_values: {arguments: {column_name: id, values: [1]}}
      - relationships: {arguments: {column_name: a || b, field: c, to: \"source('r', 't')\"}}
      - accepted_values: {arguments: {values: [1]}}
sources:
  - name: r
    tables:
      - name: t
        columns: [{name: id, data_tests: [{relationships: {arguments: {to: ref('a'), field: id}}}]}]
      - {name: \"it's\", columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]}
";
    let (known, rendered) = compared(&[("models/schema.yml", schema)]);
    assert_eq!((known.len(), rendered), (5, 2), "{known:?}");
}

/// A test that tells what its arguments came to.
const ANY: &str = "{% test any(model, column_name, a, b, c) %}
    {{ config(meta={'m': model ~ '', 'i': model.identifier ~ '', 'a': [a ~ '', a is string], 'b': b ~ '', 'c': c ~ ''}) }}
    select {{ a }} from {{ model }}
{% endtest %}";

#[test]
fn calls_among_the_arguments_of_other_tests_are_known() {
    let arguments = "a: ref('a'), b: [\"ref('p', 'b')\", \"{{ ref('c') }}\"], c: {d: \"source('r', 't')\"}";
    let schema = property_file(&[format!("any: {{arguments: {{{arguments}}}}}")]);
    let of_where = "{% macro get_where_subquery(relation) %}{{ relation }}, {{ ref('w') }}{% endmacro %}";
    for macros in ["", of_where, "{% macro ref(name) %}{{ builtins.ref('other') }}{% endmacro %}"] {
        let files_of =
            [("models/schema.yml", &*schema), ("tests/generic/any.sql", ANY), ("macros/m.sql", macros)];
        assert_eq!(compared(&files_of), (Vec::new(), 1), "{macros}");
    }
}

/// Texts that may or may not be calls, templates or plain.
fn text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "a",
        "ref(",
        "source(",
        "var(",
        "'",
        "'",
        "'b'",
        "\"",
        ")",
        "(",
        ", ",
        ",",
        "{{ ",
        " }}",
        "{",
        "}",
        "{%",
        "\\",
        "version=",
        "v=",
        "2",
        " ",
        "\n",
        "é",
        "=",
        "\u{a0}",
        "#",
        "%",
        "ref('a')",
        "('c', 'd')",
    ];
    prop_oneof![
        2 => prop::collection::vec(prop::sample::select(PIECES), 0..7).prop_map(|pieces| pieces.concat()),
        1 => (prop::sample::select(&["ref(", "ref (", " source("][..]), text_in_call()).prop_map(|(name, rest)| name.to_owned() + &rest),
    ]
}

fn text_in_call() -> impl Strategy<Value = String> {
    const ARGUMENTS: &[&str] = &[
        "'a'",
        "\"b\"",
        "'it\\'s'",
        "version='2'",
        "version=2",
        "v='02'",
        "'{x}'",
        "''",
        "c",
        "v=2.50",
        " 'd' ",
        "'a\\tb'",
        "'{{ x }}'",
        "\u{a0}'c'",
    ];
    let arguments = prop::collection::vec(prop::sample::select(ARGUMENTS), 0..4);
    (arguments, prop::sample::select(&[", ", ",", " , "][..])).prop_map(|(all, comma)| all.join(comma) + ")")
}

fn entry() -> impl Strategy<Value = Json> {
    let key = prop::sample::select(&["where", "alias", "fail_calc", "severity"][..]);
    let config = prop::collection::hash_map(key, text(), 0..2);
    let meta = prop::collection::hash_map(
        "[a-z' ]{1,3}",
        prop_oneof![text().prop_map(Json::from), any::<i64>().prop_map(Json::from)],
        1..3,
    );
    let config = (config, prop::option::of(meta)).prop_map(|(config, meta)| {
        let mut config = json!(config);
        if let (Some(meta), Some(config)) = (meta, config.as_object_mut()) {
            config.insert("meta".to_owned(), json!(meta));
        }
        config
    });
    let values = (prop::collection::vec(text(), 1..3), any::<bool>())
        .prop_map(|(values, quote)| ("accepted_values", json!({"values": values, "quote": quote})));
    let related = (text(), prop_oneof![3 => Just("id".to_owned()), 1 => text()])
        .prop_map(|(to, field)| ("relationships", json!({"to": to, "field": field})));
    let other = (text(), prop::collection::vec(text(), 0..3))
        .prop_map(|(a, b)| ("any", json!({"a": a, "b": b, "c": {"d": a, "e": 1}})));
    (prop_oneof![values, related, other], config)
        .prop_map(|((test, arguments), config)| json!({test: {"name": "one", "arguments": arguments, "config": config}}))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_what_its_render_makes_of_it(entries in prop::collection::vec(entry(), 30)) {
        let entries: Vec<String> = entries.iter().map(Json::to_string).collect();
        compared(&[("models/schema.yml", &property_file(&entries)), ("tests/generic/any.sql", ANY)]);
    }
}
