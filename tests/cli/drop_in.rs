//! The binary under the name `dbt`: what programs around dbt read.

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

/// A project in which everything happens once.
fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("project.yml", "name: shop\non-run-start: select 1\non-run-end: [select 2]\n")
        .model("a", "select 1 as id")
        .model("b", "select nope from {{ ref('a') }}")
        .model("c", "select * from {{ ref('b') }}")
        .file("seeds/s.csv", "id\n1\n2\n")
        .file(
            "models/schema.yml",
            "
            models:
              - name: a
                columns:
                  - name: id
                    data_tests:
                      - not_null
                      - accepted_values: {name: doubtful, arguments: {values: [2]}, config: {severity: warn}}
            ",
        )
}

#[test]
fn a_build_is_told_in_dbts_lines() {
    let output = sandbox().run_as_dbt(["build", "--select", "a", "s", "c", "b"]).code(1);
    let lines: Vec<String> = output.stdout.lines().map(|line| line.trim_end().to_owned()).collect();
    let expected = "
[TIME]  Running with dbt=1.11.16
[TIME]  Registered adapter: duckdb=1.11.1
[TIME]  1 of 1 START hook: shop.on-run-start.0 ......................................... [RUN]
[TIME]  1 of 1 OK hook: shop.on-run-start.0 ............................................ [OK in [ELAPSED]]
[TIME]  1 of 6 START sql view model main.a ............................................. [RUN]
[TIME]  1 of 6 OK created sql view model main.a ........................................ [OK in [ELAPSED]]
[TIME]  2 of 6 OK loaded seed file main.s .............................................. [INSERT 2 in [ELAPSED]]
[TIME]  3 of 6 WARN 1 doubtful ......................................................... [WARN 1 in [ELAPSED]]
[TIME]  4 of 6 PASS not_null_a_id ...................................................... [PASS in [ELAPSED]]
[TIME]  5 of 6 ERROR creating sql view model main.b .................................... [ERROR in [ELAPSED]]
[TIME]  6 of 6 SKIP relation main.c .................................................... [SKIP]
[TIME]  1 of 1 OK hook: shop.on-run-end.0 .............................................. [OK in [ELAPSED]]
[TIME]  Finished running 2 project hooks, 1 seed, 2 data tests, 3 view models in 0 hours 0 minutes and 
[TIME]  Completed with 1 error, 0 partial successes, and 1 warning:
[TIME]  Failure in model b (models/b.sql)
[TIME]  Warning in test doubtful (models/schema.yml)
[TIME]  Done. PASS=5 WARN=1 ERROR=1 SKIP=1 NO-OP=0 TOTAL=8";
    let mut rest = lines.iter();
    for line in expected.lines().skip(1) {
        assert!(
            rest.any(|found| found.starts_with(line)),
            "`{line}` does not follow in\n{}",
            lines.join("\n")
        );
    }
    assert!(lines.iter().any(|line| line.starts_with("[TIME]  Found 3 models, ")), "{}", lines.join("\n"));
}

#[test]
fn its_own_name_keeps_its_own_lines_unless_asked() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let own = sandbox.run(["run"]).success().stdout;
    assert!(!own.contains("Running with dbt"), "{own}");
    let asked = sandbox.run(["run", "--log-format", "text"]).success().stdout;
    assert!(asked.contains("[TIME]  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1"), "{asked}");
}

#[test]
fn the_version_is_told_as_orchestrators_read_it() {
    let sandbox = Sandbox::empty();
    for arguments in [&["--version"][..], &["-v"], &["-V"], &["run", "--version"]] {
        let output = sandbox.run_as_dbt(arguments.iter().copied()).success();
        assert!(output.stdout.starts_with("Core:\n  - installed: 1.11.16\n"), "{}", output.stdout);
        assert!(
            output.stdout.contains("\nPlugins:\n  - duckdb:   1.11.1 - Up to date!\n"),
            "{}",
            output.stdout
        );
    }
    assert_eq!(sandbox.run(["--version"]).success().stdout, "model 0.1.0\n");
}

#[test]
fn all_of_json_is_records_also_the_answers() {
    let sandbox = sandbox();
    for arguments in [&["ls"][..], &["show", "--inline", "select 1 as id"], &["build"]] {
        let arguments = [arguments, &["--log-format", "json", "--log-level", "debug"]].concat();
        let stdout = sandbox.run_as_dbt(arguments.iter().copied()).stdout;
        let records: Vec<Json> = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        assert!(
            records.iter().all(|record| record["info"]["name"].is_string() && record["data"].is_object())
        );
        if arguments[0] == "ls" {
            let answers = records.iter().filter(|record| record["info"]["name"] == "PrintEvent");
            let answers: Vec<&str> = answers.filter_map(|record| record["data"]["msg"].as_str()).collect();
            assert_eq!(
                answers,
                ["shop.a", "shop.b", "shop.c", "shop.s", "shop.doubtful", "shop.not_null_a_id"]
            );
        }
    }
}

#[test]
fn answers_and_talk_share_stdout() {
    let output = sandbox().run_as_dbt(["ls", "--select", "a", "--resource-type", "model"]).success();
    assert!(output.stdout.starts_with("[TIME]  Running with dbt=1.11.16\n"), "{}", output.stdout);
    assert!(output.stdout.ends_with("\nshop.a\n"), "{}", output.stdout);
    let quiet =
        sandbox().run_as_dbt(["--quiet", "ls", "--select", "a", "--resource-type", "model"]).success();
    assert_eq!(quiet.stdout, "shop.a\n");
}

#[test]
fn kinds_of_nodes_come_from_the_environment() {
    let check = |name: &str, kinds: &str, arguments: &[&str], expected: &str| {
        let sandbox =
            Sandbox::new().model("a", "select 1 as id").file("seeds/s.csv", "id\n1\n").env(name, kinds);
        assert_eq!(sandbox.run(arguments.iter().copied()).success().stdout, expected, "{name}={kinds}");
    };
    check("DBT_RESOURCE_TYPES", "seed source", &["list"], "shop.s\n");
    check("DBT_ENGINE_RESOURCE_TYPES", "seed", &["list"], "shop.s\n");
    check("DBT_EXCLUDE_RESOURCE_TYPES", "seed", &["list"], "shop.a\n");
    check("DBT_RESOURCE_TYPES", "seed", &["list", "--resource-type", "model"], "shop.a\n");
}

#[test]
fn flags_without_a_meaning_here_are_taken() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let flags =
        ["--upload-to-artifacts-ingest-api", "--printer-width", "100", "-r", "x", "--no-populate-cache"];
    let _ = sandbox.run_as_dbt([&["parse"][..], &flags].concat().iter().copied()).success();
    let _ = sandbox.run_as_dbt(["source", "snapshot-freshness"]).success();
}

#[test]
fn compiled_nodes_are_records_and_no_talk() {
    let sandbox = sandbox();
    let names = |arguments: &[&str]| -> Vec<(String, Json)> {
        let arguments = [arguments, &["--log-format", "json"]].concat();
        let stdout = sandbox.run_as_dbt(arguments.iter().copied()).success().stdout;
        let records = stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        let named =
            |record: Json| (record["info"]["name"].as_str().unwrap().to_owned(), record["data"].clone());
        records.map(named).skip_while(|(name, _)| name != "ConcurrencyLine").skip(2).collect()
    };
    let compiled = names(&["compile", "--select", "a"]);
    assert_eq!(compiled.len(), 1, "{compiled:?}");
    let (name, data) = &compiled[0];
    assert_eq!(name, "CompiledNode");
    assert_eq!((&data["node_name"], &data["unique_id"]), (&json!("a"), &json!("model.shop.a")));
    assert_eq!((&data["is_inline"], &data["output_format"]), (&json!(false), &json!("text")));
    assert_eq!(names(&["compile", "--exclude", "resource_type:model"]), []);
    let shown = names(&["show", "--select", "a", "--output", "json"]);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0].0, "ShowNode");
    let preview: Json = serde_json::from_str(shown[0].1["preview"].as_str().unwrap()).unwrap();
    assert!(preview[0].is_object(), "{preview}");
}

#[test]
fn previews_are_printed_as_dbt_prints_them() {
    let query = "select 1 as id, 'a text of many many words' as words, null as none, 2.50 as price union all select 200, 'b', 3, 1";
    let shown = sandbox().run_as_dbt(["show", "--inline", query]).success().stdout;
    let table = shown.split_once("Previewing inline node:\n").map(|(_, table)| table);
    let expected = "\
|  id | words                | none | price |
| --- | -------------------- | ---- | ----- |
|   1 | a text of many ma... |      |   2.5 |
| 200 | b                    |    3 |   1.0 |

";
    assert_eq!(table, Some(expected));
}

#[test]
fn new_projects_have_the_file_that_dbt_looks_for() {
    let sandbox = Sandbox::empty();
    let output = sandbox.run_as_dbt(["init", "fresh", "--skip-profile-setup"]).success();
    assert!(sandbox.path("fresh/dbt_project.yml").is_file());
    assert!(!sandbox.path("fresh/project.yml").exists());
    assert!(output.stdout.contains("cd fresh && dbt build"), "{}", output.stdout);
}

#[test]
fn criteria_that_pick_nothing_are_told_in_dbts_words() {
    let arguments = ["run", "--select", "tag:no_such_tag", "--log-format", "json"];
    let stdout = sandbox().run_as_dbt(arguments).success().stdout;
    let records = stdout.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let told = records.into_iter().find(|record| record["data"]["spec_raw"] == "tag:no_such_tag").unwrap();
    let words = "The selection criterion 'tag:no_such_tag' does not match any enabled nodes";
    assert_eq!(told["info"]["msg"], words);
}

#[test]
fn entries_that_describe_nothing_have_dbts_events() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("seeds/lands.csv", "id\n1\n").file(
        "models/s.yml",
        "models: [{name: lands}, {name: gone}]\nseeds: [{name: gone}]\nmacros: [{name: gone}]\n",
    );
    let output = sandbox.run_as_dbt(["parse", "--log-format", "json"]);
    let records = output.stdout.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let warned = records.filter(|record| record["info"]["level"] == "warn");
    let mut told: Vec<String> = warned
        .map(|record| format!("{} {}", record["info"]["code"], record["info"]["name"]).replace('"', ""))
        .collect();
    told.sort();
    let expected = ["I057 WrongResourceSchemaFile", "I058 NoNodeForYamlKey", "I058 NoNodeForYamlKey"];
    assert_eq!(told, [&expected[..], &["I059 MacroNotFoundForPatch"]].concat());
}

/// The lines of a command, without the time.
fn lines(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Vec<String> {
    let output = sandbox.run_as_dbt(arguments.iter().copied()).code(code).stdout;
    let lines = output.lines().map(|line| line.trim_start_matches("[TIME]").trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn each_command_has_dbts_lines() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("macros/m.sql", "{% macro fails() %}{% do run_query('select nope') %}{% endmacro %}");
    let start = ["Running with dbt=1.11.16", "Registered adapter: duckdb=1.11.1"];
    let _ = lines(&sandbox, &["run"], 0);
    assert_eq!(lines(&sandbox, &["list"], 0), [start[0], start[1], "shop.a"]);
    let compiled = lines(&sandbox, &["compile", "--select", "a"], 0);
    assert_eq!(compiled[compiled.len() - 2..], ["Compiled node 'a' is:", "select 1 as id"]);
    let docs = lines(&sandbox, &["docs", "generate"], 0);
    assert_eq!(docs[docs.len() - 2], "Building catalog");
    assert!(docs[docs.len() - 1].starts_with("Catalog written to [ROOT]/"), "{docs:?}");
    std::fs::rename(sandbox.path("target"), sandbox.path("prod")).expect("a folder that can be moved");
    let profiles =
        "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, schema: other}\n";
    sandbox.write("profiles.yml", profiles);
    let cloned = lines(&sandbox, &["clone", "--state", "prod"], 0);
    let end = ["Completed successfully", "Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1"];
    assert_eq!(cloned[cloned.len() - 2..], end);
    assert!(!cloned.iter().any(|line| line.contains("of 1") || line.starts_with("Finished")), "{cloned:?}");
    let failed = sandbox.run_as_dbt(["run-operation", "fails", "--log-format", "json"]).code(1).stdout;
    assert!(failed.contains(r#""name":"RunningOperationCaughtError""#), "{failed}");
}
