//! Microbatch models: batches that fail, and spans of time.

use crate::sandbox::Sandbox;

fn shop() -> Sandbox {
    Sandbox::new()
        .model(
            "events",
            "{{ config(materialized='table', event_time='ts') }}
            select 1 as id, timestamp '2024-01-01 10:00:00' as ts
            union all select 2, timestamp '2024-01-02 10:00:00'
            union all select 3, timestamp '2024-01-03 10:00:00'",
        )
        .model("daily", &daily("error('no')"))
        .model("after", "select count(*) as n from {{ ref('daily') }}")
}

fn daily(second: &str) -> String {
    format!(
        "{{{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ts', \
         batch_size='day', begin='2024-01-01') }}}}
        select id, ts, {{% if model.batch.id == '20240102' %}} {second} {{% else %}} 1 {{% endif %}} as x
        from {{{{ ref('events') }}}}"
    )
}

const DAYS: [&str; 5] = ["build", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04"];

#[test]
fn a_batch_that_failed_is_the_only_one_that_retry_builds() {
    let sandbox = shop();
    sandbox.run(DAYS).code(1).talk(
        "
            3 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/3  table        main.events
             PART    [ELAPSED]  2/3  incremental  main.daily  (2 of 3 batches)
             SKIP           3/3  view         main.after  (daily failed)

            PART daily
              error[database-error]: Invalid Input Error: no
               |
               = note: it happened in the batch `2024-01-02`
               = note: 2 of 3 batches were built, 1 failed
               = help: `retry` builds only those that failed

            Done in [ELAPSED]: 1 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        ",
    );
    let daily_result = |sandbox: &Sandbox| {
        let results = sandbox.json("target/run_results.json");
        let results = results["results"].as_array().expect("results").clone();
        results.into_iter().find(|result| result["unique_id"] == "model.shop.daily").expect("its result")
    };
    let result = daily_result(&sandbox);
    assert_eq!(result["status"], "partial success");
    assert_eq!(result["message"], "PARTIAL SUCCESS (2/3)");
    let second = serde_json::json!(["2024-01-02T00:00:00+00:00", "2024-01-03T00:00:00+00:00"]);
    assert_eq!(result["batch_results"]["failed"], serde_json::json!([second]));
    assert_eq!(result["batch_results"]["successful"].as_array().map(Vec::len), Some(2));
    let compiled = sandbox.read("target/compiled/shop/models/daily/daily_2024-01-03.sql");
    assert!(
        compiled.contains("ts >= '2024-01-03 00:00:00+00:00' and ts < '2024-01-04 00:00:00+00:00'"),
        "{compiled}"
    );

    sandbox.write("models/daily.sql", &daily("2"));
    sandbox.run(["retry"]).success().talk(
        "
            2 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/2  incremental  main.daily  (3 batches)
               OK    [ELAPSED]  2/2  view         main.after

            Done in [ELAPSED]: 2 passed
        ",
    );
    let result = daily_result(&sandbox);
    assert_eq!(result["message"], "SUCCESS");
    assert_eq!(result["batch_results"]["successful"].as_array().map(Vec::len), Some(3));
    let written = sandbox.json("target/run_results.json");
    assert_eq!(written["args"]["event_time_start"], "2024-01-01T00:00:00");
}

#[test]
fn a_sample_cuts_every_input_with_an_event_time() {
    let sandbox = shop();
    sandbox.write("models/daily.sql", "select * from {{ ref('events') }}");
    sandbox.run(["run", "--sample", "{start: 2024-01-01 12:00:00, end: 2024-01-03}"]).success();
    let compiled = sandbox.read("target/compiled/shop/models/daily.sql");
    assert!(
        compiled.contains("ts >= '2024-01-01 12:00:00+00:00' and ts < '2024-01-03 00:00:00+00:00'"),
        "{compiled}"
    );
}

#[test]
fn flags_about_time_are_checked() {
    shop().run(["run", "--event-time-start", "2024-01-01"]).code(2).talk(
        "
            error[flags]: `--event-time-start` was given, but `--event-time-end` was not
             |
             = note: dbt says: When specifying `--event-time-start`, `--event-time-end` must also be present.
             = help: give both: batches reach from the one to the other
        ",
    );
    shop().run(["run", "--sample", "3 weeks"]).code(2).talk(
        "
            error[flag-type]: `--sample`: `weeks` is no unit; it is `hours`, `days`, `months` or `years`
             |
             = help: write `3 days`, or `{start: 2024-01-01, end: 2024-02-01}`
        ",
    );
}

/// The threads that sent statements for `daily`, in fourteen batches, and what is in it.
fn threads(config: &str, column: &str) -> usize {
    let sandbox = Sandbox::new()
        .model(
            "events",
            "{{ config(materialized='table', event_time='ts') }}
            select i as id, timestamp '2024-01-01' + interval (i) hour as ts from range(336) t(i)",
        )
        .model(
            "daily",
            &format!(
                "{{{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ts', \
                 batch_size='day', begin='2024-01-01', {config}) }}}}
                select id, {column} as other, (select count(*) from range(100000)) as x, ts
                from {{{{ ref('events') }}}}"
            ),
        );
    let flags = ["--threads", "4", "--log-format-file", "json"];
    let window = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-15"];
    for _ in 0..2 {
        sandbox.run([&["build"], &flags[..], &window].concat()).success();
    }
    let counted = sandbox.query("select count(*) || ' ' || count(distinct id) from daily");
    assert_eq!(counted, ["336 336"]);
    let log = sandbox.read("logs/dbt.log");
    let events = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let sent = events.filter(|event| {
        event["info"]["name"] == "SQLQuery" && event["data"]["conn_name"] == "model.shop.daily"
    });
    let mut threads: Vec<String> = sent.map(|event| event["info"]["thread"].to_string()).collect();
    threads.sort_unstable();
    threads.dedup();
    threads.len()
}

#[test]
fn batches_between_the_first_and_the_last_are_built_side_by_side() {
    assert!(threads("", "1") > 1);
    assert!(threads("concurrent_batches=true", "'{{ this.name }}'") > 1);
    let one_each_run = 1..=2;
    assert!(one_each_run.contains(&threads("", "'{{ this.name }}'")));
    assert!(one_each_run.contains(&threads("concurrent_batches=false", "1")));
}

#[test]
fn batches_that_cannot_be_built_side_by_side_are_told() {
    let output = "{type: postgres, host: h, user: u, password: p, port: 1, dbname: d, schema: s}";
    let sandbox = Sandbox::new()
        .model("events", "{{ config(event_time='ts') }} select 1 as id, current_date as ts")
        .model("daily", &daily("2"))
        .file("profiles.yml", &format!("shop: {{outputs: {{dev: {output}}}, target: dev}}"))
        .file(
            "project.yml",
            "{name: shop, profile: shop, models: {shop: {daily: {+concurrent_batches: true}}}}",
        );
    sandbox.run(["parse"]).success().talk_has(
        "warning[sequential-batches]: `daily` asks for `concurrent_batches`, which the warehouse cannot do",
    );
}

#[test]
fn the_ends_of_a_batch_are_times() {
    let sandbox = shop();
    sandbox.write(
        "models/daily.sql",
        "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ts',
                   batch_size='day', begin='2024-01-01') }}
        {% set about = [] %}
        {% if model.batch %}
          {% set start, end = model.batch.event_time_start, model.batch.event_time_end %}
          {% set old = model.config.__dbt_internal_microbatch_event_time_start %}
          {% do about.extend([start.strftime('%d %b'), end.tzinfo, (end - start).days, old == start]) %}
        {% endif %}
        select id, ts, '{{ about | join(' ') }}' as x from {{ ref('events') }}",
    );
    sandbox.run(DAYS).success();
    assert_eq!(sandbox.query("select x from daily where id = 2"), ["02 Jan UTC 1 True"]);
}
