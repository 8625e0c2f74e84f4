//! Names, ids and code as dbt-core 1.11.16 wrote them into its manifest.

use serde_json::Value as Json;

use super::{GenericTestDraft, tests_of_node, tests_of_table};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::{self, Home, Properties};
use crate::source::{SourceMap, Span};
use crate::sql::Dialect;
use crate::yaml::{self, Yaml};

const HOME: Home<'static> = Home { package: "shop", original_file_path: "models/stg/schema.yml" };

/// Stands for the engine: `{{ 1 + 1 }}` is 2, a newline at the end goes, and all else is left as it is.
#[expect(clippy::unnecessary_wraps, reason = "a `Render` may fail")]
fn render(text: &str, _: Span) -> Result<Json, Box<Diagnostic>> {
    Ok(Json::from(text.strip_suffix('\n').unwrap_or(text).replace("{{ 1 + 1 }}", "2")))
}

fn read(text: &str) -> Properties {
    let file = SourceMap::new().add("models/stg/schema.yml", text);
    let parsed = properties::parse(&yaml::parse(&file).expect("the YAML is good"), &render);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.properties
}

fn build(document: &str) -> (Vec<GenericTestDraft>, Vec<Diagnostic>) {
    let properties = read(document);
    let mut found = (Vec::new(), Vec::new());
    let of_nodes = properties.nodes().map(|node| tests_of_node(node, HOME, &Dialect::ANSI, &render, true));
    let pairs =
        properties.sources.iter().flat_map(|source| source.tables.iter().map(move |table| (source, table)));
    let of_tables =
        pairs.map(|(source, table)| tests_of_table(source, table, HOME, &Dialect::ANSI, &render, true));
    for (drafts, problems) in of_nodes.chain(of_tables) {
        found.0.extend(drafts);
        found.1.extend(problems);
    }
    found
}

/// The only test in a document.
fn only(document: &str) -> GenericTestDraft {
    let (mut drafts, problems) = build(document);
    assert_eq!(problems, [], "{document}");
    assert_eq!(drafts.len(), 1, "{document}");
    drafts.remove(0)
}

/// A model with a test on its column `id`.
fn on_column(test: &str) -> String {
    format!("models: [{{name: stg_orders, columns: [{{name: id, data_tests: [{test}]}}]}}]")
}

/// A model with a test of its own.
fn on_model(test: &str) -> String {
    format!("models: [{{name: stg_orders, data_tests: [{test}]}}]")
}

/// Below `arguments`, `config` and its keys mean what they mean beside it.
#[test]
fn arguments_may_hold_the_configuration() {
    let check = |test: &str| {
        let draft = only(&on_column(test));
        let config: Vec<String> = draft
            .config
            .settings
            .iter()
            .map(|set| format!("{}={}", set.key.value, set.value.to_json()))
            .collect();
        assert_eq!(draft.name, "mine", "{test}");
        assert_eq!(config, [r#"severity="warn""#], "{test}");
    };
    check("{custom: {name: mine, config: {severity: warn}, arguments: {a: 1}}}");
    check("{custom: {name: mine, arguments: {a: 1, config: {severity: warn}}}}");
    check("{custom: {arguments: {name: mine, a: 1, severity: warn}}}");
}

/// dbt renders them, whether they are templates or not.
#[test]
fn texts_of_the_configuration_lose_the_newline_at_their_end() {
    let draft = only(&on_column(r#"{unique: {config: {where: "id > {{ 1 + 1 }}\n", warn_if: ">1\n"}}}"#));
    let value = |key: &str| draft.config.get(key).map(Yaml::to_json);
    assert_eq!(value("where"), Some("id > 2".into()));
    assert_eq!(value("warn_if"), Some(">1".into()));
}

#[test]
fn dates_and_numbered_keys_are_named_as_in_dbt() {
    let check = |document: String, name: &str, hash: &str| {
        assert_eq!(only(&document).unique_id, format!("test.shop.{name}.{hash}"), "{document}");
    };
    check(
        on_column(
            "{custom: {arguments: {a: 2024-01-31, b: 2024-01-31 10:20:30, c: [2024-01-31, [2024-01-31]]}}}",
        ),
        "custom_stg_orders_2024_01_31__2024_01_31_10_20_30__2024_01_31___datetime_date_2024_1_31___id",
        "73eeee6801",
    );
    check(
        on_column(
            "{custom: {arguments: {a: {1: x, 10: 2024-01-31, 9: y}, b: .inf, c: {k: 2024-01-31T10:20:30Z}}}}",
        ),
        "custom_stg_orders_x__2024_01_31__y__inf__2024_01_31_10_20_30_00_00__id",
        "5df820c84b",
    );
    check(on_column("{custom: {arguments: {a: {true: x}}}}"), "custom_stg_orders_x__id", "284f08e02c");
    check(
        on_column(r#"{custom: {a: 1:30.5, b: [.nan, -.inf], c: {~: "q'"}}}"#),
        "custom_stg_orders_90_5__nan___inf__q___id",
        "810d4ce7ea",
    );
}

#[test]
fn names_and_ids_are_those_of_dbt() {
    let check = |document: String, name: &str, hash: &str| {
        let draft = only(&document);
        assert_eq!(draft.name, name, "{document}");
        assert_eq!(draft.unique_id, format!("test.shop.{name}.{hash}"), "{document}");
        assert_eq!(draft.fqn, ["shop", "stg", name]);
    };
    check(on_column("unique"), "unique_stg_orders_id", "beb6e97f2f");
    check(on_column("{not_null: {}}"), "not_null_stg_orders_id", "8cf5724805");
    check(on_column("{not_null: {name: my_name}}"), "my_name", "a929a5aa0e");
    check(
        on_column(
            r#"{custom: {arguments: {a: [1, [2, x], {k: v, b: true}], b: {z: 1, a: [true, null, 1.5]},
                c: "it's \"q\"", d: "ünïcode \\ back\nline"}}}"#,
        ),
        "custom_stg_orders_1___2_x____k_v_b_True___1___True_None_1_5___it_s_q___id___n_code_back_line",
        "170f2229b5",
    );
    check(
        on_column("{custom: {a: true, b: null, c: 1.50, d: 1.0e+20, severity: warn, tags: [b, a]}}"),
        "custom_stg_orders_True__None__1_5__id__1e_20",
        "430dea11e1",
    );
    check(
        on_column("{relationships: {arguments: {to: ref('dim_orders'), field: id}}}"),
        "relationships_stg_orders_id__id__ref_dim_orders_",
        "39713d1e9a",
    );
    check(
        on_column(
            "{accepted_values: {name: short, description: d, arguments: {values: [1, 2], quote: false}}}",
        ),
        "short",
        "a45799c73b",
    );
    check(on_model("{at_least: {arguments: {n: 5}}}"), "at_least_stg_orders_5", "e747cacaf5");
    check(
        on_model("{shop.at_least: {arguments: {n: -0.00001}}}"),
        "shop_at_least_stg_orders__1e_05",
        "bb4006a43e",
    );
    check(
        on_model("{custom: {arguments: {a: 2020-01-01, b: 1.0e-7, c: '', d: 12345678901234567890}}}"),
        "custom_stg_orders_2020_01_01__1e_07____12345678901234567890",
        "e9e7bf00a2",
    );
    check(
        on_model(
            r#"{custom: {arguments: {a: "\u200b\x07\ttab", b: "'", c: ["'\"", "é", "\U0001F600"],
                d: "{{ var('x', 3) }}"}}}"#,
        ),
        "custom_stg_orders__tab_______________var_x_3_",
        "8491776b2a",
    );
    check(
        "seeds: [{name: country, columns: [{name: id, data_tests: [unique]}]}]".to_owned(),
        "unique_country_id",
        "66fe078574",
    );
    check(
        "sources: [{name: raw, tables: [{name: orders, data_tests: [{at_least: {arguments: {n: 1}}}]}]}]"
            .to_owned(),
        "source_at_least_raw_orders_1",
        "cdc6a462d6",
    );
}

#[test]
fn long_names_are_cut_for_files() {
    let draft = only(&on_column(
        "{test_name: accepted_values, values: [a very long value indeed yes, \
         and another very long value that is long], config: {severity: warn}}",
    ));
    let full = "accepted_values_stg_orders_id__a_very_long_value_indeed_yes__and_another_very_long_value_that_is_long";
    assert_eq!(draft.unique_id, format!("test.shop.{full}.a23e7069ce"));
    assert_eq!(draft.path, "accepted_values_stg_orders_b93e5a72cf08d623c428abb9beca05bc.sql");
    assert_eq!(
        draft.raw_code,
        "{{ test_accepted_values(**_dbt_generic_test_kwargs) }}{{ config(severity=\"warn\",\
         alias=\"accepted_values_stg_orders_b93e5a72cf08d623c428abb9beca05bc\") }}"
    );
}

#[test]
fn code_is_that_of_dbt() {
    let check =
        |document: String, expected: &str| assert_eq!(only(&document).raw_code, expected, "{document}");
    check(on_column("unique"), "{{ test_unique(**_dbt_generic_test_kwargs) }}");
    check(on_model("shop.at_least"), "{{ shop.test_at_least(**_dbt_generic_test_kwargs) }}");
    check(
        on_column(r#"{custom: {a: 1, severity: warn, where: "id > {{ 1 + 1 }}", tags: [b, a]}}"#),
        r#"{{ test_custom(**_dbt_generic_test_kwargs) }}{{ config(severity="warn",tags=['b', 'a'],where="id > 2") }}"#,
    );
    check(
        on_column(
            r#"{custom: {config: {where: "status = \"a\"", limit: 10, meta: {k: [1, b]}, custom_key: z,
                enabled: true, alias: null}}}"#,
        ),
        "{{ test_custom(**_dbt_generic_test_kwargs) }}{{ config(enabled=True,where=\"status = \\\"a\\\"\",\
         limit=10,meta={'k': [1, 'b']},custom_key=\"z\") }}",
    );
}

#[test]
fn arguments_keep_the_order_of_dbt() {
    let check = |document: String, expected: &[(&str, Json)]| {
        let kwargs: Vec<(String, Json)> = only(&document).generic.kwargs.into_iter().collect();
        let expected: Vec<(String, Json)> =
            expected.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        assert_eq!(kwargs, expected, "{document}");
    };
    let model = ("model", Json::from("{{ get_where_subquery(ref('stg_orders')) }}"));
    let column = ("column_name", Json::from("id"));
    check(
        on_column("{t: {arguments: {z: 1, a: 2}}}"),
        &[column.clone(), ("z", 1.into()), ("a", 2.into()), model.clone()],
    );
    check(on_column("{t: {z: 1, a: 2}}"), &[("z", 1.into()), ("a", 2.into()), column, model.clone()]);
    check(on_model("t"), &[model]);
}

#[test]
fn columns_are_quoted_where_asked() {
    let check = |column: &str, rest: &str, expected: &str| {
        let draft = only(&format!(
            "models: [{{name: m, columns: [{{name: Total, {column} data_tests: [t]}}], {rest}}}]"
        ));
        assert_eq!(draft.generic.column_name.as_deref(), Some(expected), "{column} {rest}");
    };
    check("", "", "Total");
    check("quote: true,", "", "\"Total\"");
    check("", "quote_columns: true", "\"Total\"");
    check("quote: false,", "quote_columns: true", "Total");
}

#[test]
fn tags_come_from_column_source_and_test() {
    let draft = only(
        "sources: [{name: raw, tags: [s], config: {tags: [not_s]}, tables: [{name: o, tags: [t], columns: [
           {name: id, tags: [c], config: {tags: [d]}, data_tests: [{unique: {config: {tags: [b, c]}}}]}]}]}]",
    );
    assert_eq!(draft.tags, ["b", "c", "d", "s", "t"]);
    assert_eq!(draft.generic.file_key_name, "sources.raw");
    assert_eq!(draft.generic.kwargs["model"], "{{ get_where_subquery(source('raw', 'o')) }}");
}

#[test]
fn mistakes_are_reported() {
    let check = |test: &str, code: &str| {
        let (drafts, problems) = build(&on_column(test));
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!((drafts.len(), codes), (0, vec![code]), "{test}");
        assert!(problems.iter().all(|problem| !problem.labels.is_empty()), "{test} has a place");
    };
    check("12", "wrong-type");
    check("{}", "wrong-type");
    check("[unique]", "wrong-type");
    check("{unique: null, severity: warn}", "bad-test");
    check("{unique: 1}", "wrong-type");
    check("{unique: {name: 1}}", "wrong-type");
    check("{unique: {config: 1}}", "wrong-type");
    for empty in ["{unique: null}", "{unique: {config: null}}", "{unique: {name: null}}"] {
        check(empty, "wrong-type");
    }
    check("{unique: {arguments: {model: x}}}", "bad-argument");
    check("{unique: {severity: warn, config: {severity: error}}}", "set-twice");
    check("{unique: {config: {tags: {a: b}}}}", "wrong-type");
    check("-a", "bad-name");
    check("'1a'", "bad-name");
}

/// dbt: what is no mapping holds no arguments.
#[test]
fn arguments_may_be_anything() {
    for arguments in ["[1]", "x", "null", "{}"] {
        let draft = only(&on_column(&format!("{{unique: {{arguments: {arguments}}}}}")));
        assert_eq!(draft.name, "unique_stg_orders_id", "{arguments}");
    }
}

#[test]
fn one_bad_test_leaves_the_others() {
    let (drafts, problems) = build(&on_column("12, unique"));
    assert_eq!((drafts.len(), problems.len()), (1, 1));
}
