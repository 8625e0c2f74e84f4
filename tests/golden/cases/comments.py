{
    "about": "persist_docs: comments of relations and columns, and what becomes of them in later runs.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models: {+persist_docs: {relation: true, columns: true}}
            seeds: {+persist_docs: {relation: true, columns: true}}
            snapshots: {+persist_docs: {relation: true, columns: true}}
        """,
        "seeds/letters.csv": "id,letter\n1,a\n",
        "models/a_table.sql": "{{ config(materialized='table') }} select * from {{ ref('letters') }}",
        "models/a_view.sql": "{{ config(materialized='view') }} select * from {{ ref('letters') }}",
        "models/added.sql": "{{ config(materialized='incremental', unique_key='id') }} select * from {{ ref('letters') }}",
        "models/silent.sql": "{{ config(materialized='table', persist_docs={}) }} select 1 as id",
        "models/half.sql": "{{ config(materialized='table', persist_docs={'relation': false, 'columns': true}) }} select 1 as id",
        "snapshots/letters_then.yml": """
            snapshots:
              - name: letters_then
                relation: ref('letters')
                description: Letters in time.
                config: {unique_key: id, strategy: check, check_cols: all}
                columns: [{name: letter, description: The letter then.}]
        """,
        "models/docs.md": """
            {% docs letter %}
            One letter, "it's" said, of 100%;
            with a second line -- and a $dollar$ sign.
            {% enddocs %}
        """,
        "models/schema.yml": """
            seeds:
              - name: letters
                description: Letters from a file.
                columns: [{name: id, description: The number.}]
            models:
              - name: a_table
                description: "{{ doc('letter') }}"
                columns:
                  - {name: letter, description: "{{ doc('letter') }}"}
                  - {name: absent, description: Not in the query.}
              - name: a_view
                description: A view.
                columns: [{name: letter, description: The letter.}, {name: id, description: ""}]
              - name: added
                description: Only grows.
                columns: [{name: ID, description: Written otherwise.}]
              - name: silent
                description: Not to be seen.
              - name: half
                description: Not to be seen.
                columns: [{name: id, description: To be seen.}]
        """,
    },
    "steps": [
        {"run": ["build"], "without_rows": ["main.letters_then"]},
        {"run": ["build"], "without_rows": ["main.letters_then"]},
    ],
}
