{
    "about": "A project that puts its own materialization of data tests around the built-in one, or one of a package.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            on-run-start: "create table if not exists seen (test text, failures bigint, stored bigint)"
        """,
        "packages.yml": "packages:\n  - local: watcher",
        "watcher/dbt_project.yml": "name: watcher\nversion: 1.0.0",
        "watcher/macros/test.sql": """
            {% materialization test, default %}
              {{ return(watcher.watched(dbt.materialization_test_default)) }}
            {% endmaterialization %}

            {% macro watched(inner) %}
              {% set result = inner() %}
              {% set row = load_result('main').table.rows[0] %}
              {% set stored = result.relations | length %}
              {% call statement(auto_begin=true) %}
                insert into seen values ('{{ model.name }}', {{ row['failures'] }}, {{ stored }})
              {% endcall %}
              {% do adapter.commit() %}
              {{ return(result) }}
            {% endmacro %}
        """,
        "macros/test.sql": """
            {% materialization test, default %}
              {{ return(watcher.materialization_test_default()) }}
            {% endmaterialization %}
        """,
        "models/orders.sql": "select 1 as id, 'a' as state union all select 1, null",
        "models/orders.yml": """
            models:
              - name: orders
                columns:
                  - name: id
                    data_tests:
                      - not_null
                      - unique: {config: {severity: warn}}
                  - name: state
                    data_tests:
                      - not_null: {config: {store_failures: true}}
                      - accepted_values: {arguments: {values: [a]}, config: {limit: 1}}
        """,
        "tests/kept.sql": """
            {{ config(store_failures_as='view', fail_calc='sum(n)', error_if='> 5', warn_if='> 2') }}
            select 3 as n
        """,
        "tests/broken.sql": "select nothing from {{ ref('orders') }}",
    },
    "steps": [
        {"run": ["deps"]},
        {"run": ["build"], "code": 1},
        {"run": ["test", "--store-failures"], "code": 1},
        {
            "files": {"macros/test.sql": "{% macro nothing() %}{% endmacro %}"},
            "run": ["test", "--exclude", "broken"],
            "code": 1,
        },
        {
            "files": {
                "dbt_project.yml": """
                    name: shop
                    profile: shop
                    flags: {require_explicit_package_overrides_for_builtin_materializations: false}
                """,
            },
            "run": ["test", "--exclude", "broken"],
            "code": 1,
        },
        {
            "files": {
                "watcher/macros/test.sql": """
                    {% materialization test, default %}
                      {% call statement('main', fetch_result=true) %}
                        select 7 as failures, true as should_warn, false as should_error
                      {% endcall %}
                    {% endmaterialization %}
                """,
            },
            "run": ["test", "--exclude", "broken"],
        },
    ],
}
