{#- The rows of a seed are sent in one go, unless the config `fast` is false. -#}
{% macro postgres__load_csv_rows(model, agate_table) -%}
  {%- if not config.get('fast', true) -%}
    {{ return(default__load_csv_rows(model, agate_table)) }}
  {%- endif -%}
  {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {%- do adapter.load_rows(this, columns, agate_table) -%}
  {{ return('copy ' ~ this.render() ~ ' (' ~ columns ~ ') from stdin') }}
{%- endmacro %}
