{#- Schemas, tables and views. `dist` and `sort` say how the rows of a table are spread over
    the nodes of the cluster and sorted on each. -#}
{% macro dist(dist) -%}
  {%- if dist is not none -%}
    {%- if dist is not string -%}
      {%- do exceptions.raise_compiler_error('`dist` is `all`, `even`, `auto`, or the name of one column') -%}
    {%- endif -%}
    {%- set style = dist | trim | lower -%}
    {%- if style in ['all', 'even'] -%}
      diststyle {{ style }}
    {%- elif style != 'auto' -%}
      diststyle key distkey ({{ style }})
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro sort(sort_type, sort) -%}
  {%- if sort is not none -%}
    {{ sort_type or 'compound' }} sortkey ({{ ([sort] if sort is string else sort) | join(', ') }})
  {%- endif -%}
{%- endmacro %}

{#- What stands between a table's name and its query, each on a line. A temporary table is
    gone before it would matter where its rows are. -#}
{% macro redshift__table_attributes(temporary) -%}
  {%- set sort_by = config.get('sort') -%}
  {%- set sort_type = config.get('sort_type') -%}
  {%- if sort_type and sort_type not in ['compound', 'interleaved'] -%}
    {%- do exceptions.raise_compiler_error('`sort_type` is `compound` or `interleaved`, not `' ~ sort_type ~ '`') -%}
  {%- elif sort_by is not none and (sort_by is mapping or sort_by is not iterable) -%}
    {%- do exceptions.raise_compiler_error('`sort` is the name of a column, or a list of them') -%}
  {%- endif -%}
  {%- set attributes = ['backup no'] if config.get('backup') == false else [] -%}
  {%- if not temporary -%}
    {%- do attributes.extend([dist(config.get('dist')) | trim, sort(sort_type, sort_by) | trim]) -%}
  {%- endif -%}
  {%- for attribute in attributes if attribute %}
{{ attribute }}
  {%- endfor -%}
{%- endmacro %}

{#- A table that is promised to have certain columns is created first and filled then. -#}
{% macro redshift__create_table_as(temporary, relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set name = relation.include(database=(not temporary), schema=(not temporary)) -%}
  {%- set attributes = redshift__table_attributes(temporary) -%}
  {%- set enforced = contract and contract.enforced -%}
  {%- if enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create {{ 'temporary ' if temporary }}table {{ name }}
  {%- if enforced %} {{ get_table_columns_and_constraints() | trim }}{{ attributes }};
insert into {{ name }} (
{{ get_select_subquery(sql) }}
);
  {%- else %}{{ attributes }}
as (
{{ sql }}
);
  {%- endif -%}
{%- endmacro %}

{#- A view that is bound late stands on its own: what it reads may be dropped, and need not
    exist yet. -#}
{% macro redshift__create_view_as(relation, sql) -%}
  {{ redshift__view_statement('create view', relation, sql) }};
{%- endmacro %}

{% macro redshift__get_replace_view_sql(relation, sql) -%}
  {{ redshift__view_statement('create or replace view', relation, sql) }}
{%- endmacro %}

{% macro redshift__view_statement(words, relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract and contract.enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
{{ words }} {{ relation }} as (
{{ sql }}
){{ '' if config.get('bind', default=true) else ' with no schema binding' }}
{%- endmacro %}

{% macro redshift__create_schema(relation) -%}
  {{ postgres__create_schema(relation) }}
{%- endmacro %}

{% macro redshift__drop_schema(relation) -%}
  {{ postgres__drop_schema(relation) }}
{%- endmacro %}

{#- Whether the profile promises that nothing reads what is dropped. -#}
{% macro redshift__drop_without_cascade() -%}
  {{ return(adapter.drop_without_cascade()) }}
{%- endmacro %}

{% macro redshift__drop_table(relation) -%}
  drop table if exists {{ relation }}{{ '' if redshift__drop_without_cascade() else ' cascade' }}
{%- endmacro %}

{% macro redshift__drop_view(relation) -%}
  drop view if exists {{ relation }}{{ '' if redshift__drop_without_cascade() else ' cascade' }}
{%- endmacro %}

{% macro redshift__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation }} rename to {{ adapter.quote_as_configured(new_name, 'identifier') }}
{%- endmacro %}

{#- `alter table` renames views as well. -#}
{% macro redshift__get_rename_view_sql(relation, new_name) -%}
  alter table {{ relation }} rename to {{ adapter.quote_as_configured(new_name, 'identifier') }}
{%- endmacro %}
