{#- Whether a relation that replaces another one takes over its grants. -#}
{% macro copy_grants() -%}
  {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{%- endmacro %}

{% macro default__copy_grants() -%}
  {{ return(true) }}
{%- endmacro %}

{#- Whether one statement may name several grantees. -#}
{% macro support_multiple_grantees_per_dcl_statement() -%}
  {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{%- endmacro %}

{% macro default__support_multiple_grantees_per_dcl_statement() -%}
  {{ return(true) }}
{%- endmacro %}

{#- Whether the new relation may carry grants that its config does not name. -#}
{% macro should_revoke(existing_relation, full_refresh_mode=true) -%}
  {%- if not existing_relation -%}
    {{ return(false) }}
  {%- endif -%}
  {{ return(copy_grants() if full_refresh_mode else true) }}
{%- endmacro %}

{% macro get_show_grant_sql(relation) -%}
  {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_show_grant_sql(relation) -%}
  show grants on {{ relation.render() }}
{%- endmacro %}

{% macro get_grant_sql(relation, privilege, grantees) -%}
  {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{%- endmacro %}

{% macro default__get_grant_sql(relation, privilege, grantees) -%}
  grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro %}

{% macro get_revoke_sql(relation, privilege, grantees) -%}
  {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{%- endmacro %}

{#- Grantees are quoted here, because the warehouse has told their names as they are. -#}
{% macro default__get_revoke_sql(relation, privilege, grantees) -%}
  {%- set quoted = [] -%}
  {%- for grantee in grantees -%}
    {%- do quoted.append(adapter.quote(grantee)) -%}
  {%- endfor -%}
  revoke {{ privilege }} on {{ relation.render() }} from {{ quoted | join(', ') }}
{%- endmacro %}

{#- One statement for each privilege, or for each privilege and grantee.
    `get_dcl_macro` is `get_grant_sql` or `get_revoke_sql`. -#}
{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
  {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{%- endmacro %}

{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
  {%- set statements = [] -%}
  {%- for privilege, grantees in grant_config.items() if grantees -%}
    {%- if support_multiple_grantees_per_dcl_statement() -%}
      {%- do statements.append(get_dcl_macro(relation, privilege, grantees)) -%}
    {%- else -%}
      {%- for grantee in grantees -%}
        {%- do statements.append(get_dcl_macro(relation, privilege, [grantee])) -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(statements) }}
{%- endmacro %}

{% macro call_dcl_statements(dcl_statement_list) -%}
  {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{%- endmacro %}

{% macro default__call_dcl_statements(dcl_statement_list) -%}
  {%- call statement('grants') -%}
    {{ dcl_statement_list | join(';\n') }};
  {%- endcall -%}
{%- endmacro %}

{#- Makes the grants of a relation those of its config. A config without grants changes nothing. -#}
{% macro apply_grants(relation, grant_config, should_revoke) -%}
  {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{%- endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if grant_config -%}
    {%- set revoke = {} -%}
    {%- set grant = grant_config -%}
    {%- if should_revoke -%}
      {%- set present = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) -%}
      {%- set revoke = diff_of_two_dicts(present, grant_config) -%}
      {%- set grant = diff_of_two_dicts(grant_config, present) -%}
      {%- if not (revoke or grant) -%}
        {%- do log(relation.render() ~ ' has its grants already') -%}
      {%- endif -%}
    {%- endif -%}
    {%- set statements = get_dcl_statement_list(relation, revoke, get_revoke_sql)
        + get_dcl_statement_list(relation, grant, get_grant_sql) -%}
    {%- if statements -%}
      {%- do call_dcl_statements(statements) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}
