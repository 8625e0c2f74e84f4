{% macro duckdb__get_incremental_merge_sql(args_dict) -%}
  {{ return(duckdb__get_merge_sql(
    args_dict['target_relation'],
    args_dict['temp_relation'],
    args_dict['unique_key'],
    args_dict['dest_columns'],
    args_dict.get('incremental_predicates')
  )) }}
{%- endmacro %}

{#- A `merge` of the clauses in `merge_clauses`, or of one update and one insert that the other
    configs describe. Columns are matched by name, so that their order does not matter. -#}
{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- do validate_merge_config(config, target) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set clauses = config.get('merge_clauses') or {} -%}
  {%- set defaults = merge_clause_defaults(
    config.get('merge_update_condition'),
    config.get('merge_insert_condition'),
    config.get('merge_update_columns') or [],
    config.get('merge_exclude_columns') or [],
    config.get('merge_update_set_expressions') or {}
  ) -%}
  {%- set chooses_columns = config.get('merge_update_columns')
      or config.get('merge_exclude_columns')
      or config.get('merge_update_set_expressions') -%}
  {%- set update = defaults['when_matched_update_explicit' if chooses_columns else 'when_matched_update_by_name'] -%}
  {%- set returning = config.get('merge_returning_columns') -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
merge into {{ target }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
{{ duckdb__merge_join_clause(unique_key, config.get('merge_on_using_columns'), normalize_incremental_predicates(incremental_predicates)) }}
  {%- for clause in clauses.get('when_matched', [update]) %}
when matched{{ duckdb__merge_condition(clause) }} then {{ duckdb__merge_action(clause, dest_columns) }}
  {%- endfor %}
  {%- for clause in clauses.get('when_not_matched', [defaults['when_not_matched_insert_by_name']]) %}
when not matched{{ ' by ' ~ clause.get('by') if clause.get('by') }}{{ duckdb__merge_condition(clause) }} then {{ duckdb__merge_action(clause, dest_columns) }}
  {%- endfor %}
  {%- if returning %}
returning {{ returning | join(', ') }}
  {%- endif -%}
{%- endmacro %}

{#- The clauses that apply where `merge_clauses` says nothing. -#}
{% macro merge_clause_defaults(merge_update_condition, merge_insert_condition, merge_update_columns=[], merge_exclude_columns=[], merge_update_set_expressions={}) -%}
  {{ return({
    'when_matched_update_by_name': {
      'action': 'update', 'mode': 'by_name', 'condition': merge_update_condition
    },
    'when_matched_update_explicit': {
      'action': 'update',
      'mode': 'explicit',
      'condition': merge_update_condition,
      'update': {
        'include': merge_update_columns,
        'exclude': merge_exclude_columns,
        'set_expressions': merge_update_set_expressions
      }
    },
    'when_not_matched_insert_by_name': {
      'action': 'insert', 'mode': 'by_name', 'condition': merge_insert_condition
    }
  }) }}
{%- endmacro %}

{% macro duckdb__merge_join_clause(unique_key, merge_on_using_columns, incremental_predicates) -%}
  {%- set conditions = [] -%}
  {%- if merge_on_using_columns -%}
    using ({{ merge_on_using_columns | join(', ') }}){{ ' ' if incremental_predicates }}
  {%- elif not unique_key -%}
    {%- do conditions.append('false') -%}
  {%- else -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key) -%}
      {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set conditions = conditions + (incremental_predicates or []) -%}
  {%- if conditions -%}
    on ({{ conditions | join(') and (') }})
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__merge_condition(clause) -%}
  {%- set condition = clause.get('condition') -%}
  {%- if condition is string and condition %} and {{ condition }}
  {%- elif condition %} and ({{ condition | join(') and (') }})
  {%- endif -%}
{%- endmacro %}

{#- What a clause does with a row. `mode` says how the columns of an update or insert are chosen. -#}
{% macro duckdb__merge_action(clause, dest_columns) -%}
  {%- set action = clause.get('action') -%}
  {%- set mode = clause.get('mode') -%}
  {%- if action == 'delete' -%}
    delete
  {%- elif action == 'do_nothing' -%}
    do nothing
  {%- elif action == 'error' -%}
    error{{ " '" ~ clause.get('error_message') | replace("'", "''") ~ "'" if clause.get('error_message') }}
  {%- elif action in ['update', 'insert'] and mode in ['by_name', 'by_position'] -%}
    {{ action }} {{ mode | replace('_', ' ') }}
  {%- elif action == 'update' and mode == 'star' -%}
    update set *
  {%- elif action == 'update' -%}
    {%- set assignments = [] -%}
    {%- set chosen = clause.get('update') or {} -%}
    {%- set expressions = clause.get('set_expressions') or chosen.get('set_expressions') or {} -%}
    {%- for column, expression in expressions.items() -%}
      {%- do assignments.append(column ~ ' = ' ~ expression) -%}
    {%- endfor -%}
    {%- if mode == 'explicit' -%}
      {%- for column in get_merge_update_columns(chosen.get('include'), chosen.get('exclude'), dest_columns)
          if column.replace('"', '') not in expressions -%}
        {%- do assignments.append(column ~ ' = DBT_INTERNAL_SOURCE.' ~ column) -%}
      {%- endfor -%}
    {%- endif -%}
    update set {{ assignments | join(', ') }}
  {%- elif mode == 'star' -%}
    insert *
  {%- elif mode == 'explicit' -%}
    {%- set chosen = clause.get('insert') or {} -%}
    insert ({{ chosen.get('columns', []) | join(', ') }}) values ({{ chosen.get('values', []) | join(', ') }})
  {%- endif -%}
{%- endmacro %}

{#- Reports everything that is wrong with the configs of a merge, at once. -#}
{% macro validate_merge_config(config, target_relation=none) -%}
  {%- set kinds = {
    'merge_update_condition': 'text',
    'merge_insert_condition': 'text',
    'merge_on_using_columns': 'list',
    'merge_update_columns': 'list',
    'merge_update_set_expressions': 'dictionary',
    'merge_exclude_columns': 'list',
    'merge_returning_columns': 'list'
  } -%}
  {%- set errors = [] -%}
  {%- for name, kind in kinds.items() -%}
    {%- set value = config.get(name) -%}
    {%- if kind == 'text' -%}
      {%- do validate_string_field(value, name, errors) -%}
    {%- elif kind == 'list' -%}
      {%- do validate_string_list_field(value, name, errors) -%}
    {%- else -%}
      {%- do validate_dict_field(value, name, errors) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do validate_merge_clauses(config, kinds, errors) -%}
  {%- if not errors -%}
    {%- do validate_ducklake_restrictions(config, target_relation, errors) -%}
  {%- endif -%}
  {%- if errors -%}
    {%- do exceptions.raise_compiler_error('the configs of this merge are not valid:\n  ' ~ errors | join('\n  ')) -%}
  {%- endif -%}
{%- endmacro %}

{% macro validate_string_field(field_value, field_name, errors) -%}
  {%- if field_value is not none and field_value is not string -%}
    {%- do errors.append(field_name ~ ' must be a string, found: ' ~ field_value) -%}
  {%- endif -%}
{%- endmacro %}

{% macro validate_string_list_field(field_value, field_name, errors) -%}
  {%- if field_value is string or field_value is mapping or (field_value is not none and field_value is not iterable) -%}
    {%- do errors.append(field_name ~ ' must be a list, found: ' ~ field_value) -%}
  {%- else -%}
    {%- for item in field_value or [] if item is not string -%}
      {%- do errors.append(field_name ~ ' must contain only string values, found: ' ~ item) -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro validate_dict_field(field_value, field_name, errors) -%}
  {%- if field_value is not none and field_value is not mapping -%}
    {%- do errors.append(field_name ~ ' must be a dictionary, found: ' ~ field_value) -%}
  {%- endif -%}
{%- endmacro %}

{% macro validate_merge_clauses(config, base_configuration_fields, errors) -%}
  {%- set clauses = config.get('merge_clauses') -%}
  {%- if clauses is not none and clauses is not mapping -%}
    {%- do errors.append('merge_clauses must be a dictionary, found: ' ~ clauses) -%}
  {%- elif clauses is not none -%}
    {%- if 'when_matched' not in clauses and 'when_not_matched' not in clauses -%}
      {%- do errors.append("merge_clauses must contain at least one of 'when_matched' or 'when_not_matched'") -%}
    {%- endif -%}
    {%- for kind in ['when_matched', 'when_not_matched'] if kind in clauses -%}
      {%- do validate_merge_clause_list(clauses, kind, errors) -%}
    {%- endfor -%}
    {%- set needless = [] -%}
    {%- for name in base_configuration_fields
        if config.get(name) and name not in ['merge_on_using_columns', 'merge_returning_columns'] -%}
      {%- do needless.append(name) -%}
    {%- endfor -%}
    {%- if needless -%}
      {%- do errors.append('beside merge_clauses, the basic merge configurations will be ignored: remove ' ~ needless | join(', ')) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro validate_merge_clause_list(merge_clauses, clause_type, errors) -%}
  {%- set clauses = merge_clauses.get(clause_type) -%}
  {%- set name = 'merge_clauses.' ~ clause_type -%}
  {%- if clauses is string or clauses is mapping or clauses is not iterable -%}
    {%- do errors.append(name ~ ' must be a list, found: ' ~ clauses) -%}
  {%- elif not clauses -%}
    {%- do errors.append(name ~ ' must not be empty') -%}
  {%- else -%}
    {%- for clause in clauses if clause is not mapping -%}
      {%- do errors.append(name ~ ' elements must be dictionaries, found: ' ~ clause) -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}
