{
    "about": "Models with versions: files, names, columns, tests and unit tests of each; what `ref` finds; the selector `version:`.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models:
              shop:
                orders:
                  v1: {+materialized: table}
                  +tags: [all]
        """,
        "models/base.sql": "select 1 as id, 'a' as name, 5 as old_amount union all select 2, 'b', 6",
        "models/orders_v1.sql": "select id, name, old_amount from {{ ref('base') }}",
        "models/orders.sql": "{{ config(materialized='table') }} select id, name, old_amount * 2 as amount from {{ ref('base') }}",
        "models/third.sql": "select id, name as full_name, '{{ this.identifier }} {{ model.version }} {{ model.latest_version }}' as me from {{ ref('base') }}",
        "models/orders_v4_1.sql": "select 41 as id",
        "models/reader.sql": """
            select 'latest' as what, id, name as text from {{ ref('orders') }}
            union all select 'v1', id, name from {{ ref('orders', v=1) }}
            union all select 'v3', id, full_name from {{ ref('shop', 'orders', version='3') }}
            union all select 'v4.1', id, 'x' from {{ ref('orders', version=4.1) }}
        """,
        "models/models.yml": """
            models:
              - name: orders
                description: all orders
                latest_version: 2
                config: {meta: {a: 1, b: 2}}
                columns:
                  - {name: id, data_tests: [unique]}
                  - name: name
                data_tests:
                  - not_null: {arguments: {column_name: id}}
                versions:
                  - v: 1
                    deprecation_date: 2020-01-01
                    columns:
                      - include: '*'
                      - {name: old_amount, data_tests: [{not_null: {config: {severity: warn}}}]}
                  - v: 2
                    config: {meta: {b: 3}}
                    columns:
                      - include: [id, name]
                      - {name: amount, data_tests: [{accepted_values: {arguments: {values: [10, 12], quote: false}}}]}
                  - v: 3
                    defined_in: third
                    config: {alias: orders_in_full}
                    columns: [{include: all, exclude: [name]}, {name: full_name}]
                    data_tests: []
                  - v: 4.1
                    defined_in: orders_v4_1
                    columns: []
            unit_tests:
              - name: doubles
                model: orders
                versions: {include: [2]}
                given:
                  - {input: ref('base'), rows: [{id: 7, old_amount: 4}]}
                expect: {rows: [{id: 7, amount: 8}]}
              - name: keeps_ids
                model: orders
                versions: {exclude: [3, 4.1]}
                given:
                  - {input: ref('base'), rows: [{id: 7}]}
                expect: {rows: [{id: 7}]}
            exposures:
              - name: board
                type: dashboard
                owner: {name: me}
                depends_on: ["ref('orders', v=1)", "ref('orders')"]
        """,
    },
    "steps": [
        {"run": ["build"]},
        {"run": ["ls"]},
        {"run": ["ls", "--output", "name", "--resource-type", "model"]},
        {"run": ["ls", "-s", "version:latest", "--resource-type", "model"]},
        {"run": ["ls", "-s", "version:old", "--resource-type", "model"]},
        {"run": ["ls", "-s", "version:prerelease", "--resource-type", "model"]},
        {"run": ["ls", "-s", "version:none", "--resource-type", "model"]},
        {"run": ["ls", "-s", "orders", "--resource-type", "model"]},
        {"run": ["ls", "-s", "orders.v1", "--resource-type", "model"]},
        {"run": ["ls", "-s", "orders_v3+", "--resource-type", "model"]},
        {"run": ["ls", "-s", "exposure:board", "+exposure:board", "--resource-type", "model"]},
        {"run": ["test", "-s", "orders.v2"]},
        {"run": ["run", "--warn-error"], "code": 2},
        {"files": {"models/wrong.sql": "select * from {{ ref('orders', v=9) }}"}, "run": ["run"], "code": 2},
        {"files": {"models/wrong.sql": "select * from {{ ref('base', v=1) }}"}, "run": ["run"], "code": 2},
        {"files": {"models/wrong.sql": None, "models/orders_v2.sql": "select 2 as id"}, "run": ["run"], "code": 2},
    ],
}
