//! The rules of the repository as tests.

use std::path::{Path, PathBuf};

/// The layers. A module imports only modules of a strictly lower rank.
const RANKS: &[(&str, usize)] = &[
    ("source", 0),
    ("host", 0),
    ("diagnostics", 1),
    ("yaml", 2),
    ("sql", 2),
    ("builtin", 2),
    ("template", 3),
    ("adapter", 3),
    ("objects", 4),
    ("project", 5),
    ("manifest", 6),
    ("graph", 7),
    ("artifact", 7),
    ("select", 8),
    ("compile", 9),
    ("materialize", 10),
    ("run", 11),
    ("ops", 12),
    ("cli", 13),
];

const LONGEST_FILE: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &str, extension: &str) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root().join(folder))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// The modules that a line of code names as `crate::module`.
fn imports(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or("");
    code.split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""))
        .collect()
}

fn problems(check: impl Fn(&Path, &str) -> Vec<String>) -> Vec<String> {
    let files = files_below("src", "rs");
    assert!(files.len() > 20, "the sources were not found");
    files
        .iter()
        .flat_map(|path| check(path, &std::fs::read_to_string(path).expect("a source file")))
        .collect()
}

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn modules_import_only_lower_ranks() {
    none(&problems(|path, text| {
        let below = path.strip_prefix(root().join("src")).expect("below src");
        let module = below.iter().next().and_then(|name| name.to_str()).unwrap_or("");
        let Some(own) = rank(module) else { return Vec::new() };
        let upward = |line: &str| -> Vec<String> {
            let wrong = |name: &&str| **name != *module && rank(name).is_none_or(|other| other >= own);
            imports(line).iter().filter(|name| wrong(name)).map(|name| (*name).to_owned()).collect()
        };
        let number = |(at, line): (usize, &str)| -> Vec<String> {
            let say =
                |name: String| format!("{}:{}: `{module}` must not import `{name}`", shown(path), at + 1);
            upward(line).into_iter().map(say).collect()
        };
        text.lines().enumerate().flat_map(number).collect()
    }));
}

#[test]
fn the_map_lists_every_module_in_rank_order() {
    let map = std::fs::read_to_string(root().join("src/lib.rs")).expect("the map");
    let listed: Vec<&str> = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .filter_map(|line| line.split(';').next())
        .collect();
    let expected: Vec<&str> = RANKS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, expected);
}

#[test]
fn files_have_one_subject() {
    none(&problems(|path, text| {
        let lines = text.lines().count();
        let long = lines > LONGEST_FILE;
        long.then(|| format!("{}: {lines} lines, more than {LONGEST_FILE}", shown(path)))
            .into_iter()
            .collect()
    }));
}

#[test]
fn no_drawer_for_everything() {
    let drawers = ["util", "utils", "common", "helpers", "helper", "misc", "manager", "context"];
    none(&problems(|path, _| {
        let named = path.with_extension("");
        let found = named.iter().filter_map(|part| part.to_str()).find(|part| drawers.contains(part));
        found
            .map(|name| format!("{}: `{name}` says nothing about what is inside", shown(path)))
            .into_iter()
            .collect()
    }));
}

#[test]
fn engines_are_named_only_by_their_adapters() {
    none(&problems(|path, text| {
        let shown_path = shown(path);
        if shown_path.starts_with("src/adapter/") || shown_path.contains("tests") {
            return Vec::new();
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        let named = |line: &str| {
            let code = line.split("//").next().unwrap_or("").to_lowercase();
            ["duckdb", "postgres", "spark", "redshift"].iter().any(|engine| code.contains(engine))
        };
        let lines = code.lines().enumerate().filter(|(_, line)| named(line));
        lines
            .map(|(at, line)| format!("{}:{}: names an engine: {}", shown(path), at + 1, line.trim()))
            .collect()
    }));
}

#[test]
fn nothing_is_left_open() {
    let marks = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "#[ignore"];
    none(&problems(|path, text| {
        let open = |line: &&str| marks.iter().any(|mark| line.contains(mark));
        text.lines().filter(open).map(|line| format!("{}: {}", shown(path), line.trim())).collect()
    }));
}

#[test]
fn the_two_readers_of_tests_do_not_meet() {
    let model_files = [files_below("tests/cli", "sql"), files_below("tests/cli", "yml")].concat();
    assert!(model_files.is_empty(), "`model` would read {model_files:?}");
    let outside: Vec<PathBuf> = files_below("tests", "rs")
        .into_iter()
        .filter(|path| !path.starts_with(root().join("tests/cli")))
        .collect();
    assert!(outside.is_empty(), "Rust tests belong into tests/cli: {outside:?}");
}

#[test]
fn every_test_file_is_part_of_the_test_binary() {
    let main = std::fs::read_to_string(root().join("tests/cli/main.rs")).expect("the list");
    for path in files_below("tests/cli", "rs") {
        let below = path.strip_prefix(root().join("tests/cli")).expect("below tests/cli");
        let name = below.iter().next().and_then(|name| name.to_str()).unwrap_or("");
        let name = name.trim_end_matches(".rs");
        assert!(
            name == "main" || main.contains(&format!("mod {name};")),
            "tests/cli/main.rs forgets `{name}`"
        );
    }
}
