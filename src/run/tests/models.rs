//! Models, seeds, hooks, failures.

use super::*;
use crate::manifest::{Checksum, HookMoment, RunHook, Seed};

fn table() -> Json {
    json!({"materialized": "table"})
}

fn view() -> Json {
    json!({"materialized": "view"})
}

#[test]
fn models_are_built_in_order_and_again_without_a_trace() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id")
        .node("b", &view(), "select id + 1 as id from {{ ref('a') }}")
        .node("e", &json!({"materialized": "ephemeral"}), "select id + 1 as id from {{ ref('b') }}")
        .node("c", &table(), "select id from {{ ref('e') }}");
    lab.build();
    lab.build();
    assert_eq!(lab.rows("select id from c"), "3");
    assert_eq!(lab.relations(), "a base table, b view, c base table");
}

#[test]
fn a_model_may_change_its_kind() {
    let mut lab = Lab::new();
    for config in [table(), view(), json!({"materialized": "incremental"}), view(), table()] {
        lab.node("a", &config, "select 1 as id");
        lab.build();
        assert_eq!(lab.rows("select id from a"), "1", "{config}");
    }
    assert_eq!(lab.relations(), "a base table");
}

#[test]
fn a_failure_leaves_the_old_table_and_skips_what_reads_it() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id").node("b", &table(), "select * from {{ ref('a') }}");
    lab.build();
    lab.node("a", &table(), "select 1 / nope as id");
    let told = lab.told(Mode::Run);
    assert!(told.starts_with("model.shop.a error: "), "{told}");
    assert!(told.ends_with("model.shop.b skipped because of model.shop.a"), "{told}");
    assert_eq!(lab.rows("select id from a"), "1");
    assert_eq!(lab.relations(), "a base table, b base table");
}

#[test]
fn a_reader_never_misses_the_table_while_it_is_rebuilt() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select range as id from range(1000)");
    lab.build();
    let adapter = Arc::clone(&lab.project.profile.adapter);
    let stop = Stop::new();
    let seen = stop.clone();
    let reader = std::thread::spawn(move || {
        let mut session = adapter.connect().unwrap();
        let mut looks = 0;
        while !seen.is_requested() {
            let (_, rows) = session.query("select count(*) from a", None).unwrap();
            assert_eq!(rows.rows, [[Cell::Integer(1000)]]);
            looks += 1;
        }
        looks
    });
    for config in
        [table(), view(), table(), json!({"materialized": "incremental", "full_refresh": true}), table()]
    {
        lab.node("a", &config, "select range as id from range(1000)");
        lab.build();
    }
    stop.request();
    assert!(reader.join().unwrap() > 0);
}

#[test]
fn leftovers_of_a_killed_run_are_dropped() {
    let mut lab = Lab::new();
    lab.execute("create table a__dbt_tmp as select 0 as id; create view a__dbt_backup as select 0 as id");
    lab.node("a", &table(), "select 1 as id");
    lab.build();
    assert_eq!(lab.relations(), "a base table");
}

#[test]
fn indexes_and_comments_survive_a_rebuild() {
    let mut lab = Lab::new();
    let config = json!({
        "materialized": "table", "indexes": [{"columns": ["id"]}], "persist_docs": {"relation": true},
    });
    lab.node("a", &config, "select 1 as id");
    "it's a table".clone_into(&mut lab.nodes[0].docs.description);
    lab.build();
    lab.build();
    assert_eq!(lab.rows("select count(*) from pg_catalog.pg_indexes"), "1");
    assert_eq!(lab.rows("select table_comment from information_schema.tables"), "it's a table");
}

#[test]
fn hooks_run_inside_and_outside_of_the_transaction() {
    let mut lab = Lab::new();
    let hooks = |list: &[&str]| -> Json {
        list.iter().enumerate().map(|(at, sql)| json!({"sql": sql, "transaction": at > 0})).collect()
    };
    let config = json!({
        "materialized": "table",
        "pre-hook": hooks(&["create table if not exists log (line text)", "insert into log values ('{{ this.identifier }}')"]),
        "post-hook": hooks(&["insert into log values ('after')", "insert into log select 'rows ' || count(*) from {{ this }}"]),
    });
    lab.node("a", &config, "select 1 as id");
    lab.build();
    assert_eq!(lab.rows("select line from log"), "a, rows 1, after");
    lab.node("a", &config, "select nope");
    lab.told(Mode::Run);
    assert_eq!(lab.rows("select count(*) from log"), "3", "what a failed node's hook did is undone");
}

fn hook(lab: &Lab, moment: HookMoment, index: usize, sql: &str) -> Node {
    let file = lab.sources.add("dbt_project.yml", sql);
    let body = Body { text: file.shared_text(), file: file.id(), offset: 0, checksum: String::new() };
    let name = format!("shop-on-run-{}-{index}", if moment == HookMoment::Start { "start" } else { "end" });
    let mut node = lab.named(NodeKind::Hook(RunHook { body: body.into(), moment, index }), &name, &json!({}));
    node.relation = None;
    node
}

#[test]
fn hooks_of_the_run_see_its_results() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id").node("b", &table(), "select nope");
    let end = "insert into log select '{{ results | map(attribute='status') | sort | join('+') }} {{ schemas | join }} \
               {{ results[0].node.resource_type }} {{ results[0].to_dict()['timing'][0]['name'] }} \
               {{ results[0].node.config.materialized }} {{ results[0].node.config.nothing_such is none }} \
               {{ results[0].to_dict().node.config.nothing_such is none }}'";
    let hooks = [
        hook(&lab, HookMoment::Start, 0, "create table log (line text)"),
        hook(&lab, HookMoment::Start, 1, "  {# nothing #} "),
        hook(&lab, HookMoment::End, 0, end),
    ];
    for node in hooks {
        lab.put(node);
    }
    let told = lab.told(Mode::Run);
    assert_eq!(
        lab.rows("select line from log"),
        "error+success main model compile table True False",
        "{told}"
    );
    assert!(
        told.contains("operation.shop.shop-on-run-start-1 success: shop.on-run-start.1 passed"),
        "{told}"
    );
}

#[test]
fn hooks_end_a_run_that_stopped_at_a_failure() {
    let mut lab = Lab::new();
    lab.fail_fast = true;
    lab.node("a", &table(), "select nope").node("b", &table(), "select 1 as id");
    let end = hook(&lab, HookMoment::End, 0, "create table log as select '{{ results | length }}' as line");
    lab.put(end);
    let told = lab.told(Mode::Run);
    assert_eq!(lab.rows("select line from log"), "2", "{told}");
}

#[test]
fn nodes_are_built_also_after_a_start_hook_failed() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id");
    let first = hook(&lab, HookMoment::Start, 0, "select nope");
    let second = hook(&lab, HookMoment::Start, 1, "select 1");
    lab.put(first).put(second);
    let told = lab.told(Mode::Run);
    assert!(told.contains("model.shop.a success"), "{told}");
    assert!(told.contains("operation.shop.shop-on-run-start-0 error"), "{told}");
    assert!(told.contains("operation.shop.shop-on-run-start-1 skipped"), "{told}");
}

#[test]
fn missing_schemas_are_created_first() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select 1 as id");
    lab.nodes[0].relation.as_mut().unwrap().schema = Some("Marts".to_owned());
    lab.build();
    lab.build();
    assert_eq!(lab.rows("select id from \"Marts\".a"), "1");
}

#[test]
fn a_seed_is_loaded_emptied_and_loaded_anew() {
    let mut lab = Lab::new();
    let write = |lab: &Lab, text: &str| files::write(&lab.folder.path().join("seeds/s.csv"), text).unwrap();
    let seed = Seed {
        root_path: lab.folder.path().to_owned(),
        checksum: Checksum { name: "none".into(), value: String::new() },
    };
    let config = json!({"materialized": "seed", "column_types": {"code": "varchar"}});
    let mut node = lab.named(NodeKind::Seed(seed), "s", &config);
    node.origin.original_file_path = "seeds/s.csv".to_owned();
    lab.put(node);
    write(&lab, "id,code,on\n1,007,2024-01-01\n2,,\n");
    assert_eq!(lab.told(Mode::Build), "seed.shop.s success: INSERT 2");
    assert_eq!(lab.rows("select * from s order by id"), "1|007|2024-01-01, 2|NULL|NULL");
    write(&lab, "id,code,on\n3,008,\n");
    assert_eq!(lab.told(Mode::Build), "seed.shop.s success: INSERT 1");
    assert_eq!(lab.rows("select * from s"), "3|008|NULL");
    write(&lab, "id\n3,1\n");
    let told = "seed.shop.s error: Compilation Error in seed s (seeds/s.csv)";
    assert_eq!(lab.told(Mode::Build), told);
    let message = lab.run(Mode::Build).results[0].message.clone();
    assert_eq!(
        message.unwrap_or_default(),
        format!(
            "{}\n  line 2: 2 fields, but the header names 1",
            told.trim_start_matches("seed.shop.s error: ")
        )
    );
    assert_eq!(lab.rows("select * from s"), "3|008|NULL");
}

#[test]
fn a_users_materialization_runs_as_written() {
    let mut lab = Lab::with_macros(
        "{% materialization archive, default %}
           {% call statement('main') %}create or replace table {{ this }} as {{ sql }}{% endcall %}
           {% do adapter.commit() %}
           {{ return({'relations': [this]}) }}
         {% endmaterialization %}",
    );
    lab.node("a", &json!({"materialized": "archive"}), "select 5 as id");
    lab.build();
    assert_eq!(lab.rows("select id from a"), "5");
}

#[test]
fn many_models_on_many_threads_all_stand_in_the_end() {
    let mut lab = Lab::new();
    lab.threads = 8;
    for at in 0..40 {
        let parent = if at < 4 {
            "select 0 as n".to_owned()
        } else {
            format!("select n + 1 as n from {{{{ ref('m{}') }}}}", at - 4)
        };
        let config = if at % 3 == 0 { view() } else { table() };
        lab.node(&format!("m{at}"), &config, &parent);
    }
    lab.build();
    lab.build();
    assert_eq!(lab.rows("select n from m39"), "9");
}

#[test]
fn a_running_statement_is_cancelled() {
    let mut lab = Lab::new();
    lab.node("slow", &table(), "select sum(a.range * b.range) from range(1000000) a, range(1000000) b").node(
        "after",
        &table(),
        "select * from {{ ref('slow') }}",
    );
    let stop = lab.stop.clone();
    let watch = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        stop.request();
    });
    let outcome = lab.run(Mode::Run);
    watch.join().unwrap();
    assert_eq!(outcome.ending, Ending::Cancelled);
    assert!(outcome.results.iter().all(|result| result.status == Status::Skipped), "{outcome:?}");
    assert_eq!(lab.relations(), "");
}

#[test]
fn a_preview_and_a_compilation_store_nothing() {
    let mut lab = Lab::new();
    lab.node("a", &table(), "select range as n from range(9)");
    let outcome = lab.run(Mode::Show { limit: Some(2) });
    let Detail::Preview(rows) = &outcome.results[0].detail else { panic!("{outcome:?}") };
    assert_eq!(rows.rows.len(), 2);
    let outcome = lab.run(Mode::Compile);
    assert_eq!(&*outcome.results[0].compiled.as_ref().unwrap().code, "select range as n from range(9)");
    assert_eq!(lab.relations(), "");
}

#[test]
fn an_operation_and_a_query_run_alone() {
    let lab = Lab::with_macros(
        "{% macro make(n) %}{% do run_query('create table x as select ' ~ n ~ ' as n') %}{% do adapter.commit() %}{% endmacro %}",
    );
    let runtime = lab.runtime();
    let info = lab.engine.library().find("make", "shop").unwrap();
    let arguments = [("n", crate::template::Value::from(4))];
    let alone = Alone::Operation { info, arguments: &arguments };
    let outcome = execute_alone(&runtime, &alone, &lab.stop, &mut |_| {});
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(lab.rows("select n from x"), "4");
    let file = lab.sources.add("--inline", "select n + 1 as n from x");
    let text = crate::template::Text::new("select n + 1 as n from x", file.id(), 0);
    let alone = Alone::Query { text: &text, mode: Mode::Show { limit: None } };
    let outcome = execute_alone(&runtime, &alone, &lab.stop, &mut |_| {});
    let Detail::Preview(rows) = &outcome.results[0].detail else { panic!("{outcome:?}") };
    assert_eq!(rows.rows, [[Cell::Integer(5)]]);
}
