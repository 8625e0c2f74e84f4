mod ahead;
mod query_comment;
mod stage;

use stage::Stage;

use super::*;
use crate::manifest::{NodeKind, UniqueId};
use crate::sql::{Relation, RelationKind};

/// Files of a project with models of these names and texts.
fn models<'a>(texts: &[(&'a str, &'a str)]) -> Vec<(String, &'a str)> {
    texts.iter().map(|(name, text)| (format!("models/{name}.sql"), *text)).collect()
}

fn stage(texts: &[(&str, &str)]) -> Stage {
    let files = models(texts);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    Stage::new(&files)
}

#[test]
fn refs_become_relations_and_ephemeral_models_become_ctes() {
    let ephemeral = "{{ config(materialized='ephemeral') }}";
    let stage = stage(&[
        ("a", "select 1 as id"),
        ("e", &format!("{ephemeral}select * from {{{{ ref('a') }}}}")),
        ("f", &format!("{ephemeral}select * from {{{{ ref('e') }}}}")),
        ("b", "with x as (select 1)\nselect * from {{ ref('f') }} join {{ ref('e') }} using (id)"),
    ]);
    insta::assert_snapshot!(stage.sql("b"), @r#"
    with  __dbt__cte__e as (
    select * from "memory"."main"."a"
    ),  __dbt__cte__f as (
    select * from __dbt__cte__e
    ), x as (select 1)
    select * from __dbt__cte__f join __dbt__cte__e using (id)
    "#);
    assert_eq!(stage.sql("e"), r#"select * from "memory"."main"."a""#);
    let compiled = stage.job("model.shop.b").compile().unwrap();
    assert_eq!(compiled.ctes.len(), 2);
    assert!(compiled.own_sql.starts_with("with x as"));
}

#[test]
fn a_ref_that_parsing_did_not_see_is_explained() {
    let stage = stage(&[("a", "select 1"), ("b", "select {% if execute %}{{ ref('a') }}{% endif %}")]);
    let message = stage.sql("b");
    assert!(message.contains("could not be seen while the project was parsed"), "{message}");
    assert!(message.contains("-- depends_on: {{ ref('a') }}"), "{message}");
    assert!(stage.inline("select {{ ref('a') }}").contains(r#""memory"."main"."a""#));
    assert!(stage.inline("select {{ ref('aa') }}").contains("did you mean `a`?"));
}

#[test]
fn a_source_that_parsing_did_not_see_is_read() {
    let stage = Stage::new(&[
        ("models/schema.yml", "sources: [{name: raw, tables: [{name: t}]}]\n"),
        ("models/b.sql", "select * from {% if execute %}{{ source('raw', 't') }}{% endif %}"),
    ]);
    assert_eq!(stage.sql("b"), r#"select * from "memory"."raw"."t""#);
}

#[test]
fn templates_speak_with_the_warehouse() {
    let stage = stage(&[(
        "m",
        "{% set rows = run_query('select 1 as a, 2.50 as b union all select 2, 3') %}\
         {% if execute %}{{ rows.columns[0].values() | list }} {{ rows.rows[0]['b'] }}{% endif %} \
         {{ is_incremental() }} {{ execute }} {{ adapter.type() }} {{ this }} {{ model.name }} {{ target.schema }}",
    )]);
    assert_eq!(stage.sql("m"), r#"[1, 2] 2.50 False True duckdb "memory"."main"."m" m main"#);
    let statements = stage.listener.statements.lock().unwrap();
    assert_eq!(*statements, ["select 1 as a, 2.50 as b union all select 2, 3"]);
}

#[test]
fn results_are_loaded_once() {
    let stage = stage(&[("m", "select 1")]);
    let check = |text: &str, expected: &str| {
        let told = stage.inline(text);
        assert!(told.contains(expected), "{text}\n{told}");
    };
    let run = "{% call statement('x', fetch_result=true) %}select 7 as n{% endcall %}";
    check(&format!("{run}{{{{ load_result('x')['data'][0][0] }}}}"), "7");
    check(&format!("{run}{{{{ load_result('x').response }}}}"), "OK");
    check(&format!("{run}{{% do load_result('x') %}}{{{{ load_result('x') }}}}"), "it can be loaded once");
    check("{{ load_result('none') is none }}", "True");
    let main = run.replace("'x'", "'main'");
    check(&format!("{main}{{% do load_result('main') %}}{{{{ load_result('main').table | length }}}}"), "1");
}

#[test]
fn the_adapter_knows_relations_and_changes_them() {
    let stage = stage(&[("m", "select 1")]);
    let job = stage.job("model.shop.m");
    job.execute("create table t as select 1 as a, 'x' as b; create view v as select * from t").unwrap();
    let check = |text: &str, expected: &str| {
        let told = stage.inline(text);
        assert_eq!(told, expected, "{text}");
    };
    check("{{ adapter.get_relation('memory', 'main', 't').type }}", "table");
    check("{{ adapter.get_relation('memory', 'main', 'none') is none }}", "True");
    check(
        "{{ adapter.get_relation(database=none, schema='main', identifier='v') }}",
        r#""memory"."main"."v""#,
    );
    let t = "adapter.get_relation('memory', 'main', 't')";
    let columns =
        format!("{{{{ adapter.get_columns_in_relation({t}) | map(attribute='name') | join(',') }}}}");
    check(&columns, "a,b");
    check(&format!("{{{{ adapter.get_columns_in_relation({t})[1].data_type }}}}"), "character varying(256)");
    let rename =
        format!("{{% do adapter.rename_relation({t}, {t}.incorporate(path={{'identifier': 'u'}})) %}}");
    check(&format!("{rename}{{{{ {t} is none }}}}"), "True");
    check("{{ adapter.get_relation('memory', 'main', 'u').type }}", "table");
    check("{% do adapter.drop_relation(adapter.get_relation('memory', 'main', 'v')) %}ok", "ok");
    check("{{ adapter.get_relation('memory', 'main', 'v') is none }}", "True");
    check("{{ adapter.check_schema_exists('memory', 'MAIN') }} {{ adapter.quote('a') }}", "True \"a\"");
    check("{{ adapter.get_column_schema_from_query('select 1.5 as x')[0].dtype }}", "DECIMAL(2,1)");
    check("{{ adapter.dispatch('current_timestamp', 'dbt')() }}", "now()");
    check("{{ adapter.external_root() }} {{ adapter.is_motherduck() }}", ". False");
    let told = stage.inline("{{ adapter.get_relation('memory', 'main', 'U') }}");
    assert!(told.contains("differ only in upper and lower case"), "{told}");
    let told = stage.inline("{{ adapter.get_relatoin() }}");
    assert!(told.contains("did you mean `get_relation`?"), "{told}");
}

#[test]
fn a_rollback_takes_back_what_is_known() {
    let stage = stage(&[("m", "select 1")]);
    let job = stage.job("model.shop.m");
    let table = Relation::new(Some("memory"), "main", "t").with_kind(RelationKind::Table);
    assert_eq!(job.existing(&table).unwrap(), None);
    job.begin().unwrap();
    job.execute("create table t as select 1 as a").unwrap();
    job.created(&table);
    assert_eq!(job.existing(&table).unwrap(), Some(table.clone()));
    job.rollback().unwrap();
    assert_eq!(job.existing(&table).unwrap(), None);
    assert!(job.columns(&table).unwrap().is_empty());
    job.begin().unwrap();
    job.execute("create table t as select 1 as a").unwrap();
    job.created(&table);
    job.commit().unwrap();
    job.rollback().unwrap();
    assert_eq!(job.existing(&table).unwrap(), Some(table.clone()));
    job.drop_relation(&table).unwrap();
    assert_eq!(job.existing(&table).unwrap(), None);
}

#[test]
fn a_refused_statement_points_at_the_users_own_line() {
    let stage =
        stage(&[("a", "select 1 as id"), ("m", "select\n    nope,\n    id\nfrom {{ ref('a') }} as x\n")]);
    let job = stage.job("model.shop.m");
    job.execute("create table a as select 1 as id").unwrap();
    let compiled = job.compile().unwrap();
    let failure = job.execute(&format!("create table m as (\n{}\n)", compiled.sql)).unwrap_err();
    let shown = stage.show(&failure);
    assert!(shown.contains("models/m.sql:2:5"), "{shown}");

    let failure = job.execute("select\n  1 as fine,\n  wrong").unwrap_err();
    let shown = stage.show(&failure);
    assert!(shown.contains("SQL of m:3:3"), "{shown}");

    let shown = stage.inline("{% set x = run_query('select wrong') %}");
    assert!(shown.contains("`run_query` called from here"), "{shown}");
    assert!(!shown.contains("statement.sql"), "macros that came with the program do not help: {shown}");
}

#[test]
fn config_is_final_and_hooks_are_seen() {
    let stage = stage(&[(
        "m",
        "{{ config(materialized='table', tags=['x'], meta={'owner': 'me'}, pre_hook='select 1') }}\
         {{ config.get('materialized') }} {{ config.get('nope', 'default') }} {{ config.get('tags') }} \
         {{ config.require('materialized') }} {{ config.meta_get('owner') }} {{ config.persist_relation_docs() }} \
         {{ pre_hooks[0].sql }} {{ pre_hooks[0]['transaction'] }} {{ config.get('nope') is none }}",
    )]);
    assert_eq!(stage.sql("m"), "table default ['x'] table me False select 1 True True");
    assert!(stage.inline("{{ config.require('x') }}").contains("does not configure `x`"));
}

#[test]
fn empty_and_deferred_relations_stand_in() {
    let files = [("models/a.sql", "select 1"), ("models/b.sql", "select * from {{ ref('a') }}")];
    let stage = Stage::with(&files, RunOptions { empty: true, write: false, ..RunOptions::default() });
    assert_eq!(stage.sql("b"), r#"select * from (select * from "memory"."main"."a" where false limit 0)"#);
    let relations = [(UniqueId("model.shop.a".into()), Relation::new(Some("prod"), "main", "a"))];
    let deferral = Deferral { relations: relations.into_iter().collect(), favor_state: false };
    let options = RunOptions { deferral: Some(deferral), write: false, ..RunOptions::default() };
    let stage = Stage::with(&files, options);
    assert_eq!(stage.sql("b"), r#"select * from "prod"."main"."a""#);
    stage.job("model.shop.b").execute("create table a as select 1").unwrap();
    stage.job("model.shop.b").created(&Relation::new(Some("memory"), "main", "a"));
    assert_eq!(stage.sql("b"), r#"select * from "memory"."main"."a""#);
}

#[test]
fn unit_tests_put_rows_in_place_of_what_the_model_reads() {
    let test = "unit_tests:\n  - name: t\n    model: b\n    given:\n      - input: ref('a')\n        rows: [{id: 1}]\n    \
                overrides:\n      macros: {flag: 'yes'}\n      vars: {v: 7}\n    expect: {rows: [{id: 1}]}\n";
    let files = [
        ("models/a.sql", "select 1 as id"),
        ("models/b.sql", "select id, {{ var('v', 1) }}, '{{ flag() }}' from {{ ref('a') }}"),
        ("macros/flag.sql", "{% macro flag() %}no{% endmacro %}"),
        ("models/schema.yml", test),
    ];
    let stage = Stage::new(&files);
    let id =
        stage.runtime.parts.manifest.nodes.iter().find(|node| matches!(node.kind, NodeKind::UnitTest(_)));
    let job = stage.job(id.unwrap().unique_id.as_str());
    let inputs = [(stage.id("model.shop.a"), "select 5 as id".to_owned())];
    insta::assert_snapshot!(job.compile_unit_test(&inputs).unwrap().sql, @r"
    with __dbt__cte__a as (
    select 5 as id
    ) select id, 7, 'yes' from __dbt__cte__a
    ");
}

#[test]
fn operations_call_macros() {
    let files = [
        (
            "macros/m.sql",
            "{% macro add(a, b=1) %}{{ return(a + b) }}{% endmacro %}{% macro bad() %}{{ ref('e') }}{% endmacro %}",
        ),
        ("models/e.sql", "{{ config(materialized='ephemeral') }}select 1"),
    ];
    let stage = Stage::new(&files);
    let listener: std::sync::Arc<dyn Listener> =
        std::sync::Arc::<stage::RecordingListener>::clone(&stage.listener);
    let job = Job::operation(&stage.runtime, &stage.worker, "macro.shop.add", listener);
    let value = job.call("add", &[1.into()], &[("b", 2.into())]).unwrap();
    assert_eq!(value.to_string(), "3");
    assert_eq!(job.member("model").unwrap().get_attr("name").unwrap().to_string(), "add");
    let failure = job.call("bad", &[], &[]).unwrap_err();
    assert!(failure.to_string().contains("an operation cannot read it"), "{failure}");
}

#[test]
fn sources_may_be_files() {
    let yaml = "sources:\n  - name: raw\n    meta: {external_location: 'data/{name}.csv'}\n    tables:\n      - name: orders\n  \
                - name: shop\n    tables: [{name: items}]\n";
    let stage = Stage::new(&[
        ("models/schema.yml", yaml),
        ("models/m.sql", "select * from {{ source('raw', 'orders') }}, {{ source('shop', 'items') }}"),
    ]);
    assert_eq!(stage.sql("m"), r#"select * from 'data/orders.csv', "memory"."shop"."items""#);
}

#[test]
fn generic_tests_get_their_arguments() {
    let yaml = "models:\n  - name: a\n    columns:\n      - name: id\n        data_tests:\n          - unique\n          \
                - accepted_values: {arguments: {values: [1, 2], quote: false}, config: {where: 'id > 0'}}\n          \
                - relationships: {arguments: {to: ref('b'), field: id}}\n";
    let stage = Stage::new(&[
        ("models/schema.yml", yaml),
        ("models/a.sql", "select 1 as id"),
        ("models/b.sql", "select 1 as id"),
    ]);
    stage
        .job("model.shop.a")
        .execute("create table a as select 1 as id; create table b as select 3 as id")
        .unwrap();
    let failing = |name: &str| {
        let nodes = &stage.runtime.parts.manifest.nodes;
        let test = nodes.iter().find(|node| node.unique_id.as_str().starts_with(name)).unwrap();
        let job = stage.job(test.unique_id.as_str());
        let compiled = job.compile().unwrap_or_else(|failure| panic!("{}", stage.show(&failure)));
        (job.query(&compiled.sql, None).unwrap().1.rows.len(), compiled.sql.clone())
    };
    assert_eq!(failing("test.shop.unique_a_id").0, 0);
    let (count, sql) = failing("test.shop.accepted_values_a_id");
    assert_eq!(count, 0);
    assert!(sql.contains("where id > 0"), "{sql}");
    assert_eq!(failing("test.shop.relationships_a_id").0, 1);
}
