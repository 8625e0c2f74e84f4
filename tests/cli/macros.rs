//! The macros that come with the tool: dbt's, by name and parameters.
//!
//! The list in `tests/golden` comes from `scripts/record_signatures.py`.

use std::path::Path;
use std::sync::Arc;

use model::adapter::{self, Credentials, Folders};
use model::builtin;
use model::source::SourceMap;
use model::template::{Engine, Holds, Library, Scanned, scan};

use crate::recorded::Recorded;

/// What dbt-duckdb has and we do without: parts of its own macros, defaults
/// that it repeats, and python models on `MotherDuck`.
const ABSENT: &[&str] = &[
    "default__flight_name",
    "drop_relation_for_rebuild",
    "duckdb__drop_schema",
    "duckdb__flight_name",
    "duckdb__get_batch_size",
    "duckdb__get_catalog_columns_sql",
    "duckdb__get_catalog_relations_where_clause_sql",
    "duckdb__get_catalog_results_sql",
    "duckdb__get_catalog_schemas_where_clause_sql",
    "duckdb__get_catalog_tables_sql",
    "existing_constraint_types",
    "flight_name",
    "has_foreign_key_constraints",
];

/// What dbt-redshift has and we do without: `show` commands, which datashares need, parts
/// of its own macros, and statistics of tables.
const ABSENT_OF_REDSHIFT: &[&str] = &[
    "_redshift__get_base_catalog_by_relation",
    "_redshift__get_base_catalog_by_relation_show",
    "_redshift__get_base_catalog_by_schema",
    "_redshift__get_base_catalog_by_schema_show",
    "_redshift__get_base_catalog_show",
    "_redshift__get_early_binding_by_relation_sql",
    "_redshift__get_early_binding_by_schema_sql",
    "_redshift__get_extended_catalog_by_relation",
    "_redshift__get_extended_catalog_by_schema",
    "_redshift__get_late_binding_by_relation_sql",
    "_redshift__get_late_binding_by_schema_sql",
    "redshift__can_select_from",
    "redshift__get_columns_in_relation_legacy",
    "redshift__get_columns_in_relation_show",
    "redshift__get_extended_catalog_sql",
    "redshift__no_svv_table_info_warning",
    "redshift__show_tables_from_schema",
];

const SERVER: &str =
    r#"{"host": "h", "port": 1, "user": "u", "password": "p", "dbname": "d", "schema": "s"}"#;

/// The fields that outputs of these types need.
const OUTPUTS: &[(&str, &str)] = &[("duckdb", "{}"), ("postgres", SERVER), ("redshift", SERVER)];

/// All of an adapter and dbt's own, as if a project had written them, so that they are checked.
fn library(kind: &str, fields: &str) -> Library {
    let fields = serde_json::from_str(fields).expect("JSON");
    let credentials = Credentials { kind: kind.into(), fields };
    let adapter = adapter::open(&credentials, &Folders::default()).expect("an adapter");
    let sources = SourceMap::new();
    let sets = adapter.macros();
    let mut builder = Library::builder("shop").adapter_kinds(sets.iter().map(|set| set.kind));
    let sets = sets.iter().map(|set| (set.package(), set.files));
    for (package, files) in sets.chain([("dbt".to_owned(), builtin::FILES)]) {
        for (path, text) in files {
            let file = sources.add(*path, *text);
            let Scanned { blocks, problems, .. } = scan(&file, Holds::Macros);
            assert!(problems.is_empty(), "{path}: {problems:?}");
            for block in blocks {
                builder.add(&package, &file, block);
            }
        }
    }
    let (library, twice) = builder.build();
    assert!(twice.is_empty(), "{twice:?}");
    library
}

#[test]
fn every_macro_compiles() {
    for (kind, fields) in OUTPUTS {
        let problems = Engine::new(Arc::new(library(kind, fields))).check_macros();
        assert!(problems.is_empty(), "{problems:?}");
    }
}

#[test]
fn names_and_parameters_are_dbts() {
    let libraries: Vec<Library> = OUTPUTS.iter().map(|(kind, fields)| library(kind, fields)).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/macro_signatures.txt");
    let signatures = std::fs::read_to_string(path).expect("the list");
    assert!(signatures.lines().count() > 400);
    let mut wrong = Vec::new();
    for line in signatures.lines() {
        let (full_name, parameters) =
            line.strip_suffix(')').and_then(|line| line.split_once('(')).expect(line);
        let (package, name) = full_name.split_once('.').expect(line);
        let mut all = libraries.iter().flat_map(Library::macros);
        let ours = all.find(|found| found.package == package && found.name == name);
        let ours = ours.map(|found| {
            found.arguments.iter().map(|argument| argument.name.as_str()).collect::<Vec<_>>().join(", ")
        });
        match ours {
            Some(ours) if ours == parameters => {}
            Some(ours) => wrong.push(format!("{line}: ours takes ({ours})")),
            None if ABSENT.contains(&name) || ABSENT_OF_REDSHIFT.contains(&name) => {}
            None => wrong.push(format!("{line}: missing")),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is compiled is compared with what dbt compiled, down to blanks. Each line of the list is
/// an engine, a call, and what dbt renders of it, as JSON.
#[test]
fn texts_have_the_blanks_of_dbts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/macro_blanks.txt");
    let list = std::fs::read_to_string(path).expect("the list");
    let calls: Vec<Vec<&str>> = list.lines().map(|line| line.splitn(3, '\t').collect()).collect();
    for kind in ["duckdb", "postgres"] {
        let fields = if kind == "duckdb" { "schema: main" } else { SERVER.trim_matches(['{', '}']) };
        let mine: Vec<&Vec<&str>> = calls.iter().filter(|parts| parts[0] == kind).collect();
        assert!(mine.len() > 60, "{kind}");
        let texts: Vec<String> = mine.iter().map(|parts| format!("[{{{{ {} }}}}]", parts[1])).collect();
        let text = format!("{{% if execute %}}{}${{% endif %}}", texts.join("$"));
        let found = Recorded::new(kind, fields).model("o", &text);
        let found = found.compiled("o");
        let found: Vec<&str> = found.split('$').collect();
        assert_eq!(found.len(), mine.len() + 1, "{found:?}");
        for (parts, found) in mine.iter().zip(found) {
            let expected: String = serde_json::from_str(parts[2]).expect("JSON");
            assert_eq!(found, format!("[{expected}]"), "{kind}: {}", parts[1]);
        }
    }
}
