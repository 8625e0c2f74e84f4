{
    "about": "The incremental strategy `merge`: first run, second run, full refresh.",
    "needs": ["merge"],
    "files": {
        "seeds/events.csv": """
            id,kind,amount
            1,a,10
            2,b,20
        """,
        "models/merged.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key=['id', 'kind']) }}
            select * from {{ ref('events') }}
        """,
        "models/merged_in_part.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id',
                      merge_update_columns=['amount']) }}
            select * from {{ ref('events') }}
        """,
    },
    "steps": [
        {"run": ["build"]},
        {"files": {"seeds/events.csv": """
            id,kind,amount
            1,c,11
            2,b,21
            3,a,30
        """}, "run": ["build"]},
        {"run": ["run", "--full-refresh"]},
    ],
}
