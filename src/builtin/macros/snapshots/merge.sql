{#- Puts the changes of a staging table into the snapshot's table. -#}
{% macro snapshot_merge_sql(target, source, insert_cols) -%}
  {{ return(adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols)) }}
{%- endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = snapshot_meta_columns() -%}
  {%- set inserted = insert_cols | join(', ') -%}
merge into {{ target.render() }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
when matched
  and {{ snapshot_is_current('DBT_INTERNAL_DEST.' ~ columns.dbt_valid_to) | trim }}
  and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
  then update set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
when not matched
  and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
  then insert ({{ inserted }})
  values ({{ inserted }})
{%- endmacro %}
