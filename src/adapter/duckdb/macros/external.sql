{#- Models and sources that are files. -#}
{% macro external_location(relation, config) -%}
  {%- set path = adapter.external_root() ~ '/' ~ relation.identifier -%}
  {%- set options = config.get('options', {}) or {} -%}
  {#- A partitioned model is a directory of files. -#}
  {{- path if options.get('partition_by') is not none else path ~ '.' ~ config.get('format', 'parquet') -}}
{%- endmacro %}

{% macro location_exists(location) -%}
  {{ return(adapter.location_exists(location)) }}
{%- endmacro %}

{% macro write_to_file(relation, location, options) -%}
  {%- call statement('write_to_file') -%}
    copy {{ relation }} to '{{ location | replace("'", "''") }}' ({{ options }})
  {%- endcall -%}
{%- endmacro %}

{% macro store_relation(plugin, relation, location, format, config) -%}
  {%- do adapter.store_relation(plugin, relation, adapter.get_columns_in_relation(relation), location, format, config) -%}
{%- endmacro %}

{#- The options that a file is written with. `format` and `delimiter` may stand beside them. -#}
{% macro render_write_options(config) -%}
  {%- set configured = config.get('options', {}) or {} -%}
  {%- if configured is not mapping -%}
    {%- do exceptions.raise_compiler_error('the config `options` is a dictionary, not `' ~ configured ~ '`') -%}
  {%- endif -%}
  {%- set options = {} -%}
  {%- for name, value in configured.items() -%}
    {%- do options.update({name: render(value)}) -%}
  {%- endfor -%}
  {%- for name in ['format', 'delimiter'] if config.get(name) -%}
    {%- do options.update({name: render(config.get(name))}) -%}
  {%- endfor -%}
  {{ return(options) }}
{%- endmacro %}

{#- For `on-run-start`: views on the files of models that this run reads and does not build, so
    that a database that starts empty finds them. -#}
{% macro register_upstream_external_models() -%}
  {%- if execute -%}
    {%- set seen = [] -%}
    {%- for id in selected_resources if id in graph['nodes'] -%}
      {%- for parent_id in graph['nodes'][id]['depends_on']['nodes']
          if parent_id not in seen and parent_id not in selected_resources -%}
        {%- do seen.append(parent_id) -%}
        {%- set parent = graph['nodes'].get(parent_id) -%}
        {%- if parent and parent.resource_type in ['model', 'seed'] and parent.config.materialized == 'external' -%}
          {%- do register_external_model(parent) -%}
        {%- endif -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- do adapter.commit() -%}
  {%- endif -%}
{%- endmacro %}

{% macro register_external_model(node) -%}
  {%- set view = api.Relation.create(database=node['database'], schema=node['schema'], identifier=node['alias']) -%}
  {%- set location = node.config.get('location', external_location(view, node.config)) -%}
  {%- set file = adapter.external_read_location(location, render_write_options(node.config)) -%}
  {%- call statement('main', language='sql') -%}
    create schema if not exists {{ view.without_identifier() }}
  {%- endcall -%}
  {%- call statement('main', language='sql') -%}
    create or replace view {{ view }} as (select * from '{{ file | replace("'", "''") }}')
  {%- endcall -%}
{%- endmacro %}
