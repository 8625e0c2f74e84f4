{#- The query that judges a test: one row of (failures, should_warn, should_error). -#}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
  {{ return(adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit)) }}
{%- endmacro %}

{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
select
  {{ fail_calc }} as failures,
  {{ fail_calc }} {{ warn_if }} as should_warn,
  {{ fail_calc }} {{ error_if }} as should_error
from (
{{ main_sql }}
  {%- if limit is not none %}
limit {{ limit }}
  {%- endif %}
) dbt_internal_test
{%- endmacro %}

{#- What a generic test reads: the model, or its rows that meet the test's `where`. -#}
{% macro get_where_subquery(relation) -%}
  {{ return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_where_subquery(relation) -%}
  {%- set where = config.get('where', '') -%}
  {%- if where -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') dbt_subquery') }}
  {%- endif -%}
  {{ return(relation) }}
{%- endmacro %}
{#- A data test as a macro, for a project that puts its own materialization around it. Without
    one the program does the same by itself. -#}
{% materialization test, default %}
  {%- set kept = [] -%}
  {%- set failing = get_limit_subquery_sql(sql, config.get('limit')) -%}
  {%- if should_store_failures() -%}
    {%- set kind = config.get('store_failures_as') or 'table' -%}
    {%- if kind not in ['table', 'view'] -%}
      {%- do exceptions.raise_compiler_error('`store_failures_as` cannot be `' ~ kind ~ '`: use `table`, `view` or `ephemeral`') -%}
    {%- endif -%}
    {%- set name = model['alias'] -%}
    {%- set earlier = adapter.get_relation(database=database, schema=schema, identifier=name) -%}
    {%- if earlier is not none -%}
      {%- do adapter.drop_relation(earlier) -%}
    {%- endif -%}
    {%- set target = api.Relation.create(database=database, schema=schema, identifier=name, type=kind) -%}
    {%- call statement(auto_begin=true) -%}
{{ get_create_sql(target, failing) }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {%- do kept.append(target) -%}
    {%- set failing = 'select * from ' ~ target -%}
  {%- endif -%}
  {%- call statement('main', fetch_result=true) -%}
{{ get_test_sql(failing, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), none) }}
  {%- endcall -%}
  {{ return({'relations': kept}) }}
{% endmaterialization %}
