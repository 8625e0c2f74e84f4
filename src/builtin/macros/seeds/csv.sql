{#- Creates the table of a seed and gives the SQL that did it. -#}
{% macro create_csv_table(model, agate_table) -%}
  {{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) -%}
  {%- set create = csv_table_sql(model, agate_table) -%}
  {%- call statement('_') -%}
    {{ create }}
  {%- endcall -%}
  {{ return(create) }}
{%- endmacro %}

{#- The statement for the table of a seed, before what a warehouse may add to it. -#}
{% macro csv_table_sql(model, agate_table) -%}
  {%- set types = model['config'].get('column_types', {}) or {} -%}
  {%- set quote_columns = model['config'].get('quote_columns', none) -%}
  {%- set columns = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
    {%- do columns.append(adapter.quote_seed_column(name | string, quote_columns) ~ ' ' ~ type) -%}
  {%- endfor -%}
create table {{ this.render() }} (
  {{ columns | join(',\n  ') }}
)
{%- endmacro %}

{#- Empties the table of a seed, or builds it anew, and gives the SQL for it. -#}
{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {%- if full_refresh -%}
    {%- do adapter.drop_relation(old_relation) -%}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- endif -%}
  {%- do adapter.truncate_relation(old_relation) -%}
  {{ return('truncate table ' ~ old_relation.render()) }}
{%- endmacro %}

{#- What the run file of a seed shows. -#}
{% macro get_csv_sql(create_or_truncate_sql, insert_sql) -%}
  {{ return(adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql)) }}
{%- endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) -%}
{{ create_or_truncate_sql }};
-- dbt seed --
{{ insert_sql }}
{%- endmacro %}

{#- The placeholder for a value that is sent beside the statement. -#}
{% macro get_binding_char() -%}
  {{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_binding_char() -%}
  {{ return('%s') }}
{%- endmacro %}

{#- How many rows of a seed one statement inserts. -#}
{% macro get_batch_size() -%}
  {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() -%}
  {{ return(10000) }}
{%- endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) -%}
  {%- set quote_columns = model['config'].get('quote_columns', none) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote_seed_column(name, quote_columns)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{%- endmacro %}

{#- Inserts the rows of a seed and gives the first statement. -#}
{% macro load_csv_rows(model, agate_table) -%}
  {{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__load_csv_rows(model, agate_table) -%}
  {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {%- set placeholders = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- do placeholders.append(get_binding_char()) -%}
  {%- endfor -%}
  {%- set row_sql = '(' ~ placeholders | join(', ') ~ ')' -%}
  {%- set statements = [] -%}
  {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
    {%- set values = [] -%}
    {%- set tuples = [] -%}
    {%- for row in chunk -%}
      {%- do values.extend(row) -%}
      {%- do tuples.append(row_sql) -%}
    {%- endfor -%}
    {%- set insert -%}
insert into {{ this.render() }} ({{ columns }}) values
{{ tuples | join(',\n') }}
    {%- endset -%}
    {%- do adapter.add_query(insert, bindings=values, abridge_sql_log=true) -%}
    {%- do statements.append(insert) -%}
  {%- endfor -%}
  {{ return(statements | first) }}
{%- endmacro %}
