//! Unit tests in dbt's shape.

use serde_json::{Map, Value as Json, json};

use super::wire::{Wire, object};
use crate::manifest::{Fixture, FixtureFormat, Node, UnitTest};

pub(super) fn unit_test_json(wire: &Wire<'_>, node: &Node, test: &UnitTest) -> Map<String, Json> {
    let tested = wire.manifest.node(test.tested);
    let schema = tested.and_then(|model| model.relation.as_ref()?.schema.clone());
    let given = test.given.iter().map(|given| {
        let mut json = object([("input", given.input_text.as_str().into())]);
        json.extend(rows(&given.rows, given.fixture.as_deref()));
        Json::Object(json)
    });
    let overrides = &test.overrides;
    let overridden = (*overrides != crate::manifest::Overrides::default()).then(
        || json!({ "macros": overrides.macros, "vars": overrides.vars, "env_vars": overrides.env_vars }),
    );
    object([
        ("model", test.model.as_str().into()),
        ("given", given.collect()),
        ("expect", rows(&test.expect, test.expect_fixture.as_deref()).into()),
        ("name", node.name.as_str().into()),
        ("resource_type", "unit_test".into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", node.fqn.clone().into()),
        ("description", node.docs.description.as_str().into()),
        ("overrides", overridden.into()),
        ("depends_on", wire.depends_on(node)),
        ("config", node.config.values.to_object().into()),
        ("checksum", test.checksum.as_str().into()),
        ("schema", schema.into()),
        ("created_at", wire.created_at.into()),
        ("versions", test.versions.clone().into()),
        ("version", test.version.clone().into()),
    ])
}

fn rows(fixture: &Fixture, name: Option<&str>) -> Map<String, Json> {
    let (rows, format) = match fixture {
        Fixture::Rows(rows, FixtureFormat::Dict) => {
            (rows.iter().cloned().map(Json::Object).collect(), "dict")
        }
        Fixture::Rows(rows, FixtureFormat::Csv) => (rows.iter().cloned().map(Json::Object).collect(), "csv"),
        Fixture::Sql(sql) => (Json::from(sql.as_str()), "sql"),
    };
    object([("rows", rows), ("format", format.into()), ("fixture", name.into())])
}
