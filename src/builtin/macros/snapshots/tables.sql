{#- The names of the columns that snapshots add, unless a snapshot renames them. -#}
{% macro get_snapshot_table_column_names() -%}
  {{ return({
    'dbt_valid_to': 'dbt_valid_to',
    'dbt_valid_from': 'dbt_valid_from',
    'dbt_scd_id': 'dbt_scd_id',
    'dbt_updated_at': 'dbt_updated_at',
    'dbt_is_deleted': 'dbt_is_deleted'
  }) }}
{%- endmacro %}

{#- The names that they have in this snapshot. -#}
{% macro snapshot_meta_columns() -%}
  {%- set columns = config.get('snapshot_table_column_names') -%}
  {%- if not columns -%}
    {%- set columns = get_snapshot_table_column_names() -%}
    {%- for column, name in (config.get('snapshot_meta_column_names') or {}).items() if name -%}
      {%- do columns.update({column: name}) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(columns) }}
{%- endmacro %}

{#- The query that a new snapshot table is made of. -#}
{% macro build_snapshot_table(strategy, sql) -%}
  {{ return(adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql)) }}
{%- endmacro %}

{% macro default__build_snapshot_table(strategy, sql) -%}
  {%- set columns = snapshot_meta_columns() -%}
select *,
  {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
  {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
  {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
  {{ get_dbt_valid_to_current(strategy, columns) | trim }}
  {%- if strategy.hard_deletes == 'new_record' %},
  'False' as {{ columns.dbt_is_deleted }}
  {%- endif %}
from (
{{ sql }}
) sbq
{%- endmacro %}

{#- The end of a record that holds now. `nullif` of a value with itself is a null of its type. -#}
{% macro get_dbt_valid_to_current(strategy, columns) -%}
  {%- set current = config.get('dbt_valid_to_current') or 'null' -%}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ current }}) as {{ columns.dbt_valid_to }}
{%- endmacro %}

{#- The condition that a record holds now; `valid_to` is the column, with its table's name. -#}
{% macro snapshot_is_current(valid_to) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {%- if current -%}
    ({{ equals(valid_to, current | trim) | trim }} or {{ valid_to }} is null)
  {%- else -%}
    {{ valid_to }} is null
  {%- endif -%}
{%- endmacro %}

{#- Makes the staging table of a run and gives its relation. -#}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) -%}
  {%- set staging = make_temp_relation(target_relation) -%}
  {%- set query = snapshot_staging_table(strategy, sql, target_relation) -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(true, staging, query) }}
  {%- endcall -%}
  {{ return(staging) }}
{%- endmacro %}

{#- Adds columns that the source has gained. -#}
{% macro create_columns(relation, columns) -%}
  {{ return(adapter.dispatch('create_columns', 'dbt')(relation, columns)) }}
{%- endmacro %}

{% macro default__create_columns(relation, columns) -%}
  {%- for column in columns -%}
    {%- call statement() -%}
      alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }}
    {%- endcall -%}
  {%- endfor -%}
{%- endmacro %}

{#- Tidies up after a snapshot, in warehouses where the staging table stays. -#}
{% macro post_snapshot(staging_relation) -%}
  {{ return(adapter.dispatch('post_snapshot', 'dbt')(staging_relation)) }}
{%- endmacro %}

{% macro default__post_snapshot(staging_relation) -%}
{%- endmacro %}

{#- The type of `dbt_updated_at` in a snapshot's query; none where it has no such column. -#}
{% macro get_updated_at_column_data_type(snapshot_sql) -%}
  {%- set found = [] -%}
  {%- for column in get_column_schema_from_query(snapshot_sql) if column.column | lower == 'dbt_updated_at' -%}
    {%- do found.append(column.dtype) -%}
  {%- endfor -%}
  {{ return(found | last if found else none) }}
{%- endmacro %}

{#- Warns where the times of a snapshot's rows are of another type than its own. -#}
{% macro check_time_data_types(sql) -%}
  {%- set row_type = get_updated_at_column_data_type(sql) -%}
  {%- set own_type = get_snapshot_get_time_data_type() -%}
  {%- if row_type is not none and own_type is not none and row_type != own_type
      and exceptions.warn_snapshot_timestamp_data_types -%}
    {%- do exceptions.warn_snapshot_timestamp_data_types(own_type, row_type) -%}
  {%- endif -%}
{%- endmacro %}
