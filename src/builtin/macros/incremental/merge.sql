{#- Rows of `source` replace those of `target` that have the same key; `target` is named
    DBT_INTERNAL_DEST and `source` DBT_INTERNAL_SOURCE, for predicates to refer to.
    `predicates` is the older name of `incremental_predicates`. -#}
{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set predicates = kwargs.get('predicates', incremental_predicates) -%}
  {{ return(adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, predicates)) }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set conditions = [] + (incremental_predicates or []) -%}
  {%- if not unique_key -%}
    {%- do conditions.append('false') -%}
  {%- elif unique_key is string -%}
    {%- do conditions.append(get_merge_unique_key_match(
      ('DBT_INTERNAL_SOURCE.' ~ unique_key) | trim,
      ('DBT_INTERNAL_DEST.' ~ unique_key) | trim
    )) -%}
  {%- else -%}
    {%- for key in unique_key -%}
      {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
merge into {{ target }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
on ({{ conditions | join(') and (') }})
  {%- if unique_key %}
    {%- set assignments = [] -%}
    {%- for column in get_merge_update_columns(
      config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns
    ) -%}
      {%- do assignments.append(column ~ ' = DBT_INTERNAL_SOURCE.' ~ column) -%}
    {%- endfor %}
when matched then update set
  {{ assignments | join(',\n  ') }}
  {%- endif %}
when not matched then insert ({{ columns }})
values ({{ columns }})
{%- endmacro %}

{% macro get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
  {{ return(adapter.dispatch('get_merge_unique_key_match', 'dbt')(source_unique_key, target_unique_key)) }}
{%- endmacro %}

{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
  {{ return(equals(source_unique_key, target_unique_key) | trim) }}
{%- endmacro %}

{#- Deletes the rows of `target` whose key is in `source`, then inserts all of `source`. -#}
{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ return(adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(
    target, source, unique_key, dest_columns, incremental_predicates
  )) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- if unique_key -%}
    {%- set key = unique_key if unique_key is string else unique_key | join(', ') -%}
delete from {{ target }} as DBT_INTERNAL_DEST
where ({{ key }}) in (
  select distinct {{ key }}
  from {{ source }} as DBT_INTERNAL_SOURCE
)
    {%- for predicate in incremental_predicates or [] %}
  and {{ predicate }}
    {%- endfor -%};
{% endif -%}
insert into {{ target }} ({{ columns }})
(
  select {{ columns }}
  from {{ source }}
)
{%- endmacro %}

{#- Replaces the rows of `target` that meet `predicates`, all of them where there are none. -#}
{% macro get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) -%}
  {{ return(adapter.dispatch('get_insert_overwrite_merge_sql', 'dbt')(
    target, source, dest_columns, predicates, include_sql_header
  )) }}
{%- endmacro %}

{% macro default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
  {%- set header = config.get('sql_header', none) if include_sql_header else none -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
merge into {{ target }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
on false
when not matched by source{{ ' and ' ~ predicates | join(' and ') if predicates }} then delete
when not matched then insert ({{ columns }})
values ({{ columns }})
{%- endmacro %}
