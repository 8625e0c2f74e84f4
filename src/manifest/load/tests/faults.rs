//! Files with mistakes, each with the rules that it breaks.

pub(super) const FAULTS: &[(&str, &str, &[&str])] = &[
    ("dbt_project.yml", "models: {shop: {gone: {+schema: x}}}\n", &["unused-config-path"]),
    ("macros/m.sql", "{% macro m() %}{% endmacro %}{% macro m() %}{% endmacro %}", &["duplicate-macro"]),
    (
        "models/a.sql",
        "{{ config(materialized='tabel', enabled='yes') }} select * from {{ ref('bb') }}",
        &["unknown-materialization", "wrong-config-value", "unknown-ref"],
    ),
    (
        "models/b.sql",
        "{{ config(tags=3, group='nobody') }} select * from {{ source('raw', 'ordrs') }}",
        &["wrong-config-value", "unknown-group", "unknown-source"],
    ),
    ("models/c.sql", "select {{ 1 + }}", &["template-syntax"]),
    (
        "models/d.sql",
        "{{ config(alias='b') }} select * from {{ ref('off') }}",
        &["ambiguous-alias", "disabled-target"],
    ),
    ("models/off.sql", "{{ config(enabled=false, group='nobody') }} select 1", &[]),
    ("models/x/c.sql", "select 1", &["duplicate-name"]),
    ("models/s.yml", SCHEMA, &["unknown-node", "unknown-doc", "unknown-test"]),
    ("models/batches.sql", BATCHES, &["microbatch-config", "unfiltered-batches"]),
    ("tests/t.sql", "select * from {{ ref('nowhere') }}", &["unknown-ref"]),
    ("snapshots/s.sql", SNAPSHOT, &["missing-snapshot-config"]),
];

const SCHEMA: &str = r#"
models:
  - name: aa
  - name: b
    description: "{{ doc('nope') }}"
    columns: [{name: id, data_tests: [uniqe]}]
sources:
  - name: raw
    tables: [{name: orders}]
"#;

const BATCHES: &str = "\
{{ config(
    materialized='incremental',
    incremental_strategy='microbatch',
    begin='2024-01-01',
    batch_size='day',
) }}
select 1
";

const SNAPSHOT: &str = "\
{% snapshot s %}
{{ config(strategy='timestamp', unique_key='id') }}
select 1
{% endsnapshot %}
";
