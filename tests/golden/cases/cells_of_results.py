{
    "about": "Cells of results in templates: doubles are decimals, spans and bytes are texts of Python's; chains and `in` know decimals.",
    "files": {
        "models/reckoned.sql": """
            {%- set sql -%}
            select cast(2.5 as double precision) as half, cast(1.10 as decimal(10, 2)) as price,
                cast(100 as decimal(10, 0)) as hundred, cast(0.00000012 as decimal(12, 8)) as small, 7 as n,
                cast(-7 as decimal(10, 0)) as minus
            {%- endset -%}
            {%- set r = run_query(sql).rows[0] if execute else {} -%}
            select
            {% if execute -%}
                '{{ r.half / 3 }} {{ r.hundred / 7 }} {{ r.price / 1 }} {{ r.price / 3 }}' as quotients,
                '{{ r.minus // 2 }} {{ r.minus % 3 }} {{ r.half // 1 }}' as whole_quotients,
                '{{ r.half * r.price }} {{ r.half ** 2 }} {{ r.half + r.n }}' as others,
                '{{ r.half | round(2) }} {{ r.hundred | round(1) }} {{ r.price | round(1) }}' as rounded,
                '{{ r.small }} {{ r.small * 10 }} {{ -r.half }}' as printed,
                '{{ 1 < r.half < 3 }} {{ 3 > r.price > 2 }} {{ r.half in [2.5] }} {{ 7 in r.values() }}' as compared
            {%- else -%} 1 as nothing {%- endif %}
        """,
        "models/printed.sql": """
            {%- set sql -%}
            select cast('1 day' as interval) as day, cast('1 month 2 days 3 hours' as interval) as month,
                cast('90 minutes' as interval) as minutes, cast('03:04:05.5' as time) as hour,
                cast('infinity' as date) as forever, cast('-infinity' as timestamp) as never
            {%- endset -%}
            select
            {% if execute -%}
                {%- for value in run_query(sql).rows[0] -%}
                '{{ value }}' as answer_{{ loop.index }}{{ ', ' if not loop.last }}
                {%- endfor -%}
            {%- else -%} 1 as nothing {%- endif %}
        """,
        "models/grouped.sql": """
            {%- set sql = "select 'b' as k, 2 as n union all select 'a', 1 union all select 'b', 3 order by 2" -%}
            select
            {% if execute -%}
                {%- set table = run_query(sql) -%}
                '{% for group in table.group_by('k') %}{{ group.rows | length }}{% endfor %}' as sizes,
                '{{ table.columns['n'].values_sorted() }}' as sorted
            {%- else -%} 1 as nothing {%- endif %}
        """,
    },
    "steps": [{"run": ["run"]}],
}
