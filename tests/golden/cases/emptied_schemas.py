{
    "about": "A schema is dropped in the middle of a run, and the views of another one that read it go with it.",
    "needs": ["materialized views"],
    "files": {
        "macros/emptied.sql": """
            {% macro emptied() %}
              {% if execute and var('empty', false) %}
                {% set place = api.Relation.create(database=target.database, schema='main_other') %}
                {% do adapter.drop_schema(place) %}
                {% do adapter.create_schema(place) %}
              {% endif %}
            {% endmacro %}
        """,
        "models/first.sql": "{{ config(materialized='table', pre_hook={'sql': '{{ emptied() }}', 'transaction': false}) }} select 1 as id",
        "models/base.sql": "{{ config(materialized='table', schema='other') }} select id from {{ ref('first') }}",
        "models/stored.sql": "{{ config(materialized='materialized_view') }} select id from {{ ref('base') }}",
        "models/view_of_stored.sql": "select id from {{ ref('stored') }}",
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run", "--vars", "{empty: true}"]},
        {"run": ["run"]},
    ],
}
