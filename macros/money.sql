{#- Whole cents as an amount with two digits. -#}
{% macro euros(cents) -%}
    cast({{ cents }} / 100.0 as decimal(12, 2))
{%- endmacro %}

{#- Rounded to a whole number, halves to the even one. -#}
{% macro round_even(number) -%}
    {{ return(adapter.dispatch('round_even')(number)) }}
{%- endmacro %}

{% macro default__round_even(number) -%}
    round_even({{ number }}, 0)
{%- endmacro %}

{#- PostgreSQL rounds only floating point numbers like this. -#}
{% macro postgres__round_even(number) -%}
    cast(round(cast({{ number }} as double precision)) as numeric)
{%- endmacro %}
