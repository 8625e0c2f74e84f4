{#- The same as PostgreSQL's, under a name of its own. -#}
{% macro escape_comment(comment) -%}
  {{ postgres_escape_comment(comment) }}
{%- endmacro %}

{#- Materialized views count as views here. -#}
{% macro redshift__alter_relation_comment(relation, comment) -%}
  comment on {{ 'view' if relation.type == 'materialized_view' else relation.type }} {{ relation }} is {{ escape_comment(comment) }};
{%- endmacro %}

{% macro redshift__alter_column_comment(relation, column_dict) -%}
  {{ return(postgres__alter_column_comment(relation, column_dict)) }}
{%- endmacro %}

{#- The columns of a view that is bound late cannot have comments. -#}
{% macro redshift__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- set is_bound_late = relation.type == 'view' and config.get('bind') == false -%}
  {{ return(default__persist_docs(relation, model, for_relation, for_columns and not is_bound_late)) }}
{%- endmacro %}
