{#- Makes the text of a call block the SQL that precedes the node's own statement. -#}
{% macro set_sql_header(config) -%}
  {%- do config.set('sql_header', caller()) -%}
{%- endmacro %}

{#- Whether the node is rebuilt from nothing: its config decides, else the command line. -#}
{% macro should_full_refresh() %}
  {%- set configured = config.get('full_refresh') -%}
  {%- do return(flags.FULL_REFRESH if configured is none else configured) -%}
{% endmacro %}

{#- Whether the failing rows of a test are kept: its config decides, else the command line. -#}
{% macro should_store_failures() %}
  {%- set configured = config.get('store_failures') -%}
  {%- do return(flags.STORE_FAILURES if configured is none else configured) -%}
{% endmacro %}

{#- Whether this run adds to an existing table instead of building it. -#}
{% macro is_incremental() %}
  {%- if not execute -%}
    {%- do return(false) -%}
  {%- endif -%}
  {%- set existing = adapter.get_relation(this.database, this.schema, this.table) -%}
  {%- do return(
    existing is not none
    and existing.type == 'table'
    and model.config.materialized == 'incremental'
    and not should_full_refresh()
  ) -%}
{% endmacro %}

{% macro is_core_v2() -%}
  {%- do return(dbt_version.split('.')[0] == '2') -%}
{%- endmacro %}
