{#- The configs that say how a view is stored, checked. -#}
{% macro redshift__materialized_view_layout(config) -%}
  {{ return(adapter.materialized_view_layout(
    dist=config.get('dist'),
    sort=config.get('sort'),
    backup=config.get('backup'),
    auto_refresh=config.get('auto_refresh')
  )) }}
{%- endmacro %}

{% macro redshift__get_create_materialized_view_as_sql(relation, sql) -%}
  {%- set layout = redshift__materialized_view_layout(config) -%}
create materialized view {{ relation }}
backup {{ 'yes' if layout.backup else 'no' }}
diststyle {{ layout.diststyle }}
  {%- if layout.distkey %} distkey ({{ layout.distkey }})
  {%- endif %}
  {%- if layout.sortkey %}
sortkey ({{ layout.sortkey | join(', ') }})
  {%- endif %}
auto refresh {{ 'yes' if layout.autorefresh else 'no' }}
as (
{{ sql }}
)
{%- endmacro %}

{% macro redshift__drop_materialized_view(relation) -%}
  drop materialized view if exists {{ relation }}{{ '' if redshift__drop_without_cascade() else ' cascade' }}
{%- endmacro %}

{% macro redshift__refresh_materialized_view(relation) -%}
  refresh materialized view {{ relation }}
{%- endmacro %}

{#- What the catalog tells of a view: how its rows are spread and refreshed, by which columns
    the table that holds them is sorted, and its definition. One query cannot read all these. -#}
{% macro redshift__describe_materialized_view(relation) -%}
  {%- set schema = postgres__literal(relation.schema) -%}
  {%- set name = postgres__literal(relation.identifier) -%}
  {%- set stored -%}
select
  stored.database,
  stored.schema,
  stored."table",
  stored.diststyle,
  stored.sortkey1,
  refreshed.autorefresh
from svv_table_info as stored
left join svv_mv_info as refreshed
  on refreshed.database_name = stored.database
  and refreshed.schema_name = stored.schema
  and refreshed.name = stored."table"
where lower(stored."table") = lower({{ name }})
  and lower(stored.schema) = lower({{ schema }})
  and lower(stored.database) = lower({{ postgres__literal(relation.database) }})
  {%- endset -%}
  {%- set columns -%}
select
  attribute.attname as column,
  attribute.attisdistkey as is_dist_key,
  attribute.attsortkeyord as sort_key_position
from pg_class as holder
inner join pg_namespace as place on place.oid = holder.relnamespace
inner join pg_attribute as attribute on attribute.attrelid = holder.oid
where lower(place.nspname) = lower({{ schema }})
  and substring(holder.relname, 1, {{ relation.identifier | length + 10 }}) = lower('mv_tbl__' || {{ name }} || '__')
order by attribute.attsortkeyord
  {%- endset -%}
  {%- set definition -%}
select definition
from pg_views
where schemaname = {{ schema }}
  and viewname = {{ name }}
  and definition ilike '%create materialized view%'
  {%- endset -%}
  {{ return({
    'materialized_view': run_query(stored),
    'columns': run_query(columns),
    'query': run_query(definition)
  }) }}
{%- endmacro %}

{#- None where nothing differs. Whether a view is backed up cannot be told, nor compared. -#}
{% macro redshift__get_materialized_view_configuration_changes(existing_relation, new_config) -%}
  {%- set described = redshift__describe_materialized_view(existing_relation) -%}
  {%- set sorted_by = [] -%}
  {%- for row in described['columns'] if row['sort_key_position'] -%}
    {%- do sorted_by.append(row['column']) -%}
  {%- endfor -%}
  {%- set stored = described['materialized_view'].rows | list | first -%}
  {{ return(adapter.materialized_view_changes(
    dist=new_config.get('dist'),
    sort=new_config.get('sort'),
    backup=new_config.get('backup'),
    auto_refresh=new_config.get('auto_refresh'),
    existing_dist=stored['diststyle'] if stored else none,
    existing_sort=sorted_by,
    existing_auto_refresh=stored['autorefresh'] if stored else none
  )) }}
{%- endmacro %}

{% macro redshift__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -%}
  {%- if configuration_changes.requires_full_refresh -%}
    {{ get_replace_sql(existing_relation, relation, sql) }}
  {%- else -%}
    alter materialized view {{ relation }} auto refresh {{ 'yes' if configuration_changes.autorefresh.context else 'no' }}
  {%- endif -%}
{%- endmacro %}
