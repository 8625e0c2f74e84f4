{
    "about": "Both names of the rule for deleted rows: the snapshot fails, whatever they say.",
    "files": {
        "models/rows.sql": "select 1 as id",
        "snapshots/rows.yml": """
            snapshots:
              - name: both_on
                relation: ref('rows')
                config: {strategy: check, check_cols: all, unique_key: id, hard_deletes: ignore, invalidate_hard_deletes: true}
              - name: one_off
                relation: ref('rows')
                config: {strategy: check, check_cols: all, unique_key: id, hard_deletes: new_record, invalidate_hard_deletes: false}
              - name: one
                relation: ref('rows')
                config: {strategy: check, check_cols: all, unique_key: id, invalidate_hard_deletes: true}
        """,
    },
    "steps": [{"run": ["build", "--exclude", "one"], "code": 1}],
}
