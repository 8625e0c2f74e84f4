{
    "about": "Nodes by what is different from an earlier invocation.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models:
              shop:
                marts: {+tags: [mart]}
        """,
        "models/body.sql": "select 1 as id",
        "models/untouched.sql": "select 1 as id",
        "models/configured.sql": "{{ config(materialized='view') }} select 1 as id",
        "models/tagged.sql": "{{ config(tags=['one']) }} select 1 as id",
        "models/placed.sql": "{{ config(alias='somewhere') }} select 1 as id",
        "models/calling.sql": "select {{ outer_macro() }} as id",
        "models/described.sql": "{{ config(persist_docs={'relation': true, 'columns': true}) }} select 1 as id",
        "models/quiet.sql": "select 1 as id",
        "models/promising.sql": "{{ config(materialized='table') }} select 1 as id, 'a' as name",
        "models/wide.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/child.sql": "select * from {{ ref('body') }}, {{ source('raw', 'orders') }}",
        "models/gone.sql": "select 1 as id",
        "models/marts/moved.sql": "select 1 as id",
        "models/open.sql": "select 1 as id",
        "seeds/small.csv": "id\n1\n",
        "seeds/same.csv": "id\n1\n",
        "snapshots/history.yml": """
            snapshots:
              - name: history
                relation: ref('untouched')
                config: {unique_key: id, strategy: check, check_cols: all}
        """,
        "analyses/look.sql": "select 1",
        "tests/singular.sql": "select * from {{ ref('body') }} where id > 1",
        "macros/macros.sql": """
            {% macro outer_macro() %}{{ inner_macro() }}{% endmacro %}
            {% macro inner_macro() %}1{% endmacro %}
            {% macro lonely() %}1{% endmacro %}
        """,
        "models/schema.yml": """
            models:
              - name: described
                description: what it was
                columns: [{name: id, description: what it was}]
              - name: quiet
                description: what it was
              - name: promising
                config: {contract: {enforced: true}}
                columns: [{name: id, data_type: integer}, {name: name, data_type: varchar}]
              - name: wide
                config: {contract: {enforced: true}}
                columns: [{name: id, data_type: integer}]
              - name: body
                columns:
                  - name: id
                    data_tests:
                      - unique: {config: {severity: warn}}
                      - not_null: {config: {tags: [one]}}
              - name: open
                access: protected
            sources:
              - name: raw
                schema: main
                tables:
                  - name: orders
                    identifier: small
                  - name: quoted
                  - name: same
                    description: what it was
            exposures:
              - name: board
                type: dashboard
                owner: {email: a@example.com}
                depends_on: [ref('body')]
              - name: kept
                type: dashboard
                owner: {email: a@example.com}
            unit_tests:
              - name: checked
                model: untouched
                given: []
                expect: {rows: [{id: 1}]}
              - name: rechecked
                model: untouched
                given: []
                expect: {rows: [{id: 1}]}
        """,
        "selectors.yml": """
            selectors:
              - name: slim
                definition:
                  union:
                    - {method: state, value: modified.body, children: true}
                    - {method: state, value: new}
                    - exclude: [{method: resource_type, value: test}]
        """,
    },
    "steps": [
        {"run": ["parse", "--target-path", "before"]},
        {"run": ["ls", "--select", "state:modified", "--state", "before"]},
        {"run": ["ls", "--select", "state:new", "--state", "before"]},
        {"run": ["ls", "--select", "state:old", "--state", "before"]},
        {"run": ["ls", "--select", "state:unmodified", "--state", "before"]},
        {"run": ["ls", "--select", "state:modified"], "code": 2},
        {"run": ["ls", "--select", "state:modified", "--state", "nowhere"], "code": 2},
        {"run": ["ls", "--select", "state:different", "--state", "before"], "code": 2},
        {"run": ["ls", "--select", "result:error", "--state", "before"], "code": 2},
        {
            "files": {
                "models/body.sql": "select 2 as id",
                "models/configured.sql": "{{ config(materialized='table') }} select 1 as id",
                "models/tagged.sql": "{{ config(tags=['two']) }} select 1 as id",
                "models/placed.sql": "{{ config(alias='elsewhere') }} select 1 as id",
                "models/gone.sql": None,
                "models/marts/moved.sql": None,
                "models/marts/deeper/moved.sql": "select 1 as id",
                "models/added.sql": "select 1 as id",
                "seeds/small.csv": "id\n2\n",
                "seeds/added_too.csv": "id\n2\n",
                "analyses/look.sql": "select 2",
                "snapshots/history.yml": """
                    snapshots:
                      - name: history
                        relation: ref('untouched')
                        config: {unique_key: id, strategy: check, check_cols: [id]}
                """,
                "macros/macros.sql": """
                    {% macro outer_macro() %}{{ inner_macro() }}{% endmacro %}
                    {% macro inner_macro() %}1 {% endmacro %}
                    {% macro lonely() %}2{% endmacro %}
                """,
                "models/schema.yml": """
                    models:
                      - name: described
                        description: what it is
                        columns: [{name: id, description: what it is}]
                      - name: quiet
                        description: what it is
                      - name: promising
                        config: {contract: {enforced: true}}
                        columns: [{name: id, data_type: integer}, {name: name, data_type: varchar}]
                      - name: wide
                        config: {contract: {enforced: true}}
                        columns: [{name: id, data_type: bigint}]
                      - name: body
                        columns:
                          - name: id
                            data_tests:
                              - unique: {config: {severity: error}}
                              - not_null: {config: {tags: [two]}}
                      - name: open
                        access: public
                    sources:
                      - name: raw
                        schema: main
                        tables:
                          - name: orders
                            identifier: same
                          - name: quoted
                            quoting: {identifier: true}
                          - name: same
                            description: what it is
                          - name: new_one
                    exposures:
                      - name: board
                        type: dashboard
                        owner: {email: b@example.com}
                        depends_on: [ref('body')]
                      - name: kept
                        type: dashboard
                        owner: {email: a@example.com}
                      - name: fresh
                        type: dashboard
                        owner: {email: a@example.com}
                    unit_tests:
                      - name: checked
                        model: untouched
                        given: []
                        expect: {rows: [{id: 2}]}
                      - name: rechecked
                        description: words do not count
                        model: untouched
                        given: []
                        expect: {rows: [{id: 1}]}
                      - name: unheard_of
                        model: untouched
                        given: []
                        expect: {rows: [{id: 1}]}
                """,
            },
            "run": ["ls", "--select", "state:modified", "--state", "before", "--indirect-selection", "empty"],
        },
        {"run": ["ls", "--select", "state:modified", "--state", "before", "--resource-type", "all"]},
        {"run": ["ls", "--select", "state:new", "--state", "before", "--indirect-selection", "empty"]},
        {"run": ["ls", "--select", "state:old", "--state", "before", "--indirect-selection", "empty"]},
        {"run": ["ls", "--select", "state:unmodified", "--state", "before", "--indirect-selection", "empty"]},
        {"run": ["ls", "--select", "state:modified.body", "--state", "before", "--indirect-selection", "empty"]},
        {"run": ["ls", "--select", "state:modified.configs", "--state", "before", "--indirect-selection", "empty"]},
        {"run": ["ls", "--select", "state:modified.relation", "--state", "before", "--indirect-selection", "empty"]},
        {"run": ["ls", "--select", "state:modified.persisted_descriptions", "--state", "before"]},
        {"run": ["ls", "--select", "state:modified.macros", "--state", "before"]},
        {"run": ["ls", "--select", "state:modified.contract", "--state", "before"]},
        {"run": ["ls", "--select", "state:modified.body+", "--state", "before"]},
        {"run": ["ls", "--select", "state:modified,resource_type:seed", "state:new", "--state", "before"]},
        {"run": ["ls", "--exclude", "state:modified", "--state", "before"]},
        {"run": ["ls", "--selector", "slim", "--state", "before"]},
    ],
}
