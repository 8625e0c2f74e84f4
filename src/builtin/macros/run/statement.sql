{#- Runs the text of a call block and keeps the answer under `name` for `load_result`.
    The statement called `main` is the one that a node's run file shows. -#}
{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}
    {%- if name == 'main' -%}
      {%- do log('Running the main ' ~ language ~ ' of ' ~ model['unique_id']) -%}
      {%- do write(code) -%}
    {%- endif -%}
    {%- set table = none -%}
    {%- if language == 'sql' -%}
      {%- set response, table = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
    {%- elif language == 'python' -%}
      {%- set response = submit_python_job(model, code) -%}
    {%- else -%}
      {%- do exceptions.raise_compiler_error("a statement is written in sql or python, not in `" ~ language ~ "`") -%}
    {%- endif -%}
    {%- if name is not none -%}
      {%- do store_result(name, response=response, agate_table=table) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{#- Like `statement`, but runs nothing: the caller has done the work already and tells its outcome. -#}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
  {%- set text = caller() -%}
  {%- if name == 'main' -%}
    {%- do log('Recording the main sql of ' ~ model['unique_id']) -%}
    {%- do write(text) -%}
  {%- endif -%}
  {%- if name is not none -%}
    {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
  {%- endif -%}
{%- endmacro %}

{#- The rows of a query, as a table. Nothing runs while a project is parsed. -#}
{% macro run_query(sql) %}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}
    {{ sql }}
  {%- endcall -%}
  {%- do return(load_result('run_query_statement').table) -%}
{% endmacro %}
