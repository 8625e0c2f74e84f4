{
    "about": "A unit test may give rows for what its model does not read.",
    "files": {
        "models/read.sql": "select 1 as id, 'x' as name",
        "models/unread.sql": "select 2 as id",
        "models/tested.sql": "select id from {{ ref('read') }}",
        "models/tested.yml": """
            unit_tests:
              - name: only_what_is_read
                model: tested
                given:
                  - input: ref('read')
                    rows: [{id: 5}]
                  - input: ref('unread')
                    rows: [{id: 7}]
                expect: {rows: [{id: 5}]}
        """,
    },
    "steps": [{"run": ["build", "--exclude", "unread"]}, {"run": ["test"]}],
}
