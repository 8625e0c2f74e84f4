{
    "about": "What generic tests are given, which nodes compile and ls take, sources whose age has no limit.",
    "files": {
        "models/numbers.sql": "select 1 as id union all select 2",
        "models/same.sql": "select * from {{ ref('numbers') }}",
        "seeds/letters.csv": "id,letter\n1,a\n",
        "analyses/sum.sql": "select sum(id) from {{ ref('numbers') }}",
        "models/schema.yml": """
            sources:
              - name: stored
                schema: main
                tables:
                  - name: numbers
                    loaded_at_field: "cast(id as timestamp)"
                  - name: absent
            models:
              - name: numbers
                data_tests:
                  - told:
                      arguments: {other: ref('same'), names: ["{{ pair('a') }}", b], pair: "{{ pair('c') }}"}
                  - told:
                      name: told_of_some
                      arguments: {other: "{{ itself(ref('same')) }}", names: [], pair: [1, 2]}
                      config: {where: id = 1}
            exposures:
              - name: report
                type: dashboard
                owner: {email: a@b.c}
                depends_on: [ref('numbers')]
        """,
        "macros/told.sql": """
            {% macro pair(x) %}{{ return([x, 1]) }}{% endmacro %}
            {% macro itself(x) %}{{ return(x) }}{% endmacro %}
            {% test told(model, other, names, pair) %}
            select '{{ model is mapping }} {{ other is mapping }} {{ other.identifier }} {{ names | length }} {{ names | join(",") | replace("'", "") }} {{ pair[0] }}' as seen
            from {{ model }}
            {% endtest %}
        """,
    },
    "steps": [
        {"run": ["build"], "code": 1},
        {"run": ["test", "--store-failures"], "code": 1},
        {"run": ["compile"]},
        {"run": ["ls"]},
        {"run": ["ls", "--resource-type", "all"]},
        {"run": ["source", "freshness"]},
    ],
}
