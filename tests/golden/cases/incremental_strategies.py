{
    "about": "Incremental strategies that every engine has: first run, second run, full refresh.",
    "files": {
        "seeds/events.csv": """
            id,kind,amount
            1,a,10
            2,b,20
        """,
        "models/appended.sql": """
            {{ config(materialized='incremental', incremental_strategy='append') }}
            select * from {{ ref('events') }}
            {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
        """,
        "models/replaced.sql": """
            {{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id') }}
            select * from {{ ref('events') }}
        """,
        "models/without_key.sql": """
            {{ config(materialized='incremental') }}
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
