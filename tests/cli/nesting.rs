//! Texts that nest deeper than anybody writes end in an error, not in a crash.

use crate::sandbox::Sandbox;

#[track_caller]
fn check(sql: &str, code: i32, message: &str) {
    let sandbox = Sandbox::new();
    sandbox.write_exactly("models/a.sql", sql);
    sandbox.run(["build"]).code(code).talk_has(message);
}

#[test]
fn chains_and_brackets_have_a_limit() {
    let long = |start: &str, link: &str, end: &str| [start, &link.repeat(50_000), end].concat();
    let row = "nests too deep";
    check(&long("select {{ ", "-", "1 }}"), 2, row);
    check(&long("select {{ ", "not ", "1 }}"), 2, row);
    check(&long("select {{ 1", ".a", " }}"), 2, row);
    check(&long("select {{ 1", "|abs", " }}"), 2, row);
    check(&long("select {{ 1", " if 1 else 1", " }}"), 2, row);
    check(&long("select {% if 0 %}", "{% elif 0 %}", "{% endif %}"), 2, "too many branches");
    check(&long("select {{ ", "(", "1"), 2, "this `{{` is never closed");
    check(&["select {{ ", &"(".repeat(999), "1", &")".repeat(999), " }} as n"].concat(), 2, "nests too deep");
    check(&["select ", &"(".repeat(999), "1", &")".repeat(999), " as n"].concat(), 0, "1 passed");
}

#[test]
fn long_lists_are_no_chains() {
    let list = format!("select {{{{ [{}]|length }}}} as n", "-1, ".repeat(5000));
    check(&list, 0, "1 passed");
}

#[test]
fn an_operation_has_as_much_room_as_a_model() {
    let nest = "{% set deep = namespace(list=[]) %}{% for _ in range(20000) %}{% set deep.list = [deep.list] %}{% endfor %}";
    let sandbox = Sandbox::new()
        .file("macros/nest.sql", &format!("{{% macro nest() %}}{nest}{{% endmacro %}}"))
        .file("models/a.sql", &format!("{nest}select 1 as x"));
    sandbox.run(["run-operation", "nest"]).success();
    sandbox.run(["build"]).success();
}
