{#- The target of a statement has no other name here, so predicates name it in full. -#}
{% macro _update_predicates(target, incremental_predicates) -%}
  {%- set predicates = [] -%}
  {%- for predicate in incremental_predicates or [] -%}
    {%- do predicates.append(
      predicate | replace('DBT_INTERNAL_DEST.', target ~ '.') | replace('dbt_internal_dest.', target ~ '.')
    ) -%}
  {%- endfor -%}
  {{ return(predicates) }}
{%- endmacro %}

{% macro redshift__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- if unique_key -%}
    {%- set key = unique_key if unique_key is string else unique_key | join(', ') -%}
delete from {{ target }}
where ({{ key }}) in (
  select distinct {{ key }}
  from {{ source }} as DBT_INTERNAL_SOURCE
)
    {%- for predicate in _update_predicates(target, incremental_predicates) %}
  and {{ predicate }}
    {%- endfor -%};
{% endif -%}
{{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{#- `merge` has one clause for rows that match and one for the others, and needs both:
    without a key nothing matches, and all rows are inserted. -#}
{% macro redshift__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- if header is not none %}{{ header }}
{% endif -%}
  {%- if not unique_key -%}
{{ get_insert_into_sql(target, source, dest_columns) }}
  {%- else -%}
    {%- set conditions = _update_predicates(target, incremental_predicates) -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key) -%}
      {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = ' ~ target ~ '.' ~ key) -%}
    {%- endfor -%}
    {%- set assignments = [] -%}
    {%- for column in get_merge_update_columns(
      config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns
    ) -%}
      {%- do assignments.append(column ~ ' = DBT_INTERNAL_SOURCE.' ~ column) -%}
    {%- endfor -%}
    {%- set columns = get_merge_update_columns(none, none, dest_columns) -%}
merge into {{ target }}
using {{ source }} as DBT_INTERNAL_SOURCE
on ({{ conditions | join(') and (') }})
when matched then update set
  {{ assignments | join(',\n  ') }}
when not matched then insert ({{ columns | join(', ') }})
values (DBT_INTERNAL_SOURCE.{{ columns | join(', DBT_INTERNAL_SOURCE.') }})
  {%- endif -%}
{%- endmacro %}

{#- Replaces the rows of one batch, which `event_time` tells from all others. -#}
{% macro redshift__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set batch = model.get('batch') or {} -%}
  {%- if not (batch.get('event_time_start') and batch.get('event_time_end')) -%}
    {%- do exceptions.raise_compiler_error('the incremental strategy `microbatch` needs the start and the end of a batch') -%}
  {%- endif -%}
  {%- set target = arg_dict['target_relation'] -%}
  {%- set event_time = model.config.event_time -%}
  {%- set predicates = _update_predicates(target, arg_dict.get('incremental_predicates')) -%}
  {%- do predicates.append(event_time ~ " >= timestamp '" ~ batch['event_time_start'] ~ "'") -%}
  {%- do predicates.append(event_time ~ " < timestamp '" ~ batch['event_time_end'] ~ "'") -%}
  {%- do arg_dict.update({'incremental_predicates': predicates}) -%}
delete from {{ target }}
where {{ predicates | join('\n  and ') }};
{{ get_insert_into_sql(target, arg_dict['temp_relation'], arg_dict['dest_columns']) }}
{%- endmacro %}
