{
    "about": "What templates ask the warehouse by the macros and methods that few projects use.",
    "files": {
        "models/first.sql": "select 1 as id",
        "models/asked.sql": """
            {{ config(materialized='table') }}
            -- depends_on: {{ ref('first') }}
            {%- if execute -%}
            {%- set two = 'select 1 as a union all select 2' -%}
            {%- set limited = run_query(get_limit_subquery_sql(two, 1)) -%}
            {%- set shown = run_query(get_show_sql(two, none, 1)) -%}
            {%- set names = get_columns_in_query('select 1 as i, 2 as j') -%}
            {%- set nothing = run_query(get_empty_subquery_sql('select 1 as i')) -%}
            {%- do adapter.execute('create table if not exists main.by_execute as select 1 as id', auto_begin=true) -%}
            {%- set fetched = adapter.execute('select 5 as five', fetch=true) -%}
            {%- endif %}
            select {{ limited | length }} as limited, {{ shown | length }} as shown, '{{ names | join(',') }}' as names,
                {{ nothing | length }} as nothing, '{{ fetched[1].rows[0][0] }}' as fetched,
                '{{ adapter.get_column_schema_from_query('select 1 as i') | map(attribute='name') | join(',') }}' as described,
                '{{ adapter.type() == target.type }}' as same_type, '{{ try_or_compiler_error('bad', one_more, 3) }}' as tried,
                '{{ render('{' ~ '{ 1 + 1 }' ~ '}') }}' as rendered, '{{ write('select 1') }}' as written
        """,
        "macros/macros.sql": """
            {% macro one_more(n) %}{{ return(n + 1) }}{% endmacro %}

            {% macro bind() %}
              {% do adapter.add_query('create table main.bound (id integer, name text)') %}
              {% set values = '(' ~ get_binding_char() ~ ', ' ~ get_binding_char() ~ ')' %}
              {% do adapter.add_query('insert into main.bound values ' ~ values, bindings=[7, "it's"]) %}
              {% do run_query('commit') %}
            {% endmacro %}
        """,
    },
    "steps": [{"run": ["run"]}, {"run": ["run-operation", "bind"]}],
}
