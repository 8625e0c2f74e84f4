{
    "about": "Nodes by how they ended in an earlier run, and sources by their age.",
    "files": {
        "models/good.sql": "select 1 as id",
        "models/bad.sql": "select no_such_column as id from {{ ref('good') }}",
        "models/after.sql": "select * from {{ ref('bad') }}",
        "seeds/loads.csv": "id,loaded_at\n1,2024-01-01 00:00:00\n",
        "models/schema.yml": """
            models:
              - name: good
                columns:
                  - name: id
                    data_tests:
                      - unique
                      - accepted_values:
                          arguments: {values: [2], quote: false}
                          config: {severity: warn}
                      - not_null: {config: {where: 'id = 1', error_if: '= 0'}}
            sources:
              - name: raw
                schema: main
                loaded_at_field: loaded_at
                freshness: {error_after: {count: 1, period: day}}
                tables: [{name: loads}]
              - name: missing
                schema: main
                loaded_at_field: loaded_at
                freshness: {error_after: {count: 1, period: day}}
                tables: [{name: gone}]
        """,
    },
    "steps": [
        {"run": ["seed"]},
        {"run": ["run", "--target-path", "before"], "code": 1},
        {"run": ["ls", "--select", "result:error", "--state", "before", "--resource-type", "model"]},
        {"run": ["ls", "--select", "result:skipped", "--state", "before"]},
        {"run": ["ls", "--select", "result:error+", "result:success", "--state", "before"]},
        {"run": ["ls", "--select", "result:anything", "--state", "before"]},
        {"run": ["test", "--select", "good", "--target-path", "before"], "code": 1},
        {"run": ["ls", "--select", "result:fail", "--state", "before"]},
        {"run": ["ls", "--select", "result:warn", "result:pass", "--state", "before"]},
        {"run": ["ls", "--select", "1+result:fail", "--state", "before"]},
        {"run": ["ls", "--select", "source_status:fresher", "--state", "before"], "code": 2},
        {"run": ["source", "freshness", "--target-path", "before"], "code": 1},
        {"run": ["ls", "--select", "source_status:fresher", "--state", "before"], "code": 2},
        {"run": ["source", "freshness"], "code": 1},
        {"run": ["ls", "--select", "source_status:fresher", "--state", "before"]},
        {"files": {"seeds/loads.csv": "id,loaded_at\n1,2024-01-02 00:00:00\n"}, "run": ["seed"]},
        {"run": ["source", "freshness"], "code": 1},
        {"run": ["ls", "--select", "source_status:fresher+", "--state", "before"]},
    ],
}
