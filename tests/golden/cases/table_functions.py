{
    "about": "Models with parameters, which other models call.",
    "needs": ["table functions"],
    "files": {
        "models/numbers.sql": "{{ config(materialized='table') }} select 1 as n union all select 2 union all select 3 union all select 4",
        "models/between_both.sql": """
            {{ config(materialized='table_function', parameters=['low', 'high']) }}
            select * from {{ ref('numbers') }} where n between low and high
        """,
        "models/same_again.sql": "{{ config(materialized='table_function', parameters='x') }} select x as y",
        "models/nothing_asked.sql": "{{ config(materialized='table_function') }} select 1 as z",
        "models/middle.sql": "{{ config(materialized='table') }} select * from {{ ref('between_both') }}(2, 3)",
        "models/both.sql": "{{ config(materialized='table') }} select * from {{ ref('same_again') }}(7), {{ ref('nothing_asked') }}()",
    },
    "steps": [{"run": ["build"]}, {"run": ["build"]}],
}
