{
    "about": "Grants: given, kept, changed and taken away, on every kind of relation.",
    "needs": ["grants"],
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models: {+grants: {select: [reporter]}}
            seeds: {+grants: {select: reporter, insert: [analyst]}}
            snapshots: {+grants: {select: [reporter, analyst]}}
        """,
        "seeds/letters.csv": "id,letter\n1,a\n",
        "models/a_table.sql": "{{ config(materialized='table', grants={'+select': ['analyst'], 'update': ['analyst']}) }} select * from {{ ref('letters') }}",
        "models/a_view.sql": "{{ config(materialized='view') }} select * from {{ ref('letters') }}",
        "models/added.sql": "{{ config(materialized='incremental') }} select * from {{ ref('letters') }}",
        "models/secret.sql": "{{ config(materialized='table', grants={'select': []}) }} select 1 as id",
        "snapshots/letters_then.yml": """
            snapshots:
              - name: letters_then
                relation: ref('letters')
                config: {unique_key: id, strategy: check, check_cols: all}
        """,
    },
    "steps": [
        {"run": ["build"], "without_rows": ["main.letters_then"]},
        {"run": ["build"], "without_rows": ["main.letters_then"]},
        {"files": {"dbt_project.yml": """
            name: shop
            profile: shop
            models: {+grants: {select: [analyst]}}
            seeds: {+grants: {select: []}}
            snapshots: {+grants: {}}
        """}, "run": ["build"], "without_rows": ["main.letters_then"]},
    ],
}
