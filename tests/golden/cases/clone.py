{
    "about": "What another environment has is made to be seen here.",
    "files": {
        "macros/names.sql": """
            {% macro generate_schema_name(custom_schema_name, node) -%}
              {{ var('place', 'main') }}
            {%- endmacro %}
        """,
        "seeds/numbers.csv": "id\n1\n2\n",
        "models/base.sql": "{{ config(materialized='table', post_hook='create table if not exists {{ this.schema }}.hooked as select 1 as id') }} select id, '{{ var('place', 'main') }}' as place from {{ ref('numbers') }}",
        "models/middle.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('base') }}",
        "models/top.sql": "select id, place from {{ ref('middle') }}",
        "models/growing.sql": "{{ config(materialized='incremental') }} select id, place from {{ ref('base') }}",
        "snapshots/history.yml": """
            snapshots:
              - name: history
                relation: ref('base')
                config: {unique_key: id, strategy: check, check_cols: [id]}
        """,
        "models/schema.yml": """
            models:
              - name: base
                columns: [{name: id, data_tests: [unique]}]
        """,
    },
    "steps": [
        {"run": ["clone"], "code": 2},
        {"run": ["build", "--vars", "{place: prod}", "--target-path", "state"], "without_rows": ["prod.history"]},
        {"run": ["clone", "--state", "nowhere"], "without_rows": ["prod.history"], "code": 2},
        {"run": ["clone", "--state", "state", "--exclude", "history"], "without_rows": ["prod.history"]},
        {"run": ["clone", "--state", "state"], "without_rows": ["prod.history", "main.history"]},
        {"files": {"models/added.sql": "select 1 as id"},
         "run": ["clone", "--state", "state", "--resource-type", "model"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "base", "--full-refresh"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["clone", "--state", "state", "--select", "base"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["clone", "--state", "state", "--select", "base", "top", "--full-refresh"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "growing"], "without_rows": ["prod.history", "main.history"]},
    ],
}
