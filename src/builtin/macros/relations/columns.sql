{% macro get_columns_in_relation(relation) -%}
  {{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_columns_in_relation(relation) -%}
  {{ exceptions.raise_not_implemented('`get_columns_in_relation` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{#- Columns from rows of (name, type, character length, numeric precision, numeric scale). -#}
{% macro sql_convert_columns_in_relation(table) -%}
  {%- set columns = [] -%}
  {%- for row in table -%}
    {%- do columns.append(api.Column(row[0], row[1], row[2], row[3], row[4])) -%}
  {%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}

{% macro get_list_of_column_names(columns) -%}
  {{ return(columns | map(attribute='name') | list) }}
{%- endmacro %}

{#- A query with the columns of another one and without its rows, which reads no data. -#}
{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{%- endmacro %}

{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {%- if select_sql_header is not none %}{{ select_sql_header }}
{% endif -%}
select * from (
{{ select_sql }}
) as __dbt_sbq
where false
limit 0
{%- endmacro %}

{#- A query without a source that has the columns that a property file declares. -#}
{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}

{% macro default__get_empty_schema_sql(columns) -%}
  {%- set expressions = [] -%}
  {%- set untyped = [] -%}
  {%- set unsized = [] -%}
  {%- for column in columns.values() -%}
    {%- set data_type = column.get('data_type') -%}
    {%- if not data_type -%}
      {%- do untyped.append(column['name']) -%}
    {%- else -%}
      {%- if data_type.strip().lower() in ('numeric', 'decimal', 'number') -%}
        {%- do unsized.append(column['name']) -%}
      {%- endif -%}
      {%- set name = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
      {%- do expressions.append((cast('null', data_type) | trim) ~ ' as ' ~ name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if untyped -%}
    {%- do exceptions.column_type_missing(column_names=untyped) -%}
  {%- elif unsized -%}
    {%- do exceptions.warn(
      'these columns are numeric without a precision and scale, so that values may be rounded: '
        ~ unsized | join(', ') ~ ' (dbt says: Detected columns with numeric type and unspecified precision/scale, '
        ~ 'this can lead to unintended rounding: ' ~ unsized ~ ')'
    ) -%}
  {%- endif -%}
  select {{ expressions | join(', ') }}
{%- endmacro %}

{#- The columns of a query, with their types. -#}
{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{#- The column names of a query. -#}
{% macro get_columns_in_query(select_sql) -%}
  {{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}
{%- endmacro %}

{% macro default__get_columns_in_query(select_sql) -%}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- call statement('get_columns_in_query', fetch_result=true, auto_begin=false) -%}
    {{ get_empty_subquery_sql(select_sql) }}
  {%- endcall -%}
  {{ return(load_result('get_columns_in_query').table.column_names | list) }}
{%- endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
  {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}

{#- By way of a second column, which every warehouse understands. -#}
{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
  {%- set table = relation.render() -%}
  {%- set column = adapter.quote(column_name) -%}
  {%- set replacement = adapter.quote(column_name ~ '__dbt_alter') -%}
  {%- call statement('alter_column_type') -%}
alter table {{ table }} add column {{ replacement }} {{ new_column_type }};
update {{ table }} set {{ replacement }} = {{ column }};
alter table {{ table }} drop column {{ column }} cascade;
alter table {{ table }} rename column {{ replacement }} to {{ column }}
  {%- endcall -%}
{%- endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
  {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{%- endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
  {%- set changes = [] -%}
  {%- for column in add_columns or [] -%}
    {%- do changes.append('add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do changes.append('drop column ' ~ column.quoted) -%}
  {%- endfor -%}
  {%- do run_query('alter ' ~ relation.type ~ ' ' ~ relation.render() ~ ' ' ~ changes | join(', ')) -%}
{%- endmacro %}
