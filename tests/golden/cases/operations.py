{
    "about": "Which statements of a macro that is called from the command line are kept.",
    "files": {
        "models/a.sql": "select 1 as id",
        "macros/operations.sql": """
            {% macro by_query() %}
              {% do run_query("create table main.by_query as select 1 as id") %}
            {% endmacro %}
            {% macro by_statement() %}
              {% call statement('x') %}create table main.by_statement as select 1 as id{% endcall %}
            {% endmacro %}
            {% macro by_statement_and_commit() %}
              {% call statement('x') %}create table main.by_statement_and_commit as select 1 as id{% endcall %}
              {% do adapter.commit() %}
            {% endmacro %}
            {% macro before_an_error() %}
              {% do run_query("create table main.before_an_error as select 1 as id") %}
              {% do run_query("select * from main.missing") %}
            {% endmacro %}
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run-operation", "by_query"]},
        {"run": ["run-operation", "by_statement"]},
        {"run": ["run-operation", "by_statement_and_commit"]},
        {"run": ["run-operation", "before_an_error"], "code": 1},
    ],
}
