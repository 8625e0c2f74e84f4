{
    "about": "Contracts that are broken: at once where what is written cannot be meant, before anything is stored where the query gives other columns.",
    "files": {
        "models/m.sql": "{{ config(materialized='table') }} select 1 as id, 'a' as name",
        "models/grows.sql": "{{ config(materialized='incremental', on_schema_change='append_new_columns') }} select 1 as id",
        "models/below.sql": "select * from {{ ref('m') }}",
        "models/models.yml": """
            models:
              - name: m
                config: {contract: {enforced: true}}
                columns:
                  - {name: id, data_type: int, constraints: [{type: not_null}, {type: custom, expression: default 5}]}
                  - {name: name, data_type: text}
              - name: grows
                config: {contract: {enforced: true}}
                columns: [{name: id, data_type: int}]
        """,
    },
    "steps": [
        {"run": ["build"]},
        {"files": {"models/m.sql": "{{ config(materialized='table') }} select 'x' as name, 1 as id"}, "run": ["build", "-s", "m+"]},
        {"files": {"models/m.sql": "{{ config(materialized='table') }} select 1.5 as id, 'a' as name"}, "run": ["build", "-s", "m+"], "code": 1},
        {"files": {"models/m.sql": "{{ config(materialized='table') }} select 1 as id, 'a' as name, 3 as more"}, "run": ["build", "-s", "m+"], "code": 1},
        {"files": {"models/m.sql": "{{ config(materialized='table') }} select 1 as id"}, "run": ["build", "-s", "m+"], "code": 1},
        {"files": {"models/m.sql": "{{ config(materialized='table') }} select cast(null as int) as id, 'a' as name"}, "run": ["build", "-s", "m+"], "code": 1},
        {"files": {"models/m.sql": "select 1 as id, 'a' as name"}, "run": ["build", "-s", "m+"]},
        {"files": {"models/grows.sql": "{{ config(materialized='incremental', on_schema_change='append_new_columns') }} select 2 as id, 'b' as name"},
         "run": ["run", "-s", "grows"], "code": 1},
        {"files": {"models/models.yml": """
            models:
              - name: grows
                config: {contract: {enforced: true}}
                columns: [{name: id, data_type: int}, {name: name, data_type: text}]
        """}, "run": ["run", "-s", "grows"]},
        {"files": {"models/grows.sql": "{{ config(materialized='incremental') }} select 2 as id, 'b' as name"}, "run": ["run"], "code": 2},
        {"files": {"models/grows.sql": "select 2 as id", "models/models.yml": "models: [{name: grows, config: {contract: {enforced: true}}}]"}, "run": ["run"], "code": 2},
        {"files": {"models/models.yml": "models: [{name: grows, config: {contract: {enforced: true}}, columns: [{name: id}]}]"}, "run": ["run"], "code": 1},
        {"files": {"models/models.yml": "models: [{name: grows, columns: [{name: id, constraints: [{type: nope}]}]}]"}, "run": ["run"], "code": 2},
        {"files": {"models/models.yml": "models: [{name: grows, columns: [{name: id, constraints: [{type: primary_key}]}, {name: b, constraints: [{type: primary_key}]}]}]"},
         "run": ["run"], "code": 2},
        {"files": {"models/models.yml": "models: [{name: grows, constraints: [{type: primary_key, columns: [id]}], columns: [{name: id, constraints: [{type: primary_key}]}]}]"},
         "run": ["run"], "code": 2},
        {"files": {"models/models.yml": "models: [{name: grows, columns: [{name: id, constraints: [{type: foreign_key, to: other, to_columns: [id]}]}]}]"},
         "run": ["run"], "code": 2},
    ],
}
