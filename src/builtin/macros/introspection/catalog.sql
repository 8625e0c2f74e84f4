{#- The columns of every relation, for the catalog: rows of (table_database, table_schema,
    table_name, table_type, table_comment, column_name, column_index, column_type,
    column_comment, table_owner). -#}
{% macro get_catalog(information_schema, schemas) -%}
  {{ return(adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas)) }}
{%- endmacro %}

{% macro default__get_catalog(information_schema, schemas) -%}
  {{ exceptions.raise_compiler_error('`get_catalog` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro get_catalog_relations(information_schema, relations) -%}
  {{ return(adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations)) }}
{%- endmacro %}

{% macro default__get_catalog_relations(information_schema, relations) -%}
  {{ exceptions.raise_compiler_error('`get_catalog_relations` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro get_catalog_for_single_relation(relation) -%}
  {{ return(adapter.dispatch('get_catalog_for_single_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_catalog_for_single_relation(relation) -%}
  {{ exceptions.raise_not_implemented('`get_catalog_for_single_relation` is not implemented for ' ~ adapter.type()) }}
{%- endmacro %}
