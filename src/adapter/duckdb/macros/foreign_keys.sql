{#- A table that foreign keys point at can be neither dropped nor replaced, and a foreign key cannot be
    dropped. So the tables that have one are put back without their constraints, and the run gives them
    those again when it builds their models. Nothing is touched that this run will not build. -#}
{% macro drop_foreign_key_dependents(relation) -%}
  {%- set dependents = foreign_key_dependents(relation) -%}
  {%- set problems = foreign_key_problems(relation, dependents) -%}
  {%- if problems -%}
    {%- do exceptions.raise_compiler_error(
      relation ~ ' cannot be replaced, because foreign keys of other tables point at it: ' ~ problems | join('; ')
    ) -%}
  {%- endif -%}
  {%- set dropped = [] -%}
  {%- for name in dependents -%}
    {%- set dependent = relation.incorporate(path={'identifier': name}, type='table') -%}
    {%- set backup = relation.incorporate(path={'identifier': name ~ '__dbt_fk_backup'}, type='table') -%}
    {%- call statement('backup_foreign_key_dependent') -%}
drop table if exists {{ backup }};
create table {{ backup }} as select * from {{ dependent }};
drop table {{ dependent }};
    {%- endcall -%}
    {%- do log('Keeping ' ~ dependent ~ ' without its foreign keys to ' ~ relation ~ ' until its model is built', info=true) -%}
    {%- do dropped.append({'relation': dependent, 'backup': backup}) -%}
  {%- endfor -%}
  {{ return(dropped) }}
{%- endmacro %}

{% macro restore_foreign_key_dependents(dropped) -%}
  {%- for item in dropped -%}
    {%- call statement('restore_foreign_key_dependent') -%}
      alter table {{ item['backup'] }} rename to {{ adapter.quote(item['relation'].identifier) }}
    {%- endcall -%}
  {%- endfor -%}
{%- endmacro %}

{#- The tables whose foreign keys point at a table, or at one of those: last the nearest. Foreign
    keys stay within a schema. -#}
{% macro foreign_key_dependents(relation) -%}
  {%- call statement('get_foreign_key_dependents', fetch_result=true, auto_begin=false) -%}
with recursive foreign_keys as (
  select table_name as child, referenced_table as parent
  from duckdb_constraints()
  where constraint_type = 'FOREIGN KEY'
    and {{ duckdb__is_named('database_name', relation.database) }}
    and {{ duckdb__is_named('schema_name', relation.schema) }}
    and lower(table_name) <> lower(referenced_table)
),
dependents as (
  select child, 1 as depth
  from foreign_keys
  where {{ duckdb__is_named('parent', relation.identifier) }}
  union
  select foreign_keys.child, depth + 1
  from foreign_keys
  inner join dependents on lower(foreign_keys.parent) = lower(dependents.child)
)
select child
from dependents
group by child
order by max(depth) desc, child
  {%- endcall -%}
  {{ return(load_result('get_foreign_key_dependents').table.columns[0].values() | list) }}
{%- endmacro %}

{#- Why dependents would be lost: each must be a table that this run builds from nothing, after
    `relation`. -#}
{% macro foreign_key_problems(relation, dependents) -%}
  {%- set problems = [] -%}
  {%- set rebuilt = [model.unique_id] -%}
  {%- for name in dependents | reverse -%}
    {%- set node = model_of_table(relation, name) -%}
    {%- set full_refresh = flags.FULL_REFRESH if not node or node.config.full_refresh is none else node.config.full_refresh -%}
    {%- if not node -%}
      {%- do problems.append('`' ~ name ~ '` belongs to no model of this project') -%}
    {%- elif node.unique_id not in selected_resources -%}
      {%- do problems.append('`' ~ name ~ '` is not selected, and so would not be built again') -%}
    {%- elif not node.depends_on.nodes | select('in', rebuilt) | list -%}
      {%- do problems.append('`' ~ name ~ '` may be built before it: write the `to` of its foreign key as `ref(...)`') -%}
    {%- elif node.config.materialized != 'table' and not (node.config.materialized == 'incremental' and full_refresh) -%}
      {%- do problems.append('`' ~ name ~ '` is ' ~ node.config.materialized ~ ' and would lose its rows: use `--full-refresh`') -%}
    {%- else -%}
      {%- do rebuilt.append(node.unique_id) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(problems) }}
{%- endmacro %}

{#- The model that builds a table of the relation's schema; none if there is none. -#}
{% macro model_of_table(relation, name) -%}
  {%- for node in graph.nodes.values()
      if node.resource_type == 'model'
      and node.alias | lower == name | lower
      and node.schema | lower == relation.schema | lower
      and (node.database or '') | lower == (relation.database or '') | lower -%}
    {{ return(node) }}
  {%- endfor -%}
  {{ return(none) }}
{%- endmacro %}

{#- The kinds of constraints that the contract of this model promises. -#}
{% macro enforced_constraint_types() -%}
  {%- set contract = config.get('contract') -%}
  {%- set constraints = [] -%}
  {%- if contract and contract.enforced -%}
    {%- do constraints.extend(model.get('constraints') or []) -%}
    {%- for column in (model.get('columns') or {}).values() -%}
      {%- do constraints.extend(column.get('constraints') or []) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(constraints | map(attribute='type') | list) }}
{%- endmacro %}

{#- Whether foreign keys may point at the table of this model. -#}
{% macro may_be_foreign_key_target(relation=none) -%}
  {%- set types = enforced_constraint_types() -%}
  {{ return('primary_key' in types or 'unique' in types) }}
{%- endmacro %}
