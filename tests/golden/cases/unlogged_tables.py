{
    "about": "Unlogged tables, and indexes of other types than the usual one.",
    "needs": ["index types", "unlogged tables"],
    "files": {
        "models/letters.sql": "{{ config(materialized='table', unlogged=true) }} select 1 as id, cast('a' as text) as letter",
        "models/a_table.sql": """
            {{ config(materialized='table', unlogged=true, indexes=[
                {'columns': ['id'], 'unique': true}, {'columns': ['letter', 'id'], 'type': 'btree'}, {'columns': ['letter'], 'type': 'hash'}]) }}
            select * from {{ ref('letters') }}
        """,
        "models/added.sql": """
            {{ config(materialized='incremental', unlogged=true, unique_key='id', indexes=[{'columns': ['letter'], 'type': 'hash'}]) }}
            select * from {{ ref('letters') }}
        """,
    },
    "steps": [
        {"run": ["build"]},
        {"run": ["build"]},
        {"run": ["build", "--full-refresh"]},
    ],
}
