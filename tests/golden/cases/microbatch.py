{
    "about": "Microbatches: one slice of time after the other, late rows, a slice done again.",
    "files": {
        "seeds/events.csv": """
            id,happened_at,amount
            1,2024-01-01 10:00:00,1
            2,2024-01-02 10:00:00,2
            3,2024-01-03 10:00:00,3
        """,
        "seeds/seeds.yml": """
            seeds:
              - name: events
                config: {event_time: happened_at}
        """,
        "models/daily.sql": """
            {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at',
                      batch_size='day', begin='2024-01-01', lookback=1, unique_key='id' if target.type == 'postgres' else none) }}
            select id, happened_at, amount from {{ ref('events') }}
        """,
        "models/all_of_it.sql": "select count(*) as n, sum(amount) as amount from {{ ref('daily') }}",
    },
    "steps": [
        {"run": ["build", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-03"]},
        {"files": {"seeds/events.csv": """
            id,happened_at,amount
            1,2024-01-01 10:00:00,100
            2,2024-01-02 10:00:00,200
            3,2024-01-03 10:00:00,300
            4,2024-01-03 11:00:00,400
        """}, "run": ["build", "--event-time-start", "2024-01-02", "--event-time-end", "2024-01-04"]},
        {"run": ["run", "--full-refresh", "--event-time-start", "2024-01-03", "--event-time-end", "2024-01-04"]},
    ],
}
