{
    "about": "Names as long as PostgreSQL allows, names beside them, and one that is too long.",
    "needs": ["names of at most 63 bytes"],
    "files": {
        "models/a_table_whose_name_has_all_of_the_63_characters_that_are_possib.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/an_added_one_whose_name_has_all_of_the_63_characters_possible_1.sql": """
            {{ config(materialized='incremental', unique_key='id') }}
            select {{ 2 if is_incremental() else 1 }} as id
        """,
        "models/an_added_one_whose_name_has_all_of_the_63_characters_possible_2.sql": """
            {{ config(materialized='incremental', unique_key='id') }}
            select {{ 3 if is_incremental() else 1 }} as id
        """,
        "models/too_long_to_be_the_name_of_a_table_since_it_has_64_characters_xx.sql": "select 1 as id",
        "models/models.yml": """
            models:
              - name: a_table_whose_name_has_all_of_the_63_characters_that_are_possib
                columns:
                  - name: id
                    data_tests:
                      - accepted_values:
                          arguments: {values: [2, 3], quote: false}
                          config: {store_failures: true}
        """,
    },
    "steps": [
        {"run": ["build"], "code": 1},
        {"run": ["build"], "code": 1},
        {"run": ["run", "--full-refresh"], "code": 1},
    ],
}
