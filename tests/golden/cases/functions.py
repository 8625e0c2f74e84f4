{
    "about": "Functions that queries call: their order, names and signatures. dbt-duckdb has no macro for them; the project brings one.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            functions:
              shop:
                +volatility: stable
                math: {+tags: [sums]}
        """,
        "macros/functions.sql": """
            {% macro duckdb__scalar_function_sql(target_relation) %}
              create or replace macro {{ target_relation.render() }}(
                {% for argument in model.arguments %}{{ argument.name }}{{ ', ' if not loop.last }}{% endfor %}
              ) as ({{ model.compiled_code }})
            {% endmacro %}
        """,
        "functions/math/double_it.sql": "select value * 2",
        "functions/math/schema.yml": """
            functions:
              - name: double_it
                description: Twice as much
                config: {meta: {owner: ann}}
                arguments:
                  - {name: value, data_type: integer, description: A number}
                returns: {data_type: integer, description: Twice}
              - name: plus
                arguments:
                  - {name: a, data_type: integer}
                  - {name: b, data_type: integer, default_value: 5}
                returns: {data_type: integer}
              - name: total
                returns: {data_type: bigint}
        """,
        "functions/plus.sql": "{{ config(volatility='deterministic', schema='extra', post_hook='select 1') }} select a + b",
        "functions/total.sql": "select sum(n) from {{ ref('numbers') }}",
        "models/numbers.sql": "{{ config(materialized='table') }} select 1 as n union all select 2",
        "models/doubled.sql": "select {{ function('double_it') }}(n) as twice, {{ function('plus') }}(n, 1) as more from {{ ref('numbers') }}",
        "models/totals.sql": "select {{ function('shop', 'total') }}() as total",
    },
    "steps": [
        {"run": ["parse"], "artifacts": {"manifest.json": ["functions", "parent_map", "child_map"]}},
        {"run": ["build"]},
        {"run": ["ls", "--resource-type", "function", "--output", "name"]},
        {"run": ["ls", "--select", "+totals"]},
        {"run": ["ls", "--select", "resource_type:function", "tag:sums", "path:functions"]},
        {"run": ["ls", "--select", "config.type:scalar"]},
        {"run": ["build", "--exclude-resource-type", "function"]},
        {"run": ["run", "--select", "doubled"]},
        {"run": ["parse", "--target-path", "before"]},
        {"run": ["ls", "--select", "state:modified", "--state", "before"]},
        {
            "files": {
                "functions/math/double_it.sql": "select value * 20",
                "functions/math/schema.yml": """
                    functions:
                      - name: double_it
                        arguments:
                          - {name: value, data_type: integer}
                        returns: {data_type: integer}
                      - name: plus
                        arguments:
                          - {name: a, data_type: integer}
                          - {name: b, data_type: integer, default_value: 6}
                        returns: {data_type: integer}
                      - name: total
                        returns: {data_type: bigint}
                """,
            },
            "run": ["ls", "--select", "state:modified", "--state", "before"],
        },
        {"run": ["build", "--select", "state:modified+", "--state", "before"]},
        {"files": {"models/lost.sql": "select {{ function('gone') }}()"}, "run": ["parse"], "code": 2},
        {
            "files": {
                "models/lost.sql": None,
                "functions/off.sql": "{{ config(enabled=false) }} select 1",
                "models/off.sql": "select {{ function('off') }}()",
            },
            "run": ["parse"],
            "code": 2,
        },
        {
            "files": {
                "models/off.sql": None,
                "functions/off.sql": None,
                "functions/wrong.sql": "select 1",
                "functions/wrong.yml": """
                    functions:
                      - name: wrong
                        arguments:
                          - {name: a, data_type: integer, default_value: 1}
                          - {name: b, data_type: integer}
                        returns: {data_type: integer}
                """,
            },
            "run": ["parse"],
            "code": 2,
        },
        {
            "files": {"functions/wrong.yml": "functions:\n  - {name: wrong}\n"},
            "run": ["parse"],
            "code": 2,
        },
    ],
}
