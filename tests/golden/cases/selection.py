{
    "about": "The selection language.",
    "files": {
        "models/staging/a.sql": "select 1 as id",
        "models/staging/b.sql": "select 1 as id",
        "models/core/c.sql": "select a.id from {{ ref('a') }} as a, {{ ref('b') }} as b",
        "models/core/d.sql": "{{ config(tags=['nightly']) }} select * from {{ ref('c') }}",
        "models/core/e.sql": "select * from {{ ref('d') }}",
        "models/schema.yml": """
            models:
              - name: c
                columns:
                  - name: id
                    data_tests:
                      - unique
                      - relationships: {arguments: {to: ref('a'), field: id}}
            sources:
              - name: raw
                schema: main
                tables: [{name: a}]
            exposures:
              - name: board
                type: dashboard
                owner: {email: a@example.com}
                depends_on: [ref('e')]
        """,
        "selectors.yml": """
            selectors:
              - name: night
                definition:
                  union:
                    - {method: tag, value: nightly, parents: true}
                    - exclude: ['b']
        """,
    },
    "steps": [
        {"run": ["ls"]},
        {"run": ["ls", "--select", "+c"]},
        {"run": ["ls", "--select", "1+d"]},
        {"run": ["ls", "--select", "@b", "--resource-type", "model"]},
        {"run": ["ls", "--select", "staging", "--exclude", "b"]},
        {"run": ["ls", "--select", "shop.core.*,tag:nightly", "path:models/staging"]},
        {"run": ["ls", "--select", "a", "--indirect-selection", "cautious"]},
        {"run": ["ls", "--select", "c", "--indirect-selection", "buildable"]},
        {"run": ["ls", "--select", "+exposure:board", "--resource-type", "model"]},
        {"run": ["ls", "--select", "test_name:unique"]},
        {"run": ["ls", "--selector", "night", "--output", "name"]},
        {"run": ["ls", "--select", "config.materialized:view", "--output", "path", "--resource-type", "model"]},
        {"run": ["ls", "--select", "bogus:x"], "code": 2},
    ],
}
