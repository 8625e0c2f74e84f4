{#- What is in the database, from the system's own tables. -#}
{% macro postgres__literal(text) -%}
  {{ return("'" ~ text | string | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro postgres__information_schema_name(database) -%}
  {{ postgres__only_this_database(database) }}information_schema
{%- endmacro %}

{% macro postgres__list_schemas(database) -%}
  {{ postgres__only_this_database(database) }}
  {{ return(run_query('select nspname from pg_namespace')) }}
{%- endmacro %}

{% macro postgres__check_schema_exists(information_schema, schema) -%}
  {{ postgres__only_this_database(information_schema.database) }}
  {{ return(run_query('select count(*) from pg_namespace where nspname = ' ~ postgres__literal(schema))) }}
{%- endmacro %}

{#- Functions have no type of relation of their own, but names that are taken. -#}
{% macro postgres__list_relations_without_caching(schema_relation) -%}
  {%- set database = postgres__literal(schema_relation.database) -%}
  {%- set is_in_schema = 'lower(nspname) = lower(' ~ postgres__literal(schema_relation.schema) ~ ')' -%}
  {%- call statement('list_relations_without_caching', fetch_result=true) -%}
select
  {{ database }} as database,
  relname as name,
  nspname as schema,
  case relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end as type
from pg_class
inner join pg_namespace on pg_namespace.oid = relnamespace
where relkind in ('r', 'p', 'v', 'm') and {{ is_in_schema }}
union
select {{ database }}, proname, nspname, 'function'
from pg_proc
inner join pg_namespace on pg_namespace.oid = pronamespace
where {{ is_in_schema }}
  {%- endcall -%}
  {{ return(load_result('list_relations_without_caching').table) }}
{%- endmacro %}

{% macro postgres__get_columns_in_relation(relation) -%}
  {{ return(adapter.read_columns(relation)) }}
{%- endmacro %}

{#- Which view reads which relation, as rows of (dependent_schema, dependent_name,
    referenced_schema, referenced_name): what a `drop … cascade` takes along. A view depends on
    others through the rule that holds its query. -#}
{% macro postgres__get_relations() -%}
  {%- call statement('relations', fetch_result=true) -%}
select distinct
  dependent_place.nspname as dependent_schema,
  dependent.relname as dependent_name,
  referenced_place.nspname as referenced_schema,
  referenced.relname as referenced_name
from pg_depend as reads
inner join pg_rewrite as rule on rule.oid = reads.objid
inner join pg_class as dependent on dependent.oid = rule.ev_class
inner join pg_namespace as dependent_place on dependent_place.oid = dependent.relnamespace
inner join pg_class as referenced on referenced.oid = reads.refobjid
inner join pg_namespace as referenced_place on referenced_place.oid = referenced.relnamespace
where reads.classid = 'pg_rewrite'::regclass
  and reads.refclassid = 'pg_class'::regclass
  and dependent.oid <> referenced.oid
  and dependent.relkind in ('v', 'm')
  and referenced_place.nspname <> 'information_schema'
  and referenced_place.nspname not like 'pg\_%'
order by 1, 2, 3, 4
  {%- endcall -%}
  {{ return(load_result('relations').table) }}
{%- endmacro %}

{#- The same under an older name. -#}
{% macro postgres_get_relations() -%}
  {{ return(postgres__get_relations()) }}
{%- endmacro %}
