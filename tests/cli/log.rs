//! `dbt.log`: what is in it, in which form, and when it is put aside.

use fancy_regex::Regex;
use serde_json::Value as Json;

use crate::sandbox::Sandbox;

/// A project with a model that says something and another that fails.
fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("project.yml", "name: shop\nquery-comment: mine\n")
        .model("a", "{% do log('quiet word') %}{% do log('loud word', info=true) %}select 1 as id")
        .model("b", "select nope from {{ ref('a') }}")
}

/// A log without what varies.
fn normal(text: &str) -> String {
    let patterns = [
        (r"\d{2}:\d{2}:\d{2}\.\d{6}", "[TIME]"),
        (r"\d{2}:\d{2}:\d{2}", "[TIME]"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[ID]"),
        (r"\d+\.\d+ ?(s\b|seconds)", "[ELAPSED]"),
        (r"Command `[^`]*/model ", "Command `model "),
        (r"[ \t]+\n", "\n"),
    ];
    patterns.iter().fold(text.to_owned(), |text, (pattern, shown)| {
        Regex::new(pattern).expect("a valid pattern").replace_all(&text, *shown).into_owned()
    })
}

#[test]
fn the_log_tells_everything_in_order() {
    let sandbox = sandbox();
    let _ = sandbox.run(["run", "--select", "a"]).success();
    let log = normal(&sandbox.read("logs/dbt.log"));
    let lines = [
        "============================== [TIME] | [ID] ==============================",
        "[TIME] [info ] [MainThread]: Running with dbt=1.11.16",
        "[TIME] [debug] [MainThread]: running model 0.1.0 with arguments {",
        "[TIME] [info ] [MainThread]: Registered adapter: duckdb=1.11.1",
        "[TIME] [debug] [MainThread]: quiet word",
        "[TIME] [info ] [MainThread]: loud word",
        "[TIME] [info ] [MainThread]: Concurrency: 1 threads (target='dev')",
        "[TIME] [debug] [MainThread]: Began running node model.shop.a",
        "[TIME] [info ] [MainThread]: 1 of 1 START sql view model main.a ............................................. [RUN]",
        "[TIME] [debug] [MainThread]: Began executing node model.shop.a",
        "[TIME] [debug] [Thread-1 (]: On model.shop.a: BEGIN",
        "[TIME] [debug] [Thread-1 (]: SQL status: OK in [ELAPSED]",
        "[TIME] [debug] [Thread-1 (]: On model.shop.a: /* mine */\n",
        "[TIME] [debug] [Thread-1 (]: On model.shop.a: COMMIT",
        "[TIME] [info ] [Thread-1 (]: 1 of 1 OK created sql view model main.a ........................................ [OK in [ELAPSED]]",
        "[TIME] [debug] [Thread-1 (]: Finished running node model.shop.a",
        "[TIME] [info ] [MainThread]: Finished running 1 view model in 0 hours 0 minutes and [ELAPSED] ([ELAPSED]).",
        "[TIME] [info ] [MainThread]: Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1",
        "[TIME] [debug] [MainThread]: Command `model run` succeeded at [TIME] after [ELAPSED]",
    ];
    let mut rest = log.as_str();
    for line in lines {
        let (_, after) =
            rest.split_once(line).unwrap_or_else(|| panic!("`{line}` does not follow in\n{log}"));
        rest = after;
    }
}

#[test]
fn levels_and_forms() {
    let sandbox = sandbox();
    let log = |arguments: &[&str]| {
        let _ = std::fs::remove_dir_all(sandbox.path("logs"));
        let arguments = [&["run", "--quiet"][..], arguments].concat();
        let _ = sandbox.run(arguments).code(1);
        std::fs::read_to_string(sandbox.path("logs/dbt.log")).map(|log| normal(&log)).ok()
    };
    let failed = "2 of 2 ERROR creating sql view model main.b .................................... [ERROR in [ELAPSED]]";
    let text = log(&["--log-format-file", "text", "--log-level-file", "info"]).expect("a log");
    assert!(text.contains(&format!("[TIME]  {failed}\n")) && text.contains("loud word"), "{text}");
    assert!(!text.contains("quiet word") && !text.contains("mine"), "{text}");
    let errors = log(&["--log-format-file", "text", "--log-level-file", "error"]).expect("a log");
    assert!(
        errors.starts_with(&format!(
            "[TIME]  {failed}\n[TIME]  Failure in model b (models/b.sql)\n[TIME]    Runtime Error in model b (models/b.sql)\n  error[database-error]: "
        )),
        "{errors}"
    );
    assert_eq!(log(&["--log-level-file", "none"]), None);
    // dbt: the file follows the console where nothing is said about it.
    assert_eq!(log(&["--log-level", "none"]), None);
    assert!(log(&["--log-level", "none", "--log-level-file", "debug"]).is_some());
}

#[test]
fn lines_of_json_have_dbts_names() {
    let sandbox = sandbox();
    let _ = sandbox.run(["run", "--log-format-file", "json"]).code(1);
    let lines: Vec<Json> = sandbox
        .read("logs/dbt.log")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    let find = |name: &str| {
        let found = lines.iter().find(|line| line["info"]["name"] == name);
        found.unwrap_or_else(|| panic!("there is no {name}"))
    };
    for (name, code, level) in [
        ("MainReportVersion", "A001", "info"),
        ("MainReportArgs", "A002", "debug"),
        ("JinjaLogInfo", "I062", "info"),
        ("ConcurrencyLine", "Q027", "info"),
        ("NodeStart", "Q024", "debug"),
        ("LogStartLine", "Q011", "info"),
        ("NodeCompiling", "Q030", "debug"),
        ("WritingInjectedSQLForNode", "Q029", "debug"),
        ("NodeExecuting", "Q031", "debug"),
        ("SQLQuery", "E016", "debug"),
        ("SQLQueryStatus", "E017", "debug"),
        ("LogModelResult", "Q012", "info"),
        ("NodeFinished", "Q025", "debug"),
        ("RunResultError", "Z024", "error"),
        ("FinishedRunningStats", "E047", "info"),
        ("StatsLine", "Z023", "info"),
        ("EndRunResult", "Q037", "debug"),
        ("ArtifactWritten", "P001", "debug"),
        ("CommandCompleted", "Q039", "debug"),
    ] {
        let info = &find(name)["info"];
        assert_eq!((info["code"].as_str(), info["level"].as_str()), (Some(code), Some(level)), "{name}");
        for key in ["category", "extra", "invocation_id", "msg", "pid", "thread", "ts"] {
            assert!(info.get(key).is_some(), "{name} has no {key}");
        }
    }
    let finished = &find("NodeFinished")["data"];
    assert_eq!(finished["node_info"]["unique_id"], "model.shop.a");
    assert_eq!(finished["node_info"]["node_status"], "success");
    assert_eq!(finished["run_result"]["thread"], "Thread-1 (worker)");
    assert_eq!(find("StatsLine")["data"]["stats"]["error"], 1);
    let results = find("EndRunResult")["data"]["results"].as_array().expect("a list");
    assert!(results.contains(&finished["run_result"]), "{results:?}");
    let written = lines.iter().filter(|line| line["info"]["name"] == "ArtifactWritten");
    let kinds: Vec<&Json> = written.map(|line| &line["data"]["artifact_type"]).collect();
    assert_eq!(kinds, ["SemanticManifest", "WritableManifest", "RunExecutionResult"]);
    let console = sandbox.run(["run", "--log-format", "json", "--debug"]).code(1).talk;
    assert!(console.lines().any(|line| line.contains("\"SQLQuery\"")), "{console}");
}

#[test]
fn the_command_and_what_it_took_are_told() {
    let sandbox = sandbox();
    let arguments = ["--log-format", "json", "--log-level", "debug", "run", "--threads", "1"];
    let output = sandbox.run_as_dbt(arguments).code(1).stdout;
    let lines: Vec<Json> =
        output.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let position = |name: &str| {
        let found = lines.iter().position(|line| line["info"]["name"] == name);
        found.unwrap_or_else(|| panic!("there is no {name}"))
    };
    let data = |name: &str| &lines[position(name)]["data"];
    assert!(position("AdapterRegistered") < position("UnableToPartialParse"));
    assert_eq!(data("CommandCompleted")["command"], "dbt run");
    assert!(
        data("MainReportArgs")["args"]["invocation_command"]
            .as_str()
            .is_some_and(|it| it.starts_with("dbt --log"))
    );
    let took = data("FinishedRunningStats")["execution"].as_str().unwrap_or_default();
    assert!(took.starts_with(" in 0 hours 0 minutes and ") && took.ends_with(" seconds"), "{took}");
    let report = data("ResourceReport");
    assert_eq!((&report["command_name"], &report["command_success"]), (&"run".into(), &false.into()));
    assert!(report["process_user_time"].is_f64() && report["process_mem_max_rss"].is_string(), "{report}");
    let reused = data("ConnectionReused");
    assert!(reused["conn_name"] != reused["orig_conn_name"], "{reused}");
    let of_nodes = |line: &&Json| {
        line["info"]["name"] == "SQLQueryStatus" && line["data"]["node_info"]["unique_id"] == "model.shop.a"
    };
    assert!(lines.iter().any(|line| of_nodes(&line)));
    let shown = sandbox.env("DBT_SHOW_RESOURCE_REPORT", "true").run_as_dbt(["parse"]).success().stdout;
    assert!(shown.contains("Resource report: {"), "{shown}");
}

#[test]
fn what_the_command_line_chose_and_that_nothing_changed_is_told() {
    let sandbox = Sandbox::new().model("m", "select 1 as id");
    let vars = "{DBT_ENV_SECRET_A: hidden, b: def}";
    let records = || -> Vec<Json> {
        let output = sandbox.run_as_dbt([
            "parse",
            "--vars",
            vars,
            "--target",
            "dev",
            "--log-format",
            "json",
            "--log-level",
            "debug",
        ]);
        output.success().stdout.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
    };
    let skips = |records: &[Json]| {
        let message = "Nothing changed, skipping partial parsing.";
        records.iter().any(|line| line["info"]["name"] == "Note" && line["data"]["msg"] == message)
    };
    let first = records();
    let chosen = first.iter().find(|line| line["info"]["name"] == "StateCheckVarsHash").expect("a choice");
    assert_eq!(chosen["data"]["vars"], "{'DBT_ENV_SECRET_A': '*****', 'b': 'def'}");
    assert_eq!((&chosen["data"]["target"], &chosen["info"]["code"]), (&"dev".into(), &"I025".into()));
    assert_eq!((skips(&first), skips(&records())), (false, true));
}

#[test]
fn the_version_is_told_where_there_is_no_project() {
    let output = Sandbox::empty().run_as_dbt(["parse"]).code(2).stdout;
    assert!(output.starts_with("[TIME]  Running with dbt=1.11.16\n"), "{output}");
}

#[test]
fn a_full_log_is_put_aside() {
    let sandbox = sandbox();
    for _ in 0..2 {
        let _ = sandbox.run(["run", "--select", "a", "--log-file-max-bytes", "1500"]).success();
    }
    let last = sandbox.read("logs/dbt.log");
    assert!(last.len() <= 1500 && last.contains("Command `"), "{last}");
    assert!(sandbox.path("logs/dbt.log.1").exists() && sandbox.path("logs/dbt.log.2").exists());
    assert!(!sandbox.path("logs/dbt.log.6").exists());
}

#[test]
fn the_folder_is_where_it_is_said_to_be() {
    let sandbox = Sandbox::new().file("project.yml", "name: shop\nlog-path: a/b\n").model("m", "select 1");
    let _ = sandbox.run(["parse"]).success();
    let _ = sandbox.run(["parse", "--log-path", "flag"]).success();
    let sandbox = sandbox.env("DBT_LOG_PATH", "variable");
    let _ = sandbox.run(["parse"]).success();
    for folder in ["a/b", "flag", "variable"] {
        assert!(sandbox.path(folder).join("dbt.log").exists(), "{folder}");
    }
    assert!(!sandbox.path("logs").exists());
}

#[test]
fn a_project_that_cannot_be_read_is_logged() {
    let sandbox = Sandbox::new().model("m", "select 1 from {{ ref('nope') }}");
    let _ = sandbox.run(["parse"]).code(2);
    let log = sandbox.read("logs/dbt.log");
    assert!(log.contains(" --> models/m.sql:1:") && log.contains("` failed at "), "{log}");
}

#[test]
fn a_folder_that_cannot_be_written_is_a_warning() {
    let sandbox = Sandbox::new().model("m", "select 1 as id").file("logs", "a file\n");
    sandbox.run(["run"]).success().talk_has("warning[log-file]: cannot make `[ROOT]/logs`");
}

#[test]
fn a_target_path_that_cannot_be_written_is_an_error_before_anything_runs() {
    let sandbox = Sandbox::new().model("m", "select 1 as id").file("target", "a file\n");
    for command in ["run", "parse"] {
        let run = sandbox.run([command]).code(2);
        run.talk_has("error[file]: cannot write `[ROOT]/target/")
            .talk_has("= help: name another folder with `--target-path`");
    }
    sandbox.run(["run", "--target-path", "elsewhere"]).success();
}

#[test]
fn no_secret_is_logged() {
    let sandbox = Sandbox::new()
        .model("a", "{% do log('s3cr\"t', info=true) %}select 's3cr\"t' as id")
        .env("DBT_ENV_SECRET_X", "s3cr\"t");
    for form in ["debug", "json", "text"] {
        let output = sandbox.run(["run", "--debug", "--log-format-file", form, "--vars", "{v: 's3cr\"t'}"]);
        for text in [sandbox.read("logs/dbt.log"), output.talk] {
            assert!(text.contains("select '*****' as id"), "{text}");
            assert!(!text.contains("s3cr"), "{text}");
        }
    }
}

#[test]
fn no_secret_is_in_what_went_wrong() {
    let sandbox = Sandbox::empty()
        .file("project.yml", "name: shop\nprofile: shop\n")
        .file(
            "profiles.yml",
            "shop:\n  outputs:\n    dev: {type: duckdb, path: \"{{ env_var('DBT_ENV_SECRET_X') }}.duckdb\"}\n  target: dev\n",
        )
        .model("a", "{{ config(materialized='table') }}select error('boom {{ target.path }}') as id")
        .env("DBT_ENV_SECRET_X", "s3cret");
    sandbox.run(["run"]).code(1);
    let message = &sandbox.json("target/run_results.json")["results"][0]["message"];
    assert!(message.as_str().is_some_and(|text| text.contains("boom *****.duckdb")), "{message}");
}
