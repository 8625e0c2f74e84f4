{#- Dates that templates compute with, before any SQL runs. -#}
{% macro convert_datetime(date_str, date_fmt) -%}
  {%- set message = '`' ~ date_str ~ '` is not a date of the form `' ~ date_fmt ~ '`' -%}
  {{ return(try_or_compiler_error(message, modules.datetime.datetime.strptime, date_str.strip(), date_fmt)) }}
{%- endmacro %}

{#- Every day from the first to the last, as text; as datetimes where `out_fmt` is empty. -#}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') -%}
  {%- set first = convert_datetime(start_date_str, in_fmt) -%}
  {%- set last = convert_datetime(start_date_str if end_date_str is none else end_date_str, in_fmt) -%}
  {%- set days = (last - first).days -%}
  {%- if days < 0 -%}
    {%- do exceptions.raise_compiler_error('the range starts on ' ~ first ~ ', after it ends on ' ~ last, model) -%}
  {%- endif -%}
  {%- set dates = [] -%}
  {%- for offset in range(0, days + 1) -%}
    {%- set date = modules.datetime.timedelta(days=offset) + first -%}
    {%- do dates.append(date.strftime(out_fmt) if out_fmt else date) -%}
  {%- endfor -%}
  {{ return(dates) }}
{%- endmacro %}

{#- The days of a text `first` or `first,last`. -#}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
  {%- set ends = (raw_partition_date | string).split(',') -%}
  {%- if ends | length > 2 -%}
    {%- do exceptions.raise_compiler_error(
      'a partition range is one date, or two with a comma between them, not `' ~ raw_partition_date ~ '`'
    ) -%}
  {%- endif -%}
  {{ return(dates_in_range(ends[0], ends[1] if ends | length == 2 else none, in_fmt=date_fmt)) }}
{%- endmacro %}

{#- The time now as digits, for names that must not clash. -#}
{% macro py_current_timestring() -%}
  {{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}
{%- endmacro %}
