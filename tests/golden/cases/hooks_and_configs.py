{
    "about": "Hooks of runs and models, aliases, custom schemas, configs from every place.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            vars: {greeting: hello}
            on-run-start:
              - create schema if not exists main
              - create table if not exists main.log (line varchar)
              - "insert into main.log values ('start {{ var('greeting') }}')"
            on-run-end: ["insert into main.log values ('end {{ results | length }}')"]
            models:
              +tags: all
              shop:
                marts:
                  +schema: marts
                  +materialized: table
                  +pre-hook: "insert into main.log values ('project {{ this.identifier }}')"
        """,
        "models/marts/named.sql": """
            {{ config(alias='other_name', tags=['one'], post_hook="insert into main.log values ('after {{ this }}')") }}
            select 1 as id
        """,
        "models/marts/plain.sql": "select * from {{ ref('named') }}",
        "models/marts/schema.yml": """
            models:
              - name: plain
                config: {materialized: view, pre_hook: ["insert into main.log values ('yaml')"]}
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["ls", "--select", "tag:all,tag:one"]},
        {"run": ["run", "--vars", "greeting: bye", "--select", "named"]},
    ],
}
