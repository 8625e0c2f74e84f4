{#- Strategies: how a snapshot sees that a row has changed. A strategy is a macro
    `snapshot_<name>_strategy` that gives a dict of SQL expressions. `name` may begin with the
    name of a package and a dot. -#}
{% macro strategy_dispatch(name) -%}
  {%- set parts = name.split('.') -%}
  {%- set strategy = parts | last -%}
  {%- set macros = context -%}
  {%- if parts | length > 1 -%}
    {%- if parts[0] not in context -%}
      {%- do exceptions.raise_compiler_error('the snapshot strategy `' ~ name ~ '` names a package that does not exist') -%}
    {%- endif -%}
    {%- set macros = context[parts[0]] -%}
  {%- endif -%}
  {%- set macro_name = 'snapshot_' ~ strategy ~ '_strategy' -%}
  {%- if macro_name not in macros -%}
    {%- do exceptions.raise_compiler_error(
      'there is no snapshot strategy `' ~ name ~ '`: it would be a macro `' ~ macro_name ~ '`'
    ) -%}
  {%- endif -%}
  {{ return(macros[macro_name]) }}
{%- endmacro %}

{#- A row has changed when its `updated_at` is later than the start of the record that
    holds now. That start is the snapshot's own column, for a table that began with another
    strategy may lack `updated_at`. -#}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
  {%- set columns = snapshot_meta_columns() -%}
  {%- set updated_at = config.get('updated_at') -%}
  {%- set row_changed -%}
    ({{ snapshotted_rel }}.{{ columns.dbt_valid_from }} < {{ current_rel }}.{{ updated_at }})
  {%- endset -%}
  {{ return(snapshot_strategy(updated_at, row_changed)) }}
{%- endmacro %}

{#- A row has changed when one of the columns to be checked differs, or is new in the table. -#}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
  {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
  {%- set column_added, check_cols = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- if column_added -%}
    {{ return(snapshot_strategy(updated_at, '(' ~ get_true_sql() | trim ~ ')')) }}
  {%- endif -%}
  {%- set differences = [] -%}
  {%- for column in check_cols -%}
    {%- set before = snapshotted_rel ~ '.' ~ column -%}
    {%- set after = current_rel ~ '.' ~ column -%}
    {%- do differences.append(
      before ~ ' <> ' ~ after
      ~ ' or (' ~ before ~ ' is null and ' ~ after ~ ' is not null)'
      ~ ' or (' ~ before ~ ' is not null and ' ~ after ~ ' is null)'
    ) -%}
  {%- endfor -%}
  {{ return(snapshot_strategy(updated_at, '(' ~ differences | join('\n    or ') ~ ')')) }}
{%- endmacro %}

{#- The dict of a strategy, from what tells strategies apart. -#}
{% macro snapshot_strategy(updated_at, row_changed) -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {{ return({
    'unique_key': unique_key,
    'updated_at': updated_at,
    'row_changed': row_changed,
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes
  }) }}
{%- endmacro %}

{#- A pair: whether the query has a column to check that the table lacks, and the columns to
    check that both have, quoted. -#}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- if not target_exists -%}
    {{ return([false, []]) }}
  {%- endif -%}
  {%- if check_cols_config == 'all' -%}
    {%- set wanted = get_columns_in_query(node['compiled_code']) -%}
  {%- elif check_cols_config is string or check_cols_config is mapping or not check_cols_config -%}
    {%- do exceptions.raise_compiler_error(
      '`check_cols` is `all` or a list of columns, not `' ~ check_cols_config ~ '`'
    ) -%}
  {%- else -%}
    {#- The warehouse tells how it spells the names. -#}
    {%- set query -%}
select {{ check_cols_config | join(', ') }} from (
{{ node['compiled_code'] }}
) subq
    {%- endset -%}
    {%- set wanted = get_columns_in_query(query) -%}
  {%- endif -%}

  {%- set table = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set existing = adapter.get_columns_in_relation(table) | map(attribute='name') | list -%}
  {%- set both = [] -%}
  {%- for name in wanted if name in existing -%}
    {%- do both.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return([both | length < wanted | length, both]) }}
{%- endmacro %}

{#- The identity of one record: a hash over its key and its time. -#}
{% macro snapshot_hash_arguments(args) -%}
  {{ return(adapter.dispatch('snapshot_hash_arguments', 'dbt')(args)) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
  {%- set parts = [] -%}
  {%- for arg in args -%}
    {%- do parts.append('coalesce(cast(' ~ arg ~ " as varchar), '')") -%}
  {%- endfor -%}
  md5({{ parts | join(" || '|' || ") }})
{%- endmacro %}

{% macro get_true_sql() -%}
  {{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_true_sql() -%}
  {{ return('true') }}
{%- endmacro %}
