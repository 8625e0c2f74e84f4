//! Functions that a project defines.

use crate::sandbox::Sandbox;

fn project() -> Sandbox {
    Sandbox::new()
        .file("functions/plus.sql", "select a + b")
        .file("functions/highest.sql", "{{ config(type='aggregate') }} select max(value)")
        .file("functions/above.sql", "{{ config(type='table') }} select n from {{ ref('numbers') }} where n > least;")
        .file(
            "functions/schema.yml",
            "
            functions:
              - name: plus
                arguments:
                  - {name: a, data_type: integer}
                  - {name: b, data_type: integer, default_value: 5}
                returns: {data_type: bigint}
              - name: highest
                arguments: [{name: value, data_type: integer}]
                returns: {data_type: integer}
              - name: above
                arguments: [{name: least, data_type: integer}]
                returns: {data_type: integer}
            ",
        )
        .model("numbers", "{{ config(materialized='table') }} select 1 as n union all select 2")
        .model(
            "used",
            "select {{ function('plus') }}(n) as more, {{ function('plus') }}(n, b := 1) as next from {{ ref('numbers') }}",
        )
        .model("top", "select {{ function('highest') }}(n) as n from {{ ref('numbers') }}")
        .model("few", "select n from {{ function('above') }}(1)")
}

#[test]
fn queries_call_the_functions_of_the_project() {
    let sandbox = project();
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select more || ', ' || next from used order by 1"), ["6, 2", "7, 3"]);
    assert_eq!(sandbox.query("select n from top"), ["2"]);
    assert_eq!(sandbox.query("select n from few"), ["2"]);
    let types = sandbox.query("select distinct typeof(more) from used");
    assert_eq!(types, ["BIGINT"], "the result has the type that is promised");
    sandbox.run(["show", "--quiet", "--inline", "select {{ function('plus') }}(1) as n"]).success().stdout(
        "
        | n |
        |---|
        | 6 |
        ",
    );
}

#[test]
fn what_is_wrong_with_a_function_is_told_at_its_place() {
    let sandbox = project().model("lost", "select {{ function('plusz') }}(1)");
    let output = sandbox.run(["parse"]).code(2);
    for told in [
        "error[unknown-function]: `lost` needs the function `plusz`, which does not exist",
        "--> models/lost.sql:1:11",
        "did you mean `plus`?",
    ] {
        assert!(output.talk.contains(told), "`{told}` is not in\n{}", output.talk);
    }
    let sandbox = project().file("functions/code.py", "def entry(value):\n    return value\n");
    let output = sandbox.run(["build", "--select", "code"]).code(1);
    let told = "scalar_function_python";
    assert!(output.talk.contains(told), "`{told}` is not in\n{}", output.talk);
}

#[test]
fn functions_are_found_where_this_run_does_not_build_them() {
    let sandbox = project();
    sandbox.run(["build"]).success();
    sandbox.write("project.yml", "name: shop\nfunctions: {+schema: other}\n");
    let compiled = |arguments: &[&str]| {
        let compile = ["compile", "--quiet", "--select", "top"];
        sandbox.run(compile.into_iter().chain(arguments.iter().copied())).success().stdout
    };
    std::fs::create_dir(sandbox.path("prod")).expect("a folder");
    std::fs::copy(sandbox.path("target/manifest.json"), sandbox.path("prod/manifest.json")).expect("a copy");
    assert!(compiled(&[]).contains("\"main_other\".\"highest\""));
    assert!(compiled(&["--defer", "--state", "prod"]).contains("\"main\".\"highest\""));
}

#[test]
fn functions_are_compiled() {
    let sandbox = project();
    sandbox
        .run(["compile", "--select", "plus"])
        .success()
        .stdout("-- Compiled node 'plus' is:\nselect a + b\n");
    sandbox.run(["compile"]).success();
    let compiled = sandbox.read("target/compiled/shop/functions/above.sql");
    assert!(compiled.contains("\"main\".\"numbers\""), "{compiled}");
}
