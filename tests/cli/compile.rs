//! `model compile`.

use crate::sandbox::Sandbox;

#[test]
fn sql_of_what_was_asked_for() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id union all select 2")
        .model("b", "select * from {{ ref('a') }}")
        .file(
            "models/schema.yml",
            "
            models:
              - name: b
                columns:
                  - name: id
                    data_tests: [unique]
        ",
        );
    sandbox
        .run(["compile", "--select", "b"])
        .success()
        .stdout(
            r#"
            -- Compiled node 'b' is:
            select * from "shop"."main"."a"
        "#,
        )
        .talk("");
    sandbox
        .run(["compile", "--select", "a", "b"])
        .success()
        .stdout(
            r#"
            -- Compiled node 'a' is:
            select 1 as id union all select 2

            -- Compiled node 'b' is:
            select * from "shop"."main"."a"
        "#,
        )
        .talk("");
    sandbox
        .run(["compile", "--inline", "select * from {{ ref('b') }}"])
        .success()
        .stdout(
            r#"
            -- Compiled inline node is:
            select * from "shop"."main"."b"
        "#,
        )
        .talk("");
    let results = sandbox.json("target/run_results.json");
    assert_eq!(results["results"][0]["unique_id"], "sql_operation.shop.inline_query");
    sandbox
        .run(["compile", "--quiet", "--select", "b"])
        .success()
        .stdout(
            r#"
            select * from "shop"."main"."a"
        "#,
        )
        .talk("");
    sandbox.run(["compile"]).success().talk(
        "
            3 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/3  view         main.a
               OK    [ELAPSED]  2/3  view         main.b
               OK    [ELAPSED]  3/3  test         unique_b_id

            Done in [ELAPSED]: 3 passed
        ",
    );
}
