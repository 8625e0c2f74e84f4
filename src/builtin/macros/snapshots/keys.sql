{#- Unique keys of snapshots: one expression, or a list. Every relation that takes part in a
    comparison has the key as `dbt_unique_key`, or as `dbt_unique_key_1`, `_2` and so on. -#}
{% macro unique_key_fields(unique_key) -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key -%}
      {{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
  {%- else -%}
    {{ unique_key }} as dbt_unique_key
  {%- endif -%}
{%- endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key -%}
      {%- set name = 'dbt_unique_key_' ~ loop.index -%}
      {{ equals(identifier ~ '.' ~ name, from_identifier ~ '.' ~ name) | trim }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
  {%- else -%}
    {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
  {%- endif -%}
{%- endmacro %}

{#- Whether an outer join found no row: the first part of a key tells. -#}
{% macro unique_key_is_null(unique_key, identifier) -%}
  {{ identifier }}.dbt_unique_key{{ '_1' if unique_key | is_list }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) -%}
  {{ identifier }}.dbt_unique_key{{ '_1' if unique_key | is_list }} is not null
{%- endmacro %}
