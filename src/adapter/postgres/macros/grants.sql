{#- What the current role has granted to others. Its own privileges are no grants. -#}
{% macro postgres__get_show_grant_sql(relation) -%}
select grantee, privilege_type
from {{ relation.information_schema('role_table_grants') }}
where grantor = current_role
  and grantee <> current_role
  and table_schema = {{ postgres__literal(relation.schema) }}
  and table_name = {{ postgres__literal(relation.identifier) }}
{%- endmacro %}

{#- What is built anew has no grants yet. -#}
{% macro postgres__copy_grants() -%}
  {{ return(false) }}
{%- endmacro %}
