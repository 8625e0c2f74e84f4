{
    "about": "on_schema_change: what happens to columns that come and go.",
    "files": {
        "models/ignored.sql": """
            {{ config(materialized='incremental', unique_key='id') }}
            select 1 as id, 'x' as old
        """,
        "models/appended.sql": """
            {{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}
            select 1 as id, 'x' as old
        """,
        "models/synced.sql": """
            {{ config(materialized='incremental', unique_key='id', on_schema_change='sync_all_columns') }}
            select 1 as id, 'x' as old
        """,
        "models/failing.sql": """
            {{ config(materialized='incremental', unique_key='id', on_schema_change='fail') }}
            select 1 as id, 'x' as old
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"files": {
            "models/ignored.sql": """
                {{ config(materialized='incremental', unique_key='id') }}
                select 2 as id, 'y' as old, 3 as new
            """,
            "models/appended.sql": """
                {{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}
                select 2 as id, 'y' as old, 3 as new
            """,
            "models/synced.sql": """
                {{ config(materialized='incremental', unique_key='id', on_schema_change='sync_all_columns') }}
                select 2 as id, 3 as new
            """,
            "models/failing.sql": """
                {{ config(materialized='incremental', unique_key='id', on_schema_change='fail') }}
                select 2 as id, 3 as new
            """,
        }, "run": ["run"], "code": 1},
    ],
}
