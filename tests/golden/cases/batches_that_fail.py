{
    "about": "Batches between two times; some fail, and retry builds only those; a sample cuts all inputs.",
    "needs": ["merge"],
    "files": {
        "seeds/events.csv": """
            id,happened_at,amount
            1,2024-01-01 10:00:00,1
            2,2024-01-02 10:00:00,2
            3,2024-01-03 10:00:00,3
            4,2024-01-04 10:00:00,4
        """,
        "seeds/seeds.yml": """
            seeds:
              - name: events
                config: {event_time: happened_at}
        """,
        "models/daily.sql": """
            {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', batch_size='day',
                      begin='2024-01-01', unique_key='id' if target.type == 'postgres' else none) }}
            select id, happened_at, {% if model.batch and model.batch.id == var('bad', '') %} cast('x' as integer) {% else %} amount {% endif %} as amount,
              '{{ var("bad", "none") }}' as bad
            from {{ ref('events') }}
        """,
        "models/all_of_it.sql": "select count(*) as n, sum(amount) as amount from {{ ref('daily') }}",
    },
    "steps": [
        {"run": ["run", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04"], "code": 1},
        {"run": ["seed"]},
        {"run": ["run", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04", "--vars", "{bad: '20240101'}"], "code": 1},
        {"run": ["run", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04", "--vars", "{bad: '20240102'}"], "code": 1},
        {
            "files": {"models/daily.sql": """
                {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', batch_size='day',
                          begin='2024-01-01', unique_key='id' if target.type == 'postgres' else none) }}
                select id, happened_at, amount * 10 as amount, 'now' as bad from {{ ref('events') }}
            """},
            "run": ["retry"],
        },
        {"run": ["build", "--event-time-start", "2024-01-04 00:00:00", "--event-time-end", "2024-01-05T00:00:00"]},
        {"run": ["run", "--event-time-start", "2024-01-04"], "code": 2},
        {"run": ["run", "--event-time-start", "2024-01-04", "--event-time-end", "2024-01-01"], "code": 2},
        {"run": ["run", "--full-refresh", "--sample", "{start: 2024-01-02 12:00:00, end: 2024-01-04 12:00:00}"]},
    ],
}
