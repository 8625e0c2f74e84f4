{
    "about": "Materialized views: made, refreshed, changed, in the place of other kinds.",
    "needs": ["materialized views"],
    "files": {
        "seeds/letters.csv": "id,letter\n1,a\n",
        "models/kept.sql": """
            {{ config(materialized='materialized_view', indexes=[{'columns': ['id']}]) }}
            select id, letter from {{ ref('letters') }}
        """,
        "models/changing.sql": "{{ config(materialized=var('kind', 'table')) }} select id from {{ ref('letters') }}",
        "models/above.sql": "{{ config(materialized='view') }} select * from {{ ref('kept') }}",
    },
    "steps": [
        {"run": ["build"]},
        {"run": ["build", "--vars", "kind: materialized_view"]},
        {"run": ["build", "--vars", "kind: view"]},
        {"files": {
            "seeds/letters.csv": "id,letter\n1,a\n2,b\n",
            "models/kept.sql": """
                {{ config(materialized='materialized_view', indexes=[{'columns': ['letter'], 'unique': true}]) }}
                select id, letter from {{ ref('letters') }}
            """,
        }, "run": ["build", "--vars", "kind: materialized_view"]},
        {"files": {"models/kept.sql": """
            {{ config(materialized='materialized_view', on_configuration_change='fail', indexes=[{'columns': ['id']}]) }}
            select id, letter from {{ ref('letters') }}
        """}, "run": ["run", "--select", "kept"], "code": 1},
        {"run": ["run", "--full-refresh", "--select", "kept"]},
        {"run": ["run", "--select", "above"]},
    ],
}
