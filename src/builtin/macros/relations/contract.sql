{#- Contracts: the columns that a model promises, as DDL and as a check. -#}
{% macro get_table_columns_and_constraints() -%}
  {{ return(adapter.dispatch('get_table_columns_and_constraints', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() -%}
  {%- set columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
  {%- set constraints = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
(
  {{ (columns + constraints) | join(',\n  ') }}
)
{%- endmacro %}

{#- The promised columns, in the order of the property file, picked from a query. -#}
{% macro get_select_subquery(sql) -%}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__get_select_subquery(sql) -%}
select {{ adapter.dispatch('get_column_names', 'dbt')() | trim }}
from (
{{ sql }}
) as model_subq
{%- endmacro %}

{% macro default__get_column_names() -%}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  {{ names | join(', ') }}
{%- endmacro %}

{#- Raises an error unless a query has just the promised columns and types. -#}
{% macro get_assert_columns_equivalent(sql) -%}
  {{ return(adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro assert_columns_equivalent(sql) -%}
  {%- if not model['columns'] -%}
    {%- do exceptions.raise_contract_error([], []) -%}
  {%- endif -%}
  {%- set actual = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) -%}
  {%- set promised = format_columns(get_column_schema_from_query(get_empty_schema_sql(model['columns']))) -%}
  {%- if actual | length != promised | length -%}
    {%- do exceptions.raise_contract_error(promised, actual) -%}
  {%- endif -%}
  {%- for column in actual -%}
    {%- set counterpart = promised | selectattr('name', 'equalto', column['name']) | list | first -%}
    {%- if not counterpart or counterpart['formatted'] != column['formatted'] -%}
      {%- do exceptions.raise_contract_error(promised, actual) -%}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro format_columns(columns) -%}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{%- endmacro %}

{#- A column as contracts compare it: `formatted` must be equal on both sides. -#}
{% macro default__format_column(column) -%}
  {{ return({
    'name': column.name,
    'data_type': column.dtype,
    'formatted': column.column.lower() ~ ' ' ~ column.dtype
  }) }}
{%- endmacro %}
