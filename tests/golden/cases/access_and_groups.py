{
    "about": "Who may read which model: access, groups, and packages that restrict access.",
    "files": {
        "packages.yml": "packages: [{local: ./ware}]\n",
        "ware/dbt_project.yml": "name: ware\nrestrict-access: true\n",
        "ware/models/open.sql": "select * from {{ ref('closed') }} union all select * from {{ ref('inner') }}",
        "ware/models/closed.sql": "select 1 as id",
        "ware/models/inner.sql": "select 2 as id",
        "ware/models/models.yml": """
            groups: [{name: storage, owner: {name: Ann}}]
            models:
              - {name: open, config: {access: public, group: storage}}
              - {name: inner, access: private, group: storage}
        """,
        "models/kept.sql": "select 1 as id",
        "models/reader.sql": "select * from {{ ref('kept') }}",
        "models/outside.sql": "select * from {{ ref('open') }}",
        "models/other.sql": "select 5 as id",
        "models/models.yml": """
            groups:
              - {name: finance, owner: {name: Bob, email: bob@example.org}}
              - {name: sales, owner: {email: sales@example.org}, description: who sells}
            models:
              - name: kept
                access: private
                group: finance
                columns: [{name: id, data_tests: [unique, not_null]}]
              - name: reader
                config: {group: finance, access: public}
                columns:
                  - {name: id, data_tests: [{relationships: {arguments: {to: ref('kept'), field: id}, config: {severity: warn}}}]}
              - {name: other, config: {group: sales}}
            unit_tests:
              - name: reads
                model: reader
                given:
                  - {input: ref('kept'), rows: [{id: 3}]}
                expect: {rows: [{id: 3}]}
        """,
        "macros/look.sql": "{% macro look(name) %}{% do log(ref(name), info=true) %}{% endmacro %}",
    },
    "steps": [
        {"run": ["deps"]},
        {"run": ["build"]},
        {"run": ["ls", "-s", "access:private"]},
        {"run": ["ls", "-s", "access:protected", "--resource-type", "model"]},
        {"run": ["ls", "-s", "access:public", "--resource-type", "model"]},
        {"run": ["ls", "-s", "group:finance"]},
        {"run": ["ls", "-s", "group:storage", "group:sales"]},
        {"run": ["run-operation", "look", "--args", "{name: reader}"]},
        {"run": ["run-operation", "look", "--args", "{name: kept}"], "code": 1},
        {"files": {"models/other.sql": "select * from {{ ref('kept') }}"}, "run": ["run"], "code": 2},
        {"files": {"models/other.sql": "select * from {{ ref('closed') }}"}, "run": ["run"], "code": 2},
        {"files": {"models/other.sql": "{{ config(group='storage') }} select * from {{ ref('ware', 'inner') }}"}, "run": ["run"], "code": 2},
        {"files": {"models/other.sql": "select * from {{ ref('ware', 'open') }}"}, "run": ["run", "-s", "other"]},
        {"files": {"tests/none.sql": "select * from {{ ref('kept') }} where id > 9"}, "run": ["build"], "code": 2},
        {"files": {"tests/none.sql": "{{ config(group='finance') }} select * from {{ ref('kept') }} where id > 9"}, "run": ["test", "-s", "none"]},
        {"files": {"tests/none.sql": None, "analyses/look.sql": "select * from {{ ref('kept') }}"}, "run": ["compile"], "code": 2},
        {"files": {"analyses/look.sql": None, "snapshots/kept.yml": """
            snapshots: [{name: kept_history, relation: ref('kept'), config: {unique_key: id, strategy: check, check_cols: all}}]
        """}, "run": ["build"], "code": 2},
        {"files": {"snapshots/kept.yml": None, "models/board.yml": """
            exposures: [{name: board, type: dashboard, owner: {name: me}, depends_on: [ref('kept')]}]
        """}, "run": ["build"], "code": 2},
        {"files": {"models/board.yml": "models: [{name: more, access: secret}]\n", "models/more.sql": "select 1 as id"}, "run": ["run"], "code": 2},
        {"files": {"models/board.yml": "models: [{name: more, group: nobody}]\n"}, "run": ["run"], "code": 2},
        {"files": {"models/board.yml": "models: [{name: more, access: public, config: {materialized: ephemeral}}]\n"}, "run": ["run"], "code": 2},
        {"files": {"models/board.yml": "models: [{name: more, access: private}]\n"}, "run": ["run", "-s", "more"]},
        {"files": {"ware/dbt_project.yml": "name: ware\n", "models/more.sql": "select * from {{ ref('closed') }}"}, "run": ["run", "-s", "more"]},
        {"files": {"models/board.yml": "models: [{name: more, group: storage}]\n", "models/more.sql": "select * from {{ ref('inner') }}"}, "run": ["run", "-s", "more"]},
    ],
}
