{% macro redshift__get_catalog(information_schema, schemas) -%}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}
    {%- do relations.append({'schema': schema}) -%}
  {%- endfor -%}
  {{ return(redshift__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}

{#- The columns of the relations that are asked for; of all in its schema where one has no
    name. Views that are bound late are told by a function. -#}
{% macro redshift__get_catalog_relations(information_schema, relations) -%}
  {{ adapter.verify_database(information_schema.database) }}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- set condition = 'lower(table_schema) = lower(' ~ postgres__literal(relation.schema) ~ ')' -%}
    {%- if relation.identifier -%}
      {%- set condition = condition ~ ' and lower(table_name) = lower(' ~ postgres__literal(relation.identifier) ~ ')' -%}
    {%- endif -%}
    {%- do wanted.append(condition) -%}
  {%- endfor -%}
  {%- call statement('catalog', fetch_result=true) -%}
with early_binding as (
{{ redshift__get_early_binding_sql(information_schema.database) }}
),
late_binding as (
{{ redshift__get_late_binding_sql() }}
),
described as (
  select * from early_binding
  union all
  select * from late_binding
),
owners as (
{{ redshift__get_table_owners_sql() }}
)
select
  {{ postgres__literal(information_schema.database) }} as table_database,
  table_schema,
  table_name,
  table_type,
  table_comment,
  column_name,
  column_index,
  column_type,
  column_comment,
  table_owner
from described
inner join owners using (table_schema, table_name)
where {{ '((' ~ wanted | join(') or (') ~ '))' if wanted else 'false' }}
order by table_schema, table_name, column_index
  {%- endcall -%}
  {{ return(load_result('catalog').table) }}
{%- endmacro %}

{% macro redshift__get_late_binding_sql() -%}
select
  table_schema::varchar,
  table_name::varchar,
  'LATE BINDING VIEW'::varchar as table_type,
  null::varchar as table_comment,
  column_name::varchar,
  column_index::int,
  column_type::varchar,
  null::varchar as column_comment
from pg_get_late_binding_view_cols()
  cols(table_schema name, table_name name, column_name name, column_type varchar, column_index int)
{%- endmacro %}

{% macro redshift__get_early_binding_sql(database) -%}
select
  place.nspname::varchar as table_schema,
  owner.relname::varchar as table_name,
  case
    when owner.relkind = 'v' and definitions.view_definition ilike '%create materialized view%' then 'MATERIALIZED VIEW'
    when owner.relkind = 'v' then 'VIEW'
    else 'BASE TABLE'
  end::varchar as table_type,
  of_table.description::varchar as table_comment,
  attribute.attname::varchar as column_name,
  attribute.attnum::int as column_index,
  format_type(attribute.atttypid, attribute.atttypmod)::varchar as column_type,
  of_column.description::varchar as column_comment
from pg_class as owner
inner join pg_namespace as place on place.oid = owner.relnamespace
inner join pg_attribute as attribute on attribute.attrelid = owner.oid
left join pg_description as of_table on of_table.objoid = owner.oid and of_table.objsubid = 0
left join pg_description as of_column
  on of_column.objoid = owner.oid and of_column.objsubid = attribute.attnum
left join information_schema.views as definitions
  on definitions.table_schema = place.nspname
  and definitions.table_name = owner.relname
  and definitions.table_catalog = {{ postgres__literal(database) }}
where owner.relkind in ('r', 'v', 'f', 'p')
  and attribute.attnum > 0
  and not attribute.attisdropped
{%- endmacro %}

{% macro redshift__get_table_owners_sql() -%}
  select schemaname::varchar as table_schema, tablename::varchar as table_name, tableowner::varchar as table_owner
  from pg_tables
  union all
  select schemaname::varchar, viewname::varchar, viewowner::varchar
  from pg_views
{%- endmacro %}
