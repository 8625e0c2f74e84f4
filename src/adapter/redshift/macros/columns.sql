{#- A type is changed by way of a second column: `alter column … type`, which only widens
    texts, is refused inside a transaction. -#}
{% macro redshift__alter_column_type(relation, column_name, new_column_type) -%}
  {{ default__alter_column_type(relation, column_name, new_column_type) }}
{%- endmacro %}

{#- One column in each statement: more are not allowed. -#}
{% macro redshift__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
  {%- set alter = 'alter ' ~ relation.type ~ ' ' ~ relation -%}
  {%- for column in add_columns or [] -%}
    {%- do run_query(alter ~ ' add column ' ~ column.quoted ~ ' ' ~ column.data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do run_query(alter ~ ' drop column ' ~ column.quoted) -%}
  {%- endfor -%}
{%- endmacro %}

{% macro redshift__get_columns_in_relation(relation) -%}
  {{ return(adapter.read_columns(relation)) }}
{%- endmacro %}

{#- The type of a column comes from the first row, so it should have a value in each. -#}
{% macro redshift__validate_fixture_rows(rows, row_number) -%}
  {%- for name, value in (rows[0] if rows else {}).items() if value is none -%}
    {%- set place = 'the expected rows' if model.resource_type == 'unit_test' else 'the rows for `' ~ model.name ~ '`' -%}
    {%- do exceptions.raise_compiler_error(
      place ~ ' begin with a row in which `' ~ name ~ '` is null; put a row without nulls first'
    ) -%}
  {%- endfor -%}
{%- endmacro %}
