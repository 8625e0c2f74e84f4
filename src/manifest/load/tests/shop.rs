//! A project with something of everything. What the tests expect of it was
//! recorded from dbt-core 1.11.

pub(super) const SHOP: &[(&str, &str)] = &[
    ("dbt_project.yml", PROJECT),
    ("macros/hello.sql", "{% macro hello() %}select 3{% endmacro %}"),
    ("models/staging/stg_orders.sql", STG_ORDERS),
    ("models/staging/stg_seed.sql", "select * from {{ ref('country') }}\n"),
    ("models/marts/dim.sql", DIM),
    ("models/marts/off.sql", "{{ config(enabled=false) }} select * from {{ ref('stg_orders') }}"),
    ("models/schema.yml", SCHEMA),
    (
        "models/d.md",
        "{% docs text %}\n raw *doc* {% raw %}{{ x }}{% endraw %}{# note #}{{ gone }}\n{% enddocs %}\n",
    ),
    ("snapshots/s.sql", SNAPSHOT),
    ("tests/t_single.sql", "select * from {{ ref('dim') }} where false\n"),
    ("analyses/an.sql", "select * from {{ ref('dim') }}\n"),
    ("seeds/country.csv", "code,name\n1,a\n"),
];

/// `name` and `profile` are added in front.
const PROJECT: &str = "\
on-run-start: ['select 1', '{{ hello() }}']
on-run-end: select 2
models:
  shop:
    +tags: proj
    staging:
      +schema: stg
      +meta: {owner: a}
      +grants: {select: [bob]}
    marts:
      materialized: table
      +pre-hook: select 'pre'
data_tests: {+severity: warn}
";

const STG_ORDERS: &str = "\
{{ config(tags=['one'], meta={'k': 2}, grants={'+select': ['amy']}) }}
select * from {{ source('raw', 'orders') }} {{ config(tags='two') }}
";

const DIM: &str = r#"
{{ config(
    materialized='incremental',
    post_hook=["select 'post' from {{ ref('stg_seed') }}"],
    pre_hook={'sql': 'vacuum', 'transaction': false},
) }}
select {{ dbt.dateadd('day', 1, 'x') }} from {{ ref('stg_orders') }}
{% if is_incremental() %} where a > (select max(a) from {{ ref('hidden') }}) {% endif %}
"#;

const SCHEMA: &str = r#"
sources:
  - name: raw
    schema: raw_s
    tables: [{name: orders, identifier: Orders}]
models:
  - name: stg_orders
    description: hi {{ doc('text') }}
    config: {tags: [yml], materialized: "{{ 'table' }}"}
    columns:
      - name: id
        tags: [ct]
        data_tests:
          - not_null
          - relationships: {arguments: {to: "ref('country')", field: code}}
  - name: 'off'
    columns: [{name: a, data_tests: [unique]}]
exposures:
  - name: dash
    type: dashboard
    owner: {email: a@b.c}
    depends_on: ["ref('dim')", "source('raw', 'orders')"]
snapshots:
  - name: ysnap
    relation: ref('stg_orders')
    config: {strategy: check, unique_key: id, check_cols: all, schema: snaps}
"#;

const SNAPSHOT: &str = "\
{% snapshot snap %}
{{ config(unique_key='id', strategy='timestamp', updated_at='u', target_schema='tsnap') }}
select * from {{ ref('stg_orders') }}
{% endsnapshot %}
";
