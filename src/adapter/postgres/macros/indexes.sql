{#- The time is part of an index's name, since the table that this one replaces still has its own. -#}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
  {%- set name = local_md5(
    (index.columns + [relation.render(), index.unique, index.type, modules.datetime.datetime.utcnow().isoformat()]) | join('_')
  ) -%}
  create {{ 'unique ' if index.unique }}index if not exists {{ adapter.quote(name) }} on {{ relation }}
  {{- ' using ' ~ index.type if index.type }} ({{ index.columns | join(', ') }})
{%- endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) -%}
  drop index if exists {{ adapter.quote(relation.schema) }}.{{ adapter.quote(index_name) }}
{%- endmacro %}

{#- Rows of (name, method, unique, column_names); the names are joined by commas. -#}
{% macro postgres__get_show_indexes_sql(relation) -%}
select
  index_class.relname as name,
  pg_am.amname as method,
  pg_index.indisunique as "unique",
  string_agg(attribute.attname, ',' order by array_position(pg_index.indkey::smallint[], attribute.attnum)) as column_names
from pg_index
inner join pg_class as index_class on index_class.oid = pg_index.indexrelid
inner join pg_am on pg_am.oid = index_class.relam
inner join pg_class as indexed on indexed.oid = pg_index.indrelid
inner join pg_namespace on pg_namespace.oid = indexed.relnamespace
inner join pg_attribute as attribute
  on attribute.attrelid = indexed.oid and attribute.attnum = any(pg_index.indkey)
where indexed.relkind in ('r', 'm')
  and pg_namespace.nspname = {{ postgres__literal(relation.schema) }}
  and indexed.relname = {{ postgres__literal(relation.identifier) }}
group by 1, 2, 3
order by 1, 2, 3
{%- endmacro %}
