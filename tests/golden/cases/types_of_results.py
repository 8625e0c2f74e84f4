{
    "about": "The types that are guessed for the columns of a result by what is in them.",
    "files": {
        "models/guessed.sql": """
            {{ config(materialized='table') }}
            {%- set numbers -%}
            select 1 as whole, 1.5 as part, cast(2 as decimal(9, 2)) as even, cast(3.0 as double precision) as flat,
                cast(0.25 as double precision) as quarter, cast(1e30 as double precision) as big,
                cast(null as integer) as nothing
            {%- endset -%}
            {%- set others -%}
            select true as yes, 'x' as word, '12' as digits, '2024-01-02' as written, cast('2024-01-02' as date) as day,
                cast('2024-01-02 03:04:05' as timestamp) as moment,
                cast('2024-01-02 03:04:05+00' as timestamp with time zone) as zoned,
                cast('03:04:05' as time) as hour, cast('1 day' as interval) as span,
                cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid) as id
            {%- endset -%}
            {%- set none_at_all = "select 1 as a, 'x' as b, 1.5 as c where 1 = 0" -%}
            {%- set some = "select cast(null as varchar) as a, 1 as b union all select 'x', null" -%}
            {%- set total = "select sum(x) as total from (select 1 as x union all select 2) as t" -%}
            select {% for sql in [numbers, others, none_at_all, some, total] -%}
            '{{ types_of(sql) }}' as answer_{{ loop.index }}{{ ', ' if not loop.last }}
            {%- endfor %}
        """,
        "macros/types.sql": """
            {% macro types_of(sql) %}
              {%- set types = [] -%}
              {%- if execute -%}
                {%- set table = run_query(sql) -%}
                {%- for name in table.column_names -%}
                  {%- do types.append(name ~ ' ' ~ adapter.convert_type(table, loop.index0)) -%}
                {%- endfor -%}
              {%- endif -%}
              {{ return(types | join(', ')) }}
            {% endmacro %}
        """,
    },
    "steps": [{"run": ["run"]}],
}
