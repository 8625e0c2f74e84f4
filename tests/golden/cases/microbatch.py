{
    "about": "Microbatches: one slice of time after the other, old slices stay as they are, until all are done again.",
    "needs": ["merge"],
    "files": {
        "seeds/events.csv": """
            id,happened_at,amount
            1,2022-01-01 10:00:00,1
            2,2023-01-02 10:00:00,2
            3,2021-12-31 10:00:00,3
        """,
        "seeds/seeds.yml": """
            seeds:
              - name: events
                config: {event_time: happened_at}
        """,
        "models/yearly.sql": """
            {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', batch_size='year',
                      begin='2022-01-01', lookback=1, unique_key='id' if target.type == 'postgres' else none) }}
            select id, happened_at, amount from {{ ref('events') }}
        """,
        "models/all_of_it.sql": "select count(*) as n, sum(amount) as amount from {{ ref('yearly') }}",
    },
    "steps": [
        {"run": ["build"]},
        {"files": {"seeds/events.csv": """
            id,happened_at,amount
            1,2022-01-01 10:00:00,100
            2,2023-01-02 10:00:00,200
            3,2021-12-31 10:00:00,300
            4,2023-01-03 11:00:00,400
        """}, "run": ["build"]},
        {"run": ["run", "--full-refresh"]},
    ],
}
