{#- The table of a seed, whose rows may be spread as those of models. -#}
{% macro redshift__create_csv_table(model, agate_table) -%}
  {%- set create = (csv_table_sql(model, agate_table) ~ ' ' ~ dist(model['config'].get('dist', none))) | trim -%}
  {%- call statement('_') -%}
    {{ create }}
  {%- endcall -%}
  {{ return(create) }}
{%- endmacro %}

{% macro redshift__get_batch_size() -%}
  {{ return(500) }}
{%- endmacro %}

{#- By statements: rows cannot be sent beside them. -#}
{% macro redshift__load_csv_rows(model, agate_table) -%}
  {{ return(default__load_csv_rows(model, agate_table)) }}
{%- endmacro %}
