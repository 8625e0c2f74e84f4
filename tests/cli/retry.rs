//! `model retry`.

use crate::sandbox::Sandbox;

#[test]
fn what_failed_is_done_again_with_the_same_variables() {
    let sandbox = Sandbox::new()
        .model("a", "select {{ var('number') }} as id")
        .model("b", "select missing from {{ ref('a') }}")
        .model("c", "select * from {{ ref('b') }}");
    sandbox.run(["build", "--vars", "{number: 7}"]).code(1).talk(
        r#"
            3 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/3  view         main.a
            ERROR    [ELAPSED]  2/3  view         main.b
             SKIP           3/3  view         main.c  (b failed)

            ERROR b
              error[database-error]: Binder Error: Referenced column "missing" not found in FROM clause!
                                     Candidate bindings: "id"
               --> models/b.sql:1:8
                |
              1 | select missing from {{ ref('a') }}
                |        ^^^^^^^

            Done in [ELAPSED]: 1 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        "#,
    );
    sandbox.write("models/b.sql", "select id from {{ ref('a') }}, (select {{ var('number') }} as n)");
    sandbox.run(["retry"]).success().talk(
        "
            2 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/2  view         main.b
               OK    [ELAPSED]  2/2  view         main.c

            Done in [ELAPSED]: 2 passed
        ",
    );
    sandbox.run(["retry"]).success().talk(
        "
            the last command left nothing undone
        ",
    );
}

#[test]
fn without_results() {
    let sandbox = Sandbox::new();
    sandbox.run(["retry"]).code(2)
        .talk("
            error[nothing-to-retry]: cannot read `[ROOT]/target/run_results.json`: No such file or directory (os error 2)
             |
             = note: dbt says: Could not find previous run in 'target' target directory
             = help: `retry` goes on where a command such as `build` has failed before
        ");
}

#[test]
fn the_flags_of_the_last_command_count_again() {
    let sandbox = Sandbox::new()
        .file(
            "macros/names.sql",
            "{% macro generate_schema_name(name, node) %}{{ var('place') }}{% endmacro %}",
        )
        .model("a", "select 1 as id")
        .model("b", "select missing from {{ ref('a') }}");
    sandbox.run(["run", "--vars", "{place: prod}", "--select", "a", "--target-path", "prod"]).success();
    let deferring = ["run", "--vars", "{place: dev}", "--select", "b", "--defer", "--state", "prod"];
    sandbox.run(deferring).code(1);
    sandbox.write("models/b.sql", "select id from {{ ref('a') }}");
    sandbox.run(["retry"]).success();
    assert_eq!(sandbox.query("select id from dev.b"), ["1"]);
}

#[test]
fn an_operation_is_called_again() {
    let sandbox = Sandbox::new().file(
        "macros/note.sql",
        "{% macro note(text) %}{% do run_query(\"create table noted as select '\" ~ text ~ \"' as text from src\") %}{% endmacro %}",
    );
    sandbox.run(["run-operation", "note", "--args", "{text: hello}"]).code(1);
    sandbox.write(
        "macros/note.sql",
        "{% macro note(text) %}{% do run_query(\"create table noted as select '\" ~ text ~ \"' as text\") %}{% endmacro %}",
    );
    sandbox.run(["retry"]).success();
    assert_eq!(sandbox.query("select text from noted"), ["hello"]);
}

#[test]
fn a_command_that_could_not_begin_is_done_again() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\non-run-start: \"select {{ nothing() }}\"\n")
        .model("a", "select 1 as id");
    sandbox.run(["build"]).code(2);
    sandbox.write("project.yml", "name: shop\n");
    sandbox.run(["retry"]).success().talk_has("1 passed");
}

#[test]
fn hooks_alone_are_nothing_to_retry() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\non-run-end: \"selec\"\n")
        .model("a", "select 1 as id");
    let output = sandbox.run(["build"]).code(1);
    assert!(!output.talk.contains("retry"), "{}", output.talk);
    sandbox.run(["retry"]).success().talk_has("the last command left nothing undone");
}
