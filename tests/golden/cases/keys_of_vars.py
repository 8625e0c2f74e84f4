{
    "about": "Keys of mappings in vars and fromyaml are numbers, truths or nothing where YAML takes them for such.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            vars:
              regions: {1: north, 2: south, "3": east, 1.5: west, off: away, 010: eight, ~: none}
              nested: [{7: {8: deep}}]
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
        "models/summed.sql": "select {{ var('regions').keys() | select('integer') | sum }} as total",
    },
    "steps": [{"run": ["run"], "artifacts": {}}, {"run": ["compile", "--vars", "{regions: {1: x, false: y, 8: z, ~: n}}"]}],
}
