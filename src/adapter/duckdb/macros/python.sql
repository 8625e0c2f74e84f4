{#- The code that writes the data frame of a python model into its table. -#}
{% macro py_write_table(temporary, relation, compiled_code, partitioned_by=none, sorted_by=none) -%}
{{ compiled_code }}

def materialize(df, con):
    try:
        import pyarrow.dataset
    except ImportError:
        pass
    frame = "__dbt_python_model_df_{{ relation.identifier }}"
    table = {{ relation | string | tojson }}
    con.register(frame, df)
  {%- if partitioned_by or sorted_by %}
    con.execute(f'create table {table} as select * from "{frame}" limit 0')
    {%- if partitioned_by %}
    con.execute(f"""alter table {table} set partitioned by ({{ partitioned_by }})""")
    {%- endif %}
    {%- if sorted_by %}
    con.execute(f"""alter table {table} set sorted by ({{ sorted_by }})""")
    {%- endif %}
    con.execute(f'insert into {table} select * from "{frame}"')
  {%- else %}
    con.execute(f'create table {table} as select * from "{frame}"')
  {%- endif %}
    con.unregister(frame)
{%- endmacro %}
