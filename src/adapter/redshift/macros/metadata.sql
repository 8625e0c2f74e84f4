{#- What is in the database. `show` commands would tell of datashares, which no profile may name. -#}
{% macro redshift__use_show_apis() -%}
  {{ return(adapter.use_show_apis()) }}
{%- endmacro %}

{% macro redshift__information_schema_name(database) -%}
  {{ return(postgres__information_schema_name(database)) }}
{%- endmacro %}

{% macro redshift__list_schemas(database) -%}
  {{ return(postgres__list_schemas(database)) }}
{%- endmacro %}

{% macro redshift__check_schema_exists(information_schema, schema) -%}
  {{ return(postgres__check_schema_exists(information_schema, schema)) }}
{%- endmacro %}

{% macro redshift__list_relations_without_caching(schema_relation) -%}
  {%- set in_schema = 'lower(table_schema) = lower(' ~ postgres__literal(schema_relation.schema) ~ ')' -%}
  {%- call statement('list_relations_without_caching', fetch_result=true) -%}
select table_catalog as database, table_name as name, table_schema as schema, 'table' as type
from information_schema.tables
where {{ in_schema }} and table_type = 'BASE TABLE'
union all
select
  table_catalog,
  table_name,
  table_schema,
  case when view_definition ilike '%create materialized view%' then 'materialized_view' else 'view' end
from information_schema.views
where {{ in_schema }}
union all
{{ redshift__functions_sql(schema_relation) }}
  {%- endcall -%}
  {{ return(load_result('list_relations_without_caching').table) }}
{%- endmacro %}

{% macro redshift__list_function_relations_without_caching(schema_relation) -%}
  {{ return(run_query(redshift__functions_sql(schema_relation))) }}
{%- endmacro %}

{% macro redshift__functions_sql(schema_relation) -%}
select distinct
  {{ postgres__literal(schema_relation.database) }} as database,
  pg_proc.proname::varchar as name,
  pg_namespace.nspname::varchar as schema,
  'function' as type
from pg_proc
inner join pg_namespace on pg_namespace.oid = pg_proc.pronamespace
where lower(pg_namespace.nspname) = lower({{ postgres__literal(schema_relation.schema) }})
{%- endmacro %}

{#- Which view reads which relation. A view depends on others through the rule that holds
    its query; views that are bound late depend on nothing. -#}
{% macro redshift__get_relations() -%}
  {%- call statement('relations', fetch_result=true) -%}
select distinct
  dependent_place.nspname::varchar as dependent_schema,
  dependent.relname::varchar as dependent_name,
  referenced_place.nspname::varchar as referenced_schema,
  referenced.relname::varchar as referenced_name
from pg_depend
inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid
inner join pg_class as dependent on dependent.oid = pg_rewrite.ev_class
inner join pg_namespace as dependent_place on dependent_place.oid = dependent.relnamespace
inner join pg_class as referenced on referenced.oid = pg_depend.refobjid
inner join pg_namespace as referenced_place on referenced_place.oid = referenced.relnamespace
where dependent.oid <> referenced.oid
  and referenced_place.nspname <> 'information_schema'
  and substring(referenced_place.nspname, 1, 3) <> 'pg_'
order by 1, 2, 3, 4
  {%- endcall -%}
  {{ return(load_result('relations').table) }}
{%- endmacro %}

{#- When something was last inserted, from the log of queries, which is kept for some days. -#}
{% macro redshift__get_relation_last_modified(information_schema, relations) -%}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- do wanted.append(
      'lower(place.nspname) = lower(' ~ postgres__literal(relation.schema)
      ~ ') and lower(owner.relname) = lower(' ~ postgres__literal(relation.identifier) ~ ')'
    ) -%}
  {%- endfor -%}
  {%- call statement('last_modified', fetch_result=true) -%}
select
  place.nspname as schema,
  owner.relname as identifier,
  max(log.start_time) as last_modified,
  {{ current_timestamp() }} as snapshotted_at
from pg_class as owner
inner join pg_namespace as place on place.oid = owner.relnamespace
inner join sys_query_detail as log on log.table_id = owner.oid
where log.step_name = 'insert'
  and {{ '((' ~ wanted | join(') or (') ~ '))' if wanted else 'false' }}
group by 1, 2, 4
  {%- endcall -%}
  {{ return(load_result('last_modified')) }}
{%- endmacro %}
