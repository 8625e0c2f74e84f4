{
    "about": "Keys and values in vars and fromyaml are numbers, truths, nothing, dates and times as YAML takes them.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            vars:
              regions: {1: north, 2: south, "3": east, 1.5: west, off: away, 010: eight, ~: none}
              nested: [{7: {8: deep}}]
              day: 2024-02-03
              text: "2024-02-03"
              moment: 2024-02-03 04:05:06.7
              zoned: 2024-02-03T04:05:06+02:00
              days: {2024-02-03: leap}
        """,
        "models/asked.sql": """
            select
                '{{ var('regions')[1] }}' as by_number,
                '{{ var('regions')['1'] }}' as by_text,
                '{{ var('regions').get('3') }}' as quoted,
                '{{ var('regions')[false] }}' as by_truth,
                '{{ var('regions')[8] }}' as octal,
                '{{ var('regions')[none] }}' as by_nothing,
                '{{ var('nested')[0][7][8] }}' as below,
                '{{ fromyaml('{1: a}')[1] }}' as read
        """,
        "models/walked.sql": """
            {% for key, region in var('regions').items() -%}
            select '{{ key }}' as key, {{ key is number }} as is_number, '{{ region }}' as region
            {% if not loop.last %}union all{% endif %}
            {% endfor %}
        """,
        "models/dated.sql": """
            select
                '{{ var('day') }}' as day,
                '{{ var('day').strftime('%d/%m/%y') }}' as written,
                '{{ var('day') + modules.datetime.timedelta(days=27) }}' as later,
                {{ var('day') is string }} as is_text,
                {{ var('day') == var('text') }} as is_equal,
                '{{ var('moment') }}' as moment,
                '{{ var('zoned') }}' as zoned,
                '{{ var('days')[var('day')] }}' as found,
                '{{ fromyaml('2024-02-03 04:05:06') }}' as read
        """,
        "models/summed.sql": "select {{ var('regions').keys() | select('integer') | sum }} as total",
    },
    "steps": [{"run": ["run"], "artifacts": {}}, {"run": ["compile", "--vars", "{regions: {1: x, false: y, 8: z, ~: n}}"]}],
}
