{
    "about": "What DuckDB's merge can be told beyond its key: conditions, expressions, columns to join by, and clauses.",
    "needs": ["merge clauses"],
    "files": {
        "seeds/events.csv": "id,kind,amount\n1,a,10\n2,b,20\n3,c,30\n",
        "models/conditional.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id',
                      merge_update_condition='DBT_INTERNAL_SOURCE.amount > DBT_INTERNAL_DEST.amount',
                      merge_insert_condition="DBT_INTERNAL_SOURCE.kind <> 'z'") }}
            select * from {{ ref('events') }}
        """,
        "models/with_expressions.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id',
                      merge_update_set_expressions={'amount': 'DBT_INTERNAL_DEST.amount + DBT_INTERNAL_SOURCE.amount'},
                      merge_exclude_columns=['kind']) }}
            select * from {{ ref('events') }}
        """,
        "models/by_columns.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', merge_on_using_columns=['id', 'kind']) }}
            select * from {{ ref('events') }}
        """,
        "models/with_clauses.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', merge_clauses={
                'when_matched': [
                    {'action': 'delete', 'condition': 'DBT_INTERNAL_SOURCE.amount = 0'},
                    {'action': 'update', 'mode': 'explicit', 'update': {'include': ['amount']}},
                ],
                'when_not_matched': [
                    {'action': 'insert', 'mode': 'by_name'},
                    {'action': 'delete', 'by': 'source'},
                ],
            }) }}
            select * from {{ ref('events') }}
        """,
        "models/with_values.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', merge_clauses={
                'when_matched': [{'action': 'update', 'mode': 'star'}],
                'when_not_matched': [{
                    'action': 'insert', 'mode': 'explicit',
                    'insert': {'columns': ['id', 'kind'], 'values': ['DBT_INTERNAL_SOURCE.id', "'new'"]},
                }],
            }) }}
            select * from {{ ref('events') }}
        """,
        "models/that_stays.sql": """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', merge_returning_columns=['id'],
                      merge_clauses={'when_matched': [{'action': 'do_nothing'}],
                                     'when_not_matched': [{'action': 'insert', 'mode': 'by_position'}]}) }}
            select * from {{ ref('events') }}
        """,
    },
    "steps": [
        {"run": ["build"]},
        {"files": {"seeds/events.csv": "id,kind,amount\n1,a,5\n2,c,25\n3,c,0\n4,z,1\n5,y,2\n"}, "run": ["build"]},
        {
            "files": {"models/conditional.sql": """
                {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id',
                          merge_update_condition=3, merge_clauses={'when_matched': []}) }}
                select * from {{ ref('events') }}
            """},
            "run": ["run", "--select", "conditional"],
            "code": 1,
        },
    ],
}
