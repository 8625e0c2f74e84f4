//! The table of what is compatible with dbt holds: each row has a state, each test exists.

use std::collections::BTreeSet;
use std::path::Path;

use crate::sandbox::Sandbox;

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect("the document")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A row of the table: its name, what it says, its state and its tests.
struct Row<'a> {
    name: &'a str,
    what: &'a str,
    state: &'a str,
    tests: Vec<&'a str>,
}

/// A line of a table whose first cell is two letters and two digits.
fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(str::trim);
    let name = cells.next()?;
    let (letters, digits) = name.split_at_checked(2)?;
    let is_name = letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.len() == 2
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let [what, state, tests] = [cells.next()?, cells.next()?, cells.next().unwrap_or_default()];
    let tests = tests.split('`').skip(1).step_by(2).collect();
    is_name.then_some(Row { name, what, state, tests })
}

/// The names of all functions in the Rust files of `src` and `tests`.
fn functions() -> BTreeSet<String> {
    let files = ["src", "tests"].into_iter().flat_map(|folder| walkdir::WalkDir::new(root().join(folder)));
    let files = files.filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let names = |path: std::path::PathBuf| -> Vec<String> {
        let text = std::fs::read_to_string(path).expect("a source file");
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
        lines.filter_map(|line| line.split('(').next()).map(str::to_owned).collect()
    };
    rust.flat_map(names).collect()
}

fn problems(row: &Row<'_>, functions: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    let (state, told) = row.state.split_once(": ").unwrap_or((row.state, ""));
    if !["done", "partly", "refused", "not yet"].contains(&state) {
        problems.push(format!("{}: `{state}` is no state", row.name));
    }
    if ["partly", "refused"].contains(&state) && told.is_empty() {
        problems.push(format!("{}: {state} says nothing", row.name));
    }
    if state != "not yet" && row.tests.is_empty() {
        problems.push(format!("{}: no test shows it", row.name));
    }
    let exists = |test: &str| match test.strip_prefix("golden/") {
        Some(name) => root().join(format!("tests/golden/{name}.json")).exists(),
        None => functions.contains(test),
    };
    let missing = row.tests.iter().filter(|test| !exists(test));
    problems.extend(missing.map(|test| format!("{}: there is no test `{test}`", row.name)));
    problems
}

#[test]
fn every_row_has_a_state_and_tests_that_exist() {
    let text = document("docs/compatibility.md");
    let rows: Vec<Row<'_>> = text.lines().filter_map(row).collect();
    assert!(rows.len() > 300, "the table was not found");
    let functions = functions();
    let mut problems: Vec<String> = rows.iter().flat_map(|row| problems(row, &functions)).collect();
    let mut names = BTreeSet::new();
    let twice = rows.iter().filter(|row| !names.insert(row.name));
    problems.extend(twice.map(|row| format!("{} stands twice: {}", row.name, row.what)));
    assert!(problems.is_empty(), "docs/compatibility.md\n{}", problems.join("\n"));
}

/// The commands of the page for those who come from dbt do what it says, one block after the other.
#[test]
fn the_commands_of_coming_from_dbt_work() {
    let text = document("docs/coming-from-dbt.md");
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let script: Vec<&str> = blocks.filter(|block| !block.contains("cargo install")).collect();
    assert!(script.len() > 3, "the commands were not found");
    let program = assert_cmd::cargo::cargo_bin!("model");
    let folder = program.parent().expect("a folder").display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let sandbox = shop().env("PATH", &path);
    let mut shell = std::process::Command::new("sh");
    let mut given = sandbox.command([]);
    shell.current_dir(given.current_dir(sandbox.path("")).get_current_dir().expect("a folder"));
    shell.env_clear().envs(given.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.args(["-e", "-c", &script.join("\n")]).output().expect("a shell");
    sandbox.output(&output).success();
}

/// A project of the kind that dbt's users have.
fn shop() -> Sandbox {
    Sandbox::empty()
        .file("dbt_project.yml", "name: shop\nprofile: shop\nseed-paths: [seeds]\n")
        .file(
            "profiles.yml",
            "
            shop:
              target: dev
              outputs:
                dev: {type: duckdb, path: dev.duckdb, threads: 4}
                prod: {type: duckdb, path: prod.duckdb, threads: 4}
            ",
        )
        .file("packages.yml", "packages: [{local: ware}]\n")
        .file("ware/dbt_project.yml", "name: ware\n")
        .file("ware/macros/twice.sql", "{% macro twice(x) %}2 * {{ x }}{% endmacro %}")
        .file("seeds/raw_orders.csv", "id,amount\n1,10\n2,20\n")
        .model("stg_orders", "select id, amount from {{ ref('raw_orders') }}")
        .model(
            "orders",
            "{{ config(materialized='table') }} select id, {{ ware.twice('amount') }} as amount from {{ ref('stg_orders') }}",
        )
        .file(
            "models/schema.yml",
            "
            models:
              - name: orders
                columns: [{name: id, data_tests: [unique, not_null]}]
            ",
        )
}
