//! Small things that dbt projects rely on, each as dbt-core 1.11 does it.

use serde_json::json;

use crate::sandbox::Sandbox;
use crate::warehouse::{ENGINES, Warehouse};

#[test]
fn no_memory_of_a_parse_is_kept() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    sandbox.run(["parse"]).success();
    for name in ["partial_parse.msgpack", "graph.gpickle", "graph_summary.json", "perf_info.json"] {
        assert!(!sandbox.path("target").join(name).exists(), "{name}");
    }
}

/// dbt: blanks around the text of a fixture are no part of it, and a unit test that is turned
/// off is not looked at any further.
#[test]
fn unit_tests_have_fixtures_without_blanks_and_are_bare_where_turned_off() {
    let tests = "
        unit_tests:
          - name: t
            model: b
            given: [{input: ref('a'), format: csv, fixture: rows}]
            expect: {format: sql, fixture: out}
          - name: idle
            model: b
            config: {enabled: false}
            given: [{input: ref('a'), rows: []}]
            expect: {rows: []}
    ";
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select id from {{ ref('a') }}")
        .file("models/t.yml", tests);
    sandbox.write_exactly("tests/fixtures/rows.csv", "\n  id\n7\n\n");
    sandbox.write_exactly("tests/fixtures/out.sql", "\n select 7 as id \n\n");
    sandbox.run(["build"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let test = &manifest["unit_tests"]["unit_test.shop.b.t"];
    assert_eq!(test["given"][0]["rows"], json!([{"id": "7"}]));
    assert_eq!(test["expect"]["rows"], "select 7 as id");
    let off = &manifest["disabled"]["unit_test.shop.b.idle"][0];
    assert_eq!(off["depends_on"], json!({"macros": [], "nodes": []}));
    assert_eq!(off["schema"], json!(null));
}

/// dbt: a test whose failing rows are kept is stored like a model.
#[test]
fn hooks_see_the_schemas_of_tests_that_are_stored() {
    let project = "name: shop\non-run-end: ['create table seen as select {{ schemas | length }} as n']\n";
    let tests = "models: [{name: a, columns: [{name: id, data_tests: [{unique: {config: {store_failures: true}}}]}]}]";
    let sandbox =
        Sandbox::new().file("project.yml", project).model("a", "select 1 as id").file("models/a.yml", tests);
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select n from seen"), ["2"]);
}

#[test]
fn a_summary_of_the_graph_is_left() {
    let tests = "models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]";
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select * from {{ ref('a') }}")
        .file("models/schema.yml", tests);
    let edges = |part: &str| {
        let text = std::fs::read_to_string(sandbox.path("target/graph_summary.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(json["_invocation_id"].is_string());
        let nodes = json[part].as_object().cloned().unwrap_or_default();
        let name =
            |number: &str| nodes[number]["name"].as_str().unwrap().split('.').nth(2).unwrap().to_owned();
        let after = |number: &str| {
            let list = nodes[number]["succ"].as_array().cloned().unwrap_or_default();
            list.iter()
                .map(|after| format!("{} > {}", name(number), name(&after.to_string())))
                .collect::<Vec<_>>()
        };
        let mut edges: Vec<String> = nodes.keys().flat_map(|number| after(number)).collect();
        edges.sort();
        edges
    };
    sandbox.run(["compile"]).success();
    assert_eq!(edges("linked"), ["a > b", "a > not_null_a_id"]);
    assert_eq!(edges("with_test_edges"), [""; 0]);
    sandbox.run(["build"]).success();
    assert_eq!(edges("linked"), ["a > b", "a > not_null_a_id"]);
    assert_eq!(edges("with_test_edges"), ["a > b", "a > not_null_a_id", "not_null_a_id > b"]);
}

#[test]
fn a_project_with_what_real_ones_have() {
    let sandbox = Sandbox::empty()
        .file(
            "project.yml",
            "name: shop\nquoting: {identifier: false}\ndbt-cloud: {project-id: 1}\n",
        )
        .model("a", "select 1 as id")
        .model("empty", "")
        .model("off", "select 1 as id")
        .model(
            "b",
            r#"
            {{ config(pre_hook=["select 1", "  "], post_hook="{% if false %}x{% endif %}") }}
            select * from {{ ref('a') }} -- {{ source('raw', 'a') }}
            "#,
        )
        .model(
            "header",
            "{% call set_sql_header(config) %}create or replace temp macro plus(x) as x + 1;{% endcall %} select plus(1) as id",
        )
        .file(
            "models/schema.yml",
            r#"
            models:
              - {name: b, config: {enabled: "{{ target.type == 'duckdb' }}"}}
              - {name: 'off', config: {enabled: "{{ target.type == 'other' }}"}}
              - {name: lands}
            sources: [{name: raw, schema: main, tables: [{name: a}]}]
            data_tests:
              - {name: single, description: of one, config: {severity: warn, meta: {a: 1}}}
            "#,
        )
        .file("tests/single.sql", "select * from {{ ref('a') }}")
        .file("seeds/lands.csv", "id\n1\n")
        .file("macros/ref.sql", "{% macro ref(name) %}{% do return(builtins.ref(name)) %}{% endmacro %}");
    let output = sandbox.run(["build", "--no-write-json"]).success();
    let output = output.talk_has("there is no model `lands` to describe").talk_has("`lands` is a seed");
    assert!(output.talk.contains("single  (1 row)") && !output.talk.contains("dbt-cloud"), "{}", output.talk);
    for gone in ["target/manifest.json", "target/run_results.json", "target/run/shop/models/empty.sql"] {
        assert!(!sandbox.path(gone).exists(), "{gone}");
    }
    let compiled = sandbox.read("target/compiled/shop/models/b.sql");
    assert_eq!(compiled.trim(), r#"select * from "shop"."main".a -- "shop"."main"."a""#);
    sandbox.run(["parse"]).success();
    let nodes = &sandbox.json("target/manifest.json")["nodes"];
    assert!(nodes["model.shop.empty"].is_object() && nodes["model.shop.off"].is_null());
    let single = &nodes["test.shop.single"];
    assert_eq!((&single["description"], &single["config"]["meta"]["a"]), (&"of one".into(), &1.into()));
}

#[test]
fn names_that_templates_seldom_use() {
    let sandbox = Sandbox::new().model(
        "a",
        "
        -- {{ try_or_compiler_error('no', fromjson, '[1]') }} {{ render('{{ 1 + 1 }}') }} {{ selected_resources }}
        -- {{ set_strict([1]) | list }} {{ zip_strict([1], [2]) | list }} {{ toyaml({'a': 1}) | trim }}
        -- {{ diff_of_two_dicts({'A': ['x', 'y']}, {'a': ['X']}) }} {{ modules.itertools.chain([1], [2]) | list }}
        -- {{ toyaml({'a': adapter}, 'none') }} {{ toyaml(adapter, default='none') }} {{ sql_now }}
        select 1 as id
        ",
    );
    let sandbox = sandbox.file(
        "macros/told.sql",
        "{% macro told() %}{{ log([selected_resources, model.unique_id], info=true) }}{% endmacro %}",
    );
    sandbox.run(["run"]).success();
    let compiled = sandbox.read("target/compiled/shop/models/a.sql");
    let expected = "-- [1] 2 ['model.shop.a']\n-- [1] [(1, 2)] a: 1\n-- {'A': ['y']} [1, 2]\n\
                    -- none none now()\nselect 1 as id";
    assert_eq!(compiled.trim(), expected);
    sandbox.run(["run-operation", "told"]).success().talk_has("[[], 'macro.shop.told']");
    sandbox.write("models/b.sql", "{{ adapter_macro('shop.cast_it', 1) }}");
    sandbox.run(["parse"]).code(2).talk_has("write `adapter.dispatch('cast_it')(…)`");
}

#[test]
fn what_templates_should_no_longer_use_is_told_once() {
    let text = "select {{ modules.itertools.chain([1], [2]) | list | length }} as id";
    let sandbox = Sandbox::new().model("a", text).model("b", text);
    let word = "warning: `modules.itertools` is to be gone";
    let output = sandbox.run(["run", "--log-format-file", "json"]).success();
    assert_eq!(output.talk.matches(word).count(), 1, "{}", output.talk);
    assert!(sandbox.read("logs/dbt.log").contains("ModulesItertoolsUsageDeprecation"));
    sandbox.run(["run"]).success().talk_has(word);
    sandbox.run(["run", "--warn-error"]).code(2).talk_has("error[deprecated-name]: `modules.itertools`");
    let silent = ["run", "--warn-error-options", "{error: all, silence: [Deprecations]}"];
    assert!(!sandbox.run(silent).success().talk.contains(word));
}

#[test]
fn keys_that_dbt_only_tells_elsewhere_fail_where_they_are_named() {
    let properties = "models: [{name: a, foo: 1}]";
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("models/schema.yml", properties);
    sandbox.run(["parse", "--warn-error"]).success().talk_has("warning[unknown-key]");
    let named = ["parse", "--warn-error-options", "{error: [CustomKeyInObjectDeprecation]}"];
    sandbox.run(named).code(2).talk_has("error[unknown-key]");
}

#[test]
fn a_build_without_rows_loads_seeds_whole() {
    let sandbox = Sandbox::new()
        .file("seeds/s.csv", "id\n1\n2\n")
        .model("reader", "{{ config(materialized='table') }} select * from {{ ref('s') }}");
    sandbox.run(["build", "--empty"]).success();
    assert_eq!(sandbox.query("select (select count(*) from s), (select count(*) from reader)"), ["2|0"]);
    sandbox.run(["seed", "--empty"]).success();
    assert_eq!(sandbox.query("select count(*) from s"), ["2"]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let check = |path: &str, text: &str, part: &str| {
        let sandbox = Sandbox::new().model("kept", "select 1 as id").file("seeds/s.csv", "id\n1\n");
        sandbox.file(path, text).run(["parse"]).code(2).talk_has(part);
    };
    let hooks = "{{ config(pre_hook='select 1', **{'pre-hook': 'select 2'}) }} select 1 as id";
    check("models/a.sql", hooks, "both `pre_hook` and `pre-hook`");
    let seed = "seeds: [{name: s, config: {materialized: table}}]";
    check("seeds/s.yml", seed, "`materialized` of the seed `s` cannot be `table`");
    let test = "{{ config(materialized='view') }} select 1 as id";
    check("tests/t.sql", test, "`materialized` of the test `t` cannot be `view`");
}

#[test]
fn flags_stand_before_or_after_the_command() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    sandbox.run(["--quiet", "list"]).success().stdout("shop.a");
    sandbox.run(["list", "--quiet", "--output", "name"]).success().stdout("a");
    sandbox.run(["show", "--inline", "select 1", "--select", "a"]).code(2).talk_has("cannot be used with");
}

#[test]
fn relations_whose_names_differ_in_case_are_told() {
    let look = "{% macro look() %}{% do adapter.get_relation(target.database, 'main', 'A') %}{% endmacro %}";
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("macros/look.sql", look);
    sandbox.run(["run"]).success();
    sandbox.run(["run-operation", "look"]).code(1).talk_has("\"a\"");
}

#[test]
fn columns_of_seeds_that_stand_twice_get_a_number() {
    for engine in ENGINES {
        let folder = Sandbox::empty().file("dbt_project.yml", "name: shop\nprofile: shop\n");
        let Some(warehouse) = Warehouse::create(engine, &folder) else { continue };
        let sandbox = folder
            .file("seeds/twice.csv", "id,a,a\n1,2,3\n")
            .model("read", "select a, a_2 from {{ ref('twice') }}");
        sandbox.write_exactly("profiles.yml", &warehouse.profile());
        sandbox.run(["build"]).success();
        assert_eq!(warehouse.relations()["main.read"]["rows"], serde_json::json!([["2", "3"]]), "{engine}");
    }
}

#[test]
fn types_of_contracts_may_be_called_otherwise() {
    for engine in ENGINES {
        let folder = Sandbox::empty().file("dbt_project.yml", "name: shop\nprofile: shop\n");
        let Some(warehouse) = Warehouse::create(engine, &folder) else { continue };
        let contract = "models: [{name: a, config: {materialized: table, contract: {enforced: true}}, columns: [{name: x, data_type: string}]}]";
        let sandbox = folder.model("a", "select cast('x' as text) as x").file("models/a.yml", contract);
        sandbox.write_exactly("profiles.yml", &warehouse.profile());
        sandbox.run(["run"]).success();
        assert!(sandbox.read("target/run/shop/models/a.sql").contains("x TEXT"), "{engine}");
    }
}

#[test]
fn a_node_has_a_colour_that_there_is() {
    let described = |colour: &str| format!("models: [{{name: a, docs: {{node_color: {colour}}}}}]");
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("models/a.yml", &described("teel"));
    sandbox.run(["parse"]).code(2).talk_has("is no colour: `teel`").talk_has("`teal`");
    sandbox.file("models/a.yml", &described("'#008080'")).run(["parse"]).success();
}

#[test]
fn contracts_are_for_sql() {
    let described =
        "models: [{name: a, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int}]}]";
    let python = "def model(dbt, session):\n    return session.sql('select 1 as id')\n";
    let sandbox = Sandbox::new().file("models/a.py", python).file("models/a.yml", described);
    sandbox.run(["parse"]).code(2).talk_has("`a` has an enforced contract, but is written in Python");
}

#[test]
fn compilations_and_snapshots_may_be_empty() {
    let snapshot = "snapshots: [{name: history, relation: ref('a'), config: {unique_key: id, strategy: check, check_cols: all}}]";
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "select * from {{ ref('a') }}")
        .file("snapshots/history.yml", snapshot);
    let compiled = r#"select * from (select * from "shop"."main"."a" where false limit 0)"#;
    sandbox.run(["compile", "--quiet", "--select", "b", "--empty"]).success().stdout(compiled);
    sandbox.run(["run"]).success();
    sandbox.run(["snapshot", "--empty"]).success();
    assert_eq!(sandbox.query("select count(*) from history"), ["0"]);
}

#[test]
fn retry_takes_as_many_threads_as_before() {
    let sandbox = Sandbox::new().model("a", "select no_such_column");
    sandbox.run(["run", "--threads", "3"]).code(1);
    sandbox.run(["retry"]).code(1).talk_has("3 threads");
    sandbox.run(["retry", "--threads", "2"]).code(1).talk_has("2 threads");
    sandbox.run(["retry"]).code(1).talk_has("2 threads");
    assert_eq!(sandbox.json("target/run_results.json")["args"]["threads"], 2);
}

#[test]
fn a_parse_is_remembered_and_never_trusted_too_far() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").model("b", "select * from {{ ref('a') }}");
    sandbox.run(["parse", "--no-cache"]).success();
    assert!(!sandbox.path("target/parse.cache").exists());
    let listed = || sandbox.run(["list", "--output", "json"]).success().stdout;
    let first = listed();
    assert!(sandbox.path("target/parse.cache").exists());
    assert_eq!(listed(), first);
    sandbox.write("models/b.sql", "select * from {{ ref('nowhere') }}");
    sandbox.run(["list"]).code(2);
    sandbox.write("models/b.sql", "select 2 as id");
    assert!(
        !sandbox.run(["list", "--output", "json", "--select", "b"]).success().stdout.contains("model.shop.a")
    );
}

#[test]
fn what_a_project_says_of_columns_counts_for_the_adapter_too() {
    let asked = "select '{{ adapter.get_columns_in_relation(this) }}' as answer";
    let check = |macros: &str, expected: &str| {
        let sandbox = Sandbox::new().file("macros/own.sql", macros).model("a", asked);
        sandbox.run(["run"]).success();
        assert_eq!(sandbox.query("select answer from a"), [expected], "{macros}");
    };
    check("{% macro get_columns_in_relation(relation) %}{{ return('own') }}{% endmacro %}", "own");
    check("{% macro duckdb__get_columns_in_relation(relation) %}{{ return('own') }}{% endmacro %}", "own");
    let around = "{% macro get_columns_in_relation(relation) %}\
                  {{ return(dbt.get_columns_in_relation(api.Relation.create(schema='main', identifier='known')) | length) }}{% endmacro %}";
    let sandbox =
        Sandbox::new().file("macros/own.sql", around).model("a", asked).model("known", "select 1 as id");
    sandbox.run(["run", "--select", "known"]).success();
    sandbox.run(["run", "--select", "a"]).success();
    assert_eq!(sandbox.query("select answer from a"), ["1"]);
}

#[test]
fn names_of_columns_without_quotes_may_have_blanks_around_them() {
    let project = "name: shop\nseeds: {+quote_columns: false}\n";
    let sandbox = Sandbox::new().file("project.yml", project).file("seeds/a.csv", "id,\" Size\"\n1,2\n");
    sandbox.run(["seed"]).success();
    assert_eq!(sandbox.query("select size from a"), ["2"]);
    sandbox.write("seeds/a.csv", "size,id\n3,1\n");
    sandbox.run(["seed"]).success();
    assert_eq!(sandbox.query("select size from a"), ["3"]);
}

#[test]
fn options_of_a_config_are_something() {
    let check = |options: &str, words: &str| {
        let sandbox = Sandbox::new().model("a", &format!("{{{{ config({options}) }}}} select 1 as id"));
        sandbox.run(["parse"]).code(2).talk_has(words);
    };
    check("schema=target.nothing", "`config` was given an undefined value in `schema`");
    check("post_hook=far.macro('a')", "an undefined value in `post_hook`");
    check("meta={'a': [nothing]}", "an undefined value in `meta`");
    check("{'size': nothing}", "an undefined value");
    let sandbox = Sandbox::new().model("a", "{{ config(size=none, tags=[]) }} select 1 as id");
    sandbox.run(["parse"]).success();
}

#[test]
fn a_relation_is_sought_in_a_schema_that_is_something() {
    let check = |call: &str, words: &str| {
        let macros =
            format!("{{% macro look() %}}{{{{ log('found ' ~ {call}, info=true) }}}}{{% endmacro %}}");
        let sandbox = Sandbox::new().file("macros/look.sql", &macros);
        let code = i32::from(words.contains("undefined"));
        sandbox.run(["run-operation", "look"]).code(code).talk_has(words);
    };
    check("adapter.get_relation(none, 'main', target.nothing)", "found None");
    check("adapter.get_relation(target.nothing, 'main', 'a')", "the database that is asked for is undefined");
    check("load_relation(none)", "the database that is asked for is undefined");
    check("adapter.check_schema_exists('shop', target.nothing)", "the schema that is asked for is undefined");
}

#[test]
fn a_column_of_a_version_takes_the_place_of_the_model_s() {
    let key = "constraints: [{type: primary_key}]";
    let text = format!(
        "models: [{{name: a, latest_version: 1, columns: [{{name: id, data_type: int, {key}}}], versions: \
         [{{v: 1, columns: [{{include: all}}, {{name: id, data_type: int, {key}}}]}}]}}]"
    );
    let sandbox = Sandbox::new().model("a_v1", "select 1 as id").file("models/a.yml", &text);
    sandbox.run(["parse"]).success();
}

#[test]
fn texts_that_are_marked_are_compared_as_texts() {
    let project = "name: shop\nmodels: {enabled: \"{{ (target.name == 'dev' | as_bool) }}\"}\n";
    let sandbox = Sandbox::new().file("project.yml", project).model("a", "select 1 as id");
    sandbox.run(["ls"]).success().stdout("shop.a");
}

#[test]
fn a_project_file_that_configures_what_is_not_there_is_told() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nseeds: {+enabled: true}\n")
        .model("a", "select 1 as id");
    let words = "There are 1 unused configuration paths: - seeds";
    sandbox.run(["parse"]).success().talk_has(words);
}

#[test]
fn values_of_configs_are_checked_where_a_template_asks_for_it() {
    let text = |size: u8| {
        format!(
            "{{{{ config(size={size}) }}}}
            select {{{{ config.get('size', 1, validator=validation.any(1, 2)) }}}} as id"
        )
    };
    let sandbox = Sandbox::new().model("a", &text(2));
    sandbox.run(["run"]).success();
    sandbox.write("models/a.sql", &text(3));
    sandbox.run(["run"]).code(1).talk_has("the value `3` is none of `1`, `2`");
}

#[test]
fn statements_are_validated_without_running_them() {
    let check = "{% macro check(sql) %}{% do validate_sql(sql) %}{% endmacro %}";
    let sandbox = Sandbox::new().file("macros/check.sql", check);
    sandbox.run(["run-operation", "check", "--args", "{sql: create table t (id int)}"]).success();
    sandbox.run(["run-operation", "check", "--args", "{sql: select * from t}"]).code(1).talk_has("Table");
}

#[test]
fn tables_of_sources_are_named_by_both_names() {
    let sources = "sources: [{name: raw, tables: [{name: orders}]}]";
    let sandbox = Sandbox::new().file("models/s.yml", sources);
    sandbox.run(["list", "--quiet", "--output", "name"]).success().stdout("raw.orders");
}

#[test]
fn what_is_said_of_a_data_test_without_a_name_is_told() {
    let sandbox = Sandbox::new()
        .file("tests/single.sql", "select 1 limit 0")
        .file("tests/t.yml", "data_tests: [{not_null: {where: x}}]");
    let words = "Unable to parse 'data_tests' section of file 'tests/t.yml': Entry did not contain a name";
    sandbox.run(["parse"]).success().talk_has(words);
}

#[test]
fn debug_tells_where_profiles_are_missed() {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home").display().to_string();
    let sandbox = sandbox.env("HOME", &home);
    let told = sandbox.run(["debug"]).success().stdout;
    assert!(
        told.contains("Using profiles.yml file at [ROOT]/home/.dbt/profiles.yml, which is not there"),
        "{told}"
    );
    let told = sandbox.run(["debug", "--connection", "--profiles-dir", "gone"]).code(1);
    assert!(
        told.stdout.contains("1 check failed:\nProfile loading failed for the following reason:"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("dbt says: dbt looked for a profiles.yml file in gone"), "{}", told.stdout);
}

#[test]
fn an_edit_is_seen_whose_time_was_set_back() {
    let sandbox = Sandbox::new().model("a", "select 1 as x");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let set_back = || {
        let file = std::fs::File::options().append(true).open(sandbox.path("models/a.sql"));
        file.and_then(|file| file.set_modified(long_ago)).expect("a time is set");
    };
    set_back();
    sandbox.run(["build"]).success();
    sandbox.run(["build"]).success();
    sandbox.write("models/a.sql", "select 2 as x");
    set_back();
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select x from a"), ["2"]);
}

#[test]
fn the_age_of_sources_is_told() {
    let sandbox = Sandbox::new()
        .file(
            "models/s.yml",
            "
            sources:
              - name: raw
                schema: main
                config: {freshness: {warn_after: {count: 1, period: day}}, loaded_at_field: loaded}
                tables: [{name: old}, {name: empty}]
            ",
        )
        .file("macros/m.sql", "{% macro m() %}{% do run_query('create table old as select now()::timestamp - interval 50 hours as loaded') %}{% do run_query('create table empty as select loaded from old where false') %}{% endmacro %}");
    sandbox.run(["run-operation", "m"]).success();
    sandbox.run(["source", "freshness"]).talk_has("raw.old  (2 days old)").talk_has("raw.empty  (no rows)");
}

/// dbt looks at the key itself; `+tags` is a configuration, and replaced.
#[test]
fn plain_tags_of_the_project_file_are_those_of_all_exposures() {
    let exposure =
        "exposures: [{name: board, type: dashboard, owner: {email: a@b.c}, config: {tags: [own]}}]\n";
    let check = |key: &str, tags: serde_json::Value| {
        let sandbox = Sandbox::new()
            .file("project.yml", &format!("name: shop\nexposures: {{{key}: [all, own]}}\n"))
            .file("models/board.yml", exposure);
        sandbox.run(["parse"]).success();
        let manifest = sandbox.json("target/manifest.json");
        assert_eq!(manifest["exposures"]["exposure.shop.board"]["tags"], tags);
    };
    check("tags", serde_json::json!(["all", "own"]));
    check("+tags", serde_json::json!(["own"]));
}

/// dbt: paths begin as those of the project file, and SQL as its file does.
#[test]
fn paths_and_texts_begin_as_they_are_written() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [./models]\n")
        .file(".dbtignore", "models/left.sql\n")
        .file("models/schema.yml", "models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]")
        .model("left", "select nothing")
        .model("a", "\u{feff}select 1 as id");
    sandbox.run(["build"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let node = &manifest["nodes"]["model.shop.a"];
    assert_eq!(node["original_file_path"], "./models/a.sql");
    assert_eq!(node["path"], "a.sql");
    assert_eq!(node["patch_path"], "shop://./models/schema.yml");
    assert_eq!(node["compiled_path"], "target/compiled/shop/./models/a.sql");
    assert_eq!(node["raw_code"], "\u{feff}select 1 as id");
    assert_eq!(sandbox.read("target/compiled/shop/models/a.sql"), "\u{feff}select 1 as id");
    sandbox
        .run(["list", "--select", "path:models/a.sql", "--resource-type", "model"])
        .success()
        .stdout("shop.a\n");
}

#[test]
fn templates_ask_of_what_kind_things_are() {
    let kinds = "nope is sequence, model.nope is sequence, nope is callable, model.nope is callable, config is callable, \
                 var is callable, env_var is callable, adapter is mapping, config is mapping, true if config else false, \
                 true if adapter else false, this is sequence";
    let parsed = "graph is mapping, true if graph else false, graph.nodes is defined, \
                  graph.nodes.values() | list | length, graph.nodes.get('x').config.y is defined, \
                  graph.nodes | length";
    let model = format!(
        "{{%- set kinds = [{kinds}] -%}}{{%- if not execute -%}}
        {{{{ config(meta={{'kinds': kinds | join(' '), 'parsed': [{parsed}] | join(' ')}}) }}}}
        {{%- endif -%}}select '{{{{ kinds | join(' ') }}}}' as kinds"
    );
    let sandbox = Sandbox::new().model("a", &model);
    sandbox.run(["compile"]).success();
    let node = &sandbox.json("target/manifest.json")["nodes"]["model.shop.a"];
    let told = "True True True True True True True False False True True False";
    assert_eq!(node["config"]["meta"]["kinds"], json!(told));
    assert_eq!(node["config"]["meta"]["parsed"], json!("True False False 0 False 0"));
    assert_eq!(node["compiled_code"], json!(format!("select '{told}' as kinds")));
}
