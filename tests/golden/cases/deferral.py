{
    "about": "Nodes that are not built here are read from another environment.",
    "files": {
        "macros/names.sql": """
            {% macro generate_schema_name(custom_schema_name, node) -%}
              {{ var('place', 'main') }}
            {%- endmacro %}
        """,
        "seeds/numbers.csv": "id\n1\n2\n",
        "models/base.sql": "{{ config(materialized='table') }} select id, '{{ var('place', 'main') }}' as place from {{ ref('numbers') }}",
        "models/middle.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('base') }}",
        "models/top.sql": "select id, place from {{ ref('middle') }}",
        "models/side.sql": "select id, place from {{ ref('base') }} union all select count(*), '{{ this.schema }}' from {{ ref('top') }}",
        "models/growing.sql": """
            {{ config(materialized='incremental') }}
            select id, place from {{ ref('base') }}
            {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
        """,
        "snapshots/history.yml": """
            snapshots:
              - name: history
                relation: ref('base')
                config: {unique_key: id, strategy: check, check_cols: [id]}
        """,
        "models/schema.yml": """
            models:
              - name: base
                columns:
                  - name: id
                    data_tests:
                      - unique
                      - relationships: {arguments: {to: ref('numbers'), field: id}}
            unit_tests:
              - name: from_elsewhere
                model: top
                given:
                  - {input: ref('base'), rows: [{id: 7}]}
                  - {input: ref('middle'), format: sql, rows: "select 7 as id, 'x' as place"}
                expect: {rows: [{id: 7, place: x}]}
        """,
    },
    "steps": [
        {"run": ["build", "--vars", "{place: prod}", "--target-path", "state", "--exclude", "resource_type:unit_test"], "without_rows": ["prod.history"]},
        {"run": ["run", "--select", "top"], "without_rows": ["prod.history"], "code": 1},
        {"run": ["run", "--select", "top", "--defer"], "without_rows": ["prod.history"], "code": 2},
        {"run": ["run", "--select", "top", "--defer", "--state", "nowhere"], "without_rows": ["prod.history"], "code": 2},
        {"run": ["run", "--select", "top", "--state", "state"], "without_rows": ["prod.history"], "code": 1},
        {"run": ["run", "--select", "top", "--defer", "--state", "state"], "without_rows": ["prod.history"]},
        {"run": ["test", "--defer", "--state", "state", "--exclude", "resource_type:unit_test"], "without_rows": ["prod.history"]},
        {"run": ["test", "--defer", "--state", "state", "--select", "resource_type:unit_test"], "without_rows": ["prod.history"]},
        {"run": ["build", "--select", "growing", "history", "--defer", "--state", "state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "growing", "--defer", "--state", "state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "base", "--defer", "--state", "state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "side", "--defer", "--state", "state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "side", "--defer", "--state", "state", "--favor-state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "base", "side", "--defer", "--state", "state", "--favor-state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "side", "--defer", "--state", "nowhere", "--defer-state", "state", "--favor-state"], "without_rows": ["prod.history", "main.history"]},
        {"run": ["run", "--select", "side", "--no-defer", "--state", "state", "--favor-state"], "without_rows": ["prod.history", "main.history"]},
        {"files": {"models/top.sql": "select id, 'changed' as place from {{ ref('middle') }}"},
         "run": ["run", "--select", "state:modified+", "--defer", "--state", "state"], "without_rows": ["prod.history", "main.history"]},
        {"files": {"models/base.sql": "{{ config(materialized='ephemeral') }} select 9 as id, 'here' as place"},
         "run": ["run", "--select", "side", "--defer", "--state", "state", "--favor-state"], "without_rows": ["prod.history", "main.history"]},
    ],
}
