{
    "about": "Views and tables, one in the place of the other, with what others build on them.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            vars: {first: view, second: table}
        """,
        "models/first.sql": "{{ config(materialized=var('first')) }} select 1 as id, 'a' as word",
        "models/second.sql": "{{ config(materialized=var('second')) }} select id, word from {{ ref('first') }}",
        "models/third.sql": "{{ config(materialized='view') }} select id from {{ ref('second') }}",
        "models/added.sql": """
            {{ config(materialized=var('second') if var('second') == 'view' else 'incremental') }}
            select id + {{ 1 if is_incremental() else 0 }} as id from {{ ref('second') }}
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run"]},
        {"run": ["run", "--vars", "{first: table, second: view}"]},
        {"run": ["run"]},
        {"run": ["run", "--full-refresh", "--select", "added"]},
        {"run": ["run", "--select", "first", "--vars", "{first: table}"]},
    ],
}
