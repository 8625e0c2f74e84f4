{#- Cross-database SQL where Redshift has other words for it than PostgreSQL. -#}
{% macro redshift__current_timestamp() -%}
  getdate()
{%- endmacro %}

{% macro redshift__snapshot_get_time() -%}
  {{ current_timestamp() }}::timestamp
{%- endmacro %}

{% macro redshift__snapshot_string_as_time(timestamp) -%}
  {{ return("'" ~ timestamp ~ "'::timestamp") }}
{%- endmacro %}

{% macro redshift__current_timestamp_backcompat() -%}
  getdate()
{%- endmacro %}

{% macro redshift__current_timestamp_in_utc_backcompat() -%}
  getdate()
{%- endmacro %}

{% macro redshift__dateadd(datepart, interval, from_date_or_timestamp) -%}
  {{ dbt.default__dateadd(datepart, interval, from_date_or_timestamp) }}
{%- endmacro %}

{% macro redshift__datediff(first_date, second_date, datepart) -%}
  {{ dbt.default__datediff(first_date, second_date, datepart) }}
{%- endmacro %}

{% macro redshift__last_day(date, datepart) -%}
  {{ dbt.default_last_day(date, datepart) }}
{%- endmacro %}

{% macro redshift__split_part(string_text, delimiter_text, part_number) -%}
  {{ postgres__split_part(string_text, delimiter_text, part_number) }}
{%- endmacro %}

{% macro redshift__length(expression) -%}
  len({{ expression }})
{%- endmacro %}

{% macro redshift__cast_bool_to_text(field) -%}
  case when {{ field }} is true then 'true' when {{ field }} is false then 'false' end::text
{%- endmacro %}

{#- There is no `is not distinct from`. -#}
{% macro redshift__equals(expr1, expr2) -%}
  {{ dbt.default__equals(expr1, expr2) }}
{%- endmacro %}

{#- With a limit, the first values are cut out of the text of all of them by a pattern, so
    no value may contain the delimiter. -#}
{% macro redshift__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
  {%- set all -%}
    listagg({{ measure }}, {{ delimiter_text }}){{ ' within group (' ~ order_by_clause ~ ')' if order_by_clause }}
  {%- endset -%}
  {%- if limit_num -%}
    {%- set escaped = [] -%}
    {%- for character in delimiter_text | trim("'") | list -%}
      {%- do escaped.append('\\\\' ~ character if character in '\\^$.|?*+()[]{}' else character) -%}
    {%- endfor -%}
    {%- set delimiter = escaped | join -%}
    {%- set pattern -%}
      ([^{{ delimiter }}]+{{ delimiter }}){1,{{ limit_num - 1 }}}[^{{ delimiter }}]+
    {%- endset -%}
    regexp_substr({{ all }}, '{{ pattern if limit_num > 1 else '[^' ~ delimiter ~ ']+' }}')
  {%- else -%}
    {{ all }}
  {%- endif -%}
{%- endmacro %}

{#- Arrays are values of the type `super`. -#}
{% macro redshift__array_construct(inputs, data_type) -%}
  array({{ inputs | join(', ') }})
{%- endmacro %}

{% macro redshift__array_append(array, new_element) -%}
  {{ array_concat(array, array_construct([new_element])) }}
{%- endmacro %}

{% macro redshift__array_concat(array_1, array_2) -%}
  array_concat({{ array_1 }}, {{ array_2 }})
{%- endmacro %}

{#- Functions that a project defines: arguments have no names, and how stable the result is
    must be said. -#}
{% macro redshift__scalar_function_create_replace_signature_sql(target_relation) -%}
  {{ default__scalar_function_create_replace_signature_sql(target_relation) }}
{%- endmacro %}

{% macro redshift__formatted_scalar_function_args_sql() -%}
  {{ model.arguments | map(attribute='data_type') | join(', ') }}
{%- endmacro %}

{% macro redshift__scalar_function_volatility_sql() -%}
  {{ default__scalar_function_volatility_sql() | trim or 'volatile' }}
{%- endmacro %}
