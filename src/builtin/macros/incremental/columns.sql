{#- Lists of columns, as incremental models compare and write them. -#}
{% macro get_quoted_csv(column_names) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{%- endmacro %}

{#- The columns of the first list that the second one lacks, whatever their types. -#}
{% macro diff_columns(source_columns, target_columns) -%}
  {%- set present = target_columns | map(attribute='column') | list -%}
  {{ return(source_columns | rejectattr('name', 'in', present) | list) }}
{%- endmacro %}

{#- The columns of `target_columns` that cannot hold the source's values, with the types that can:
    dicts of `column_name` and `new_type`. -#}
{% macro diff_column_data_types(source_columns, target_columns) -%}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{%- endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) -%}
  {%- set changes = [] -%}
  {%- for column in source_columns -%}
    {%- set existing = target_columns | selectattr('name', 'equalto', column.name) | list | first -%}
    {%- if existing
        and column.expanded_data_type != existing.expanded_data_type
        and not column.can_expand_to(other_column=existing) -%}
      {%- do changes.append({'column_name': existing.name, 'new_type': column.expanded_data_type}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(changes) }}
{%- endmacro %}

{#- The columns that a merge updates: those named, all but those excluded, or all. -#}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(
    merge_update_columns, merge_exclude_columns, dest_columns
  )) }}
{%- endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {%- do exceptions.raise_compiler_error(
      'a model has either `merge_update_columns` or `merge_exclude_columns`, not both'
    ) -%}
  {%- elif merge_update_columns -%}
    {{ return(merge_update_columns) }}
  {%- endif -%}
  {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
  {%- set columns = [] -%}
  {%- for column in dest_columns if column.column | lower not in excluded -%}
    {%- do columns.append(column.quoted) -%}
  {%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}
