{#- A description as a literal in which nothing needs to be escaped. -#}
{% macro postgres_escape_comment(comment) -%}
  {%- set quote = '$dbt_comment_literal_block$' -%}
  {%- if comment is not string -%}
    {%- do exceptions.raise_compiler_error('a comment is text, not `' ~ comment ~ '`') -%}
  {%- elif quote in comment -%}
    {%- do exceptions.raise_compiler_error('a comment cannot contain `' ~ quote ~ '`') -%}
  {%- endif -%}
  {{ quote }}{{ comment }}{{ quote }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) -%}
  comment on {{ relation.type | replace('_', ' ') }} {{ relation }} is {{ postgres_escape_comment(comment) }};
{%- endmacro %}

{#- Names that are not declared as quoted are spelled as PostgreSQL folds them. -#}
{% macro postgres__alter_column_comment(relation, column_dict) -%}
  {%- set existing = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
  {%- for name, column in column_dict.items() if name in existing -%}
    comment on column {{ relation }}.{{ adapter.quote(name) if column['quote'] else name }} is {{ postgres_escape_comment(column['description']) }};
{% endfor -%}
{%- endmacro %}
