{
    "about": "Enforced contracts with foreign keys: tables that cannot simply be swapped.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models: {+materialized: table}
        """,
        "models/customers.sql": "select 1 as id, 'ann' as name",
        "models/orders.sql": "select 10 as id, 1 as customer_id",
        "models/items.sql": """
            {{ config(materialized='incremental', on_schema_change='append_new_columns') }}
            select 100 as id, 10 as order_id
        """,
        "models/models.yml": """
            models:
              - name: customers
                config: {contract: {enforced: true}}
                columns:
                  - {name: id, data_type: int, constraints: [{type: primary_key}]}
                  - {name: name, data_type: text}
              - name: orders
                config: {contract: {enforced: true}}
                constraints:
                  - {type: primary_key, columns: [id]}
                  - {type: foreign_key, columns: [customer_id], to: ref('customers'), to_columns: [id]}
                columns:
                  - {name: id, data_type: int}
                  - {name: customer_id, data_type: int}
              - name: items
                config: {contract: {enforced: true}}
                columns:
                  - {name: id, data_type: int}
                  - name: order_id
                    data_type: int
                    constraints: [{type: foreign_key, to: ref('orders'), to_columns: [id]}]
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run"], "code": {"duckdb": 1}},
        {"run": ["run", "--full-refresh"]},
        {"run": ["run", "--select", "customers"], "code": {"duckdb": 1}},
        {"run": ["run", "--select", "items"]},
        {"run": ["run", "--full-refresh", "--select", "orders+"]},
    ],
}
