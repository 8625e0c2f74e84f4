{#- Schemas, tables and views. A session sees one database, so a schema is named without it. -#}
{% macro postgres__create_schema(relation) -%}
  {{ postgres__only_this_database(relation.database) }}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier().include(database=false) }}
  {%- endcall -%}
{%- endmacro %}

{% macro postgres__drop_schema(relation) -%}
  {{ postgres__only_this_database(relation.database) }}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier().include(database=false) }} cascade
  {%- endcall -%}
{%- endmacro %}

{#- Refuses any database but the one that the profile names. -#}
{% macro postgres__only_this_database(database) -%}
  {%- if database and execute -%}
    {{ adapter.verify_database(database) }}
  {%- endif -%}
{%- endmacro %}

{#- A table that is promised to have certain columns is created first and filled then. -#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set enforced = contract and contract.enforced -%}
  {%- set persistence = 'temporary ' if temporary else 'unlogged ' if config.get('unlogged', default=false) else '' -%}
  {%- if enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create {{ persistence }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  {%- if enforced and not temporary %} {{ get_table_columns_and_constraints() | trim }};
insert into {{ relation }} ({{ adapter.dispatch('get_column_names', 'dbt')() | trim }})
    {%- set sql = get_select_subquery(sql) %} (
  {%- else %} as (
  {%- endif %}
{{ sql }}
);
{%- endmacro %}

{% macro postgres__drop_table(relation) -%}
  drop table if exists {{ relation }} cascade
{%- endmacro %}

{% macro postgres__drop_view(relation) -%}
  drop view if exists {{ relation }} cascade
{%- endmacro %}

{% macro postgres__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation }} rename to {{ adapter.quote_as_configured(new_name, 'identifier') }}
{%- endmacro %}

{% macro postgres__get_rename_view_sql(relation, new_name) -%}
  alter view {{ relation }} rename to {{ adapter.quote_as_configured(new_name, 'identifier') }}
{%- endmacro %}

{#- PostgreSQL cannot replace a table in place; forks of it can. -#}
{% macro postgres__get_replace_table_sql(relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create or replace table {{ relation }}
  {%- if contract and contract.enforced -%}
    {%- do get_assert_columns_equivalent(sql) %} {{ get_table_columns_and_constraints() | trim }}
    {%- set sql = get_select_subquery(sql) -%}
  {%- endif %} as (
{{ sql }}
);
{%- endmacro %}

{% macro postgres__get_replace_view_sql(relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract and contract.enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create or replace view {{ relation }} as (
{{ sql }}
);
{%- endmacro %}
