{
    "about": "A local package: its models, its macros, what the root project overrides, dispatch order.",
    "files": {
        "packages.yml": "packages: [{local: pkg}]",
        "dbt_project.yml": """
            name: shop
            profile: shop
            dispatch: [{macro_namespace: pkg, search_order: [shop, pkg]}]
            vars:
              pkg: {place: root}
              size: 1
            models:
              pkg:
                +schema: other
                spare: {+enabled: false}
        """,
        "pkg/dbt_project.yml": """
            name: pkg
            vars: {place: package, size: 2, only_here: 3}
            models: {pkg: {+materialized: table, +tags: [from_package]}}
        """,
        "pkg/models/inside.sql": "select '{{ var('place') }}' as place, {{ var('size') }} as size, {{ var('only_here') }} as here, '{{ greeting() }}' as greeting, '{{ shown() }}' as shown",
        "pkg/models/spare.sql": "select 1 as id",
        "pkg/models/shared.sql": "select 'package' as whose",
        "pkg/macros/macros.sql": """
            {% macro greeting() %}{{ return(adapter.dispatch('greeting', 'pkg')()) }}{% endmacro %}
            {% macro default__greeting() %}package says hello{% endmacro %}
            {% macro shown() %}the own of package{% endmacro %}
            {% test package_test(model) %} select * from {{ model }} where false {% endtest %}
        """,
        "macros/macros.sql": """
            {% macro default__greeting() %}root says hello{% endmacro %}
            {% macro shown() %}root{% endmacro %}
            {% macro current_timestamp() %}timestamp '2024-01-01 00:00:00'{% endmacro %}
            {% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ custom_alias_name or 'x_' ~ node.name }}{% endmacro %}
        """,
        "models/outside.sql": "select *, '{{ pkg.shown() }}' as qualified, {{ current_timestamp() }} as at, '{{ shown() }}' as own from {{ ref('pkg', 'inside') }}",
        "models/spare.sql": "select 2 as id",
        "models/schema.yml": """
            models:
              - name: outside
                data_tests: [pkg.package_test]
        """,
    },
    "steps": [
        {"run": ["deps"]},
        {"run": ["build"]},
        {"run": ["ls", "--select", "package:pkg"]},
    ],
}
