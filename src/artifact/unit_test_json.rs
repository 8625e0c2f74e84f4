//! Unit tests in dbt's shape.

use serde_json::json;

use super::object::{Field, Object, object};
use super::wire::Wire;
use crate::manifest::{Fixture, FixtureFormat, Given, Node, UnitTest};

pub(super) fn unit_test_json<'a>(wire: &Wire<'a>, node: &'a Node, test: &'a UnitTest) -> Object<'a> {
    // dbt: one that is turned off is not looked at any further.
    let is_on = node.config.enabled();
    let tested = wire.manifest.node(test.tested).filter(|_| is_on);
    let schema = tested.and_then(|model| model.relation.as_ref()?.schema.clone());
    let given = |given: &'a Given| {
        let mut json = object([("input", (&given.input_text).into())]);
        json.extend(rows(&given.rows, given.fixture.as_deref()));
        json.into()
    };
    let overrides = &test.overrides;
    let overridden = (*overrides != crate::manifest::Overrides::default()).then(
        || json!({ "macros": overrides.macros, "vars": overrides.vars, "env_vars": overrides.env_vars }),
    );
    object([
        ("model", test.model.as_str().into()),
        ("given", test.given.iter().map(given).collect()),
        ("expect", rows(&test.expect, test.expect_fixture.as_deref()).into()),
        ("name", node.name.as_str().into()),
        ("resource_type", "unit_test".into()),
        ("package_name", node.package.as_str().into()),
        ("path", node.origin.path.as_str().into()),
        ("original_file_path", node.origin.original_file_path.as_str().into()),
        ("unique_id", node.unique_id.as_str().into()),
        ("fqn", (&node.fqn).into()),
        ("description", node.docs.description.as_str().into()),
        ("overrides", overridden.into()),
        ("depends_on", if is_on { wire.depends_on(node) } else { json!({"macros": [], "nodes": []}).into() }),
        ("config", (&*node.config.values).into()),
        ("checksum", test.checksum.as_str().into()),
        ("schema", schema.into()),
        ("created_at", wire.created_at.into()),
        ("versions", test.versions.as_ref().into()),
        ("version", test.version.as_ref().into()),
    ])
}

fn rows<'a>(fixture: &'a Fixture, name: Option<&'a str>) -> Object<'a> {
    let (rows, format) = match fixture {
        Fixture::Rows(rows, FixtureFormat::Dict) => (rows.iter().map(Field::from).collect(), "dict"),
        Fixture::Rows(rows, FixtureFormat::Csv) => (rows.iter().map(Field::from).collect(), "csv"),
        Fixture::Sql(sql) => (Field::from(sql), "sql"),
    };
    object([("rows", rows), ("format", format.into()), ("fixture", name.into())])
}
