{% macro duckdb__alter_relation_comment(relation, comment) -%}
  comment on {{ relation.type }} {{ relation }} is {{ duckdb_escape_comment(comment) }};
{%- endmacro %}

{% macro duckdb__alter_column_comment(relation, column_dict) -%}
  {%- set existing = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
  {%- for name, column in column_dict.items() if name in existing -%}
    comment on column {{ relation }}.{{ adapter.quote(name) }} is {{ duckdb_escape_comment(column['description']) }};
{% endfor -%}
{%- endmacro %}

{#- A description as a literal. -#}
{% macro duckdb_escape_comment(comment) -%}
  {%- if comment is not string -%}
    {%- do exceptions.raise_compiler_error('a comment is text, not `' ~ comment ~ '`') -%}
  {%- endif -%}
  {{ return("'" ~ comment | replace("'", "''") ~ "'") }}
{%- endmacro %}
