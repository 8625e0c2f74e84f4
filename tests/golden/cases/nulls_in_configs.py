{
    "about": "Configs that are set to nothing: the name forgets what was there, the config does not.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models:
              +schema: base
              +alias: null
              shop:
                below:
                  +schema: null
                  +database: null
        """,
        "models/based.sql": "select 1 as id",
        "models/below/plain.sql": "select 1 as id",
        "models/below/own.sql": "{{ config(schema='own') }} select 1 as id",
        "models/called.sql": "{{ config(schema=none) }} select 1 as id",
        "models/described.sql": "select 1 as id",
        "models/keyed.sql": "{{ config(materialized='incremental', unique_key=none) }} select '{{ config.get('schema') }}' as asked",
        "models/models.yml": """
            models:
              - name: described
                config: {schema: null}
              - name: keyed
                config: {unique_key: id, schema: described}
        """,
    },
    "steps": [{"run": ["run"], "artifacts": {}}],
}
