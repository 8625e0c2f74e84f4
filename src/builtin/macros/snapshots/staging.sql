{#- What a later run of a snapshot changes, as a query. `dbt_change_type` says what becomes of
    a row: `insert` adds a record; `update` and `delete` end the record of the same
    `dbt_scd_id`. Strategies refer to `snapshotted_data`, the records that hold now, and to
    `source_data`, the rows of the source. -#}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ return(adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation)) }}
{%- endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = snapshot_meta_columns() -%}
  {%- set key = strategy.unique_key -%}
  {%- set sees_deletes = strategy.hard_deletes in ['invalidate', 'new_record'] -%}
  {%- set records_deletes = strategy.hard_deletes == 'new_record' -%}
  {%- set same_key = unique_key_join_on(key, 'snapshotted_data', 'source_data') | trim -%}
  {%- set changed = snapshot_row_changed(strategy, columns) | trim -%}
with snapshot_query as (
{{ source_sql }}
),
snapshotted_data as (
  select *, {{ unique_key_fields(key) | trim }}
  from {{ target_relation }}
  where {{ snapshot_is_current(columns.dbt_valid_to) | trim }}
),
insertions_source_data as (
  select *, {{ unique_key_fields(key) | trim }},
    {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, columns) | trim }},
    {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
  from snapshot_query
),
updates_source_data as (
  select *, {{ unique_key_fields(key) | trim }},
    {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}
  from snapshot_query
),
  {%- if sees_deletes %}
deletes_source_data as (
  select *, {{ unique_key_fields(key) | trim }}
  from snapshot_query
),
  {%- endif %}
insertions as (
  select
    'insert' as dbt_change_type,
    source_data.*
    {%- if records_deletes %},
    'False' as {{ columns.dbt_is_deleted }}
    {%- endif %}
  from insertions_source_data as source_data
  left join snapshotted_data on {{ same_key }}
  where {{ unique_key_is_null(key, 'snapshotted_data') | trim }}
    or ({{ unique_key_is_not_null(key, 'snapshotted_data') | trim }} and ({{ changed }}))
),
updates as (
  select
    'update' as dbt_change_type,
    source_data.*,
    snapshotted_data.{{ columns.dbt_scd_id }}
    {%- if records_deletes %},
    snapshotted_data.{{ columns.dbt_is_deleted }}
    {%- endif %}
  from updates_source_data as source_data
  inner join snapshotted_data on {{ same_key }}
  where ({{ changed }})
)
  {%- if sees_deletes %},
deletes as (
{{ snapshot_deletes(strategy, columns) | trim }}
)
  {%- endif %}
  {%- if records_deletes %},
deletion_records as (
{{ snapshot_deletion_records(strategy, columns, source_sql, target_relation) | trim }}
)
  {%- endif %}
select * from insertions
union all
select * from updates
  {%- if sees_deletes %}
union all
select * from deletes
  {%- endif %}
  {%- if records_deletes %}
union all
select * from deletion_records
  {%- endif -%}
{%- endmacro %}

{#- A row that has come back after its deletion was recorded counts as changed. -#}
{% macro snapshot_row_changed(strategy, columns) -%}
  {{ strategy.row_changed }}
  {%- if strategy.hard_deletes == 'new_record' %} or snapshotted_data.{{ columns.dbt_is_deleted }} = 'True'{% endif -%}
{%- endmacro %}

{#- From the records that hold now to those whose row is gone from the source. With
    `new_record`, the last record of a gone row says so itself and stays as it is. -#}
{% macro snapshot_rows_gone(strategy, columns) -%}
  {%- set key = strategy.unique_key -%}
  from snapshotted_data
  left join deletes_source_data as source_data on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') | trim }}
  where {{ unique_key_is_null(key, 'source_data') | trim }}
  {%- if strategy.hard_deletes == 'new_record' %}
    and snapshotted_data.{{ columns.dbt_is_deleted }} <> 'True'
  {%- endif -%}
{%- endmacro %}

{% macro snapshot_deletes(strategy, columns) -%}
  {%- set now = snapshot_get_time() | trim %}
  select
    'delete' as dbt_change_type,
    source_data.*,
    {{ now }} as {{ columns.dbt_updated_at }},
    {{ now }} as {{ columns.dbt_valid_from }},
    {{ now }} as {{ columns.dbt_valid_to }},
    snapshotted_data.{{ columns.dbt_scd_id }}
  {%- if strategy.hard_deletes == 'new_record' %},
    snapshotted_data.{{ columns.dbt_is_deleted }}
  {%- endif %}
  {{ snapshot_rows_gone(strategy, columns) }}
{%- endmacro %}

{#- The record that tells of a deletion repeats the last values of the row. -#}
{% macro snapshot_deletion_records(strategy, columns, source_sql, target_relation) -%}
  {%- set now = snapshot_get_time() | trim -%}
  {%- set existing = get_list_of_column_names(get_columns_in_relation(target_relation)) -%}
  {%- set values = [] -%}
  {%- for name in get_columns_in_query(source_sql) -%}
    {%- do values.append(('snapshotted_data.' if name in existing else 'source_data.') ~ adapter.quote(name)) -%}
  {%- endfor -%}
  {%- if strategy.unique_key | is_list -%}
    {%- for key in strategy.unique_key -%}
      {%- do values.append('snapshotted_data.dbt_unique_key_' ~ loop.index) -%}
    {%- endfor -%}
  {%- else -%}
    {%- do values.append('snapshotted_data.dbt_unique_key') -%}
  {%- endif %}
  select
    'insert' as dbt_change_type,
    {{ values | join(',\n    ') }},
    {{ now }} as {{ columns.dbt_updated_at }},
    {{ now }} as {{ columns.dbt_valid_from }},
    snapshotted_data.{{ columns.dbt_valid_to }},
    {{ snapshot_hash_arguments([columns.dbt_scd_id, now]) | trim }} as {{ columns.dbt_scd_id }},
    'True' as {{ columns.dbt_is_deleted }}
  {{ snapshot_rows_gone(strategy, columns) }}
{%- endmacro %}
