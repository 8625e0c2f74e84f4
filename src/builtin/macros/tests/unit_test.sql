{#- The query that a unit test compares by: the actual and the expected rows, told apart
    by the column `actual_or_expected`. -#}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {{ return(adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names)) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {%- set columns = expected_column_names | join(', ') -%}
  {%- set side = adapter.quote('actual_or_expected') -%}
with dbt_internal_unit_test_actual as (
  select {{ columns }}, {{ dbt.string_literal('actual') }} as {{ side }}
  from (
{{ main_sql }}
  ) _dbt_internal_unit_test_actual
),
dbt_internal_unit_test_expected as (
  select {{ columns }}, {{ dbt.string_literal('expected') }} as {{ side }}
  from (
{{ expected_fixture_sql }}
  ) _dbt_internal_unit_test_expected
)
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}

{#- Fixture rows as a query with all columns of the relation that they stand for. Types
    and spelling come from the warehouse, unless `column_name_to_data_types` gives them. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
  {%- set types = column_name_to_data_types or {} -%}
  {%- set quoted = {} -%}
  {%- if types -%}
    {%- for name in types -%}
      {%- do quoted.update({name: adapter.quote(name)}) -%}
    {%- endfor -%}
  {%- else -%}
    {%- set original = defer_relation if defer_relation and not load_relation(this) else this -%}
    {%- for column in adapter.get_columns_in_relation(original) -%}
      {%- do types.update({column.name | lower: column.data_type}) -%}
      {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if not types -%}
    {%- do exceptions.raise_compiler_error(
      'the rows for `' ~ model.name ~ '` need the column types of ' ~ this ~ ', which does not exist; build it first, or give the rows as `format: sql`'
    ) -%}
  {%- endif -%}
  {%- do validate_fixture_rows(rows, rows | length) -%}

  {%- set empty_row = {} -%}
  {%- for name, type in types.items() -%}
    {%- do empty_row.update({name: safe_cast('null', type) | trim}) -%}
  {%- endfor -%}
  {%- set selects = [] -%}
  {%- for row in rows -%}
    {%- set values = empty_row.copy() -%}
    {%- do values.update(format_row(row, types)) -%}
    {%- do selects.append(select_fixture_row(values, quoted)) -%}
  {%- endfor -%}
  {%- if selects -%}
{{ selects | join('\nunion all\n') }}
  {%- else -%}
{{ select_fixture_row(empty_row, quoted) }}
limit 0
  {%- endif -%}
{%- endmacro %}

{#- Expected rows as a query. Only the columns that they name are compared. -#}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) -%}
  {%- set selects = [] -%}
  {%- for row in rows -%}
    {%- do selects.append(select_fixture_row(format_row(row, column_name_to_data_types), column_name_to_quoted)) -%}
  {%- endfor -%}
  {%- if selects -%}
{{ selects | join('\nunion all\n') }}
  {%- else -%}
select * from dbt_internal_unit_test_actual
limit 0
  {%- endif -%}
{%- endmacro %}

{% macro select_fixture_row(values, quoted) -%}
  {%- set expressions = [] -%}
  {%- for name, value in values.items() -%}
    {%- do expressions.append(value ~ ' as ' ~ quoted[name]) -%}
  {%- endfor -%}
  select {{ expressions | join(', ') }}
{%- endmacro %}

{#- One row as a dict from lower-case column name to an expression of the column's type. -#}
{% macro format_row(row, column_name_to_data_types) -%}
  {%- set formatted = {} -%}
  {%- for given_name, value in row.items() -%}
    {%- set name = given_name | lower -%}
    {%- if name not in column_name_to_data_types -%}
      {%- set place = 'the expected rows' if model.resource_type == 'unit_test' else 'the rows for `' ~ model.name ~ '`' -%}
      {%- do exceptions.raise_compiler_error(
        place ~ ' have a column `' ~ name ~ '`, which does not exist; the columns are: ' ~ column_name_to_data_types.keys() | join(', ')
      ) -%}
    {%- endif -%}
    {%- set type = column_name_to_data_types[name] -%}
    {%- if value is none -%}
      {%- set expression = 'null' -%}
    {%- elif value is string -%}
      {#- A cast to a limited length would cut the text silently. -#}
      {%- if 'varying' in type -%}
        {%- set type = type.split('(')[0] -%}
      {%- endif -%}
      {%- set expression = dbt.string_literal(dbt.escape_single_quotes(value)) -%}
    {%- else -%}
      {%- set expression = value -%}
    {%- endif -%}
    {%- do formatted.update({name: safe_cast(expression, type) | trim}) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{%- endmacro %}

{#- A place for warehouses to refuse rows that they cannot express. -#}
{% macro validate_fixture_rows(rows, row_number) -%}
  {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro %}
