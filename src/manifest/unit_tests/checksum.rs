//! The checksum by which dbt knows a changed unit test.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::build::GivenDraft;
use crate::manifest::generic_tests::{hex, repr};
use crate::manifest::properties::{FixtureProperties, RowFormat, UnitTestProperties, VersionChoice};
use crate::manifest::{Fixture, Overrides};

/// SHA-256 over the parts as Python prints dbt's own objects, and over the rows
/// that came from fixture files (dbt: `build_unit_test_checksum`).
pub(super) fn checksum(test: &UnitTestProperties, given: &[GivenDraft], expect: &Fixture) -> String {
    let inputs: Vec<String> =
        test.given.iter().zip(given).map(|(written, read)| input(&written.fixture, read)).collect();
    let mut data = format!(
        "{}-{}-[{}]-UnitTestOutputFixture({})-{}",
        test.model.value,
        test.versions.as_ref().map_or_else(|| "None".to_owned(), versions),
        inputs.join(", "),
        parts(&test.expect, expect),
        test.overrides.as_ref().map_or_else(|| "None".to_owned(), overrides),
    );
    for (written, read) in test.given.iter().zip(given) {
        if written.fixture.fixture.is_some() {
            data.push('-');
            data.push_str(&match &read.rows {
                Fixture::Sql(sql) => sql.clone(),
                Fixture::Rows(..) => rows(&read.rows),
            });
        }
    }
    hex(&Sha256::digest(data.as_bytes()))
}

fn versions(choice: &VersionChoice) -> String {
    let list = |versions: &Option<Vec<Json>>| repr(&versions.clone().map_or(Json::Null, Json::Array));
    format!("UnitTestNodeVersions(include={}, exclude={})", list(&choice.include), list(&choice.exclude))
}

fn input(written: &FixtureProperties, read: &GivenDraft) -> String {
    let call = repr(&Json::from(read.input_text.as_str()));
    format!("UnitTestInputFixture(input={call}, {})", parts(written, &read.rows))
}

fn parts(written: &FixtureProperties, read: &Fixture) -> String {
    let format = match written.format {
        RowFormat::Dict => "<UnitTestFormat.Dict: 'dict'>",
        RowFormat::Csv => "<UnitTestFormat.CSV: 'csv'>",
        RowFormat::Sql => "<UnitTestFormat.SQL: 'sql'>",
    };
    let fixture = written.fixture.as_ref().map_or(Json::Null, |name| Json::from(name.value.as_str()));
    format!("rows={}, format={format}, fixture={}", rows(read), repr(&fixture))
}

fn rows(fixture: &Fixture) -> String {
    match fixture {
        Fixture::Rows(rows, _) => repr(&Json::Array(rows.iter().cloned().map(Json::Object).collect())),
        Fixture::Sql(sql) => repr(&Json::from(sql.as_str())),
    }
}

fn overrides(overrides: &Overrides) -> String {
    let part = |map: &serde_json::Map<String, Json>| repr(&Json::Object(map.clone()));
    format!(
        "UnitTestOverrides(macros={}, vars={}, env_vars={})",
        part(&overrides.macros),
        part(&overrides.vars),
        part(&overrides.env_vars)
    )
}
