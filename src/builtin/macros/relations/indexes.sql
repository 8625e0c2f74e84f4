{#- Indexes of the config `indexes`. A warehouse that has indexes says how one is created. -#}
{% macro create_indexes(relation) -%}
  {{ return(adapter.dispatch('create_indexes', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
  {%- for index in config.get('indexes', default=[]) or [] -%}
    {%- set create = get_create_index_sql(relation, index) -%}
    {%- if create -%}
      {%- do run_query(create) -%}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro get_create_index_sql(relation, index_dict) -%}
  {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
  {{ return(none) }}
{%- endmacro %}

{% macro get_drop_index_sql(relation, index_name) -%}
  {{ return(adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name)) }}
{%- endmacro %}

{% macro default__get_drop_index_sql(relation, index_name) -%}
  {{ exceptions.raise_compiler_error('`get_drop_index_sql` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro get_show_indexes_sql(relation) -%}
  {{ return(adapter.dispatch('get_show_indexes_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_show_indexes_sql(relation) -%}
  {{ exceptions.raise_compiler_error('`get_show_indexes_sql` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}
