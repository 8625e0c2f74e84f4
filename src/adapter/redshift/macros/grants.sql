{#- Grants to users, and to `group:` and `role:`, if a config names any of those or the flag
    for them is set. Then each name has its prefix, `user:` as well. -#}
{% macro redshift__use_grants_extended() -%}
  {%- if adapter.behavior.redshift_grants_extended.no_warn -%}
    {{ return(true) }}
  {%- endif -%}
  {%- for grantees in (config.get('grants') or {}).values() -%}
    {%- for grantee in ([grantees] if grantees is string else grantees) if grantee.split(':')[0] in ['group', 'role', 'user'] -%}
      {{ return(true) }}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(false) }}
{%- endmacro %}

{% macro redshift__normalize_grants_dict(grants_dict) -%}
  {%- set normalized = {} -%}
  {%- for privilege, grantees in grants_dict.items() -%}
    {%- set prefixed = [] -%}
    {%- for grantee in grantees -%}
      {%- do prefixed.append(grantee if grantee.split(':')[0] in ['group', 'role', 'user'] else 'user:' ~ grantee) -%}
    {%- endfor -%}
    {%- do normalized.update({privilege: prefixed}) -%}
  {%- endfor -%}
  {{ return(normalized) }}
{%- endmacro %}

{% macro redshift__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if grant_config -%}
    {%- if redshift__use_grants_extended() -%}
      {%- set grant_config = redshift__normalize_grants_dict(grant_config) -%}
    {%- endif -%}
    {{ default__apply_grants(relation, grant_config, should_revoke) }}
  {%- endif -%}
{%- endmacro %}

{#- Rows of (grantee, privilege_type). Without the prefixes only what users have is known;
    with them nothing is told of what nobody may change: grants to everybody, and the roles
    of the system and of datashares. -#}
{% macro redshift__get_show_grant_sql(relation) -%}
  {%- if redshift__use_grants_extended() -%}
select identity_type || ':' || identity_name as grantee, lower(privilege_type) as privilege_type
from svv_relation_privileges
where namespace_name = {{ postgres__literal(relation.schema) }}
  and relation_name = {{ postgres__literal(relation.identifier) }}
  and identity_type <> 'public'
  and identity_name not like 'ds:%'
  and identity_name not like 'sys:%'
  and not (identity_type = 'user' and identity_name = current_user)
  {%- else -%}
with privileges as (
    {%- for privilege in ['select', 'insert', 'update', 'delete', 'references'] %}
  {{ 'union all ' if not loop.first }}select '{{ privilege }}' as privilege_type
    {%- endfor %}
)
select pg_user.usename as grantee, privileges.privilege_type
from pg_user
cross join privileges
where has_table_privilege(pg_user.usename, {{ postgres__literal(relation) }}, privileges.privilege_type)
  and pg_user.usename <> current_user
  and not pg_user.usesuper
  {%- endif -%}
{%- endmacro %}

{#- As statements name them. -#}
{% macro redshift__format_grantees(grantees) -%}
  {%- set words = {'group': 'group ', 'role': 'role ', 'user': ''} -%}
  {%- set formatted = [] -%}
  {%- for grantee in grantees -%}
    {%- set kind = grantee.split(':')[0] -%}
    {%- do formatted.append(words[kind] ~ grantee[kind | length + 1:] if ':' in grantee and kind in words else grantee) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{%- endmacro %}

{% macro redshift__get_grant_sql(relation, privilege, grantees) -%}
  {%- if redshift__use_grants_extended() -%}
    {%- set grantees = redshift__format_grantees(grantees) -%}
  {%- endif -%}
  {{ default__get_grant_sql(relation, privilege, grantees) }}
{%- endmacro %}

{% macro redshift__get_revoke_sql(relation, privilege, grantees) -%}
  {%- if redshift__use_grants_extended() -%}
    revoke {{ privilege }} on {{ relation.render() }} from {{ redshift__format_grantees(grantees) | join(', ') }}
  {%- else -%}
    {{ default__get_revoke_sql(relation, privilege, grantees) }}
  {%- endif -%}
{%- endmacro %}
