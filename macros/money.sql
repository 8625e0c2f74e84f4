{#- Whole cents as an amount with two digits. -#}
{% macro euros(cents) -%}
    cast({{ cents }} / 100.0 as decimal(12, 2))
{%- endmacro %}
