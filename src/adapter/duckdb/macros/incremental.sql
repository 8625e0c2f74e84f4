{#- Without a strategy: delete and insert, which appends where there is no key. -#}
{% macro duckdb__get_incremental_default_sql(arg_dict) -%}
  {{ return(get_incremental_delete_insert_sql(arg_dict)) }}
{%- endmacro %}

{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set predicates = normalize_incremental_predicates(incremental_predicates) -%}
  {%- if unique_key is string and unique_key -%}
delete from {{ target }}
where ({{ unique_key }}) in (
  select ({{ unique_key }})
  from {{ source }}
)
    {%- for predicate in predicates %}
  and {{ predicate }}
    {%- endfor -%};
  {%- elif unique_key -%}
    {%- set conditions = [] -%}
    {%- for key in unique_key -%}
      {%- do conditions.append(source ~ '.' ~ key ~ ' = DBT_INCREMENTAL_TARGET.' ~ key) -%}
    {%- endfor -%}
delete from {{ target }} as DBT_INCREMENTAL_TARGET
using {{ source }}
where {{ (conditions + predicates) | join('\n  and ') }};
  {%- endif %}

insert into {{ target }} ({{ columns }})
(
  select {{ columns }}
  from {{ source }}
)
{%- endmacro %}

{#- Replaces the rows of one batch, which `event_time` tells from all others. -#}
{% macro duckdb__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set event_time = config.get('event_time') -%}
  {%- set batch = model.get('batch') or {} -%}
  {%- if not event_time -%}
    {%- do exceptions.raise_compiler_error('the incremental strategy `microbatch` needs the config `event_time`') -%}
  {%- elif config.get('unique_key') -%}
    {%- do exceptions.raise_compiler_error(
      "the incremental strategy 'microbatch' does not support 'unique_key', because it replaces rows by their 'event_time': remove the key, or use 'merge'"
    ) -%}
  {%- elif not (batch.get('event_time_start') and batch.get('event_time_end')) -%}
    {%- do exceptions.raise_compiler_error('the incremental strategy `microbatch` needs the start and the end of a batch') -%}
  {%- endif -%}
  {%- set target = arg_dict['target_relation'] -%}
  {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
  {%- set in_batch -%}
    {{ event_time }} >= '{{ batch['event_time_start'] }}'
  and {{ event_time }} < '{{ batch['event_time_end'] }}'
  {%- endset -%}
delete from {{ target }}
where {{ in_batch }}
  {%- for predicate in normalize_incremental_predicates(arg_dict.get('incremental_predicates')) %}
  and ({{ predicate }})
  {%- endfor -%};

insert into {{ target }} ({{ columns }})
select {{ columns }}
from {{ arg_dict['temp_relation'] }}
where {{ in_batch }};
{%- endmacro %}

{% macro normalize_incremental_predicates(incremental_predicates) -%}
  {{ return(normalize_string_or_list(incremental_predicates, 'incremental_predicates')) }}
{%- endmacro %}

{#- A list, from none, one text or a list of texts. -#}
{% macro normalize_string_or_list(raw, field_name) -%}
  {%- set items = [] if raw is none else [raw] if raw is string else raw -%}
  {%- set is_list = items is iterable and items is not mapping -%}
  {%- if not is_list or items | reject('string') | list -%}
    {%- set words = ' list values must be non-empty strings' if is_list else ' must be a list of strings or a string' -%}
    {%- do exceptions.raise_compiler_error(
      '`' ~ field_name ~ '` is text or a list of texts, not `' ~ raw ~ '` (dbt says: ' ~ field_name ~ words ~ ')'
    ) -%}
  {%- endif -%}
  {{ return(items | list) }}
{%- endmacro %}
