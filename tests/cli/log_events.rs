//! Findings and batches under the names that dbt's log has for them.

use serde_json::Value as Json;

use crate::sandbox::Sandbox;

fn events(sandbox: &Sandbox) -> Vec<Json> {
    let log = sandbox.read("logs/dbt.log");
    log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn named<'a>(events: &'a [Json], name: &str) -> Vec<&'a Json> {
    events.iter().filter(|event| event["info"]["name"] == name).collect()
}

#[test]
fn findings_have_the_names_of_dbt() {
    let sandbox =
        Sandbox::new().model("old", "select 1 as id").model("reader", "select * from {{ ref('old') }}").file(
            "models/schema.yml",
            "
        groups: [{name: sales, owner: {name: Ann, email: [ann@x.org, bo@x.org]}}]
        models:
          - {name: old, deprecation_date: 2020-01-01, config: {group: sales}}
          - {name: gone}
        ",
        );
    let sandbox = sandbox.env("DBT_ENV_CUSTOM_ENV_TEAM", "core");
    sandbox.run(["run", "--log-format-file", "json"]).success();
    let events = events(&sandbox);
    assert_eq!(events[0]["info"]["extra"], serde_json::json!({"TEAM": "core"}));
    let old = named(&events, "DeprecatedModel");
    assert_eq!(
        (old.len(), &old[0]["data"]["model_name"], &old[0]["info"]["code"]),
        (1, &"old".into(), &"I065".into())
    );
    let read = named(&events, "DeprecatedReference");
    assert_eq!(
        (&read[0]["data"]["model_name"], &read[0]["data"]["ref_model_name"]),
        (&"reader".into(), &"old".into())
    );
    assert_eq!(named(&events, "NoNodeForYamlKey").len(), 1);
    let built = named(&events, "LogModelResult");
    let built =
        built.iter().find(|event| event["data"]["node_info"]["node_name"] == "old").expect("a result");
    assert_eq!(built["data"]["group"]["owner"]["name"], "Ann");
    assert_eq!(built["data"]["group"]["owner"]["email"], "['ann@x.org', 'bo@x.org']");
    assert_eq!(built["data"]["group"]["package_name"], "shop");
    let other = named(&events, "LogModelResult")
        .into_iter()
        .find(|event| event["data"]["node_info"]["node_name"] == "reader");
    assert_eq!(other.expect("a result")["data"].get("group"), None);
    let info = &built["data"]["node_info"];
    assert_eq!(info["node_relation"]["relation_name"], r#""shop"."main"."old""#);
    assert_eq!(info["node_checksum"].as_str().map(str::len), Some(64));
    assert_eq!(named(&events, "SQLQuery")[0]["data"]["conn_name"].as_str().map(str::is_empty), Some(false));
}

#[test]
fn each_batch_is_told() {
    let sandbox = Sandbox::new()
        .model("events", "{{ config(event_time='moment') }} select timestamp '2024-01-01 10:00:00' as moment")
        .model(
            "daily",
            "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='moment', \
             batch_size='day', begin='2024-01-01') }} \
             select moment, {% if model.batch.id == '20240102' %} nothing {% else %} 1 {% endif %} as x from {{ ref('events') }}",
        );
    let run = [
        "run",
        "--log-format-file",
        "json",
        "--event-time-start",
        "2024-01-01",
        "--event-time-end",
        "2024-01-03",
    ];
    sandbox.run(run).code(1);
    let events = events(&sandbox);
    let batches = named(&events, "LogBatchResult");
    let told: Vec<&str> = batches.iter().filter_map(|batch| batch["data"]["status"].as_str()).collect();
    assert_eq!((told.len(), &batches[0]["data"]["total_batches"]), (2, &2.into()), "{told:?}");
    assert!(
        batches[0]["info"]["msg"]
            .as_str()
            .is_some_and(|text| text.starts_with("Batch 1 of 2 OK created batch"))
    );
}

#[test]
fn the_log_tells_why_everything_is_read_again() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let reasons = |arguments: &[&str]| {
        let output = sandbox.run([&["parse", "--log-format", "json"], arguments].concat()).success();
        let lines = output.stdout.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        let told = lines.filter(|line| line["info"]["name"] == "UnableToPartialParse");
        told.map(|line| line["data"]["reason"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&[]), ["saved manifest not found. Starting full parse."]);
    assert_eq!(reasons(&[]), [""; 0]);
    let changed = "config vars, config profile, or config target have changed";
    assert_eq!(reasons(&["--vars", "{x: 1}"]), [changed]);
    assert_eq!(reasons(&["--vars", "{x: 1}"]), [""; 0]);
    sandbox.write_exactly("project.yml", &(sandbox.read("project.yml") + "\nvars: {y: 1}\n"));
    assert_eq!(reasons(&["--vars", "{x: 1}"]), ["a project config has changed"]);
    sandbox.write("models/b.sql", "select 2 as id");
    assert_eq!(reasons(&["--vars", "{x: 1}"]), [""; 0], "dbt reads the new file alone");
    assert!(!sandbox.run(["parse"]).success().stdout.contains("partial parsing"));
    let debug = sandbox.run(["parse", "--no-partial-parse", "--log-format", "json", "--debug"]).success();
    assert!(debug.stdout.contains("PartialParsingNotEnabled"), "{}", debug.stdout);
}

/// dbt: everything is read where a macro changes that replaces what all nodes rest on.
#[test]
fn a_changed_override_is_why_everything_is_read() {
    let told = |sandbox: &Sandbox| {
        let output = sandbox.run_as_dbt(["parse"]).success().stdout;
        output.contains(
            "Unable to do partial parsing because change detected to override macro. Starting full parse.",
        )
    };
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .file("macros/other.sql", "{% macro other() %}{% endmacro %}");
    assert!(!told(&sandbox));
    let ref_macro = "{% macro ref(name) %}{{ return(builtins.ref(name)) }}{% endmacro %}";
    sandbox.write("macros/ref.sql", ref_macro);
    assert!(told(&sandbox), "a new one");
    assert!(!told(&sandbox), "the same");
    sandbox.write("macros/ref.sql", &ref_macro.replace("(name))", "(name) )"));
    assert!(told(&sandbox), "another body");
    sandbox.write("macros/other.sql", "{% macro other() %}1{% endmacro %}");
    sandbox.write("macros/third.sql", "{% macro third() %}{% endmacro %}");
    assert!(!told(&sandbox), "other macros");
    std::fs::remove_file(sandbox.path("macros/ref.sql")).expect("a file");
    assert!(told(&sandbox), "one that is gone");
    sandbox.write("macros/names.sql", "{% macro generate_schema_name(name, node) %}main{% endmacro %}");
    assert!(told(&sandbox), "a name");
    sandbox.write("macros/names.sql", "");
    assert!(told(&sandbox), "one that is gone from its file");
}
