{% macro get_create_view_as_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
  {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
  {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract and contract.enforced -%}
    {{ get_assert_columns_equivalent(sql) | trim }}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create view {{ relation.render() }} as (
{{ sql }}
);
{%- endmacro %}

{% macro drop_view(relation) -%}
  {{ return(adapter.dispatch('drop_view', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_view(relation) -%}
  drop view if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro get_rename_view_sql(relation, new_name) -%}
  {{ return(adapter.dispatch('get_rename_view_sql', 'dbt')(relation, new_name)) }}
{%- endmacro %}

{% macro default__get_rename_view_sql(relation, new_name) -%}
  {{ exceptions.raise_compiler_error('`get_rename_view_sql` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro get_replace_view_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_replace_view_sql(relation, sql) -%}
  {{ exceptions.raise_compiler_error('`get_replace_view_sql` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{#- A whole materialization for warehouses that replace views in place, called from
    within the materialization of an adapter or a project. -#}
{% macro create_or_replace_view() %}
  {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
  {%- set view = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type='view') -%}
  {%- set was_view = existing is not none and existing.is_view -%}

  {%- do run_hooks(pre_hooks) -%}
  {%- if existing is not none and existing.is_table -%}
    {%- do handle_existing_table(should_full_refresh(), existing) -%}
  {%- endif -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(view, sql) }}
  {%- endcall -%}
  {%- do apply_grants(view, config.get('grants'), should_revoke=should_revoke(was_view, full_refresh_mode=true)) -%}
  {%- do run_hooks(post_hooks) -%}

  {{ return({'relations': [view]}) }}
{% endmacro %}

{#- What happens to a table whose name a view is to take. -#}
{% macro handle_existing_table(full_refresh, old_relation) %}
  {{ return(adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation)) }}
{% endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {%- do log('Dropping ' ~ old_relation.render() ~ ', a ' ~ old_relation.type ~ ', to make way for a view') -%}
  {%- do adapter.drop_relation(old_relation) -%}
{% endmacro %}
