{#- The database that a node is built in: that of its catalog, its own, or the target's. -#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
  {{ return(adapter.dispatch('generate_database_name', 'dbt')(custom_database_name, node)) }}
{%- endmacro %}

{% macro default__generate_database_name(custom_database_name=none, node=none) -%}
  {%- if node and node.config and node.config.catalog_name -%}
    {%- set catalog = adapter.build_catalog_relation(node) -%}
    {%- if catalog and catalog.catalog_database -%}
      {{ return(catalog.catalog_database) }}
    {%- endif -%}
  {%- endif -%}
  {{ target.database if custom_database_name is none else custom_database_name }}
{%- endmacro %}
