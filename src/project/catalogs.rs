//! `catalogs.yml`: where warehouses of other kinds write tables.
//!
//! No engine that this program knows writes into such catalogs, so nothing is kept of
//! the file. That it is right is checked all the same, as dbt does before it reads a node.

use std::collections::BTreeSet;

use crate::diagnostics::Diagnostic;
use crate::yaml::{Value, Yaml};

/// The file's name, in the folder of the root project.
pub(super) const FILE: &str = "catalogs.yml";

const CATALOG_KEYS: &[&str] = &["name", "active_write_integration", "write_integrations"];

const INTEGRATION_KEYS: &[&str] = &[
    "name",
    "catalog_type",
    "external_volume",
    "table_format",
    "catalog_name",
    "file_format",
    "adapter_properties",
];

/// Commands that write nothing into catalogs: which types there are does not matter to them.
const READERS: &[&str] = &["show", "list", "retry", "clone", "run-operation", "generate", "freshness"];

/// Everything that is wrong in the file's contents, rendered, for a command.
pub(super) fn check(yaml: &Yaml, command: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let Some(map) = yaml.as_map().filter(|map| !map.is_empty()) else {
        let finding =
            error(format!("`{FILE}` must be a mapping")).at(yaml.span, format!("this is {}", yaml.kind()));
        let finding =
            if yaml.is_null() { finding.known_as(format!("The file at {FILE} is empty")) } else { finding };
        return vec![finding.help("begin with `catalogs:`, or remove the file")];
    };
    for catalog in list(map.get("catalogs"), "catalogs", &mut problems) {
        check_catalog(catalog, &mut problems);
    }
    if problems.is_empty() && !READERS.contains(&command) {
        problems.extend(list(map.get("catalogs"), "catalogs", &mut Vec::new()).iter().filter_map(refused));
    }
    problems
}

fn check_catalog(catalog: &Yaml, problems: &mut Vec<Diagnostic>) {
    let Some(name) = named(catalog, "a catalog", CATALOG_KEYS, problems) else { return };
    let get = |key: &str| catalog.as_map().and_then(|map| map.get(key));
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for integration in list(get("write_integrations"), "write_integrations", problems) {
        let Some(own) = named(integration, "a write integration", INTEGRATION_KEYS, problems) else {
            continue;
        };
        if integration.as_map().and_then(|map| map.get("catalog_type")).and_then(Yaml::as_str).is_none() {
            let finding = error(format!("the write integration `{own}` needs the text `catalog_type`"));
            problems.push(finding.at(integration.span, ""));
        }
        if !known.insert(own) {
            let words = format!(
                "Catalog '{name}' cannot have multiple 'write_integrations' with the same name: '{own}'."
            );
            let finding = error(format!("the catalog `{name}` has two write integrations `{own}`"));
            problems.push(finding.at(integration.span, "this is the second").known_as(words));
        }
    }
    check_active(name, catalog, &known, problems);
}

/// A catalog that would be written to: every type is one that the engines cannot write.
fn refused(catalog: &Yaml) -> Option<Diagnostic> {
    let get = |yaml: &'_ Yaml, key: &str| yaml.as_map().and_then(|map| map.get(key)).cloned();
    let active = get(catalog, "active_write_integration");
    let active = active.as_ref().and_then(Yaml::as_str).unwrap_or_default();
    let integrations = get(catalog, "write_integrations")?;
    let is_active =
        |it: &&Yaml| active.is_empty() || get(it, "name").as_ref().and_then(Yaml::as_str) == Some(active);
    let kind = get(integrations.as_seq()?.iter().find(is_active)?, "catalog_type")?;
    let text = kind.as_str().unwrap_or_default();
    let finding = error(format!("no warehouse that is known here writes into catalogs of the type `{text}`"));
    let words = format!("Catalog type is not supported. Received: {text}");
    Some(finding.at(kind.span, "").known_as(words).help("remove the catalog, or the file"))
}

/// One of the integrations is written to: the only one, or the one that is named.
fn check_active(name: &str, catalog: &Yaml, known: &BTreeSet<&str>, problems: &mut Vec<Diagnostic>) {
    let active = catalog.as_map().and_then(|map| map.get("active_write_integration"));
    match active.and_then(Yaml::as_str).filter(|text| !text.is_empty()) {
        Some(active) if known.contains(active) => {}
        Some(active) => {
            let names = known.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            let words = format!(
                "Catalog '{name}' must specify an 'active_write_integration' from its set of defined 'write_integrations': [{names}]. Got: '{active}'."
            );
            let finding = error(format!("the catalog `{name}` has no write integration `{active}`"));
            problems
                .push(finding.at(catalog.span, "").known_as(words).suggest(active, known.iter().copied()));
        }
        None if known.len() == 1 => {}
        None => {
            let words = format!(
                "Catalog '{name}' must specify an 'active_write_integration' when multiple 'write_integrations' are provided."
            );
            let finding = error(format!("the catalog `{name}` does not say which write integration is used"));
            problems.push(finding.at(catalog.span, "add `active_write_integration`").known_as(words));
        }
    }
}

/// The name of an entry, where that is a mapping with one; keys that it may not have are told.
fn named<'y>(entry: &'y Yaml, what: &str, keys: &[&str], problems: &mut Vec<Diagnostic>) -> Option<&'y str> {
    let name = entry.as_map().and_then(|map| map.get("name")).and_then(Yaml::as_str);
    let (Some(map), Some(name)) = (entry.as_map(), name) else {
        problems.push(error(format!("{what} must be a mapping with the text `name`")).at(entry.span, ""));
        return None;
    };
    for (key, _) in map.iter().filter(|(key, _)| !keys.contains(&key.text.as_str())) {
        let text = &key.text;
        let finding = error(format!("{what} has no key `{text}`")).at(key.span, "");
        let words = format!("Additional properties are not allowed ('{text}' was unexpected)");
        problems.push(finding.known_as(words).suggest(text, keys.iter().copied()));
    }
    Some(name)
}

/// The entries of a list; nothing where there is none.
fn list<'y>(value: Option<&'y Yaml>, key: &str, problems: &mut Vec<Diagnostic>) -> &'y [Yaml] {
    match value.map(|value| (value, &value.value)) {
        None | Some((_, Value::Null)) => &[],
        Some((_, Value::Seq(items))) => items,
        Some((value, _)) => {
            let finding = error(format!("`{key}` must be a list"));
            problems.push(finding.at(value.span, format!("this is {}", value.kind())));
            &[]
        }
    }
}

fn error(message: String) -> Diagnostic {
    Diagnostic::error("catalogs", message)
}
