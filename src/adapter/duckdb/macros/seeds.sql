{% macro duckdb__get_binding_char() -%}
  {{ return(adapter.get_binding_char()) }}
{%- endmacro %}

{#- DuckDB reads the file itself, unless the config `fast` is false. -#}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
  {%- if not config.get('fast', true) -%}
    {{ return(default__load_csv_rows(model, adapter.convert_datetimes_to_strs(agate_table))) }}
  {%- endif -%}
  {%- set file = adapter.get_seed_file_path(model) | string | replace("'", "''") -%}
  {%- set delimiter = config.get('delimiter', ',') | replace("'", "''") -%}
  {#- By name: the file may have its columns in another order than the table. -#}
  {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {%- set copy -%}
copy {{ this.render() }} ({{ columns }}) from '{{ file }}' (format csv, header true, delimiter '{{ delimiter }}')
  {%- endset -%}
  {%- do adapter.add_query(copy, abridge_sql_log=true) -%}
  {{ return(copy) }}
{%- endmacro %}
