{#- Cross-database SQL where PostgreSQL has its own words for it. -#}
{% macro postgres__current_timestamp() -%}
  now()
{%- endmacro %}

{#- Snapshots keep times without a zone. -#}
{% macro postgres__snapshot_get_time() -%}
  {{ current_timestamp() }}::timestamp without time zone
{%- endmacro %}

{% macro postgres__snapshot_string_as_time(timestamp) -%}
  {{ return("'" ~ timestamp ~ "'::timestamp without time zone") }}
{%- endmacro %}

{% macro postgres__current_timestamp_backcompat() %}
    current_timestamp::{{ type_timestamp() }}
{% endmacro %}

{% macro postgres__current_timestamp_in_utc_backcompat() %}
    (current_timestamp at time zone 'utc')::{{ type_timestamp() }}
{% endmacro %}

{#- Any number of units, which may be an expression: a multiple of an interval of one. -#}
{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) %}

    {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))

{% endmacro %}

{#- Each unit from the next larger one, so that boundaries are counted and not durations. Weeks
    begin on Sunday: whole weeks, and one more where the days left over pass a Sunday. -#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
  {%- if datepart == 'year' %}
        ({{ postgres__part_difference('year', first_date, second_date, 'date') }})
    {% elif datepart in ['quarter', 'month'] %}
        ({{ datediff(first_date, second_date, 'year') }} * {{ 4 if datepart == 'quarter' else 12 }} + {{ postgres__part_difference(datepart, first_date, second_date, 'date') }})
    {% elif datepart == 'day' %}
        (({{ second_date }})::date - ({{ first_date }})::date)
    {% elif datepart == 'week' %}
        ({{ datediff(first_date, second_date, 'day') }} / 7 + case
            when date_part('dow', ({{ first_date }})::timestamp) <= date_part('dow', ({{ second_date }})::timestamp) then
                case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
            else
                case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
        end)
    {% elif datepart == 'hour' %}
        ({{ datediff(first_date, second_date, 'day') }} * 24 + {{ postgres__part_difference('hour', first_date, second_date, 'timestamp') }})
    {% elif datepart == 'minute' %}
        ({{ datediff(first_date, second_date, 'hour') }} * 60 + {{ postgres__part_difference('minute', first_date, second_date, 'timestamp') }})
    {% elif datepart in ['second', 'millisecond', 'microsecond'] %}
    {%- set in_a_minute = {'second': 60, 'millisecond': 60000, 'microsecond': 60000000}[datepart] %}
        ({{ datediff(first_date, second_date, 'minute') }} * {{ in_a_minute }} + floor(date_part('{{ datepart }}', ({{ second_date }})::timestamp)) - floor(date_part('{{ datepart }}', ({{ first_date }})::timestamp)))
    {% else -%}
    {%- do exceptions.raise_compiler_error('`datediff` does not know the date part `' ~ datepart ~ '` on PostgreSQL') -%}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__part_difference(datepart, first_date, second_date, type) -%}
  date_part('{{ datepart }}', ({{ second_date }})::{{ type }}) - date_part('{{ datepart }}', ({{ first_date }})::{{ type }})
{%- endmacro %}

{#- There is no interval of a quarter. -#}
{% macro postgres__last_day(date, datepart) -%}
  {%- if datepart == 'quarter' -%}
-- postgres dateadd does not support quarter interval.
    cast(
        {{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }}
        as date)
  {%- else -%}
    {{ dbt.default_last_day(date, datepart) }}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__split_part(string_text, delimiter_text, part_number) %}

  {% if part_number >= 0 %}
    {{ dbt.default__split_part(string_text, delimiter_text, part_number) }}
  {% else %}
    {{ dbt._split_part_negative(string_text, delimiter_text, part_number) }}
  {% endif %}

{% endmacro %}

{#- The least value is as good as any. -#}
{% macro postgres__any_value(expression) -%}
  min({{ expression }})
{%- endmacro %}

{% macro postgres__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
  {%- set ordering = order_by_clause if order_by_clause else '' -%}
  {%- if limit_num -%}
    array_to_string(
        (array_agg(
            {{ measure }}
            {{ ordering }}
        ))[1:{{ limit_num }}],
        {{ delimiter_text }}
        )
  {%- else %}
    string_agg(
        {{ measure }},
        {{ delimiter_text }}
        {{ ordering }}
        )
  {%- endif -%}
{%- endmacro %}

{% macro postgres__equals(expr1, expr2) -%}
  {%- if adapter.behavior.enable_truthy_nulls_equals_macro.no_warn %}
    ({{ expr1 }} IS NOT DISTINCT FROM {{ expr2 }})
  {%- else -%}
    ({{ expr1 }} = {{ expr2 }})
  {%- endif -%}
{%- endmacro %}

{#- The arguments of a function that a project defines; those with defaults may be left out. -#}
{% macro postgres__formatted_scalar_function_args_sql() -%}
  {%- set arguments = [] -%}
  {%- for argument in model.arguments -%}
    {%- set default = argument.get('default_value') -%}
    {%- do arguments.append(
      argument.name ~ ' ' ~ argument.data_type ~ (' default ' ~ default if default is not none else '')
    ) -%}
  {%- endfor -%}
  {{ arguments | join(', ') }}
{%- endmacro %}
