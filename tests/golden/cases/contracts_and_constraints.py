{
    "about": "Contracts: columns as they are promised, and constraints that the warehouse keeps.",
    "files": {
        "models/promised.sql": "{{ config(materialized='table') }} select 2 as count, 'x' as name, 1 as id",
        "models/added.sql": """
            {{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}
            select {{ 2 if is_incremental() else 1 }} as id, 'y' as name
        """,
        "models/seen.sql": "{{ config(materialized='view') }} select id, name from {{ ref('promised') }}",
        "models/models.yml": """
            models:
              - name: promised
                config: {contract: {enforced: true}}
                constraints:
                  - {type: primary_key, columns: [id]}
                  - {type: check, expression: "count > 0", name: counted}
                columns:
                  - {name: id, data_type: integer, constraints: [{type: not_null}]}
                  - {name: name, data_type: varchar, constraints: [{type: unique}]}
                  - {name: count, data_type: integer, constraints: [{type: check, expression: "count < 100"}]}
              - name: added
                config: {contract: {enforced: true}}
                columns:
                  - {name: id, data_type: integer, constraints: [{type: not_null}]}
                  - {name: name, data_type: varchar}
              - name: seen
                config: {contract: {enforced: true}}
                columns:
                  - {name: id, data_type: integer}
                  - {name: name, data_type: varchar}
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run"]},
        {"files": {"models/promised.sql": "{{ config(materialized='table') }} select 200 as count, 'x' as name, 1 as id"},
         "run": ["run", "--select", "promised"], "code": 1},
        {"files": {"models/promised.sql": "{{ config(materialized='table') }} select '2' as count, 'x' as name, 1 as id"},
         "run": ["run", "--select", "promised"], "code": 1},
        {"files": {"models/promised.sql": "{{ config(materialized='table') }} select 2 as count, 1 as id"},
         "run": ["run", "--select", "promised"], "code": 1},
    ],
}
