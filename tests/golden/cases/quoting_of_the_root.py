{
    "about": "What the root says of quotes counts for packages, not for sources, whatever a node says.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            quoting: {identifier: false, schema: false}
        """,
        "packages.yml": "packages: [{local: pkg}]",
        "pkg/dbt_project.yml": "name: pkg\nprofile: shop\nquoting: {identifier: true, database: false}\n",
        "pkg/models/theirs.sql": "select '{{ this }}' as said, '{{ source('main', 'mine') }}' as read",
        "pkg/models/sources.yml": "sources: [{name: main, tables: [{name: mine}]}]",
        "models/mine.sql": "select '{{ this }}' as said, '{{ ref('other') }}' as read",
        "models/other.sql": "{{ config(quoting={'schema': true}) }} select '{{ this }}' as said",
    },
    "steps": [{"run": ["deps"]}, {"run": ["run"]}],
}
