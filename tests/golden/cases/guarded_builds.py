{
    "about": "What a build waits for, tests that read what is missing, a package's own view, docs blocks, keys of ls.",
    "files": {
        "packages.yml": "packages: [{local: pkg}]",
        "dbt_project.yml": """
            name: shop
            profile: shop
            flags: {require_explicit_package_overrides_for_builtin_materializations: true}
            on-run-end: "create table if not exists ended as select 1 as id"
        """,
        "pkg/dbt_project.yml": "name: pkg",
        "pkg/macros/views.sql": """
            {% materialization view, default %}
              {% call statement('main') %}
                create table {{ this }} as select 'package' as made_by
              {% endcall %}
              {% do adapter.commit() %}
              {{ return({'relations': [this.incorporate(type='table')]}) }}
            {% endmaterialization %}
        """,
        "models/base.sql": "{{ config(materialized='table') }} select 1 as id, 'x' as kind",
        "models/other.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/joined.sql": "{{ config(materialized='table') }} select base.id from {{ ref('base') }} as base join {{ ref('other') }} as other on base.id = other.id",
        "models/last.sql": "{{ config(materialized='table') }} select id from {{ ref('joined') }}",
        "models/gone.sql": "{{ config(enabled=false) }} select 1 as id",
        "models/docs.md": "{% docs kind %}A {% raw %}{{ kind }}{% endraw %}{# of what? #}{{ nobody }}.{% enddocs %}",
        "models/schema.yml": """
            models:
              - name: base
                description: "{{ doc('kind') }}"
                config: {meta: {owner: amy}}
                columns:
                  - name: id
                    data_tests:
                      - relationships: {name: first_pair, arguments: {to: ref('other'), field: id + 1}}
                      - relationships: {name: to_nothing, arguments: {to: ref('nowhere'), field: id}}
                      - relationships: {name: to_disabled, arguments: {to: ref('gone'), field: id}}
            unit_tests:
              - name: joins
                model: joined
                given:
                  - {input: ref('base'), rows: [{id: 1}]}
                  - {input: ref('other'), rows: [{id: 1}]}
                expect: {rows: [{id: 1}]}
        """,
    },
    "steps": [
        {"run": ["deps"]},
        {"run": ["ls"]},
        {"run": ["ls", "--resource-type", "model", "--output", "json", "--output-keys", "resource_type", "description", "config.meta", "name"]},
        {"run": ["build"], "code": 1},
        {"run": ["build", "--fail-fast", "--select", "base+", "--exclude-resource-type", "unit_test"], "code": 1},
        {
            "files": {
                "models/plain.sql": "select 'shop' as made_by",
            },
            "run": ["run", "--select", "plain"],
        },
        {
            "files": {
                "dbt_project.yml": """
                    name: shop
                    profile: shop
                    flags: {require_explicit_package_overrides_for_builtin_materializations: false}
                """,
                "models/taken.sql": "select 'shop' as made_by",
            },
            "run": ["run", "--select", "taken"],
        },
    ],
}
