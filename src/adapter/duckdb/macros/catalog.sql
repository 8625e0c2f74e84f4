{% macro duckdb__get_catalog(information_schema, schemas) -%}
  {%- set conditions = [] -%}
  {%- for schema in schemas -%}
    {%- do conditions.append(duckdb__is_named('table_schema', schema)) -%}
  {%- endfor -%}
  {{ return(run_query(duckdb__catalog_sql(information_schema.database, conditions))) }}
{%- endmacro %}

{% macro duckdb__get_catalog_relations(information_schema, relations) -%}
  {%- set conditions = [] -%}
  {%- for relation in relations -%}
    {%- if not relation.schema -%}
      {%- do exceptions.raise_compiler_error('a relation needs a schema to be found in the catalog: ' ~ relation) -%}
    {%- endif -%}
    {%- set condition = duckdb__is_named('table_schema', relation.schema) -%}
    {%- if relation.identifier -%}
      {%- set condition = condition ~ ' and ' ~ duckdb__is_named('table_name', relation.identifier) -%}
    {%- endif -%}
    {%- do conditions.append(condition) -%}
  {%- endfor -%}
  {{ return(run_query(duckdb__catalog_sql(information_schema.database, conditions))) }}
{%- endmacro %}

{#- Names differ only if they differ in more than case. -#}
{% macro duckdb__is_named(column, name) -%}
  {{ return('lower(' ~ column ~ ") = '" ~ (name | lower | replace("'", "''")) ~ "'") }}
{%- endmacro %}

{#- The columns of the relations that meet one of the conditions. -#}
{% macro duckdb__catalog_sql(database, conditions) -%}
with relations as (
  select
    database_name as table_database,
    schema_name as table_schema,
    table_name,
    'BASE TABLE' as table_type,
    comment as table_comment
  from duckdb_tables()
  union all
  select database_name, schema_name, view_name, 'VIEW', comment
  from duckdb_views()
),
columns as (
  select
    database_name as table_database,
    schema_name as table_schema,
    table_name,
    column_name,
    column_index,
    data_type as column_type,
    comment as column_comment
  from duckdb_columns()
)
select
  table_database,
  table_schema,
  table_name,
  table_type,
  table_comment,
  column_name,
  column_index,
  column_type,
  column_comment,
  null as table_owner
from relations
inner join columns using (table_database, table_schema, table_name)
where {{ duckdb__is_named('table_database', database) }}
  and {{ '((' ~ conditions | join(') or (') ~ '))' if conditions else 'false' }}
order by table_schema, table_name, column_index
{%- endmacro %}
