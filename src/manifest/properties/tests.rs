use serde_json::{Value as Json, json};

use proptest::prelude::*;

use super::{Parsed, duplicates, freshness_from_config, parse};
use crate::diagnostics::Diagnostic;
use crate::manifest::Period;
use crate::source::{SourceMap, Span};
use crate::yaml;

/// Stands for the engine: every template is 7.
#[expect(clippy::unnecessary_wraps, reason = "a `Render` may fail")]
fn seven(_: &str, _: Span) -> Result<Json, Box<Diagnostic>> {
    Ok(Json::from(7))
}

fn read(text: &str) -> Parsed {
    read_into(&SourceMap::new(), text)
}

fn read_into(sources: &SourceMap, text: &str) -> Parsed {
    let file = sources.add("models/schema.yml", text);
    parse(&yaml::parse(&file).expect("the YAML is good"), &seven)
}

fn codes(parsed: &Parsed) -> Vec<&'static str> {
    parsed.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_model_is_read_with_all_its_keys() {
    let parsed = read(
        "version: 2
models:
  - name: orders
    description: \"{{ doc('orders') }}\"
    docs: {show: false}
    config: {materialized: table, meta: {owner: \"{{ 1 }}\"}}
    columns:
      - name: id
        data_type: integer
        quote: true
        tags: [a]
        config: {tags: [b, a], meta: {x: 1}}
        meta: {x: 0, y: 2}
        tests: [unique]
        stats: many
    data_tests: [{t: {arguments: {n: \"{{ 1 }}\"}}}]
",
    );
    assert_eq!(codes(&parsed), [""; 0]);
    let model = &parsed.properties.models[0];
    assert_eq!(model.description.as_ref().map(super::Spanned::as_str), Some("{{ doc('orders') }}"));
    assert_eq!(
        Json::Object(model.config.to_json()),
        json!({"materialized": "table", "meta": {"owner": 7}, "docs": {"show": false}})
    );
    assert_eq!(
        Json::Object(model.config.unrendered.clone()),
        json!({"materialized": "table", "meta": {"owner": "{{ 1 }}"}})
    );
    assert_eq!(model.tests[0].to_json(), json!({"t": {"arguments": {"n": "{{ 1 }}"}}}));
    let column = &model.columns[0];
    assert_eq!(column.tags, ["a", "b"]);
    assert_eq!(Json::Object(column.meta.clone()), json!({"x": 1, "y": 2}));
    assert_eq!(Json::Object(column.extra.clone()), json!({"stats": "many"}));
    assert_eq!(
        (column.data_type.as_deref(), column.quote, column.tests.len()),
        (Some("integer"), Some(true), 1)
    );
}

/// dbt: the semantic layer and a few others have the keys that they have, of one type each.
#[test]
fn parts_have_their_form() {
    let check = |text: &str, expected: &[&str]| assert_eq!(codes(&read(text)), expected, "{text}");
    check(
        "semantic_models: [{name: a, model: b, entities: [{name: x, type: primary, label: [1]}]}]",
        &["wrong-type"],
    );
    check(
        "semantic_models: [{name: a, model: b, measures: [{name: x, agg: sum, mesure: 1}]}]",
        &["refused-key"],
    );
    check(
        "metrics: [{name: a, label: b, type: simple, type_params: {measure: {alias: x}}}]",
        &["missing-key"],
    );
    check(
        "metrics: [{name: a, label: b, type: simple, type_params: {measure: {name: x, filter: [1]}}}]",
        &["wrong-type"],
    );
    check(
        "metrics: [{name: a, label: b, type: cumulative, type_params: {cumulative_type_params: {window: 7}}}]",
        &["wrong-type"],
    );
    check("saved_queries: [{name: a, query_params: {metrics: [b], limit: x}}]", &["wrong-type"]);
    check("saved_queries: [{name: a, query_params: [b]}]", &["wrong-type"]);
    check("sources: [{name: a, catalog: b, tables: []}]", &["refused-key"]);
    check("exposures: [{name: a, type: ml, owner: {name: b}, mature: high}]", &["refused-key"]);
    check("unit_tests: [{name: a, model: b, given: [], expect: {rows: []}, tags: [x]}]", &["refused-key"]);
}

/// As dbt-core 1.11.16 takes and refuses them.
#[test]
fn nothing_is_no_value_of_most_keys() {
    let check = |list: &str, base: &str, refused: &[&str], taken: &[&str]| {
        for (keys, expected) in [(refused, 1), (taken, 0)] {
            for key in keys {
                let text = format!("{list}: [{{name: a, {base}{key}: null}}]");
                let parsed = read(&text);
                assert_eq!(parsed.problems.len(), expected, "{text}: {:?}", parsed.problems);
                assert!(parsed.problems.iter().all(|it| it.code == "wrong-type"), "{text}");
            }
        }
    };
    let node = ["description", "docs", "meta", "config", "columns"];
    for list in ["models", "seeds", "snapshots", "analyses"] {
        check(list, "", &node, &["group"]);
    }
    for list in ["models", "seeds", "snapshots"] {
        check(list, "", &["data_tests", "tests", "contract"], &["quote_columns"]);
    }
    check("models", "", &["constraints", "versions", "access"], &["time_spine", "deprecation_date"]);
    check("models", "", &[], &["latest_version"]);
    check("snapshots", "", &["relation"], &[]);
    check("macros", "", &["description", "docs", "meta", "config", "arguments"], &[]);
    let source = ["description", "loader", "quoting", "meta", "tags", "config", "tables"];
    check("sources", "", &source, &["database", "schema", "freshness", "loaded_at_field"]);
    let exposure = ["description", "meta", "tags", "depends_on", "config"];
    check("exposures", "type: ml, owner: {name: b}, ", &exposure, &["label", "url", "maturity"]);
    check("groups", "owner: {name: b}, ", &["config"], &["description"]);
    let unit_test = ["description", "config", "versions"];
    check("unit_tests", "model: b, given: [], expect: {rows: []}, ", &unit_test, &["overrides"]);
    for list in ["models", "sources", "exposures", "groups", "unit_tests", "macros", "semantic_models"] {
        assert_eq!(codes(&read(&format!("{list}:"))), ["wrong-type"], "{list}");
    }
}

/// As dbt-core 1.11.16 takes and refuses them.
#[test]
fn values_have_the_form_of_their_key() {
    let check = |text: &str, expected: &[&str]| {
        let parsed = read(text);
        assert_eq!(codes(&parsed), expected, "{text}: {:?}", parsed.problems);
        assert!(parsed.problems.iter().all(|problem| !problem.labels.is_empty()), "{text}");
    };
    let model = |keys: &str, expected: &[&str]| check(&format!("models: [{{name: a, {keys}}}]"), expected);
    model("docs: {show: []}", &["wrong-type"]);
    model("docs: {shown: true}", &["refused-key"]);
    model("docs: {node_color: null}", &[]);
    model("constraints: [{type: unique, columns: null}]", &["wrong-type"]);
    model("constraints: [{type: unique, columns: x}]", &[]);
    let column = |keys: &str, expected: &[&str]| model(&format!("columns: [{{name: x, {keys}}}]"), expected);
    for key in ["description", "tags", "meta", "config", "constraints", "data_tests", "tests", "docs"] {
        column(&format!("{key}: null"), &["wrong-type"]);
    }
    column("tags: x", &["wrong-type"]);
    column("config: {tags: x}", &[]);
    column("config: {tags: null}", &[]);
    column("config: {tags: null}, data_tests: [unique]", &["wrong-type"]);
    column("constraints: [{type: unique, columns: null}]", &[]);
    column("data_type: null, quote: null, granularity: null", &[]);
    let spine = |keys: &str, grain: &str, expected: &[&str]| {
        let spine = format!("time_spine: {{standard_granularity_column: x, {keys}}}");
        model(&format!("{spine}, columns: [{{name: x, granularity: {grain}}}, {{name: y}}]"), expected);
    };
    spine("custom_granularities: [{name: y}, {name: z, column_name: y}]", "day", &[]);
    spine("", "fortnight", &["unknown-value"]);
    spine("zone: x", "day", &["refused-key"]);
    spine("custom_granularities: null", "day", &["wrong-type"]);
    spine("custom_granularities: [y]", "day", &["wrong-type"]);
    spine("custom_granularities: [{column_name: y}]", "day", &["missing-key"]);
    model("versions: [{v: 1, descripton: x}]", &["refused-key"]);
    model("versions: [{v: 1, data_tests: null, config: {}}]", &[]);
    check("macros: [{name: a, arguments: [{name: x, kind: y}]}]", &["refused-key"]);
    check("functions: [{name: a, returns: {data_type: x, type: y}}]", &["refused-key"]);
    check("functions: [{name: a, returns: {}}]", &["missing-key"]);
    let argument = "arguments: [{name: x, data_type: y, default: 1}]";
    check(&format!("functions: [{{name: a, returns: {{data_type: x}}, {argument}}}]"), &["refused-key"]);
    check("macros: [{name: a, config: {docs: {shown: true}}}]", &["refused-key"]);
    let table = |keys: &str, expected: &[&str]| {
        check(&format!("sources: [{{name: a, tables: [{{name: b, {keys}}}]}}]"), expected);
    };
    table("freshness: {warn: {count: 1, period: day}}", &["refused-key"]);
    table("freshness: {warn_after: {count: 1, period: day, of: x}}", &["refused-key"]);
    table("config: {freshness: {warn_after: {count: 1, period: day, of: x}}}", &["unknown-key"]);
    table("config: {loaded_at_field: [x]}", &["wrong-type"]);
    table("external: {location: 1}", &["wrong-type"]);
    table("external: {partitions: [x, {name: y, data_type: date}], other: 1}", &[]);
    table("tags: x", &["wrong-type"]);
    check("sources: [{name: a, config: {meta: null}}]", &["wrong-type"]);
    check("exposures: [{name: a, type: ml, owner: {name: b}, tags: x}]", &["wrong-type"]);
    check("groups: [{name: a, owner: {name: b}, config: {meta: null}}]", &["wrong-type"]);
    let unit_test = |keys: &str, expected: &[&str]| {
        check(
            &format!("unit_tests: [{{name: a, model: b, given: [], expect: {{rows: []}}, {keys}}}]"),
            expected,
        );
    };
    unit_test("overrides: {vars: null}", &["wrong-type"]);
    unit_test("versions: {include: null}", &[]);
    check("unit_tests: [{name: a, model: b, given: [], expect: {rows: 1}}]", &["wrong-type"]);
}

#[test]
fn mistakes_are_reported_with_a_place() {
    let check = |text: &str, expected: &[&str]| {
        let parsed = read(text);
        assert_eq!(codes(&parsed), expected, "{text}");
        assert!(parsed.problems.iter().all(|problem| !problem.labels.is_empty()), "{text}");
    };
    check("", &[]);
    check("- a", &["wrong-type"]);
    check("version: 1", &["bad-version"]);
    assert!(!read("version: 1").problems[0].is_error());
    check("version: 2.0", &[]);
    check("model: []", &["unknown-key"]);
    check("functions: [{name: a, returns: {data_type: int}}]", &[]);
    check("metrics: [{name: a}]", &["missing-key", "missing-key", "missing-key"]);
    check("semantic_models: [{name: a, model: b, measure: c}]", &["refused-key"]);
    check("models: {name: a}", &["wrong-type"]);
    check("models: [a]", &["wrong-type"]);
    check("models: [{description: a}]", &["missing-key"]);
    check("models: [{name: null}]", &["missing-key"]);
    check("models: [{name: 1}]", &["wrong-type"]);
    check("models: [{name: off}]", &["wrong-type"]);
    check("models: [{name: a, descripton: x}]", &["unknown-key"]);
    check("models: [{name: a, materialized: table}]", &["unknown-key"]);
    check("models: [{name: a, description: 1}]", &["wrong-type"]);
    check("models: [{name: a, tests: [x], data_tests: [y]}]", &["set-twice"]);
    check("models: [{name: a, meta: {}, config: {meta: {}}}]", &["set-twice"]);
    check("models: [{name: a, config: 1}]", &["wrong-type"]);
    check("models: [{name: a, versions: [{v: 1}, {v: beta}], latest_version: beta}]", &[]);
    check("models: [{name: a, versions: [{v: 1}], latest_version: 2}]", &["unknown-version"]);
    check("models: [{name: a, latest_version: 2}]", &["unknown-version"]);
    check("models: [{name: a, versions: [{v: 1}, {v: '1'}]}]", &["repeated-version"]);
    check("models: [{name: a, versions: [{defined_in: b}]}]", &["missing-key"]);
    check("models: [{name: a, versions: [{v: [1]}]}]", &["wrong-type"]);
    check("models: [{name: a, versions: [{v: 1, columns: [{include: some}]}]}]", &["wrong-type"]);
    check("models: [{name: a, versions: [{v: 1, columns: [{exclude: [x]}]}]}]", &["missing-key"]);
    check(
        "models: [{name: a, versions: [{v: 1, columns: [{include: [x], exclude: [y]}]}]}]",
        &["wrong-value"],
    );
    let twice = "models: [{name: a, versions: [{v: 1, columns: [{include: all}, {include: []}]}]}]";
    check(twice, &["set-twice"]);
    check("models: [{name: a, deprecation_date: soon}]", &["wrong-value"]);
    check("models: [{name: a, constraints: [{type: nope}]}]", &["unknown-value"]);
    check("models: [{name: a, constraints: [{expression: x}]}]", &["missing-key"]);
    check("seeds: [{name: a, columns: [{name: x, constraints: [{type: nope}]}]}]", &["unknown-value"]);
    let key = "constraints: [{type: primary_key}]";
    check(&format!("models: [{{name: a, columns: [{{name: x, {key}}}]}}]"), &[]);
    check(
        &format!("models: [{{name: a, columns: [{{name: x, {key}}}, {{name: y, {key}}}]}}]"),
        &["several-primary-keys"],
    );
    check(&format!("models: [{{name: a, {key}, columns: [{{name: x, {key}}}]}}]"), &["several-primary-keys"]);
    check("models: [{name: a, constraints: [{type: foreign_key, to: other}]}]", &["wrong-value"]);
    check("models: [{name: a, constraints: [{type: foreign_key, to: ref('b'), to_columns: [x]}]}]", &[]);
    check("models: [{name: a, columns: [{name: x}, {name: x}]}]", &["repeated-name"]);
    check("models: [{name: a, columns: [{quote: 1, name: x}]}]", &["wrong-type"]);
    check("models: [{name: a, columns: [{name: x, data_test: []}]}]", &["unknown-key"]);
    check("models: [{name: a, columns: [{name: x, stats: many}]}]", &[]);
    check("models: [{name: a, tests: null, data_tests: [x]}]", &["wrong-type"]);
    check("snapshots: [{name: a, relation: orders}]", &["bad-relation"]);
    check("snapshots: [{name: a, relation: ref('orders')}]", &[]);
    check("sources: [{name: a, overrides: pkg, tables: []}]", &[]);
    check("sources: [{overrides: pkg, tables: []}]", &["missing-key"]);
    check("sources: [{name: a, quoting: {table: true}}]", &["refused-key"]);
    check("sources: [{name: a, freshness: {warn_after: {count: 1, period: days}}}]", &["unknown-value"]);
    check("sources: [{name: a, freshness: {warn_after: {count: 1}}}]", &["missing-key"]);
    check("sources: [{name: a, freshness: {warn_after: {count: x, period: day}}}]", &["wrong-type"]);
    check("sources: [{name: a, loaded_at_field: ''}]", &["empty-value"]);
    check("sources: [{name: a, loaded_at_field: a, loaded_at_query: b}]", &["set-twice"]);
    check("exposures: [{name: a, type: dashbord, owner: {name: x}}]", &["unknown-value"]);
    check("exposures: [{name: a, type: ml, owner: {team: x}}]", &["missing-key"]);
    check("exposures: [{name: a, type: ml}]", &["missing-key"]);
    check("exposures: [{name: a b, type: ml, owner: {email: [x]}}]", &["unusual-name"]);
    check("groups: [{name: a, owner: {}}]", &["missing-key"]);
}

#[test]
fn near_misses_get_a_suggestion() {
    let check = |text: &str, expected: &str| {
        let parsed = read(text);
        let help =
            parsed.problems.iter().flat_map(|problem| &problem.help).cloned().collect::<Vec<_>>().join(" ");
        assert!(help.contains(expected), "{text}: {help}");
    };
    check("model: []", "`models`");
    check("models: [{name: a, descripton: x}]", "`description`");
    check("models: [{name: a, tags: [x]}]", "below `config:`");
    check("sources: [{name: a, freshness: {warn_after: {count: 1, period: days}}}]", "`day`");
    check("exposures: [{name: a, type: dashbord, owner: {name: x}}]", "`dashboard`");
}

/// The `config` of table `t` as dbt merges it from source and table.
#[test]
fn tables_inherit_from_their_source() {
    let check = |source: &str, table: &str, key: &str, expected: Json| {
        let parsed = read(&format!("sources: [{{name: a, {source} tables: [{{name: t, {table}}}]}}]"));
        assert_eq!(codes(&parsed), [""; 0]);
        let config = parsed.properties.sources[0].tables[0].config.to_json();
        assert_eq!(config.get(key).cloned().unwrap_or(json!("nothing")), expected, "{source} {table}");
    };
    let unsaid = json!({"count": null, "period": null});
    let day = json!({"count": 1, "period": "day"});
    let hours = json!({"count": 2, "period": "hour"});
    let both = |warn: &Json, error: &Json, filter: Json| json!({"warn_after": warn, "error_after": error, "filter": filter});
    let source = "freshness: {warn_after: {count: 1, period: day}, filter: x = 1},";
    let error = "{error_after: {count: 2, period: hour}}";
    check("", "", "freshness", json!("nothing"));
    check("", "freshness: {filter: z}", "freshness", json!("nothing"));
    check(source, "", "freshness", both(&day, &unsaid, json!("x = 1")));
    check(source, "freshness: null", "freshness", Json::Null);
    check(source, &format!("freshness: {error}"), "freshness", both(&day, &hours, json!("x = 1")));
    check(
        source,
        &format!("config: {{freshness: {error}}}"),
        "freshness",
        both(&day, &hours, json!("x = 1")),
    );
    check(
        source,
        "freshness: {warn_after: null, error_after: {count: 2, period: hour}}",
        "freshness",
        both(&Json::Null, &hours, json!("x = 1")),
    );
    check("freshness: null,", "", "freshness", Json::Null);
    check("freshness: null,", &format!("freshness: {error}"), "freshness", both(&unsaid, &hours, Json::Null));

    check("loaded_at_field: s,", "", "loaded_at_field", json!("s"));
    check("loaded_at_field: s,", "loaded_at_field: t", "loaded_at_field", json!("t"));
    check("loaded_at_field: s,", "loaded_at_field: null", "loaded_at_field", Json::Null);
    check("loaded_at_query: s,", "", "loaded_at_query", json!("s"));
    check("loaded_at_query: s,", "loaded_at_field: t", "loaded_at_query", Json::Null);
    check("loaded_at_query: s,", "config: {loaded_at_query: '{{ x }}'}", "loaded_at_query", json!("{{ x }}"));

    check(
        "tags: [b], config: {tags: a},",
        "tags: [d], config: {tags: [c]}",
        "tags",
        json!(["a", "b", "c", "d"]),
    );
    check(
        "meta: {a: 1, b: 1}, config: {meta: {b: 2, c: 2}},",
        "meta: {c: 3, d: 3}, config: {meta: {d: 4}}",
        "meta",
        json!({"a": 1, "b": 2, "c": 3, "d": 4}),
    );
    check("config: {enabled: true, event_time: x},", "config: {enabled: false}", "enabled", json!(false));
}

#[test]
fn a_merged_freshness_is_read_back() {
    let config = json!({"warn_after": {"count": 6, "period": "hour"}, "error_after": null, "filter": "a"});
    let freshness = freshness_from_config(&config).expect("a limit is set");
    assert_eq!(freshness.warn_after.map(|age| (age.count, age.period)), Some((6, Period::Hour)));
    assert_eq!((freshness.error_after, freshness.filter.as_deref()), (None, Some("a")));
    assert_eq!(freshness_from_config(&Json::Null), None);
    assert_eq!(freshness_from_config(&json!({"filter": "a"})), None);
}

#[test]
fn functions_have_a_signature() {
    let read = |text: &str| read(&format!("functions: [{{name: f, {text}}}]"));
    let parsed = read(
        "arguments: [{name: a, data_type: int}, {name: b, data_type: int, default_value: 0}], returns: {data_type: int}",
    );
    let function = parsed.properties.functions[0].function.clone().expect("a function");
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    assert_eq!(function.returns, json!({"data_type": "int", "description": null}));
    assert_eq!(
        function.arguments,
        [
            json!({"name": "a", "data_type": "int", "description": null, "default_value": null}),
            json!({"name": "b", "data_type": "int", "description": null, "default_value": 0}),
        ]
    );
    let check = |text: &str, expected: &[&str]| {
        let codes: Vec<&str> = read(text).problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, expected, "{text}");
    };
    check("description: no type", &["missing-key"]);
    check("returns: {description: x}", &["missing-key"]);
    check("arguments: [{name: a}], returns: {data_type: int}", &["missing-key"]);
    check(
        "arguments: [{name: a, data_type: int, default_value: 0}, {name: b, data_type: int}], returns: {data_type: int}",
        &["misplaced-argument"],
    );
}

/// Trees of the words that property files are made of.
fn any_entry() -> impl Strategy<Value = Json> {
    let words = [
        "name",
        "config",
        "columns",
        "tests",
        "data_tests",
        "meta",
        "tags",
        "tables",
        "freshness",
        "warn_after",
        "count",
        "period",
        "day",
        "owner",
        "given",
        "expect",
        "rows",
        "input",
        "ref('a')",
        "arguments",
        "{{ x }}",
        "",
    ];
    let word = proptest::sample::select(words.to_vec()).prop_map(str::to_owned);
    let leaf =
        prop_oneof![word.clone().prop_map(Json::from), Just(Json::Null), any::<i64>().prop_map(Json::from)];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|entries| entries.into_iter().collect::<Json>()),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_read_or_reported_with_a_place(entry in any_entry(), section in 0..10_usize) {
        let sections = [
            "models", "seeds", "snapshots", "analyses", "data_tests", "macros", "sources", "exposures", "groups",
            "unit_tests",
        ];
        let span = SourceMap::new().add("a.yml", "").span();
        let parsed = parse(&yaml::Yaml::from_json(&json!({sections[section]: [entry]}), span), &seven);
        prop_assert!(parsed.problems.iter().all(|problem| !problem.labels.is_empty()));
    }
}

#[test]
fn what_is_described_twice_in_a_package_is_reported() {
    let sources = SourceMap::new();
    let first =
        read_into(&sources, "models: [{name: a}, {name: b}]\nsources: [{name: s, tables: [{name: t}]}]");
    let second = read_into(
        &sources,
        "models: [{name: a}]\nseeds: [{name: b}]\nsources: [{name: s, tables: [{name: u}]}]",
    );
    let problems = duplicates(&[&first.properties, &second.properties]);
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["model `a` is described twice"]);
}

#[test]
fn an_entry_with_versions_is_one_for_each() {
    let text = "models:
  - name: m
    description: many
    latest_version: 1
    config: {tags: [a], meta: {x: 1, y: 1}}
    columns: [{name: id, data_tests: [unique]}, {name: old}]
    data_tests: [some]
    versions:
      - v: 1
      - v: 2.0
        defined_in: other
        description: second
        config: {meta: {y: 2}}
        deprecation_date: 2020-01-31
        columns: [{include: all, exclude: [old]}, {name: new}]
        data_tests: []
";
    let parsed = read(text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let told = parsed.properties.models.iter().map(|model| {
        let version = model.version.as_ref().unwrap();
        let columns: Vec<&str> = model.columns.iter().map(|column| column.name.value.as_str()).collect();
        format!(
            "{} {} latest {} in {}: {} {:?} {} tests {} {:?}",
            model.name.value,
            version.text(),
            version.is_latest(),
            version.file.value,
            model.description.as_ref().unwrap().value,
            columns,
            model.tests.len(),
            Json::Object(model.config.to_json()),
            model.deprecation_date,
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            r#"m 1 latest true in m_v1: many ["id", "old"] 1 tests {"tags":["a"],"meta":{"x":1,"y":1}} None"#,
            r#"m 2.0 latest false in other: second ["id", "new"] 0 tests {"tags":["a"],"meta":{"x":1,"y":2}} Some("2020-01-31T00:00:00+00:00")"#,
        ]
    );
}
