{
    "about": "Indexes on every kind of relation that can have them.",
    "needs": ["indexes"],
    "files": {
        "seeds/letters.csv": "id,letter\n1,a\n2,b\n",
        "seeds/seeds.yml": """
            seeds:
              - name: letters
                config: {indexes: [{columns: [letter]}]}
        """,
        "models/a_table.sql": """
            {{ config(materialized='table', indexes=[
                {'columns': ['id'], 'unique': true}, {'columns': ['letter', 'id']}]) }}
            select * from {{ ref('letters') }}
        """,
        "models/added.sql": """
            {{ config(materialized='incremental', unique_key='id', indexes=[{'columns': ['id']}]) }}
            select * from {{ ref('letters') }}
        """,
        "snapshots/letters_then.yml": """
            snapshots:
              - name: letters_then
                relation: ref('letters')
                config: {unique_key: id, strategy: check, check_cols: all, indexes: [{columns: [id]}]}
        """,
    },
    "steps": [
        {"run": ["build"], "without_rows": ["main.letters_then"]},
        {"run": ["build"], "without_rows": ["main.letters_then"]},
        {"run": ["build", "--full-refresh"], "without_rows": ["main.letters_then"]},
        {"files": {"models/a_table.sql": """
            {{ config(materialized='table', indexes=[{'columns': ['id'], 'uniqe': true}]) }}
            select * from {{ ref('letters') }}
        """}, "run": ["run", "--select", "a_table"], "code": 1, "without_rows": ["main.letters_then"]},
    ],
}
