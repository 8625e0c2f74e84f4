{% macro postgres__get_create_materialized_view_as_sql(relation, sql) -%}
  {%- set statements = [] -%}
  {%- for index in config.get('indexes', []) or [] -%}
    {%- do statements.append(get_create_index_sql(relation, index)) -%}
  {%- endfor -%}
create materialized view if not exists {{ relation }} as
{{ sql }}
;
{{ statements | join(';\n') }}
{%- endmacro %}

{% macro postgres__drop_materialized_view(relation) -%}
  drop materialized view if exists {{ relation }} cascade
{%- endmacro %}

{% macro postgres__get_rename_materialized_view_sql(relation, new_name) -%}
  alter materialized view {{ relation }} rename to {{ adapter.quote_as_configured(new_name, 'identifier') }}
{%- endmacro %}

{% macro postgres__refresh_materialized_view(relation) -%}
  refresh materialized view {{ relation }}
{%- endmacro %}

{#- What can be told of a view and compared with its config: its indexes. -#}
{% macro postgres__describe_materialized_view(relation) -%}
  {{ return({'indexes': run_query(get_show_indexes_sql(relation))}) }}
{%- endmacro %}

{#- Indexes are the same if they have the same columns, in any order, and are of the same kind.
    What is in the way is dropped before anything is created. -#}
{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) -%}
  {%- set existing = {} -%}
  {%- for row in postgres__describe_materialized_view(existing_relation).indexes -%}
    {%- set columns = row['column_names'].split(',') -%}
    {%- do existing.update({postgres__index_identity(columns, row['unique'], row['method']): row['name']}) -%}
  {%- endfor -%}
  {%- set wanted = {} -%}
  {%- for index_dict in new_config.get('indexes', []) or [] -%}
    {%- set index = adapter.parse_index(index_dict) -%}
    {%- do wanted.update({postgres__index_identity(index.columns, index.unique, index.type): index_dict}) -%}
  {%- endfor -%}

  {%- set changes = [] -%}
  {%- for identity, name in existing.items() if identity not in wanted -%}
    {%- do changes.append({'action': 'drop', 'context': {'name': name}}) -%}
  {%- endfor -%}
  {%- for identity, index_dict in wanted.items() if identity not in existing -%}
    {%- do changes.append({'action': 'create', 'context': {'as_node_config': index_dict}}) -%}
  {%- endfor -%}
  {{ return({'indexes': changes, 'requires_full_refresh': false} if changes else none) }}
{%- endmacro %}

{% macro postgres__index_identity(columns, unique, method) -%}
  {{ return((columns | map('lower') | sort | join(',')) ~ ' ' ~ (unique | default(false, true)) ~ ' ' ~ (method or 'btree')) }}
{%- endmacro %}

{% macro postgres__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -%}
  {%- if configuration_changes.requires_full_refresh -%}
    {{ get_replace_sql(existing_relation, relation, sql) }}
  {%- else -%}
    {{ postgres__update_indexes_on_materialized_view(relation, configuration_changes.indexes) }}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__update_indexes_on_materialized_view(relation, index_changes) -%}
  {%- set statements = [] -%}
  {%- for change in index_changes -%}
    {%- if change.action == 'drop' -%}
      {%- do statements.append(postgres__get_drop_index_sql(relation, change.context.name)) -%}
    {%- elif change.action == 'create' -%}
      {%- do statements.append(postgres__get_create_index_sql(relation, change.context.as_node_config)) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ statements | join(';\n') }}
{%- endmacro %}
