{
    "about": "The root changes where a package's source lies, what its tables are called, and their tests.",
    "files": {
        "packages.yml": "packages: [{local: pkg}]",
        "pkg/dbt_project.yml": "name: pkg\nprofile: shop\n",
        "pkg/models/sources.yml": """
            sources:
              - name: raw
                schema: elsewhere
                loader: someone
                meta: {a: 1}
                tags: [package]
                config: {meta: {b: 2}}
                freshness: {warn_after: {count: 1, period: day}}
                loaded_at_field: at
                tables:
                  - name: orders
                    description: of the package
                    columns: [{name: id, data_tests: [unique]}]
                    freshness: {error_after: {count: 9, period: day}}
                  - name: customers
                    identifier: people
                  - name: untouched
              - name: other
                tables: [{name: orders}]
        """,
        "pkg/models/read.sql": "select id from {{ source('raw', 'orders') }} union all select id from {{ source('raw', 'customers') }}",
        "seeds/orders.csv": "id\n1\n2\n",
        "seeds/clients.csv": "id\n3\n",
        "models/sources.yml": """
            sources:
              - name: raw
                overrides: pkg
                schema: "{{ target.schema }}"
                description: mine
                tables:
                  - name: orders
                    description: my own
                    columns: [{name: id, data_tests: [not_null]}]
                    freshness: null
                  - name: customers
                    identifier: clients
                    meta: {mine: true}
                  - name: missing
              - name: missing
                overrides: pkg
        """,
    },
    "steps": [
        {"run": ["deps"]},
        {"run": ["parse"], "artifacts": {"manifest.json": ["sources"]}},
        {"run": ["seed"]},
        {"run": ["build", "--exclude", "resource_type:seed"]},
    ],
}
