{#- A model that is a file, with a view that reads it. -#}
{% materialization external, adapter='duckdb', supported_languages=['sql', 'python'] %}
  {%- set location = render(config.get('location') or external_location(this, config)) -%}
  {%- set options = render_write_options(config) -%}
  {%- set format = duckdb__external_format(location, options) -%}
  {%- set language = model['language'] -%}

  {%- set view = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set rows = make_intermediate_relation(this.incorporate(type='table'), suffix='__dbt_tmp') -%}
  {%- set intermediate = make_intermediate_relation(view, suffix='__dbt_int') -%}
  {%- set backup = make_backup_relation(view, 'table' if existing is none else existing.type) -%}
  {%- for leftover in [rows, intermediate, backup] -%}
    {%- do drop_relation_if_exists(load_cached_relation(leftover)) -%}
  {%- endfor -%}

  {%- do run_hooks(pre_hooks, inside_transaction=false) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=true) -%}

  {%- call statement('create_table', language=language) -%}
    {{ create_table_as(false, rows, compiled_code, language) }}
  {%- endcall -%}
  {#- A file without rows has no columns to read back: it gets one row of nulls, which the view leaves out. -#}
  {%- set is_empty = run_query('select count(*) from ' ~ rows).rows[0][0] == 0 -%}
  {%- set filled = [] -%}
  {%- if is_empty -%}
    {%- set nulls = [] -%}
    {%- for column in get_columns_in_relation(rows) -%}
      {%- do filled.append(adapter.quote(column.name) ~ ' is not null') -%}
      {%- do nulls.append('null') -%}
    {%- endfor -%}
    {%- do run_query('insert into ' ~ rows ~ ' values (' ~ nulls | join(', ') ~ ')') -%}
  {%- endif -%}
  {%- do write_to_file(rows, location, adapter.external_write_options(location, options)) -%}
  {%- call statement('main', language='sql') -%}
create or replace view {{ intermediate }} as (
  select * from {{ duckdb__read_external(adapter.external_read_location(location, options), format, options) }}
    {%- if is_empty %}
  where {{ filled | join(' and ') }}
    {%- endif %}
);
  {%- endcall -%}

  {%- if existing is not none -%}
    {%- do adapter.rename_relation(existing, backup) -%}
  {%- endif -%}
  {%- do adapter.rename_relation(intermediate, view) -%}
  {%- do run_hooks(post_hooks, inside_transaction=true) -%}
  {%- do apply_grants(view, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) -%}
  {%- do persist_docs(view, model) -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(backup) -%}
  {%- do drop_relation_if_exists(rows) -%}
  {%- set glue = 'glue|' ~ config.get('glue_database', 'default') if config.get('glue_register', false) else none -%}
  {%- set plugin = glue or config.get('plugin') -%}
  {%- if plugin -%}
    {%- do store_relation(plugin, view, location, format, config) -%}
  {%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=false) -%}

  {{ return({'relations': [view]}) }}
{% endmaterialization %}

{#- What a file is read as: the config `format`, else what its name says. -#}
{% macro duckdb__external_format(location, options) -%}
  {%- set known = ['csv', 'parquet', 'json'] -%}
  {%- set wanted = config.get('format') -%}
  {%- if wanted and wanted not in known -%}
    {%- do exceptions.raise_compiler_error('the config `format` may be ' ~ known | join(', ') ~ ', not `' ~ wanted ~ '`') -%}
  {%- endif -%}
  {%- set name = location.split('/') | last | lower -%}
  {%- set parts = name.split('.') | reject('in', ['gz', 'zst']) | list -%}
  {%- set said = options.get('format') or (parts | last if parts | length > 1 else 'csv' if options.get('delimiter') else '') -%}
  {{ return(said | lower if said | lower in known else 'parquet') }}
{%- endmacro %}

{#- The call that reads a file, with the config `<format>_read_options`. -#}
{% macro duckdb__read_external(path, format, options) -%}
  {%- set defaults = {'parquet': {'union_by_name': false}} -%}
  {%- set configured = config.get(format ~ '_read_options') or defaults.get(format, {'auto_detect': true}) -%}
  {%- set arguments = ["'" ~ path | replace("'", "''") ~ "'"] -%}
  {%- for name, value in configured.items() -%}
    {%- do arguments.append(name ~ ' = ' ~ ("'" ~ value ~ "'" if value is string else value)) -%}
  {%- endfor -%}
  {%- if format != 'parquet' and options.get('compression') and 'compression' not in configured -%}
    {%- do arguments.append("compression = '" ~ options['compression'] ~ "'") -%}
  {%- endif -%}
  read_{{ format }}({{ arguments | join(', ') }})
{%- endmacro %}

{#- A query with parameters: a model that others call as `ref('x')(1, 2)`. -#}
{% materialization table_function, adapter='duckdb' %}
  {%- set function = this.incorporate(type='view') -%}
  {%- set configured = config.get('parameters') -%}
  {%- set parameters = (configured if configured is iterable and configured is not string else [configured]) | select | list -%}

  {%- do run_hooks(pre_hooks, inside_transaction=false) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=true) -%}
  {%- call statement('main') -%}
create or replace function {{ function.render() }}({{ parameters | join(', ') }}) as table (
{{ sql }}
);
  {%- endcall -%}
  {%- do run_hooks(post_hooks, inside_transaction=true) -%}
  {%- do persist_docs(function, model) -%}
  {%- do adapter.commit() -%}
  {%- do run_hooks(post_hooks, inside_transaction=false) -%}

  {{ return({'relations': [function]}) }}
{% endmaterialization %}

{#- As those of the program, under this warehouse's name: a project's own for any warehouse stand
    behind them. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
  {{ return(materialize_built_in('table')) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
  {{ return(materialize_built_in('incremental')) }}
{% endmaterialization %}
