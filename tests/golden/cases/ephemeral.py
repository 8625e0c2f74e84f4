{
    "about": "Ephemeral models inside views, inside each other, beside a WITH of the user's own.",
    "files": {
        "models/base.sql": "{{ config(materialized='ephemeral') }} select 1 as id, 'with' as word",
        "models/middle.sql": "{{ config(materialized='ephemeral') }} select id + 1 as id, word from {{ ref('base') }}",
        "models/plain.sql": "-- a comment first\nselect * from {{ ref('middle') }}",
        "models/own_with.sql": """
            with mine as (select * from {{ ref('base') }}), other as (select * from {{ ref('middle') }})
            select * from mine union all select * from other
        """,
        "models/recursive_with.sql": """
            with recursive counted as (
                select id from {{ ref('base') }} union all select id + 1 from counted where id < 3
            )
            select * from counted
        """,
    },
    "steps": [{"run": ["build"]}],
}
