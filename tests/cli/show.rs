//! `model show` and `model compile`: the answer on stdout and nothing else.

use crate::sandbox::Sandbox;

#[test]
fn rows_of_models_without_their_tests() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id union all select 2")
        .model("b", "select id * 2 as double from {{ ref('a') }}")
        .file(
            "models/schema.yml",
            "
            models:
              - name: a
                columns:
                  - name: id
                    data_tests: [unique]
        ",
        );
    sandbox.run(["run", "--quiet"]).success().talk("");
    sandbox
        .run(["show", "--select", "a"])
        .success()
        .stdout(
            "
            Previewing node 'a':
            | id |
            |----|
            | 1  |
            | 2  |
        ",
        )
        .talk("");
    sandbox
        .run(["show", "--select", "a", "b"])
        .success()
        .stdout(
            "
            Previewing node 'a':
            | id |
            |----|
            | 1  |
            | 2  |

            Previewing node 'b':
            | double |
            |--------|
            | 2      |
            | 4      |
        ",
        )
        .talk("");
    sandbox
        .run(["show", "--select", "a", "--output", "json"])
        .success()
        .stdout(
            r#"
            {
              "node": "a",
              "show": [
                {
                  "id": 1
                },
                {
                  "id": 2
                }
              ]
            }
        "#,
        )
        .talk("");
    sandbox
        .run(["show", "--inline", "select max(id) as id from {{ ref('a') }}"])
        .success()
        .stdout(
            "
            Previewing inline node:
            | id |
            |----|
            | 2  |
        ",
        )
        .talk("");
}

#[test]
fn a_query_with_a_mistake() {
    let sandbox = Sandbox::new().model("a", "select 1 as id union all select 2");
    sandbox.run(["show", "--inline", "selec 1"]).code(2).talk(
        r#"
            error[database-error]: Parser Error: syntax error at or near "selec"
             --> --inline:1:1
              |
            1 | selec 1
              | ^^^^^
              |
              = note: dbt says: Runtime Error
        "#,
    );
    sandbox.run(["show", "--inline", "select * from {{ ref('aa') }}"]).code(2).talk(
        "
            error[unknown-ref]: `the query` needs the model, seed or snapshot `aa`, which does not exist
             --> --inline:1:18
              |
            1 | select * from {{ ref('aa') }}
              |                  ^^^^^^^^^ raised here
              |
              = note: dbt says: Error parsing inline query
              = help: did you mean `a`?
        ",
    );
}

#[test]
fn a_query_that_ends_too_early() {
    let sandbox = Sandbox::new();
    sandbox.run(["show", "--inline", "select 1 as x;"]).code(2).talk_has("leave out the `;`");
}

#[test]
fn seeds_are_shown_with_a_build() {
    let sandbox = Sandbox::new().file("seeds/s.csv", "id\n7\n").model("a", "select * from {{ ref('s') }}");
    let output = sandbox.run(["build", "--show"]).success();
    assert!(output.stdout.ends_with("passed\n\ns\n| id |\n|----|\n| 7  |\n"), "{}", output.stdout);
}
