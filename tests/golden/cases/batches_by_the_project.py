{
    "about": "A project's own macro for microbatches: called once, or for each batch where a flag says so.",
    "needs": ["merge"],
    "files": {
        "seeds/events.csv": "id,happened_at\n1,2024-01-01 10:00:00\n2,2024-01-02 10:00:00\n3,2024-01-03 10:00:00\n",
        "seeds/seeds.yml": "seeds: [{name: events, config: {event_time: happened_at}}]",
        "models/daily.sql": """
            {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', batch_size='day',
                      begin='2024-01-01', unique_key='id' if target.type == 'postgres' else none) }}
            select id, happened_at, '{{ model.batch.id if model.batch else 'none' }}' as batch from {{ ref('events') }}
        """,
        "macros/batches.sql": """
            {% macro get_incremental_microbatch_sql(arg_dict) %}
              insert into {{ arg_dict['target_relation'] }} select * from {{ arg_dict['temp_relation'] }} where id <> 2
            {% endmacro %}
        """,
    },
    "steps": [
        {"run": ["build", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04"]},
        {"run": ["run", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04"]},
        {
            "files": {"dbt_project.yml": """
                name: shop
                profile: shop
                flags: {require_batched_execution_for_custom_microbatch_strategy: true}
            """},
            "run": ["run", "--full-refresh", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04"],
        },
    ],
}
