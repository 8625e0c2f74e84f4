{#- The time is part of an index's name, since the table that this one replaces still has its own. -#}
{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
  create {{ 'unique ' if index.unique }}index {{ adapter.quote(index.render(relation)) }}
  {{- ' on ' ~ relation }} ({{ index.columns | join(', ') }});
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
