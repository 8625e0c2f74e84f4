{#- The time is part of an index's name, since the table that this one replaces still has its own. -#}
{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
  {%- set columns = index_dict.get('columns') -%}
  {%- if not columns -%}
    {%- do exceptions.raise_compiler_error('an index of ' ~ relation ~ ' has no `columns`: ' ~ index_dict) -%}
  {%- endif -%}
  {%- set columns = [columns] if columns is string else columns -%}
  {%- set unique = 'unique ' if index_dict.get('unique') else '' -%}
  {%- set name = local_md5((columns + [relation.render(), unique, py_current_timestring()]) | join('_')) -%}
  create {{ unique }}index {{ adapter.quote(name) }} on {{ relation }} ({{ columns | join(', ') }});
{%- endmacro %}

{#- A table that has indexes can be neither renamed nor altered. -#}
{% macro drop_indexes_on_relation(relation) -%}
  {%- call statement('get_indexes_on_relation', fetch_result=true, auto_begin=false) -%}
select index_name
from duckdb_indexes()
where database_name = '{{ relation.database | replace("'", "''") }}'
  and schema_name = '{{ relation.schema | replace("'", "''") }}'
  and table_name = '{{ relation.identifier | replace("'", "''") }}'
  {%- endcall -%}
  {%- for row in load_result('get_indexes_on_relation').table -%}
    {%- call statement('drop_index_' ~ loop.index, auto_begin=false) -%}
      drop index {{ relation.incorporate(path={'identifier': row[0]}) }}
    {%- endcall -%}
  {%- endfor -%}
{%- endmacro %}
