{
    "about": "Unit tests in every format, with overrides, passing and failing; what a failing one blocks.",
    "files": {
        "models/orders.sql": "select 1 as id, 10.5 as amount, date '2024-01-01' as day, 'x' as note",
        "models/totals.sql": """
            {{ config(materialized='incremental') }}
            select day, sum(amount) as total, '{{ var("label", "none") }}' as label, max('{{ env_var("HOME_TOWN", "nowhere") }}') as town
            from {{ ref('orders') }}
            {% if is_incremental() %} where day > (select max(day) from {{ this }}) {% endif %}
            group by day
        """,
        "models/downstream.sql": "select * from {{ ref('broken') }}",
        "models/sound.sql": "select id + 1 as id from {{ ref('orders') }}",
        "models/broken.sql": "select id + 1 as id from {{ ref('orders') }}",
        "tests/fixtures/two_orders.csv": """
            id,amount,day
            1,1.5,2024-01-01
            2,2.5,2024-01-01
        """,
        "models/unit.yml": """
            unit_tests:
              - name: sums
                model: totals
                overrides:
                  vars: {label: tested}
                  env_vars: {HOME_TOWN: here}
                  macros: {is_incremental: false}
                given:
                  - input: ref('orders')
                    format: csv
                    fixture: two_orders
                expect:
                  rows:
                    - {day: 2024-01-01, total: 4.0, label: tested, town: here}
              - name: only_newer_days
                model: totals
                overrides: {macros: {is_incremental: true}}
                given:
                  - input: ref('orders')
                    rows:
                      - {day: 2024-01-01, amount: 1}
                      - {day: 2024-01-02, amount: 2, note: "it's"}
                  - input: this
                    rows: [{day: 2024-01-01}]
                expect:
                  format: csv
                  rows: |
                    day,total
                    2024-01-02,2
              - name: from_sql
                model: sound
                given:
                  - input: ref('orders')
                    format: sql
                    rows: select 4 as id
                expect:
                  format: sql
                  rows: select 5 as id
              - name: wrong
                model: broken
                given:
                  - input: ref('orders')
                    rows: [{id: 1}, {id: 1}]
                expect:
                  rows: [{id: 2}, {id: 3}]
        """,
    },
    "steps": [
        {"run": ["run", "--select", "orders", "totals"]},
        {"run": ["build"], "code": 1},
        {"run": ["test", "--select", "test_type:unit", "--exclude", "wrong"]},
    ],
}
