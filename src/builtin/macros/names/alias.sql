{#- The name that a node has in the warehouse: its own alias, else its name and version. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
  {{ return(adapter.dispatch('generate_alias_name', 'dbt')(custom_alias_name, node)) }}
{%- endmacro %}

{% macro default__generate_alias_name(custom_alias_name=none, node=none) -%}
  {%- if custom_alias_name -%}
    {{ custom_alias_name | trim }}
  {%- elif node.version -%}
    {{ node.name }}_v{{ node.version | replace('.', '_') }}
  {%- else -%}
    {{ node.name }}
  {%- endif -%}
{%- endmacro %}

{#- The name of the relation that always shows the latest version of a versioned model. -#}
{% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) -%}
  {{ return(adapter.dispatch('generate_latest_version_pointer_alias', 'dbt')(custom_alias_name, node)) }}
{%- endmacro %}

{% macro default__generate_latest_version_pointer_alias(custom_alias_name=none, node=none) -%}
  {{ custom_alias_name | trim if custom_alias_name else node.name }}
{%- endmacro %}
