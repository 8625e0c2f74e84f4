//! `query-comment`: what is sent carries it, what people look at does not.

use crate::sandbox::Sandbox;

#[test]
fn statements_carry_it_and_files_do_not() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nquery-comment: 'by {{ node.name }}'\n")
        .model("a", "select 1 as id");
    sandbox
        .run(["build", "--debug"])
        .success()
        .talk_has("-- model.shop.a\n/* by a */\n")
        .talk_has("-- model.shop.a\nBEGIN\n");
    assert!(!sandbox.read("target/run/shop/models/a.sql").contains("by a"));
}

#[test]
fn mistakes_are_still_found_at_their_line() {
    for comment in ["'by {{ node.name }}'", "{comment: mine, append: true}", "''"] {
        let sandbox = Sandbox::new()
            .file("project.yml", &format!("name: shop\nquery-comment: {comment}\n"))
            .model("a", "select 1 as id,\n  nope\n");
        sandbox
            .run(["build"])
            .code(1)
            .talk_has("   --> models/a.sql:2:3\n    |\n  2 |   nope\n    |   ^^^^\n");
    }
}

#[test]
fn a_comment_that_would_end_itself() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nquery-comment: \"{{ '*' ~ '/ drop' }}\"\n")
        .model("a", "select 1 as id");
    sandbox
        .run(["build"])
        .code(2)
        .talk_has("error[query-comment]: the query comment holds `*/`\n --> project.yml:2:17\n");
}
