{
    "about": "Quarters are added to dates.",
    "needs": ["intervals of quarters"],
    "files": {
        "models/dates.sql": """
            select cast({{ dbt.dateadd('quarter', 1, "cast('2024-01-31' as date)") }} as timestamp) as later
        """,
    },
    "steps": [{"run": ["build"]}],
}
