//! What is compiled ahead is what would be compiled at its turn, or nothing.

use super::stage::Stage;
use crate::compile::EarlyJob;

/// A model of this text, with an ephemeral one and a table beside it.
fn stage(text: &str) -> Stage {
    let macros = "{% macro seven() %}7{% endmacro %}\
                  {% macro asks() %}{% if execute %}{{ run_query('select 3').rows[0][0] }}{% endif %}{% endmacro %}\
                  {% macro tells() %}{% do log('told', info=true) %}{% endmacro %}";
    Stage::new(&[
        ("models/m.sql", text),
        ("models/a.sql", "{{ config(materialized='table') }}select 1 as id"),
        ("models/e.sql", "{{ config(materialized='ephemeral') }}select * from {{ ref('a') }}"),
        ("macros/m.sql", macros),
    ])
}

#[track_caller]
fn check(text: &str, is_early: bool) {
    let stage = stage(text);
    let early = EarlyJob::new(&stage.runtime, stage.id("model.shop.m")).compile();
    assert!(stage.listener.statements.lock().unwrap().is_empty());
    assert!(stage.runtime.ephemerals().is_empty(), "only a turn leaves traces");
    assert_eq!(early.is_some(), is_early, "{text}");
    let job = stage.job("model.shop.m");
    let compiled = job.compile();
    if let Some(early) = early {
        assert_eq!(Some(&early), compiled.as_ref().ok(), "{text}");
        let other = stage.job("model.shop.m");
        other.adopt(&early).unwrap();
        assert_eq!(other.member("sql").map(|sql| sql.to_string()), Some(early.sql.clone()));
    }
}

#[test]
fn what_needs_the_project_alone_is_early() {
    check("select 1", true);
    check("select * from {{ ref('a') }} join {{ ref('e') }} using (id)", true);
    check("{{ config(materialized='table', tags=['x']) }}select {{ seven() }}, '{{ this }}'", true);
    check("select {{ var('n', 3) }}, '{{ target.schema }}', {{ execute }}, '{{ config.get('tags') }}'", true);
    check("select {{ adapter.quote('a') }}, {{ dbt.type_string() }}, '{{ adapter.type() }}'", true);
    check("{% for node in graph.nodes.values() %}{{ node.name }} {% endfor %}{{ model.name }}", true);
    check("{% set sql = 'x' %}select '{{ sql }}', {{ builtins.ref('a') }}", true);
}

#[test]
fn what_wants_the_warehouse_or_the_hour_is_not() {
    check("select {{ asks() }}", false);
    check("select 1 {% if is_incremental() %}where false{% endif %}", false);
    check("select '{{ adapter.get_relation('memory', 'main', 'a') }}'", false);
    check("select {{ adapter.get_columns_in_relation(ref('a')) | length }}", false);
    check("{% set find = adapter.get_relation %}select 1", false);
    check("select '{{ modules.datetime.datetime.now() }}'", false);
    check("select '{{ thread_id }}'", false);
    check("{% if thread_id is defined %}select 1{% endif %}", false);
    check("select 1 {% do store_raw_result('x', message='OK') %}", false);
}

#[test]
fn what_speaks_or_fails_waits_for_its_turn() {
    check("select 1 {{ tells() }}", false);
    check("select 1 {% do exceptions.warn('careful') %}", false);
    check("select 1 {% do adapter.warn_once('careful') %}", false);
    check("{% if execute %}{{ exceptions.raise_compiler_error('no') }}{% endif %}", false);
    check("{% if execute %}{{ ref('a' ~ 'b') }}{% endif %}", false);
}
