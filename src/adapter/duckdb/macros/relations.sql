{#- Schemas, tables and views. A database may be one of another engine that is attached:
    MySQL and SQLite know no schemas of their own. -#}
{% macro duckdb__create_schema(relation) -%}
  {%- set attached = duckdb__attached_engine(relation.database) -%}
  {%- if attached == 'sqlite' and relation.schema != 'main' -%}
    {%- do exceptions.raise_compiler_error(
      'SQLite has one schema, `main`; there is no schema `' ~ relation.schema ~ '` in `' ~ relation.database ~ '`'
    ) -%}
  {%- elif attached not in ['sqlite', 'mysql'] -%}
    {%- call statement('create_schema') -%}
      create schema if not exists {{ relation.without_identifier() }}
    {%- endcall -%}
  {%- endif -%}
{%- endmacro %}

{#- The type of a database that is not DuckDB's own; none for one that is. -#}
{% macro duckdb__attached_engine(database) -%}
  {%- if not database or not execute -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set found = run_query(
    "select type from duckdb_databases() where lower(database_name) = '"
    ~ (database | lower | replace("'", "''")) ~ "' and type <> 'duckdb'"
  ) -%}
  {{ return(found.columns[0].values()[0] if found | length > 0 else none) }}
{%- endmacro %}

{% macro duckdb__list_schemas(database) -%}
  {%- set query -%}
select schema_name
from system.information_schema.schemata
    {%- if database is not none %}
where lower(catalog_name) = '{{ database | lower | replace("'", "''") }}'
    {%- endif -%}
  {%- endset -%}
  {{ return(run_query(query)) }}
{%- endmacro %}

{% macro duckdb__check_schema_exists(information_schema, schema) -%}
  {%- set query -%}
select count(*)
from system.information_schema.schemata
where lower(schema_name) = '{{ schema | lower | replace("'", "''") }}'
  and lower(catalog_name) = '{{ information_schema.database | lower | replace("'", "''") }}'
  {%- endset -%}
  {{ return(run_query(query)) }}
{%- endmacro %}

{% macro duckdb__list_relations_without_caching(schema_relation) -%}
  {%- call statement('list_relations_without_caching', fetch_result=true) -%}
select
  '{{ schema_relation.database | replace("'", "''") }}' as database,
  table_name as name,
  table_schema as schema,
  case table_type
    when 'VIEW' then 'view'
    when 'BASE TABLE' then 'table'
    when 'LOCAL TEMPORARY' then 'table'
  end as type
from system.information_schema.tables
where lower(table_schema) = '{{ schema_relation.schema | lower | replace("'", "''") }}'
  and lower(table_catalog) = '{{ schema_relation.database | lower | replace("'", "''") }}'
  {%- endcall -%}
  {{ return(load_result('list_relations_without_caching').table) }}
{%- endmacro %}

{#- The type carries its precision and scale in its text, so the other parts stay empty. -#}
{% macro duckdb__get_columns_in_relation(relation) -%}
  {%- call statement('get_columns_in_relation', fetch_result=true) -%}
select
  column_name,
  column_type as data_type,
  cast(null as bigint) as character_maximum_length,
  cast(null as bigint) as numeric_precision,
  cast(null as bigint) as numeric_scale
from (describe {{ relation.render() }})
  {%- endcall -%}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}

{#- A query is described inside parentheses, where a header cannot stand: it runs by itself. -#}
{% macro duckdb__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {%- if select_sql_header is not none -%}
    {%- do run_query(select_sql_header) -%}
  {%- endif -%}
  {{ return(default__get_empty_subquery_sql(select_sql)) }}
{%- endmacro %}

{#- How a table of a DuckLake is laid out follows from the configs of its model, unless the caller
    says it. The arguments are passed on only where they say something, for overrides that do
    not know them. -#}
{% macro create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {%- set create = adapter.dispatch('create_table_as', 'dbt') -%}
  {%- if not temporary and config.get('materialized') in ['table', 'incremental'] -%}
    {%- set partitioned_by = partitioned_by or duckdb__get_partitioned_by(this, temporary) -%}
    {%- set sorted_by = sorted_by or duckdb__get_sorted_by(this, temporary) -%}
  {%- endif -%}
  {%- if partitioned_by or sorted_by -%}
    {{ return(create(temporary, relation, compiled_code, language, partitioned_by=partitioned_by, sorted_by=sorted_by)) }}
  {%- endif -%}
  {{ return(create(temporary, relation, compiled_code, language)) }}
{%- endmacro %}

{#- A table that is promised to have certain columns is created first and filled then. -#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {%- if language == 'python' -%}
    {{ return(py_write_table(temporary, relation, compiled_code, partitioned_by, sorted_by)) }}
  {%- elif language != 'sql' -%}
    {%- do exceptions.raise_compiler_error('a table is made by sql or python, not by `' ~ language ~ '`') -%}
  {%- endif -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set enforced = contract and contract.enforced -%}
  {%- if enforced -%}
    {%- do get_assert_columns_equivalent(compiled_code) -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create {{ 'temporary ' if temporary }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  {%- if enforced and not temporary %} {{ get_table_columns_and_constraints() | trim }};
{{ duckdb__set_table_order(relation, partitioned_by, sorted_by) -}}
insert into {{ relation }} {{ get_column_names() | trim }} (
{{ get_select_subquery(compiled_code) }}
);
  {%- elif partitioned_by or sorted_by %} as (
select * from (
{{ compiled_code }}
) as model_subq
limit 0
);
{{ duckdb__set_table_order(relation, partitioned_by, sorted_by) -}}
insert into {{ relation }}
select * from (
{{ compiled_code }}
) as model_subq;
  {%- else %} as (
{{ compiled_code }}
);
  {%- endif -%}
{%- endmacro %}

{#- The promised columns in parentheses, for an insert. -#}
{% macro get_column_names() -%}
  ({{ default__get_column_names() }})
{%- endmacro %}

{% macro duckdb__create_view_as(relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract and contract.enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
create view {{ relation }} as (
{{ sql }}
);
{%- endmacro %}

{#- `cascade` does not reach foreign keys. -#}
{% macro duckdb__drop_relation(relation) -%}
  {%- set dependents = [] -%}
  {%- if this is defined and relation.is_table and relation.identifier == this.identifier and may_be_foreign_key_target() -%}
    {%- set dependents = drop_foreign_key_dependents(relation) -%}
  {%- endif -%}
  {%- call statement('drop_relation', auto_begin=false) -%}
    drop {{ relation.type }} if exists {{ relation }}{{ ' cascade' if not adapter.is_ducklake(relation) }}
  {%- endcall -%}
  {%- do restore_foreign_key_dependents(dependents) -%}
{%- endmacro %}

{% macro duckdb__rename_relation(from_relation, to_relation) -%}
  {%- set new_name = adapter.quote_as_configured(to_relation.identifier, 'identifier') -%}
  {%- call statement('rename_relation') -%}
    alter {{ to_relation.type }} {{ from_relation }} rename to {{ new_name }}
  {%- endcall -%}
{%- endmacro %}

{#- A temporary table belongs to its connection and lives in no schema of the project's. -#}
{% macro duckdb__make_temp_relation(base_relation, suffix) -%}
  {{ return(base_relation.incorporate(path={
    'identifier': base_relation.identifier ~ suffix ~ py_current_timestring(),
    'schema': none,
    'database': none
  })) }}
{%- endmacro %}

{#- Where new rows wait: a temporary table, or a table of a schema for such where the
    server knows no temporary ones. -#}
{% macro duckdb__dispatch_temporary_relation(target_relation, batch_id='') -%}
  {%- if not adapter.is_motherduck() -%}
    {{ return({'relation': make_temp_relation(target_relation), 'temporary': true}) }}
  {%- endif -%}
  {%- set relation = target_relation.incorporate(path=adapter.get_temp_relation_path(target_relation, batch_id)) -%}
  {%- do create_schema(relation) -%}
  {%- if not adapter.disable_transactions() -%}
    {%- do adapter.commit() -%}
  {%- endif -%}
  {{ return({'relation': relation, 'temporary': false}) }}
{%- endmacro %}

{#- DuckDB changes one column in a statement. Names are quoted as the project has it. -#}
{% macro duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
  {%- set alter = 'alter ' ~ relation.type ~ ' ' ~ relation -%}
  {%- for column in add_columns or [] -%}
    {%- do run_query(alter ~ ' add column ' ~ adapter.quote_as_configured(column.name, 'identifier') ~ ' ' ~ column.data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do run_query(alter ~ ' drop column ' ~ adapter.quote_as_configured(column.name, 'identifier')) -%}
  {%- endfor -%}
{%- endmacro %}

{#- No transaction is open when a session starts, so hooks outside of it need no commit. -#}
{% macro run_hooks(hooks, inside_transaction=true) -%}
  {%- for hook in hooks | selectattr('transaction', 'equalto', inside_transaction) -%}
    {%- set hook_sql = render(hook.get('sql')) | trim -%}
    {%- if hook_sql -%}
      {%- call statement(auto_begin=inside_transaction) -%}
        {{ hook_sql }}
      {%- endcall -%}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{#- DuckDB has no users, so there is nobody to grant anything to. -#}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if grant_config -%}
    {%- do adapter.warn_once('DuckDB has no grants; the config `grants` is ignored') -%}
  {%- endif -%}
{%- endmacro %}
