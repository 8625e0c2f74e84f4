{
    "about": "Snapshots by timestamp and by check, rows that vanish, a column that comes.",
    "files": {
        "seeds/people.csv": """
            id,name,updated_at
            1,Ada,2024-01-01 00:00:00
            2,Ben,2024-01-01 00:00:00
        """,
        "snapshots/by_time.sql": """
            {% snapshot by_time %}
            {{ config(unique_key='id', strategy='timestamp', updated_at='updated_at', hard_deletes='invalidate') }}
            select * from {{ ref('people') }}
            {% endsnapshot %}
        """,
        "snapshots/by_check.yml": """
            snapshots:
              - name: by_check
                relation: ref('people')
                config:
                  unique_key: id
                  strategy: check
                  check_cols: [name]
                  hard_deletes: new_record
        """,
        "models/states.sql": """
            select 'time' as snapshot, id, name, dbt_valid_to is null as is_current, null as deleted
            from {{ ref('by_time') }}
            union all
            select 'check', id, name, dbt_valid_to is null, dbt_is_deleted
            from {{ ref('by_check') }}
        """,
    },
    "steps": [
        {"run": ["build"], "without_rows": ["main.by_time", "main.by_check"]},
        {"files": {"seeds/people.csv": """
            id,name,updated_at
            1,Ada L.,2024-02-01 00:00:00
            3,Cem,2024-02-01 00:00:00
        """}, "run": ["build"], "without_rows": ["main.by_time", "main.by_check"]},
        {"files": {"seeds/people.csv": """
            id,name,updated_at
            1,Ada L.,2024-02-01 00:00:00
            2,Ben,2024-03-01 00:00:00
            3,Cem,2024-02-01 00:00:00
        """}, "run": ["build"], "without_rows": ["main.by_time", "main.by_check"]},
    ],
}
