{#- Functions that a project defines: macros, as DuckDB calls them. Arguments have no types
    there; the result is cast. An aggregate is a query that aggregates its arguments. -#}
{% macro duckdb__scalar_function_sql(target_relation) -%}
create or replace macro {{ target_relation.render() }}({{ formatted_scalar_function_args_sql() | trim }}) as (cast((
{{ model.compiled_code | trim | trim(';') }}
) as {{ model.returns.data_type }}))
{%- endmacro %}

{% macro duckdb__aggregate_function_sql(target_relation) -%}
  {{ return(duckdb__scalar_function_sql(target_relation)) }}
{%- endmacro %}

{% macro duckdb__table_function_sql(target_relation) -%}
create or replace macro {{ target_relation.render() }}({{ formatted_scalar_function_args_sql() | trim }}) as table (
{{ model.compiled_code | trim | trim(';') }}
)
{%- endmacro %}

{% macro duckdb__formatted_scalar_function_args_sql() -%}
  {%- set arguments = [] -%}
  {%- for argument in model.arguments -%}
    {%- set default = argument.get('default_value') -%}
    {%- do arguments.append(argument.name ~ (' := ' ~ default if default is not none else '')) -%}
  {%- endfor -%}
  {{ arguments | join(', ') }}
{%- endmacro %}
