{
    "about": "A materialization that does not commit leaves nothing; what reads it fails.",
    "files": {
        "macros/quiet.sql": """
            {% materialization quiet, default %}
                {%- set target_relation = this.incorporate(type='table') -%}
                {{ run_hooks(pre_hooks) }}
                {% call statement('main') %}{{ create_table_as(False, target_relation, sql) }}{% endcall %}
                {{ run_hooks(post_hooks) }}
                {{ return({'relations': [target_relation]}) }}
            {% endmaterialization %}
        """,
        "models/lost.sql": "{{ config(materialized='quiet') }} select 1 as id",
        "models/kept.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/reader.sql": "{{ config(materialized='view') }} select * from {{ ref('lost') }}",
    },
    "steps": [{"run": ["run", "--exclude", "reader"]}, {"run": ["run"], "code": 1}],
}
