{
    "about": "Data tests with severity, thresholds, where, limit and stored failures; what they block.",
    "files": {
        "models/numbers.sql": "select * from (values (1, 'a'), (2, 'b'), (2, null)) as t (id, name)",
        "models/downstream.sql": "select * from {{ ref('numbers') }}",
        "models/free.sql": "select 1 as id",
        "models/schema.yml": """
            models:
              - name: numbers
                columns:
                  - name: id
                    data_tests:
                      - unique:
                          config: {severity: warn}
                      - accepted_values:
                          arguments: {values: [1], quote: false}
                          config: {error_if: '>5', warn_if: '>1'}
                      - above:
                          arguments: {least: 1}
                  - name: name
                    data_tests:
                      - not_null:
                          config: {where: 'id = 1'}
                      - not_null:
                          name: every_name
                          config: {store_failures: true, limit: 10}
        """,
        "tests/generic/above.sql": """
            {% test above(model, column_name, least=0) %}
            select * from {{ model }} where {{ column_name }} < {{ least }}
            {% endtest %}
        """,
        "tests/singular.sql": "select * from {{ ref('free') }} where id <> 1",
    },
    "steps": [
        {"run": ["build"], "code": 1},
        {"run": ["test", "--select", "free"]},
        {"run": ["test", "--select", "numbers", "--exclude", "every_name"]},
    ],
}
