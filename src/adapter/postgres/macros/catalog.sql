{% macro postgres__get_catalog(information_schema, schemas) -%}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}
    {%- do relations.append({'schema': schema}) -%}
  {%- endfor -%}
  {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}

{#- The columns of the relations that are asked for; of all in its schema where one has no
    name. Names differ only if they differ in more than case. -#}
{% macro postgres__get_catalog_relations(information_schema, relations) -%}
  {{ postgres__only_this_database(information_schema.database) }}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- set condition = 'lower(place.nspname) = lower(' ~ postgres__literal(relation.schema) ~ ')' -%}
    {%- if relation.identifier -%}
      {%- set condition = condition ~ ' and lower(owner.relname) = lower(' ~ postgres__literal(relation.identifier) ~ ')' -%}
    {%- endif -%}
    {%- do wanted.append(condition) -%}
  {%- endfor -%}
  {%- call statement('catalog', fetch_result=true) -%}
select
  {{ postgres__literal(information_schema.database) }} as table_database,
  place.nspname as table_schema,
  owner.relname as table_name,
  case owner.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type,
  obj_description(owner.oid, 'pg_class') as table_comment,
  attribute.attname as column_name,
  attribute.attnum as column_index,
  format_type(attribute.atttypid, attribute.atttypmod) as column_type,
  col_description(owner.oid, attribute.attnum) as column_comment,
  pg_get_userbyid(owner.relowner) as table_owner
from pg_class as owner
inner join pg_namespace as place on place.oid = owner.relnamespace
inner join pg_attribute as attribute on attribute.attrelid = owner.oid
where owner.relkind in ('r', 'p', 'f', 'v', 'm')
  and owner.relpersistence <> 't'
  and attribute.attnum > 0
  and not attribute.attisdropped
  and {{ '((' ~ wanted | join(') or (') ~ '))' if wanted else 'false' }}
order by place.nspname, owner.relname, attribute.attnum
  {%- endcall -%}
  {{ return(load_result('catalog').table) }}
{%- endmacro %}
