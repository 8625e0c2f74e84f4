{#- The key of a day in dim_date: 20240131. -#}
{% macro date_key(column) -%}
    cast(extract(year from {{ column }}) * 10000 + extract(month from {{ column }}) * 100 + extract(day from {{ column }}) as integer)
{%- endmacro %}

{#- The English name of a date's month; each warehouse has its own function for it. -#}
{% macro month_name(column) -%}
    {{ return(adapter.dispatch('month_name')(column)) }}
{%- endmacro %}

{% macro default__month_name(column) -%}
    strftime({{ column }}, '%B')
{%- endmacro %}

{% macro postgres__month_name(column) -%}
    to_char({{ column }}, 'FMMonth')
{%- endmacro %}

{#- The English name of a date's weekday. -#}
{% macro weekday_name(column) -%}
    {{ return(adapter.dispatch('weekday_name')(column)) }}
{%- endmacro %}

{% macro default__weekday_name(column) -%}
    strftime({{ column }}, '%A')
{%- endmacro %}

{% macro postgres__weekday_name(column) -%}
    to_char({{ column }}, 'FMDay')
{%- endmacro %}
