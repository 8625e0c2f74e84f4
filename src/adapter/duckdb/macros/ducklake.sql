{#- Tables of a DuckLake, which may be partitioned and sorted. -#}
{% macro duckdb__get_partitioned_by(relation, temporary) -%}
  {%- set columns = duckdb__layout_columns(relation, temporary, ['partitioned_by', 'partition_by']) -%}
  {{ return(columns | join(', ') if columns else none) }}
{%- endmacro %}

{% macro duckdb__get_sorted_by(relation, temporary) -%}
  {%- set columns = duckdb__layout_columns(relation, temporary, ['sorted_by', 'sort_by']) -%}
  {{ return(get_quoted_csv(columns) if columns else none) }}
{%- endmacro %}

{#- The columns of the first of these configs that is set. Only tables of a DuckLake heed them, and of
    those only the one that stays. -#}
{% macro duckdb__layout_columns(relation, temporary, config_names) -%}
  {%- set raw = config.get(config_names[0]) or config.get(config_names[1]) -%}
  {%- if temporary or not raw -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set columns = normalize_string_or_list(raw, config_names | join('/')) -%}
  {%- if this is defined and relation.identifier != this.identifier -%}
    {{ return([]) }}
  {%- elif not adapter.is_ducklake(relation) -%}
    {%- do adapter.warn_once(
      '`' ~ config_names[0] ~ '` is for tables of a DuckLake; it is ignored for ' ~ relation
    ) -%}
    {{ return([]) }}
  {%- endif -%}
  {{ return(columns) }}
{%- endmacro %}

{% macro duckdb__alter_table_set_partitioned_by(relation, partitioned_by) -%}
  alter table {{ relation }} set partitioned by ({{ partitioned_by }});
{%- endmacro %}

{% macro duckdb__alter_table_set_sorted_by(relation, sorted_by) -%}
  alter table {{ relation }} set sorted by ({{ sorted_by }});
{%- endmacro %}

{% macro duckdb__set_table_order(relation, partitioned_by, sorted_by) -%}
  {%- if partitioned_by -%}
{{ duckdb__alter_table_set_partitioned_by(relation, partitioned_by) }}
{% endif -%}
  {%- if sorted_by -%}
{{ duckdb__alter_table_set_sorted_by(relation, sorted_by) }}
{% endif -%}
{%- endmacro %}

{#- What a merge into a DuckLake cannot do yet. -#}
{% macro validate_ducklake_restrictions(config, target_relation, errors) -%}
  {%- if target_relation and adapter.is_ducklake(target_relation) -%}
    {%- if config.get('merge_returning_columns') -%}
      {%- do errors.append('DuckLake MERGE restrictions: no rows can be returned; remove merge_returning_columns') -%}
    {%- endif -%}
    {%- set clauses = config.get('merge_clauses') or {} -%}
    {%- set changing = [] -%}
    {%- for clause in clauses.get('when_matched', []) + clauses.get('when_not_matched', [])
        if clause.get('action') in ['update', 'delete'] -%}
      {%- do changing.append(clause) -%}
    {%- endfor -%}
    {%- if changing | length > 1 -%}
      {%- do errors.append(
        'DuckLake MERGE restrictions: merge_clauses can contain only a single UPDATE or DELETE action. Found ' ~ changing | length ~ ' UPDATE/DELETE actions'
      ) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}
