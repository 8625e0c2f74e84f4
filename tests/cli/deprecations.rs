//! Old ways that are told, and what dbt refuses since.

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

fn one() -> Sandbox {
    Sandbox::new().model("a", "select 1 as id")
}

/// What is told in the log under these names: event and message.
fn told(sandbox: &Sandbox, names: &[&str]) -> Vec<(String, String)> {
    let log = sandbox.read("logs/dbt.log");
    let events = log.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let events = events.map(|event| (text(&event["info"]["name"]), text(&event["info"]["msg"])));
    events.filter(|(name, _)| names.contains(&name.as_str())).collect()
}

#[test]
fn old_options_are_told_under_dbts_names() {
    let check = |arguments: &[&str], event: &str, part: &str| {
        let sandbox = one();
        let log = ["--log-format-file", "json"];
        sandbox.run(arguments.iter().copied().chain(log)).success();
        let told = told(&sandbox, &[event]);
        assert_eq!(told.len(), usize::from(!part.is_empty()), "{arguments:?}: {told:?}");
        assert!(told.iter().all(|(_, message)| message.contains(part)), "{told:?}");
    };
    let event = "ModelParamUsageDeprecation";
    check(&["ls", "--models", "a"], event, "`--models`, `--model`, and `-m` is deprecated");
    check(&["build", "-m", "a"], event, "`--models`");
    check(&["ls", "--model", "a"], event, "`--models`");
    check(&["ls", "--select", "a"], event, "");
    let event = "CustomOutputPathInSourceFreshnessDeprecation";
    check(&["source", "freshness", "--output", "ages.json"], event, "Custom output path");
    check(&["source", "freshness"], event, "");
    let event = "WEOIncludeExcludeDeprecation";
    let options = |text| ["parse", "--warn-error-options", text];
    check(&options("{include: all, exclude: [Deprecations]}"), event, "Found `include` and `exclude`");
    check(&options("{error: all, exclude: [Deprecations]}"), event, "Found `exclude` in");
    check(&options("{error: all, warn: [Deprecations]}"), event, "");
    let refused = one();
    refused.run(["ls", "-m", "a", "--warn-error"]).code(2).talk_has("error[old-option]");
    refused.run(["ls", "-m", "a", "--warn-error-options", "{silence: [Deprecations]}"]).success().talk("");
}

#[test]
fn names_with_spaces_are_refused_unless_a_flag_allows_them() {
    let sandbox =
        Sandbox::new().file("models/my model.sql", "select 1").file("models/my other.sql", "select 1");
    let refused = sandbox.run(["parse"]).code(2);
    refused.talk_has("Resource names cannot contain spaces").talk_has("models/my model.sql");
    sandbox.write("project.yml", "name: shop\nflags: {require_resource_names_without_spaces: false}\n");
    sandbox.run(["parse", "--log-format-file", "json"]).success();
    let told = told(&sandbox, &["SpacesInResourceNameDeprecation", "ResourceNamesWithSpacesDeprecation"]);
    let of = |name: &str, message: &str| (name.to_owned(), message.to_owned());
    let expected = [
        of("SpacesInResourceNameDeprecation", "Found spaces in the name of `model.shop.my model`"),
        of(
            "ResourceNamesWithSpacesDeprecation",
            "Spaces found in 2 resource name(s). Run again with `--debug` to see them all.",
        ),
    ];
    assert_eq!(told, expected);
}

#[test]
fn one_name_for_a_model_and_a_seed() {
    let sandbox = Sandbox::new()
        .file("models/a.sql", "{{ config(alias='b') }} select 1")
        .file("seeds/a.csv", "id\n1\n");
    sandbox.run(["parse"]).success().talk_has("warning[duplicate-name]");
    sandbox.write("project.yml", "name: shop\nflags: {require_unique_project_resource_names: true}\n");
    sandbox.run(["parse"]).code(2).talk_has("dbt found two resources with the name \"a\"");
}

#[test]
fn a_model_waits_for_a_number_of_units() {
    let check = |rule: &str, code: i32, part: &str| {
        let text = format!("models: [{{name: a, config: {{freshness: {{build_after: {{{rule}}}}}}}}}]");
        one().file("models/a.yml", &text).run(["parse"]).code(code).talk_has(part);
    };
    check("count: 1", 2, "`freshness.build_after` must have a value for `period` if a `count` is provided");
    check("period: day", 2, "must have a value for `count` if a `period` is provided");
    check("period: day, count: 0", 0, "");
    check("updates_on: all", 0, "");
}

#[test]
fn versions_of_a_unit_test_and_fixtures_are_not_named_twice() {
    let versioned = "
        models:
          - name: a
            latest_version: 1
            versions: [{v: 1, defined_in: a}]
        unit_tests:
          - name: t
            model: a
            versions: {include: [1], exclude: [2]}
            given: []
            expect: {rows: [{id: 1}]}
    ";
    let sandbox = one().file("models/a.yml", versioned);
    sandbox.run(["parse"]).code(2).talk_has("has both `include` and `exclude`");
    let plain = "unit_tests: [{name: t, model: a, given: [], expect: {format: csv, fixture: rows}}]";
    let sandbox = one()
        .file("models/a.yml", plain)
        .file("tests/fixtures/one/rows.csv", "id\n1\n")
        .file("tests/fixtures/two/rows.csv", "id\n1\n");
    sandbox.run(["parse"]).code(2).talk_has("dbt found two fixtures with the name \"rows\".");
}

#[test]
fn a_materialization_is_for_the_languages_that_it_names() {
    let check = |languages: &str, code: i32| {
        let text = format!(
            "{{% materialization own, default{languages} %}}{{% call statement('main') %}}select 1{{% endcall %}}\
             {{{{ return({{'relations': []}}) }}}}{{% endmaterialization %}}"
        );
        let sandbox = Sandbox::new()
            .file("macros/own.sql", &text)
            .model("a", "{{ config(materialized='own') }} select 1 as id");
        sandbox.run(["run"]).code(code);
        sandbox.json("target/run_results.json")["results"][0]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    check("", 0);
    check(", supported_languages=['sql', 'python']", 0);
    let message = check(", supported_languages=['python']", 1);
    assert!(
        message.contains(
            "Materialization \"materialization_own_default\" only supports languages ['python']; got \"sql\""
        ),
        "{message}"
    );
}

#[test]
fn secret_variables_are_not_told() {
    let sandbox = one();
    sandbox.run(["run", "--vars", "{DBT_ENV_SECRET_KEY: abc, open: def}"]).success();
    let results = sandbox.json("target/run_results.json");
    assert_eq!(results["args"]["vars"], json!({"DBT_ENV_SECRET_KEY": "*****", "open": "def"}));
}

#[test]
fn an_operation_sees_what_it_was_called_with() {
    let text = "{% macro tell(a) %}{{ print(invocation_args_dict.macro ~ ' ' ~ invocation_args_dict.args) }}{% endmacro %}";
    let sandbox = Sandbox::new().file("macros/tell.sql", text);
    sandbox.run(["run-operation", "tell", "--args", "{a: b}"]).success().stdout("tell {'a': 'b'}");
    let results = sandbox.json("target/run_results.json");
    let phases = results["results"][0]["timing"].as_array().expect("phases").iter();
    assert_eq!(phases.map(|phase| &phase["name"]).collect::<Vec<_>>(), ["compile", "execute"]);
}

#[test]
fn packages_that_clean_leaves_are_told() {
    let sandbox = Sandbox::new().file("project.yml", "name: shop\nclean-targets: [target, dbt_modules]");
    sandbox.run(["clean"]).success().talk_has("warning[old-packages-path]");
    sandbox.run(["clean", "--warn-error"]).code(2).talk_has("error[old-packages-path]");
}

#[test]
fn a_node_of_several_files_is_not_turned_on() {
    let off = "{{ config(enabled=false) }} select 1 as id";
    let sandbox = Sandbox::new()
        .model("one/a", off)
        .model("two/a", off)
        .file("models/schema.yml", "models: [{name: a, config: {tags: [x]}}]");
    sandbox.run(["parse"]).success();
    let sandbox = sandbox.file("models/schema.yml", "models: [{name: a, config: {enabled: true}}]");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[unclear-enabled]: the model `a` is turned on, but 2 files that are turned off make it
             --> models/schema.yml:1:17
              |
            1 | models: [{name: a, config: {enabled: true}}]
              |                 ^
              |
              = note: dbt says: Found 2 matching disabled nodes for model 'a'.
              = note: they are `models/one/a.sql`, `models/two/a.sql`
              = help: turn one of them on in its file or in the project file
        ",
    );
    let sandbox = sandbox.model("three/a", "select 1 as id");
    sandbox.run(["parse"]).success();
}

const OLD_TESTS: &str = "
    models:
      - name: a
        columns:
          - name: id
            data_tests:
              - accepted_values: {values: [1]}
              - accepted_values: {name: other, values: [1, 2], where: id > 0}
              - accepted_values: {name: gone, values: [1], config: {enabled: false}}
              - accepted_values: {name: new, arguments: {values: [1]}, config: {where: id > 0}}
";

#[test]
fn old_ways_to_write_tests_are_told_once_for_each_kind() {
    let bare = "MissingArgumentsPropertyInGenericTestDeprecation";
    let moved = "PropertyMovedToConfigDeprecation";
    let sandbox = one().file("models/a.yml", OLD_TESTS);
    let parse = ["parse", "--log-format-file", "json"];
    sandbox.run(parse).success().talk_has("there are more (2): `--show-all-deprecations` shows each");
    assert_eq!(told(&sandbox, &[bare, moved]).len(), 2);
    let summary = told(&sandbox, &["DeprecationsSummary"]);
    let [(_, summary)] = summary.as_slice() else { panic!("{summary:?}") };
    assert!(summary.contains(&format!("- {bare}: 3 occurrences")), "{summary}");
    let sandbox = one().file("models/a.yml", OLD_TESTS);
    sandbox.run(parse.into_iter().chain(["--show-all-deprecations"])).success();
    assert_eq!(told(&sandbox, &[bare]).len(), 3);
    sandbox.run(["parse", "--warn-error"]).code(2).talk_has("error[bare-arguments]");
    let silent = ["parse", "--warn-error-options", "{silence: [Deprecations]}"];
    sandbox.run(silent).success().talk("4 nodes in order");
    sandbox.run(["build"]).success();
    let lost = "{relationships: {to: \"ref('nowhere')\", field: id}}";
    let sandbox = one().file("models/a.yml", &format!("models: [{{name: a, data_tests: [{lost}]}}]"));
    sandbox.run(parse).success();
    assert_eq!(told(&sandbox, &[bare]).len(), 1);

    let flag = "name: shop\nflags: {require_generic_test_arguments_property: false}\n";
    let own = "{% test own(model, column_name, arguments) %}select 1 limit 0{% endtest %}";
    let used = "models: [{name: a, columns: [{name: id, data_tests: [{own: {arguments: {a: 1}}}]}]}]";
    let sandbox = one().file("project.yml", flag).file("macros/own.sql", own).file("models/a.yml", used);
    sandbox.run(parse).success();
    assert_eq!(told(&sandbox, &[bare, moved]), []);
    assert_eq!(told(&sandbox, &["ArgumentsPropertyInGenericTestDeprecation"]).len(), 1);
}

/// dbt counts lines from the first that is not blank.
#[test]
fn a_key_that_stands_twice_is_told_in_the_words_of_dbts_log() {
    let sandbox = one();
    sandbox.write_exactly("models/a.yml", "\nmodels: []\nmodels:\n  - name: a\n");
    let parse = sandbox.run(["parse", "--log-format-file", "json"]).success();
    parse.talk_has("the key `models` stands twice").talk_has("models/a.yml:3:1");
    let words = "Duplicate key 'models' in \"<unicode string>\", line 2, column 1 in file `models/a.yml`";
    let told = told(&sandbox, &["DuplicateYAMLKeysDeprecation"]);
    assert_eq!(told, [("DuplicateYAMLKeysDeprecation".to_owned(), words.to_owned())]);
}

/// Before dbt 1.8, flags stood in `profiles.yml`.
#[test]
fn flags_of_profiles_still_count() {
    let profiles = "config: {warn_error: true}\nshop: {target: dev, outputs: {dev: {type: duckdb}}}\n";
    let sandbox = one()
        .file("project.yml", "name: shop\nprofile: shop\nmodels: {shop: {gone: {+tags: x}}}\n")
        .file("profiles.yml", profiles);
    sandbox.run(["parse"]).code(2).talk_has("error[moved-flags]").talk_has("error[unused-config-path]");
    sandbox.write("profiles.yml", &profiles.replace("warn_error", "quiet"));
    sandbox.run(["parse", "--warn-error-options", "{error: [ProjectFlagsMovedDeprecation]}"]).code(2);
    sandbox.run(["parse", "--no-quiet"]).success().talk_has("warning[moved-flags]");
    sandbox.write("project.yml", "name: shop\nprofile: shop\nflags: {quiet: true}\n");
    sandbox.run(["parse"]).code(2).talk_has("Do not specify both 'config' in profiles.yml and 'flags'");
}

#[test]
fn a_freshness_macro_of_old_works_with_a_warning() {
    let sandbox = Sandbox::new()
        .file(
            "models/s.yml",
            "
            sources:
              - name: raw
                tables:
                  - name: orders
                    config:
                      loaded_at_field: at
                      freshness: {warn_after: {count: 1, period: day}, error_after: null}
                  - name: other
                    config: {freshness: {warn_after: {count: 1, period: day}}}
            ",
        )
        .file(
            "macros/freshness.sql",
            "{% macro collect_freshness(source, loaded_at_field, filter) %}\
             {{ return(run_query(\"select timestamp '2020-01-01' as a, timestamp '2020-01-01 01:00' as b\")) }}\
             {% endmacro %}",
        );
    let log = ["--log-format-file", "json"];
    sandbox.run(["source", "freshness", "--select", "source:raw.orders"].into_iter().chain(log)).success();
    assert_eq!(told(&sandbox, &["CollectFreshnessReturnSignature"]).len(), 1);
    let problem = told(&sandbox, &["FreshnessConfigProblem"]);
    assert_eq!(problem.len(), 1, "{problem:?}");
    let criteria = &sandbox.json("target/sources.json")["results"][0]["criteria"];
    assert_eq!(
        *criteria,
        json!({"warn_after": {"count": 1, "period": "day"}, "error_after": null, "filter": null})
    );
}

#[test]
fn a_microbatch_macro_of_a_project_is_told() {
    let macros = "{% macro get_incremental_microbatch_sql(arg_dict) %}select 1{% endmacro %}";
    let sandbox = Sandbox::new()
        .model(
            "a",
            "{{ config(materialized='incremental', incremental_strategy='microbatch') }} select 1 as id",
        )
        .file("macros/microbatch.sql", macros);
    sandbox.run(["parse"]).success().talk_has("warning[old-microbatch-macro]");
    let flag = "name: shop\nflags: {require_batched_execution_for_custom_microbatch_strategy: true}\n";
    sandbox.write("project.yml", flag);
    let told = sandbox.run(["parse"]);
    assert!(!told.talk.contains("old-microbatch-macro"), "{}", told.talk);
}

#[test]
fn freshness_runs_hooks_unless_a_flag_says_otherwise() {
    let sources = "sources: [{name: raw, schema: main, tables: [{name: t, loaded_at_field: loaded, freshness: {warn_after: {count: 1, period: day}}}]}]";
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\non-run-start: \"{{ log('begun', info=true) if execute }}\"\n")
        .file("models/s.yml", sources)
        .model("t", "{{ config(materialized='table') }}select now()::timestamp as loaded");
    sandbox.run(["run"]).success();
    let freshness = ["source", "freshness", "--log-format-file", "json"];
    sandbox.run(freshness).success().talk_has("begun");
    assert_eq!(told(&sandbox, &["SourceFreshnessProjectHooksNotRun"]), []);
    let flag = "name: shop\non-run-start: \"{{ log('begun', info=true) if execute }}\"\non-run-end: \"select 1\"\nflags: {source_freshness_run_project_hooks: false}\n";
    sandbox.write_exactly("project.yml", flag);
    let output = sandbox.run(freshness).success();
    assert!(!output.talk.contains("begun"), "{}", output.talk);
    assert_eq!(told(&sandbox, &["SourceFreshnessProjectHooksNotRun"]).len(), 1);
}

/// dbt's file should not name them any more; the program's own may.
#[test]
fn folders_that_flags_should_name_are_told_of_dbts_file_alone() {
    let sandbox = |file: &str| {
        Sandbox::empty()
            .file(file, "name: shop\ntarget-path: out\nlog-path: out/logs\n")
            .model("a", "select 1 as id")
    };
    let output = sandbox("dbt_project.yml").run(["parse"]).success();
    let _ = output.talk_has("warning[old-target-path]").talk_has("warning[old-log-path]");
    let own = sandbox("project.yml");
    own.run(["parse"]).success().talk("1 node in order");
    assert!(own.path("out/manifest.json").exists());
}

/// Files of macros and of snapshots are looked at, and the first tag is told.
#[test]
fn tags_that_belong_to_no_block_are_told() {
    let stray = "UnexpectedJinjaBlockDeprecation";
    let macros = "{% set x = 1 %}{% macro a() %}{% set b = 1 %}{% endmacro %}{% endmacro %}\
                  {% if x %}{% raw %}{% foo %}{% endraw %}{% endif %}{% docs d %}{% enddocs %}";
    let snapshot = "{% macro own() %}{% set b = 1 %}{% endmacro %}{% snapshot s %}\
                    {{ config(unique_key='id', strategy='check', check_cols='all') }}select 1 as id{% endsnapshot %}";
    let sandbox = || {
        one()
            .file("macros/deep/m.sql", macros)
            .file("snapshots/deep/s.sql", snapshot)
            .file("tests/generic/t.sql", "{% set x = 1 %}{% test t(model) %}{% endtest %}")
            .file("models/d.md", "{% set x = 1 %}{% macro a() %}{% docs d %}{% enddocs %}")
    };
    let parse = ["parse", "--log-format-file", "json"];
    let first = sandbox();
    first.run(parse).success().talk_has("warning[stray-tag]").talk_has("there are more (9)");
    let message = "Found unexpected 'set' block tag. in file `macros/deep/m.sql`";
    assert_eq!(told(&first, &[stray]), [(stray.to_owned(), message.to_owned())]);
    let summary = told(&first, &["DeprecationsSummary"]);
    assert!(summary.iter().all(|(_, it)| it.contains(&format!("- {stray}: 10 occurrences"))), "{summary:?}");
    let each = sandbox();
    each.run(parse.into_iter().chain(["--show-all-deprecations"])).success();
    let told = told(&each, &[stray]);
    let tags = told.iter().filter_map(|(_, it)| it.split('\'').nth(1));
    let expected = "set endmacro if raw endif docs enddocs macro set endmacro";
    assert_eq!(tags.collect::<Vec<_>>().join(" "), expected);
    assert!(told.iter().any(|(_, it)| it.ends_with("in file `deep/s.sql`")), "{told:?}");
    each.run(["parse", "--warn-error-options", "{error: [UnexpectedJinjaBlockDeprecation]}"]).code(2);
    each.run(["parse", "--warn-error"]).code(2).talk_has("error[stray-tag]");
    each.run(["parse", "--warn-error-options", "{silence: [Deprecations]}"])
        .success()
        .talk("2 nodes in order");
}

#[test]
fn blocks_stand_at_the_top_of_a_file() {
    let check = |path: &str, text: &str, part: &str| {
        one().file(path, text).run(["parse"]).code(2).talk_has(part);
    };
    let within = "{% if true %}{% macro a() %}{% endmacro %}{% endif %}";
    check("macros/m.sql", within, "`{% macro %}` stands within `{% if %}`");
    check("macros/m.sql", "{% endif %}", "`{% endif %}` closes nothing");
    check("macros/m.sql", "{% for x in y %}{% endif %}", "`{% endif %}` closes nothing");
    let nested = "{% macro a() %}{% test b(model) %}{% endtest %}{% endmacro %}";
    check("macros/m.sql", nested, "`{% macro %}` is never closed");
    check("models/m.md", "{% if x %}{% docs d %}{% enddocs %}{% endif %}", "stands within `{% if %}`");
    one().file("macros/m.sql", "{% if x %}{% docs x %}").run(["parse"]).success();
}

#[test]
fn what_is_deprecated_is_told_where_an_error_ends_the_command() {
    let sandbox = Sandbox::empty()
        .file("dbt_project.yml", "name: shop\ntarget-path: out\n")
        .model("b", "select * from {{ ref('lost') }}");
    let parse = ["parse", "--log-format-file", "json"];
    sandbox.run(parse).code(2).talk_has("warning[old-target-path]").talk_has("error[unknown-ref]");
    assert_eq!(told(&sandbox, &["ConfigTargetPathDeprecation", "DeprecationsSummary"]).len(), 2);
    let told = "
        error[unknown-ref]: `b` needs the model, seed or snapshot `lost`, which does not exist
         --> models/b.sql:1:18
          |
        1 | select * from {{ ref('lost') }}
          |                  ^^^^^^^^^^^ not found
          |
          = note: dbt says: depends on a node named 'lost' which was not found
    ";
    sandbox.run(["parse", "--warn-error-options", "{silence: [Deprecations]}"]).code(2).talk(told);
}
